"""Forks: the parent as it stands, the child from its crossing on; from a job and from a recorded scene."""

from __future__ import annotations

import json

import pytest

from embeddings.errors import UserError
from tests.viz.conftest import WORDS, Scripted
from tests.viz.drive.test_job import heard, until, words
from viz.drive import forks, session
from viz.drive.job import AFTER_A_FORK, Fork, Job, Order
from viz.drive.sign import Sign
from viz.drive.worker import Worker
from viz.scene import schema as validate


def driven(order: Order | None = None) -> Job:
    job = session.drive(order or Order("What is rain?"), "me")
    heard(job)
    return job


def test_a_fork_shares_its_parent_up_to_the_crossing_and_goes_on_from_there(worker: Worker, side: Scripted) -> None:
    parent = driven().roads[0]
    job = session.begin(forks.branch(parent, Fork(3, token=104)), "me")
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
    job = session.begin(forks.branch(driven().roads[0], Fork(3, token=104)), "me")
    events = heard(job)
    assert {event["road"] for event in events if "road" in event} == {1}
    assert [event["from"] for event in events if event["kind"] == "tokens"] == [3, 4, 5]
    known = next(event["value"] for event in events if event["kind"] == "road")
    assert len(known["tokens"]) == 3


def test_typed_words_are_all_put_in_and_leave_room_to_go_on(worker: Worker, side: Scripted) -> None:
    parent = driven(Order("What is rain?", max_new_tokens=6)).roads[0]
    side.count = 300
    job = session.begin(forks.branch(parent, Fork(2, typed=" a b c d e")), "me")
    heard(job)
    road = job.roads[1]
    assert words(job.events, 1).startswith(" forced0 forced1 forced2 forced3 forced4")
    assert road.parent is not None and (road.parent["forced"], road.parent["typed"]) == (5, " a b c d e")
    assert len(road.tokens) == road.length == 2 + 5 + AFTER_A_FORK
    assert road.header()["settings"]["max_new_tokens"] == road.length


def test_own_words_go_on_as_a_person_would_write_them(worker: Worker) -> None:
    parent = driven().roads[0]
    assert "".join(token["text"] for token in parent.tokens[:5]) == "Rain is water that falls"
    for typed, put_in in (("because", " because"), (" because ", " because"), (", so", ", so"), ("'s", "'s")):
        assert forks.branch(parent, Fork(5, typed=typed)).roads[1].order.fork == Fork(5, typed=put_in)
    assert forks.branch(parent, Fork(0, typed=" Snow")).roads[1].order.fork == Fork(0, typed="Snow")


def test_the_turn_that_was_taken_anyway_parts_nothing(worker: Worker) -> None:
    parent = driven().roads[0]
    job = session.begin(forks.branch(parent, Fork(3, token=parent.token_ids[3])), "me")
    heard(job)
    assert job.parts_at is None and job.apart is None


def test_a_fork_obeys_what_its_parent_obeyed(worker: Worker, side: Scripted) -> None:
    order = Order("What is rain?", signs=(Sign("freedom", "landmark"), Sign("sea")), strength=1.5)
    plain, signed = driven(order).roads
    for parent, weights in ((plain, [0.0]), (signed, [-1.5, -float("inf")])):
        job = session.begin(forks.branch(parent, Fork(1, token=104)), "me")
        heard(job)
        assert [reward.weight for reward in job.roads[1].rewards] == weights
        assert [len(token["inside"]) for token in job.roads[1].tokens] == [3] * len(WORDS)
        assert [sign["name"] for sign in job.scene()["signs"]] == ["freedom"]
    assert side.fitted == ["freedom"]


def test_a_fork_of_a_fork_keeps_both_turns(worker: Worker) -> None:
    first = session.begin(forks.branch(driven().roads[0], Fork(3, token=104)), "me")
    heard(first)
    second = session.begin(forks.branch(first.roads[1], Fork(1, token=105)), "me")
    heard(second)
    assert [road["parent"]["at"] for road in second.scene()["roads"]] == [3, 1]


def test_a_road_that_still_grows_can_be_left(worker: Worker, side: Scripted) -> None:
    side.gate = type(side.gate)(4)
    job = session.drive(Order("What is rain?"), "me")
    until(lambda: len(job.roads[0].tokens) == 4)
    session.stop(job.id)
    for _ in range(50):
        side.gate.release()
    assert job.over.wait(5)
    fork = session.begin(forks.branch(job.roads[0], Fork(2, token=104)), "me")
    heard(fork)
    assert fork.roads[0].state == "stopped" and len(fork.roads[1].tokens) == len(WORDS)


@pytest.mark.parametrize(
    "turn", [Fork(-1, 3), Fork(6, 3), Fork(10**9, 3), Fork(0, typed=" "), Fork(0, typed="x" * 5000)]
)
def test_a_turn_that_is_none_is_a_sentence(worker: Worker, turn: Fork) -> None:
    road = driven().roads[0]
    with pytest.raises(UserError):
        forks.branch(road, turn)


def test_a_recorded_road_is_read_again_and_obeys_its_signs(worker: Worker, side: Scripted) -> None:
    order = Order("What is rain?", signs=(Sign("We want. To be.", "text"), Sign("water")), step="signs")
    scene = json.loads(json.dumps(validate.scene(driven(order).scene())))
    road = forks.recorded(scene, 1)
    assert [(s.kind, s.value, s.direction) for s in road.signs] == [
        ("text", "We want. To be.", "avoid"),
        ("word", "water", "avoid"),
    ]
    job = session.begin(forks.branch(road, Fork(3, token=104)), "me")
    heard(job)
    assert side.read_again == 1 and len(job.roads[0].states) == len(WORDS)
    assert job.roads[1].text == "Rain is liquid forced0 falls."
    assert [reward.weight for reward in job.roads[1].rewards] == [-3.0, -float("inf")]
    plain = forks.recorded(scene, 0)
    assert plain.signs == () and [sign.kind for sign in plain.plan.watches] == ["text"]


def test_spurs_of_shared_crossings_are_the_parent_s(worker: Worker) -> None:
    parent = driven().roads[0]
    told = worker.ask(lambda: worker.spurs(parent, 1)).result(10)
    job = session.begin(forks.branch(parent, Fork(3, token=104)), "me")
    heard(job)
    assert worker.ask(lambda: worker.spurs(job.roads[1], 1)).result(10) == told
    assert worker.ask(lambda: worker.spurs(job.roads[1], 4)).result(10)["positions"]
