"""What the strip can read off a road."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_unknown_readings_are_gaps(call: Any) -> None:
    road = {"tokens": [{"grip": None}, {"grip": 0.5}, {}]}
    assert call("state/readings", "valuesOf", road, "grip") == [None, 0.5, None]


@pytest.mark.parametrize(
    ("lists", "least", "top"), [([[0.02]], 0.1, 0.1), ([[0.31, None]], 0.1, 0.5), ([[7]], 1, 10), ([[]], 1, 1)]
)
def test_the_axis_is_round(call: Any, lists: list[list[float | None]], least: float, top: float) -> None:
    assert call("state/readings", "axisTop", lists, least) == top


def test_the_price_adds_up(call: Any) -> None:
    road = {"tokens": [{"kl": 1}, {"kl": 0.5}, {"kl": None}, {"kl": 2}]}
    assert call("state/readings", "valuesOf", road, "price") == [1, 1.5, None, 3.5]


def test_the_region_that_is_read_is_the_first_with_values(call: Any) -> None:
    roads = [{"tokens": [{"scores": None}]}, {"tokens": [{"scores": [None, -0.5]}]}]
    assert call("state/readings", "readSign", roads, [{}, {}]) == 1
    assert call("state/readings", "valuesOf", roads[1], "region", 1) == [-0.5]


def test_a_sign_that_is_put_up_chooses_what_is_read(call: Any) -> None:
    word, other = {"word": "rain", "weight": "ban"}, {"word": "sea", "weight": -2}
    wanted, region = {"word": "sun", "weight": 1.5}, {"region": "freedom", "weight": -1.5}

    def chosen(before: list[Any], after: list[Any]) -> Any:
        return call("state/readings", "readingOfNew", [{}, {"rewards": before}], [{}, {"rewards": after}])

    assert chosen([], [word]) == chosen([region], [region, other]) == "pull"
    assert chosen([word], [word, region]) == chosen([], [word, region]) == "region"
    assert chosen([word], [word, wanted]) is None and chosen([word, region], [region]) is None
    assert chosen([region], [{**region, "weight": -3}]) is None  # weighed, not put up
