"""The signs that somebody means by what they type. Data only; the rewards that they become are made behind the seam."""

from __future__ import annotations

import re
from collections.abc import Iterable

from embeddings.request import Direction, Intervention

STRENGTHS = tuple(0.5 * i for i in range(13))  # nats per standard deviation: 0 changes nothing, 6 breaks the text
MAX_SIGNS = 5
WORDS_OF_A_WORD = 4  # more make it a sentence
WORDS_OF_A_LIST = 2  # of one part of "snow, heavy rain, hail"; more make it a phrase with a comma in it
MAX_SENTENCES = 20
COMMA = re.compile(r"(?<!\d),|,(?!\d)")  # not the one of "1,000"
ENDS = re.compile(r"\w.*[.!?…]$")  # a sentence does


def listed(typed: str, direction: Direction) -> list[Intervention]:
    """The signs that somebody means by what they type: words with commas between them are one each, see `of_text`."""
    parts = [" ".join(part.split()) for part in COMMA.split(typed)]
    words: dict[str, str] = {}
    for part in filter(None, parts):
        words.setdefault(part.casefold(), part)
    short = all(len(part.split()) <= WORDS_OF_A_LIST and not ENDS.search(part) for part in parts)
    if len(parts) > 1 and words and short:
        return [Intervention(word, "word", direction) for word in words.values()]
    return [of_text(typed, direction)]


def of_text(typed: str, direction: Direction) -> Intervention:
    """The sign that somebody means by what they type: a word or a short phrase, or sentences of an answer."""
    typed = " ".join(typed.split())
    if len(typed.split()) <= WORDS_OF_A_WORD and not ENDS.search(typed):
        return Intervention(typed, "word", direction)
    return Intervention("\n".join(sentences(typed)), "text", direction)


def sentences(typed: str) -> list[str]:
    """Sentences, where one ends and the next begins."""
    return [part for part in re.split(r"(?<=[.!?…])\s+", typed.strip()) if part]


def contradictory(signs: Iterable[Intervention]) -> list[Intervention]:
    """Those that point away from what another sign, also on, points to."""
    on = [sign for sign in signs if sign.on]
    wanted = {sign.thing for sign in on if sign.direction == "toward"}
    return [sign for sign in on if sign.direction == "avoid" and sign.thing in wanted]
