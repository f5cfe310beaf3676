"""How the story's camera frames what is told: pure functions."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.browser
SIZE = [1000, 500]
WIGGLE = [[0.02 * np.sin(i), 0.1 + 0.002 * i, 0.01 * np.cos(2 * i)] for i in range(40)]


def moves(points: list[list[float]]) -> list[dict[str, Any]]:
    return [{"a": a, "b": b} for a, b in pairwise(points)]


def test_the_free_box_is_the_largest_that_no_control_covers(call: Any) -> None:
    card, buttons = [700, 50, 990, 200], [0, 460, 200, 500]
    assert call("map/framing", "freeBox", SIZE, []) == [0, 0, 1000, 500]
    assert call("map/framing", "freeBox", SIZE, [card, buttons]) == [0, 0, 700, 460]
    assert call("map/framing", "freeBox", SIZE, [[-10, -10, 1010, 60]]) == [0, 60, 1000, 500]


@pytest.mark.parametrize("free", [[0, 0, 1000, 500], [0, 40, 700, 460], [300, 0, 640, 500]])
def test_what_is_framed_fills_the_free_box_and_stands_in_its_middle(call: Any, free: list[int]) -> None:
    things = [{"at": point, "pad": [6, 6, 6, 6]} for point in WIGGLE] + [
        {"at": [-0.2, 0.3, 0], "pad": [60, 12, 60, 12]}
    ]
    view = call("map/framing", "facing", moves(WIGGLE), [free[2] - free[0], free[3] - free[1]])
    camera = call("map/framing", "frame", things, SIZE, free, view)
    assert call("map/framing", "share", camera, things, SIZE, free) == pytest.approx(0.68, abs=0.01)
    assert call("map/framing", "share", camera | {"distance": 3}, things, SIZE, free) < 0.6


@pytest.mark.parametrize("along", [[1, 0, 0], [0, 1, 0], [0.7, 0.7, 0.1], [-0.3, 0.9, -0.2]])
def test_a_long_way_lies_across_and_not_in_depth(call: Any, along: list[float]) -> None:
    line = [[0.01 * i * axis for axis in along] for i in range(30)]
    view = call("map/framing", "facing", moves(line), [900, 450])
    away = [np.cos(view["elevation"]) * np.cos(view["azimuth"]), np.cos(view["elevation"]) * np.sin(view["azimuth"])]
    depth = np.dot([*away, np.sin(view["elevation"])], np.array(along) / np.linalg.norm(along))
    assert abs(depth) < 0.5  # at least 0.87 of its length is seen


def test_the_way_of_a_flag_that_moved_counts_for_more_than_the_road(call: Any) -> None:
    road = moves([[0, 0.01 * i, 0] for i in range(10)])
    moved = [{"a": [-0.3, 0, 0], "b": [0, 0, 0], "weight": 6}]
    view = call("map/framing", "facing", road + moved, [900, 450])
    assert abs(np.cos(view["azimuth"])) < 0.5  # the eye stands aside of the x axis


def test_nobody_is_turned_away_from_the_maps_own_side_for_nothing(call: Any) -> None:
    assert call("map/framing", "facing", [], [900, 450]) == {"azimuth": -0.92, "elevation": 0.42}


def test_the_line_goes_through_every_crossing_and_never_far_from_the_way_between_two(call: Any) -> None:
    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(*[st.integers(-40, 40)] * 3), min_size=2, max_size=8))
    def holds(points: list[tuple[int, int, int]]) -> None:
        places = np.array(points, float) / 10
        for i in range(len(places) - 1):
            a, b = places[i], places[i + 1]
            assert call("geometry", "positionAt", places.tolist(), i) == pytest.approx(a)
            far = np.linalg.norm(a - b)
            for u in (0.25, 0.5, 0.75):
                at = np.array(call("geometry", "positionAt", places.tolist(), i + u))
                assert np.linalg.norm(at - (a + u * (b - a))) <= 0.75 * far + 1e-4

    holds()
