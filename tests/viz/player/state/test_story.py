"""The beats of a scene: at which crossings the camera moves again."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def road(count: int, **changes: Any) -> dict[str, Any]:
    tokens = [
        {"id": 1, "kl": 0.0, "candidates": [{"id": 1}, {"id": 2}], "after": None, "blocked": []} for _ in range(count)
    ]
    return {"tokens": tokens, "state": "done", "settings": {"temperature": 0}} | changes


def bitten(count: int, at: int) -> dict[str, Any]:
    made = road(count, rewards=[{"word": "x", "weight": "ban"}])
    made["tokens"][at] |= {"id": 2, "kl": 1.2, "after": [0.1, 0.6]}
    return made


def shots(call: Any, roads: list[dict[str, Any]], parts: int | None = None) -> list[tuple[str, int]]:
    return [(beat["shot"], beat["at"]) for beat in call("state/story", "beatsOf", roads, parts)]


def test_a_road_is_seen_with_its_start_then_alone_then_whole(call: Any) -> None:
    assert shots(call, [road(40)]) == [("start", 0), ("road", 9), ("end", 39)]
    assert shots(call, [road(8)]) == [("start", 0), ("end", 7)]
    assert shots(call, [road(0)]) == [("start", 0)]


def test_the_fork_and_the_first_bite_of_a_sign_are_beats(call: Any) -> None:
    assert shots(call, [road(40), bitten(40, 25)], 14) == [
        ("start", 0),
        ("road", 9),
        ("road", 14),
        ("road", 25),
        ("end", 39),
    ]


def test_a_growing_road_has_no_beats_yet(call: Any) -> None:
    assert shots(call, [road(30, state="running")]) == [("start", 0)]


def test_the_beat_is_the_last_that_the_head_has_come_to(call: Any) -> None:
    beats = [{"at": 0, "shot": "start"}, {"at": 9, "shot": "road"}, {"at": 20, "shot": "end"}]
    assert [call("state/story", "beatAt", beats, time) for time in (0, 8.9, 9, 19.9, 20, 30)] == [0, 0, 1, 1, 2, 2]
