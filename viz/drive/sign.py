"""The signs that somebody means by what they type. Data only; the rewards that they become are made behind the seam."""

from __future__ import annotations

from collections.abc import Iterable

from embeddings import typed as typed_text
from embeddings.request import Direction, Intervention
from embeddings.typed import bare, is_sentence, sentences

STRENGTHS = tuple(0.5 * i for i in range(13))  # nats per standard deviation: 0 changes nothing, 6 breaks the text
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


def contradictory(signs: Iterable[Intervention]) -> list[Intervention]:
    """Those that point away from what another sign, also on, points to."""
    on = [sign for sign in signs if sign.on]
    wanted = {sign.thing for sign in on if sign.direction == "toward"}
    return [sign for sign in on if sign.direction == "avoid" and sign.thing in wanted]
