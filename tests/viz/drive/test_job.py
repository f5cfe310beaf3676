"""Jobs and the worker: who hears what, in which order, and what ends a drive."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from embeddings.errors import UserError
from tests.viz.conftest import WORDS, Scripted
from viz.drive import job as drives
from viz.drive import session
from viz.drive.job import Job, Jobs, Order
from viz.drive.sign import Sign
from viz.drive.worker import Worker
from viz.scene import schema as validate

Result = TypeVar("Result")


def until(true: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


def heard(job: Job, after: int = -1, seconds: float = 20.0) -> list[dict]:
    async def listen() -> list[dict]:
        return [event async for _, news in job.listen(after) for event in news]

    return finished(asyncio.wait_for(listen(), seconds))


def finished(work: Coroutine[None, None, Result]) -> Result:
    """What an asynchronous function gives. In a thread: playwright's own loop may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def words(events: list[dict], road: int) -> str:
    return "".join(t["text"] for e in events if e["kind"] == "tokens" and e["road"] == road for t in e["tokens"])


def test_a_drive_tells_its_road_then_its_tokens_then_that_it_is_done(worker: Worker) -> None:
    events = heard(session.drive(Order("What is rain?"), "me"))
    kinds = [event["kind"] for event in events if event["kind"] not in ("progress", "grip")]
    assert kinds == ["caption", "road", "tokens", "road", *["tokens"] * (len(WORDS) - 1), "state"]
    early, late = (event["value"] for event in events if event["kind"] == "road")
    assert early["start"] is None and early["tokens"] == []
    assert late["start"] is not None and [token["text"] for token in late["tokens"]] == [WORDS[0]]
    assert words(events, 0) == "".join(WORDS)
    assert [e["from"] for e in events if e["kind"] == "tokens"] == list(range(len(WORDS)))


def test_grip_comes_for_every_token_and_never_twice(worker: Worker) -> None:
    events = heard(session.drive(Order("What is rain?"), "me"))
    told = [index for e in events if e["kind"] == "grip" for index in range(e["from"], e["from"] + len(e["values"]))]
    assert told == list(range(len(WORDS)))


def test_a_sign_gives_two_roads_from_one_start_and_tells_where_they_part(worker: Worker) -> None:
    job = session.drive(Order("What is rain?", signs=(Sign("water"),)), "me")
    events = heard(job)
    assert words(events, 0) != words(events, 1)
    assert [e["at"] for e in events if e["kind"] == "parts"] == [2] == [job.scene()["parts_at"]]
    assert job.roads[0].start == job.roads[1].start
    assert [road["kind"] for road in job.scene()["roads"]] == ["plain", "signed"]
    assert job.scene()["roads"][1]["rewards"] == [{"word": "water", "weight": "ban"}]


def test_region_signs_are_told_once_before_any_token_and_read_on_both_roads(worker: Worker, side: Scripted) -> None:
    signs = (Sign("freedom", "landmark"), Sign("rain"), Sign("We go. There.", "text", "toward"))
    job = session.drive(Order("What is rain?", signs=signs, strength=2.0), "me")
    kinds = [event["kind"] for event in heard(job)]
    assert kinds.count("signs") == 1 and kinds.index("signs") < kinds.index("tokens")
    scene = validate.scene(job.scene())
    assert [(s["name"], s["kind"], s["direction"], s["weight"]) for s in scene["signs"]] == [
        ("freedom", "landmark", "avoid", -2.0),
        ("We go. There.", "text", "toward", 2.0),
    ]
    plain, signed = scene["roads"]
    assert plain["rewards"] == [] and signed["rewards"] == [
        {"region": "freedom", "kind": "landmark", "weight": -2.0, "k": 16, "auc": 0.9},
        {"word": "rain", "weight": "ban"},
        {"region": "We go. There.", "kind": "text", "weight": 2.0, "k": 16, "auc": 0.9},
    ]
    assert all(len(token["inside"]) == 4 for road in scene["roads"] for token in road["tokens"])
    assert all("after" not in token and "scores" not in token for token in plain["tokens"])
    assert all(len(token["after"]) == 10 and token["scores"] == [0.7, 0.7] for token in signed["tokens"])
    assert side.fitted == ["freedom", "We go. There."]


def test_two_roads_that_part_end_apart(worker: Worker) -> None:
    job = session.drive(Order("What is rain?", signs=(Sign("water"),)), "me")
    apart = [event["value"] for event in heard(job) if event["kind"] == "apart"]
    assert (
        apart == [{"at": 2, "token": " liquid", "probability": 0.5, "map": 0.0, "full": 2.0}] == [job.scene()["apart"]]
    )


def test_a_start_that_cannot_be_measured_leaves_the_road_without_a_flag(
    worker: Worker, side: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(system: str | None) -> None:
        raise UserError("The system prompt is too long.")

    monkeypatch.setattr(side, "start", start)
    job = session.drive(Order("What is rain?"), "me")
    heard(job)
    assert job.roads[0].state == "done" and job.roads[0].start is None


def test_a_sign_on_a_word_never_said_parts_nothing(worker: Worker) -> None:
    job = session.drive(Order("What is rain?", signs=(Sign("fire"),)), "me")
    assert not [e for e in heard(job) if e["kind"] == "parts"]
    assert job.parts_at is None


def test_with_two_starts_both_roads_obey_the_signs() -> None:
    plans = Order("?", systems=("a", None), signs=(Sign("free"),)).plans()
    assert [(plan.label, plan.kind, plan.system, len(plan.signs)) for plan in plans] == [
        ("A", "signed", "a", 1),
        ("B", "signed", None, 1),
    ]


def test_two_drives_progress_in_turns_and_hear_only_their_own(worker: Worker, side: Scripted) -> None:
    side.count = 40
    side.gate = type(side.gate)(0)
    first, second = (
        session.drive(Order("one", max_new_tokens=40), "a"),
        session.drive(Order("two", max_new_tokens=40), "b"),
    )
    for _ in range(20):
        side.gate.release()
    until(lambda: len(first.roads[0].tokens) + len(second.roads[0].tokens) == 20)
    assert len(first.roads[0].tokens) == len(second.roads[0].tokens) == 10
    assert first.events is not second.events and first.id != second.id
    first.cancelled.set(), second.cancelled.set()
    for _ in range(200):
        side.gate.release()


def test_stop_ends_at_the_next_token_and_keeps_what_was_driven(worker: Worker, side: Scripted) -> None:
    side.gate = type(side.gate)(3)
    job = session.drive(Order("What is rain?"), "me")
    until(lambda: len(job.roads[0].tokens) == 3)
    session.stop(job.id)
    side.gate.release()
    until(lambda: job.done)
    assert len(job.roads[0].tokens) in (3, 4) and job.roads[0].state == "stopped"
    assert side.closed == 1
    assert all(token["grip"] is not None for token in job.scene()["roads"][0]["tokens"])


def test_a_road_that_is_stopped_at_its_first_token_has_a_flag(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(Order("What is rain?"))
    emit = job.emit

    def stop_at_once(kind: str, **values: object) -> None:
        emit(kind, **values)
        if kind == "tokens":
            session.stop(job.id)

    monkeypatch.setattr(job, "emit", stop_at_once)
    session.begin(job, "me")
    until(lambda: job.done)
    road = job.scene()["roads"][0]
    assert (road["state"], len(road["tokens"])) == ("stopped", 1) and road["start"] is not None


def test_a_drive_that_nobody_listens_to_ends(worker: Worker, side: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drives, "UNHEARD_SECONDS", 0.05)
    monkeypatch.setattr(drives, "ARRIVAL_SECONDS", 0.1)
    side.gate = type(side.gate)(1)
    job = session.drive(Order("What is rain?"), "me")

    async def one() -> None:
        async for _, news in job.listen():
            if any(event["kind"] == "tokens" for event in news):
                return

    finished(one())
    time.sleep(0.2)
    side.gate.release()
    side.gate.release()
    until(lambda: job.done)
    assert job.roads[0].state == "stopped"


def test_a_listener_that_comes_back_goes_on_where_it_was(worker: Worker) -> None:
    job = session.drive(Order("What is rain?"), "me")
    everything = heard(job)
    for cut in (0, 3, len(everything) - 1, len(everything), 10_000):
        assert heard(job, cut) == everything[cut + 1 :]


@pytest.mark.parametrize("error", [UserError("Shorten the prompt."), ValueError("a bug"), MemoryError()])
def test_an_error_is_the_road_s_sentence_and_the_next_drive_works(
    worker: Worker, side: Scripted, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    side.fails_at = (2, error)
    job = session.drive(Order("What is rain?"), "me")
    last = heard(job)[-1]
    assert (last["state"] == "error" and last["error"].endswith(".")) or "report" in last["error"]
    if not isinstance(error, UserError):
        assert "a bug" not in last["error"]
    side.fails_at = None
    assert words(heard(session.drive(Order("again"), "me")), 0) == "".join(WORDS)


def test_a_drive_before_the_model_is_there_waits_and_is_told(worker: Worker, side: Scripted) -> None:
    side.loaded.clear()
    job = session.drive(Order("What is rain?"), "me")
    until(lambda: any("50" in event.get("message", "") for event in job.events))
    assert not job.done and worker.status.state == "loading"
    side.loaded.set()
    assert words(heard(job), 0) == "".join(WORDS)


def test_a_model_that_cannot_be_loaded_gives_every_road_the_sentence_and_can_be_tried_again(
    worker: Worker, side: Scripted
) -> None:
    side.fails_to_load = UserError("There is no network: run `mindmap` once with one.")
    job = session.drive(Order("What is rain?", signs=(Sign("water"),)), "me")
    ends = [event for event in heard(job) if event["kind"] == "state"]
    assert [end["error"] for end in ends] == [str(side.fails_to_load)] * 2
    side.fails_to_load = None
    assert words(heard(session.drive(Order("again"), "me")), 0) == "".join(WORDS)


def test_a_question_in_between_is_answered_before_the_next_token(worker: Worker, side: Scripted) -> None:
    side.gate = type(side.gate)(1)
    job = session.drive(Order("What is rain?"), "me")
    until(lambda: len(job.roads[0].tokens) == 1)
    asked = worker.ask(lambda: len(job.roads[0].tokens))
    for _ in range(20):
        side.gate.release()
    assert asked.result(10) <= 2


def test_a_question_taken_back_is_never_asked(worker: Worker, side: Scripted) -> None:
    side.gate = type(side.gate)(0)
    session.drive(Order("What is rain?"), "me")
    asked: list[int] = []
    until(lambda: worker.status.state == "ready")
    future = worker.ask(lambda: asked.append(1))
    assert future.cancel()
    for _ in range(20):
        side.gate.release()
    worker.ask(lambda: None).result(10)
    assert not asked


def test_the_same_start_is_measured_once(worker: Worker, side: Scripted) -> None:
    worker.ready()
    for _ in range(3):
        told = worker.ask(lambda: worker.moved("You are a pirate.", ("You are a nurse.",))).result(10)
    assert side.starts == 2
    assert told["comparison"]["behaviour"] is None  # not finite, so unknown


def test_spurs_lead_from_the_road_s_own_place(worker: Worker) -> None:
    job = session.drive(Order("What is rain?"), "me")
    heard(job)
    told = worker.ask(lambda: worker.spurs(job.roads[0], 2)).result(10)
    here = job.roads[0].tokens[2]["position"][0]
    assert [place[0] - here for place in told["positions"]] == [100.0, 101.0, 102.0]


def test_old_drives_are_dropped_and_stopped() -> None:
    register = Jobs(a_session=2, in_all=3)
    made = [Job(Order(str(i))) for i in range(3)]
    for job in made:
        register.add(job, "me")
    assert register.get(made[0].id) is None and made[0].cancelled.is_set()
    register.add(Job(Order("other")), "you"), register.add(Job(Order("other")), "you")
    assert len(register) == 3 and register.get(made[1].id) is None


def test_ids_cannot_be_guessed() -> None:
    ids = {Job(Order("?")).id for _ in range(200)}
    assert len(ids) == 200 and all(len(id) >= 22 for id in ids)
