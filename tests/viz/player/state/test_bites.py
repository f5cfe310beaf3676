"""Where a sign bit: one rule for what is said, marked and counted."""

from typing import Any

import pytest
import real

pytestmark = pytest.mark.browser

BAN = {"word": "sea", "weight": "ban"}
AWAY = {"word": "sea", "weight": -3.0}
TO = {"word": "hill", "weight": 4.0}
REGION = {"region": "freedom", "weight": -1.5}


def crossing(**more: Any) -> dict[str, Any]:
    candidates = [{"id": 1, "probability": 0.6}, {"id": 2, "probability": 0.2}]
    return {"id": 2, "probability": 0.2, "candidates": candidates, "after": [0.1, 0.7], "blocked": [], **more}


def road(*rewards: dict[str, Any], temperature: float = 0, **more: Any) -> dict[str, Any]:
    return {"tokens": [crossing(**more)], "rewards": [*rewards], "settings": {"temperature": temperature}}


@pytest.mark.parametrize(
    ("made", "by", "sure"),
    [
        (road(BAN, blocked=[1], after=[0.0, 0.5]), "blocked", True),
        (road(BAN, blocked=[1], after=None), "blocked", True),
        (road(BAN, blocked=[1], temperature=0.7), "blocked", False),
        (road(TO), "steered", True),
        (road(TO, temperature=0.7), "steered", False),
        (road(TO, temperature=0.7, after=[0.5, 0.3]), None, None),  # by chance: the sign left the first one ahead
        (road(TO, temperature=0.7, after=[0.1, 0.15]), None, None),  # it gained nothing
        (road(TO, temperature=0.7, after=None), None, None),  # nobody knows
        (road(temperature=0.7), None, None),  # no sign
        (road(TO, id=1, probability=0.6), None, None),  # it wrote what it wanted
        ({**road(TO), "parent": {"at": 0, "forced": 1}}, None, None),  # somebody's own turn
        (road(BAN, after=[0.6, 0.2]), None, None),  # nor did it lead: somebody's own turn on a road before
        ({**road(), "tokens": []}, None, None),
    ],
)
def test_a_sign_bites_where_another_token_was_written_because_of_it(
    call: Any, made: dict[str, Any], by: str | None, sure: bool | None
) -> None:
    found = call("state/bites", "biteAt", made, 0)
    assert (found and found["by"], found and found["sure"]) == (by, sure)


@pytest.mark.parametrize(
    ("made", "way"),
    [
        (road(BAN, blocked=[1]), "avoid"),
        (road(BAN, REGION, blocked=[1]), "avoid"),
        (road(AWAY), "avoid"),  # not forbidden, only made less likely
        (road(TO), "toward"),
        (road(AWAY, TO, after=[0.02, 0.3]), "avoid"),  # taken down thirty times, lifted by half
        (road(AWAY, TO, after=[0.3, 0.69]), "toward"),
        (road(TO, REGION), None),  # one or the other
        (road(REGION), None),
        (road(temperature=0.7), None),
    ],
)
def test_the_post_points_the_way_of_the_sign_that_bit(call: Any, made: dict[str, Any], way: str | None) -> None:
    assert call("state/bites", "wordBite", made, 0) == way


def test_in_recorded_scenes_a_sign_bites_where_the_likeliest_of_before_was_not_taken(call: Any) -> None:
    """Counted from the tokens alone: roads of the scenes are greedy, unless their settings say otherwise."""
    counted = 0
    for id in real.SCENES:
        for made in real.scene(id)["roads"]:
            if made["settings"]["temperature"] or made["kind"] == "fork":
                continue
            moved = [token["candidates"][0]["id"] != token["id"] for token in made["tokens"]]
            assert call("harness", "bitten", made) == [at and bool(made["rewards"]) for at in moved], id
            counted += sum(moved)
    assert counted > 100
