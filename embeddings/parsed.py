"""JSON that comes from outside, before anything is known of its shape."""

from __future__ import annotations

import json
from typing import Any

MOST_DIGITS = 1000  # of a whole number; a seed may be long


def parsed(data: bytes) -> Any:
    """JSON in UTF-8, also with a byte order mark, or in UTF-16 or UTF-32, as editors on Windows leave it.

    Raises
    ------
    OverflowError
        If a whole number has more than a thousand digits.
    RecursionError
        If it is nested too deeply.
    ValueError
        If it is no JSON; NaN and Infinity are none.
    """
    return json.loads(data.decode(json.detect_encoding(data)), parse_int=_whole, parse_constant=_no_number)


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise OverflowError(digits[:MOST_DIGITS])
    return int(digits)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")
