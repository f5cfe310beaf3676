"""One frozen stage in one cell: what a change is, which run writes, and that one run acts on a press."""

from __future__ import annotations

import dataclasses
import threading

import pytest

from tests.viz.conftest import Scripted
from tests.viz.page.conftest import driven
from viz.drive import session
from viz.drive.worker import Worker
from viz.page.state import OLD, Box, Cell, Press, Stage, old, put, shown_job
from viz.scene.recorded import scenes


@pytest.mark.parametrize(("kind", "system"), [("typed", "A pirate."), ("empty", ""), ("default", None)])
def test_a_box_asks_for_its_text_for_none_or_for_the_template_s_own(kind: str, system: str | None) -> None:
    assert Box(kind, "A pirate.").system == system  # type: ignore[arg-type]


def test_the_stage_is_never_edited() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Stage().step = "road"  # type: ignore[misc]


def test_the_prompts_of_the_boxes_are_what_is_asked_for() -> None:
    one, two = Box(text="A pirate."), Box("default", "A nurse.")
    asked = Stage().boxed(one, two, two=True).request
    assert (asked.system, asked.beside) == ("A pirate.", (None,))
    assert Stage().boxed(one, two, two=False).request.beside == ()


def test_a_change_that_fails_leaves_the_stage_as_it_was() -> None:
    cell = Cell(Stage(error="before"))
    with pytest.raises(ZeroDivisionError):
        cell.change(lambda stage: dataclasses.replace(stage, revision=1 // 0))
    assert cell.stage == Stage(error="before")
    assert cell.put(error=None) == Stage()  # and the cell is not locked


def test_changes_of_two_threads_are_both_made() -> None:
    cell = Cell()

    def count() -> None:
        for _ in range(2000):
            cell.change(lambda stage: dataclasses.replace(stage, revision=stage.revision + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cell.stage.revision == 8000


def test_what_an_earlier_run_gathered_does_not_undo_what_a_later_one_did() -> None:
    cell = Cell()
    (first, _), (second, _) = cell.enter(), cell.enter()
    assert first < second
    cell.gather(second, lambda stage: dataclasses.replace(stage, two=True))
    cell.gather(first, lambda stage: dataclasses.replace(stage, two=False))
    assert cell.stage.two
    third, found = cell.enter()
    assert found is cell.stage
    assert not cell.gather(third, lambda stage: dataclasses.replace(stage, two=False)).two


def test_a_press_waits_and_one_run_acts_on_it() -> None:
    cell = Cell()
    cell.press("drive")
    cell.press("drive")
    assert cell.stage.presses == (Press(1, "drive"), Press(2, "drive"))
    first, second = cell.stage.presses
    assert cell.take(first) and not cell.take(first)
    assert cell.stage.presses == (second,) and cell.take(second)
    cell.press("again")
    assert cell.stage.presses == (Press(3, "again"),)  # a number is never used twice


def test_regions_of_a_recorded_scene_come_and_go_with_it() -> None:
    id, about = next((entry["id"], entry["regions"]) for entry in scenes() if entry.get("regions"))
    other = next(entry["id"] for entry in scenes() if not entry.get("regions"))
    stage = put(Stage(), scene=id)
    assert stage.regions == stage.lent == frozenset(about) and stage.lendings == 1
    assert put(stage, error="No.").lendings == 1
    assert put(stage, scene=other).regions == frozenset()
    own = put(Stage(regions=frozenset(about[:1])), scene=id)
    assert own.lent == frozenset(about[1:]) and put(own, scene=other).regions == frozenset(about[:1])


def test_the_roads_before_are_the_last_that_can_still_be_read(worker: Worker, side: Scripted) -> None:
    jobs = [driven(f"Question {i}?")[0] for i in range(8)]
    stage = Stage(driven=("forgotten", *(job.id for job in jobs)), shown=jobs[-1].id)
    assert [job.id for job in old(stage)] == [job.id for job in jobs[1:7]] and OLD == 6
    assert shown_job(stage) is jobs[-1] and shown_job(Stage()) is None
    side.count = 0
    empty, _ = driven("No word?")
    assert not empty.runs[0].tokens
    assert old(Stage(driven=(empty.id,))) == []
    assert session.jobs().get(empty.id) is not None
