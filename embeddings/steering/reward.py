"""What every reward is: a weight in nats, and a form on disk."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import numpy as np

from embeddings.errors import UserError

MAX_WEIGHT = 100.0


def check_weight(weight: object) -> float:
    """A finite weight within -100..100 nats; a `UserError` for anything else."""
    if isinstance(weight, bool) or not isinstance(weight, Real):
        raise UserError(f"A weight must be a number of nats, or -inf to ban a word, not {weight!r:.40}; try -3.0.")
    if -MAX_WEIGHT <= weight <= MAX_WEIGHT:  # type: ignore[operator]
        return float(weight)
    raise UserError("A weight must be within -100 to 100 nats, or -inf to ban a word; use a number in this range.")


@dataclass(frozen=True, eq=False)
class Look:
    """What was found by looking at where k candidates lead: their ``ids`` (k,) and the reward ``nats`` (k,) on each."""

    ids: np.ndarray
    nats: np.ndarray
