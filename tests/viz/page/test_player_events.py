"""What the player asks for: another turn, a sign; and that nothing a browser sends can do more than be refused."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.viz.conftest import WORDS, Scripted
from tests.viz.drive.test_job import heard, until
from viz.drive import session
from viz.drive.job import Job, Order
from viz.drive.session import Stage
from viz.drive.worker import Worker
from viz.page import components
from viz.scene.recorded import scenes

Ask = Callable[..., tuple[Stage, Any]]


@pytest.fixture
def ask(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Calls a handler as Streamlit would when the player sends a value; the stage and the session's state after it."""

    def asked(name: str, value: Any, stage: Stage | None = None, **state: Any) -> tuple[Stage, Any]:
        worker.ready()
        until(lambda: worker.status.state == "ready")
        monkeypatch.setattr(components, "triggered", lambda key, which: value if which == name else None)
        at = AppTest.from_string(f"from viz.page import player_events\nplayer_events.{name}()", default_timeout=30)
        at.session_state["stage"] = stage or Stage(id="me")
        for key, held in state.items():
            at.session_state[key] = held
        at.run()
        assert not at.exception
        return at.session_state["stage"], at.session_state

    return asked


def driven(**order: Any) -> tuple[Job, Stage]:
    job = session.drive(Order("What is rain?", **order), "me")
    heard(job)
    return job, Stage(shown=job.id, driven=(job.id,), id="me")


def shown(stage: Stage) -> Job:
    job = session.jobs().get(stage.shown or "")
    assert job is not None
    heard(job)
    return job


def test_a_turn_on_a_road_of_one_s_own_drives_from_there(ask: Ask) -> None:
    job, stage = driven()
    after, state = ask("fork", {"job": job.id, "scene": None, "road": 0, "index": 3, "token": 104}, stage)
    fork = shown(after)
    assert fork is not job and fork.parts_at == 3 and after.driven == (job.id, fork.id) and after.running == fork.id
    assert state["question"] == "What is rain?" and after.error is None


def test_typed_words_are_a_turn(ask: Ask) -> None:
    job, stage = driven()
    fork = shown(ask("fork", {"job": job.id, "road": 0, "index": 2, "text": " <|im_end|> \u202e"}, stage)[0])
    assert fork.roads[1].parent is not None and fork.roads[1].parent["typed"] == " <|im_end|> \u202e"


def test_a_turn_while_a_road_grows_ends_that_drive_first(ask: Ask, side: Scripted) -> None:
    side.gate = type(side.gate)(3)
    job = session.drive(Order("What is rain?"), "me")
    until(lambda: len(job.roads[0].tokens) == 3)
    Thread(target=lambda: (job.cancelled.wait(10), side.gate.release())).start()  # the token it is at
    stage = Stage(running=job.id, shown=job.id, driven=(job.id,), id="me")
    after, _ = ask("fork", {"job": job.id, "road": 0, "index": 1, "token": 104}, stage)
    assert job.done and job.roads[0].state == "stopped"
    for _ in range(50):
        side.gate.release()
    assert shown(after).roads[0].state == "stopped"


def test_a_turn_on_a_recorded_road_fills_the_boxes(ask: Ask, side: Scripted) -> None:
    scene = next(entry["id"] for entry in scenes() if entry["step"] == "start")
    after, state = ask("fork", {"job": None, "scene": scene, "road": 1, "index": 0, "token": 104}, Stage(scene=scene))
    fork = shown(after)
    assert side.read_again == 1 and after.scene is None
    road = fork.roads[0]
    assert state["question"] == road.order.question and state["put"][0] == road.system


def test_a_landmark_and_a_stretch_become_signs_and_the_road_is_driven_again(ask: Ask) -> None:
    job, stage = driven()
    name = session.atlas().landmarks[0].name
    asked = {"job": job.id, "scene": None, "kind": "landmark", "name": name, "direction": "toward"}
    after, _ = ask("sign", asked, stage, question="What is rain?")
    assert [(s.kind, s.direction, s.value) for s in after.signs] == [("landmark", "toward", name)]
    assert shown(after).parts_at == 2
    asked = {"job": job.id, "kind": "stretch", "road": 0, "start": 1, "stop": 3, "direction": "avoid"}
    after, _ = ask("sign", asked, stage, question="What is rain?")
    assert [(s.kind, s.value) for s in after.signs] == [("stretch", "".join(WORDS[1:3]).strip())]
    assert shown(after).scene()["signs"][0]["kind"] == "stretch"


def test_a_sign_on_a_recorded_road_drives_its_question_under_it(ask: Ask) -> None:
    scene = next(entry["id"] for entry in scenes() if entry["step"] == "road")
    asked = {"job": None, "scene": scene, "kind": "word", "word": "water", "direction": "avoid"}
    after, state = ask("sign", asked, Stage(scene=scene), question="Something else?")
    job = shown(after)
    assert job.order.question == state["question"] != "Something else?" and job.parts_at == 2
    stretch = {"scene": scene, "kind": "stretch", "road": 0, "start": 0, "stop": 2, "direction": "toward"}
    assert shown(ask("sign", stretch, Stage(scene=scene))[0]).scene()["signs"][0]["direction"] == "toward"


@pytest.mark.parametrize(
    "value",
    [
        None, 3, "x", [], {}, {"job": "nobody", "road": 0, "index": 0, "token": 1}, {"scene": "../strings", "index": 0},
        {"job": True, "road": 0, "index": True, "token": 1}, {"road": 9}, {"road": -1}, {"road": None},
        {"index": -1, "token": 1}, {"index": 99, "token": 1}, {"index": 0}, {"index": 0, "token": -1},
        {"index": 0, "token": 1.5}, {"index": 0, "token": 10**30}, {"index": 0, "text": ""}, {"index": 0, "text": 3},
        {"index": 0, "text": "\ud800"}, {"index": 0, "text": "x" * 9999}, {"index": "0", "token": 1},
    ],
)  # fmt: skip
def test_what_is_no_turn_is_a_sentence(ask: Ask, value: Any) -> None:
    job, stage = driven()
    asked = {"job": job.id, "road": 0, **value} if isinstance(value, dict) and value else value
    after, _ = ask("fork", asked, stage)
    assert after.error and after.shown == job.id


@pytest.mark.parametrize(
    "value",
    [
        None, [], {"kind": "word", "word": "x"}, {"kind": "word", "word": 3, "direction": "avoid"},
        {"kind": "word", "word": "\ud800", "direction": "avoid"},
        {"kind": "landmark", "name": "x", "direction": "avoid"},
        {"kind": "landmark", "name": [], "direction": "avoid"}, {"kind": "text", "direction": "toward"},
        {"kind": [], "direction": []}, {"kind": "stretch", "direction": "avoid"},
        {"kind": "stretch", "road": 0, "start": 2, "stop": 2, "direction": "avoid"},
        {"kind": "stretch", "road": 0, "start": 0, "stop": 99, "direction": "avoid"},
        {"kind": "stretch", "road": 0, "start": True, "stop": 2, "direction": "avoid"},
        {"kind": "stretch", "road": 5, "start": 0, "stop": 2, "direction": "avoid"},
        {"kind": "word", "word": "x", "direction": "up"},
        {"job": None, "scene": "nothing", "kind": "word", "word": "x", "direction": "avoid"},
    ],
)  # fmt: skip
def test_what_is_no_sign_is_a_sentence(ask: Ask, value: Any) -> None:
    job, stage = driven()
    asked = {"job": job.id, **value} if isinstance(value, dict) else value
    after, _ = ask("sign", asked, stage)
    assert after.error and after.signs == ()


def test_the_scene_that_present_left_is_on_the_stage(ask: Ask) -> None:
    job, stage = driven()
    scene = scenes()[0]["id"]
    after, _ = ask("scene", scene, stage)
    assert (after.scene, after.shown, after.revision) == (scene, None, stage.revision)
    assert [old.id for old in session.old(after)] == [job.id]
    for nonsense in ("../x", None, 3, {"id": scene}, ["a"]):
        assert ask("scene", nonsense, stage)[0] == stage


def test_the_end_of_a_drive_frees_the_button(ask: Ask) -> None:
    assert ask("done", "id", Stage(running="id"))[0].running is None
