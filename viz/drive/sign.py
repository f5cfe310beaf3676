"""A road sign as the page holds it: what it stands on, which way it points, whether it is on. Data only; the reward
that it becomes is made by `viz.session` in the model's thread."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from embeddings import typed as typed_text
from embeddings.typed import bare, is_sentence, sentences

if TYPE_CHECKING:
    from viz.drive.job import Road

Kind = Literal["word", "landmark", "text", "stretch"]
Direction = Literal["avoid", "toward"]
KINDS: tuple[Kind, ...] = ("word", "landmark", "text", "stretch")
DIRECTIONS: tuple[Direction, ...] = ("avoid", "toward")

STRENGTH = 3.0
STRENGTHS = tuple(0.5 * i for i in range(13))  # nats per standard deviation: 0 changes nothing, 6 breaks the text
MAX_SIGNS = 5
MAX_NAME = 48
WORDS_OF_A_WORD = 4  # more make it a sentence
MAX_SENTENCES = 20


@dataclass(frozen=True, eq=False)
class Stretch:
    """Tokens ``start`` to ``stop`` (exclusive) of a road that was driven."""

    road: Road
    start: int
    stop: int


@dataclass(frozen=True)
class Sign:
    """``value``: the word, the landmark's name, sentences one a line, or the snippet of a stretch."""

    value: str
    kind: Kind = "word"
    direction: Direction = "avoid"
    on: bool = True
    weight: float | None = None  # where it is not the strength that decides: of a recorded sign
    stretch: Stretch | None = field(default=None, compare=False, repr=False)

    @property
    def region(self) -> bool:
        return self.kind != "word"

    @property
    def banned(self) -> bool:
        """A word that is not to be said, at any strength; everything else weighs as much as the strength says."""
        return not self.region and self.direction == "avoid"

    @property
    def name(self) -> str:
        """The value on one line, and a short one where it is not the atlas that gave the name."""
        line = " ".join(self.value.split())
        return line if self.kind == "landmark" or len(line) <= MAX_NAME else line[: MAX_NAME - 1].rstrip() + "…"

    @property
    def title(self) -> str:
        """A landmark by its theme, as its board on the map has it; anything else as `name`."""
        return self.name.rsplit(": ", 1)[-1] if self.kind == "landmark" else self.name

    @property
    def thing(self) -> tuple[str, str]:
        """What it stands on, whichever way it points: two signs with the same thing are one sign, or contradict."""
        return self.kind, self.value.casefold()

    @property
    def probe(self) -> Hashable:
        """Signs with the same probe need it fitted once."""
        if self.stretch is None:
            return self.kind, self.value
        road = self.stretch.road
        return road.system, road.order.question, tuple(road.token_ids), self.stretch.start, self.stretch.stop

    def nats(self, strength: float) -> float:
        """Its weight: a word that is not to be said is banned, everything else weighs as much as the strength says."""
        if self.weight is not None:
            return self.weight
        if self.banned:
            return -math.inf
        return strength if self.direction == "toward" else 0.0 - strength


def listed(typed: str, direction: Direction) -> list[Sign]:
    """The signs that somebody means by what they type: the words of a list are one each, see `of_text`."""
    return [Sign(word, "word", direction) for word in typed_text.listed(typed)] or [of_text(typed, direction)]


def of_text(typed: str, direction: Direction) -> Sign:
    """The sign that somebody means by what they type: a word or a short phrase, or sentences of an answer."""
    typed = " ".join(typed.split())
    if is_sentence(typed, phrase=WORDS_OF_A_WORD):
        return Sign("\n".join(sentences(typed)), "text", direction)
    return Sign(bare(typed), "word", direction)


def contradictory(signs: Iterable[Sign]) -> list[Sign]:
    """Those that point away from what another sign, also on, points to."""
    on = [sign for sign in signs if sign.on]
    wanted = {sign.thing for sign in on if sign.direction == "toward"}
    return [sign for sign in on if sign.direction == "avoid" and sign.thing in wanted]
