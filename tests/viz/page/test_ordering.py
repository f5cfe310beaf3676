"""From what is asked for to a drive, and from a drive to the stage."""

from __future__ import annotations

from dataclasses import replace

import pytest

from embeddings.errors import UserError
from embeddings.request import Intervention, Request
from tests.viz.conftest import Scripted, until
from tests.viz.page.conftest import QUESTION, driven, shown
from viz.drive import session
from viz.drive.worker import Worker
from viz.page import ordering
from viz.page.state import OLD, Box, Cell, Gone, Stage
from viz.strings import text


def asking(question: str, system: str | None = "", **parts: object) -> Cell:
    return Cell(Stage(id="me", request=Request.of(system, question, **parts)))


@pytest.mark.parametrize("question", ["", "   ", "\n"])
def test_an_empty_question_is_a_sentence_and_no_drive(worker: Worker, question: str) -> None:
    cell = asking(question)
    ordering.drive(cell)
    assert cell.stage.error == text("question.empty") and cell.stage.running is None and len(session.jobs()) == 0


@pytest.mark.parametrize("where", ["question", "start"])
def test_what_is_too_long_is_a_sentence(worker: Worker, where: str) -> None:
    long = {
        "question": [Request.of("", "x" * 8001)],
        "start": [Request.of("x" * 8001, QUESTION), Request.of(None, QUESTION, beside=("x" * 8001,))],
    }
    for request in long[where]:
        cell = Cell(Stage(id="me", request=request))
        ordering.drive(cell)
        what = {"question": "message", "start": "system prompt"}[where]
        assert cell.stage.error == f"The {what} has 8001 characters, but at most 8000 are read: shorten it."
        assert cell.stage.shown is None
    assert ordering.checked(Request.of("x" * 8000, "x" * 8000)) and len(session.jobs()) == 0


@pytest.mark.parametrize("half", ["half \ufffd", "\ufffd.", "half \ud800"])
@pytest.mark.parametrize("where", ["question", "system", "beside"])
def test_half_a_character_is_a_sentence(worker: Worker, half: str, where: str) -> None:
    asked = {
        "question": Request.of("", half),
        "system": Request.of(half, QUESTION),
        "beside": Request.of("", QUESTION, beside=(half,)),
    }
    with pytest.raises(UserError) as said:
        ordering.checked(asked[where])
    assert str(said.value) == text("errors.half")
    cell = Cell(Stage(request=asked[where]))
    ordering.drive(cell)
    assert cell.stage.error == text("errors.half") and len(session.jobs()) == 0


def test_a_drive_is_on_the_stage_and_the_one_before_ends(ready: Worker, side: Scripted) -> None:
    side.gate = type(side.gate)(1)
    cell = asking(QUESTION)
    cell.put(scene="recorded", error="No.")
    ordering.drive(cell)
    first, stage = session.jobs().get(cell.stage.running), cell.stage
    assert first is not None and (stage.shown, stage.scene, stage.error) == (first.id, None, None)
    assert stage.driven == (first.id,) and stage.revision == 1
    ordering.drive(cell)
    assert not first.wanted() and cell.stage.driven == (first.id, cell.stage.shown) and cell.stage.revision == 2
    side.gate = type(side.gate)(1000)
    for _ in range(20):
        side.gate.release()


def test_a_drive_that_cannot_be_ends_what_was_running_and_keeps_the_stage(ready: Worker) -> None:
    job, cell = driven()
    cell.change(lambda stage: replace(stage, request=Request.of("", ""), running=job.id))
    ordering.drive(cell)
    assert (cell.stage.shown, cell.stage.running, cell.stage.error) == (job.id, None, text("question.empty"))
    assert not job.wanted()


def test_the_stage_remembers_the_last_roads_and_no_more(ready: Worker) -> None:
    cell = Cell()
    jobs = [driven(f"{i}?")[0] for i in range(OLD + 3)]
    for job in jobs:
        ordering.follow(cell, job)
    assert cell.stage.driven == tuple(job.id for job in jobs[-OLD - 1 :])


@pytest.mark.parametrize(("system", "kind"), [("A pirate.", "typed"), ("", "empty"), (None, "default")])
def test_empty_boxes_ask_what_a_road_was_asked(ready: Worker, system: str | None, kind: str) -> None:
    run = driven("Why?", system)[0].runs[0]
    after = ordering.adopted(Stage(two=True), run)
    assert (after.request.question, after.request.system, after.request.beside) == ("Why?", system, ())
    assert after.boxes[0].kind == kind and after.boxes[0].put == after.filled == 1 and not after.two


def test_boxes_that_ask_something_keep_it_unless_the_road_is_what_is_asked_about(ready: Worker) -> None:
    run = driven("Why?", "A pirate.")[0].runs[0]
    own = Stage(request=Request.of("", "Mine?"), boxes=(Box(text="A nurse."), Box()))
    assert ordering.adopted(own, run) is own
    after = ordering.adopted(own, run, always=True)
    assert (after.request.question, after.request.system) == ("Why?", "A pirate.")


def test_stop_ends_the_drive_and_the_road_stays(ready: Worker, side: Scripted) -> None:
    side.gate = type(side.gate)(1)
    cell = asking(QUESTION)
    ordering.drive(cell)
    job = session.jobs().get(cell.stage.running)
    ordering.halt(cell)
    side.gate.release()
    assert job is not None and not job.wanted() and cell.stage.running is None and cell.stage.shown == job.id
    until(lambda: job.done)


def test_a_drive_that_ended_unseen_or_is_forgotten_runs_no_longer(ready: Worker, side: Scripted) -> None:
    job, cell = driven()
    assert ordering.settle(cell) is cell.stage
    for id in (job.id, "forgotten"):
        cell.put(running=id)
        assert ordering.settle(cell).running is None
    side.gate = type(side.gate)(0)
    ordering.drive(cell)
    assert ordering.settle(cell).running == cell.stage.shown
    for _ in range(20):
        side.gate.release()
    shown(cell)


def test_a_question_that_is_empty_is_the_example_and_a_press_forgets_what_was_taken_away(ready: Worker) -> None:
    cell = asking(" \n")
    cell.put(gone=Gone(Intervention("rain")))
    ordering.pressed(cell)
    job, stage = shown(cell), cell.stage
    assert job.request.question == stage.request.question == text("question.example")
    assert (stage.filled, stage.gone) == (1, None)
    other = asking("Why?")
    ordering.pressed(other)
    assert shown(other).request.question == "Why?" and other.stage.filled == 0


def test_one_s_own_roads_are_sampled_and_the_die_brings_another_seed(ready: Worker) -> None:
    settings = Stage().request.settings
    assert (settings.temperature, settings.top_p, settings.seed) == (0.7, 0.9, 1) and Stage().request.strength == 1.5
    assert Request.of("", "?").settings.temperature == 0 and Request.of("", "?").strength == 3  # Python's own
    cell, seeds = Cell(), [1]
    for number in range(1, 20):
        ordering.roll(cell)
        seeds.append(cell.stage.request.settings.seed)
        assert cell.stage.rolled == number and 1 <= seeds[-1] <= ordering.SEEDS and seeds[-1] != seeds[-2]
    assert {press.what for press in cell.stage.presses} == {"again"}
    assert ordering.reseeded(Stage(), 1).request.settings.seed == 2
    last = ordering.reseeded(ordering.reseeded(Stage(), ordering.SEEDS), ordering.SEEDS)
    assert last.request.settings.seed == 1
