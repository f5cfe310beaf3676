"""A road that goes on from its end: what was written stays bit for bit, what comes is what a longer one would say."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from embeddings.errors import UserError
from embeddings.request import Intervention, Request, Settings
from tests.viz.conftest import Scripted, heard
from viz.drive import forks, onward, session
from viz.drive.job import Job
from viz.drive.worker import Worker
from viz.scene import schema as validate

SHORT = Settings(max_new_tokens=4, temperature=0.7, seed=3)


def driven(side: Scripted, *, count: int = 40, **asked: Any) -> Job:
    side.count = count
    return over(session.drive(Request.of(None, "What is rain?", settings=SHORT, **asked), "me"))


def over(job: Job) -> Job:
    heard(job)
    return job


def test_a_road_goes_on_and_what_was_written_stays_as_it_is(worker: Worker, side: Scripted) -> None:
    first = driven(side)
    before = copy.deepcopy(first.runs[0].tokens)
    job = session.begin(onward.onward(first, 5), "me")
    events = heard(job)
    (road,) = job.runs
    assert road.state == "done" and len(road.tokens) == 9 and road.tokens[:4] == before == first.runs[0].tokens
    assert [event["from"] for event in events if event["kind"] == "tokens"] == [4, 5, 6, 7, 8]
    assert min(event["from"] for event in events if event["kind"] == "grip") == 4
    assert all(token["grip"] is not None for token in road.tokens)
    assert road.start == first.runs[0].start and side.starts == 1
    whole = over(session.drive(Request.of(None, "What is rain?", settings=job.request.settings), "me"))
    assert job.request.settings == Settings(max_new_tokens=9, temperature=0.7, seed=3)
    assert road.tokens == whole.runs[0].tokens and job.request == whole.request
    assert validate.scene(job.scene())["roads"][0]["settings"]["max_new_tokens"] == 9


def test_it_goes_on_again_and_again(worker: Worker, side: Scripted) -> None:
    job = driven(side)
    for length in (8, 12):
        job = over(session.begin(onward.onward(job, 4), "me"))
        assert len(job.runs[0].tokens) == length and onward.cut(job.runs[0])


def test_a_stopped_road_goes_on_and_one_that_has_said_its_last_word_does_not(worker: Worker, side: Scripted) -> None:
    job = driven(side)
    job.runs[0].state = "stopped"
    assert len(over(session.begin(onward.onward(job, 2), "me")).runs[0].tokens) == 6
    for state, end in (("done", True), ("error", False), ("running", False)):
        job.runs[0].state = state
        job.runs[0].tokens[-1]["end"] = end
        with pytest.raises(UserError, match="cannot go on"):
            onward.onward(job, 2)


def test_both_roads_under_signs_go_on_and_part_where_they_parted(worker: Worker, side: Scripted) -> None:
    signs = (Intervention("water"), Intervention("freedom", "landmark"))
    first = driven(side, interventions=signs)
    job = onward.onward(first, 4)
    assert job.scene()["signs"] == first.scene()["signs"] != [] and job.parts_at == first.parts_at == 2
    over(session.begin(job, "me"))
    assert [len(run.tokens) for run in job.runs] == [8, 8] and job.parts_at == 2
    assert [run.tokens[:4] for run in job.runs] == [run.tokens for run in first.runs]
    assert [run.rewards for run in job.runs] == [run.rewards for run in first.runs]
    assert job.apart is not None and job.apart["at"] == 2 and side.fitted == ["freedom"]


@pytest.mark.parametrize("ended", [0, 1])
def test_of_two_roads_the_one_that_has_said_its_last_word_stays(worker: Worker, side: Scripted, ended: int) -> None:
    first = driven(side, interventions=(Intervention("water"),))
    first.runs[ended].tokens[-1]["end"] = True
    job = over(session.begin(onward.onward(first, 3), "me"))
    kept, longer = job.runs[ended], job.runs[1 - ended]
    assert kept.tokens == first.runs[ended].tokens and kept.state == "done" and len(longer.tokens) == 7
    assert job.parts_at == 2 and job.apart is not None
    assert [run.plan.label for run in job.runs] == ["A", "B"]


def test_a_fork_goes_on_as_a_fork(worker: Worker, side: Scripted) -> None:
    fork = over(session.begin(forks.branch(driven(side).runs[0], 1, token=104), "me"))
    job = over(session.begin(onward.onward(fork, 3), "me"))
    assert job.runs[1].parent == fork.runs[1].parent and job.runs[1].plan.kind == "fork"
    assert [run.tokens[: len(old.tokens)] for run, old in zip(job.runs, fork.runs, strict=True)] == [
        run.tokens for run in fork.runs
    ]
    assert [len(run.tokens) - len(old.tokens) for run, old in zip(job.runs, fork.runs, strict=True)] == [3, 3]


def test_a_recorded_road_is_read_again_and_goes_on(worker: Worker, side: Scripted) -> None:
    first = driven(side, interventions=(Intervention("water"),))
    scene = json.loads(json.dumps(first.scene()))
    job = over(session.begin(onward.recorded(scene, 2), "me"))
    assert side.read_again == 2
    for run, old in zip(job.runs, first.runs, strict=True):
        assert run.tokens[:4] == old.tokens and len(run.tokens) == len(run.states) == 6
    assert [sign.value for sign in job.request.up] == ["water"]


def test_two_recorded_starts_are_two_starts_again(worker: Worker, side: Scripted) -> None:
    scene = driven(side, beside=("A pirate.",)).scene()
    assert onward.recorded(scene, 2).request.beside == ("A pirate.",)


def test_half_a_character_at_the_end_waits_for_its_other_half(worker: Worker, side: Scripted) -> None:
    job = driven(side)
    job.runs[0].tokens[-1]["text"] = " wa\ufffd"
    again = onward.onward(job, 2)
    assert again.runs[0].tokens[-1]["text"] == " wa" and job.runs[0].tokens[-1]["text"] == " wa\ufffd"
