"""Whole and real numbers as people hand them over: Python's own, numpy's, and what is neither."""

from __future__ import annotations

import math
import operator

from embeddings.errors import UserError


def whole(value: object) -> int | None:
    """The whole number that a value is, of Python or of numpy; None for everything else: 3.0, "3", True."""
    try:
        return None if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None


def within(value: object, low: int, high: int | None = None) -> int | None:
    """The same, and None where it is below `low` or above `high` as well."""
    found = whole(value)
    return None if found is None or found < low or (high is not None and found > high) else found


def require_whole(value: object, name: str, *, least: int = 0, most: int | None = None) -> int:
    """The same, as a `UserError` that calls the value by `name` where it is none."""
    found = within(value, least, most)
    if found is None:
        reach = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise UserError(f"{name} must be a whole number {reach}, not {value!r:.40}.")
    return found


def real(value: object) -> float:
    """A number as a float; NaN for what is none or is too large for one: a text, a truth value, 10**400."""
    try:
        return math.nan if isinstance(value, bool | str | bytes) or _is_truth(value) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _is_truth(value: object) -> bool:
    return type(value).__name__ in ("bool", "bool_") and type(value).__module__ == "numpy"
