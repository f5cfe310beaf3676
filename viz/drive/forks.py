"""Another turn: a job whose first road is one that was driven, and whose second leaves it at a crossing.

A road comes from a job, or out of a recorded scene; there its states are missing, and the worker reads it again.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from embeddings.errors import UserError
from embeddings.typed import joined
from viz.drive.job import Fork, Job, Order, Plan, Road
from viz.drive.sign import Sign
from viz.scene.scene import Json
from viz.strings import text

if TYPE_CHECKING:
    from viz.drive.worker import ModelSide

MAX_TYPED = 4000


def branch(parent: Road, fork: Fork) -> Job:
    """The job of a fork: A is the parent as it stands, B shares its tokens before the crossing.

    Raises
    ------
    UserError
        If the parent has no such crossing, or the words are none.
    """
    tokens = list(parent.tokens)
    if not 0 <= fork.at < len(tokens):
        raise UserError(text("errors.fork"))
    if fork.typed is not None and not fork.typed.strip():
        raise UserError(text("errors.fork_empty"))
    if fork.typed is not None and len(fork.typed.strip()) > MAX_TYPED:
        raise UserError(text("errors.fork_long", limit=MAX_TYPED, count=len(fork.typed.strip())))
    if fork.typed is not None:  # as a person would write it on
        fork = replace(fork, typed=joined("".join(token["text"] for token in tokens[: fork.at]), fork.typed))
    order = replace(
        parent.order,
        systems=(parent.system,),
        signs=parent.signs,
        max_new_tokens=parent.length,
        step="road",
        fork=fork,
    )
    states = parent.states[: len(tokens)]
    first = Road(
        replace(parent.plan, label="A"),
        parent.order,
        start=parent.start,
        measured=True,
        tokens=tokens,
        states=list(states),
        place=parent.place,
        parent=parent.parent,
        shared=parent.shared,
        forced=parent.forced,
        rewards=parent.rewards,
        state="done" if parent.state == "done" else "stopped",
        spurs=dict(parent.spurs),
        spurs_pca=dict(parent.spurs_pca),
        gripped=len(tokens),
    )
    second = Road(
        Plan("B", "fork", parent.system, parent.signs, parent.plan.watches),
        order,
        start=parent.start,
        measured=parent.start is not None,
        tokens=[dict(token) for token in tokens[: fork.at]],
        states=list(states[: fork.at]),
        parent=_turn(tokens[fork.at], fork),
        shared=fork.at,
        spurs={i: s for i, s in parent.spurs.items() if int(i) < fork.at},
        spurs_pca={i: s for i, s in parent.spurs_pca.items() if int(i) < fork.at},
        gripped=fork.at,
    )
    return Job(order, roads=(first, second))


def _turn(instead: Json, fork: Fork) -> Json:
    """How a fork leaves its parent, as far as it is known before the model has read it."""
    known = next((c for c in instead["candidates"] if c["id"] == fork.token), None)
    unread = {"id": fork.token or 0, "text": fork.typed or "", "probability": None}
    return {
        "at": fork.at,
        "typed": fork.typed,
        "forced": 1,
        "token": dict(known) if known else unread,
        "instead": {name: instead[name] for name in ("id", "text", "probability")},
    }


def follow(side: ModelSide, parent: Road, fork: Road, turn: Fork) -> None:
    """Bring a fork to its crossing, in the model's thread: the parent's states and places, the words it is given."""
    if len(parent.states) < len(parent.tokens):  # a recorded road
        parent.states = list(side.crossings(parent))
        fork.states = parent.states[: fork.shared]
    if parent.place is None:
        walk = side.placer()
        for i, state in enumerate(parent.states):
            parent.place = walk.add(state, parent.tokens[i - 1]["id"] if i else None)
    for i, state in enumerate(fork.states):
        fork.placer.add(state, fork.tokens[i - 1]["id"] if i else None)
    fork.forced = tuple(side.typed(turn.typed)) if turn.typed is not None else (turn.token or 0,)
    fork.parent = {**(fork.parent or {}), "forced": len(fork.forced)}


def recorded(scene: Json, which: int) -> Road:
    """A road of a recorded scene, as if it had been driven; without its states."""
    found = scene["roads"][which]
    settings: dict[str, Any] = found.get("settings") or {}
    order = Order(
        found["user"],
        (found["system"],),
        max_new_tokens=settings.get("max_new_tokens", 48),
        temperature=float(settings.get("temperature", 0.0)),
        top_p=float(settings.get("top_p", 1.0)),
        seed=settings.get("seed", 0),
        step=scene.get("step", "road"),
    )
    posts = [_sign(post) for post in scene.get("signs") or ()]
    obeyed = tuple(_obeyed(reward, posts) for reward in found.get("rewards") or ())
    watches = () if any(sign.region for sign in obeyed) else tuple(posts)
    return Road(
        Plan(found["label"], found["kind"], found["system"], obeyed, watches),
        order,
        start=found.get("start"),
        measured=True,
        tokens=list(found["tokens"]),
        parent=found.get("parent"),
        state=found.get("state", "done"),
        spurs=dict(found.get("spurs") or {}),
        gripped=len(found["tokens"]),
    )


def _sign(post: Json) -> Sign:
    return Sign(post.get("value") or post["name"], post["kind"], post["direction"], weight=float(post["weight"]))


def _obeyed(reward: Json, posts: list[Sign]) -> Sign:
    if "word" not in reward:
        return next(post for post in posts if post.name == reward["region"])
    weight = -math.inf if reward["weight"] == "ban" else float(reward["weight"])
    return Sign(reward["word"], "word", "avoid" if weight < 0 else "toward", weight=weight)
