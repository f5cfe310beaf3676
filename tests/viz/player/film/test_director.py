"""What a film shows when."""

from itertools import pairwise
from typing import Any

import pytest
from films import ask
from real import SCENES, scene

pytestmark = pytest.mark.browser


def pace(
    page: Any, roads: list[dict[str, Any]], seconds: float, moments: list[float], parts_at: int | None = None
) -> Any:
    return ask(page, "paced", roads, seconds, parts_at, moments)


def road(entropies: list[float], **more: Any) -> dict[str, Any]:
    return {"tokens": [{"id": 1, "entropy": value, "candidates": []} for value in entropies], "spurs": {}, **more}


def test_the_map_is_seen_first_then_the_road_is_driven_to_its_end_and_rests(blank: Any) -> None:
    made = pace(blank, [road([1.2] * 21)], 6, [0, 0.5, 0.6, 5.0, 5.9])
    assert made["times"] == pytest.approx([0, 0, 0, 20, 20]) and made["opening"] == 0.6 and made["ends"] == 5
    assert made["back"] == pytest.approx(list(range(21)))
    short = pace(blank, [road([1.2] * 21)], 1, [0, 0.09, 0.86, 0.99])
    assert short["times"] == pytest.approx([0, 0, 20, 20])  # all of it, however short the film


def test_where_much_is_possible_the_head_is_slower(blank: Any) -> None:
    step = [0.6 + 4.4 * k / 400 for k in range(401)]
    made = pace(blank, [road([0.0] * 10 + [4.0] * 10 + [0.0] * 11)], 6, step)
    spent = [sum(low <= time < high for time in made["times"]) for low, high in ((0, 10), (10, 20))]
    assert 2.2 < spent[1] / spent[0] < 3.2  # the tempo of the player: 0.55 against 1.5


def test_a_film_stops_where_roads_part_and_never_longer_than_it_drives(blank: Any) -> None:
    spurs = {str(k): [[0, 0, 0]] for k in range(30)}
    roads = [road([1.0] * 30, spurs=spurs), road([1.0] * 30, spurs=spurs)]
    made = pace(blank, roads, 6, [k / 100 for k in range(600)], 7)
    assert made["stops"] == [7] and 70 <= made["times"].count(7) <= 90
    quick = pace(blank, roads, 1, [k / 1000 for k in range(1000)], 7)
    assert quick["times"].count(7) <= 310


def test_a_road_that_nothing_happens_to_stops_where_most_was_open(blank: Any) -> None:
    entropies = [1.0] * 30
    entropies[12], entropies[28] = 5.0, 9.0
    spurs = {str(k): [[0, 0, 0]] for k in range(30)}
    assert pace(blank, [road(entropies, spurs=spurs)], 6, [])["stops"] == [12]
    assert pace(blank, [road(entropies)], 6, [])["stops"] == []  # where no turns are known there are none to look at
    assert pace(blank, [], 6, [0, 3])["times"] == [0, 0]


@pytest.mark.parametrize("id", SCENES[:6])
def test_every_recorded_scene_is_told_from_its_first_token_to_its_last(blank: Any, id: str) -> None:
    told = scene(id)
    made = pace(blank, told["roads"], 6, [k / 30 for k in range(180)], told["parts_at"])
    last = max(len(one["tokens"]) for one in told["roads"]) - 1
    assert made["times"] == sorted(made["times"]) and made["times"][0] == 0 and made["times"][-1] == last
    assert len(made["stops"]) <= 2


SHOTS = [[0, 1.0], [9, 0.4], [20, 0.5], [40, 0.8]]


def test_the_camera_begins_at_the_whole_map_and_ends_with_the_last_shot(blank: Any) -> None:
    moments = [k / 30 for k in range(180)]
    made = ask(blank, "travelled", SHOTS, 6, moments)
    assert made["far"][:18] == [2] * 18 and made["far"][150:] == pytest.approx([0.8] * 30)
    assert min(made["far"]) == pytest.approx(0.4)  # there was time to come near
    starts = [trip["from"] for trip in made["trips"]]
    assert all(b - a >= 1.5 - 1e-9 for a, b in pairwise(starts))
    steps = [abs(b - a) for a, b in pairwise(made["far"])]
    assert max(steps) < 0.12  # it never cuts
    assert made["drift"][0] == pytest.approx(-0.1) and made["drift"][90] == pytest.approx(0)


def test_a_long_film_has_all_shots_and_a_very_short_one_the_last(blank: Any) -> None:
    assert [trip["camera"]["distance"] for trip in ask(blank, "travelled", SHOTS, 20, [])["trips"]] == [
        1.0,
        0.4,
        0.5,
        0.8,
    ]
    assert [trip["camera"]["distance"] for trip in ask(blank, "travelled", SHOTS, 1, [])["trips"]] == [0.8]
    assert ask(blank, "travelled", SHOTS, 1, [0.99])["far"] == pytest.approx([0.8])
