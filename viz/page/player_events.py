"""What a person did in the player and the page must act on: another turn, a sign, the end of a drive, another scene.

It comes from a browser and is checked here: nothing in it is believed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeGuard

from embeddings import numbers
from embeddings.errors import UserError
from embeddings.request import DIRECTIONS, Direction, Intervention
from viz.drive import forks, session
from viz.drive import onward as further
from viz.drive.job import Job
from viz.drive.run import Run
from viz.page import history, opening, ordering, sign_actions
from viz.page.boxes import asking
from viz.page.state import Cell, Stage
from viz.scene import recorded
from viz.scene.link import Turn, Way
from viz.scene.scene import Json
from viz.strings import readable, text

MAX_WORD = 200
MOST = 16  # events that wait to be heard

Asked = Mapping[str, Any]


def hear(cell: Cell, told: object) -> None:
    """Act on the events that were not heard before. They are numbered by the player, and each comes again with every
    request until it is followed by others, so that none is lost. Those that were told to a session before this one, as
    before the network was gone, are that one's."""
    for number, kind, value in events_of(told, cell.stage.id):
        if number > cell.stage.heard:
            cell.put(heard=number)
            ACTS[kind](cell, value)


def events_of(told: object, session: str = "") -> list[tuple[int, str, object]]:
    """Number, kind and value of each event that is one, oldest first."""
    entries = told if isinstance(told, list) else []
    found = [
        (entry["number"], entry["kind"], entry.get("value"))
        for entry in entries[-MOST:]
        if isinstance(entry, dict) and whole(entry.get("number")) and entry.get("kind") in tuple(ACTS)
        if entry.get("session", session) == session
    ]
    return sorted(found, key=lambda event: event[0])


def done(cell: Cell, value: object) -> None:
    """The player has seen the last of a drive."""
    cell.change(lambda stage: replace(stage, running=None) if value in (None, stage.running) else stage)


def fork(cell: Cell, value: object) -> None:
    """Another turn, taken: the road so far is the parent, a running drive ends."""
    try:
        asked = mapping(value, "fork")
        run = run_of(asked, "fork")
        at, token, typed = turn_of(asked)
        if not 0 <= at < len(run.tokens):
            raise UserError(text("errors.fork"))
        halt(cell, asked)
        turn = Turn(asked.get("road", 0), at, token, typed)
        job = session.begin(forks.branch(run, at, token=token, typed=typed, way=way_of(asked, turn)), cell.stage.id)
    except UserError as error:
        cell.put(error=str(error))
        return
    cell.change(lambda stage: ordering.adopted(stage, run))
    ordering.follow(cell, job)


def onward(cell: Cell, value: object) -> None:
    """The roads on the stage go on from their end, by as many tokens as an answer may have; in the list of roads they
    stand for themselves as they were."""
    try:
        asked = mapping(value, "onward")
        halt(cell, asked)
        more = cell.stage.request.settings.max_new_tokens
        before = job_of(asked)
        job = session.begin(longer(asked, before, more), cell.stage.id)
    except UserError as error:
        cell.put(error=str(error))
        return
    run = job.runs[0]
    cell.change(lambda stage: forgetting(ordering.adopted(stage, run), before))
    ordering.follow(cell, job)


def longer(asked: Asked, before: Job | None, more: int) -> Job:
    """The job that drives a road on, one's own or a recorded one."""
    way = way_of(asked, Turn(0, 0, more=more))
    if before is not None:
        return further.onward(before, more, way=way)
    scene = scene_of(asked)
    if scene is None:
        raise UserError(text("errors.onward"))
    return further.recorded(scene, more, way=way)


def forgetting(stage: Stage, job: Job | None) -> Stage:
    """The stage without a road in its list."""
    return replace(stage, driven=tuple(id for id in stage.driven if job is None or id != job.id))


def sign(cell: Cell, value: object) -> None:
    """A sign on something in the stage; on a recorded road it is driven anew under the sign."""
    try:
        asked = mapping(value, "sign")
        made = sign_of(asked)
        if not asked.get("scene"):
            sign_actions.put_up(cell, made)
            return
        run = run_of(asked, "sign")
        own = made.kind in ("word", "stretch")
        cell.change(lambda stage: ordering.adopted(sign_actions.joined(stage, made), run, always=own))
    except UserError as error:
        cell.put(error=str(error))
        return
    ordering.drive(cell)


def scene(cell: Cell, value: object) -> None:
    """A recorded scene was opened in the player: the road that was there joins those driven before."""
    if value in [entry["id"] for entry in recorded.scenes()]:
        session.leave(cell.stage.running)
        cell.put(scene=value, shown=None, running=None, error=None)


def ask(cell: Cell, value: object) -> None:
    """The room's own question, typed in Present: it is driven under what stands in the boxes."""
    try:
        words = mapping(value, "ask").get("question")
        if not isinstance(words, str) or not words.strip():
            raise UserError(text("errors.ask"))
        asked = readable(words).strip()
    except UserError as error:
        cell.put(error=str(error))
        return
    cell.change(lambda stage: asking(stage, asked))
    ordering.drive(cell)


def back(cell: Cell, value: object) -> None:
    """A talk is over in which something else was driven: what stood on the stage when it began comes back."""
    asked = value if isinstance(value, dict) else {}
    if (job := job_of(asked)) is not None:
        history.bring_back(cell, job.id)
    elif asked.get("scene") in [entry["id"] for entry in recorded.scenes()]:
        session.leave(cell.stage.running)
        cell.put(scene=asked["scene"], shown=None, running=None, error=None, revision=cell.stage.revision + 1)


def kept(cell: Cell, value: object) -> None:
    """Back or forward, or what stands in the browser's storage: all is to be as it was there."""
    found = value if isinstance(value, dict) else {}
    said, step = found.get("text"), found.get("step")
    opening.reopen(cell, said if isinstance(said, str) else None, step if isinstance(step, str) else "")


def unkept(cell: Cell, value: object) -> None:
    """What is asked is too long for an address, and this browser has no storage for it."""
    cell.put(error=text("kept.nowhere"))


ACTS: dict[str, Callable[[Cell, object], None]] = {
    "done": done,
    "fork": fork,
    "onward": onward,
    "sign": sign,
    "scene": scene,
    "ask": ask,
    "back": back,
    "kept": kept,
    "unkept": unkept,
}


def halt(cell: Cell, asked: Asked) -> None:
    """Leave the drive that is running, and wait until its last token is in place where it is the one that is forked."""
    running = cell.stage.running
    session.leave(running)
    job = session.jobs().get(running)
    if job is not None and job.id == asked.get("job") and not job.wanted():
        job.over.wait(2.0)


def mapping(value: object, name: str) -> Asked:
    if not isinstance(value, dict):
        raise UserError(text(f"errors.{name}"))
    return value


def run_of(asked: Asked, name: str) -> Run:
    """The road that is meant, of a job or of a recorded scene; the first where none is named."""
    which = asked.get("road", 0)
    if not whole(which):
        raise UserError(text(f"errors.{name}"))
    job = job_of(asked)
    if job is not None and 0 <= which < len(job.runs):
        return job.runs[which]
    found = scene_of(asked)
    if found is None or not 0 <= which < len(found["roads"]):
        raise UserError(text(f"errors.{name}"))
    return forks.recorded(found, which)


def job_of(asked: Asked) -> Job | None:
    id = asked.get("job")
    return session.jobs().get(id) if isinstance(id, str) else None


def scene_of(asked: Asked) -> Json | None:
    """The recorded scene that is meant."""
    id = asked.get("scene")
    data = recorded.scene_bytes(id) if isinstance(id, str) else None
    return json.loads(data) if data else None


def way_of(asked: Asked, turn: Turn) -> Way | None:
    """How to come to a turn again: the way to the road that it leaves, and one turn more."""
    job = job_of(asked)
    before = job.way if job is not None else Way(str(asked.get("scene")))
    return before and before.turned(turn)


def turn_of(asked: Asked) -> tuple[int, int | None, str | None]:
    """The crossing, and the token or the words that are taken there."""
    at, token, typed = asked.get("index"), asked.get("token"), asked.get("text")
    if not whole(at):
        raise UserError(text("errors.fork"))
    if isinstance(typed, str):
        return at, None, readable(typed)
    if not whole(token) or not 0 <= token < 2**31:
        raise UserError(text("errors.fork"))
    return at, token, None


def sign_of(asked: Asked) -> Intervention:
    """The sign that is asked for; a `UserError` where it is none."""
    kind, direction = asked.get("kind"), asked.get("direction")
    if direction not in DIRECTIONS:
        raise UserError(text("errors.sign"))
    if kind == "landmark" and isinstance(asked.get("name"), str):
        return landmark(asked["name"], direction)
    if kind == "word" and isinstance(asked.get("word"), str):
        return Intervention(readable(asked["word"]).strip()[:MAX_WORD], "word", direction)
    if kind == "stretch":
        return stretch(asked, direction)
    raise UserError(text("errors.sign"))


def landmark(name: str, direction: Direction) -> Intervention:
    if name not in {place.name for place in session.atlas().places}:
        raise UserError(text("errors.sign"))
    return Intervention(name, "landmark", direction)


def stretch(asked: Asked, direction: Direction) -> Intervention:
    """Where this road went from one token to another."""
    run, start, stop = run_of(asked, "sign"), asked.get("start"), asked.get("stop")
    if not whole(start) or not whole(stop) or not 0 <= start < stop <= len(run.tokens):
        raise UserError(text("errors.sign"))
    snippet = "".join(token["text"] for token in run.tokens[start:stop]).replace("\ufffd", "").strip()
    return Intervention(snippet or text("signs.kinds.stretch"), "stretch", direction, stretch=run.stretch(start, stop))


def whole(value: object) -> TypeGuard[int]:
    """A whole number: JSON's true is none."""
    return numbers.whole(value) is not None
