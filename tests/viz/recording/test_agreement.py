"""The tint of the map beside what the crossings say, scene by scene."""

from __future__ import annotations

from pathlib import Path

from viz.recording import agreement

PAGE = Path(__file__).parents[3] / "docs" / "map.md"


def test_the_page_on_the_map_has_the_table_that_the_command_prints() -> None:
    kept = PAGE.read_text(encoding="utf-8").split("<!-- agreement -->")[1].split("<!-- /agreement -->")[0]
    assert kept.strip() == agreement.table(), "run `python -m viz.recording.agreement` and put the table there"


def test_a_scene_asks_its_sign_first_then_the_region_in_which_most_crossings_lie() -> None:
    token = {"inside": [True, False, False], "scores": None}
    scene = {"roads": [{"tokens": [token, token]}], "regions": ["a", "b"], "signs": []}
    assert agreement.question(scene, ["a", "b"]) == 0
    scene["roads"] = [{"tokens": [{"inside": [False, True]}, {"inside": [True, True]}]}]
    assert agreement.question(scene, ["a", "b"]) == 1
    assert agreement.question({**scene, "regions": ["a"]}, ["a", "b"]) == 0
    assert agreement.question({**scene, "regions": []}, ["a", "b"]) is None
    scene["roads"] = [{"tokens": [{"inside": [True] * 4, "scores": [None, 0.5]}]}]
    assert agreement.question({**scene, "signs": [{}, {}]}, ["a", "b"]) == 3
    scene["roads"] = [{"tokens": [{"inside": [True] * 4, "scores": None}]}]
    assert agreement.question({**scene, "signs": [{}, {}]}, ["a", "b"]) == 2
