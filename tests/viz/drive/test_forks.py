"""Forks: the parent as it stands, the child from its crossing on; from a job and from a recorded scene."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest

from embeddings.errors import UserError
from embeddings.request import Branch, Intervention, Request, Settings
from embeddings.request_json import read_request
from tests.viz.conftest import WORDS, Scripted, heard, until, words
from viz.drive import forks, session
from viz.drive.job import Job
from viz.drive.run import AFTER_A_BRANCH, Run, leaving
from viz.drive.worker import Worker
from viz.scene import schema as validate
from viz.scene.scene import Json

RAIN = Request.of(None, "What is rain?")


def driven(request: Request = RAIN) -> Job:
    job = session.drive(request, "me")
    heard(job)
    return job


def looked(worker: Worker, run: Run, index: int) -> Json:
    """Where the candidates of a crossing lead, as the route finds it out."""
    if known := run.spurs_at(index):
        return known
    question = run.look_at(index)
    assert question is not None
    return dict(worker.ask(question).result(10))


def test_a_fork_shares_its_parent_up_to_the_crossing_and_goes_on_from_there(worker: Worker, side: Scripted) -> None:
    parent = driven().runs[0]
    job = session.begin(forks.branch(parent, 3, token=104), "me")
    events, scene = heard(job), job.scene()
    first, second = scene["roads"]
    assert (first["text"], first["state"], first["label"]) == ("".join(WORDS), "done", "A")
    assert (second["kind"], second["label"]) == ("fork", "B")
    assert second["tokens"][:3] == first["tokens"][:3]
    assert second["text"] == "Rain is water forced0 falls."
    assert [token["position"] for token in second["tokens"]] == [token["position"] for token in first["tokens"]]
    assert all(token["grip"] is not None for token in second["tokens"])
    assert scene["parts_at"] == 3
    assert second["parent"] == {
        "at": 3,
        "typed": None,
        "forced": 1,
        "token": {"id": 104, "text": " forced0", "probability": 0.5},
        "instead": {name: first["tokens"][3][name] for name in ("id", "text", "probability")},
    }
    assert scene["apart"] == {"at": 3, "token": " forced0", "probability": 0.5, "map": 0.0, "full": 2.0}
    assert [e["value"] for e in events if e["kind"] == "apart"] == [scene["apart"]]
    assert second["start"] == first["start"] and side.starts == 1
    assert validate.scene(scene)["roads"][1]["parent"] == second["parent"]


def test_the_events_of_a_fork_are_of_the_child_alone_and_begin_after_what_is_shared(worker: Worker) -> None:
    job = session.begin(forks.branch(driven().runs[0], 3, token=104), "me")
    events = heard(job)
    assert {event["road"] for event in events if "road" in event} == {1}
    assert [event["from"] for event in events if event["kind"] == "tokens"] == [3, 4, 5]
    known = next(event["value"] for event in events if event["kind"] == "road")
    assert len(known["tokens"]) == 3


def test_typed_words_are_all_put_in_and_leave_room_to_go_on(worker: Worker, side: Scripted) -> None:
    parent = driven(Request.of(None, "What is rain?", settings=Settings(max_new_tokens=6))).runs[0]
    side.count = 300
    job = session.begin(forks.branch(parent, 2, typed=" a b c d e"), "me")
    heard(job)
    road = job.runs[1]
    assert words(job.told, 1).startswith(" forced0 forced1 forced2 forced3 forced4")
    assert road.parent is not None and (road.parent["forced"], road.parent["typed"]) == (5, " a b c d e")
    assert len(road.tokens) == road.length == 2 + 5 + AFTER_A_BRANCH
    assert road.header()["settings"]["max_new_tokens"] == road.length


def test_own_words_go_on_as_a_person_would_write_them(worker: Worker) -> None:
    parent = driven().runs[0]
    assert "".join(token["text"] for token in parent.tokens[:5]) == "Rain is water that falls"
    for typed, put_in in (("because", " because"), (" because ", " because"), (", so", ", so"), ("'s", "'s")):
        branch = forks.branch(parent, 5, typed=typed).request.branch
        assert branch is not None and (branch.at, branch.text) == (5, put_in)
    branch = forks.branch(parent, 0, typed=" Snow").request.branch
    assert branch is not None and (branch.at, branch.text) == (0, "Snow")


def test_the_turn_that_was_taken_anyway_parts_nothing(worker: Worker) -> None:
    parent = driven().runs[0]
    job = session.begin(forks.branch(parent, 3, token=parent.token_ids[3]), "me")
    heard(job)
    assert job.parts_at is None and job.apart is None


def test_a_fork_obeys_what_its_parent_obeyed(worker: Worker, side: Scripted) -> None:
    signs = (Intervention("freedom", "landmark"), Intervention("sea"))
    plain, signed = driven(Request.of(None, "What is rain?", interventions=signs, strength=1.5)).runs
    for parent, weights, told in ((plain, (0.0,), []), (signed, (-1.5, -float("inf")), [-1.5, "ban"])):
        job = session.begin(forks.branch(parent, 1, token=104), "me")
        heard(job)
        fork = job.runs[leaving(job.runs)]
        assert side.driven[-1][1] == weights
        assert [reward["weight"] for reward in fork.rewards or ()] == told
        assert [len(token["inside"]) for token in fork.tokens] == [3] * len(WORDS)
        assert [sign["name"] for sign in job.scene()["signs"]] == ["freedom"]
    assert side.fitted == ["freedom"]


def test_a_fork_of_a_fork_keeps_both_turns(worker: Worker) -> None:
    first = session.begin(forks.branch(driven().runs[0], 3, token=104), "me")
    heard(first)
    second = session.begin(forks.branch(first.runs[1], 1, token=105), "me")
    heard(second)
    assert [(road["label"], road["parent"]["at"]) for road in second.scene()["roads"]] == [("A", 1), ("B", 3)]


def test_a_road_keeps_its_letter_and_the_turn_gets_the_other(worker: Worker) -> None:
    left = driven(SIGNED)
    for which, letter in enumerate("AB"):
        parent = left.runs[which]
        job = session.begin(forks.branch(parent, 3, token=104), "me")
        told = heard(job)
        kept, fork = job.runs[which], job.runs[1 - which]
        assert [run.plan.label for run in job.runs] == ["A", "B"] and leaving(job.runs) == 1 - which
        assert (kept.plan.label, kept.plan.kind, kept.token_ids) == (letter, parent.plan.kind, parent.token_ids)
        assert (fork.plan.kind, fork.shared) == ("fork", 3) and fork.token_ids[:3] == parent.token_ids[:3]
        assert {event["road"] for event in told if event["kind"] == "tokens"} == {1 - which}
        assert job.parts_at == 3 and job.apart and job.apart["token"] == fork.tokens[3]["text"]
        again = session.begin(forks.branch(fork, 4, token=105), "me")  # and so on: this one keeps its letter, too
        heard(again)
        assert again.runs[1 - which].token_ids == fork.token_ids and leaving(again.runs) == which


def test_a_turn_that_is_taken_back_is_the_one_that_turns_off(worker: Worker) -> None:
    plain = driven().runs[0]
    turned = session.begin(forks.branch(plain, 3, token=104), "me")
    heard(turned)
    back = session.begin(forks.branch(turned.runs[1], 3, token=plain.token_ids[3]), "me")
    heard(back)
    assert back.runs[0].token_ids[3] == plain.token_ids[3] and leaving(back.runs) == 0
    scene = back.scene()
    assert [road["parent"].get("turn") for road in scene["roads"]] == [2, None]
    assert [road["parent"].get("turn") for road in validate.scene(scene)["roads"]] == [2, None]


def test_a_road_that_still_grows_can_be_left(worker: Worker, side: Scripted) -> None:
    side.gate = type(side.gate)(4)
    job = session.drive(RAIN, "me")
    until(lambda: len(job.runs[0].tokens) == 4)
    session.stop(job.id)
    for _ in range(50):
        side.gate.release()
    assert job.over.wait(5)
    fork = session.begin(forks.branch(job.runs[0], 2, token=104), "me")
    heard(fork)
    assert fork.runs[0].state == "stopped" and len(fork.runs[1].tokens) == len(WORDS)


@pytest.mark.parametrize(
    ("at", "turn"),
    [
        (-1, {"token": 3}),
        (6, {"token": 3}),
        (10**9, {"token": 3}),
        (0, {"typed": " "}),
        (0, {"typed": "x" * 5000}),
        (0, {}),
        (0, {"token": 3, "typed": "x"}),
    ],
)
def test_a_turn_that_is_none_is_a_sentence(worker: Worker, at: int, turn: dict[str, Any]) -> None:
    road = driven().runs[0]
    with pytest.raises(UserError, match=r"\w{3}.*\.$"):
        forks.branch(road, at, **turn)


def test_a_branch_is_a_request_of_its_own_and_its_scene_holds_it(worker: Worker, side: Scripted) -> None:
    parent = driven(Request.of("You are a pirate.", "What is rain?")).runs[0]
    job = session.begin(forks.branch(parent, 3, typed=" snow"), "me")
    heard(job)
    asked = read_request(validate.scene(job.scene())["request"])
    assert asked == job.request and side.driven[-1][0].branch == asked.branch
    assert asked.branch == Branch(parent.token_ids, 3, text=" snow") and asked.system == "You are a pirate."


def test_the_model_s_thread_gets_the_states_and_no_road(worker: Worker) -> None:
    parent = driven().runs[0]
    task = forks.branch(parent, 3, token=104).task
    assert [plan.kind for plan in task.plans] == ["fork"] and task.measured
    assert task.behind is not None and task.behind.token_ids == parent.token_ids and task.behind.over
    assert task.behind.plan == parent.plan
    np.testing.assert_array_equal(task.behind.states, parent.states)


def test_what_a_branch_adds_is_not_added_to_its_parent(worker: Worker) -> None:
    parent = driven().runs[0]
    before = copy.deepcopy(parent.whole())
    job = session.begin(forks.branch(parent, 3, token=104), "me")
    heard(job)
    job.keep_spurs(1, 1, {"positions": [[9.0] * 3], "pca": None})
    assert parent.whole() == before and job.runs[0].spurs == parent.spurs


SIGNED = Request.of(
    None, "What is rain?", interventions=(Intervention("We want. To be.", "text"), Intervention("water"))
)


def saved(request: Request) -> Json:
    """The scene of a drive as a file would have it."""
    return dict(json.loads(json.dumps(validate.scene(driven(request).scene()))))


def test_a_recorded_road_is_read_again_and_obeys_its_signs(worker: Worker, side: Scripted) -> None:
    scene = saved(SIGNED)
    road = forks.recorded(scene, 1)
    assert [(s.kind, s.value, s.direction) for s in road.plan.obeys] == [
        ("text", "We want. To be.", "avoid"),
        ("word", "water", "avoid"),
    ]
    job = session.begin(forks.branch(road, 3, token=104), "me")
    heard(job)
    fork, kept = job.runs
    assert side.read_again == 1 and len(kept.states) == len(WORDS)
    assert fork.text == "Rain is liquid forced0 falls."
    assert side.driven[-1][1] == (-3.0, -float("inf"))
    assert [reward["weight"] for reward in fork.rewards or ()] == [-3.0, "ban"]
    plain = forks.recorded(scene, 0)
    assert plain.plan.obeys == () and [sign.kind for sign in plain.plan.watches] == ["text"]


def test_a_branch_of_a_recorded_road_is_the_branch_of_the_road_that_was_recorded(
    worker: Worker, side: Scripted
) -> None:
    live = driven(SIGNED)
    scene = json.loads(json.dumps(validate.scene(live.scene())))
    first, again = (
        session.begin(forks.branch(run, 3, token=104), "me") for run in (live.runs[0], forks.recorded(scene, 0))
    )
    heard(first), heard(again)
    assert side.read_again == 1
    for here, there in zip(again.runs, first.runs, strict=True):
        assert [t["position"] for t in here.tokens] == [t["position"] for t in there.tokens]
        np.testing.assert_array_equal(here.states, there.states)
        for index in (0, 2, 3, 5):  # before, at and after the crossing
            assert looked(worker, here, index) == looked(worker, there, index)


def test_a_recorded_fork_can_be_left_again(worker: Worker, side: Scripted) -> None:
    fork = session.begin(forks.branch(driven().runs[0], 3, token=104), "me")
    heard(fork)
    road = forks.recorded(json.loads(json.dumps(validate.scene(fork.scene()))), 1)
    assert (road.plan.kind, road.shared, road.forced, road.parent) == ("fork", 3, 1, fork.runs[1].parent)
    again = session.begin(forks.branch(road, 4, token=105), "me")
    heard(again)
    assert [run.parent["at"] for run in again.runs if run.parent] == [4, 3]
    assert [run.tokens[3]["text"] for run in again.runs] == [" forced0"] * 2


def test_spurs_of_shared_crossings_are_the_parent_s(worker: Worker) -> None:
    live = driven()
    parent = live.runs[0]
    told = looked(worker, parent, 1)
    live.keep_spurs(0, 1, told)
    job = session.begin(forks.branch(parent, 3, token=104), "me")
    heard(job)
    assert job.runs[1].spurs_at(1) == looked(worker, job.runs[1], 1) == told
    assert looked(worker, job.runs[1], 4)["positions"]
