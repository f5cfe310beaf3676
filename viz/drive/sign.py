"""The signs that somebody means by what they type. Data only; the rewards that they become are made behind the seam."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from embeddings import typed as typed_text
from embeddings.request import Direction, Intervention
from embeddings.typed import bare, is_sentence, sentences

STRONGEST = 6.0  # nats (of a region: nats a standard deviation): there the text breaks, and a word is never said
STEP = 0.5
MAX_SIGNS = 5
WORDS_OF_A_WORD = 4  # more make it a sentence
MAX_SENTENCES = 20


def listed(typed: str, direction: Direction) -> list[Intervention]:
    """The signs that somebody means by what they type: the words of a list are one each, see `of_text`."""
    return [Intervention(word, "word", direction) for word in typed_text.listed(typed)] or [of_text(typed, direction)]


def of_text(typed: str, direction: Direction) -> Intervention:
    """The sign that somebody means by what they type: a word or a short phrase, or sentences of an answer."""
    typed = " ".join(typed.split())
    if is_sentence(typed, phrase=WORDS_OF_A_WORD):
        return Intervention("\n".join(sentences(typed)), "text", direction)
    return Intervention(bare(typed), "word", direction)


def strength_of(sign: Intervention, strength: float) -> float:
    """How strongly it steers, on the one scale of all signs, 0 to `STRONGEST`; ``strength``: of one that has no weight
    of its own."""
    return min(abs(sign.nats(strength)), STRONGEST)


def weighing(sign: Intervention, strength: float) -> Intervention:
    """The sign at a strength; at the end of the scale a word that is not to be said is forbidden."""
    if sign.banned:
        return replace(sign, weight=-math.inf if strength >= STRONGEST else 0.0 - strength)
    return replace(sign, weight=strength if sign.direction == "toward" else 0.0 - strength)


def forbids(sign: Intervention, strength: float) -> bool:
    """A word that is never said, whatever else is wanted."""
    return sign.nats(strength) == -math.inf


def contradictory(signs: Iterable[Intervention]) -> list[Intervention]:
    """Those that point away from what another sign, also on, points to."""
    on = [sign for sign in signs if sign.on]
    wanted = {sign.thing for sign in on if sign.direction == "toward"}
    return [sign for sign in on if sign.direction == "avoid" and sign.thing in wanted]
