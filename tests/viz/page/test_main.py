"""The page as a whole: its steps and addresses, what the player is told, and that a press acts on what is held."""

from __future__ import annotations

import json
import string

import pytest

from embeddings.errors import UserError
from tests.viz.conftest import Scripted
from tests.viz.page.conftest import Page, drive, job_of, stage_of, told, wait, widget
from viz.drive import session
from viz.scene.recorded import scenes
from viz.strings import text

STEPS = ("map", "road", "start", "signs")
LETTERS = set(string.ascii_letters + string.digits + "-_")


@pytest.mark.parametrize("step", [*STEPS, None, "nonsense", "<script>"])
def test_every_step_opens_from_its_address(page: Page, step: str | None) -> None:
    at = page(step)
    assert not at.exception
    shown = step if step in STEPS else "map"
    assert at.button_group(key="step").value == stage_of(at).step == shown
    assert text(f"steps.{shown}.about") in [block.value for block in at.markdown]
    assert at.button(key="drive").label == text("drive.button")


def test_a_new_page_plays_a_recorded_scene_of_its_step(page: Page) -> None:
    for step in STEPS:
        shown = told(page(step))["scene"]
        assert next(entry for entry in scenes() if entry["id"] == shown)["step"] == step


def test_the_player_is_told_names_only(page: Page) -> None:
    at = drive(page("road"))
    data = told(at)
    assert len(json.dumps({**data, "link": None})) < 500 and set(data["link"]["asked"]) <= LETTERS


def test_another_step_plays_its_own_scene_and_takes_the_sentence_away(page: Page) -> None:
    at = drive(page("road"), "half \ufffd")
    assert at.error
    at.button_group(key="step").set_value("signs").run()
    assert not at.error and told(at)["link"]["step"] == "signs"
    shown = told(at)["scene"]
    assert next(entry for entry in scenes() if entry["id"] == shown)["step"] == "signs"


def test_a_step_keeps_a_road_of_one_s_own_on_the_stage(page: Page) -> None:
    at = wait(drive(page("road")))
    job = told(at)["job"]
    at.button_group(key="step").set_value("signs").run()
    assert told(at)["job"] == job and widget(at.text_area, "question").value == "What is rain?"


@pytest.mark.parametrize("question", ["", "   ", "\n"])
def test_an_empty_question_drives_the_example_that_stands_in_its_box(page: Page, question: str) -> None:
    at = drive(page("road"), question)
    assert (
        job_of(at).request.question
        == text("question.example")
        in text("question.placeholder", example=text("question.example"))
    )
    assert widget(at.text_area, "question").value == text("question.example") and not at.error and not at.exception


def test_what_is_typed_in_the_run_of_the_press_is_what_is_driven(page: Page) -> None:
    at = page("road")
    at.number_input(key="length").set_value(3)
    at.number_input(key="seed").set_value(7)
    at.slider(key="temperature").set_value(0.5)
    at.slider(key="top_p").set_value(0.9)
    request = job_of(drive(at, "Why?")).request
    settings = request.settings
    assert request.question == "Why?"
    assert (settings.max_new_tokens, settings.seed, settings.temperature, settings.top_p) == (3, 7, 0.5, 0.9)


def test_drive_becomes_stop_and_stop_becomes_drive(page: Page, side: Scripted) -> None:
    side.gate = type(side.gate)(1)
    at = drive(page("road"))
    job = session.jobs().get(stage_of(at).running)
    assert job is not None and told(at)["job"] == job.id
    at.button(key="stop").click().run()
    assert not job.wanted() and at.button(key="drive") and told(at)["job"] == job.id
    side.gate.release()


def test_a_drive_that_ended_unseen_leaves_the_button_ready(page: Page) -> None:
    at = wait(drive(page("road")))
    assert stage_of(at).running is None and at.button(key="drive")


def test_without_an_atlas_the_page_says_what_to_run(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise UserError("There is no atlas here: run `mindmap atlas build`.")

    monkeypatch.setattr(session, "atlas", missing)
    at = page("map")
    assert not at.exception and "atlas" in at.error[0].value
    at.button_group(key="step").set_value("signs").run()
    assert not at.exception and "atlas" in at.error[0].value
