"""How many greedy tokens of the shipped scenes turn, when products go another way: rounding decides near ties."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.benchmarks.rows import Row

if TYPE_CHECKING:
    from embeddings.model.language_model import LanguageModel


def rows() -> list[Row]:
    """Every greedy road, but those with a sign made of sentences, is put on its recorded tokens, one by one, and asked
    at each what it would have taken."""
    from embeddings import load_atlas, load_model
    from embeddings.model.linear import COUNTS, LINEAR, Products, Times
    from embeddings.model.network import matrices

    model, atlas = load_model(), load_atlas()
    ours = Products({shape: dict.fromkeys(COUNTS, Times(2.0, 1.0, 1.0)) for shape in matrices(model.tensors)})
    ways = {"`linear` everywhere": LINEAR, "ours everywhere": ours, "as chosen here": model.products}
    models = {name: replace(model, products=products) for name, products in ways.items()}
    found: dict[str, list[np.ndarray]] = {name: [] for name in ways}
    recorded = list[np.ndarray]()
    for road in _greedy():
        recorded.append(np.array([token["id"] for token in road["tokens"]])[_own(road)])
        for name, other in models.items():
            found[name].append(_taken(other, atlas, road)[_own(road)])
    total = sum(map(len, recorded))
    rows = [
        Row(f"greedy tokens that turn, {name} against recorded", *_turned(found[name], recorded, total))
        for name in ways
    ]
    plain, other, chosen = found.values()
    rows.append(Row("the same, ours everywhere against `linear`", *_turned(other, plain, total)))
    return [*rows, Row("the same, as chosen here against `linear`", *_turned(chosen, plain, total))]


def _turned(a: list[np.ndarray], b: list[np.ndarray], total: int) -> tuple[str, str]:
    turned = [int((x != y).sum()) for x, y in zip(a, b, strict=True)]
    return f"{sum(turned)} of {total}", f"on {sum(map(bool, turned))} of {len(turned)} roads"


def _greedy() -> Iterator[dict[str, Any]]:
    from embeddings.paths import assets

    seen = set[str]()
    for path in sorted((assets() / "scenes").glob("*.json")):
        scene = json.loads(path.read_text(encoding="utf-8"))
        for road in scene["roads"] if isinstance(scene, dict) else []:
            same = json.dumps([road["messages"], road["rewards"], [token["id"] for token in road["tokens"]]])
            known = all(reward.get("kind", "landmark") == "landmark" for reward in road["rewards"])
            if road["settings"]["temperature"] == 0 and road["tokens"] and known and same not in seen:
                seen.add(same)
                yield road


def _own(road: dict[str, Any]) -> np.ndarray:
    """Which tokens were chosen, out of the ten that a step tells of: not those that were put in, or shared."""
    own = np.array([any(c["id"] == token["id"] for c in token["candidates"]) for token in road["tokens"]])
    if parent := road.get("parent"):
        own[: parent["at"] + parent["forced"]] = False
    return own


def _taken(model: LanguageModel, atlas: Any, road: dict[str, Any]) -> np.ndarray:
    """What the model would take at each crossing of a road."""
    from embeddings.chat import chat
    from embeddings.decoding.loop import steps
    from embeddings.request import Request, Settings
    from embeddings.steering.region_reward import RegionReward
    from embeddings.steering.word_reward import WordReward

    rewards = tuple(
        RegionReward.from_landmark(atlas, r["region"], r["weight"], k=r["k"])
        if "region" in r
        else WordReward.from_json(r)
        for r in road["rewards"]
    )
    ids = [token["id"] for token in road["tokens"]]
    request = Request(chat(messages=road["messages"]), Settings(len(ids)))
    found = list[int]()
    for step in steps(model, request, rewards, atlas.layer, forced=ids):
        found.append(step.candidates[int(np.argmax(step.after))].id)
    return np.array(found)
