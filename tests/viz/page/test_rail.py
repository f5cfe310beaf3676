"""What the rail gathers, and what it says of the model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from embeddings.errors import UserError
from embeddings.request import Settings
from tests.viz.conftest import Scripted, until
from tests.viz.page.conftest import Page, drive, stage_of, wait, widget
from tests.viz.sessions import visitor
from viz.drive import session
from viz.drive.worker import Worker
from viz.page.boxes import asking, filled
from viz.page.ordering import reseeded
from viz.page.rail import Gathered
from viz.page.state import Box, Stage
from viz.server.routes import PAGE
from viz.strings import text


def gathered(before: Stage, **held: object) -> Gathered:
    """What the widgets hold that were drawn from a stage."""
    first, second = before.boxes
    asked = Gathered(
        before, (replace(first, text="A pirate."), second), True, "Why?", Settings(max_new_tokens=7), submitted=False
    )
    return replace(asked, **held)  # type: ignore[arg-type]


def test_all_that_is_held_is_asked_for() -> None:
    before = Stage(boxes=(Box(), Box("default")))
    request = gathered(before).into(before).request
    assert (request.question, request.system, request.beside) == ("Why?", "A pirate.", (None,))
    assert request.settings == Settings(max_new_tokens=7)


def test_the_signs_are_none_of_the_widgets_that_are_gathered() -> None:
    before = Stage()
    later = replace(before, error="No.", shown="a road", revision=4)
    after = gathered(before).into(later)
    assert (after.error, after.shown, after.revision, after.signs) == ("No.", "a road", 4, ())


def test_what_the_page_has_put_in_meanwhile_stays_and_the_rest_is_written() -> None:
    before = Stage()
    later = filled(asking(before, "Put in?"), 0, "Put in.")
    after = gathered(before).into(later)
    assert (after.request.question, after.request.system, after.two) == ("Put in?", "Put in.", False)
    assert after.request.settings.max_new_tokens == 7
    only_box = gathered(before).into(filled(before, 0, "Put in."))
    assert (only_box.request.question, only_box.request.system) == ("Why?", "Put in.")


def test_a_seed_that_was_rolled_meanwhile_stays_and_the_rest_is_written() -> None:
    before = Stage()
    after = gathered(before).into(reseeded(before, 77))
    assert after.request.settings == Settings(max_new_tokens=7, seed=77)
    assert gathered(before).into(before).request.settings.seed == Settings().seed


def test_how_a_road_is_sampled_is_said_and_the_die_drives_it_with_another_seed(page: Page) -> None:
    at = page("road")
    said = text("dice.sampled", temperature=0.7, top_p=0.9, seed=1)
    assert said in [caption.value for caption in at.caption]
    at.button(key="roll").click().run()
    assert not job_on(at), "nothing is driven before there is a road"
    at = wait(drive(at))
    first = stage_of(at).request.settings.seed
    at = wait(at.button(key="roll").click().run())
    seed = stage_of(at).request.settings.seed
    assert seed != first and job_on(at).request.settings.seed == widget(at.number_input, "seed").value == seed
    at.slider(key="temperature").set_value(0.0).run()
    assert text("dice.likeliest") in [caption.value for caption in at.caption] and at.button(key="roll").disabled


def job_on(at: AppTest) -> Any:
    return session.jobs().get(stage_of(at).shown)


def test_a_press_of_enter_is_remembered_with_its_box() -> None:
    before = Stage()
    asked = gathered(before, boxes=(Box(text="A pirate.", submitted=9), Box()), submitted=True)
    assert asked.into(before).boxes[0].submitted == 9


def test_a_model_that_fails_to_load_is_said_and_can_be_tried_again(page: Page, side: Scripted, worker: Worker) -> None:
    side.fails_to_load = UserError("There is no network.")
    worker.ready()
    until(lambda: worker.status.state == "error")
    at = page("road", ready=False)
    assert "network" in at.warning[0].value and at.button(key="again")
    side.fails_to_load = None
    at.button(key="again").click().run()
    until(lambda: worker.status.state == "ready")
    assert not at.run().warning


def test_how_far_the_model_is_is_said(page: Page, side: Scripted, worker: Worker) -> None:
    side.loaded.clear()
    assert text("model.idle") in [caption.value for caption in page(ready=False).caption]
    worker.ready()
    until(lambda: worker.status.progress == 0.5)
    assert any("50" in caption.value for caption in page(ready=False).caption)
    side.loaded.set()


def test_the_line_is_answered_once_more_when_the_model_is_there(
    side: Scripted, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser asks for it every second, also while it is being told that it need not. A request for a fragment that
    is gone Streamlit leaves without an answer: the page would stay grey."""
    monkeypatch.setattr(session, "ready_later", lambda: None)
    side.loaded.clear()
    with visitor(str(PAGE)) as guest:
        (line,) = (told.auto_rerun.fragment_id for told in guest.drawn if told.HasField("auto_rerun"))
        worker.ready()
        side.loaded.set()
        until(lambda: worker.status.state == "ready")
        guest.request()
        guest.settled()
        assert not any(told.HasField("auto_rerun") for told in guest.drawn)
        guest.request(fragment=line)
        guest.settled()
        assert any(told.HasField("script_finished") for told in guest.drawn)


def test_where_a_picture_comes_from_stands_under_more(page: Page) -> None:
    at = wait(drive(page("road")))
    assert "how this picture was made" in [shown.value for shown in at.text]
