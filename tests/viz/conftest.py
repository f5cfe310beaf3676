"""A scripted model side: what the worker, the jobs and the routes do is tested without waiting for a model; what the
model does in them is tested in test_worker_live.py with the real one. And how a test waits and listens."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np
import pytest

from embeddings.errors import UserError
from embeddings.request import Intervention, Request
from viz.drive import session
from viz.drive.job import Job, Jobs
from viz.drive.worker import Worker

WORDS = ("Rain", " is", " water", " that", " falls", ".")
Result = TypeVar("Result")


def until(true: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


def heard(job: Job, after: int = -1, seconds: float = 20.0) -> list[dict[str, Any]]:
    """All that is told of a drive, once it is over."""

    async def listen() -> list[dict[str, Any]]:
        return [event async for _, news in job.listen(after) for event in news]

    return finished(asyncio.wait_for(listen(), seconds))


def finished(work: Coroutine[None, None, Result]) -> Result:
    """What an asynchronous function gives. In a thread: playwright's own loop may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def words(events: list[dict[str, Any]], road: int) -> str:
    return "".join(t["text"] for e in events if e["kind"] == "tokens" and e["road"] == road for t in e["tokens"])


@dataclass(frozen=True)
class Reward:
    """Of a word or a region; a region keeps out of " water"."""

    name: str
    weight: float
    region: bool = False
    k: int = 16
    auc: float = 0.9
    indices: tuple[int, ...] = (1, 2, 3)

    @property
    def weak(self) -> bool:
        return self.auc < 0.75

    def weighted(self, weight: float) -> Reward:
        return replace(self, weight=weight)


STORIES = SimpleNamespace(names=("stories",), share=0.8)


class Scripted:
    """Says the same six words on every road; a sign against "water", or any region sign that weighs something, makes it
    say " liquid" instead."""

    def __init__(self) -> None:
        self.gate = threading.Semaphore(10_000)  # one permit a token, for tests that hold the model up
        self.fails_at: tuple[int, Exception] | None = None
        self.fails_to_load: Exception | None = None
        self.loaded = threading.Event()
        self.loaded.set()
        self.starts = 0
        self.start_parts = 1
        self.start_gate = threading.Semaphore(10_000)  # one permit a part
        self.measured: list[str | None] = []  # prompts whose start was measured to its end
        self.left = 0  # starts that were measured in part and left
        self.did: list[str] = []  # "part" and "token", in the order in which they were done
        self.closed = 0
        self.count = len(WORDS)
        self.auc = 0.9
        self.fitted: list[str] = []
        self.read_again = 0
        self.driven: list[tuple[Request, tuple[float, ...]]] = []  # what was driven, under rewards of which weights

    def load(self, progress: Any) -> None:
        progress("Reading", 0.5)
        self.loaded.wait()
        if self.fails_to_load:
            raise self.fails_to_load

    def start(self, system: str | None) -> Generator[None, None, Any]:
        """In as many parts as ``start_parts`` says; a token of every road comes between two."""
        self.starts += 1
        try:
            for _ in range(self.start_parts):
                self.start_gate.acquire()
                self.did.append("part")
                yield
        except GeneratorExit:
            self.left += 1
            raise
        self.measured.append(system)
        place = np.full(3, float(len(system or "")))
        return SimpleNamespace(position=place, off_map=3.0, pca=place, lens=place, system=system)

    def compare(self, first: Any, second: Any) -> Any:
        gap = float(abs(first.position - second.position)[0])
        return SimpleNamespace(map=gap, full=1.0, behaviour=float("nan"))

    def neighbourhood(self, point: np.ndarray) -> Any:
        return SimpleNamespace(names=("once, upon: stories",), share=0.8)

    def word(self, intervention: Intervention, strength: float) -> Reward:
        return Reward(intervention.value, intervention.nats(strength))

    def region(self, intervention: Intervention) -> Reward:
        if intervention.value == "Too few.":
            raise UserError("A region needs at least 20 atlas points.")
        self.fitted.append(intervention.name)
        return Reward(intervention.name, -3.0, region=True, auc=self.auc)

    def drawn(self, reward: Reward) -> dict[str, Any]:
        return {"position": [0.0, 0.0, 1.0], "pca": [0.0, 0.0, 0.0], "points": [0]}

    def forced(self, request: Request) -> tuple[int, ...]:
        branch = request.branch
        if branch is None:
            return ()
        return (branch.token or 0,) if branch.text is None else tuple(900 + i for i in range(len(branch.text.split())))

    def crossings(self, request: Request, token_ids: Sequence[int]) -> list[np.ndarray]:
        self.read_again += 1
        return [np.full(4, float(i)) for i in range(len(token_ids))]

    def apart(self, first: Any, second: Any) -> tuple[float, float]:
        return float(np.linalg.norm(first.position - second.position)), 2.0

    def steps(self, request: Request, rewards: Sequence[Reward]) -> Iterator[Any]:
        self.driven.append((request, tuple(reward.weight for reward in rewards)))
        away = any(r.weight and (r.region or r.name == "water") for r in rewards)
        forced, shared = self.forced(request), 0 if request.branch is None else request.branch.at
        try:
            for i in range(shared, min(max(self.count, shared + len(forced)), request.settings.max_new_tokens)):
                self.gate.acquire()
                if self.fails_at and self.fails_at[0] == i:
                    raise self.fails_at[1]
                self.did.append("token")
                word, given = WORDS[i % len(WORDS)], i - shared
                if given < len(forced):
                    yield self.step(i, f" forced{given}", rewards, forced[given])
                else:
                    yield self.step(i, " liquid" if away and word == " water" else word, rewards)
        finally:
            self.closed += 1

    @staticmethod
    def step(i: int, text: str, rewards: Sequence[Reward] = (), id: int | None = None) -> Any:
        candidates = tuple(SimpleNamespace(id=100 + k, text=f" c{k}", probability=0.1, end=False) for k in range(10))
        regions = [reward for reward in rewards if reward.region]
        return SimpleNamespace(
            index=i, token_id=sum(text.encode()) if id is None else id, text=text, state=np.full(4, float(i)),
            probability=0.5, entropy=1.0, candidates=candidates, pull=0.0, kl=0.0, blocked=(), end=False, logprobs=None,
            after=tuple(0.2 for _ in candidates), inside=tuple(True for _ in regions),
            scores=tuple(0.7 if region.weight else None for region in regions),
        )  # fmt: skip

    def walk(self) -> Any:
        return Walk()

    def reader(self, request: Request) -> Any:
        waiting: list[float] = []

        def push(step: Any) -> list[float]:
            waiting.append(0.25)
            return flush() if len(waiting) >= 4 else []

        def flush() -> list[float]:
            values, waiting[:] = list(waiting), []
            return values

        return SimpleNamespace(push=push, flush=flush)

    def lookahead(self, request: Request, token_ids: Sequence[int], candidates: Sequence[int]) -> np.ndarray:
        return np.array([[float(c)] * 4 for c in candidates])

    def caption(self, request: Request, branch: str) -> str:
        return "how this picture was made"


class Walk:
    """A place is the sum of what was read so far."""

    def __init__(self) -> None:
        self.at = np.zeros(3)

    def add(self, state: np.ndarray, read: int | None) -> Any:
        self.at = self.at + state[:3]
        return self.describe(self.at)

    def peek(self, state: np.ndarray, read: int) -> Any:
        return self.describe(self.at + state[:3])

    @staticmethod
    def describe(at: np.ndarray) -> Any:
        return SimpleNamespace(position=at, pca=at, off_map=1.0, inside=(False, True), neighbourhood=STORIES)


@pytest.fixture
def side() -> Scripted:
    return Scripted()


@pytest.fixture
def worker(side: Scripted, monkeypatch: pytest.MonkeyPatch) -> Worker:
    """A worker with the scripted side, put where the page and the routes look for it."""
    made, register = Worker(side), Jobs()
    monkeypatch.setattr(session, "worker", lambda: made)
    monkeypatch.setattr(session, "jobs", lambda: register)
    return made
