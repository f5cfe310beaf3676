"""The last roads of a session: named in the rail, to bring back or to clear; the player draws them grey."""

from __future__ import annotations

from typing import Any

import streamlit as st

from viz import rail, session
from viz.drives import Job
from viz.session import Stage
from viz.strings import plain, text

MAX_LABEL = 40


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
            st.button(
                plain(label_of(job)),
                key=f"old_{job.id}",
                help=plain(job.roads[-1].text[:200]),
                on_click=bring_back,
                args=(job.id,),
                type="tertiary",
                icon=":material/undo:",
                width="stretch",
            )


def old(stage: Stage) -> list[dict[str, Any]]:
    """What the player is told of them: only where a road of one's own is on the stage."""
    return [{"id": job.id, "label": label_of(job)} for job in session.old(stage)] if not stage.scene else []


def label_of(job: Job) -> str:
    """The question, and what was special about this drive of it."""
    order = job.order
    if order.fork is not None:
        turn = (job.roads[1].parent or {}).get("token", {}).get("text", "")
        special = text("history.fork", words=short((order.fork.typed or turn).strip(), 12))
    elif order.signs:
        special = text("history.signs", count=len(order.signs))
    else:
        special = text("history.two") if len(job.roads) > 1 else ""
    return short(" ".join(order.question.split()), MAX_LABEL - len(special)) + special


def short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def bring_back(id: str) -> None:
    """Put an old road on the stage again."""
    session.stop(rail.stage().running)
    if session.jobs().get(id) is not None:
        rail.put(shown=id, scene=None, running=None, error=None, revision=rail.stage().revision + 1)


def clear() -> None:
    shown = rail.stage().shown
    rail.put(driven=(shown,) if shown else ())
