"""The last roads of a session: named in the rail, to bring back or to clear; the player draws them grey."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import streamlit as st

from embeddings.request import Request
from viz.drive import session
from viz.drive.job import Job
from viz.drive.run import leaving
from viz.drive.sign import forbids, strength_of
from viz.page import again
from viz.page.places import undo
from viz.page.state import OLD, OWN, Cell, Gone, Stage, old, put
from viz.scene.link import Driven
from viz.strings import plain, short, text

MAX_QUESTION = 30
MAX_SPECIAL = 44


def show(cell: Cell, stage: Stage) -> None:
    """The newest first."""
    jobs, lost = old(stage), [one for one in stage.lost if one.way and one.job != stage.missing]
    if stage.gone and (stage.gone.roads or stage.gone.lost):
        undo(cell, "roads", text("history.gone"), key="bring_all_back", back=bring_all_back)
    if not jobs and not lost:
        return
    head = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small")
    head.markdown(f"**{text('history.label')}**", width="content")
    head.button(text("history.clear"), key="clear_old", on_click=clear, args=(cell,), type="tertiary")
    with st.container(key="old", gap="small"):
        for job in reversed(jobs):
            way_to(cell, job, plain(label_of(job)), key=f"old_{job.id}", type="tertiary")
        for one in reversed(lost):
            label = plain(short(again.question_of(one), MAX_QUESTION))
            again.button(cell, one, text("history.lost", question=label), key=f"lost_{one.job}")


def back(cell: Cell, stage: Stage) -> None:
    """The way from a recorded scene to the road that was left for it, in every step."""
    jobs = old(stage) if stage.scene else []
    if jobs:
        way_to(cell, jobs[-1], text("history.back", question=plain(question_of(jobs[-1].request, 24))), key="back")


def way_to(cell: Cell, job: Job, label: str, *, key: str, type: Literal["secondary", "tertiary"] = "secondary") -> None:
    """A button that puts a road on the stage again."""
    st.button(
        label,
        key=key,
        help=plain(job.runs[-1].text[:200]),
        on_click=bring_back,
        args=(cell, job.id),
        type=type,
        icon=":material/undo:",
        width="stretch",
    )


def old_roads(stage: Stage) -> list[dict[str, Any]]:
    """What the player is told of them: only where a road of one's own is on the stage."""
    return [{"id": job.id, "label": label_of(job)} for job in old(stage)] if not stage.scene else []


def label_of(job: Job) -> str:
    """The question, and what was special about this drive of it."""
    request = job.request
    question = question_of(request, MAX_QUESTION)
    seeded = request.settings.temperature > 0 and request.settings.seed != OWN.seed
    seed = [text("history.seed", seed=request.settings.seed)] if seeded else []
    special = [*starts_of(request), *turn_of(job), *signs_of(request), *seed]
    return " · ".join((question, short(", ".join(special), MAX_SPECIAL))) if special else question


def question_of(request: Request, most: int) -> str:
    """On one line."""
    return short(" ".join(request.question.split()), most)


def starts_of(request: Request) -> list[str]:
    """The system prompts, where any was given."""
    given = [" ".join(system.split()) for system in (request.system, *request.beside) if system]
    quoted = [text("history.system", words=short(system, 24)) for system in given]
    return [*quoted, text("history.two")] if request.beside else quoted


def turn_of(job: Job) -> list[str]:
    branch = job.request.branch
    if branch is None:
        return []
    turn = (job.runs[leaving(job.runs)].parent or {}).get("token", {}).get("text", "")
    return [text("history.fork", words=short((branch.text or turn).strip(), 12))]


def signs_of(request: Request) -> list[str]:
    """Which way each sign points, and how strongly; nothing of a word that is forbidden."""
    said = []
    for sign in request.up:
        words = f"{text(f'signs.short.{sign.direction}')} {short(sign.title, 18)}"
        strength = f"{strength_of(sign, request.strength):g}"
        said.append(words if forbids(sign, request.strength) else f"{words} {strength}")
    return said


def bring_back(cell: Cell, id: str) -> None:
    """A callback: put an old road on the stage again."""
    session.leave(cell.stage.running)
    if session.jobs().get(id) is not None:
        cell.change(
            lambda stage: put(
                stage,
                shown=id,
                scene=None,
                driven=(*(other for other in stage.driven if other != id), id),  # it is the newest now
                running=None,
                error=None,
                revision=stage.revision + 1,
            )
        )


def clear(cell: Cell) -> None:
    """A callback: leave the roads that are not on the stage, until something else is taken away."""
    cell.change(
        lambda stage: replace(
            stage,
            driven=(stage.shown,) if stage.shown else (),
            lost=tuple(one for one in stage.lost if one.job == stage.missing),
            gone=Gone(roads=stage.driven, lost=stage.lost),
        )
    )


def bring_all_back(cell: Cell) -> None:
    """A callback: the roads that were cleared, before those driven since."""
    cell.change(lambda stage: replace(stage, driven=joined(stage), lost=lost_too(stage), gone=None))


def joined(stage: Stage) -> tuple[str, ...]:
    cleared = stage.gone.roads if stage.gone else ()
    return (*(id for id in cleared if id not in stage.driven), *stage.driven)[-OLD - 1 :]


def lost_too(stage: Stage) -> tuple[Driven, ...]:
    """And those of them that the server no longer has."""
    cleared = stage.gone.lost if stage.gone else ()
    return (*(one for one in cleared if one not in stage.lost), *stage.lost)
