"""What the model's thread tells of a drive, event by event: values, made once and never written to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from viz.scene.scene import Json


@dataclass(frozen=True)
class Progress:
    """How far the model is, while a drive waits for it."""

    message: str


@dataclass(frozen=True)
class Captioned:
    """All that somebody needs to draw the picture again."""

    caption: str


@dataclass(frozen=True)
class Posted:
    """What the drive's regions stand on, drawn; told once."""

    signs: tuple[Json, ...]


@dataclass(frozen=True, eq=False)
class Read:
    """The states (n, width) of a road that was driven before, read again."""

    run: int
    states: Sequence[np.ndarray]


@dataclass(frozen=True)
class Started:
    """A road sets off. ``rewards``: what its signs were made into, as JSON; ``forced``: tokens that it was given."""

    run: int
    rewards: tuple[Json, ...]
    forced: int = 0


@dataclass(frozen=True)
class Measured:
    """The flag of a road."""

    run: int
    start: Json


@dataclass(frozen=True, eq=False)
class Token:
    """One token, and the state (width,) from which it was chosen."""

    run: int
    token: Json
    state: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class Grip:
    """How hard the start holds, from token ``first`` on: known some tokens later."""

    run: int
    first: int
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Parted:
    """The first token at which two roads differ."""

    at: int


@dataclass(frozen=True)
class Apart:
    """How far apart two roads end: ``map`` and ``full`` in spreads."""

    map: float | None
    full: float | None


@dataclass(frozen=True)
class Ended:
    """A road is over: done, stopped or error, with the error's sentence."""

    run: int
    state: str
    error: str | None = None


@dataclass(frozen=True)
class Finished:
    """All roads are over; nothing more is told."""


OfRun = Read | Started | Measured | Token | Grip | Ended
Event = Progress | Captioned | Posted | Parted | Apart | Finished | OfRun
