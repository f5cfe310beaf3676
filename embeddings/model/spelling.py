"""One form for all spellings of a text, and the few forms that one form cannot stand for. Text in, text out."""

from __future__ import annotations

import re
import unicodedata
from itertools import product

from embeddings.characters import INVISIBLE

_ALIKE = (
    {"ı": "i", "æ": "ae", "œ": "oe", "Æ": "ae", "Œ": "oe", "\u2800": " "}
    | dict.fromkeys("‘’‛ʼ＇´′", "'")
    | dict.fromkeys("‐‑‒–−﹣－", "-")
    | {chr(first + k): chr(0x61 + k) for first in (0x1F150, 0x1F170) for k in range(26)}  # white on black: 🅐 🅰
    | dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz", strict=True))
)
_KEPT = {"<super>": ("No", "So"), "<sub>": ("No",), "<fraction>": ("No",)}  # 5² is not 52, ½ not 1/2, ™ no letters
_MOST = 64  # forms of one phrase

_GREEK = "\u0370-\u03ff\u1f00-\u1fff"
_TONOS = "\u0300\u0301\u0313\u0314\u0342"  # accents and breathings; a dialytika (U+0308) stays in capitals
_GREEK_WORD = re.compile(rf"[{_GREEK}](?:[{_GREEK}]|[\u0300-\u036f])*")
_VOWEL = re.compile("[αεηιουω][\u0300-\u036f]*")


class _Folds(dict[int, str]):
    """What `str.translate` puts for each character: a styled one becomes the plain one, an invisible one goes."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _folded(chr(code))
        return found


def _folded(character: str) -> str:
    if character in _ALIKE:
        return _ALIKE[character]
    if INVISIBLE.match(character):
        return ""
    kind = unicodedata.decomposition(character).partition(" ")[0]
    if not kind.startswith("<") or unicodedata.category(character) in _KEPT.get(kind, ()):
        return character
    plain = unicodedata.normalize("NFKD", character)
    return character if plain[0] == " " and len(plain) > 1 else plain.translate(_FOLDS)  # an accent that stands alone


_FOLDS = _Folds()


def canonical(text: str) -> str:
    """One form for all spellings: case folded and decomposed [1]_, one space for each run, one apostrophe, one hyphen.

    Styled letters (fullwidth, mathematical, circled, ligatures) are the plain ones, and what nobody sees (zero-width
    characters, soft hyphens, marks of direction, joiners) is not there. Numbers that stand high, low or as a fraction
    stay what they are. ё is е, as Russian prints it, œ and æ are two letters. Accents stay: año is not ano.

    Applying it twice changes nothing more, and but for spaces and accents at the seam it is the same piece by piece.

    References
    ----------
    .. [1] The Unicode Standard, section 3.13, D145 and D146: canonical and compatibility caseless matching.
    """
    if text.isascii():
        text = text.casefold()
    else:
        text = unicodedata.normalize("NFD", text).translate(_FOLDS).casefold().translate(_FOLDS)
        text = unicodedata.normalize("NFD", text)
        text = re.sub("i\u0307+", "i", text)  # a dotted capital I is an i
        text = re.sub("е\u0308+", "е", text)  # and a ё an е
    return re.sub(r"\s+", " ", text)


def forms(word: str) -> tuple[str, ...]:
    """All canonical forms that count as the word: one, but for Greek, whose capitals have no accents.

    A Greek word of several vowels also counts without its accents, as capitals are written (Ελλάδα: ΕΛΛΑΔΑ), and one
    that is given without accents counts with an accent on any vowel. In small letters a word of several syllables has
    one, so that this touches no other word. With one vowel the accent tells words apart (ή or, η the): it stays.
    """
    form = canonical(word.strip())
    words = list(_GREEK_WORD.finditer(form))
    if not words:
        return (form,)
    choices, end = list[tuple[str, ...]](), 0
    for found in words:
        choices += [(form[end : found.start()],), _greek(found[0])]
        end = found.end()
    choices.append((form[end:],))
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > _MOST:  # a long phrase: as it is given, and all in capitals
        choices = [(choice[0], choice[1]) if len(choice) > 1 else choice for choice in choices]
        return tuple(dict.fromkeys("".join(choice[min(k, len(choice) - 1)] for choice in choices) for k in (0, 1)))
    return tuple(dict.fromkeys(map("".join, product(*choices))))


def _greek(word: str) -> tuple[str, ...]:
    """The word itself first, then how else it is spelled."""
    bare = re.sub(f"[{_TONOS}]", "", word)
    vowels = list(_VOWEL.finditer(bare))
    if len(vowels) < 2:
        return (word,)
    found = [word, bare, bare.replace("\u0308", "")]
    if bare != word:
        apart = re.sub("([αεου]\u0301)([ιυ])(?!\u0308)", "\\1\\2\u0308", word)  # in capitals Μάιος is ΜΑΪΟΣ
        return tuple(dict.fromkeys([*found, re.sub(f"[{_TONOS}]", "", apart)]))
    accented = [bare[: vowel.end()] + "\u0301" + bare[vowel.end() :] for vowel in vowels]
    return tuple(dict.fromkeys([*found, *accented]))
