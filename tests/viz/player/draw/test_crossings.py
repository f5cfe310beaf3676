"""The marks of the crossings."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser

FRAME = {
    "project": {"$": "itself"},
    "ref": 1,
    "scale": 1,
    "palette": {"bg": "#fff", "fg": "#000", "roads": ["#a00", "#00a"]},
}


def ink(call: Any, question: int | None, gap: float = 20, hover: Any = None, time: float = 2) -> Any:
    tokens = [{"inside": [i % 2 == 0]} for i in range(4)] + [{"inside": []}]
    roads = [{"tokens": tokens, "places": [[gap * i, 5, 1] for i in range(5)]}]
    state = {"roads": roads, "question": question, "time": time, "hover": hover}
    return call("draw/crossings", "drawCrossings", FRAME, state)


def test_a_crossing_is_filled_where_it_is_inside_and_hollow_where_not(call: Any) -> None:
    marks = [item for item in ink(call, 0) if "inside" in item]
    assert [item["inside"] for item in marks] == [True, False, True, False]
    assert [item["fill"] for item in marks] == ["#a00", "#fff", "#a00", "#fff"]
    assert [item["stroke"] for item in marks] == ["#fff", "#a00", "#fff", "#a00"]
    assert [item["alpha"] for item in marks] == [1, 1, 1, 0.4]  # what is to come is faint, but there


def test_what_was_not_asked_has_no_mark_and_without_a_question_nothing_has(call: Any) -> None:
    assert [item["at"][0] for item in ink(call, 0)] == [0, 20, 40, 60]
    assert all("inside" not in item for item in ink(call, None)) and len(ink(call, None)) == 2


def test_marks_are_as_small_as_the_crossings_lie_close(call: Any) -> None:
    wide, close = ink(call, 0, gap=20)[0]["radius"], ink(call, 0, gap=1)[0]["radius"]
    assert 2 <= close < wide <= 4


def test_the_crossing_under_the_pointer_has_a_ring(call: Any) -> None:
    ring = ink(call, 0, hover={"road": 0, "index": 1})[-1]
    assert ring["at"][0] == 20 and "fill" not in ring
    assert len(ink(call, 0, hover={"road": 0, "index": 1, "candidate": 2})) == len(ink(call, 0))
