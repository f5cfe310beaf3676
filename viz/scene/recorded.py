"""The recorded scenes that ship: listed, and read as they were written."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from viz.strings import ASSETS, section

ROLE = re.compile(r"You are an? ([\w ]{1,24})\.")
STEPS: tuple[str, ...] = tuple(section("steps"))
SCENE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@cache
def scenes() -> tuple[dict[str, Any], ...]:
    """The recorded scenes: id, title, note, step, and where each is fetched."""
    index = ASSETS / "scenes" / "index.json"
    if not index.is_file():
        return ()
    listed = json.loads(index.read_text(encoding="utf-8"))
    return tuple({**entry, "url": f"mm/scene/{entry['id']}.json"} for entry in listed)


def step_of(asked: str) -> str:
    """The step that an address names, by name or by number; the first where it names none."""
    asked = {str(number): name for number, name in enumerate(STEPS, 1)}.get(asked, asked)
    return asked if asked in STEPS else STEPS[0]


def first_scene(step: str) -> str | None:
    """The recorded scene that a step opens with."""
    listed = scenes()
    own = [entry["id"] for entry in listed if entry["step"] == step]
    return own[0] if own else (listed[0]["id"] if listed else None)


@cache
def starts() -> dict[str, list[float]]:
    """Where the system prompts of the recorded scenes start, by the role that each gives ("You are a pirate.": pirate).

    A system prompt that says more than a role has no short name and is left out.
    """
    found = dict[str, list[float]]()
    for id in (id for entry in scenes() for id in (entry["id"], *entry.get("variants", ()))):
        scene = json.loads((ASSETS / "scenes" / f"{id}.json").read_text(encoding="utf-8"))
        flags = [(road["system"], road["start"]) for road in scene["roads"] if road["start"]]
        for system, start in [*flags, *((ghost["label"], ghost) for ghost in scene["ghosts"])]:
            if role := ROLE.fullmatch(system or ""):
                found.setdefault(role[1], start["position"])
    return found


def scene_bytes(id: str) -> bytes | None:
    """A recorded scene as it was written, or a sibling that its slider leads to; None for any other id."""
    listed = {id for entry in scenes() for id in (entry["id"], *entry.get("variants", ()))}
    if not SCENE_ID.fullmatch(id) or id not in listed:
        return None
    return (ASSETS / "scenes" / f"{id}.json").read_bytes()
