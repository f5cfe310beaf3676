"""A road goes on from its end: the same drive with more tokens, what was written before kept as it is.

Only roads that ended by their length, or were stopped, go on; one that said its last word stays beside them. A road of
a recorded scene has no states here: the worker reads them again, as for a fork.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from embeddings.errors import UserError
from embeddings.request import Request
from viz.drive import forks
from viz.drive.job import Job
from viz.drive.run import Run, leaving
from viz.drive.task import Behind
from viz.scene.link import Way
from viz.scene.scene import Json
from viz.strings import text


def cut(run: Run) -> bool:
    """Its end is none of its own making."""
    return run.state in ("done", "stopped") and bool(run.tokens) and not run.tokens[-1]["end"]


def onward(job: Job, more: int, *, way: Way | None = None) -> Job:
    """The job that drives another one's roads on, by so many tokens each. ``way``: how to come to it again.

    Raises
    ------
    UserError
        If none of them can go on.
    """
    return _onward(job.request, job.runs, more, like=job.scene(), step=job.step, way=way)


def recorded(scene: Json, more: int, *, way: Way | None = None) -> Job:
    """The same with the roads of a recorded scene."""
    runs = [forks.recorded(scene, which) for which in range(len(scene["roads"]))]
    request = runs[leaving(runs)].plan.request  # the other one obeys nothing, or is the road that was left
    if len(runs) == 2 and runs[1].plan.kind != "fork" and runs[0].plan.system != runs[1].plan.system:
        request = replace(request.under(runs[0].plan.system), beside=(runs[1].plan.system,))
    return _onward(request, runs, more, like=scene, step=scene["step"], way=way)


def _onward(request: Request, runs: Sequence[Run], more: int, *, like: Json, step: str, way: Way | None) -> Job:
    """``like``: the Scene with what is known of the roads together."""
    if not any(cut(run) for run in runs):
        raise UserError(text("errors.onward"))
    longest = max(len(run.tokens) for run in runs if cut(run)) + more
    again = [_longer(run, len(run.tokens) + more) if cut(run) else replace(run) for run in runs]
    begun = tuple(Behind(run.plan, run.token_ids, tuple(run.states), not cut(run)) for run in runs)
    job = Job(lengthened(request, longest), runs=again, begun=begun, step=step, way=way)
    job.parts_at, job.signs = like["parts_at"], tuple(like.get("signs") or ())
    return job


def _longer(run: Run, length: int) -> Run:
    """The road as it stands, waiting to be driven on."""
    last = run.tokens[-1]
    whole = {**last, "text": last["text"].rstrip("\ufffd")}  # half a character there has its other half still to come
    return replace(
        run,
        plan=replace(run.plan, request=lengthened(run.plan.request, length)),
        tokens=[*run.tokens[:-1], whole],
        states=list(run.states),
        spurs=dict(run.spurs),
        spurs_pca=dict(run.spurs_pca),
        state="waiting",
        error=None,
    )


def lengthened(request: Request, length: int) -> Request:
    """The same for an answer of at most so many tokens."""
    return replace(request, settings=replace(request.settings, max_new_tokens=length))
