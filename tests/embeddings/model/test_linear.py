"""Which way products go: the faster, beyond noise, and remembered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch.nn.functional import linear

from embeddings.model import linear as products
from embeddings.model.linear import (
    COUNTS,
    LINEAR,
    ROUNDS,
    Products,
    Times,
    columns,
    halves,
    measured,
    remembered,
    renewed,
)

SHAPE = (64, 32)
OURS, THEIRS = Times(2.0, 1.0, 1.0), Times(1.0, 2.0, 0.0)


@pytest.fixture
def matrices() -> dict[linear.Shape, list[torch.Tensor]]:
    torch.manual_seed(0)
    return {SHAPE: [torch.randn(SHAPE) for _ in range(3)], (63, 32): [torch.randn(63, 32)]}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What each way takes, in ms, instead of a real clock."""
    takes = {"linear": 1.0, "halves": 1.0, "columns": 1.0}
    monkeypatch.setattr(products, "_milliseconds", lambda way, rows, weight: takes[way.__name__])
    return takes


# -- the ways


@pytest.mark.parametrize("rows", [1, 2, 3, 16, 32])
def test_each_way_is_linear_to_rounding(rows: int) -> None:
    given, weight = torch.randn(1, rows, 32), torch.randn(SHAPE)
    expected = linear(given, weight)
    for way in (columns, halves) if rows == 1 else (columns,):
        assert way(given, weight).shape == expected.shape
        torch.testing.assert_close(way(given, weight), expected, atol=1e-5, rtol=1e-5)


def test_rows_of_several_texts_keep_their_shape() -> None:
    given, weight = torch.randn(4, 1, 32), torch.randn(SHAPE)
    torch.testing.assert_close(columns(given, weight), linear(given, weight), atol=1e-5, rtol=1e-5)


# -- the choice


def test_the_faster_way_is_taken() -> None:
    products = Products({SHAPE: {1: OURS, 2: OURS, 4: THEIRS, 8: OURS, 16: OURS, 32: OURS}})
    assert products.way(SHAPE, 1) is halves
    assert products.way(SHAPE, 2) is products.way(SHAPE, 16) is columns
    assert products.way(SHAPE, 4) is linear


def test_between_two_counts_both_must_be_faster() -> None:
    products = Products({SHAPE: {1: OURS, 2: OURS, 4: THEIRS, 8: OURS, 16: OURS, 32: OURS}})
    assert products.way(SHAPE, 3) is products.way(SHAPE, 5) is linear
    assert products.way(SHAPE, 12) is columns
    assert products.way(SHAPE, 33) is linear  # beyond what was measured
    assert products.way((7, 7), 1) is LINEAR.way(SHAPE, 1) is linear


@pytest.mark.parametrize(
    ("times", "faster"),
    [
        (Times(1.05, 1.0, 1.0), False),  # within noise
        (Times(1.2, 1.0, 1.0), True),
        (Times(1.2, 1.0, 0.4), False),  # once, by luck
        (Times(1.0, 1.2, 1.0), False),
    ],
)
def test_linear_is_left_only_beyond_noise(times: Times, faster: bool) -> None:
    assert times.faster is faster


def test_the_choice_follows_the_clock(
    matrices: dict[linear.Shape, list[torch.Tensor]], clock: dict[str, float]
) -> None:
    clock.update(linear=1.0, halves=0.5, columns=2.0)
    products = measured(matrices)
    assert products.way(SHAPE, 1) is halves and products.way(SHAPE, 8) is linear
    assert products.way((63, 32), 1) is linear  # an odd number of rows has no halves
    clock.update(halves=1.0, columns=0.5)
    products = measured(matrices)
    assert products.way(SHAPE, 1) is linear and products.way(SHAPE, 8) is products.way((63, 32), 2) is columns


def test_a_large_matrix_is_measured_in_parts_and_never_twice_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "LARGE", 8 * 32)
    weight, seen = torch.randn(SHAPE), list[int]()

    def noted(way: linear.Way, rows: torch.Tensor, part: torch.Tensor) -> float:
        assert part.shape == (8, 32)
        seen.append(part.data_ptr())
        return 1.0

    monkeypatch.setattr(products, "_milliseconds", noted)
    measured({SHAPE: [weight]})
    assert len(set(seen)) == 8 and len(seen) == 2 * len(COUNTS) * (ROUNDS + 1)


# -- remembered


def test_it_is_measured_once(
    tmp_path: Path, matrices: dict[linear.Shape, list[torch.Tensor]], clock: dict[str, float]
) -> None:
    clock.update(halves=0.5)
    first = remembered(matrices, tmp_path)
    clock.update(halves=2.0)  # another clock would choose otherwise
    assert remembered(matrices, tmp_path) == first
    assert renewed(matrices, tmp_path) != first
    assert remembered(matrices, tmp_path).way(SHAPE, 1) is linear


def test_other_threads_have_their_own(
    tmp_path: Path, matrices: dict[linear.Shape, list[torch.Tensor]], clock: dict[str, float]
) -> None:
    remembered(matrices, tmp_path)
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(threads + 1)
        remembered(matrices, tmp_path)
    finally:
        torch.set_num_threads(threads)
    assert len(list(tmp_path.glob("products-*.json"))) == 2


def _spoilt(text: str) -> list[str]:
    data = json.loads(text)
    others = [
        {**data, "key": {**data["key"], "processor": "another"}},
        {**data, "milliseconds": data["milliseconds"][1:]},
        {**data, "milliseconds": [{**row, "linear": -1.0} for row in data["milliseconds"]]},
        {**data, "milliseconds": [{**row, "ours": "fast"} for row in data["milliseconds"]]},
        {**data, "milliseconds": [{**row, "shape": [9, 9]} for row in data["milliseconds"]]},
        {**data, "milliseconds": 3},
        [],
    ]
    return ["", text[:-20], "null", *map(json.dumps, others), text.replace("1.0", "NaN")]


def test_a_file_that_is_damaged_or_of_something_else_is_measured_anew(
    tmp_path: Path, matrices: dict[linear.Shape, list[torch.Tensor]], clock: dict[str, float]
) -> None:
    first = remembered(matrices, tmp_path)
    (path,) = tmp_path.glob("products-*.json")
    whole = path.read_text(encoding="utf-8")
    for text in _spoilt(whole):
        path.write_text(text, encoding="utf-8")
        assert remembered(matrices, tmp_path) == first
        assert path.read_text(encoding="utf-8") == whole
    path.write_bytes(b"\xff\xfe")
    assert remembered(matrices, tmp_path) == first


def test_a_folder_that_cannot_be_written_is_no_error(
    tmp_path: Path, matrices: dict[linear.Shape, list[torch.Tensor]], clock: dict[str, float]
) -> None:
    (tmp_path / "file").touch()
    assert remembered(matrices, tmp_path / "file" / "below").way(SHAPE, 1) is linear


def test_figures_of_a_busy_machine_are_used_and_not_kept(
    tmp_path: Path, matrices: dict[linear.Shape, list[torch.Tensor]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(100_000))
    monkeypatch.setattr(products, "_milliseconds", lambda *given: 1.0 + next(ticks) % 5)
    assert not remembered(matrices, tmp_path).calm
    assert not list(tmp_path.iterdir())
