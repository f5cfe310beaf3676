"""The stops of a lesson as data."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

BEAT: dict[str, Any] = {"id": "a", "cover": False, "question": None, "answer": None, "token": 3}


@pytest.fixture
def talk(call: Any) -> Callable[..., Any]:
    """Calls a function of the module."""
    return lambda name, *given: call("state/talk", name, *given)


def beats(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**BEAT, "id": str(i), **change} for i, change in enumerate(changes)]


def test_a_covered_token_and_a_question_stop_twice_everything_else_once(talk: Callable[..., Any]) -> None:
    lesson = beats({}, {"cover": True}, {"question": "q", "answer": "a"}, {"question": "q"})
    stops = [(stop["beat"], stop["part"]) for stop in talk("stopsOf", lesson)]
    assert stops == [(0, "told"), (1, "covered"), (1, "told"), (2, "asked"), (2, "told"), (3, "told")]


@pytest.mark.parametrize(
    ("place", "stop"),
    [({"beat": "1", "part": "told"}, 2), ({"beat": "1", "part": "asked"}, 1), ({"beat": "gone"}, 0), ({}, 0)],
)
def test_a_kept_place_is_found_again_or_the_beginning(talk: Callable[..., Any], place: Any, stop: int) -> None:
    lesson = beats({}, {"cover": True})
    assert talk("stopAt", talk("stopsOf", lesson), lesson, place) == stop


def test_guesses_stand_in_an_order_that_gives_nothing_away(talk: Callable[..., Any]) -> None:
    turns = [
        {"id": i, "text": text, "probability": p}
        for i, (text, p) in enumerate([(" sea", 0.5), (" art", 0.3), (" life", 0.1), (" a", 0.05)])
    ]
    assert [turn["text"] for turn in talk("guessesOf", {"candidates": turns})] == [" art", " life", " sea"]
    assert [turn["text"] for turn in talk("guessesOf", {"candidates": turns[::-1]})] == [" a", " art", " life"]


def test_the_head_goes_one_on_where_a_token_is_uncovered_and_never_beyond_the_end(talk: Callable[..., Any]) -> None:
    covered = {**BEAT, "cover": True}
    assert [talk("headAt", covered, part, 9) for part in ("covered", "told")] == [3, 4]
    assert talk("headAt", BEAT, "told", 9) == 3
    assert talk("headAt", {**BEAT, "token": None}, "told", 9) == 9
    assert talk("headAt", covered, "told", 3) == 3
