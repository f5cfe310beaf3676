"""The last roads of a session: named in the rail, to bring back or to clear; the player draws them grey."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from viz.drive import session
from viz.drive.job import Job, Order
from viz.drive.session import Stage
from viz.page import rail
from viz.strings import plain, text

MAX_QUESTION = 30
MAX_SPECIAL = 44


def show(stage: Stage) -> None:
    """The newest first."""
    jobs = session.old(stage)
    if not jobs:
        return
    head = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small")
    head.markdown(f"**{text('history.label')}**", width="content")
    head.button(text("history.clear"), key="clear_old", on_click=clear, type="tertiary")
    with st.container(key="old", gap="small"):
        for job in reversed(jobs):
            way_to(job, plain(label_of(job)), key=f"old_{job.id}", type="tertiary")


def back(stage: Stage) -> None:
    """The way from a recorded scene to the road that was left for it, in every step."""
    jobs = session.old(stage) if stage.scene else []
    if jobs:
        way_to(jobs[-1], text("history.back", question=plain(question_of(jobs[-1].order, 24))), key="back")


def way_to(job: Job, label: str, *, key: str, type: Literal["secondary", "tertiary"] = "secondary") -> None:
    """A button that puts a road on the stage again."""
    st.button(
        label,
        key=key,
        help=plain(job.roads[-1].text[:200]),
        on_click=bring_back,
        args=(job.id,),
        type=type,
        icon=":material/undo:",
        width="stretch",
    )


def old(stage: Stage) -> list[dict[str, Any]]:
    """What the player is told of them: only where a road of one's own is on the stage."""
    return [{"id": job.id, "label": label_of(job)} for job in session.old(stage)] if not stage.scene else []


def label_of(job: Job) -> str:
    """The question, and what was special about this drive of it."""
    order = job.order
    question = question_of(order, MAX_QUESTION)
    seed = [text("history.seed", seed=order.seed)] if order.temperature > 0 else []
    special = [*starts_of(order), *turn_of(job), *signs_of(order), *seed]
    return " · ".join((question, short(", ".join(special), MAX_SPECIAL))) if special else question


def question_of(order: Order, most: int) -> str:
    """On one line."""
    return short(" ".join(order.question.split()), most)


def starts_of(order: Order) -> list[str]:
    """The system prompts, where any was given."""
    given = [" ".join(system.split()) for system in order.systems if system]
    quoted = [text("history.system", words=short(system, 24)) for system in given]
    return [*quoted, text("history.two")] if len(order.systems) > 1 else quoted


def turn_of(job: Job) -> list[str]:
    if job.order.fork is None:
        return []
    turn = (job.roads[1].parent or {}).get("token", {}).get("text", "")
    return [text("history.fork", words=short((job.order.fork.typed or turn).strip(), 12))]


def signs_of(order: Order) -> list[str]:
    """Which way each sign points, and how strongly where that was chosen."""
    said = [f"{text(f'signs.short.{sign.direction}')} {short(sign.title, 18)}" for sign in order.signs]
    weighed = any(sign.weight is None and not sign.banned for sign in order.signs)
    return [*said, text("history.strength", value=f"{order.strength:g}")] if weighed else said


def short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def bring_back(id: str) -> None:
    """Put an old road on the stage again."""
    stage = rail.stage()
    session.stop(stage.running)
    if session.jobs().get(id) is not None:
        driven = (*(other for other in stage.driven if other != id), id)  # it is the newest now
        rail.put(shown=id, scene=None, driven=driven, running=None, error=None, revision=stage.revision + 1)


def clear() -> None:
    shown = rail.stage().shown
    rail.put(driven=(shown,) if shown else ())
