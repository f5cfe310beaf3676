"""The recorded scenes that ship: whole, finite, of the shipped map, and what the model really does."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from embeddings import WordReward, trace
from embeddings.atlas.atlas import Atlas
from embeddings.errors import UserError
from embeddings.model.language_model import LanguageModel
from embeddings.request import Settings
from tests.viz.conftest import Scripted
from viz.drive import session
from viz.drive.embeddings_side import EmbeddingsSide
from viz.drive.plan import plans_of
from viz.drive.worker import Worker
from viz.recording import record
from viz.recording.record import FOLDER, INDEX, recipes, request_of, serialised, versions
from viz.scene import schema as validate

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
    named = {id for entry in listed for id in (entry["id"], *entry.get("variants", ()))}
    assert {path.stem for path in FOLDER.glob("*.json")} - {"index"} == named


VERSIONS = [version for recipe in recipes() for version in versions(recipe).values()]


@pytest.mark.parametrize("recipe", VERSIONS, ids=lambda recipe: recipe["id"])
def test_a_scene_is_whole(recipe: dict[str, Any], atlas: Atlas) -> None:
    found = scene(recipe["id"])
    assert found.pop("atlas") == atlas.sha256, "recorded on another atlas: run python -m viz.recording.record"
    assert validate.scene(found) == found
    assert all(found[name] == recipe[name] for name in ("id", "title", "note", "step"))
    assert (FOLDER / f"{recipe['id']}.json").stat().st_size < 200_000
    assert atlas.sha256[:12] in found["caption"]
    assert len(found["roads"]) == (2 if "fork" in recipe else len(plans_of(request_of(recipe))))
    request = request_of(recipe)
    posts = [(sign.name, sign.nats(request.strength)) for sign in request.interventions if sign.region]
    assert [(post["name"], post["weight"]) for post in found.get("signs", ())] == posts
    if "variants" in recipe:
        assert recipe["id"] in [item["id"] for item in found["variants"]["items"]]
    for road in found["roads"]:
        assert road["state"] == "done" and road["start"] is not None
        assert "".join(token["text"] for token in road["tokens"]) == road["text"]
        assert set(road["spurs"]) == {str(i) for i in range(len(road["tokens"]))}
        assert all(token["grip"] is not None and len(token["candidates"]) == 10 for token in road["tokens"])
    if recipe.get("before"):
        assert len(found["ghosts"]) == len(recipe["before"]) and found["comparison"]["map"] > 0


def readings(id: str, name: str, road: int = 0) -> np.ndarray:
    return np.array([token[name] for token in scene(id)["roads"][road]["tokens"]], dtype=float)


def inside(id: str, region: int, road: int = 0) -> int:
    return sum(token["inside"][region] for token in scene(id)["roads"][road]["tokens"])


def share(id: str, region: int, road: int = 1) -> int:
    """Per cent of a road's crossings that lie inside a region: first the shipped ones, then the signs."""
    return round(100 * inside(id, region, road) / len(scene(id)["roads"][road]["tokens"]))


def price(id: str) -> int:
    return round(readings(id, "kl", 1).sum())


def at(id: str, word: str, road: int = 0) -> dict[str, Any]:
    return next(token for token in scene(id)["roads"][road]["tokens"] if token["text"] == word)


def themes(id: str) -> list[str]:
    return [token["neighbourhood"].split(": ")[-1] for token in scene(id)["roads"][0]["tokens"]]


def test_the_notes_say_what_was_measured(atlas: Atlas) -> None:
    """A figure of a note that is no longer so is a wrong note: mend ``scenes.toml``."""
    bear, chase = themes("bear"), [t["text"] for t in scene("bear")["roads"][0]["tokens"]].index("First")
    assert bear[2 : chase + 3] == ["survival under threat"] * (chase + 1)
    assert bear[chase + 5 :].count("everyday help") > 0.8 * len(bear[chase + 5 :])
    assert (themes("numbers")[0], themes("numbers")[-1]) == ("arithmetic", "philosophy of mind")
    assert "is 12." in scene("numbers")["roads"][0]["text"]
    grip = readings("pirate-rain", "grip")
    assert (round(grip[:10].mean(), 1), round(grip[-10:].mean(), 2)) == (1.2, 0.05)
    code = readings("code", "entropy")
    assert (int((code < 0.1).sum()), len(code), round(code.mean(), 1)) == (23, 60, 0.5)
    assert round(readings("bear", "entropy").mean(), 1) == 2.1
    assert [(c["text"], round(c["probability"], 3)) for c in at("near-tie", " visited")["candidates"][:2]] == [
        (" visited", 0.209),
        (" observed", 0.209),
    ]
    assert min(at("near-tie", number)["probability"] for number in ("2", "3")) > 0.95
    assert (readings("near-tie", "off_map") > 99).any()
    assert scene("pirate-scientist")["parts_at"] == 0
    slid, reworded = scene("sliding-start")["comparison"], scene("reworded-start")["comparison"]
    assert (round(slid["map"], 2), round(slid["full"], 2)) == (0.39, 0.86)
    assert round(reworded["map"], 2) == 0.79
    assert [round(atlas.report[name], 2) for name in ("start_moves_same_role", "start_moves")] == [0.5, 0.7]
    assert round(readings("four-forbidden", "pull", 1).max(), 2) == 0.99
    parts, pull = scene("freedom-forbidden")["parts_at"], readings("freedom-forbidden", "pull", 1)
    assert round(pull[parts], 3) == 0.996
    assert sorted(np.round(pull[parts + 1 : parts + 4], 2))[1:] == [0.97, 0.98]
    assert round(readings("freedom-forbidden", "kl", 1).sum()) == 16
    assert (inside("shut-down", 0), inside("shut-down", 1), len(themes("shut-down"))) == (29, 46, 56)
    plain, signed = scene("banana")["roads"]
    assert [t["id"] for t in plain["tokens"]] == [t["id"] for t in signed["tokens"]]
    assert readings("banana", "pull", 1).max() <= 1e-6


def test_the_notes_of_forks_and_region_signs_say_what_was_measured() -> None:
    turn, (a, b) = scene("other-turn"), scene("other-turn")["roads"]
    assert turn["parts_at"] == 8 and a["tokens"][7]["text"] == " was" and round(turn["apart"]["map"], 2) == 0.62
    assert [(r["tokens"][8]["text"], round(100 * r["tokens"][8]["probability"])) for r in (a, b)] == [
        (" walking", 14),
        (" lost", 12),
    ]
    ends = [road["tokens"][-1]["neighbourhood"].split(": ")[-1] for road in (a, b)]
    assert ends == ["survival under threat", "stories"]
    slider = {item["label"]: item["id"] for item in scene("not-that-subject")["variants"]["items"]}
    assert [share(slider[label], 2) for label in ("0", "−3", "−6")] == [79, 17, 2]
    assert [price(slider[label]) for label in ("0", "−3", "−6")] == [0, 47, 68]
    assert scene(slider["−2"])["roads"][1]["text"].count("freedom itself") == 2
    drawn = scene("go-this-way")["roads"][1]
    assert drawn["text"].startswith("The memory") and round(100 * drawn["tokens"][1]["probability"]) == 1
    assert (share("go-this-way", 2), share("go-this-way", 2, 0), price("go-this-way")) == (62, 2, 26)
    moles = [item["id"] for item in scene("whack-a-mole")["variants"]["items"]]
    for id, word in zip(moles, ("right", "dignity", "freedoms"), strict=False):
        assert f" {word} " in scene(id)["roads"][1]["text"].replace(",", " ")
    shares = [share(id, 0) for id in moles]
    assert (min(shares[:3]), max(shares[:3]), shares[3]) == (88, 94, 19) and share(moles[0], 0, 0) == 79
    wrong = scene("goes-wrong")["roads"][1]["text"]
    assert (share("goes-wrong", 2), share("goes-wrong", 2, 0)) == (92, 42) and wrong.count("World Society") >= 2


RECIPE: dict[str, Any] = {
    "id": "made-up",
    "title": "A scene",
    "note": "It was made up.",
    "step": "signs",
    "systems": ["You are a pirate."],
    "question": "What is rain?",
    "max_new_tokens": 6,
}


def test_a_recipe_is_a_request() -> None:
    signs = {"forbid": ["water"], "reward_words": {"sea": 2, "sky": -1}, "toward": [["We go.", "There."]]}
    made = request_of({**RECIPE, **signs, "systems": ["a", "b"], "weight": 1.5, "temperature": 1, "seed": 3})
    assert (made.system, made.beside, made.question) == ("a", ("b",), "What is rain?")
    assert (made.settings, made.strength) == (Settings(6, 1.0, 1.0, 3), 1.5)
    assert [(s.value, s.kind, s.direction, s.nats(made.strength)) for s in made.interventions] == [
        ("water", "word", "avoid", -math.inf),
        ("sea", "word", "toward", 2.0),
        ("sky", "word", "avoid", -1.0),
        ("We go.\nThere.", "text", "toward", 1.5),
    ]
    with pytest.raises(UserError, match="empty"):
        request_of({**RECIPE, "question": " "})
    with pytest.raises(ValueError, match="no place named"):
        request_of({**RECIPE, "avoid": ["no such place"]})


def test_a_scripted_scene_is_whole_and_the_same_each_time(worker: Worker, atlas: Atlas) -> None:
    recipe = {**RECIPE, "forbid": ["water"], "before": ["", "You are a nurse."]}
    first = record.record(recipe)
    assert serialised(record.record(recipe)) == serialised(first)
    assert first["atlas"] == atlas.sha256 and "request" not in first and first["step"] == "signs"
    assert [road["kind"] for road in first["roads"]] == ["plain", "signed"] and first["parts_at"] == 2
    assert all(set(road["spurs"]) == {str(i) for i in range(6)} for road in first["roads"])
    assert [ghost["label"] for ghost in first["ghosts"]] == ["(empty)", "You are a nurse."]
    assert first["comparison"]["map"] == 1.0


@pytest.mark.parametrize("turn", [{"at": 3, "token": " c4"}, {"at": 3, "token": 104}, {"at": 3, "text": " no snow"}])
def test_a_scripted_branch_is_recorded_with_every_crossing_looked_ahead_from(
    worker: Worker, turn: dict[str, Any]
) -> None:
    first, second = record.record({**RECIPE, "fork": turn})["roads"]
    assert (second["kind"], second["parent"]["at"]) == ("fork", 3) and second["tokens"][:3] == first["tokens"][:3]
    assert all(set(road["spurs"]) == {str(i) for i in range(len(road["tokens"]))} for road in (first, second))
    assert {i: first["spurs"][i] for i in "012"} == {i: second["spurs"][i] for i in "012"}


def test_a_road_that_fails_is_no_scene(worker: Worker, side: Scripted) -> None:
    side.fails_at = (2, UserError("Shorten the prompt."))
    with pytest.raises(RuntimeError, match=r"made-up: Shorten"):
        record.record(RECIPE)


@pytest.mark.slow
def test_the_nurse_of_the_note_moves_as_far_as_it_says(model: LanguageModel, atlas: Atlas) -> None:
    nurse = atlas.start(model, "You are a kind nurse.").position
    for role, moved in (("scientist", 0.29), ("pirate", 0.98)):
        there = atlas.start(model, f"You are a {role}.").position
        assert round(float(np.linalg.norm(there - nurse)) / atlas.spread, 2) == moved


@pytest.mark.rebuild
def test_recording_again_gives_the_same_scene(model: LanguageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    side = EmbeddingsSide()
    monkeypatch.setattr(side, "load", lambda progress: setattr(side, "_loaded", model))
    worker = Worker(side)
    monkeypatch.setattr(session, "worker", lambda: worker)
    recipe = next(recipe for recipe in recipes() if recipe["id"] == "four-forbidden")
    first, shipped = record.record(recipe), scene(recipe["id"])
    assert serialised(record.record(recipe)) == serialised(first)  # on one machine the bytes; on others, nearly
    assert first["parts_at"] == shipped["parts_at"]
    for again, road in zip(first["roads"], shipped["roads"], strict=True):
        assert [token["id"] for token in again["tokens"]] == [token["id"] for token in road["tokens"]]
        for name in ("position", "probability", "grip", "pull", "kl"):
            here, there = ([token[name] for token in r["tokens"]] for r in (again, road))
            np.testing.assert_allclose(here, there, atol=1e-3)
        for index, spur in road["spurs"].items():
            np.testing.assert_allclose(again["spurs"][index], spur, atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("id", ["four-forbidden", pytest.param("pirate-scientist", marks=pytest.mark.rebuild)])
def test_a_scene_is_what_the_model_does(id: str, model: LanguageModel, atlas: Atlas) -> None:
    recipe = next(recipe for recipe in recipes() if recipe["id"] == id)
    for road, plan in zip(scene(id)["roads"], plans_of(request_of(recipe)), strict=True):
        rewards = tuple(WordReward(sign.value, -math.inf) for sign in plan.obeys)
        t = trace(
            model,
            system=plan.system,
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
