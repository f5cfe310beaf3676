"""From a kept value to the page and back: reload, back, another tab; and what is not all there, in a sentence."""

from __future__ import annotations

import asyncio
import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from embeddings.request import Intervention, Request, Settings
from tests.viz.conftest import Scripted, until
from tests.viz.page.conftest import Page, drive, driven, put_up, stage_of, told, wait, widget
from viz.drive import session
from viz.drive.worker import Worker
from viz.page import opening, scene_menu
from viz.page.state import KINDS, Box, Cell, Stage
from viz.scene.link import ATLAS, VERSION, Driven, Link, Way, written
from viz.scene.recorded import scenes, step_of
from viz.server.routes import PAGE
from viz.strings import plain, text

ROAD = next(entry["id"] for entry in scenes() if entry["step"] == "road")
ASKED = Request.of("A pirate.", "What is rain?", settings=Settings(24, 0.5, 0.9, 7))
LINK = Link(ASKED, boxes=(("typed", "A pirate."), ("typed", "")))


def kept(asked: str, *, atlas: str | None = None, typed: dict[str, str] | None = None) -> str:
    """The whole value, as the player puts it together."""
    said = base64.urlsafe_b64encode(json.dumps(typed).encode()).rstrip(b"=").decode() if typed else ""
    return f"{VERSION}.{atlas or session.atlas().sha256[:ATLAS]}.{asked}.3_0.{said}"


def address(at: AppTest) -> str:
    return kept(told(at)["link"]["asked"])


def reopened(value: str, step: str = "road", *, linked: bool = False) -> AppTest:
    """Another session, at this address; ``linked``: somebody has sent it."""
    at = AppTest.from_file(str(PAGE), default_timeout=60)
    at.query_params["step"] = step
    at.query_params["kept"] = value
    if linked:
        at.query_params["linked"] = "1"
    return at.run()


def back(value: str | None, step: str = "road", **stage: Any) -> Stage:
    """The stage of a session that is told of this address by its player."""
    cell = Cell(Stage(id="me", **stage))
    opening.reopen(cell, value, step)
    return cell.stage


@pytest.mark.parametrize(
    ("asked", "step"), [("2", "road"), ("signs", "signs"), ("", "map"), ("<b>", "map"), ("9", "map")]
)
def test_a_step_is_named_by_name_or_number(asked: str, step: str) -> None:
    assert step_of(asked) == step


@pytest.mark.parametrize("step", ["map", "road", "start", "signs"])
def test_a_new_page_keeps_nothing(page: Page, step: str) -> None:
    link = told(page(step))["link"]
    assert (link["asked"], link["opened"], link["step"]) == ("", 0, step)


def test_a_reload_brings_back_what_was_asked_and_driven(page: Page) -> None:
    at = page("road")
    at.button_group(key="kind").set_value("empty").run()
    at.toggle(key="two").set_value(True).run()
    at.slider(key="temperature").set_value(0.5)
    at.slider(key="top_p").set_value(0.9)
    at.number_input(key="seed").set_value(7)
    at.number_input(key="length").set_value(5)
    at = wait(drive(at, "What is rain? 🙂 <b>"))
    at = wait(put_up(at, "water"))
    before = stage_of(at)
    value = address(at)
    after = reopened(value)
    assert not after.exception and not after.error
    stage = stage_of(after)
    assert stage.request == before.request and stage.two and stage.boxes[0].kind == "empty"
    assert (stage.shown, stage.scene, stage.running) == (before.shown, None, None) and stage.driven == before.driven
    assert widget(after.text_area, "question").value == "What is rain? 🙂 <b>"
    assert next(kind.value for kind in after.button_group if kind.key == f"kind_{stage.opened}") == "empty"
    assert widget(after.toggle, "two").value is True
    held = [widget(kind, name).value for kind, name in ((after.slider, "temperature"), (after.slider, "top_p"))]
    assert held == [0.5, 0.9] and [widget(after.number_input, name).value for name in ("seed", "length")] == [7, 5]
    assert told(after)["job"] == before.shown and told(after)["old"] == told(at)["old"]
    assert address(after) == value and stage_of(after.run()).request == before.request
    again = wait(after.button(key="drive").click().run())
    assert stage_of(again).request == before.request and stage_of(again).shown != before.shown


def test_a_road_that_is_still_driven_is_found_running_and_can_be_stopped(page: Page, side: Scripted) -> None:
    side.gate = type(side.gate)(1)
    at = drive(page("road"))
    after = reopened(address(at))
    job = session.jobs().get(stage_of(after).running)
    assert job is not None and job.id == stage_of(at).shown
    after.button(key="stop").click().run()
    assert not job.wanted() and after.button(key="drive")
    side.gate.release()


def test_a_recorded_scene_and_its_regions_come_back(page: Page) -> None:
    id = next(entry["id"] for entry in scenes() if entry["step"] == "signs" and entry.get("regions"))
    cell = Cell(opening.arrived(Stage(), "me", "signs", ""))
    cell.put(scene=id, regions=frozenset({"survival under threat"}), lent=frozenset())
    stage = back(kept(opening.asked(cell.stage)), "signs")
    assert (stage.scene, stage.shown, stage.regions, stage.lent) == (id, None, cell.stage.regions, cell.stage.lent)


def test_what_was_only_typed_comes_back(page: Page) -> None:
    page("road")
    typed = {"question": "Why is", "system": "You are", "system_b": "B <b>", "sign_text": "snow, ra"}
    at = reopened(kept(written(replace(LINK, two=True)), typed=typed))
    stage = stage_of(at)
    assert widget(at.text_area, "question").value == "Why is" and stage.request.settings == ASKED.settings
    assert [box.text for box in stage.boxes] == ["You are", "B <b>"] and stage.request.beside == ("B <b>",)
    assert stage.form == ("snow, ra", None)
    alone = stage_of(reopened(kept("", typed={"question": "Why"})))
    assert alone.request == Stage().request.asking("Why") and alone.scene == ROAD


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_start_comes_back(worker: Worker, kind: Any) -> None:
    box = Box(kind, "hidden")
    stage = Stage(id="me", step="road", scene=ROAD).boxed(box, Box(), two=False)
    found = back(kept(opening.asked(stage)))
    assert (found.boxes[0].kind, found.boxes[0].text) == (kind, "hidden") and found.request == stage.request


def test_signs_come_back_except_those_that_cannot_stand_here(ready: Worker) -> None:
    signs = (
        Intervention("snow", on=False),
        Intervention("freedom", "landmark"),
        Intervention("gone: gone", "landmark"),
    )
    stage = back(kept(written(replace(LINK, request=replace(ASKED, interventions=(*signs, signs[0]), strength=1.5)))))
    assert stage.signs == signs[:2] and stage.request.strength == 1.5
    assert stage.error and text("kept.sign", name="gone: gone") in stage.error
    assert text("signs.exists", name="snow") in stage.error


def test_a_value_of_another_map_says_so_and_brings_the_words_back(worker: Worker) -> None:
    stage = back(kept(written(LINK), atlas="0" * ATLAS))
    assert stage.error == text("kept.map") and stage.request == ASKED


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("<img src=x onerror=alert(1)>", "damaged"),
        ("1.0123abcd.AAAA..", "damaged"),
        ("7.anything", "version"),
        ("A" * 3000, "damaged"),
    ],
)
def test_a_hostile_address_is_a_sentence_on_a_page_that_works(page: Page, value: str, sentence: str) -> None:
    page("road")
    at = reopened(value)
    assert not at.exception and told(at)["scene"] == ROAD
    assert [error.value for error in at.error] == [plain(text(f"kept.{sentence}", version=7, own=VERSION))]
    assert wait(drive(at)).error == []


def test_a_scene_or_region_that_is_none_is_left_out(worker: Worker) -> None:
    stage = back(kept(written(replace(LINK, scene="no-such-scene", regions=("<b>",)))))
    assert stage.scene == ROAD and stage.regions == stage.lent and stage.error is None


def test_a_key_waits_for_the_player_and_an_unknown_one_is_a_sentence(page: Page) -> None:
    page("road")
    at = reopened("k0123456789ab")
    assert (told(at)["scene"], told(at)["job"]) == (None, None) and not at.error
    stage = back(None)
    assert stage.error == text("kept.gone") and stage.scene == ROAD and stage.opened


def test_back_and_forward_put_everything_there_as_it_was(page: Page) -> None:
    at = page("road")
    first = kept(told(at)["link"]["asked"])
    at = wait(drive(at, "One?"))
    one, shown = address(at), stage_of(at).shown
    at = wait(drive(at, "Two?"))
    cell: Cell = at.session_state["cell"]
    opening.reopen(cell, one, "road")
    at.run()
    assert told(at)["job"] == shown and widget(at.text_area, "question").value == "One?"
    assert len(told(at)["old"]) == 1  # the newer road is not lost
    opening.reopen(cell, first, "map")
    at.run()
    assert (told(at)["job"], told(at)["scene"] is not None, stage_of(at).step) == (None, True, "map")
    assert widget(at.text_area, "question").value == ""
    assert widget(at.button_group, "step").value == "map"


def test_another_entry_of_the_history_is_whatever_else_is_shown(ready: Worker) -> None:
    job, cell = driven()
    entry = opening.told(cell.stage)["entry"]
    typed = cell.change(lambda stage: replace(stage, request=stage.request.asking("Why?")))
    assert opening.told(typed)["entry"] == entry != opening.told(replace(typed, step="signs"))["entry"]
    assert opening.told(replace(typed, shown=None, missing=job.id))["entry"] == entry


def test_of_many_drives_the_newest_are_kept_and_the_one_on_the_stage(ready: Worker) -> None:
    lost = tuple(Driven(f"{i:022}", Way(ASKED)) for i in range(8))
    job, _ = driven()
    stage = Stage(id="me", lost=lost, missing=lost[0].job, driven=(job.id, "forgotten"))
    kept_ids = [one.job for one in opening.driven_of(stage)]
    assert kept_ids == [lost[0].job, *(one.job for one in lost[2:]), job.id]


def test_widgets_of_a_page_that_comes_back_are_new_ones(worker: Worker) -> None:
    first = back(kept(written(LINK)))
    second = back(kept(written(LINK)), opened=first.opened)
    assert second.opened > first.opened > 1e12  # later than any count of a session that the browser still remembers
    for stage in (first, second):
        counts = {stage.turned, stage.filled, stage.forms, stage.chipped, *(box.put for box in stage.boxes)}
        assert counts == {stage.opened} and all(box.submitted == stage.opened for box in stage.boxes)


def test_two_tabs_with_one_address_do_not_disturb_each_other(ready: Worker, side: Scripted) -> None:
    """Both listen to one road; it ends when the last of them turns to something else."""
    side.gate = type(side.gate)(1)
    job = session.drive(ASKED, "me")
    value = kept(opening.asked(Stage(id="me", step="road", shown=job.id, running=job.id, driven=(job.id,))))
    tabs = [Cell(Stage(id=name)) for name in ("me", "you")]
    for cell in tabs:
        opening.reopen(cell, value, "road")
    assert [cell.stage.running for cell in tabs] == [job.id, job.id]

    async def listened() -> None:
        listening = [job.listen(), job.listen()]
        for one in listening:
            await anext(one)
        scene_menu.play(tabs[1], ROAD)
        assert job.wanted() and tabs[0].stage.shown == job.id, "a tab that turned away has ended the other's road"
        await listening[1].aclose()
        scene_menu.play(tabs[0], ROAD)
        assert not job.wanted()
        side.gate.release(4)
        await listening[0].aclose()

    with ThreadPoolExecutor(1) as thread:  # a browser's tests before this one have left a loop in theirs
        thread.submit(asyncio.run, listened()).result()
    until(lambda: job.done)


def test_an_entry_that_is_left_keeps_what_its_road_was_asked(ready: Worker) -> None:
    job, cell = driven("One?", "A pirate.", settings=Settings(6, 0.5, 0.9, 3), interventions=(Intervention("snow"),))
    own = cell.change(lambda stage: replace(stage, request=job.request).boxed(Box(text="A pirate."), Box(), two=False))
    assert opening.told(own)["rest"] == opening.told(own)["asked"]
    typed = replace(own, request=Request.of(None, "Two?")).boxed(Box("default", "A nurse."), Box(text="B"), two=True)
    assert opening.told(typed)["rest"] != opening.told(typed)["asked"]
    found = back(kept(opening.told(typed)["rest"]))
    assert (found.request, found.boxes[0].system, found.two) == (job.request, "A pirate.", False)
    scene = Stage(id="me", scene=ROAD).boxed(Box(text="typed"), Box(), two=False)
    assert opening.rested(scene) is scene


@pytest.mark.parametrize(("system", "kind"), [(None, "default"), ("", "empty"), ("A nurse.", "typed")])
def test_a_box_that_is_left_shows_its_kind(ready: Worker, system: str | None, kind: str) -> None:
    job, cell = driven("One?", system, beside=(system,))
    stage = opening.rested(cell.change(lambda stage: stage.boxed(Box(text="x"), Box(text="y"), two=False)))
    assert [box.kind for box in stage.boxes] == [kind, kind] and stage.two and stage.request == job.request
