"""Which region the crossings are asked about, how many are inside, and whether the tint agrees."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser

REGIONS = ["freedom", "survival"]


def asked(*inside: list[bool], **given: Any) -> dict[str, Any]:
    tokens = [{"inside": row} for row in inside]
    asked = {"signs": [], "shown": [], "regions": REGIONS, "reading": "probability", "chosen": None}
    return {"roads": [{"tokens": tokens}], **asked, **given}


def test_a_sign_is_asked_before_regions_and_what_somebody_chose_before_all(call: Any) -> None:
    rows = [[True, False, False], [True, True, False]]
    assert call("state/question", "questionOf", asked(*rows)) is None
    assert call("state/question", "questionOf", asked(*rows, shown=REGIONS)) == 0  # two of two against one
    assert call("state/question", "questionOf", asked(*rows, shown=["survival"])) == 1
    assert call("state/question", "questionOf", asked(*rows, reading="inside")) == 0
    assert call("state/question", "questionOf", asked(*rows, shown=["survival"], reading="inside")) == 1
    assert call("state/question", "questionOf", asked(*rows, shown=REGIONS, signs=[{}])) == 2
    assert call("state/question", "questionOf", asked(*rows, shown=REGIONS, signs=[{}], chosen=1)) == 1
    assert call("state/question", "questionOf", asked(*rows, shown=REGIONS, chosen=7)) == 0


def test_a_region_that_no_crossing_was_asked_about_is_not_in_question(call: Any) -> None:
    assert call("state/question", "questionOf", asked([True, False], signs=[{}])) is None
    assert call("state/question", "questionOf", asked(shown=REGIONS)) is None


def test_the_count_is_of_the_crossings_that_were_asked(call: Any) -> None:
    tokens: list[dict[str, Any]] = [{"inside": [True]}, {"inside": [False]}, {"inside": [False]}, {"inside": []}, {}]
    found = call("state/question", "countInside", tokens, 0)
    assert (found["count"], found["of"]) == (1, 3) and found["share"] == pytest.approx(1 / 3)
    assert call("state/question", "countInside", tokens, 4) == {"count": 0, "of": 0, "share": None}


def test_a_crossing_agrees_where_most_dots_nearby_say_what_it_says(call: Any) -> None:
    """Two lumps of thirty dots; those of the right one are inside."""
    line = [0.001 * i for i in range(30)]
    ground = {"count": 60, "map": [line + [9 + x for x in line], [0] * 60, [0] * 60]}
    ground["meta"] = {"bounds": [[0, 9.03], [0, 0], [0, 0]]}  # type: ignore[assignment]
    inside, places = [True, False, True, None], [[9, 0, 0], [9, 0, 0], [0, 0, 0], [0, 0, 0]]
    tokens = [{"inside": [] if said is None else [said], "position": p} for said, p in zip(inside, places, strict=True)]
    found = call("state/question", "agreement", ground, [{"tokens": tokens}], 0, list(range(30, 60)))
    assert found == {"count": 1, "of": 3}
