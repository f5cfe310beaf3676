"""The page, run by Streamlit's own test harness: what is on it, what the player is told, and errors as sentences."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.viz.conftest import Scripted
from tests.viz.drive.test_job import until
from viz.drive import session
from viz.drive.worker import Worker
from viz.page import components, history, rail
from viz.scene.recorded import scenes
from viz.server.routes import PAGE
from viz.strings import text


@pytest.fixture
def page(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Opens the page at a step; the model behind it is scripted and ready."""
    monkeypatch.setattr(session, "ready_later", lambda: None)

    def opened(step: str | None = None, *, ready: bool = True) -> AppTest:
        if ready:
            worker.ready()
            until(lambda: worker.status.state == "ready")
        at = AppTest.from_file(str(PAGE), default_timeout=60)
        if step:
            at.query_params["step"] = step
        return at.run()

    return opened


def told(at: AppTest) -> dict[str, Any]:
    """What the player was told."""
    return next(data for element in at.get("bidi_component") if "assets" in (data := json.loads(element.proto.json)))


def wait(at: AppTest) -> AppTest:
    """Until the drive that is running is over, as the player would say."""
    job = session.jobs().get(at.session_state["stage"].running)
    if job is not None:
        until(lambda: job.done)
    return at.run()


def drive(at: AppTest, question: str = "What is rain?") -> AppTest:
    at.text_area(key="question").set_value(question)
    return at.button(key="drive").click().run()


@pytest.mark.parametrize("step", ["map", "road", "start", "signs", None, "nonsense", "<script>"])
def test_every_step_opens_from_its_address(page: Callable[..., AppTest], step: str | None) -> None:
    at = page(step)
    assert not at.exception
    shown = step if step in ("map", "road", "start", "signs") else "map"
    assert at.session_state["step"] == shown
    assert text(f"steps.{shown}.about") in [block.value for block in at.markdown]
    assert at.button(key="drive").label == text("drive.button")


def test_a_new_page_plays_a_recorded_scene_of_its_step(page: Callable[..., AppTest]) -> None:
    for step in ("map", "road", "start", "signs"):
        found = next(entry for entry in scenes() if entry["id"] == told(page(step))["scene"])
        assert found["step"] == step


def test_the_player_is_told_names_only(page: Callable[..., AppTest]) -> None:
    at = drive(page("road"))
    assert len(json.dumps(told(at))) < 500


@pytest.mark.parametrize("question", ["", "   ", "\n"])
def test_an_empty_question_is_a_sentence_and_no_drive(page: Callable[..., AppTest], question: str) -> None:
    at = drive(page("road"), question)
    assert [error.value for error in at.error] == [rail.plain(text("question.empty"))]
    assert at.session_state["stage"].running is None and not at.exception


def test_a_question_that_is_too_long_is_a_sentence(page: Callable[..., AppTest]) -> None:
    at = drive(page("road"), "x" * 100_000)
    assert len(at.error) == 1 and "100000" in at.error[0].value


def test_drive_becomes_stop_and_stop_becomes_drive(page: Callable[..., AppTest], side: Scripted) -> None:
    side.gate = type(side.gate)(1)
    at = drive(page("road"))
    job = session.jobs().get(at.session_state["stage"].running)
    assert job is not None and told(at)["job"] == job.id
    at.button(key="stop").click().run()
    assert job.cancelled.is_set() and at.button(key="drive") and told(at)["job"] == job.id
    side.gate.release()


def test_a_drive_that_ended_unseen_leaves_the_button_ready(page: Callable[..., AppTest]) -> None:
    at = wait(drive(page("road")))
    assert at.session_state["stage"].running is None and at.button(key="drive")


def test_two_starts_are_two_boxes_and_two_roads(page: Callable[..., AppTest]) -> None:
    at = page("start")
    at.toggle(key="two").set_value(True).run()
    at.button_group(key="kind_b").set_value("default").run()
    job = session.jobs().get(drive(at).session_state["stage"].shown)
    assert job is not None and [road.system for road in job.roads] == ["", None]


def test_a_chip_of_the_road_puts_up_a_sign_and_drives_the_detour(page: Callable[..., AppTest]) -> None:
    at = wait(drive(page("road")))
    assert "water" in at.button_group(key="chips").options
    at.button_group(key="chips").set_value("water").run()
    job = session.jobs().get(at.session_state["stage"].shown)
    assert job is not None and [sign.value for sign in job.roads[1].signs] == ["water"]
    at = wait(at)
    assert "water" not in job.roads[1].text and not at.info
    assert text("page.stand_in") in [caption.value for caption in at.caption]


def put_up(at: AppTest, typed: str, direction: str = "avoid", landmark: str | None = None) -> AppTest:
    at.text_input(key="sign_text").set_value(typed)
    if landmark:
        at.selectbox(key="sign_landmark").set_value(landmark)
    return next(button for button in at.button if button.label == text(f"signs.{direction}")).click().run()


def signs(at: AppTest) -> list[tuple[str, str, str]]:
    return [(sign.kind, sign.direction, sign.value) for sign in at.session_state["stage"].signs]


def test_a_sign_that_changes_nothing_is_said(page: Callable[..., AppTest]) -> None:
    at = put_up(wait(drive(page("signs"))), "fire")
    assert [note.value for note in wait(at).info] == [text("signs.nothing_changed")]


def test_a_sign_can_be_switched_off_and_removed(page: Callable[..., AppTest]) -> None:
    at = put_up(page("signs"), "fire")
    switch = next(toggle for toggle in at.toggle if toggle.label == text("signs.active", name="fire"))
    switch.set_value(False).run()
    assert [sign.on for sign in at.session_state["stage"].signs] == [False]
    job = session.jobs().get(drive(at).session_state["stage"].shown)
    assert job is not None and len(job.roads) == 1
    at.button(key="remove_0").click().run()
    assert at.session_state["stage"].signs == ()


def test_words_with_commas_are_signs_of_their_own_or_none(page: Callable[..., AppTest]) -> None:
    at = put_up(wait(drive(page("signs"))), "snow, heavy rain, Snow")
    assert signs(at) == [("word", "avoid", "snow"), ("word", "avoid", "heavy rain")]
    at = put_up(at, "one, two, three, four")
    assert [error.value for error in at.error] == [rail.plain(text("signs.many", limit=5))]
    assert len(signs(at)) == 2 and at.text_input(key="sign_text").value == "one, two, three, four"


def test_a_word_a_sentence_and_a_neighbourhood_become_signs_either_way(page: Callable[..., AppTest]) -> None:
    at = put_up(page("signs"), "fire")
    at = put_up(at, "We want to be free. Nobody may stop us!", "toward")
    name = session.atlas().landmarks[0].name
    at = put_up(at, "", "toward", landmark=name)
    assert signs(at) == [
        ("word", "avoid", "fire"),
        ("text", "toward", "We want to be free.\nNobody may stop us!"),
        ("landmark", "toward", name),
    ]
    assert at.text_input(key="sign_text").value == "" and at.selectbox(key="sign_landmark").value is None


def test_a_sign_drives_the_road_again_and_so_does_its_strength(page: Callable[..., AppTest], side: Scripted) -> None:
    at = put_up(wait(drive(page("signs"))), "", landmark=session.atlas().regions[0].name)
    job = session.jobs().get(wait(at).session_state["stage"].shown)
    assert job is not None and job.parts_at == 2
    assert job.scene()["signs"][0]["weight"] == -3.0
    at.select_slider(key="strength").set_value(0.0).run()
    again = session.jobs().get(wait(at).session_state["stage"].shown)
    assert again is not None and again is not job and again.scene()["signs"][0]["weight"] == 0.0
    assert [note.value for note in at.info] == [text("signs.nothing_weighs")]
    assert side.fitted == [session.atlas().regions[0].name]  # once, for every strength


def test_a_sixth_sign_the_same_one_and_an_empty_one_are_sentences(page: Callable[..., AppTest]) -> None:
    at = put_up(page("signs"), "")
    assert [error.value for error in at.error] == [rail.plain(text("signs.empty"))]
    at = put_up(put_up(at, "one"), "One")
    assert [error.value for error in at.error] == [rail.plain(text("signs.exists", name="One"))]
    for word in ("two", "three", "four", "five", "six"):
        at = put_up(at, word)
    assert [error.value for error in at.error] == [rail.plain(text("signs.many", limit=5))]
    assert len(signs(at)) == 5 and at.text_input(key="sign_text").value == "six"


def test_what_cannot_be_fitted_is_said_beside_the_signs(page: Callable[..., AppTest]) -> None:
    at = put_up(page("signs"), "Too few.")
    until = time.monotonic() + 20  # it is fitted in the model's thread, and nobody waits for it
    while not at.warning and time.monotonic() < until:
        at.run()
    assert at.warning[0].value.startswith("Too few") and "20 atlas points" in at.warning[0].value
    assert len(signs(at)) == 1 and not at.exception


def test_more_sentences_than_a_sign_takes_stay_in_the_box(page: Callable[..., AppTest]) -> None:
    typed = " ".join(["It was so."] * 21)
    at = put_up(page("signs"), typed)
    assert [error.value for error in at.error] == [rail.plain(text("signs.sentences", limit=20, count=21))]
    assert signs(at) == [] and at.text_input(key="sign_text").value == typed


def test_a_weak_probe_and_signs_against_each_other_are_said(page: Callable[..., AppTest], side: Scripted) -> None:
    side.auc = 0.71
    name = session.atlas().regions[0].name
    at = put_up(put_up(page("signs"), "", landmark=name), "", "toward", landmark=name)
    said = [warning.value for warning in at.warning]
    assert text("signs.contradict_region", name=rail.plain(name)) in said
    assert len([sentence for sentence in said if "0.71" in sentence]) == 1  # one probe, said once
    at = put_up(put_up(at, "fire"), "fire", "toward")
    assert text("signs.contradict_word", name="fire") in [warning.value for warning in at.warning]


@pytest.mark.parametrize("word", ["**bold**", "<b>", ":red[x]", "$x$", "![](http://x/y.png)", "`"])
def test_words_are_shown_as_they_were_typed(page: Callable[..., AppTest], word: str) -> None:
    at = put_up(page("signs"), word)
    at = put_up(at, word)  # the second time: a sentence that may quote it
    assert not at.exception and word in [shown.value for shown in at.text]
    read_as_markup = [re.sub(r"\\.", "", block.value) for block in [*at.markdown, *at.caption, *at.error, *at.warning]]
    assert not any(word in markup for markup in read_as_markup)


@pytest.mark.parametrize("typed", ["half \ufffd", "\ufffd."])
def test_the_mark_of_half_a_character_is_a_sentence(page: Callable[..., AppTest], typed: str) -> None:
    at = drive(page("signs"), typed)  # what the browser sends in its place
    assert [error.value for error in at.error] == [rail.plain(text("errors.half"))]
    at = put_up(at, typed)
    assert [error.value for error in at.error] == [rail.plain(text("errors.half"))] and signs(at) == []


def test_half_a_character_is_a_sentence(page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "prompt_of", lambda key: "half \ud800")  # Streamlit's own fields cannot hold it
    at = drive(page("road"))
    assert not at.exception and [error.value for error in at.error] == [rail.plain(text("errors.half"))]


def test_the_last_six_roads_can_be_brought_back_and_cleared(page: Callable[..., AppTest]) -> None:
    at, ids = page("road"), []
    for i in range(8):
        at = wait(drive(at, f"Question {i}?"))
        ids.append(at.session_state["stage"].shown)
    assert [old["id"] for old in told(at)["old"]] == ids[1:7]
    at.button(key=f"old_{ids[3]}").click().run()
    assert told(at)["job"] == ids[3] and [old["id"] for old in told(at)["old"]] == [*ids[1:3], *ids[4:]]
    scene = next(entry["id"] for entry in scenes() if entry["step"] == "road")
    at.button(key=f"scene_{scene}").click().run()
    at.button(key="back").click().run()
    assert told(at)["job"] == ids[3]  # the road that was left, not the one driven last
    at.button(key="clear_old").click().run()
    assert told(at)["old"] == [] and told(at)["job"] == ids[3]


def test_a_road_left_for_a_recorded_scene_is_one_press_away(page: Callable[..., AppTest]) -> None:
    at = wait(drive(page("road")))
    job = told(at)["job"]
    assert "back" not in [button.key for button in at.button]
    scene = next(entry["id"] for entry in scenes() if entry["step"] == "road")
    at.button(key=f"scene_{scene}").click().run()
    assert (told(at)["job"], told(at)["scene"]) == (None, scene)
    assert at.button(key=f"old_{job}").label == rail.plain("What is rain?")
    assert text("signs.chips") not in [pills.label for pills in at.button_group]
    at.button_group(key="step").set_value("map").run()
    at.button(key="back").click().run()
    assert told(at)["job"] == job and told(at)["scene"] is None


def test_roads_before_this_one_can_be_told_apart(page: Callable[..., AppTest]) -> None:
    at = put_up(wait(drive(page("road"))), "fire")
    at = put_up(wait(at), "freedom, deep sea")
    wait(at)
    labels = [history.label_of(job) for job in session.old(at.session_state["stage"])]
    assert labels == ["What is rain?", "What is rain? · not fire"]
    at = wait(drive(at, "Why?"))
    assert history.label_of(session.old(at.session_state["stage"])[-1]) == (
        "What is rain? · not fire, not freedom, not deep sea"
    )


def test_regions_of_a_recorded_scene_leave_with_it(page: Callable[..., AppTest]) -> None:
    scene, regions = next((entry["id"], entry["regions"]) for entry in scenes() if entry.get("regions"))
    at = page("signs")
    at.menu_button(key="scene_menu").click(scene).run()
    assert told(at)["scene"] == scene and set(told(at)["regions"]) == set(regions)
    at = drive(at)
    assert told(at)["regions"] == []
    kept = regions[0]
    at.toggle(key=f"region_{[region.name for region in session.atlas().regions].index(kept)}").set_value(True).run()
    at.menu_button(key="scene_menu").click(scene).run()
    assert set(told(at)["regions"]) == set(regions)
    assert told(drive(at))["regions"] == [kept]  # somebody's own choice


def test_a_step_keeps_a_road_of_one_s_own_on_the_stage(page: Callable[..., AppTest]) -> None:
    at = wait(drive(page("road")))
    job = told(at)["job"]
    at.button_group(key="step").set_value("signs").run()
    assert told(at)["job"] == job and at.text_area(key="question").value == "What is rain?"


def test_regions_are_told_by_name(page: Callable[..., AppTest]) -> None:
    at = page("signs")
    region = session.atlas().regions[0].name
    at.toggle(key="region_0").set_value(not at.toggle(key="region_0").value).run()
    assert (region in told(at)["regions"]) == at.toggle(key="region_0").value


def test_a_model_that_fails_to_load_is_said_and_can_be_tried_again(
    page: Callable[..., AppTest], side: Scripted, worker: Worker
) -> None:
    from embeddings.errors import UserError

    side.fails_to_load = UserError("There is no network.")
    worker.ready()
    until(lambda: worker.status.state == "error")
    at = page("road", ready=False)
    assert "network" in at.warning[0].value and at.button(key="again")


def test_without_an_atlas_the_page_says_what_to_run(
    page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    from embeddings.errors import UserError

    def missing() -> None:
        raise UserError("There is no atlas here: run `mindmap atlas build`.")

    monkeypatch.setattr(session, "atlas", missing)
    at = page("map")
    assert not at.exception and "atlas" in at.error[0].value
    at.button_group(key="step").set_value("signs").run()
    assert not at.exception and "atlas" in at.error[0].value


def test_data_is_escaped_so_that_markdown_shows_it() -> None:
    assert rail.plain("a*b_[x](y)$:red") == r"a\*b\_\[x\]\(y\)\$\:red"
