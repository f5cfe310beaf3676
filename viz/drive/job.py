"""A drive is one press of the button: an order, its one or two roads, and the events that tell a browser how they grow.

Everything here is data and waking; the model runs in `viz.worker`. A job is read by whoever knows its id (128 random
bits) and by nobody else; events are numbered by their place in the list, so that a browser can go on where it was.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from viz.drive.sign import STRENGTH, Sign
from viz.scene.scene import Json, number, scene_of, weight_of

UNHEARD_SECONDS = 5.0  # a drive that nobody listens to ends: the tab was closed
ARRIVAL_SECONDS = 20.0  # time for the browser to open the stream at all
AFTER_A_FORK = 24  # tokens that a fork may at least write of its own
JOBS_A_SESSION = 12
JOBS_IN_ALL = 96


@dataclass(frozen=True)
class Fork:
    """Another turn at crossing ``at``: a token by its id, or somebody's own words."""

    at: int
    token: int | None = None
    typed: str | None = None


@dataclass(frozen=True)
class Plan:
    """One road of an order: it obeys ``signs``, and only reads the region signs it ``watches``."""

    label: str
    kind: str
    system: str | None
    signs: tuple[Sign, ...] = ()
    watches: tuple[Sign, ...] = ()


@dataclass(frozen=True)
class Order:
    """What is to be driven. One system prompt and no sign is one road; two prompts, or signs, are two roads."""

    question: str
    systems: tuple[str | None, ...] = (None,)
    signs: tuple[Sign, ...] = ()
    strength: float = STRENGTH
    max_new_tokens: int = 48
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    step: str = "road"
    fork: Fork | None = None

    def plans(self) -> tuple[Plan, ...]:
        """Two starts both obey the signs; with one start only B does, and A is read beside it."""
        if len(self.systems) > 1:
            kind = "signed" if self.signs else "start"
            return tuple(
                Plan(label, kind, system, self.signs) for label, system in zip("AB", self.systems, strict=False)
            )
        system, regions = self.systems[0], tuple(sign for sign in self.signs if sign.region)
        plain = Plan("A", "plain", system, watches=regions)
        return (plain, Plan("B", "signed", system, self.signs)) if self.signs else (plain,)


@dataclass
class Road:
    """One road while it grows. Written by the worker's thread only; ``tokens`` only ever get longer."""

    plan: Plan
    order: Order
    start: Json | None = None
    measured: bool = False  # the start is known, or cannot be
    tokens: list[Json] = field(default_factory=list)
    states: list[np.ndarray] = field(default_factory=list)  # one (width,) a crossing, for the lookahead's recent mean
    place: Any = None  # of its last crossing
    parent: Json | None = None  # of a fork: where and how it left the road before it
    shared: int = 0  # tokens that it has in common with that road
    forced: tuple[int, ...] = ()  # tokens it was then given, known at departure
    rewards: tuple[Any, ...] = ()  # the model side's, in the order of its signs, known at departure
    state: str = "waiting"
    error: str | None = None
    spurs: dict[str, list[list[float]]] = field(default_factory=dict)
    spurs_pca: dict[str, list[list[float]]] = field(default_factory=dict)
    steps: Iterator[Any] | None = None
    placer: Any = None
    reader: Any = None
    gripped: int = 0

    @property
    def label(self) -> str:
        return self.plan.label

    @property
    def kind(self) -> str:
        return self.plan.kind

    @property
    def system(self) -> str | None:
        return self.plan.system

    @property
    def signs(self) -> tuple[Sign, ...]:
        return self.plan.signs

    @property
    def length(self) -> int:
        """The most tokens it may have, those included that it shares or was given."""
        longest = self.order.max_new_tokens
        return max(longest, self.shared + len(self.forced) + AFTER_A_FORK) if self.kind == "fork" else longest

    @property
    def messages(self) -> list[dict[str, str]]:
        system = [] if self.system is None else [{"role": "system", "content": self.system}]
        return [*system, {"role": "user", "content": self.order.question}]

    def header(self) -> Json:
        """The road without its tokens."""
        order = self.order
        return {
            "label": self.label,
            "kind": self.kind,
            "system": self.system,
            "user": order.question,
            "messages": self.messages,
            "settings": {
                "max_new_tokens": self.length,
                "temperature": order.temperature,
                "top_p": order.top_p,
                "seed": order.seed,
            },
            "parent": self.parent,
            "rewards": self._rewards(),
            "start": self.start,
            "text": self.text,
            "stream": None,
            "state": self.state,
            "error": self.error,
        }

    def _rewards(self) -> list[Json]:
        made = dict(zip(self.signs, self.rewards, strict=False))
        return [reward_of(sign, sign.nats(self.order.strength), made.get(sign)) for sign in self.signs]

    @property
    def text(self) -> str:
        return "".join(token["text"] for token in self.tokens)

    @property
    def token_ids(self) -> list[int]:
        return [token["id"] for token in self.tokens]

    def whole(self) -> Json:
        tokens = list(self.tokens)
        return {**self.header(), "tokens": tokens, "spurs": dict(self.spurs)}


def reward_of(sign: Sign, weight: float, made: Any = None) -> Json:
    """A sign as the road that obeys it tells it; what only the fitted probe knows is null before the departure."""
    if not sign.region:
        return {"word": sign.value, "weight": weight_of(weight)}
    k, auc = (None, None) if made is None else (int(made.k), number(made.auc, 3))
    return {"region": sign.name, "kind": sign.kind, "weight": weight, "k": k, "auc": auc}


class Job:
    """One drive: what was ordered, what has been driven so far, and who is listening."""

    def __init__(
        self, order: Order, caption: str = "", *, kept: bool = False, roads: Sequence[Road] | None = None
    ) -> None:
        """``kept``: it goes on although nobody listens, as when it is recorded. ``roads``: instead of the order's."""
        self.id = secrets.token_urlsafe(16)
        self.order = order
        self.caption = caption
        self.kept = kept
        self.roads = list(roads) if roads is not None else [Road(plan, order) for plan in order.plans()]
        self.events: list[Json] = []
        self.parts_at: int | None = None
        self.apart: Json | None = None
        self.signs: list[Json] = []  # the region signs, drawn; known before the first token
        self.ready = False  # its signs are made
        self.done = False
        self.over = threading.Event()  # the same, for a thread that waits
        self.cancelled = threading.Event()
        self._lock = threading.Lock()
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._silent_since = time.monotonic() + ARRIVAL_SECONDS - UNHEARD_SECONDS

    def emit(self, kind: str, **values: Any) -> None:
        """Add an event and wake everybody who listens. From any thread."""
        self.events.append({"kind": kind, **values})
        self._wake()

    def finish(self) -> None:
        self.done = True
        self.over.set()
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for loop, event in listeners:
            try:
                loop.call_soon_threadsafe(event.set)
            except RuntimeError:  # that listener's loop has closed: the server is going down
                continue

    def abandoned(self) -> bool:
        """Nobody has listened for some seconds."""
        with self._lock:
            return not self.kept and not self._listeners and time.monotonic() - self._silent_since > UNHEARD_SECONDS

    async def listen(self, after: int = -1, idle: float = 15.0) -> AsyncIterator[tuple[int, list[Json]]]:
        """Events after number ``after``, as (number of the last one, events); an empty list every ``idle`` seconds.

        Ends when the job is done and all was told. Leaving the loop is how a listener goes away.
        """
        event = asyncio.Event()
        me = (asyncio.get_running_loop(), event)
        with self._lock:
            self._listeners.add(me)
        position = max(after, -1) + 1
        try:
            while True:
                event.clear()
                done = self.done  # read before the events: what comes after it is told in the next turn
                if news := self.events[position:]:
                    position += len(news)
                    yield position - 1, news
                elif done:
                    return
                else:
                    try:
                        await asyncio.wait_for(event.wait(), idle)
                    except TimeoutError:
                        yield position - 1, []
        finally:
            with self._lock:
                self._listeners.discard(me)
                self._silent_since = time.monotonic()

    def scene(self) -> Json:
        """The drive so far, as a Scene."""
        return scene_of(
            [road.whole() for road in self.roads],
            id=self.id,
            title="",
            step=self.order.step,
            parts_at=self.parts_at,
            apart=self.apart,
            signs=self.signs,
            caption=self.caption,
        )


class Jobs:
    """The drives that can still be read, a few a session, the oldest dropped first."""

    def __init__(self, a_session: int = JOBS_A_SESSION, in_all: int = JOBS_IN_ALL) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._of: dict[str, deque[str]] = {}
        self._limits = (a_session, in_all)
        self._lock = threading.Lock()

    def add(self, job: Job, session: str = "") -> None:
        a_session, in_all = self._limits
        with self._lock:
            self._jobs[job.id] = job
            mine = self._of.setdefault(session, deque())
            mine.append(job.id)
            while len(mine) > a_session:
                self._drop(mine.popleft())
            while len(self._jobs) > in_all:
                self._drop(next(iter(self._jobs)))

    def _drop(self, id: str) -> None:
        job = self._jobs.pop(id, None)
        if job is not None:
            job.cancelled.set()

    def get(self, id: str) -> Job | None:
        with self._lock:
            return self._jobs.get(id)

    def release(self, session: str) -> None:
        """A session may have ended: what nobody listens to any more is stopped by its silence, not by this hint."""
        with self._lock:
            self._of.pop(session, None)

    def __len__(self) -> int:
        return len(self._jobs)
