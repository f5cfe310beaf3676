"""What one road of a Scene was asked for: a request that drives this road alone, from what the Scene says of it."""

from __future__ import annotations

import math
from dataclasses import replace

from embeddings.chat import Message
from embeddings.request import STRENGTH, Branch, Intervention, Request, Settings
from embeddings.request_json import read_request
from viz.scene.scene import Json


def asked(scene: Json, which: int) -> Request | None:
    """The request of road ``which`` of a checked Scene; None where a sign that it obeys is not in the Scene: a stretch
    of a road that is gone.

    The signs are the Scene's own, as they were asked for; a Scene of before it held its request has them from the
    posts that stand on the map. A fork shares the tokens of the road beside it, or, where that is not the one that it
    left, its own.

    Raises
    ------
    UserError
        If its settings are none.
    """
    road, whole = scene["roads"][which], _whole(scene)
    strength = STRENGTH if whole is None else whole.strength
    obeyed = [_obeyed(reward, scene, whole) for reward in road["rewards"]]
    if any(sign is None for sign in obeyed):
        return None
    request = Request(
        tuple(Message(one["role"], one["content"]) for one in road["messages"]) or _question(road),
        settings=Settings(**(road["settings"] or {})),
        interventions=tuple(sign for sign in obeyed if sign is not None),
        strength=strength,
    )
    return replace(request, branch=_branch(scene, which, whole))


def watched(scene: Json, which: int) -> Request | None:
    """The regions of the Scene that were only read on a road, as a request under which they weigh nothing; None where
    there are none, or one of them is not in the Scene."""
    road, whole = scene["roads"][which], _whole(scene)
    if any("region" in reward for reward in road["rewards"]):
        return None
    found = [_region(post, scene, whole) for post in scene.get("signs") or ()]
    signs = tuple(replace(sign, weight=0.0) for sign in found if sign is not None)
    if not signs or len(signs) != len(found):
        return None
    return Request(_question(road), interventions=signs)


def _question(road: Json) -> tuple[Message, ...]:
    return Request.of(road["system"], road["user"]).messages


def _whole(scene: Json) -> Request | None:
    value = scene.get("request")
    return None if value is None else read_request(value)


def _obeyed(reward: Json, scene: Json, whole: Request | None) -> Intervention | None:
    if "region" in reward:
        return _region({**reward, "name": reward["region"]}, scene, whole)
    weight = -math.inf if reward["weight"] == "ban" else float(reward["weight"])
    for sign, nats in _signs(whole):
        if not sign.region and (sign.value, nats) == (reward["word"], weight):
            return sign
    return Intervention(reward["word"], "word", "avoid" if weight < 0 else "toward", weight=weight)


def _region(told: Json, scene: Json, whole: Request | None) -> Intervention | None:
    """The sign on a region that a road, or the map, tells by its name, its kind and its weight."""
    known = (told["name"], told["kind"], float(told["weight"]))
    for sign, nats in _signs(whole):
        if sign.region and (sign.name, sign.kind, nats) == known:
            return sign
    for post in scene.get("signs") or ():
        if (post["name"], post["kind"], post["weight"]) == known and post["kind"] != "stretch":
            return Intervention(post["value"] or post["name"], post["kind"], post["direction"], weight=known[2])
    return None


def _signs(whole: Request | None) -> list[tuple[Intervention, float]]:
    """What is put up, with its weight."""
    return [] if whole is None else [(sign, sign.nats(whole.strength)) for sign in whole.up]


def _branch(scene: Json, which: int, whole: Request | None) -> Branch | None:
    roads, parent = scene["roads"], scene["roads"][which].get("parent")
    if parent is None:
        return None
    at, typed = parent["at"], parent["typed"]
    ids = tuple(token["id"] for token in roads[which]["tokens"])
    said = None if whole is None else whole.branch
    if said is not None and (said.at, said.shared, said.text) == (at, ids[:at], typed):
        return said
    left = [ids, *(tuple(token["id"] for token in road["tokens"]) for road in roads[:which] + roads[which + 1 :])]
    taken = (*ids[:at], parent["instead"]["id"])
    before = next((other for other in left if other[: at + 1] == taken), ids)
    if at >= len(before):
        return None  # stopped before its turn
    token = ids[at] if at < len(ids) else parent["token"]["id"]
    return Branch(before, at, text=typed) if typed is not None else Branch(before, at, token=token)
