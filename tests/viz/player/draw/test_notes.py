"""Words on the picture itself, beside the crossings at which something happened."""

from typing import Any

import pytest
from hand import SAYS

pytestmark = pytest.mark.browser

PALETTE = {"fg": "#000000", "bg": "#ffffff", "roads": ["#c2410c", "#2158d8"]}
FRAME = {
    "project": {"$": "itself"},
    "measure": {"$": "seven"},
    "width": 800,
    "height": 600,
    "scale": 1,
    "palette": PALETTE,
}
WANTED = {"wanted": {"text": " freedom", "p": 0.9958}, "took": {"text": " their", "p": 0.0028}, "sure": True}


def moment(rule: str, at: int, values: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"rule": rule, "road": 1, "named": True, "at": at, "key": f"{rule}/1/{at}", "values": values or {}}


def drawn(
    call: Any, listed: list[dict[str, Any]], *, time: int = 9, hard: Any = (), soft: Any = (), **frame: Any
) -> Any:
    places = [[400, 300, 1], [100, 100, 1], [400, 20, 1], [2000, 20, 1], [700, 580, -1]]
    state = {"moments": listed, "time": time, "roads": [{"places": []}, {"places": places}], "slots": {"$": "map"}}
    state["say"] = {"$": "says", "table": SAYS}
    return call("draw/notes", "drawNotes", {**FRAME, **frame}, state, {"hard": [*hard], "soft": [*soft]})


def texts(found: Any) -> list[str]:
    return [item["text"] for item in found["ink"] if item["kind"] == "text"]


def test_a_barrier_and_a_parting_are_named_where_they_are(call: Any) -> None:
    found = drawn(call, [moment("blocked", 0, WANTED), moment("parted", 1, {"a": WANTED["took"], "b": WANTED["took"]})])
    assert texts(found) == ["B wanted “freedom” 99.6 %", "the roads part"]
    rings = [item["at"][:2] for item in found["ink"] if item["kind"] == "dot"]
    assert rings == [[400, 300], [100, 100]] and len(found["boxes"]) == 2
    assert (
        texts(drawn(call, [moment("blocked", 3, WANTED), moment("blocked", 4, WANTED)])) == []
    )  # out of sight, behind
    assert texts(drawn(call, [moment("blocked", 2, WANTED)], time=1)) == []  # not yet


def test_words_keep_off_what_has_to_stay_free_and_in_the_stage(call: Any) -> None:
    listed = [moment("blocked", at, WANTED) for at in (0, 2)]
    found = drawn(call, listed)
    for left, top, right, bottom in found["boxes"]:
        assert 0 < left < right < 800 and 0 < top < bottom < 600
    moved = drawn(call, listed[:1], hard=[found["boxes"][0]])["boxes"][0]
    assert moved != found["boxes"][0]
    left, top, right, bottom = found["boxes"][0]
    assert moved[0] >= right or moved[2] <= left or moved[1] >= bottom or moved[3] <= top
    assert drawn(call, listed[:1], soft=[found["boxes"][0]])["boxes"][0] != found["boxes"][0]
    full = drawn(call, listed[:1], hard=[[0, 0, 800, 600]])
    assert texts(full) == [] and [item["kind"] for item in full["ink"]] == [
        "dot"
    ]  # the crossing is marked all the same


def test_a_narrow_stage_has_the_last_of_them_alone(call: Any) -> None:
    found = drawn(call, [moment("blocked", 1, WANTED), moment("returned", 0, {"after": 3})], width=500)
    assert texts(found) == ["back on A’s road"]
