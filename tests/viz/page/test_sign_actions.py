"""Putting signs up and taking them down: what the stage is after it, and when the road is driven again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from embeddings.errors import UserError
from embeddings.request import Intervention
from tests.viz.page.conftest import driven, shown, signs_of
from viz.drive import session
from viz.drive.worker import Worker
from viz.page import sign_actions
from viz.page.state import Cell, Press, Stage
from viz.strings import text

FIRE, WATER = Intervention("fire"), Intervention("water")


def up(*signs: Intervention) -> Cell:
    return Cell(Stage().signed(signs))


def test_signs_join_all_or_none(worker: Worker) -> None:
    assert signs_of(sign_actions.joined(Stage(), FIRE, WATER)) == [
        ("word", "avoid", "fire"),
        ("word", "avoid", "water"),
    ]
    cell = up(FIRE)
    assert not sign_actions.put_up(cell, WATER, Intervention("Fire"))
    assert cell.stage.signs == (FIRE,) and cell.stage.error == text("signs.exists", name="Fire")
    assert sign_actions.put_up(cell, Intervention("fire", direction="toward")) and cell.stage.error is None


def test_five_signs_and_no_more(worker: Worker) -> None:
    five = tuple(Intervention(word) for word in ("one", "two", "three", "four", "five"))
    cell = up()
    assert sign_actions.put_up(cell, *five) and cell.stage.signs == five
    with pytest.raises(UserError, match="5"):
        sign_actions.joined(cell.stage, FIRE)


def test_a_sign_drives_again_only_where_a_road_of_one_s_own_is_on_the_stage(ready: Worker) -> None:
    bare = up()
    sign_actions.put_up(bare, WATER)
    assert bare.stage.shown is None and len(session.jobs()) == 0
    job, cell = driven()
    sign_actions.put_up(cell, WATER)
    again = shown(cell)
    assert again is not job and again.parts_at == 2 and cell.stage.driven == (job.id, again.id)


def test_the_form_keeps_what_could_not_be_put_up(worker: Worker) -> None:
    name = session.atlas().landmarks[0].name
    cell = up()
    sign_actions.put_up_form(cell, "toward", "", None)
    assert cell.stage.error == text("signs.empty") and cell.stage.forms == 0
    sign_actions.put_up_form(cell, "toward", "x" * 4001, None)
    assert cell.stage.error == text("signs.too_long", limit=4000, count=4001) and cell.stage.forms == 0
    sign_actions.put_up_form(cell, "toward", "fire", name)
    assert signs_of(cell.stage) == [("word", "toward", "fire"), ("landmark", "toward", name)]
    assert cell.stage.form == ("", None) and cell.stage.forms == 1
    sign_actions.put_up_form(cell, "toward", "water", name)
    assert cell.stage.form == ("", name) and len(cell.stage.signs) == 3
    assert cell.stage.error == text("signs.exists", name=Intervention(name, "landmark").name)


def test_a_chip_is_a_word_to_keep_out_of_and_leaves_no_chip_chosen(worker: Worker) -> None:
    cell = up()
    sign_actions.put_up_chip(cell, "fire")
    assert cell.stage.signs == (FIRE,) and cell.stage.chipped == 1


def test_a_switch_turns_a_sign_and_drives_again(ready: Worker) -> None:
    job, cell = driven(interventions=(WATER,))
    cell.change(lambda stage: stage.signed((FIRE, WATER)))
    sign_actions.switch(cell, WATER)
    assert [sign.on for sign in cell.stage.signs] == [True, False]
    assert [sign.value for sign in shown(cell).request.up] == ["fire"] and shown(cell) is not job


def test_a_sign_that_is_taken_down_has_its_road_driven_again_by_the_run_that_follows(worker: Worker) -> None:
    off = replace(FIRE, on=False)
    cell = up(off, WATER)
    cell.put(error="No.")
    sign_actions.remove(cell, off)
    assert (cell.stage.signs, cell.stage.presses, cell.stage.error) == ((WATER,), (), None)
    sign_actions.remove(cell, WATER)
    assert (cell.stage.signs, cell.stage.presses) == ((), (Press(1, "again"),))


def test_a_strength_drives_again_where_something_weighs(ready: Worker) -> None:
    job, cell = driven()
    sign_actions.weigh(cell, 1.5)
    assert cell.stage.request.strength == 1.5 and cell.stage.shown == job.id
    cell.change(lambda stage: stage.signed((WATER,)))
    sign_actions.weigh(cell, 2.0)
    assert cell.stage.shown == job.id, "a forbidden word is forbidden at any strength"
    cell.change(lambda stage: stage.signed((WATER, Intervention("fire", direction="toward"))))
    sign_actions.weigh(cell, 0.5)
    assert shown(cell) is not job and shown(cell).request.strength == 0.5
