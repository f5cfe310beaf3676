"""Numbers that people and programs hand in: whole ones, numpy's among them, and real ones; no truth values, no text."""

from __future__ import annotations

import math
import operator

from embeddings.errors import UserError


def whole(value: object, name: str, *, least: int = 0, most: int | None = None) -> int:
    """A whole number in a range.

    Parameters
    ----------
    value
        Python's or numpy's whole number; a bool is none, and neither is 3.0.
    name
        What the sentence calls it.

    Raises
    ------
    UserError
        If it is no such number, or lies outside `least` to `most`.
    """
    try:
        found = None if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        found = None
    if found is None or found < least or (most is not None and found > most):
        reach = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise UserError(f"{name} must be a whole number {reach}, not {value!r:.40}.")
    return found


def real(value: object) -> float:
    """A real number as a float; NaN for what is none."""
    try:
        return math.nan if isinstance(value, bool | str | bytes) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan
