"""Numbers of Python and numpy are the same numbers; truth values and texts are none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from embeddings.numbers import real, whole, within


@pytest.mark.parametrize("value", [3, np.int64(3), np.int8(3), np.uint32(3), np.array(3)])
def test_a_whole_number_is_one_of_python_s_own(value: object) -> None:
    assert whole(value) == 3 and type(whole(value)) is int


@pytest.mark.parametrize("value", [True, np.True_, 3.0, np.float64(3), "3", None, [3]])
def test_what_is_no_whole_number_is_none(value: object) -> None:
    assert whole(value) is None


def test_a_number_out_of_range_is_none() -> None:
    assert [within(value, 0, 2) for value in (-1, 0, np.int64(2), 3)] == [None, 0, 2, None]
    assert within(10**30, 0) == 10**30


def test_a_real_number_is_a_float() -> None:
    assert [real(value) for value in (1, 0.5, np.float32(0.5), np.int64(2))] == [1.0, 0.5, 0.5, 2.0]
    assert all(math.isnan(real(value)) for value in (True, np.True_, "1", None, 10**400, [1]))
