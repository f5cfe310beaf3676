"""What is asked for, as one value: the chat, how tokens are chosen, what is put in the way, another turn.

It is what the page keeps, what goes over the wire, what the decoding loop takes and what a file holds. Data only: no
model, no torch; interventions are made into rewards where the model is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from embeddings.chat import Message, chat
from embeddings.errors import UserError
from embeddings.numbers import real, require_whole

if TYPE_CHECKING:
    import numpy as np

VERSION = 1
STRENGTH = 3.0
MAX_STRENGTH = 100.0
MAX_NAME = 48
MAX_INTERVENTIONS = 64

Kind = Literal["word", "landmark", "text", "stretch"]
Direction = Literal["avoid", "toward"]
KINDS: tuple[Kind, ...] = ("word", "landmark", "text", "stretch")
DIRECTIONS: tuple[Direction, ...] = ("avoid", "toward")


@dataclass(frozen=True)
class Settings:
    """How tokens are chosen: at most so many, at a temperature of at least 0 (0 takes the likeliest), from the smallest
    set that holds ``top_p`` in (0, 1] of the mass, with the random numbers of a seed of at least 0.

    Raises
    ------
    UserError
        That names the first value out of range.
    """

    max_new_tokens: int = 48
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "max_new_tokens", require_whole(self.max_new_tokens, "max_new_tokens", least=1))
        object.__setattr__(self, "seed", require_whole(self.seed, "seed"))
        heat, mass = real(self.temperature), real(self.top_p)
        if not (math.isfinite(heat) and heat >= 0):
            raise UserError(f"temperature must be a number of at least 0, not {self.temperature!r}.")
        if not 0 < mass <= 1:
            raise UserError(f"top_p must lie above 0 and at most at 1, not {self.top_p!r}.")
        object.__setattr__(self, "temperature", heat)
        object.__setattr__(self, "top_p", mass)


@dataclass(frozen=True)
class Stretch:
    """Tokens ``start`` to ``stop`` (exclusive) of an answer to ``messages``.

    ``states`` (stop, width) float32 are those from which they were chosen, of the atlas's layer; None where they are to
    be read again, as after a way over the wire.
    """

    messages: tuple[Message, ...]
    token_ids: tuple[int, ...]
    start: int
    stop: int
    states: np.ndarray | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.stop <= len(self.token_ids):
            raise UserError(
                f"A stretch from token {self.start} to {self.stop} does not lie on a road of {len(self.token_ids)} "
                "tokens: choose at least one of its words."
            )


@dataclass(frozen=True)
class Intervention:
    """Something put in the way of an answer, or to draw it: a word, or a region of the map.

    Attributes
    ----------
    value : str
        The word, the landmark's name, example sentences one a line, or the words of a stretch.
    on : bool
        One that is off is kept and not obeyed.
    weight : float or None
        Nats (of a region: nats a standard deviation), ``-inf`` for a ban; None: what the request's strength makes of
        it.
    reach : int
        Crossings that a region looks at; see `RegionReward.looking`.

    Raises
    ------
    UserError
        If the weight is no such number.
    """

    value: str
    kind: Kind = "word"
    direction: Direction = "avoid"
    on: bool = True
    weight: float | None = None
    stretch: Stretch | None = None
    reach: int = 1

    def __post_init__(self) -> None:
        if self.weight is None or self.weight == -math.inf:
            return
        weight = real(self.weight)
        if not abs(weight) <= MAX_STRENGTH:
            raise UserError(
                f"A weight must be within -{MAX_STRENGTH:g} to {MAX_STRENGTH:g} nats, or -inf to ban a word, not "
                f"{self.weight!r:.40}."
            )
        object.__setattr__(self, "weight", weight)

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
        """What it stands on, whichever way it points: two with the same thing are one, or contradict each other."""
        return self.kind, self.value.casefold()

    @property
    def probe(self) -> tuple[str, str, Stretch | None]:
        """Those that are equal in this stand on one probe."""
        return self.kind, self.value, self.stretch

    def nats(self, strength: float) -> float:
        """Its weight at a strength: a word that is not to be said is banned."""
        if self.weight is not None:
            return self.weight
        if self.banned:
            return -math.inf
        return strength if self.direction == "toward" else 0.0 - strength


@dataclass(frozen=True)
class Branch:
    """Another turn of a road: the tokens of ``parent`` before ``at`` are kept, then comes a token, or a typed text."""

    parent: tuple[int, ...]
    at: int
    token: int | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        at = require_whole(self.at, "at")
        if not at < len(self.parent):
            raise UserError(
                f"at must be one of the road's {len(self.parent)} crossings, 0 to {len(self.parent) - 1}, not {at}."
            )
        object.__setattr__(self, "at", at)
        if (self.token is None) == (self.text is None):
            raise UserError("Give the token to take or the text to put in, one of the two.")
        if self.token is not None:
            object.__setattr__(self, "token", require_whole(self.token, "A token"))

    @property
    def shared(self) -> tuple[int, ...]:
        return self.parent[: self.at]


@dataclass(frozen=True)
class Request:
    """One press of the button.

    Attributes
    ----------
    messages : tuple of Message
        As they were given: without a system message the template's own default is meant. The last one is the user's; it
        may still be empty while somebody types (`chat` refuses it).
    beside : tuple of (str or None)
        Further system prompts under which the same question is asked; None is the template's own default.
    strength : float
        Nats a standard deviation, 0 to 100, of interventions without a weight of their own.
    """

    messages: tuple[Message, ...]
    settings: Settings = Settings()
    interventions: tuple[Intervention, ...] = ()
    strength: float = STRENGTH
    beside: tuple[str | None, ...] = ()
    branch: Branch | None = None

    def __post_init__(self) -> None:
        strength = real(self.strength)
        if not 0 <= strength <= MAX_STRENGTH:
            raise UserError(
                f"The strength must be 0 to {MAX_STRENGTH:g} nats for each standard deviation, not {self.strength!r}."
            )
        object.__setattr__(self, "strength", strength)

    @classmethod
    def of(cls, system: str | None, user: str, **parts: Any) -> Request:
        """One question under a system prompt; None is the template's own default."""
        first = () if system is None else (Message("system", system),)
        return cls((*first, Message("user", user)), **parts)

    @property
    def system(self) -> str | None:
        """The system prompt as it was given: None is the template's own default."""
        first = self.messages[0] if self.messages else None
        return first.content if first is not None and first.role == "system" else None

    @property
    def question(self) -> str:
        """The message to answer."""
        return self.messages[-1].content if self.messages else ""

    @cached_property
    def chat(self) -> tuple[Message, ...]:
        """The checked chat that the model reads; a `UserError` for what it cannot."""
        return chat(messages=self.messages)

    @property
    def up(self) -> tuple[Intervention, ...]:
        """The interventions that are on."""
        return tuple(intervention for intervention in self.interventions if intervention.on)

    def under(self, system: str | None) -> Request:
        """The same under another system prompt, alone."""
        rest = self.messages[1:] if self.system is not None else self.messages
        first = () if system is None else (Message("system", system),)
        return replace(self, messages=(*first, *rest), beside=())

    def asking(self, question: str) -> Request:
        """The same with another last message."""
        return replace(self, messages=(*self.messages[:-1], Message("user", question)))

    def checked(self) -> Request:
        """Itself, where every text can be read and answered; see `chat`."""
        for system in (self.system, *self.beside):
            _ = self.under(system).chat
        return self

    def to_json(self) -> dict[str, Any]:
        """Everything but states as JSON data; `request_json.read_request` reads it."""
        return {
            "version": VERSION,
            "messages": _messages(self.messages),
            "settings": vars(self.settings).copy(),
            "interventions": [_intervention(intervention) for intervention in self.interventions],
            "strength": self.strength,
            "beside": list(self.beside),
            "branch": None if self.branch is None else {**vars(self.branch), "parent": list(self.branch.parent)},
        }


def _messages(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _intervention(intervention: Intervention) -> dict[str, Any]:
    weight, stretch = intervention.weight, intervention.stretch
    return {
        "value": intervention.value,
        "kind": intervention.kind,
        "direction": intervention.direction,
        "on": intervention.on,
        "weight": "ban" if weight == -math.inf else weight,
        "stretch": None
        if stretch is None
        else {
            "messages": _messages(stretch.messages),
            "token_ids": list(stretch.token_ids),
            "start": stretch.start,
            "stop": stretch.stop,
        },
        "reach": intervention.reach,
    }
