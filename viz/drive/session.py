"""The one seam between the picture side and the model side: every call into `embeddings` is made here.

What belongs to the process (atlas, worker, jobs) and what belongs to one browser session (`Stage`) is held here too.
`embeddings` brings torch only when the model is loaded, which the worker's thread does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.errors import UserError
from viz.drive import caption
from viz.drive.job import Job, Jobs, Order, Road
from viz.drive.sign import MAX_SENTENCES, STRENGTH, Sign
from viz.drive.worker import Worker
from viz.scene.ground import drawing
from viz.scene.scene import Json
from viz.strings import text

if TYPE_CHECKING:
    from embeddings import Atlas

GRIP_CHUNK = 16
SIGN_LUMPS = 3  # of the surface of a sign: smaller than a shipped region's, for up to five of them travel in a scene
OLD = 6
FALLBACK_SECONDS = 20.0

_first = threading.Lock()


@dataclass(frozen=True)
class Stage:
    """All that the page remembers between runs, apart from the widgets: replaced, never edited."""

    running: str | None = None  # the job that is being driven
    shown: str | None = None  # the job on the stage
    scene: str | None = None  # or the recorded scene on the stage: never both
    driven: tuple[str, ...] = ()  # the last jobs of the session, oldest first
    signs: tuple[Sign, ...] = ()
    lent: tuple[str, ...] = ()  # regions that are drawn only because the recorded scene is about them
    error: str | None = None
    revision: int = 0  # counts what was put on the stage, so that the same scene can be played again
    id: str = field(default="")  # of this session, for the register of jobs


class Embeddings:
    """The real model side, as the worker wants it. Only the worker's thread calls it."""

    def __init__(self) -> None:
        self._model: Any = None

    def load(self, progress: Callable[[str, float], None]) -> None:
        from embeddings import load_model

        self._model = load_model(progress=progress)

    def start(self, system: str | None) -> Any:
        return atlas().start(self._model, system)

    def compare(self, first: Any, second: Any) -> dict[str, float]:
        found = atlas().compare(first, second)
        return {"map": found.map, "full": found.full, "behaviour": found.behaviour}

    def neighbourhood(self, position: np.ndarray) -> str:
        return str(atlas().neighbourhood(position))

    def word(self, word: str, weight: float) -> Any:
        from embeddings import WordReward

        return WordReward(word, weight)

    def region(self, sign: Sign) -> Any:
        """Fits a probe: up to a second."""
        from embeddings import RegionReward

        if sign.kind == "landmark":
            return RegionReward.from_landmark(atlas(), sign.value)
        if sign.kind == "text":
            return RegionReward.from_text(self._model, atlas(), sign.value.splitlines())
        if sign.stretch is None:
            raise UserError(text("errors.stretch"))
        road, start, stop = sign.stretch.road, sign.stretch.start, sign.stretch.stop
        states = np.array(road.states[:stop])
        return RegionReward.from_crossings(atlas(), states, road.token_ids[:stop], start, stop, name=sign.name)

    def drawn(self, reward: Any) -> Json:
        return drawing(atlas(), np.asarray(reward.indices), SIGN_LUMPS)

    def typed(self, words: str) -> list[int]:
        from embeddings.decoding.branch import typed_ids

        return list(typed_ids(self._model, words))

    def crossings(self, road: Road) -> Any:
        from embeddings.chat import chat
        from embeddings.decoding.branch import crossings

        turns = chat(system=road.system, user=road.order.question)
        return crossings(self._model, turns, road.token_ids, atlas().layer)

    def apart(self, first: Any, second: Any) -> tuple[float, float]:
        on_map = float(np.linalg.norm(first.position - second.position)) / atlas().spread
        return on_map, float(np.linalg.norm(first.mean - second.mean)) / atlas().full_spread

    def steps(self, road: Road) -> Iterator[Any]:
        from embeddings.decoding.branch import resume

        order = road.order
        return resume(
            self._model,
            system=road.system,
            user=order.question,
            max_new_tokens=road.length,
            temperature=order.temperature,
            top_p=order.top_p,
            seed=order.seed,
            rewards=road.rewards,
            shared=tuple(road.token_ids[: road.shared]),
            forced=road.forced,
        )

    def placer(self) -> Any:
        return atlas().placer(self._model)

    def reader(self, road: Road) -> Any:
        from embeddings.chat import chat
        from embeddings.decoding.grip import GripReader

        turns = chat(system=road.system, user=road.order.question)
        return GripReader(self._model, turns, chunk=GRIP_CHUNK, shared=tuple(road.token_ids[: road.shared]))

    def lookahead(self, road: Road, index: int, candidates: list[int]) -> np.ndarray:
        from embeddings.chat import chat
        from embeddings.decoding.generate import prompt_ids
        from embeddings.decoding.lookahead import lookahead

        prompt = prompt_ids(self._model, chat(system=road.system, user=road.order.question))
        return lookahead(self._model, prompt, road.token_ids[:index], candidates, atlas().layer)

    def caption(self, order: Order) -> str:
        return caption.caption(
            order,
            model=self._model.name,
            model_hash=self._model.sha256,
            layer=atlas().layer,
            atlas_hash=atlas().sha256,
        )


def atlas() -> Atlas:
    """The shipped map, read once a process, by whoever asks first."""
    with _first:
        return _atlas()


@cache
def _atlas() -> Atlas:
    from embeddings import load_atlas

    return load_atlas()


@cache
def worker() -> Worker:
    """The one thread that owns the model."""
    return Worker(Embeddings())


@cache
def jobs() -> Jobs:
    return Jobs()


def drive(order: Order, session: str) -> Job:
    """Begin a drive for a browser session."""
    return begin(Job(order), session)


def begin(job: Job, session: str) -> Job:
    """Register a job and have it driven."""
    jobs().add(job, session)
    return worker().begin(job)


def stop(id: str | None) -> None:
    """End a drive at the token it is at; unknown ids are none of our business."""
    job = jobs().get(id) if id else None
    if job is not None:
        job.cancelled.set()


@cache
def ready_later() -> None:
    """Load the model some time after the first page, in case no player ever says that it is up."""
    timer = threading.Timer(FALLBACK_SECONDS, worker().ready)
    timer.daemon = True
    timer.start()


def check(sign: Sign) -> None:
    """A `UserError` where no reward can be made of a sign, as far as that is known at once.

    A region's probe is fitted in the model's thread, and nobody waits for it: what a person does next would interrupt
    the callback that waits. Where it cannot be fitted the drive says so.
    """
    if not sign.region:
        Embeddings().word(sign.value, sign.nats(STRENGTH))
    elif (count := len(sign.value.splitlines())) > MAX_SENTENCES and sign.kind == "text":
        raise UserError(text("signs.sentences", limit=MAX_SENTENCES, count=count))
    elif worker().status.state == "ready":
        worker().ask(lambda: worker().probes.of(sign))


def old(stage: Stage) -> list[Job]:
    """The roads of this session that are not on the stage and can still be read, oldest first."""
    found = (jobs().get(id) for id in stage.driven if id != stage.shown)
    return [job for job in found if job is not None and any(road.tokens for road in job.roads)][-OLD:]
