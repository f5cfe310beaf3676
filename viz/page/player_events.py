"""What a person did in the player and the page must act on: another turn, a sign, the end of a drive, another scene.

It comes from a browser and is checked here: nothing in it is believed.
"""

from __future__ import annotations

import json
from typing import Any, TypeGuard

from embeddings.errors import UserError
from viz.drive import forks, session
from viz.drive.job import Fork, Road
from viz.drive.sign import DIRECTIONS, Direction, Sign, Stretch
from viz.page import components, rail
from viz.page import sign_actions as put_up
from viz.scene import recorded
from viz.strings import readable, text

MAX_WORD = 200


def done() -> None:
    """The player has seen the last of a drive."""
    rail.put(running=None)


def fork() -> None:
    """Another turn, taken: the road so far is the parent, a running drive ends."""
    try:
        asked = _asked("fork")
        road = road_of(asked, "fork")
        turn = turn_of(asked)
        if not 0 <= turn.at < len(road.tokens):
            raise UserError(text("errors.fork"))
        halt(asked)
        job = session.begin(forks.branch(road, turn), rail.stage().id)
    except UserError as error:
        rail.put(error=str(error))
        return
    rail.adopt(road)
    rail.follow(job)


def sign() -> None:
    """A sign on something in the stage; on a recorded road it is driven anew under the sign."""
    try:
        asked = _asked("sign")
        made = sign_of(asked)
        if asked.get("scene"):
            road = road_of(asked, "sign")
            up = put_up.joined(made)
            adopted = rail.adopt(road, always=made.kind in ("word", "stretch"))
            rail.put(signs=up, error=None)
            rail.drive((road.system,) if adopted else None)  # the box is told of it, but has not yet said so
            return
    except UserError as error:
        rail.put(error=str(error))
        return
    put_up.put_up(made)


def scene() -> None:
    """A recorded scene was opened in the player: the road that was there joins those driven before."""
    opened = components.triggered("map", "scene")
    if opened in [entry["id"] for entry in recorded.scenes()]:
        session.stop(rail.stage().running)
        rail.put(scene=opened, shown=None, running=None, error=None)


def halt(asked: dict[str, Any]) -> None:
    """Stop the drive that is running, and wait until its last token is in place where it is the one that is forked."""
    running = rail.stage().running
    session.stop(running)
    job = session.jobs().get(running) if running else None
    if job is not None and job.id == asked.get("job"):
        job.over.wait(2.0)


def _asked(name: str) -> dict[str, Any]:
    found = components.triggered("map", name)
    if not isinstance(found, dict):
        raise UserError(text(f"errors.{name}"))
    return dict(found)


def road_of(asked: dict[str, Any], name: str) -> Road:
    """The road that is meant, of a job or of a recorded scene; the first where none is named."""
    which, job, scene = asked.get("road", 0), asked.get("job"), asked.get("scene")
    if not whole(which):
        raise UserError(text(f"errors.{name}"))
    if isinstance(job, str) and (found := session.jobs().get(job)) and 0 <= which < len(found.roads):
        return found.roads[which]
    data = recorded.scene_bytes(scene) if isinstance(scene, str) else None
    found = json.loads(data) if data else {"roads": []}
    if not 0 <= which < len(found["roads"]):
        raise UserError(text(f"errors.{name}"))
    return forks.recorded(found, which)


def turn_of(asked: dict[str, Any]) -> Fork:
    at, token, typed = asked.get("index"), asked.get("token"), asked.get("text")
    if not whole(at):
        raise UserError(text("errors.fork"))
    if isinstance(typed, str):
        return Fork(at, typed=readable(typed))
    if not whole(token) or not 0 <= token < 2**31:
        raise UserError(text("errors.fork"))
    return Fork(at, token=token)


def sign_of(asked: dict[str, Any]) -> Sign:
    """The sign that is asked for; a `UserError` where it is none."""
    kind, direction = asked.get("kind"), asked.get("direction")
    if direction not in DIRECTIONS:
        raise UserError(text("errors.sign"))
    if kind == "landmark" and isinstance(asked.get("name"), str):
        return landmark(asked["name"], direction)
    if kind == "word" and isinstance(asked.get("word"), str):
        return Sign(readable(asked["word"]).strip()[:MAX_WORD], "word", direction)
    if kind == "stretch":
        return stretch(asked, direction)
    raise UserError(text("errors.sign"))


def landmark(name: str, direction: Direction) -> Sign:
    atlas = session.atlas()
    if name not in {place.name for place in atlas.places}:
        raise UserError(text("errors.sign"))
    return Sign(name, "landmark", direction)


def stretch(asked: dict[str, Any], direction: Direction) -> Sign:
    """Where this road went from one token to another."""
    road, start, stop = road_of(asked, "sign"), asked.get("start"), asked.get("stop")
    if not whole(start) or not whole(stop) or not 0 <= start < stop <= len(road.tokens):
        raise UserError(text("errors.sign"))
    snippet = "".join(token["text"] for token in road.tokens[start:stop]).replace("\ufffd", "").strip()
    return Sign(snippet or text("signs.kinds.stretch"), "stretch", direction, stretch=Stretch(road, start, stop))


def whole(value: object) -> TypeGuard[int]:
    """A whole number: JSON's true is none."""
    return isinstance(value, int) and not isinstance(value, bool)
