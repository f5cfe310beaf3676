"""The last roads: what they are called, bringing them back, clearing them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from embeddings.request import Intervention, Request, Settings
from tests.viz.page.conftest import Page, drive, driven, put_up, stage_of, told, wait
from viz.drive import forks, session
from viz.drive.job import Job
from viz.drive.worker import Worker
from viz.page import history
from viz.page.state import Cell, Stage, old
from viz.scene.recorded import scenes
from viz.strings import plain, text

ROAD = next(entry["id"] for entry in scenes() if entry["step"] == "road")


def test_roads_are_named_by_their_question_and_what_was_special() -> None:
    rain = Request.of("", "What is\n rain?")
    fire, free = Intervention("fire"), Intervention("freedom", "landmark", "toward")
    named = {
        "What is rain?": rain,
        "What is rain? · not fire": replace(rain, interventions=(fire, replace(free, on=False))),
        f"What is rain? · {text('history.seed', seed=7)}": replace(rain, settings=Settings(temperature=1.0, seed=7)),
        f"What is rain? · {text('history.system', words='A pirate.')}": Request.of("A pirate.", "What is rain?"),
        f"What is rain? · {text('history.two')}": replace(rain, beside=(None,)),
    }
    assert {history.label_of(Job(request)) for request in named.values()} == set(named)
    weighed = history.label_of(Job(replace(rain, interventions=(free,), strength=1.5)))
    assert weighed.endswith("freedom 1.5")
    assert history.label_of(Job(replace(rain, interventions=(replace(fire, weight=-2.0),)))).endswith("not fire 2")
    signs = tuple(Intervention(letter * 30) for letter in "abc")
    long = history.label_of(Job(Request.of("x" * 99, "y" * 99, interventions=signs)))
    assert len(long) == history.MAX_QUESTION + len(" · ") + history.MAX_SPECIAL and long.endswith("…")


def test_another_turn_is_named_by_its_words(ready: Worker) -> None:
    run = driven()[0].runs[0]
    typed, taken = forks.branch(run, 2, typed="of course"), forks.branch(run, 2, token=101)
    assert history.label_of(typed).endswith(text("history.fork", words="of course"))
    assert history.label_of(taken).endswith(text("history.fork", words="c1"))


def test_a_road_brought_back_is_the_newest_and_the_running_one_ends(ready: Worker) -> None:
    first, second = driven("One?")[0], driven("Two?")[0]
    cell = Cell(Stage(driven=(first.id, second.id), shown=second.id, running=second.id, error="No.", revision=4))
    history.bring_back(cell, first.id)
    stage = cell.stage
    assert (stage.shown, stage.running, stage.error, stage.revision) == (first.id, None, None, 5)
    assert stage.driven == (second.id, first.id) and not second.wanted()
    history.bring_back(cell, "forgotten")
    assert cell.stage is stage


@pytest.mark.parametrize("shown", [True, False])
def test_clearing_leaves_only_what_is_on_the_stage(ready: Worker, shown: bool) -> None:
    first, second = driven("One?")[0], driven("Two?")[0]
    cell = Cell(Stage(driven=(first.id, second.id), shown=second.id if shown else None))
    history.clear(cell)
    assert cell.stage.driven == ((second.id,) if shown else ())


def test_roads_that_were_cleared_come_back_before_those_driven_since(ready: Worker) -> None:
    first, second, third = (driven(question)[0] for question in ("One?", "Two?", "Three?"))
    cell = Cell(Stage(driven=(first.id, second.id), shown=second.id))
    history.clear(cell)
    cell.change(lambda stage: replace(stage, driven=(second.id, third.id), shown=third.id))
    history.bring_all_back(cell)
    assert cell.stage.driven == (first.id, second.id, third.id) and cell.stage.gone is None
    history.bring_all_back(cell)
    assert cell.stage.driven == (first.id, second.id, third.id)


def test_the_player_is_told_of_grey_roads_only_beside_one_of_one_s_own(ready: Worker) -> None:
    first, second = driven("One?")[0], driven("Two?")[0]
    stage = Stage(driven=(first.id, second.id), shown=second.id)
    assert history.old_roads(stage) == [{"id": first.id, "label": "One?"}]
    assert history.old_roads(replace(stage, shown=None, scene=ROAD)) == []


def test_the_last_six_roads_can_be_brought_back_and_cleared(page: Page) -> None:
    at, ids = page("road"), []
    for i in range(8):
        at = wait(drive(at, f"Question {i}?"))
        ids.append(stage_of(at).shown)
    assert [old["id"] for old in told(at)["old"]] == ids[1:7]
    at.button(key=f"old_{ids[3]}").click().run()
    assert told(at)["job"] == ids[3] and [old["id"] for old in told(at)["old"]] == [*ids[1:3], *ids[4:]]
    at.menu_button(key="scene_menu").click(ROAD).run()
    at.button(key="back").click().run()
    assert told(at)["job"] == ids[3]  # the road that was left, not the one driven last
    before = told(at)["old"]
    at.button(key="clear_old").click().run()
    assert told(at)["old"] == [] and told(at)["job"] == ids[3]
    at.button(key="bring_all_back").click().run()
    assert told(at)["old"] == before != [] and "bring_all_back" not in [button.key for button in at.button]


def test_a_road_left_for_a_recorded_scene_is_one_press_away(page: Page) -> None:
    at = wait(drive(page("road")))
    job = told(at)["job"]
    assert "back" not in [button.key for button in at.button]
    at.menu_button(key="scene_menu").click(ROAD).run()
    assert (told(at)["job"], told(at)["scene"]) == (None, ROAD)
    assert at.button(key=f"old_{job}").label == plain("What is rain?")
    assert text("signs.chips") not in [pills.label for pills in at.button_group]
    at.button_group(key="step").set_value("map").run()
    at.button(key="back").click().run()
    assert told(at)["job"] == job and told(at)["scene"] is None


def test_roads_before_this_one_can_be_told_apart(page: Page) -> None:
    at = put_up(wait(drive(page("road"))), "fire")
    at = put_up(wait(at), "freedom, deep sea")
    wait(at)
    assert [history.label_of(job) for job in old(stage_of(at))] == ["What is rain?", "What is rain? · not fire"]
    at = wait(drive(at, "Why?"))
    assert history.label_of(old(stage_of(at))[-1]) == "What is rain? · not fire, not freedom, not deep sea"
    assert session.jobs().get(stage_of(at).shown) is not None
