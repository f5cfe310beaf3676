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

from viz.drives import Job, Jobs, Order, Road
from viz.strings import text
from viz.worker import Worker

if TYPE_CHECKING:
    from embeddings import Atlas

GRIP_CHUNK = 16
FALLBACK_SECONDS = 20.0

_first = threading.Lock()


@dataclass(frozen=True)
class Stage:
    """All that the page remembers between runs, apart from the widgets: replaced, never edited."""

    running: str | None = None  # the job that is being driven
    shown: str | None = None  # the job on the stage
    scene: str | None = None  # or the recorded scene on the stage
    signs: tuple[tuple[str, bool], ...] = ()  # forbidden words, on or off
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
        from embeddings.start import compare

        found = compare(first, second, atlas())
        return {"map": found.map, "full": found.full, "behaviour": found.behaviour}

    def neighbourhood(self, position: np.ndarray) -> str:
        return str(atlas().neighbourhood(position))

    def steps(self, road: Road) -> Iterator[Any]:
        from embeddings import WordReward, stream

        order = road.order
        return stream(
            self._model,
            system=road.system,
            user=order.question,
            max_new_tokens=order.max_new_tokens,
            temperature=order.temperature,
            top_p=order.top_p,
            seed=order.seed,
            rewards=tuple(WordReward(sign.word, sign.weight) for sign in road.signs),
        )

    def placer(self) -> Any:
        return atlas().placer(self._model)

    def reader(self, road: Road) -> Any:
        from embeddings.generate import GripReader
        from embeddings.messages import chat

        return GripReader(self._model, chat(system=road.system, user=road.order.question), chunk=GRIP_CHUNK)

    def lookahead(self, road: Road, index: int, candidates: list[int]) -> np.ndarray:
        from embeddings.generate import lookahead, prompt_ids
        from embeddings.messages import chat

        prompt = prompt_ids(self._model, chat(system=road.system, user=road.order.question))
        return lookahead(self._model, prompt, road.token_ids[:index], candidates, atlas().layer)

    def caption(self, order: Order) -> str:
        return caption(order, self._model.name, self._model.sha256)


def caption(order: Order, model: str, sha256: str) -> str:
    """Everything that somebody needs to draw the same picture again, in one paragraph."""
    systems = " / ".join(text("scene.default_system") if s is None else f"“{s}”" for s in order.systems)
    signs = "; ".join(
        text("scene.ban", word=s.word) if s.weight == -float("inf") else f"{s.word} {s.weight:g}" for s in order.signs
    )
    return text(
        "scene.caption",
        model=model,
        model_hash=sha256[:12],
        systems=systems,
        question=order.question,
        signs=text("scene.signs", signs=signs) if signs else "",
        temperature=f"{order.temperature:g}",
        top_p=f"{order.top_p:g}",
        seed=order.seed,
        length=order.max_new_tokens,
        layer=atlas().layer,
        atlas_hash=atlas().sha256[:12],
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
    job = Job(order)
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


def check_word(word: str) -> None:
    """A `UserError` where no sign can be made of a word."""
    from embeddings import WordReward

    WordReward(word, -float("inf"))
