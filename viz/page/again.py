"""Roads that the server no longer has: driven again where somebody asks for it, and compared with what they were."""

from __future__ import annotations

import json
from dataclasses import replace

import streamlit as st

from embeddings.errors import UserError
from embeddings.request import Request
from viz.drive import forks, onward, session
from viz.drive.job import Job
from viz.drive.run import Run
from viz.page import ordering
from viz.page.state import Again, Cell, Stage
from viz.scene.link import Driven, Turn, Way, digest_of
from viz.scene.recorded import scene_bytes, scenes
from viz.strings import plain, short, text

MOST_WORDS = 60


def notice(cell: Cell, stage: Stage) -> None:
    """What is to be said of the road on the stage: that it is gone, with the way to it; or whether it is the same."""
    gone = lost(stage, stage.missing) if not (stage.shown or stage.scene) else None
    if gone is not None:
        st.info(
            plain(
                text("kept.lost" if gone.way else "kept.lost_for_good", question=short(question_of(gone), MOST_WORDS))
            )
        )
        if gone.way:
            button(cell, gone, text("kept.again"), key="drive_again")
    elif sentence := compared(stage) or shown(stage):
        st.info(plain(sentence))


def shown(stage: Stage) -> str | None:
    """What a link that somebody has sent shows, where nothing is driven for it."""
    if stage.linked is None or stage.linked not in (stage.scene, stage.shown):
        return None
    return text("kept.recorded" if stage.scene else "kept.here")


def button(cell: Cell, one: Driven, label: str, *, key: str) -> None:
    st.button(
        label,
        key=key,
        on_click=drive_again,
        args=(cell, one.job),
        icon=":material/replay:",
        width="stretch",
    )


def lost(stage: Stage, id: str | None) -> Driven | None:
    return next((one for one in stage.lost if one.job == id), None)


def question_of(one: Driven) -> str:
    """What was asked, on one line; of a turn on a recorded road the road's name."""
    base = one.way.base if one.way else ""
    if isinstance(base, Request):
        words = " ".join(base.question.split())
    else:
        words = next((str(entry["title"]) for entry in scenes() if entry["id"] == base), base)
    return words


# -- driving


def sent(cell: Cell) -> None:
    """A link that somebody has sent is opened: its road is driven again, if it is neither recorded nor still here."""
    if cell.stage.missing:
        drive_again(cell, cell.stage.missing)
    else:
        cell.change(lambda stage: replace(stage, linked=stage.scene or stage.shown))


def drive_again(cell: Cell, id: str) -> None:
    """A callback: what was asked then is driven, and after it each turn that was taken."""
    one = lost(cell.stage, id)
    if one is None or one.way is None:
        return
    session.leave(cell.stage.running)
    try:
        job, turns = begun(one.way, cell.stage)
    except UserError as error:
        cell.put(error=str(error), running=None)
        return
    ordering.follow(cell, job)
    cell.change(
        lambda stage: replace(
            stage,
            lost=tuple(other for other in stage.lost if other != one),
            missing=None if stage.missing == id else stage.missing,
            again=Again(one, job.id, turns),
        )
    )


def begun(way: Way, stage: Stage) -> tuple[Job, tuple[Turn, ...]]:
    """The first drive of a way, and the turns that follow; a `UserError` where there is none."""
    if isinstance(way.base, Request):
        for sign in way.base.up:
            session.check(sign)
        return session.drive(way.base, stage.id, step=stage.step), way.turns
    data, first = scene_bytes(way.base), way.turns[0]
    scene = json.loads(data) if data else {"roads": []}
    if first.more and data:
        return session.begin(onward.recorded(scene, first.more, way=Way(way.base, (first,))), stage.id), way.turns[1:]
    if first.road >= len(scene["roads"]):
        raise UserError(text("errors.fork"))
    return turned(forks.recorded(scene, first.road), first, Way(way.base), stage), way.turns[1:]


def turned(run: Run, turn: Turn, before: Way, stage: Stage) -> Job:
    job = forks.branch(run, turn.at, token=turn.token, typed=turn.text, way=before.turned(turn))
    return session.begin(job, stage.id)


def taken(job: Job, turn: Turn, stage: Stage) -> Job:
    """The drive that leaves one that is over at a turn, or goes on from its end."""
    if job.way is None or turn.road >= len(job.runs):
        raise UserError(text("errors.fork"))
    if turn.more:
        return session.begin(onward.onward(job, turn.more, way=job.way.turned(turn)), stage.id)
    return turned(job.runs[turn.road], turn, job.way, stage)


def go_on(cell: Cell) -> None:
    """Take the next turn of a road that is driven again, once the one before it is there and still on the stage."""
    again = cell.stage.again
    job = session.jobs().get(again.job) if again and again.turns else None
    if again is None or job is None or not job.done or cell.stage.shown != job.id:
        return
    turn, *left = again.turns
    try:
        following = taken(job, turn, cell.stage)
    except UserError as error:
        cell.put(error=str(error), again=None)
        return
    ordering.follow(cell, following)
    cell.change(
        lambda stage: replace(
            stage,
            again=replace(again, job=following.id, turns=tuple(left)),
            driven=tuple(id for id in stage.driven if id != job.id),
        )
    )


# -- comparing


def compared(stage: Stage) -> str | None:
    """Whether the road on the stage, driven again, has the tokens that it had; None while that is not to be said."""
    again = stage.again
    job = session.jobs().get(again.job) if again and not again.turns else None
    if again is None or job is None or not job.done or stage.shown != job.id:
        return None
    before, now = again.before.tokens, [run.token_ids for run in job.runs]
    if any(run.state == "error" for run in job.runs):
        return None
    if not before:
        return text("kept.unknown")
    if len(before) != len(now) or any(
        digest_of(ids[:count]) != digest for (count, digest), ids in zip(before, now, strict=True)
    ):
        return text("kept.other")
    longer = any(len(ids) > count for (count, _), ids in zip(before, now, strict=True))
    return text("kept.longer" if longer else "kept.same")
