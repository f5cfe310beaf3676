"""The signs on the rail: the form, the chips, the list, and what is said when something is wrong with one."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest

from embeddings.request import Intervention
from tests.viz.conftest import Scripted
from tests.viz.page.conftest import Page, drive, driven, job_of, put_up, shown, signs_of, stage_of, wait, widget
from viz.drive import session
from viz.drive.worker import Worker
from viz.page import ordering, sign_panel
from viz.page.state import OWN_STRENGTH
from viz.strings import plain, text


def test_a_chip_of_the_road_puts_up_a_sign_and_drives_the_detour(page: Page) -> None:
    at = wait(drive(page("road")))
    assert "water" in at.button_group(key="chips").options
    at.button_group(key="chips").set_value("water").run()
    assert [sign.value for sign in job_of(at).plans[1].obeys] == ["water"]
    at = wait(at)
    assert "water" not in job_of(at).runs[1].text and not at.info
    assert "water" not in widget(at.button_group, "chips").options
    assert text("page.stand_in") in [caption.value for caption in at.caption]


def test_a_sign_that_changes_nothing_is_said(page: Page) -> None:
    at = put_up(wait(drive(page("signs"))), "fire")
    assert [note.value for note in wait(at).info] == [text("signs.nothing_changed")]


def test_a_sign_can_be_switched_off_and_removed(page: Page) -> None:
    at = put_up(page("signs"), "fire")
    switch = next(toggle for toggle in at.toggle if toggle.label == text("signs.active", name="fire"))
    switch.set_value(False).run()
    assert [sign.on for sign in stage_of(at).signs] == [False]
    assert len(job_of(drive(at)).runs) == 1
    at.button(key="remove_0").click().run()
    assert stage_of(at).signs == ()


def test_a_sign_that_is_taken_down_takes_its_road_along(page: Page) -> None:
    at = wait(put_up(wait(drive(page("signs"))), "water"))
    assert len(job_of(at).runs) == 2
    at.button(key="remove_0").click().run()
    assert stage_of(at).signs == () and len(job_of(at).runs) == 1 and stage_of(at).presses == ()


def test_words_with_commas_are_signs_of_their_own_or_none(page: Page) -> None:
    at = put_up(wait(drive(page("signs"))), "snow, heavy rain, Snow")
    assert signs_of(stage_of(at)) == [("word", "avoid", "snow"), ("word", "avoid", "heavy rain")]
    at = put_up(at, "one, two, three, four")
    assert [error.value for error in at.error] == [plain(text("signs.many", limit=5))]
    assert len(stage_of(at).signs) == 2
    assert widget(at.text_input, "sign_text").value == "one, two, three, four"


def test_a_word_a_sentence_and_a_neighbourhood_become_signs_either_way(page: Page) -> None:
    at = put_up(page("signs"), "fire")
    at = put_up(at, "We want to be free. Nobody may stop us!", "toward")
    name = session.atlas().landmarks[0].name
    at = put_up(at, "", "toward", landmark=name)
    assert signs_of(stage_of(at)) == [
        ("word", "avoid", "fire"),
        ("text", "toward", "We want to be free.\nNobody may stop us!"),
        ("landmark", "toward", name),
    ]
    assert widget(at.text_input, "sign_text").value == ""
    assert widget(at.selectbox, "sign_landmark").value is None


def test_a_sign_drives_the_road_again_and_so_does_its_strength(page: Page, side: Scripted) -> None:
    at = put_up(wait(drive(page("signs"))), "", landmark=session.atlas().regions[0].name)
    job = job_of(wait(at))
    assert job.parts_at == 2 and job.scene()["signs"][0]["weight"] == -OWN_STRENGTH
    (slider,) = (one for one in at.slider if one.label == text("signs.strength", name=stage_of(at).signs[0].name))
    assert slider.value == OWN_STRENGTH
    slider.set_value(0.0).run()
    again = job_of(wait(at))
    assert again is not job and again.scene()["signs"][0]["weight"] == 0.0
    assert [note.value for note in at.info] == [text("signs.nothing_weighs")]
    assert side.fitted == [session.atlas().regions[0].name]  # once, for every strength


def test_a_sixth_sign_the_same_one_and_an_empty_one_are_sentences(page: Page) -> None:
    at = put_up(page("signs"), "")
    assert [error.value for error in at.error] == [plain(text("signs.empty"))]
    at = put_up(put_up(at, "one"), "One")
    assert [error.value for error in at.error] == [plain(text("signs.exists", name="One"))]
    at = put_up(put_up(at, "two, three, four"), "five")
    assert not at.error
    at = put_up(at, "six")
    assert [error.value for error in at.error] == [plain(text("signs.many", limit=5))]
    assert len(stage_of(at).signs) == 5 and widget(at.text_input, "sign_text").value == "six"


def test_what_cannot_be_fitted_is_said_beside_the_signs(page: Page) -> None:
    at = put_up(page("signs"), "Too few.")
    until = time.monotonic() + 20  # it is fitted in the model's thread, and nobody waits for it
    while not at.warning and time.monotonic() < until:
        at.run()
    assert at.warning[0].value.startswith("Too few") and "20 atlas points" in at.warning[0].value
    assert len(stage_of(at).signs) == 1 and not at.exception


def test_more_sentences_than_a_sign_takes_stay_in_the_box(page: Page) -> None:
    typed = " ".join(["It was so."] * 21)
    at = put_up(page("signs"), typed)
    assert [error.value for error in at.error] == [plain(text("signs.sentences", limit=20, count=21))]
    assert stage_of(at).signs == () and widget(at.text_input, "sign_text").value == typed


def test_a_weak_probe_and_signs_against_each_other_are_said(page: Page, side: Scripted) -> None:
    side.auc = 0.71
    name = session.atlas().regions[0].name
    at = put_up(put_up(page("signs"), "", landmark=name), "", "toward", landmark=name)
    said = [warning.value for warning in at.warning]
    assert text("signs.contradict_region", name=plain(name)) in said
    assert len([sentence for sentence in said if "0.71" in sentence]) == 1  # one probe, said once
    at = put_up(put_up(at, "fire"), "fire", "toward")
    assert text("signs.contradict_word", name="fire") in [warning.value for warning in at.warning]


@pytest.mark.parametrize("word", ["a**bold**z", "<b>", "a:red[x]z", "$x$", "a![](http://x/y.png)z", "`", "**bold**"])
def test_words_are_shown_as_they_were_typed(page: Page, word: str) -> None:
    at = put_up(page("signs"), word)
    at = put_up(at, word)  # the second time: a sentence that may quote it
    (sign,) = stage_of(at).signs
    assert not at.exception and sign.title in [shown.value for shown in at.text]
    assert sign.value == word or sign.value == word.strip("*")
    read_as_markup = [re.sub(r"\\.", "", block.value) for block in [*at.markdown, *at.caption, *at.error, *at.warning]]
    assert not any(word in markup for markup in read_as_markup)


def test_the_mark_of_half_a_character_is_a_sentence(page: Page) -> None:
    at = put_up(page("signs"), "half \ufffd")  # what the browser sends in its place
    assert [error.value for error in at.error] == [plain(text("errors.half"))] and stage_of(at).signs == ()


def test_every_sign_has_a_slider_that_says_at_its_ends_what_happens_there(page: Page) -> None:
    at = put_up(put_up(put_up(page("signs"), "fire"), "water", "toward"), "We are free. We are not afraid.")
    names = [text("signs.strength", name=sign.name) for sign in stage_of(at).signs]
    sliders = [next(one for one in at.slider if one.label == name) for name in names]
    assert [(one.min, one.max, one.value) for one in sliders] == [(0, 6, 6), (0, 6, OWN_STRENGTH), (0, 6, OWN_STRENGTH)]
    ends = [text(f"signs.ends.{end}") for end in ("weakest", "never", "weakest", "breaks", "weakest", "breaks")]
    assert [caption.value for caption in at.caption if caption.value in ends] == ends
    sliders[0].set_value(2.5).run()
    assert [sign.weight for sign in stage_of(at).signs] == [-2.5, None, None]


def test_a_sign_that_is_taken_down_is_one_press_away(page: Page) -> None:
    at = wait(put_up(wait(drive(page("signs"))), "water"))
    signed = stage_of(at).signs
    at = wait(at.button(key="remove_0").click().run())
    assert text("signs.gone", name="water") in [shown.value for shown in at.text] and len(job_of(at).runs) == 1
    at.button_group(key="step").set_value("start").run()
    at = wait(at.button(key="put_back").click().run())
    assert stage_of(at).signs == signed and len(job_of(at).runs) == 2
    assert "put_back" not in [button.key for button in at.button]


def test_a_road_that_the_signs_did_not_move_is_told_from_one_they_did(ready: Worker) -> None:
    assert sign_panel.unmoved(driven(interventions=(Intervention("fire"),))[0])
    assert not sign_panel.unmoved(driven(interventions=(Intervention("water"),))[0])
    assert not sign_panel.unmoved(driven()[0])


def test_a_sign_more_that_changes_nothing_is_told(ready: Worker) -> None:
    first, cell = driven(interventions=(Intervention("water"),))
    both = (Intervention("water"), Intervention("fire"))
    cell.change(lambda stage: replace(stage, request=replace(first.request, interventions=both)))
    ordering.drive(cell)
    assert sign_panel.as_before(cell.stage, shown(cell))
    cell.change(lambda stage: replace(stage, request=stage.request.asking("Why?")))
    ordering.drive(cell)
    assert not sign_panel.as_before(cell.stage, shown(cell))  # another question
    assert not sign_panel.as_before(replace(cell.stage, driven=()), shown(cell))
