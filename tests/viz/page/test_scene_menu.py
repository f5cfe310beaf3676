"""Recorded scenes: those of a step, playing one, and what leaves the stage for it."""

from __future__ import annotations

import pytest

from tests.viz.page.conftest import Page, drive, driven, told, widget
from viz.drive import session
from viz.drive.worker import Worker
from viz.page import scene_menu
from viz.page.state import old
from viz.scene import recorded
from viz.scene.recorded import scenes

STEPS = ("map", "road", "start", "signs")


@pytest.mark.parametrize("step", STEPS)
def test_a_step_opens_with_the_first_of_its_scenes(step: str) -> None:
    assert recorded.first_scene(step) == next(entry["id"] for entry in scenes() if entry["step"] == step)


def test_a_step_without_scenes_opens_with_the_first_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    assert recorded.first_scene("nothing") == scenes()[0]["id"]
    monkeypatch.setattr(recorded, "scenes", list)
    assert recorded.first_scene("map") is None


def test_a_scene_ends_the_drive_and_the_road_joins_those_before(ready: Worker) -> None:
    job, cell = driven()
    cell.put(running=job.id, error="No.")
    scene_menu.play(cell, scenes()[0]["id"])
    stage = cell.stage
    assert (stage.scene, stage.shown, stage.running, stage.error) == (scenes()[0]["id"], None, None, None)
    assert not job.wanted() and [one.id for one in old(stage)] == [job.id]
    scene_menu.play(cell, scenes()[0]["id"])
    assert cell.stage.revision == stage.revision + 1  # it is played again


@pytest.mark.parametrize("step", STEPS)
def test_every_scene_of_a_step_has_a_way_to_it(page: Page, step: str) -> None:
    listed = [entry for entry in scenes() if entry["step"] == step]
    at = page(step)
    last = listed[-1]["id"]
    if len(listed) > scene_menu.BUTTONS:
        at.menu_button(key="scene_menu").click(last).run()
    else:
        assert {f"scene_{entry['id']}" for entry in listed} <= {button.key for button in at.button}
        at.button(key=f"scene_{last}").click().run()
    assert told(at)["scene"] == last and not at.exception


def test_regions_of_a_recorded_scene_leave_with_it(page: Page) -> None:
    scene, regions = next((entry["id"], entry["regions"]) for entry in scenes() if entry.get("regions"))
    at = page("signs")
    at.menu_button(key="scene_menu").click(scene).run()
    assert told(at)["scene"] == scene and set(told(at)["regions"]) == set(regions)
    at = drive(at)
    assert told(at)["regions"] == []
    kept = regions[0]
    index = [region.name for region in session.atlas().regions].index(kept)
    widget(at.toggle, f"region_{index}").set_value(True).run()
    at.menu_button(key="scene_menu").click(scene).run()
    assert set(told(at)["regions"]) == set(regions)
    assert told(drive(at))["regions"] == [kept]  # somebody's own choice


def test_regions_are_told_by_name(page: Page) -> None:
    at = page("signs")
    region = session.atlas().regions[0].name
    switch = widget(at.toggle, "region_0")
    switch.set_value(not switch.value).run()
    assert (region in told(at)["regions"]) == widget(at.toggle, "region_0").value
