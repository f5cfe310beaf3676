"""The boxes: what the page puts into them, what they say, and what two of them ask for."""

from __future__ import annotations

import pytest

from embeddings.chat import DEFAULT_SYSTEM
from tests.viz.page.conftest import Page, drive, job_of, stage_of, wait, widget
from viz.page import boxes
from viz.page.state import Box, Stage
from viz.strings import section, text


def test_a_text_put_into_a_box_is_typed_counted_and_asked_for() -> None:
    stage = Stage(boxes=(Box("default", "old", put=2, submitted=5), Box(text="other")))
    after = boxes.filled(stage, 0, "A pirate.")
    assert after.boxes == (Box("typed", "A pirate.", put=3, submitted=5), Box(text="other"))
    assert after.request.system == "A pirate." and after.request.beside == ()
    both = boxes.filled(Stage(two=True), 1, "A nurse.")
    assert both.request.beside == ("A nurse.",) and both.two


def test_a_question_put_in_is_counted_and_asked_for() -> None:
    after = boxes.asking(Stage(filled=1), "Why?")
    assert (after.request.question, after.filled) == ("Why?", 2)


def test_what_stands_under_a_start_says_what_it_is() -> None:
    assert boxes.note_of("typed") == ""
    assert boxes.note_of("empty") == text("start.empty_note")
    assert DEFAULT_SYSTEM in boxes.note_of("default")


def test_the_ideas_fill_the_boxes_and_a_drive_asks_them(page: Page) -> None:
    at = page("road")
    system, question = section("ideas.systems")[1], section("ideas.questions")[0]
    at.button_group(key="kind").set_value("empty").run()
    at.menu_button(key="ideas").click(system).run()
    at.menu_button(key="question_ideas").click(question).run()
    assert widget(at.text_area, "question").value == question
    assert at.button_group(key="kind_1").value == "typed"
    request = job_of(at.button(key="drive").click().run()).request
    assert (request.system, request.question) == (system, question)


@pytest.mark.parametrize(("kind", "system"), [("empty", ""), ("default", None)])
def test_a_start_of_another_kind_is_driven_and_what_was_typed_stays(page: Page, kind: str, system: str | None) -> None:
    at = page("road")
    typed = section("ideas.systems")[0]
    at.menu_button(key="ideas").click(typed).run()
    at.button_group(key="kind_1").set_value(kind).run()
    assert boxes.note_of(kind) in [caption.value for caption in at.caption]  # type: ignore[arg-type]
    at = wait(drive(at))
    assert job_of(at).request.system == system
    assert stage_of(at).boxes[0].text == typed


def test_two_starts_are_two_boxes_and_two_roads(page: Page) -> None:
    at = page("start")
    at.toggle(key="two").set_value(True).run()
    at.button_group(key="kind_b").set_value("default").run()
    assert [plan.system for plan in job_of(drive(at)).plans] == ["", None]


def test_the_second_box_keeps_what_it_held_while_it_is_away(page: Page) -> None:
    at = page("start")
    at.toggle(key="two").set_value(True).run()
    typed = section("ideas.systems")[0]
    at.menu_button(key="ideas_b").click(typed).run()
    at.toggle(key="two").set_value(False).run()
    assert stage_of(at).request.beside == ()
    at.toggle(key="two").set_value(True).run()
    assert stage_of(at).request.beside == (typed,)
