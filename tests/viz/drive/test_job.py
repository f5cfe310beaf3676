"""Jobs: who hears what, in which order, what a drive is told as, and what ends it."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest

from embeddings.errors import UserError
from embeddings.request import Intervention, Request
from embeddings.request_json import read_request
from tests.viz.conftest import WORDS, Scripted, finished, heard, until, words
from viz.drive import events, forks, session
from viz.drive import job as drives
from viz.drive.events import Event
from viz.drive.job import Job, Jobs
from viz.drive.worker import Worker
from viz.scene import schema as validate
from viz.scene.link import Way, digest_of

RAIN = Request.of(None, "What is rain?")


def against(*signs: Intervention, **parts: object) -> Request:
    return Request.of(None, "What is rain?", interventions=signs, **parts)


def test_a_drive_tells_its_road_then_its_tokens_then_that_it_is_done(worker: Worker) -> None:
    events = heard(session.drive(RAIN, "me"))
    kinds = [event["kind"] for event in events if event["kind"] not in ("progress", "grip")]
    assert kinds == ["caption", "road", "tokens", "road", *["tokens"] * (len(WORDS) - 1), "state"]
    early, late = (event["value"] for event in events if event["kind"] == "road")
    assert early["start"] is None and early["tokens"] == []
    assert late["start"] is not None and [token["text"] for token in late["tokens"]] == [WORDS[0]]
    assert words(events, 0) == "".join(WORDS)
    assert [e["from"] for e in events if e["kind"] == "tokens"] == list(range(len(WORDS)))


def test_the_scene_of_a_drive_holds_its_request(worker: Worker) -> None:
    asked = against(Intervention("water"), Intervention("sea", on=False), strength=1.5)
    job = session.drive(asked, "me", step="signs")
    heard(job)
    scene = validate.scene(job.scene())
    assert read_request(scene["request"]) == asked and scene["step"] == "signs"


def test_grip_comes_for_every_token_and_never_twice(worker: Worker) -> None:
    job = session.drive(RAIN, "me")
    events = heard(job)
    told = [index for e in events if e["kind"] == "grip" for index in range(e["from"], e["from"] + len(e["values"]))]
    assert told == list(range(len(WORDS)))
    assert [token["grip"] for token in job.scene()["roads"][0]["tokens"]] == [0.25] * len(WORDS)


def test_what_was_told_is_not_written_to_again(worker: Worker) -> None:
    events = heard(session.drive(RAIN, "me"))
    assert all(token["grip"] is None for e in events if e["kind"] == "tokens" for token in e["tokens"])


def test_a_sign_gives_two_roads_from_one_start_and_tells_where_they_part(worker: Worker, side: Scripted) -> None:
    job = session.drive(against(Intervention("water")), "me")
    events = heard(job)
    assert words(events, 0) != words(events, 1)
    assert [e["at"] for e in events if e["kind"] == "parts"] == [2] == [job.scene()["parts_at"]]
    assert job.runs[0].start == job.runs[1].start is not None
    assert side.starts == 1  # though both measure it at once
    assert [road["kind"] for road in job.scene()["roads"]] == ["plain", "signed"]
    assert job.scene()["roads"][1]["rewards"] == [{"word": "water", "weight": "ban"}]


def test_two_starts_are_two_roads_and_two_flags(worker: Worker, side: Scripted) -> None:
    job = session.drive(Request.of("You are a pirate.", "What is rain?", beside=(None,)), "me")
    heard(job)
    assert [(run.plan.label, run.plan.kind, run.plan.system) for run in job.runs] == [
        ("A", "start", "You are a pirate."),
        ("B", "start", None),
    ]
    assert [run.start["position"] for run in job.runs if run.start] == [[17.0] * 3, [0.0] * 3]
    assert side.measured == ["You are a pirate.", None]
    assert job.parts_at is None


def test_region_signs_are_told_once_before_any_token_and_read_on_both_roads(worker: Worker, side: Scripted) -> None:
    signs = (
        Intervention("freedom", "landmark"),
        Intervention("rain"),
        Intervention("We go. There.", "text", "toward"),
    )
    job = session.drive(against(*signs, strength=2.0), "me")
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
    job = session.drive(against(Intervention("water")), "me")
    apart = [event["value"] for event in heard(job) if event["kind"] == "apart"]
    assert (
        apart == [{"at": 2, "token": " liquid", "probability": 0.5, "map": 0.0, "full": 2.0}] == [job.scene()["apart"]]
    )


def test_a_sign_on_a_word_never_said_parts_nothing(worker: Worker) -> None:
    job = session.drive(against(Intervention("fire")), "me")
    assert not [e for e in heard(job) if e["kind"] == "parts"]
    assert job.parts_at is None


def test_a_start_that_cannot_be_measured_leaves_the_road_without_a_flag(
    worker: Worker, side: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(system: str | None) -> None:
        raise UserError("The system prompt is too long.")

    monkeypatch.setattr(side, "start", start)
    job = session.drive(RAIN, "me")
    heard(job)
    assert job.runs[0].state == "done" and job.runs[0].start is None


def test_stop_ends_at_the_next_token_and_keeps_what_was_driven(worker: Worker, side: Scripted) -> None:
    side.gate = type(side.gate)(3)
    job = session.drive(RAIN, "me")
    until(lambda: len(job.runs[0].tokens) == 3)
    session.stop(job.id)
    side.gate.release()
    until(lambda: job.done)
    assert len(job.runs[0].tokens) in (3, 4) and job.runs[0].state == "stopped"
    assert side.closed == 1
    assert all(token["grip"] is not None for token in job.scene()["roads"][0]["tokens"])


def test_a_road_that_is_stopped_at_its_first_token_has_a_flag(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(RAIN)
    tell = job.tell

    def stop_at_once(event: Event) -> None:
        tell(event)
        if isinstance(event, events.Token):
            session.stop(job.id)

    monkeypatch.setattr(job, "tell", stop_at_once)
    session.begin(job, "me")
    until(lambda: job.done)
    road = job.scene()["roads"][0]
    assert (road["state"], len(road["tokens"])) == ("stopped", 1) and road["start"] is not None


def test_a_drive_that_nobody_listens_to_ends(worker: Worker, side: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drives, "UNHEARD_SECONDS", 0.05)
    monkeypatch.setattr(drives, "ARRIVAL_SECONDS", 0.1)
    side.gate = type(side.gate)(1)
    job = session.drive(RAIN, "me")

    async def one() -> None:
        async for _, news in job.listen():
            if any(event["kind"] == "tokens" for event in news):
                return

    finished(one())
    time.sleep(0.2)
    side.gate.release()
    side.gate.release()
    until(lambda: job.done)
    assert job.runs[0].state == "stopped"


def test_a_listener_that_comes_back_goes_on_where_it_was(worker: Worker) -> None:
    job = session.drive(RAIN, "me")
    everything = heard(job)
    for cut in (0, 3, len(everything) - 1, len(everything), 10_000):
        assert heard(job, cut) == everything[cut + 1 :]


# -- events are values, and all that a drive is


class Kept:
    """Takes in what a drive is told, and keeps it."""

    def __init__(self, job: Job) -> None:
        self.job, self.events = job, list[Event]()

    def tell(self, event: Event) -> None:
        self.events.append(event)
        self.job.tell(event)

    def wanted(self) -> bool:
        return True


def told(worker: Worker, job: Job) -> list[Event]:
    kept = Kept(job)
    worker.begin(job.task, kept)
    assert job.over.wait(20)
    return kept.events


@pytest.mark.parametrize("event", [e for e in vars(events).values() if dataclasses.is_dataclass(e)])
def test_an_event_cannot_be_written_to(event: type) -> None:
    assert event.__dataclass_params__.frozen  # type: ignore[attr-defined]
    made = event(*[None for f in dataclasses.fields(event) if f.default is dataclasses.MISSING])
    for field in dataclasses.fields(event):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(made, field.name, 1)


@pytest.mark.parametrize(
    "asked",
    [
        RAIN,
        against(Intervention("water")),
        against(Intervention("freedom", "landmark"), Intervention("sea", direction="toward")),
        Request.of("a", "What is rain?", beside=("b",)),
    ],
)
def test_a_job_folds_the_same_events_to_the_same_scene(worker: Worker, asked: Request) -> None:
    first = Job(asked)
    happened = told(worker, first)
    again = Job(asked)
    for event in happened:
        again.tell(event)
    assert {**again.scene(), "id": ""} == {**first.scene(), "id": ""}
    assert again.told == first.told and again.done and again.over.is_set()


def test_a_branch_folds_the_same_events_to_the_same_scene(worker: Worker) -> None:
    road = session.drive(RAIN, "me")
    heard(road)
    first, again = (forks.branch(road.runs[0], 3, token=104) for _ in range(2))
    for event in told(worker, first):
        again.tell(event)
    assert {**again.scene(), "id": ""} == {**first.scene(), "id": ""}
    for here, there in zip(again.runs, first.runs, strict=True):
        np.testing.assert_array_equal(here.states, there.states)


def test_of_every_drive_one_thing_comes_last_and_once(worker: Worker, side: Scripted) -> None:
    side.fails_at = (2, ValueError("a bug"))
    happened = told(worker, Job(against(Intervention("water"))))
    assert [type(event) for event in happened].count(events.Finished) == 1
    assert isinstance(happened[-1], events.Finished)
    ended = [(e.run, e.state) for e in happened if isinstance(e, events.Ended)]
    assert sorted(ended) == [(0, "error"), (1, "error")]


def test_a_second_road_s_events_are_told_under_its_own_number(worker: Worker) -> None:
    job = Job(against(Intervention("water")))
    happened = told(worker, job)
    tokens = [[e.token["text"] for e in happened if isinstance(e, events.Token) and e.run == i] for i in range(2)]
    assert ["".join(road) for road in tokens] == [run.text for run in job.runs]
    assert [len([e for e in job.told if e["kind"] == "tokens" and e["road"] == i]) for i in range(2)] == [6, 6]
    assert [len(run.states) for run in job.runs] == [6, 6]


# -- the register


def test_old_drives_are_dropped_and_stopped() -> None:
    register = Jobs(a_session=2, in_all=3)
    made = [Job(Request.of(None, str(i))) for i in range(3)]
    for job in made:
        register.add(job, "me")
    assert register.get(made[0].id) is None and not made[0].wanted()
    assert made[1].wanted() and made[2].wanted()
    register.add(Job(Request.of(None, "other")), "you"), register.add(Job(Request.of(None, "other")), "you")
    assert len(register) == 3 and register.get(made[1].id) is None


def test_ids_cannot_be_guessed() -> None:
    ids = {Job(Request.of(None, "?")).id for _ in range(200)}
    assert len(ids) == 200 and all(len(id) >= 22 for id in ids)


def test_a_drive_outlives_its_session_and_is_found_by_whoever_comes_back() -> None:
    register = Jobs(a_session=2, in_all=3)
    job, other = Job(Request.of(None, "one")), Job(Request.of(None, "two"))
    register.add(job, "me"), register.add(other, "me")
    register.release("me")
    assert register.get(job.id) is job and job.wanted()
    assert register.back(job.id, "me again") is job and register.back("nobody", "me again") is None
    register.add(Job(Request.of(None, "three")), "you"), register.add(Job(Request.of(None, "four")), "you")
    assert register.get(other.id) is None and register.get(job.id) is job  # asked for last, it goes last
    register.add(Job(Request.of(None, "five")), "me again"), register.add(Job(Request.of(None, "six")), "me again")
    assert register.get(job.id) is None and not job.wanted()  # one session has only so many


def test_what_two_sessions_hold_is_not_dropped_for_one_of_them() -> None:
    register = Jobs(a_session=1, in_all=9)
    job = Job(Request.of(None, "one"))
    register.add(job, "me"), register.back(job.id, "you")
    register.add(Job(Request.of(None, "two")), "me")
    assert register.get(job.id) is job
    register.add(Job(Request.of(None, "three")), "you")
    assert register.get(job.id) is None


def test_the_register_holds_only_so_many_tokens(worker: Worker) -> None:
    register = Jobs(a_session=9, in_all=9, tokens=3 * len(WORDS))
    driven = [session.drive(RAIN, "me") for _ in range(4)]
    for job in driven:
        heard(job)
        register.add(job, "me")
    assert [job.size for job in driven] == [len(WORDS)] * 4
    assert [register.get(job.id) for job in driven] == [None, *driven[1:]]
    large = Jobs(tokens=1)
    large.add(driven[0], "me")
    assert large.get(driven[0].id) is driven[0]  # the newest stays, however large


def test_a_page_that_turns_away_ends_a_drive_unless_another_listens(worker: Worker, side: Scripted) -> None:
    side.gate = type(side.gate)(0)
    job = session.drive(RAIN, "me")

    async def two() -> None:
        first, second = job.listen(), job.listen()
        await anext(first), await anext(second)
        session.leave(job.id)
        assert job.wanted()
        await second.aclose()
        session.leave(job.id), session.leave("nobody"), session.leave(None)
        assert not job.wanted()
        await first.aclose()

    finished(two())
    side.gate.release(9)
    until(lambda: job.done)


def test_what_is_kept_of_a_drive_is_its_way_and_a_digest_of_its_tokens(worker: Worker, side: Scripted) -> None:
    side.gate = type(side.gate)(1)
    job = session.drive(against(Intervention("water")), "me")
    assert (job.driven.job, job.driven.way, job.driven.tokens) == (job.id, Way(job.request), ())
    side.gate.release(99)
    heard(job)
    assert job.driven.tokens == tuple((len(WORDS), digest_of(run.token_ids)) for run in job.runs)
    fork = forks.branch(job.runs[0], 2, token=101)
    assert fork.driven.way is None, "nobody has said how to come there"
