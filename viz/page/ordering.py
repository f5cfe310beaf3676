"""From what is asked for to a drive, and from a drive to the stage."""

from __future__ import annotations

import secrets
from dataclasses import replace

from embeddings.errors import UserError
from embeddings.request import Request
from viz.drive import session
from viz.drive.job import Job
from viz.drive.run import Run
from viz.page.boxes import asking, filled
from viz.page.state import OLD, Cell, Stage, put
from viz.scene.link import Kind
from viz.strings import readable, text

SEEDS = 999  # of the die: a number that one can remember and say to somebody


def checked(request: Request) -> Request:
    """What the page asks for; a `UserError` where a text is missing, too long, or cannot be read."""
    if not request.question.strip():
        raise UserError(text("question.empty"))
    for words in (request.question, request.system, *request.beside):
        readable(words or "")
    return request.checked()


def pressed(cell: Cell) -> None:
    """Drive what is asked; where nothing is, the example that stands in the box."""
    if not cell.stage.request.question.strip():
        cell.change(lambda stage: asking(stage, text("question.example")))
    cell.put(gone=None)
    drive(cell)


def roll(cell: Cell) -> None:
    """A callback: another seed, and the road on the stage driven again with it."""
    cell.change(lambda stage: reseeded(stage, 1 + secrets.randbelow(SEEDS)))
    cell.press("again")


def reseeded(stage: Stage, seed: int) -> Stage:
    """The stage with a seed, or the one after it where it has that already."""
    settings = stage.request.settings
    seed = seed if seed != settings.seed else seed % SEEDS + 1
    return replace(
        stage, request=replace(stage.request, settings=replace(settings, seed=seed)), rolled=stage.rolled + 1
    )


def drive(cell: Cell) -> None:
    """Begin: the player listens to the new job, nothing else on the page waits."""
    stage = cell.stage
    session.leave(stage.running)
    try:
        job = session.drive(checked(stage.request), stage.id, step=stage.step)
    except UserError as error:
        cell.put(error=str(error), running=None)
        return
    follow(cell, job)


def follow(cell: Cell, job: Job) -> None:
    """Put a drive that has begun on the stage."""
    cell.change(
        lambda stage: put(
            stage,
            running=job.id,
            shown=job.id,
            scene=None,
            driven=(*stage.driven, job.id)[-OLD - 1 :],
            error=None,
            revision=stage.revision + 1,
        )
    )


def adopted(stage: Stage, run: Run, *, always: bool = False) -> Stage:
    """The boxes ask what a road was asked, where they ask nothing themselves."""
    if stage.request.question and not always:
        return stage
    system, stage = run.plan.system, asking(stage, run.plan.request.question)
    if system:
        stage = filled(stage, 0, system)
    else:
        first, second = stage.boxes
        kind: Kind = "default" if system is None else "empty"
        stage = stage.boxed(replace(first, kind=kind, put=first.put + 1), second, two=False)
    return stage.boxed(*stage.boxes, two=False)


def halt(cell: Cell) -> None:
    """A callback: end the drive that is running."""
    session.stop(cell.stage.running)
    cell.put(running=None)


def settle(cell: Cell) -> Stage:
    """Notice a drive that ended unseen."""
    running = cell.stage.running
    if running and ((job := session.jobs().get(running)) is None or job.done):
        return cell.change(lambda stage: replace(stage, running=None) if stage.running == running else stage)
    return cell.stage
