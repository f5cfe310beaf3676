"""What the model's thread is given, as values: a drive to be driven, and short questions in between."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from embeddings.request import Intervention, Request
from viz.drive.plan import Plan


@dataclass(frozen=True, eq=False)
class Behind:
    """A road that was driven before, as it stood: its plan, its tokens, and the states (width,) from which they were
    chosen, fewer than tokens where they are to be read again, as of a recorded road."""

    plan: Plan
    token_ids: tuple[int, ...]
    states: tuple[np.ndarray, ...] = ()
    over: bool = False  # it ended by itself: where it only stops earlier, the two part


@dataclass(frozen=True, eq=False)
class Task:
    """A drive: its roads, and for a branch the road behind it. ``begun``: of roads that go on from their end, how they
    stand. ``measured``: the flags are known already."""

    request: Request
    plans: tuple[Plan, ...]
    behind: Behind | None = None
    measured: bool = False
    begun: tuple[Behind, ...] = ()


@dataclass(frozen=True)
class StartQuestion:
    """Where answers begin under a system prompt and, with ``before``, how far that is from under an earlier one."""

    system: str | None
    before: tuple[str | None, ...] = ()


@dataclass(frozen=True, eq=False)
class LookQuestion:
    """Where candidates of a crossing would lead: ``token_ids`` are read already, ``states`` one more."""

    request: Request
    token_ids: tuple[int, ...]
    candidates: tuple[int, ...]
    states: tuple[np.ndarray, ...] = field(repr=False, default=())


@dataclass(frozen=True)
class ProbeQuestion:
    """What a region stands on: fitted once."""

    intervention: Intervention


Question = StartQuestion | LookQuestion | ProbeQuestion
