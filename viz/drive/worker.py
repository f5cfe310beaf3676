"""One thread owns the model. It drives all roads token by token in turn and answers short questions in between.

Values go in (`task`) and values come out (`events`): the thread never touches Streamlit, a job or a page. An error
becomes the sentence of the road it happened on; the thread goes on.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from embeddings.errors import UserError
from viz.drive.driving import Channel, Driving, Ride, walked
from viz.drive.events import Progress
from viz.drive.probes import Probes
from viz.drive.side import ModelSide
from viz.drive.starts import Starts
from viz.drive.task import LookQuestion, ProbeQuestion, Question, StartQuestion, Task
from viz.scene.scene import Json, called, number, place_of, point
from viz.strings import text

log = logging.getLogger(__name__)
Answering = Generator[None, None, Any]
QUESTIONS_SECONDS = (
    0.05  # short questions, one after the other, hold the next token up no longer than that and one more
)


@dataclass(frozen=True)
class Status:
    """How far the model is: idle, loading, ready or error."""

    state: str = "idle"
    progress: float = 0.0
    message: str = ""


def set_aside() -> None:
    """What is there now stays for good: collections of garbage leave it out.

    Streamlit collects after every run of the page. With the model's vocabulary, atlas and modules to look through that
    takes more than a tenth of a second, in which no other thread can run: longer than a token.
    """
    gc.collect()
    gc.freeze()


class Worker:
    """Begin drives with `begin`, ask in between with `ask`; both from any thread."""

    def __init__(self, side: ModelSide) -> None:
        self.side = side
        self.status = Status()
        self.probes = Probes(side)
        self._since = 0.0
        self._took = 0.0
        self._thread: threading.Thread | None = None
        self._turns: deque[Driving] = deque()
        self._asked: deque[tuple[Future[Any], Answering]] = deque()
        self._news = threading.Condition()
        self._starts = Starts(side)

    # -- from other threads ------------------------------------------------------------------------------------------

    def ready(self) -> None:
        """Let the model be loaded, if it is not already; after a failure, try again."""
        with self._news:
            if self.status.state in ("loading", "ready"):
                return
            self.status = Status("loading", 0.0, text("model.starting"))
            self._since = time.monotonic()
            self._thread = threading.Thread(target=self._run, name="model", daemon=True)
            self._thread.start()

    def seconds(self) -> float:
        """Seconds that loading has taken so far, or took."""
        if self.status.state == "loading":
            return time.monotonic() - self._since
        return self._took

    def begin(self, task: Task, channel: Channel) -> None:
        """Queue a drive; it starts when the model is there."""
        ride = Ride(self.side, self.probes, self._starts, task, channel)
        with self._news:
            self._turns.extend(ride.drivings)
            self._news.notify()
        self.ready()
        if self.status.state != "ready":
            channel.tell(Progress(self.status.message))

    def ask(self, question: Question) -> Future[Any]:
        """Have the model's thread answer a question before the next token. Cancel the future to take it back: what is
        answered in parts stops at the next."""
        future: Future[Any] = Future()
        with self._news:
            self._asked.append((future, self._answering(question)))
            self._news.notify()
        return future

    # -- in the model's thread ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self.side.load(self._progress)
        except UserError as error:
            return self._failed(str(error))
        except Exception:
            log.exception("the model could not be loaded")
            return self._failed(text("errors.model"))
        set_aside()
        self._took = time.monotonic() - self._since
        self.status = Status("ready", 1.0, text("model.ready"))
        while True:
            self._turn()

    def _progress(self, message: str, share: float) -> None:
        before = self.status
        self.status = Status("loading", max(0.0, min(1.0, float(share))), message)
        if before.message == message and int(before.progress * 10) == int(self.status.progress * 10):
            return
        said = text("model.progress", message=message, percent=round(100 * self.status.progress))
        with self._news:
            waiting = {id(driving.ride): driving.ride.channel for driving in self._turns}
        for channel in waiting.values():
            channel.tell(Progress(said))

    def _failed(self, sentence: str) -> None:
        with self._news:
            self.status = Status("error", 0.0, sentence)
            turns, asked = list(self._turns), list(self._asked)
            self._turns.clear()
            self._asked.clear()
        for future, _ in asked:
            if future.set_running_or_notify_cancel():
                future.set_exception(UserError(sentence))
        for driving in turns:
            driving.end("error", sentence)

    def _turn(self) -> None:
        """Some questions and one token of the next road, or one of the two; waits while there is neither."""
        with self._news:
            while not self._asked and not self._turns:
                self._news.wait()
        self._answer_some()
        with self._news:
            turn = self._turns.popleft() if self._turns else None
        if turn and turn.advance():
            with self._news:
                self._turns.append(turn)

    def _answer_some(self) -> None:
        """Short questions for a moment, or up to a part of a longer one: the rest of that comes after a token, and
        after the questions that were asked meanwhile."""
        began = time.monotonic()
        while time.monotonic() - began <= QUESTIONS_SECONDS:
            with self._news:
                if not self._asked:
                    return
                asked = self._asked.popleft()
            if self._answer(*asked):
                with self._news:
                    self._asked.append(asked)
                return

    @staticmethod
    def _answer(future: Future[Any], answering: Answering) -> bool:
        """One part of an answer; True while there is more to come. A question that was taken back is left."""
        if future.cancelled():
            answering.close()
            return False
        try:
            next(answering)
            return True
        except StopIteration as end:
            if future.set_running_or_notify_cancel():
                future.set_result(end.value)
        except BaseException as error:
            if future.set_running_or_notify_cancel():
                future.set_exception(error)
        return False

    # -- questions ---------------------------------------------------------------------------------------------------

    def _answering(self, question: Question) -> Answering:
        match question:
            case StartQuestion(system, before):
                return self._moved(system, before)
            case LookQuestion():
                return _at_once(partial(self._looked, question))
            case ProbeQuestion(intervention):
                return _at_once(partial(self.probes.of, intervention))

    def _moved(self, system: str | None, before: tuple[str | None, ...]) -> Answering:
        """Where a start lies and, where ``before`` holds an earlier prompt, how far it moved from there."""
        began = time.perf_counter()
        found = yield from self._starts.of(system)
        comparison = None
        if before and before[0] != system:
            measured = self.side.compare((yield from self._starts.of(before[0])), found)
            comparison = {name: number(getattr(measured, name)) for name in ("map", "full", "behaviour")}
        return {
            "start": place_of(found),
            **called(self.side.neighbourhood(found.lens)),
            "comparison": comparison,
            "milliseconds": round(1000 * (time.perf_counter() - began)),
        }

    def _looked(self, asked: LookQuestion) -> Json:
        """Where candidates would lead: looked ahead, not guessed."""
        states = self.side.lookahead(asked.request, asked.token_ids, asked.candidates)
        here = self.side.walk()
        walked(here, asked.states, asked.token_ids)
        places = [here.peek(state, token) for state, token in zip(states, asked.candidates, strict=True)]
        return {"positions": [point(p.position) for p in places], "pca": [point(p.pca) for p in places]}


def _at_once(answer: Callable[[], Any]) -> Answering:
    """An answer in one part."""
    yield from ()
    return answer()
