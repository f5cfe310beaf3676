"""A drive is one press of the button: a request, its one or two roads, and who is listening to how they grow.

Everything here is data and waking; the model runs in `viz.drive.worker`, whose events are folded in here. A job is read
by whoever knows its id (128 random bits) and by nobody else; what is told to browsers is numbered by its place in a
list, so that a browser can go on where it was.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Sequence

from embeddings.request import Request
from viz.drive import events
from viz.drive.events import Event
from viz.drive.plan import Plan, plans_of
from viz.drive.run import Run, leaving
from viz.drive.task import Behind, Task
from viz.scene.link import Driven, Way, digest_of
from viz.scene.scene import Json, scene_of

UNHEARD_SECONDS = 30.0  # a drive that nobody listens to ends: the tab was closed, and not only loaded again
ARRIVAL_SECONDS = 30.0  # time for the browser to open the stream at all
JOBS_A_SESSION = 12
JOBS_IN_ALL = 96
TOKENS_IN_ALL = 12_000  # of all drives that are kept, some 8 KB each: 100 MB at most


class Job:
    """One drive: what was asked, what has been driven so far, and who is listening."""

    def __init__(
        self,
        request: Request,
        *,
        kept: bool = False,
        runs: Sequence[Run] | None = None,
        behind: Behind | None = None,
        begun: tuple[Behind, ...] = (),
        step: str = "road",
        way: Way | None = None,
    ) -> None:
        """``kept``: it goes on although nobody listens, as when it is recorded. ``runs``: instead of the request's;
        ``behind``: what the road that a branch leaves has already; ``begun``: what roads that go on have. ``way``: how
        to come to it again, where the request does not say it."""
        self.id = secrets.token_urlsafe(16)
        self.request = request
        self.step = step
        self.kept = kept
        self.way = way or (Way(request) if runs is None else None)  # not known of roads that others began
        self.runs = list(runs) if runs is not None else [Run(plan) for plan in plans_of(request)]
        self.caption = ""
        self.told: list[Json] = []
        self.parts_at: int | None = None
        self.apart: Json | None = None
        self.signs: tuple[Json, ...] = ()  # its regions, drawn; known before the first token
        self.done = False
        self.over = threading.Event()  # the same, for a thread that waits
        self._behind, self._begun = behind, begun
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._silent_since = time.monotonic() + ARRIVAL_SECONDS - UNHEARD_SECONDS

    @property
    def plans(self) -> tuple[Plan, ...]:
        return tuple(run.plan for run in self.runs)

    @property
    def driven(self) -> Driven:
        """What a page keeps of it: enough to find it here, to drive it again, and to know its tokens then."""
        ids = [run.token_ids for run in self.runs] if self.done else []
        return Driven(self.id, self.way, tuple((len(tokens), digest_of(tokens)) for tokens in ids))

    @property
    def size(self) -> int:
        """Tokens that it holds."""
        return sum(len(run.tokens) for run in self.runs)

    @property
    def task(self) -> Task:
        """What the model's thread is given: the roads that are still to be driven."""
        waiting = tuple(run.plan for run in self.runs if run.state == "waiting")
        measured = all(run.start is not None for run in self.runs)
        return Task(self.request, waiting, self._behind, measured, self._begun)

    # -- for the model's thread

    def tell(self, event: Event) -> None:
        """Take in what has happened, and wake everybody who listens."""
        told = self._fold(event)
        if told is not None:
            self.told.append(told)
        self._wake()

    def wanted(self) -> bool:
        """False once it was stopped, or nobody has listened for some seconds."""
        return not self._cancelled.is_set() and not self.abandoned()

    # -- for everybody else

    def stop(self) -> None:
        self._cancelled.set()

    def leave(self) -> None:
        """One page no longer shows it: it ends, unless another one listens too."""
        with self._lock:
            shared = len(self._listeners) > 1
        if not shared:
            self.stop()

    def abandoned(self) -> bool:
        """Nobody has listened for some seconds."""
        with self._lock:
            return not self.kept and not self._listeners and time.monotonic() - self._silent_since > UNHEARD_SECONDS

    def keep_spurs(self, run: int, index: int, found: Json) -> None:
        """Where the candidates of a crossing lead, for the next who asks."""
        self.runs[run].spurs[str(index)] = found["positions"]
        self.runs[run].spurs_pca[str(index)] = found["pca"]

    async def listen(self, after: int = -1, idle: float = 15.0) -> AsyncIterator[tuple[int, list[Json]]]:
        """What is told after number ``after``, as (number of the last one, list); empty every ``idle`` seconds.

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
                if news := self.told[position:]:
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
            [run.whole() for run in self.runs],
            id=self.id,
            title="",
            step=self.step,
            parts_at=self.parts_at,
            apart=self.apart,
            signs=self.signs,
            caption=self.caption,
            request=self.request.to_json(),
        )

    # -- how it grows: called by `tell` alone, so that there is one writer

    def _fold(self, event: Event) -> Json | None:
        """Take in one event; what browsers are told of it, in the words of docs/architecture.md, "Routes"."""
        match event:
            case events.Progress(message):
                return {"kind": "progress", "message": message}
            case events.Captioned(caption):
                self.caption = caption
                return {"kind": "caption", "value": caption}
            case events.Posted(signs):
                self.signs = signs
                return {"kind": "signs", "value": list(signs)}
            case events.Parted(at):
                self.parts_at = at
                return {"kind": "parts", "at": at}
            case events.Apart():
                self.apart = self._parting(event)
                return {"kind": "apart", "value": self.apart}
            case events.Finished():
                self.done = True
                self.over.set()
                return None
            case _:
                return self._grow(event, self.runs[event.run])

    def _grow(self, event: events.OfRun, run: Run) -> Json | None:
        index = event.run
        match event:
            case events.Read():
                shares = self.runs if self._behind is not None else [run]  # of a branch its beginning is known, too
                for known in shares:
                    known.states = list(event.states[: len(known.tokens)])
                return None
            case events.Started():
                run.state, run.rewards, run.forced = "running", event.rewards, event.forced
                if run.parent is not None:
                    run.parent = {**run.parent, "forced": event.forced}
            case events.Measured():
                run.start = event.start
            case events.Token():
                return self._lengthen(event, run)
            case events.Grip():
                for i, value in enumerate(event.values, event.first):
                    run.tokens[i] = {**run.tokens[i], "grip": value}
                return {"kind": "grip", "road": index, "from": event.first, "values": list(event.values)}
            case events.Ended():
                departed = run.state != "waiting"
                run.state, run.error = event.state, event.error
                if not departed:
                    self.told.append({"kind": "road", "road": index, "value": run.whole()})
                return {"kind": "state", "road": index, "state": event.state, "error": event.error}
        return {"kind": "road", "road": index, "value": run.whole()}

    def _lengthen(self, event: events.Token, run: Run) -> Json:
        at, token = len(run.tokens), event.token
        if run.parent is not None and at == run.shared:  # only now is known how likely the other turn was
            run.parent = {**run.parent, "token": {name: token[name] for name in ("id", "text", "probability")}}
            self.told.append({"kind": "road", "road": event.run, "value": run.whole()})
        run.states.append(event.state)
        run.tokens.append(token)
        return {"kind": "tokens", "road": event.run, "from": at, "tokens": [token]}

    def _parting(self, event: events.Apart) -> Json | None:
        at = self.parts_at
        if at is None:
            return None
        token = self.runs[leaving(self.runs)].tokens[at]
        parting: Json = {"at": at, "token": token["text"], "probability": token["probability"]}
        return {**parting, "map": event.map, "full": event.full}

    def _wake(self) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for loop, waiting in listeners:
            try:
                loop.call_soon_threadsafe(waiting.set)
            except RuntimeError:  # that listener's loop has closed: the server is going down
                continue


class Jobs:
    """The drives that can still be read by whoever knows their id: until they are crowded out, for a closed tab may
    come back. A few a session, so many in all, so many tokens in all; those that were asked for longest ago go first.
    """

    def __init__(self, a_session: int = JOBS_A_SESSION, in_all: int = JOBS_IN_ALL, tokens: int = TOKENS_IN_ALL) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._of: dict[str, deque[str]] = {}
        self._limits = (a_session, in_all, tokens)
        self._lock = threading.Lock()

    def add(self, job: Job, session: str = "") -> None:
        with self._lock:
            self._jobs[job.id] = job
            self._hold(job.id, session)

    def back(self, id: str, session: str) -> Job | None:
        """A drive that a session has come back to; it is one of that session's from now on."""
        with self._lock:
            if (job := self._jobs.get(id)) is not None:
                self._jobs.move_to_end(id)
                self._hold(id, session)
            return job

    def _hold(self, id: str, session: str) -> None:
        a_session, in_all, tokens = self._limits
        mine = self._of.setdefault(session, deque())
        if id not in mine:
            mine.append(id)
        while len(mine) > a_session:
            self._let_go(mine.popleft())
        while len(self._jobs) > in_all or (len(self._jobs) > 1 and self._size() > tokens):
            self._drop(next(iter(self._jobs)))

    def _size(self) -> int:
        return sum(job.size for job in self._jobs.values())

    def _let_go(self, id: str) -> None:
        """One session has too many; another may hold the same drive."""
        if not any(id in theirs for theirs in self._of.values()):
            self._drop(id)

    def _drop(self, id: str) -> None:
        job = self._jobs.pop(id, None)
        if job is not None:
            job.stop()

    def get(self, id: str | None) -> Job | None:
        if id is None:
            return None
        with self._lock:
            return self._jobs.get(id)

    def release(self, session: str) -> None:
        """A session may have ended. Its drives stay, for whoever comes back to them; what nobody listens to any more is
        stopped by its silence, not by this hint."""
        with self._lock:
            self._of.pop(session, None)

    def __len__(self) -> int:
        return len(self._jobs)
