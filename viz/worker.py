"""One thread owns the model. It drives all roads token by token in turn and answers short questions in between.

The thread never touches Streamlit: it appends events to jobs (`viz.drives`), which wake the browsers' streams. An error
becomes the sentence of the road it happened on; the thread goes on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from embeddings.errors import UserError
from viz.drives import Job, Order, Road
from viz.forks import follow
from viz.probes import Probes
from viz.scene import Json, number, parts_at, place_of, point, token_of
from viz.signs import Sign
from viz.strings import text

log = logging.getLogger(__name__)
T = TypeVar("T")
STARTS_KEPT = 12  # 1.5 MB each: eight distributions over the vocabulary
SPURS = 3


class ModelSide(Protocol):
    """What the worker asks of `embeddings`; `viz.session` gives the real one."""

    def load(self, progress: Callable[[str, float], None]) -> None: ...
    def start(self, system: str | None) -> Any: ...
    def compare(self, first: Any, second: Any) -> dict[str, float]: ...
    def neighbourhood(self, position: np.ndarray) -> str: ...
    def word(self, word: str, weight: float) -> Any: ...
    def region(self, sign: Sign) -> Any: ...
    def drawn(self, reward: Any) -> Json: ...
    def typed(self, words: str) -> Sequence[int]: ...
    def crossings(self, road: Road) -> Sequence[np.ndarray]: ...
    def apart(self, first: Any, second: Any) -> tuple[float, float]: ...
    def steps(self, road: Road) -> Any: ...
    def placer(self) -> Any: ...
    def reader(self, road: Road) -> Any: ...
    def lookahead(self, road: Road, index: int, candidates: list[int]) -> np.ndarray: ...
    def caption(self, order: Order) -> str: ...


@dataclass(frozen=True)
class Status:
    """How far the model is: idle, loading, ready or error."""

    state: str = "idle"
    progress: float = 0.0
    message: str = ""


class Worker:
    """Begin drives with `begin`, ask in between with `ask`; both from any thread."""

    def __init__(self, side: ModelSide) -> None:
        self.side = side
        self.status = Status()
        self._since = 0.0
        self._took = 0.0
        self._thread: threading.Thread | None = None
        self._turns: deque[tuple[Job, Road]] = deque()
        self._asked: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._news = threading.Condition()
        self._starts: OrderedDict[str | None, Any] = OrderedDict()
        self.probes = Probes(side)

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

    def begin(self, job: Job) -> Job:
        """Queue a drive; it starts when the model is there."""
        with self._news:
            self._turns.extend((job, road) for road in job.roads if road.state == "waiting")
            self._news.notify()
        self.ready()
        if self.status.state != "ready":
            job.emit("progress", message=self.status.message)
        return job

    def ask(self, question: Callable[[], T]) -> Future[T]:
        """Have the model's thread call ``question`` before the next token. Cancel the future to take it back."""
        future: Future[T] = Future()
        with self._news:
            self._asked.append((future, question))
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
        for job in self._waiting():
            job.emit("progress", message=said)

    def _waiting(self) -> list[Job]:
        with self._news:
            return list({id(job): job for job, _ in self._turns}.values())

    def _failed(self, sentence: str) -> None:
        with self._news:
            self.status = Status("error", 0.0, sentence)
            turns, asked = list(self._turns), list(self._asked)
            self._turns.clear()
            self._asked.clear()
        for future, _ in asked:
            if future.set_running_or_notify_cancel():
                future.set_exception(UserError(sentence))
        for job, road in turns:
            self._end(job, road, "error", sentence)

    def _turn(self) -> None:
        """One short question, or one token of the next road; waits while there is neither."""
        with self._news:
            while not self._asked and not self._turns:
                self._news.wait()
            asked = self._asked.popleft() if self._asked else None
            turn = None if asked else self._turns.popleft()
        if asked:
            self._answer(*asked)
        elif turn and self._advance(*turn):
            with self._news:
                self._turns.append(turn)

    @staticmethod
    def _answer(future: Future[Any], question: Callable[[], Any]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(question())
        except BaseException as error:
            future.set_exception(error)

    def _advance(self, job: Job, road: Road) -> bool:
        """Drive one token further. True while there is more to come."""
        if job.abandoned():
            return self._end(job, road, "stopped")
        try:
            if road.steps is not None and not road.measured:  # a road that is stopped after one token has a flag too
                self._measure(job, road)
            if job.cancelled.is_set():
                return self._end(job, road, "stopped")
            if road.steps is None:
                self._depart(job, road)
            assert road.steps is not None
            step = next(road.steps, None)
            if step is None:
                return self._end(job, road, "done")
            self._arrive(job, road, step)
            return True
        except UserError as error:
            return self._end(job, road, "error", str(error))
        except Exception:
            log.exception("a road failed")
            return self._end(job, road, "error", text("errors.road"))

    def _depart(self, job: Job, road: Road) -> None:
        if not job.caption:
            job.caption = self.side.caption(job.order)
            job.emit("caption", value=job.caption)
        self.probes.put_up(job, road)
        road.placer = self.side.placer()
        if road.order.fork is not None:
            follow(self.side, job.roads[0], road, road.order.fork)
        road.steps = iter(self.side.steps(road))
        road.reader = self.side.reader(road)
        road.state = "running"
        job.emit("road", road=job.roads.index(road), value=road.whole())

    def _measure(self, job: Job, road: Road) -> None:
        """The start of a road, once its first token has gone out: it takes half a second that nobody need wait for."""
        road.measured = True
        try:
            road.start = place_of(self.start(road.system))
        except UserError:
            return  # the prompt fits this question, but not the fixed ones: a road without a flag
        job.emit("road", road=job.roads.index(road), value=road.whole())

    def _arrive(self, job: Job, road: Road, step: Any) -> None:
        read = road.tokens[-1]["id"] if road.tokens else None
        place = road.place = road.placer.add(step.state, read)
        road.states.append(np.array(step.state, dtype=np.float32))
        token = token_of(step, place, signed=bool(road.signs))
        if road.parent is not None and len(road.tokens) == road.shared:
            road.parent["token"] = {name: token[name] for name in ("id", "text", "probability")}
            job.emit("road", road=job.roads.index(road), value=road.whole())
        road.tokens.append(token)
        at = len(road.tokens) - 1
        job.emit("tokens", road=job.roads.index(road), **{"from": at}, tokens=[road.tokens[at]])
        self._part(job, ended=False)
        self._grip(job, road, road.reader.push(step))

    @staticmethod
    def _grip(job: Job, road: Road, found: list[float]) -> None:
        """How hard the start still holds: known some tokens later, from one pass over several of them."""
        values = [number(value) for value in found]
        if not values:
            return
        for token, value in zip(road.tokens[road.gripped :], values, strict=False):
            token["grip"] = value
        job.emit("grip", road=job.roads.index(road), **{"from": road.gripped}, values=values)
        road.gripped += len(values)

    @staticmethod
    def _part(job: Job, *, ended: bool) -> None:
        if len(job.roads) < 2 or job.parts_at is not None:
            return
        at = parts_at(job.roads[0].token_ids, job.roads[1].token_ids, ended=ended)
        if at is not None:
            job.parts_at = at
            job.emit("parts", at=at)

    def _apart(self, job: Job) -> None:
        """How far apart two roads end that part, told when both are over."""
        at = job.parts_at
        if at is None or any(len(road.tokens) <= at or road.place is None for road in job.roads):
            return
        token = job.roads[1].tokens[at]
        on_map, full = self.side.apart(*(road.place for road in job.roads))
        job.apart = {
            "at": at,
            "token": token["text"],
            "probability": token["probability"],
            "map": number(on_map),
            "full": number(full),
        }
        job.emit("apart", value=job.apart)

    def _end(self, job: Job, road: Road, state: str, error: str | None = None) -> bool:
        """The road is over, for whatever reason; False, for there is no more to come."""
        close = getattr(road.steps, "close", None)
        try:
            if close is not None:
                close()
            if road.reader is not None and state != "error":
                self._grip(job, road, road.reader.flush())
        except Exception:
            log.exception("the last readings of a road failed")
        road.steps, road.reader = None, None
        departed = road.state != "waiting"
        road.state, road.error = state, error
        if not departed:
            job.emit("road", road=job.roads.index(road), value=road.whole())
        job.emit("state", road=job.roads.index(road), state=state, error=error)
        if all(r.state in ("done", "stopped", "error") for r in job.roads):
            self._part(job, ended=all(r.state == "done" for r in job.roads))
            self._apart(job)
            job.finish()
        return False

    # -- questions: only ever called through `ask` -----------------------------------------------------------------

    def start(self, system: str | None) -> Any:
        """The starting point of a system prompt; the last few dozen are kept."""
        if system in self._starts:
            self._starts.move_to_end(system)
            return self._starts[system]
        found = self.side.start(system)
        self._starts[system] = found
        while len(self._starts) > STARTS_KEPT:
            self._starts.popitem(last=False)
        return found

    def moved(self, system: str | None, before: tuple[str | None] | None) -> Json:
        """Where a start lies and, where ``before`` holds an earlier prompt, how far it moved from there."""
        began = time.perf_counter()
        found = self.start(system)
        comparison = None
        if before is not None and before[0] != system:
            measured = self.side.compare(self.start(before[0]), found)
            comparison = {name: number(measured.get(name)) for name in ("map", "full", "behaviour")}
        return {
            "start": place_of(found),
            "neighbourhood": self.side.neighbourhood(found.position),
            "comparison": comparison,
            "milliseconds": round(1000 * (time.perf_counter() - began)),
        }

    def spurs(self, road: Road, index: int) -> Json:
        """Where the likeliest candidates of a crossing would lead: looked ahead, not guessed."""
        key = str(index)
        if key not in road.spurs:
            candidates = [c["id"] for c in road.tokens[index]["candidates"][:SPURS]]
            states = self.side.lookahead(road, index, candidates)
            here = self.side.placer()
            for i in range(index + 1):
                here.add(road.states[i], road.tokens[i - 1]["id"] if i else None)
            places = [here.peek(s, c) for s, c in zip(states, candidates, strict=True)]
            road.spurs_pca[key] = [point(place.pca) for place in places]
            road.spurs[key] = [point(place.position) for place in places]
        return {"positions": road.spurs[key], "pca": road.spurs_pca.get(key)}
