"""What a benchmark says: one row of the table. And how two things are compared on a machine that is not quiet."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """``what`` was measured, the ``measured`` figure with its unit, the ``ratio`` to something of the same run, and
    the ``aim``; the last two may be empty."""

    what: str
    measured: str
    ratio: str = ""
    aim: str = ""


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def interleaved(repeats: int, *calls: Callable[[], object]) -> list[tuple[float, ...]]:
    """Seconds of the calls in turn, A B C A B C ..., one tuple a round: what else the machine does hits all alike."""
    return [tuple(seconds(call) for call in calls) for _ in range(repeats)]


def spread(values: list[float], unit: str, digits: int = 1) -> str:
    """Median, and from where to where."""
    low, middle, high = (f"{value:.{digits}f}" for value in (min(values), median(values), max(values)))
    return f"{middle} {unit} ({low} to {high}, n = {len(values)})"
