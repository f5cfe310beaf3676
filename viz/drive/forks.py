"""Another turn: a job of a road that was driven, and of one that leaves it at a crossing.

A road comes from a job, or out of a recorded scene; there its states are missing, and the worker reads it again.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from embeddings.errors import UserError
from embeddings.request import Branch, Intervention, Request, Settings
from embeddings.typed import joined
from viz.drive.job import Job
from viz.drive.plan import Plan
from viz.drive.run import Run, turns_of
from viz.drive.task import Behind
from viz.scene.link import Way
from viz.scene.scene import Json
from viz.strings import text

MAX_TYPED = 4000


def branch(
    parent: Run,
    at: int,
    *,
    token: int | None = None,
    typed: str | None = None,
    kept: bool = False,
    way: Way | None = None,
) -> Job:
    """The job of another turn: the parent as it stands, under the letter that it has, and under the other letter a road
    that shares its tokens before the crossing.

    ``typed`` goes on from the text before as a person would write it. ``kept``: it goes on although nobody listens.
    ``way``: how to come to it again.

    Raises
    ------
    UserError
        If the parent has no such crossing, or the words are none.
    """
    tokens = list(parent.tokens)
    if not 0 <= at < len(tokens):
        raise UserError(text("errors.fork"))
    if typed is not None and not typed.strip():
        raise UserError(text("errors.fork_empty"))
    if typed is not None and len(typed.strip()) > MAX_TYPED:
        raise UserError(text("errors.fork_long", limit=MAX_TYPED, count=len(typed.strip())))
    if typed is not None:
        typed = joined("".join(entry["text"] for entry in tokens[:at]), typed)
    ids = tuple(entry["id"] for entry in tokens)
    plan = parent.plan
    settings = replace(plan.request.settings, max_new_tokens=parent.length)
    request = replace(plan.request, settings=settings, branch=Branch(ids, at, token, typed))
    over = parent.state == "done"
    first = Run(
        plan,
        start=parent.start,
        tokens=tokens,
        states=list(parent.states[: len(tokens)]),
        parent=parent.parent,
        forced=parent.forced,
        rewards=parent.rewards,
        state="done" if over else "stopped",
        spurs=dict(parent.spurs),
        spurs_pca=dict(parent.spurs_pca),
    )
    second = Run(
        Plan(1 - plan.index, "fork", request, plan.watches),
        start=parent.start,
        tokens=[dict(entry) for entry in tokens[:at]],
        states=list(parent.states[:at]),
        parent=_turn(parent, at, token, typed),
        spurs={i: s for i, s in parent.spurs.items() if int(i) < at},
        spurs_pca={i: s for i, s in parent.spurs_pca.items() if int(i) < at},
    )
    behind = Behind(first.plan, ids, tuple(first.states), over)
    return Job(request, kept=kept, runs=sorted((first, second), key=lambda run: run.plan.index), behind=behind, way=way)


def _turn(parent: Run, at: int, token: int | None, typed: str | None) -> Json:
    """How a branch leaves its parent, as far as it is known before the model has read it."""
    instead, before = parent.tokens[at], turns_of(parent.parent)
    known = next((c for c in instead["candidates"] if c["id"] == token), None)
    unread = {"id": token or 0, "text": typed or "", "probability": None}
    taken = {name: known[name] for name in ("id", "text", "probability")} if known else unread
    return {
        "at": at,
        "typed": typed,
        "forced": 1,
        "token": taken,
        "instead": {name: instead[name] for name in ("id", "text", "probability")},
        **({"turn": 1 + before} if before else {}),
    }


def recorded(scene: Json, which: int) -> Run:
    """A road of a recorded scene, as if it had been driven; without its states."""
    found = scene["roads"][which]
    posts = [_sign(post) for post in scene.get("signs") or ()]
    obeyed = tuple(_obeyed(reward, posts) for reward in found.get("rewards") or ())
    watches = () if any(sign.region for sign in obeyed) else tuple(posts)
    settings: dict[str, Any] = found.get("settings") or {}
    request = Request.of(found["system"], found["user"], settings=Settings(**settings), interventions=obeyed)
    tokens = list(found["tokens"])
    if (parent := found.get("parent")) is not None:  # what it shares with the road before it is that road's
        ids = tuple(token["id"] for token in tokens)
        request = replace(request, branch=Branch(ids, parent["at"], token=ids[parent["at"]]))
    return Run(
        Plan("AB".index(found["label"]), found["kind"], request, watches),
        start=found.get("start"),
        tokens=tokens,
        parent=parent,
        forced=0 if parent is None else int(parent.get("forced", 1)),
        state=found.get("state", "done"),
        spurs=dict(found.get("spurs") or {}),
    )


def _sign(post: Json) -> Intervention:
    value = post.get("value") or post["name"]
    return Intervention(value, post["kind"], post["direction"], weight=float(post["weight"]))


def _obeyed(reward: Json, posts: list[Intervention]) -> Intervention:
    if "word" not in reward:
        return next(post for post in posts if post.name == reward["region"])
    weight = -math.inf if reward["weight"] == "ban" else float(reward["weight"])
    return Intervention(reward["word"], "word", "avoid" if weight < 0 else "toward", weight=weight)
