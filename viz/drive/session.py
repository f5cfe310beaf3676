"""What belongs to the process: the atlas, the worker, the register of drives; and how a drive begins and ends."""

from __future__ import annotations

import threading
from functools import cache

from embeddings.errors import UserError
from embeddings.request import Intervention, Request
from viz.drive.embeddings_side import EmbeddingsSide, atlas, check_word
from viz.drive.job import Job, Jobs
from viz.drive.sign import MAX_SENTENCES
from viz.drive.task import ProbeQuestion
from viz.drive.worker import Worker
from viz.strings import text

__all__ = ["atlas", "begin", "check", "drive", "jobs", "leave", "ready_later", "stop", "worker"]

FALLBACK_SECONDS = 20.0


@cache
def worker() -> Worker:
    """The one thread that owns the model."""
    return Worker(EmbeddingsSide())


@cache
def jobs() -> Jobs:
    return Jobs()


def drive(request: Request, session: str, *, step: str = "road") -> Job:
    """Begin a drive for a browser session; a `UserError` where the request cannot be answered.

    A branch is none: what was read on the road that it leaves is not in the request; see `forks.branch`.
    """
    if request.branch is not None:
        raise UserError(text("errors.fork"))
    return begin(Job(request.checked(), step=step), session)


def begin(job: Job, session: str) -> Job:
    """Register a job and have it driven."""
    jobs().add(job, session)
    worker().begin(job.task, job)
    return job


def stop(id: str | None) -> None:
    """End a drive at the token it is at; unknown ids are none of our business."""
    job = jobs().get(id)
    if job is not None:
        job.stop()


def leave(id: str | None) -> None:
    """A page turns to something else: its drive ends, unless another page shows it too."""
    job = jobs().get(id)
    if job is not None:
        job.leave()


@cache
def ready_later() -> None:
    """Load the model some time after the first page, in case no player ever says that it is up."""
    timer = threading.Timer(FALLBACK_SECONDS, worker().ready)
    timer.daemon = True
    timer.start()


def check(sign: Intervention) -> None:
    """A `UserError` where no reward can be made of a sign, as far as that is known at once.

    A region's probe is fitted in the model's thread, and nobody waits for it: what a person does next would interrupt
    the callback that waits. Where it cannot be fitted the drive says so.
    """
    if not sign.region:
        check_word(sign)
    elif (count := len(sign.value.splitlines())) > MAX_SENTENCES and sign.kind == "text":
        raise UserError(text("signs.sentences", limit=MAX_SENTENCES, count=count))
    elif worker().status.state == "ready":
        worker().ask(ProbeQuestion(sign))
