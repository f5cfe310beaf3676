"""A distance on the map in words."""

from typing import Any

import pytest
from hand import SAYS

from viz.drive import session
from viz.scene.recorded import starts

pytestmark = pytest.mark.browser
PAIRS = [{"a": "pirate", "b": "scientist", "map": 1.0}, {"a": "poet", "b": "nurse", "map": 0.5}]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1.05, "as far as pirate from scientist"),
        (0.52, "as far as poet from nurse"),
        (1.2, "a little further than pirate from scientist"),
        (2.0, "about twice as far as pirate from scientist"),
        (9.0, "more than twice as far as pirate from scientist"),
        (0.2, "about half as far as poet from nurse"),
        (0.05, "a small part of the way from poet to nurse"),
        (0.5, "about half as far as pirate from scientist"),  # what is spoken of may be that very pair
        (0.0, ""),
    ],
)
def test_a_distance_is_likened_to_the_pair_that_is_nearest_to_it(call: Any, value: float, said: str) -> None:
    found = call("state/likeness", "likeness", {"$": "words"}, PAIRS, value)
    key, named = found if found else ("", {})
    assert SAYS["likeness"].get(key.removeprefix("likeness."), "").format(**named) == said


def test_where_nothing_is_known_nothing_is_said(call: Any) -> None:
    assert call("state/likeness", "likeness", {"$": "words"}, [], 0.4) == ""
    assert call("state/likeness", "likeness", {"$": "words"}, None, 0.4) == ""


def test_the_known_pairs_are_the_starts_of_the_recorded_scenes() -> None:
    assert {"pirate", "scientist", "poet"} <= set(starts())
    assert all(len(place) == 3 for place in starts().values()) and session.atlas().spread > 0
