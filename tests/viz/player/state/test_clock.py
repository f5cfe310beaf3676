"""The clock as a value: told how much time has passed."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def clock(call: Any, **changes: Any) -> dict[str, Any]:
    return call("state/clock", "newClock") | changes


def test_the_clock_stops_at_the_end_of_a_finished_road_only(call: Any) -> None:
    near = clock(call, last=5, playing=True, time=4.9)
    assert call("state/clock", "tick", near, 1)["playing"] is False
    growing = call("state/clock", "tick", near | {"growing": True}, 1)
    assert growing["playing"] is True and growing["time"] == 5


def test_a_growing_road_is_caught_up_with(call: Any, repeat: Any) -> None:
    grows = [{"last": i / 4} for i in range(300)]  # 25 tokens a second
    last = repeat("state/clock", "tick", clock(call, growing=True, playing=True), grows, 0.01)[-1]
    assert last["last"] - last["time"] < 12


def test_reduced_motion_jumps_from_token_to_token(call: Any, repeat: Any) -> None:
    jumps = call("state/clock", "newClock", {"jumps": True}) | {"last": 9, "playing": True}
    times = [one["time"] for one in repeat("state/clock", "tick", jumps, [{}] * 40, 0.05)]
    assert times == [int(time) for time in times] and times[-1] >= 5


def test_play_at_the_end_starts_over(call: Any) -> None:
    assert call("state/clock", "play", clock(call, last=5, time=5)) == {
        "time": 0,
        "last": 5,
        "speed": 1,
        "playing": True,
        "growing": False,
        "jumps": False,
        "waited": 0,
    }


def test_the_road_is_driven_slowly_where_much_was_possible_and_hurries_on_rails(call: Any) -> None:
    def tempo(*entropies: float | None) -> float:
        return call("state/clock", "tempoAt", [{"tokens": [{"entropy": entropy}]} for entropy in entropies], 0)

    assert tempo(5.0) < tempo(2.4) < 1 < tempo(0.0) <= 1.5 and tempo(1.2) == 1 and tempo(None) == 1
    assert tempo(0.0, 5.0) == tempo(5.0)  # of two roads the slower counts
    going = clock(call, last=9, playing=True)
    fast, slow = (call("state/clock", "tick", going, 0.5, pace)["time"] for pace in (1.5, 0.5))
    assert fast == 3 * slow
