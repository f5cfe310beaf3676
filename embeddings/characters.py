"""What characters are: marks, ones that nobody sees, scripts that are written without spaces. Knows no word."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

UNSPACED = (  # scripts written without spaces: Thai to Burmese, Khmer, Han, kana, Bopomofo, halfwidth kana
    "\u0e00-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_INVISIBLE = (  # Default_Ignorable_Code_Point [1]_, and what annotates a line: joiners, marks of direction, tags ...
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
INVISIBLE = re.compile(f"[{_INVISIBLE}]")
_SPACED = re.compile(rf"[^\W_{UNSPACED}]")


def visible(text: str) -> str:
    """The text without the characters that nobody sees; those inside a word are kept by nobody who compares words.

    References
    ----------
    .. [1] The Unicode Standard, section 5.21: Default_Ignorable_Code_Point, in DerivedCoreProperties.txt.
    """
    return text if text.isascii() else INVISIBLE.sub("", text)


@lru_cache(maxsize=4096)
def is_mark(character: str) -> bool:
    """Whether it stands on the character before: an accent, a vowel sign."""
    return unicodedata.category(character)[0] == "M"


def is_spaced(character: str) -> bool:
    """Whether it is a letter or digit that runs on into another one: all but those of unspaced scripts."""
    return _SPACED.match(character) is not None
