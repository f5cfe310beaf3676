"""The recorded scenes that ship: whole, finite, of the shipped map, and what the model really does."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from embeddings import WordReward, trace
from embeddings.atlas import Atlas
from embeddings.model import LanguageModel
from viz import validate
from viz.record import FOLDER, INDEX, order_of, recipes

STEPS = ("map", "road", "start", "signs")


def scene(id: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / f"{id}.json").read_text(encoding="utf-8")))


def test_there_are_at_least_eight_scenes_and_two_for_each_step() -> None:
    listed = json.loads((FOLDER / INDEX).read_text(encoding="utf-8"))
    assert [entry["id"] for entry in listed] == [recipe["id"] for recipe in recipes()]
    assert len(listed) >= 8
    for step in STEPS:
        assert sum(entry["step"] == step for entry in listed) >= 2
    assert all(entry["title"] and len(entry["note"]) > 40 for entry in listed)


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe["id"])
def test_a_scene_is_whole(recipe: dict[str, Any], atlas: Atlas) -> None:
    found = scene(recipe["id"])
    assert validate.scene(found) == found
    assert atlas.sha256[:12] in found["caption"], "recorded on another atlas: run python -m viz.record"
    assert len(found["roads"]) == len(order_of(recipe).plans())
    for road in found["roads"]:
        assert road["state"] == "done" and road["start"] is not None
        assert "".join(token["text"] for token in road["tokens"]) == road["text"]
        assert set(road["spurs"]) == {str(i) for i in range(len(road["tokens"]))}
        assert all(token["grip"] is not None and len(token["candidates"]) == 10 for token in road["tokens"])
    if recipe.get("before"):
        assert len(found["ghosts"]) == len(recipe["before"]) and found["comparison"]["map"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("id", ["four-forbidden", "pirate-scientist"])
def test_a_scene_is_what_the_model_does(id: str, model: LanguageModel, atlas: Atlas) -> None:
    recipe = next(recipe for recipe in recipes() if recipe["id"] == id)
    for road, (_, _, system, signs) in zip(scene(id)["roads"], order_of(recipe).plans(), strict=True):
        rewards = tuple(WordReward(sign.word, -math.inf) for sign in signs)
        t = trace(
            model,
            system=system,
            user=recipe["question"],
            max_new_tokens=recipe["max_new_tokens"],
            rewards=rewards,
        )
        assert [token["id"] for token in road["tokens"]] == list(t.token_ids)
        np.testing.assert_allclose([token["position"] for token in road["tokens"]], atlas.positions(t), atol=1e-3)
        np.testing.assert_allclose([token["grip"] for token in road["tokens"]], t.grip, atol=1e-3)
        for i in range(len(t) - 1):  # a spur of the token that was taken ends where the road goes on
            first = [candidate["id"] for candidate in road["tokens"][i]["candidates"][:3]]
            if t.token_ids[i] in first:
                spur = road["spurs"][str(i)][first.index(t.token_ids[i])]
                np.testing.assert_allclose(spur, road["tokens"][i + 1]["position"], atol=1e-2 * atlas.spread)
