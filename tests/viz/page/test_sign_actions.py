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
from viz.page.state import Cell, Gone, Press, Stage
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
    off, wanted = replace(FIRE, on=False), Intervention("sea", direction="toward")
    cell.change(lambda stage: stage.signed((off, WATER, wanted)))
    sign_actions.weigh(cell, off, 2.0)
    assert cell.stage.signs[0].weight == -2.0 and cell.stage.shown == job.id, "a sign that is off steers nothing"
    sign_actions.weigh(cell, wanted, 0.5)
    again = shown(cell)
    assert again is not job and [sign.weight for sign in again.request.interventions] == [-2.0, None, 0.5]
    sign_actions.weigh(cell, WATER, 4.0)
    assert shown(cell).runs[1].rewards == ({"word": "water", "weight": -4.0}, {"word": "sea", "weight": 0.5})


def test_a_sign_taken_down_can_be_put_back_where_it_stood(worker: Worker) -> None:
    off = replace(FIRE, on=False)
    cell = up(off, WATER, Intervention("sea"))
    sign_actions.remove(cell, WATER)
    assert cell.stage.gone == Gone(WATER, 1) and [press.what for press in cell.stage.presses] == ["again"]
    sign_actions.put_back(cell)
    assert cell.stage.signs == (off, WATER, Intervention("sea")) and cell.stage.gone is None
    assert [press.what for press in cell.stage.presses] == ["again", "again"]
    sign_actions.put_back(cell)
    assert len(cell.stage.signs) == 3 and len(cell.stage.presses) == 2, "there is nothing left to put back"
    sign_actions.remove(cell, off)
    sign_actions.put_back(cell)
    assert cell.stage.signs[0] == off and len(cell.stage.presses) == 2, "a sign that is off changes no road"


def test_with_a_new_sign_the_one_taken_down_is_gone(worker: Worker) -> None:
    cell = up(WATER)
    sign_actions.remove(cell, WATER)
    sign_actions.put_up(cell, FIRE)
    assert cell.stage.gone is None and cell.stage.signs == (FIRE,)
