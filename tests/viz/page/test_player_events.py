"""What the player asks for: another turn, a sign; and that nothing a browser sends can do more than be refused."""

from __future__ import annotations

import json
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest

from embeddings.request import Request, Settings
from tests.viz.conftest import WORDS, Scripted, until
from tests.viz.page.conftest import driven, shown, signs_of
from viz.drive import session
from viz.page import player_events
from viz.page.player_events import MOST, events_of, hear
from viz.page.state import Cell, Stage, old
from viz.scene.recorded import scene_bytes, scenes
from viz.strings import text

pytestmark = pytest.mark.usefixtures("ready")


def event(kind: str, value: Any, number: int = 1) -> dict[str, Any]:
    return {"number": number, "kind": kind, "value": value}


def ask(cell: Cell, kind: str, value: Any) -> Stage:
    """The stage after the player has told one thing more."""
    hear(cell, [event(kind, value, cell.stage.heard + 1)])
    return cell.stage


def recorded(step: str) -> str:
    return str(next(entry["id"] for entry in scenes() if entry["step"] == step))


def test_a_road_goes_on_and_takes_the_place_of_the_shorter_one(side: Scripted) -> None:
    side.count = 40
    other, job = driven("Why?")[0], driven(settings=Settings(max_new_tokens=4))[0]
    cell = Cell(Stage(id="me", shown=job.id, driven=(other.id, job.id)))
    ask(cell, "onward", {"job": job.id, "scene": None})
    longer = shown(cell)
    length = cell.stage.request.settings.max_new_tokens
    assert longer.runs[0].tokens[:4] == job.runs[0].tokens and len(longer.runs[0].tokens) == min(40, 4 + length)
    assert cell.stage.driven == (other.id, longer.id) and cell.stage.running == longer.id and cell.stage.error is None


def test_a_recorded_road_goes_on(side: Scripted) -> None:
    side.count = 400
    found = [json.loads(scene_bytes(entry["id"]) or b"{}") for entry in scenes()]
    scene = next(one for one in found if len(one["roads"]) == 1 and not one["roads"][0]["tokens"][-1]["end"])
    cell = Cell(Stage(id="me", scene=scene["id"]))
    ask(cell, "onward", {"job": None, "scene": scene["id"]})
    road, written = shown(cell).runs[0], scene["roads"][0]["tokens"]
    assert [token["id"] for token in road.tokens[: len(written)]] == [token["id"] for token in written]
    assert len(road.tokens) == len(written) + cell.stage.request.settings.max_new_tokens and cell.stage.scene is None


@pytest.mark.parametrize("value", [None, {}, {"job": 3, "scene": {}}, {"job": "none", "scene": "none"}])
def test_what_cannot_go_on_is_a_sentence(value: Any) -> None:
    assert ask(Cell(), "onward", value).error == text("errors.onward")


# ---- in Present


def test_the_rooms_own_question_is_driven_under_what_stands_in_the_boxes() -> None:
    request = Request.of("You are a pirate.", "Why?")
    cell = Cell(Stage(id="me", request=request, scene=recorded("map")))
    ask(cell, "ask", {"question": "  What is rain?  "})
    job = shown(cell)
    assert (job.request.question, job.request.system) == ("What is rain?", "You are a pirate.")
    assert cell.stage.scene is None and cell.stage.error is None


@pytest.mark.parametrize("value", [None, 3, {}, {"question": " "}, {"question": 3}, {"question": "half \ud800"}])
def test_a_question_that_is_none_is_a_sentence_and_nothing_is_driven(value: Any) -> None:
    stage = ask(Cell(Stage(id="me", scene="bear")), "ask", value)
    assert stage.error and (stage.scene, stage.running) == ("bear", None)


def test_after_the_talk_what_stood_on_the_stage_comes_back() -> None:
    job, asked = driven("Why?")[0], driven("What is rain?")[0]
    cell = Cell(Stage(id="me", shown=asked.id, driven=(job.id, asked.id)))
    ask(cell, "back", {"job": job.id, "scene": None})
    assert (cell.stage.shown, cell.stage.scene, cell.stage.driven) == (job.id, None, (asked.id, job.id))
    before = cell.stage.revision
    ask(cell, "back", {"job": None, "scene": recorded("road")})
    assert (cell.stage.shown, cell.stage.scene) == (None, recorded("road")) and cell.stage.revision > before


@pytest.mark.parametrize("value", [None, {}, {"job": "none", "scene": "../../etc"}, {"job": 1, "scene": []}])
def test_back_to_what_is_not_there_changes_nothing(value: Any) -> None:
    cell = Cell(Stage(id="me", scene="bear"))
    assert ask(cell, "back", value).scene == "bear" and cell.stage.error is None


# ---- events


def test_each_event_is_heard_once_and_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    acts: list[object] = []
    monkeypatch.setitem(player_events.ACTS, "done", lambda cell, value: acts.append(value))
    cell = Cell()
    first, second, third = (event("done", value, number) for value, number in (("a", 7), ("b", 8), ("c", 9)))
    hear(cell, [first])
    hear(cell, [first])  # it comes again with every request
    assert (acts, cell.stage.heard) == (["a"], 7)
    hear(cell, [third, first, second])
    hear(cell, [second, third])
    assert (acts, cell.stage.heard) == (["a", "b", "c"], 9)


def test_what_was_told_to_a_session_before_is_not_acted_on_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a connection that was lost the last events come again, to a session that has not heard them."""
    acts: list[object] = []
    monkeypatch.setitem(player_events.ACTS, "done", lambda cell, value: acts.append(value))
    cell = Cell(Stage(id="new"))
    hear(cell, [{**event("done", "old", 7), "session": "gone"}, {**event("done", "own", 8), "session": "new"}])
    assert acts == ["own"]


@pytest.mark.parametrize("value", [None, 7, [], {"text": 7}, {"text": "<b>", "step": 7}, {"text": None, "step": "x"}])
def test_what_is_kept_is_believed_only_where_it_can_be_read(value: Any) -> None:
    stage = ask(Cell(Stage(id="me")), "kept", value)
    assert stage.error in (text("kept.gone"), text("kept.damaged")) and stage.scene and stage.step == "map"


def test_an_event_whose_act_fails_is_not_acted_on_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(cell: Cell, value: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(player_events.ACTS, "done", fails)
    cell = Cell()
    with pytest.raises(ZeroDivisionError):
        hear(cell, [event("done", None)])
    hear(cell, [event("done", None)])
    assert cell.stage.heard == 1


@pytest.mark.parametrize(
    "told",
    [
        None, "x", 3, {}, {"number": 1, "kind": "done"}, [None], ["done"], [{}], [{"kind": "done"}], [{"number": 1}],
        [event("nothing", 1)], [event("__class__", 1)], [{"number": True, "kind": "done"}],
        [{"number": "1", "kind": "done"}], [{"number": 1.0, "kind": "done"}],
    ],
)  # fmt: skip
def test_what_is_no_event_is_nothing(told: Any) -> None:
    cell = Cell(Stage(running="id"))
    assert events_of(told) == []
    hear(cell, told)
    assert cell.stage == Stage(running="id")


def test_a_kind_that_cannot_be_a_key_is_nothing() -> None:
    assert events_of([event("done", 1), {"number": 2, "kind": []}, {"number": 3, "kind": {}}]) == [(1, "done", 1)]


def test_only_so_many_wait() -> None:
    assert len(events_of([event("done", None, number) for number in range(3 * MOST)])) == MOST


# ---- turns


def test_a_turn_on_a_road_of_one_s_own_drives_from_there() -> None:
    job, cell = driven()
    after = ask(cell, "fork", {"job": job.id, "scene": None, "road": 0, "index": 3, "token": 104})
    assert after.running == after.shown and after.driven == (job.id, after.shown)
    fork = shown(cell)
    assert fork is not job and fork.parts_at == 3
    assert after.request.question == "What is rain?" and after.error is None and after.filled == 0


def test_typed_words_are_a_turn() -> None:
    job, cell = driven()
    ask(cell, "fork", {"job": job.id, "road": 0, "index": 2, "text": " <|im_end|> \u202e"})
    parent = shown(cell).runs[1].parent
    assert parent is not None and parent["typed"] == " <|im_end|> \u202e"


def test_a_turn_while_a_road_grows_ends_that_drive_first(side: Scripted) -> None:
    side.gate = type(side.gate)(3)
    job = session.drive(Request.of("", "What is rain?"), "me")
    until(lambda: len(job.runs[0].tokens) == 3)
    Thread(target=lambda: (until(lambda: not job.wanted()), side.gate.release())).start()  # the token it is at
    cell = Cell(Stage(running=job.id, shown=job.id, driven=(job.id,), id="me"))
    ask(cell, "fork", {"job": job.id, "road": 0, "index": 1, "token": 104})
    assert job.done and job.runs[0].state == "stopped"
    for _ in range(50):
        side.gate.release()
    assert shown(cell).runs[0].state == "stopped"


def test_a_turn_on_a_recorded_road_fills_the_boxes(side: Scripted) -> None:
    scene = recorded("start")
    cell = Cell(Stage(scene=scene))
    after = ask(cell, "fork", {"job": None, "scene": scene, "road": 1, "index": 0, "token": 104})
    fork = shown(cell)
    assert side.read_again == 1 and after.scene is None
    plan = fork.runs[0].plan
    assert after.request.question == plan.request.question and after.filled == 1
    assert (after.boxes[0].system, after.boxes[0].put, after.two) == (plan.system, 1, False)


# ---- signs


def test_a_landmark_and_a_stretch_become_signs_and_the_road_is_driven_again() -> None:
    job, cell = driven()
    name = session.atlas().landmarks[0].name
    asked = {"job": job.id, "scene": None, "kind": "landmark", "name": name, "direction": "toward"}
    assert signs_of(ask(cell, "sign", asked)) == [("landmark", "toward", name)]
    assert shown(cell).parts_at == 2
    job, cell = driven()
    asked = {"job": job.id, "kind": "stretch", "road": 0, "start": 1, "stop": 3, "direction": "avoid"}
    assert signs_of(ask(cell, "sign", asked)) == [("stretch", "avoid", "".join(WORDS[1:3]).strip())]
    assert shown(cell).scene()["signs"][0]["kind"] == "stretch"


def test_a_sign_on_a_recorded_road_drives_its_question_under_it() -> None:
    scene = recorded("road")
    asked = {"job": None, "scene": scene, "kind": "word", "word": "water", "direction": "avoid"}
    cell = Cell(Stage(scene=scene, request=Request.of("", "Something else?")))
    after, job = ask(cell, "sign", asked), shown(cell)
    assert job.request.question == after.request.question != "Something else?" and job.parts_at == 2
    stretch = {"scene": scene, "kind": "stretch", "road": 0, "start": 0, "stop": 2, "direction": "toward"}
    cell = Cell(Stage(scene=scene))
    ask(cell, "sign", stretch)
    assert shown(cell).scene()["signs"][0]["direction"] == "toward"


def test_a_landmark_s_sign_on_a_recorded_road_is_driven_with_the_question_in_the_box() -> None:
    scene, name = recorded("road"), session.atlas().landmarks[0].name
    cell = Cell(Stage(scene=scene, request=Request.of("", "Something else?")))
    ask(cell, "sign", {"scene": scene, "kind": "landmark", "name": name, "direction": "avoid"})
    assert shown(cell).request.question == "Something else?"


def test_a_sign_that_cannot_join_on_a_recorded_road_leaves_all_as_it_was() -> None:
    scene = recorded("road")
    asked = {"scene": scene, "kind": "word", "word": "water", "direction": "avoid"}
    cell = Cell(Stage(scene=scene))
    first = ask(cell, "sign", asked)
    cell.put(scene=scene, shown=None, running=None)
    before = cell.stage
    after = ask(cell, "sign", asked)
    assert after.error and after == replace(before, error=after.error, heard=after.heard) and first.error is None


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
def test_what_is_no_turn_is_a_sentence(value: Any) -> None:
    job, cell = driven()
    asked = {"job": job.id, "road": 0, **value} if isinstance(value, dict) and value else value
    after = ask(cell, "fork", asked)
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
def test_what_is_no_sign_is_a_sentence(value: Any) -> None:
    job, cell = driven()
    asked = {"job": job.id, **value} if isinstance(value, dict) else value
    after = ask(cell, "sign", asked)
    assert after.error and after.signs == ()


# ---- scenes and ends


def test_the_scene_that_present_left_is_on_the_stage() -> None:
    job, cell = driven()
    before, scene = cell.stage, scenes()[0]["id"]
    after = ask(cell, "scene", scene)
    assert (after.scene, after.shown, after.revision) == (scene, None, before.revision)
    assert [old.id for old in old(after)] == [job.id]
    for nonsense in ("../x", None, 3, {"id": scene}, ["a"]):
        cell = Cell(before)
        assert ask(cell, "scene", nonsense) == replace(before, heard=1)


def test_the_end_of_a_drive_frees_the_button_unless_another_runs() -> None:
    assert ask(Cell(Stage(running="id")), "done", "id").running is None
    assert ask(Cell(Stage(running="id")), "done", None).running is None
    assert ask(Cell(Stage(running="id")), "done", "another").running == "id"
