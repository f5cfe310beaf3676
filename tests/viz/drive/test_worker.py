"""The one thread that owns the model: turns for the drives, questions in between, and what it does with errors."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any

import numpy as np
import pytest

from embeddings.errors import UserError
from embeddings.request import Intervention, Request, Settings
from tests.viz.conftest import WORDS, Scripted, heard, until, words
from viz.drive import session
from viz.drive import worker as workers
from viz.drive.job import Job
from viz.drive.task import LookQuestion, ProbeQuestion, StartQuestion
from viz.drive.worker import Worker

RAIN = Request.of(None, "What is rain?")
LONG = Settings(max_new_tokens=400)


def loaded(worker: Worker) -> None:
    worker.ready()
    until(lambda: worker.status.state == "ready")


def asked_at(worker: Worker, question: Callable[[], Any]) -> Future[Any]:
    """What a probe question gives, where fitting the probe is this."""
    from types import SimpleNamespace

    def region(sign: Intervention) -> Any:
        return SimpleNamespace(found=question())

    worker.side.region, worker.side.drawn = region, lambda reward: {}  # type: ignore[method-assign,assignment]
    return worker.ask(ProbeQuestion(Intervention(f"{id(question)}", "landmark")))


def test_two_drives_progress_in_turns_and_hear_only_their_own(worker: Worker, side: Scripted) -> None:
    side.count = 40
    side.gate = type(side.gate)(0)
    first, second = (
        session.drive(Request.of(None, question, settings=Settings(max_new_tokens=40)), session_id)
        for question, session_id in (("one", "a"), ("two", "b"))
    )
    for _ in range(20):
        side.gate.release()
    until(lambda: len(first.runs[0].tokens) + len(second.runs[0].tokens) == 20)
    assert len(first.runs[0].tokens) == len(second.runs[0].tokens) == 10
    assert first.told is not second.told and first.id != second.id
    first.stop(), second.stop()
    for _ in range(200):
        side.gate.release()


@pytest.mark.parametrize("error", [UserError("Shorten the prompt."), ValueError("a bug"), MemoryError()])
def test_an_error_is_the_road_s_sentence_and_the_next_drive_works(
    worker: Worker, side: Scripted, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    side.fails_at = (2, error)
    job = session.drive(RAIN, "me")
    last = heard(job)[-1]
    assert (last["state"] == "error" and last["error"].endswith(".")) or "report" in last["error"]
    if not isinstance(error, UserError):
        assert "a bug" not in last["error"]
    side.fails_at = None
    assert words(heard(session.drive(Request.of(None, "again"), "me")), 0) == "".join(WORDS)


def test_an_error_after_the_last_token_ends_the_drive_and_not_the_thread(
    worker: Worker, side: Scripted, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(side, "apart", lambda first, second: 1 / 0)
    job = session.drive(Request.of(None, "What is rain?", interventions=(Intervention("water"),)), "me")
    heard(job)
    assert [run.state for run in job.runs] == ["done", "done"] and job.apart is None and job.parts_at == 2
    assert words(heard(session.drive(RAIN, "me")), 0) == "".join(WORDS)


def test_a_drive_before_the_model_is_there_waits_and_is_told(worker: Worker, side: Scripted) -> None:
    side.loaded.clear()
    job = session.drive(RAIN, "me")
    until(lambda: any("50" in event.get("message", "") for event in job.told))
    assert not job.done and worker.status.state == "loading"
    side.loaded.set()
    assert words(heard(job), 0) == "".join(WORDS)


def test_a_model_that_cannot_be_loaded_gives_every_road_the_sentence_and_can_be_tried_again(
    worker: Worker, side: Scripted
) -> None:
    side.fails_to_load = UserError("There is no network: run `mindmap` once with one.")
    side.loaded.clear()
    job = session.drive(Request.of(None, "What is rain?", interventions=(Intervention("water"),)), "me")
    question = worker.ask(StartQuestion(None))
    side.loaded.set()
    ends = [event for event in heard(job) if event["kind"] == "state"]
    assert [end["error"] for end in ends] == [str(side.fails_to_load)] * 2
    with pytest.raises(UserError, match="no network"):
        question.result(10)
    side.fails_to_load = None
    assert words(heard(session.drive(Request.of(None, "again"), "me")), 0) == "".join(WORDS)


# -- questions in between


def test_a_question_in_between_is_answered_before_the_next_token(worker: Worker, side: Scripted) -> None:
    side.gate = type(side.gate)(1)
    job = session.drive(RAIN, "me")
    until(lambda: len(job.runs[0].tokens) == 1)
    asked = asked_at(worker, lambda: len(job.runs[0].tokens))
    for _ in range(20):
        side.gate.release()
    assert asked.result(10).reward.found <= 2


def test_a_question_taken_back_is_never_asked(worker: Worker, side: Scripted) -> None:
    side.gate = type(side.gate)(0)
    session.drive(RAIN, "me")
    asked: list[int] = []
    until(lambda: worker.status.state == "ready")
    future = asked_at(worker, lambda: asked.append(1))
    assert future.cancel()
    for _ in range(20):
        side.gate.release()
    worker.ask(StartQuestion(None)).result(10)
    assert not asked


def test_a_question_that_fails_is_its_own_error_and_the_next_is_answered(worker: Worker) -> None:
    loaded(worker)
    with pytest.raises(UserError, match="at least 20"):
        worker.ask(ProbeQuestion(Intervention("Too few.", "text"))).result(10)
    with pytest.raises(ZeroDivisionError):
        asked_at(worker, lambda: 1 / 0).result(10)
    assert worker.ask(StartQuestion(None)).result(10)["start"]


def test_the_same_start_is_measured_once(worker: Worker, side: Scripted) -> None:
    worker.ready()
    for _ in range(3):
        told = worker.ask(StartQuestion("You are a pirate.", ("You are a nurse.",))).result(10)
    assert side.starts == 2
    assert told["comparison"]["behaviour"] is None  # not finite, so unknown


def test_the_same_start_that_two_ask_for_at_once_is_measured_once(worker: Worker, side: Scripted) -> None:
    side.start_parts, side.start_gate = 5, threading.Semaphore(0)
    loaded(worker)
    asked = [worker.ask(StartQuestion("You are a pirate.")) for _ in range(3)]
    for _ in range(5):
        side.start_gate.release()
    first, *rest = [{**future.result(10), "milliseconds": 0} for future in asked]
    assert rest == [first] * 2 and side.starts == 1 and side.measured == ["You are a pirate."]


def test_a_start_that_did_not_move_is_compared_with_nothing(worker: Worker, side: Scripted) -> None:
    loaded(worker)
    assert worker.ask(StartQuestion("a", ("a",))).result(10)["comparison"] is None
    assert worker.ask(StartQuestion("a")).result(10)["comparison"] is None
    assert worker.ask(StartQuestion("a", (None,))).result(10)["comparison"]["map"] == 1.0


def test_spurs_lead_from_the_road_s_own_place(worker: Worker) -> None:
    job = session.drive(RAIN, "me")
    heard(job)
    question = job.runs[0].look_at(2)
    assert question is not None
    told = worker.ask(question).result(10)
    here = job.runs[0].tokens[2]["position"][0]
    assert [place[0] - here for place in told["positions"]] == [100.0, 101.0, 102.0]


# -- nobody holds anybody up


def running(worker: Worker, side: Scripted, *, tokens: int = 3) -> Job:
    """A drive that waits for its next token, its flag measured."""
    side.count, side.gate = 400, threading.Semaphore(tokens)
    job = session.drive(Request.of("flag", "What is rain?", settings=LONG), "other")
    until(lambda: len(job.runs[0].tokens) == tokens and job.runs[0].start is not None)
    side.did.clear()
    return job


def released(side: Scripted) -> None:
    for _ in range(500):
        side.gate.release()


def test_another_visitor_s_token_comes_between_two_parts_of_a_start(worker: Worker, side: Scripted) -> None:
    other = running(worker, side)
    side.start_parts = 5
    asked = worker.ask(StartQuestion("You are a pirate."))
    released(side)
    assert asked.result(10)["start"]
    did = side.did[: len(side.did) - side.did[::-1].index("part")]  # up to the last part
    assert did.count("part") == 5
    assert "part part" not in " ".join(did)
    other.stop()


def test_two_starts_at_once_have_a_token_between_any_two_parts(worker: Worker, side: Scripted) -> None:
    other = running(worker, side)
    side.start_parts = 4
    asked = [worker.ask(StartQuestion(system)) for system in ("a", "bb")]
    released(side)
    places = [future.result(10)["start"]["position"] for future in asked]
    assert places == [[1.0] * 3, [2.0] * 3]
    assert side.did.count("part") == 8 and "part part" not in " ".join(side.did)
    other.stop()


def test_a_flag_of_another_road_is_measured_between_tokens_too(worker: Worker, side: Scripted) -> None:
    other = running(worker, side)
    side.start_parts = 5
    mine = session.drive(Request.of("mine", "What is rain?", settings=Settings(max_new_tokens=3)), "me")
    released(side)
    heard(mine)
    assert mine.runs[0].start is not None and "part part" not in " ".join(side.did)
    other.stop()


def test_a_start_that_is_taken_back_stops_at_the_next_part(worker: Worker, side: Scripted) -> None:
    loaded(worker)
    side.start_parts, side.start_gate = 5, threading.Semaphore(0)
    asked = worker.ask(StartQuestion("You are a pirate.", ("You are a nurse.",)))
    side.start_gate.release(), side.start_gate.release()
    until(lambda: side.did == ["part", "part"])
    assert asked.cancel()
    for _ in range(20):
        side.start_gate.release()
    with pytest.raises(CancelledError):
        asked.result(10)
    until(lambda: side.left == 1)
    assert side.did.count("part") <= 3 and side.starts == 1 and side.measured == []
    assert worker.ask(StartQuestion("You are a pirate.")).result(10)["start"]  # it can be asked again
    assert side.measured == ["You are a pirate."]


def test_a_start_that_one_of_two_takes_back_is_measured_for_the_other(worker: Worker, side: Scripted) -> None:
    loaded(worker)
    side.start_parts, side.start_gate = 5, threading.Semaphore(0)
    gone, stays = (worker.ask(StartQuestion("You are a pirate.")) for _ in range(2))
    side.start_gate.release(), side.start_gate.release()
    until(lambda: side.did == ["part", "part"])
    assert gone.cancel()
    for _ in range(20):
        side.start_gate.release()
    assert stays.result(10)["start"]
    assert (side.starts, side.left, side.did.count("part")) == (1, 0, 5)


def test_a_start_that_cannot_be_measured_is_everybody_s_sentence(
    worker: Worker, side: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Semaphore(0)

    def start(system: str | None) -> Any:
        gate.acquire()
        yield
        raise UserError("The system prompt is too long.")

    monkeypatch.setattr(side, "start", start)
    loaded(worker)
    asked = [worker.ask(StartQuestion("x")) for _ in range(3)]
    gate.release()
    for future in asked:
        with pytest.raises(UserError, match="too long"):
            future.result(10)


def test_many_short_questions_do_not_hold_the_tokens_up_for_long(
    worker: Worker, side: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "QUESTIONS_SECONDS", 0.02)
    other = running(worker, side)
    looked: list[int] = []

    def lookahead(request: Request, token_ids: Any, candidates: Any) -> np.ndarray:
        threading.Event().wait(0.005)
        looked.append(len(other.runs[0].tokens))
        return np.zeros((len(candidates), 4))

    monkeypatch.setattr(side, "lookahead", lookahead)
    question = LookQuestion(RAIN, (), (1, 2, 3), (np.zeros(4),))
    asked = [worker.ask(question) for _ in range(60)]
    released(side)
    for future in asked:
        assert future.result(20)["positions"]
    most = max(looked.count(at) for at in set(looked))
    assert most <= 5 + 1  # as many as fit into that time, and one more
    other.stop()


def test_questions_that_never_end_do_not_starve_a_drive_and_a_drive_does_not_starve_them(
    worker: Worker, side: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "QUESTIONS_SECONDS", 0.01)
    other = running(worker, side)
    answered = 0

    def again(future: Future[Any]) -> None:
        nonlocal answered
        answered += 1
        if not other.done:
            worker.ask(StartQuestion("flag")).add_done_callback(again)

    worker.ask(StartQuestion("flag")).add_done_callback(again)
    released(side)
    until(lambda: len(other.runs[0].tokens) > 40)
    other.stop()
    assert answered > 40


def test_a_short_question_need_not_wait_for_a_long_one(worker: Worker, side: Scripted) -> None:
    loaded(worker)
    side.start_parts, side.start_gate = 50, threading.Semaphore(0)
    long = worker.ask(StartQuestion("You are a pirate."))
    short = worker.ask(LookQuestion(RAIN, (), (1,), (np.zeros(4),)))
    side.start_gate.release()
    assert short.result(10) and not long.done()
    for _ in range(60):
        side.start_gate.release()
    assert long.result(10)


def test_what_the_model_brings_is_left_out_of_collections_of_garbage(side: Scripted) -> None:
    """Streamlit collects after each run of the page, and no token is written meanwhile."""
    before = gc.get_freeze_count()
    brought = [[] for _ in range(20_000)]
    made = Worker(side)
    made.ready()
    until(lambda: made.status.state == "ready")
    assert gc.get_freeze_count() - before >= len(brought)
