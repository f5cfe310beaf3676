"""The recorded scenes that ship: whole, finite, of the shipped map, and what the model really does."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from embeddings import WordReward, trace
from embeddings.atlas.atlas import Atlas
from embeddings.decoding.generate import answer
from embeddings.errors import UserError
from embeddings.model.language_model import LanguageModel
from embeddings.request import Settings
from embeddings.request_json import read_request
from embeddings.steering.rewards import rewards_of
from tests.viz.conftest import Scripted
from viz.drive import session
from viz.drive.embeddings_side import EmbeddingsSide
from viz.drive.plan import plans_of
from viz.drive.worker import Worker
from viz.recording import record
from viz.recording.record import FOLDER, INDEX, recipes, request_of, serialised, versions
from viz.scene import schema as validate
from viz.strings import section

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
    assert all(found[name] == recipe[name] for name in ("id", "title", "step"))
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


@pytest.mark.parametrize("recipe", VERSIONS, ids=lambda recipe: recipe["id"])
def test_a_scene_holds_the_request_of_its_recipe(recipe: dict[str, Any], atlas: Atlas) -> None:
    """As a live drive's Scene does; of a fork the turn that was taken, and on which road."""
    found, wanted = read_request(scene(recipe["id"])["request"]), request_of(recipe)
    if "fork" not in recipe:
        assert found == wanted
        return
    first, second = ([token["id"] for token in road["tokens"]] for road in scene(recipe["id"])["roads"])
    assert found.branch is not None and found.branch.parent == tuple(first)
    assert replace(found, branch=None) == wanted
    assert found.branch.token == second[recipe["fork"]["at"]]


@pytest.mark.parametrize("id", ["other-turn", "whack-a-mole"])
def test_a_request_is_written_only_where_the_roads_say_the_same(id: str, atlas: Atlas) -> None:
    recipe = next(recipe for recipe in recipes() if recipe["id"] == id)
    assert [serialised(found) for found in record.requested(recipe)] == [
        (FOLDER / f"{one}.json").read_text(encoding="utf-8") for one in versions(recipe)
    ]
    for other in ({"question": "What?"}, {"max_new_tokens": 7}, {"systems": ["Be brief."]}, {"seed": 3}):
        with pytest.raises(ValueError, match="record it again"):
            record.requested({**recipe, **other})


@pytest.mark.slow
@pytest.mark.parametrize("id", ["four-forbidden", "other-turn"])
def test_driving_the_request_of_a_scene_gives_its_tokens(id: str, model: LanguageModel, atlas: Atlas) -> None:
    found = scene(id)
    request = read_request(found["request"])
    plans = [request] if request.branch else [plan.request for plan in plans_of(request)]
    for road, asked in zip(found["roads"][-len(plans) :], plans, strict=True):
        t = answer(model, asked, rewards_of(model, atlas, asked), atlas.layer)
        shared = () if asked.branch is None else asked.branch.shared
        assert [token["id"] for token in road["tokens"]] == [*shared, *t.token_ids]


def readings(id: str, name: str, road: int = 0) -> np.ndarray:
    return np.array([token[name] for token in scene(id)["roads"][road]["tokens"]], dtype=float)


def inside(id: str, region: int, road: int = 0) -> int:
    return sum(token["inside"][region] for token in scene(id)["roads"][road]["tokens"])


def share(id: str, region: int, road: int = 1) -> int:
    """Per cent of a road's crossings that lie inside a region: first the shipped ones, then the signs."""
    return round(100 * inside(id, region, road) / len(scene(id)["roads"][road]["tokens"]))


def price(id: str) -> int:
    return round(readings(id, "kl", 1).sum())


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe["id"])
def test_a_note_is_computed_from_its_scene(recipe: dict[str, Any], atlas: Atlas) -> None:
    """The note that ships is the template with the figures of the data that ships, for the whole slider."""
    family = [scene(id) for id in versions(recipe)]
    assert [found["note"] for found in record.noted(recipe, family)] == [found["note"] for found in family]
    listed = next(entry for entry in record.index() if entry["id"] == recipe["id"])
    assert listed["note"] == scene(recipe["id"])["note"] and "{" not in listed["note"]
    assert json.loads((FOLDER / INDEX).read_text(encoding="utf-8")) == record.index()


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe["id"])
def test_a_scene_opens_with_the_reading_that_it_is_about(recipe: dict[str, Any]) -> None:
    """Then no note has to ask for one."""
    assert {scene(id)["reading"] for id in versions(recipe)} == {recipe["reading"]}
    assert "hoose" not in scene(recipe["id"])["note"]


@pytest.mark.parametrize("id", ["bear", "not-that-subject"])
def test_a_note_that_is_written_anew_leaves_all_else_as_it_was_recorded(id: str, atlas: Atlas) -> None:
    recipe = next(recipe for recipe in recipes() if recipe["id"] == id)
    assert [serialised(found) for found in record.renoted(recipe)] == [
        (FOLDER / f"{one}.json").read_text(encoding="utf-8") for one in versions(recipe)
    ]
    other = {**recipe, "title": "Another", "note": "Of {tokens|A}.", "reading": "grip"}
    for before, after in zip(map(scene, versions(recipe)), record.renoted(other), strict=True):
        assert {name for name in before if before[name] != after[name]} == {"title", "note", "reading"}
        assert after["note"] == f"Of {len(before['roads'][0]['tokens'])}." and list(after) == list(before)


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe["id"])
def test_what_a_note_quotes_is_there(recipe: dict[str, Any]) -> None:
    """Words in quotation marks are words of the roads, of their turns, of signs, or the interface's own."""
    family = [scene(id) for id in versions(recipe)]
    there = json.dumps([[f["roads"], f.get("signs"), f["regions"]] for f in family], ensure_ascii=False)
    own = json.dumps([section("player.readings"), section("player.signs")], ensure_ascii=False)
    for quoted in re.findall("“([^”]+)”", family[0]["note"]):
        assert quoted.rstrip(".") in there + own, quoted


def test_the_words_of_the_notes_are_true() -> None:
    """What a note says without a figure."""
    assert "is 12." in scene("numbers")["roads"][0]["text"]
    assert readings("pirate-rain", "grip")[-10:].mean() < 0.15
    assert len(readings("code", "entropy")) == 60 and "child" not in scene("code")["roads"][0]["text"]
    tie = scene("near-tie")["roads"][0]["tokens"]
    assert min(tie[at]["probability"] for at in (14, 32)) > 0.95
    assert [round(candidate["probability"], 3) for candidate in tie[29]["candidates"][:2]] == [0.209, 0.209]
    turn = scene("other-turn")
    assert abs(np.diff([road["tokens"][8]["probability"] for road in turn["roads"]])[0]) < 0.03
    assert " 2" in scene("four-forbidden")["roads"][1]["text"]
    circling = scene("circles")["roads"][0]
    assert circling["text"].count("I'd have to find a way to make them happy again.") == 3
    assert all(token["probability"] == token["candidates"][0]["probability"] for token in circling["tokens"])
    falls = scene("pull-falls")
    assert "London" not in falls["roads"][1]["text"] and "LONDIN" in falls["roads"][1]["text"]
    assert [value > 0.5 for value in readings("pull-falls", "pull", 1)[falls["parts_at"] :][:5]] == [True] * 4 + [False]
    after = readings("freedom-forbidden", "pull", 1)[scene("freedom-forbidden")["parts_at"] + 1 :][:3]
    assert (after > 0.9).sum() >= 2
    plain, signed = scene("banana")["roads"]
    assert [t["id"] for t in plain["tokens"]] == [t["id"] for t in signed["tokens"]]
    assert readings("banana", "pull", 1).max() <= 1e-6
    slider = {item["label"]: item["id"] for item in scene("not-that-subject")["variants"]["items"]}
    shares = [share(slider[label], 2) for label in ("0", "−3", "−6")]
    assert shares == sorted(shares, reverse=True) and price(slider["0"]) == 0
    assert share("go-this-way", 2) > share("go-this-way", 2, 0) + 20
    moles = [item["id"] for item in scene("whack-a-mole")["variants"]["items"]]
    for id, word in zip(moles, ("right", "dignity", "freedoms"), strict=False):
        assert f" {word} " in scene(id)["roads"][1]["text"].replace(",", " ")
    kept = [share(id, 0) for id in moles]
    assert min(kept[:3]) > 60 and kept[3] < 40
    assert share("goes-wrong", 2) > share("goes-wrong", 2, 0) + 20


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
    assert first["atlas"] == atlas.sha256 and first["step"] == "signs"
    assert read_request(first["request"]) == request_of(recipe)
    assert [road["kind"] for road in first["roads"]] == ["plain", "signed"] and first["parts_at"] == 2
    assert all(set(road["spurs"]) == {str(i) for i in range(6)} for road in first["roads"])
    assert [ghost["label"] for ghost in first["ghosts"]] == ["(empty)", "You are a nurse."]
    assert first["comparison"]["map"] == 1.0


@pytest.mark.parametrize("turn", [{"at": 3, "token": " c4"}, {"at": 3, "token": 104}, {"at": 3, "text": " no snow"}])
def test_a_scripted_branch_is_recorded_with_every_crossing_looked_ahead_from(
    worker: Worker, turn: dict[str, Any]
) -> None:
    found = record.record({**RECIPE, "fork": turn})
    first, second = found["roads"]
    asked = read_request(found["request"]).branch
    assert asked is not None and (asked.at, asked.text) == (3, turn.get("text"))
    assert asked.token == (None if "text" in turn else second["tokens"][3]["id"])
    assert asked.parent == tuple(token["id"] for token in first["tokens"])
    assert (second["kind"], second["parent"]["at"]) == ("fork", 3) and second["tokens"][:3] == first["tokens"][:3]
    assert all(set(road["spurs"]) == {str(i) for i in range(len(road["tokens"]))} for road in (first, second))
    assert {i: first["spurs"][i] for i in "012"} == {i: second["spurs"][i] for i in "012"}


def test_a_road_that_fails_is_no_scene(worker: Worker, side: Scripted) -> None:
    side.fails_at = (2, UserError("Shorten the prompt."))
    with pytest.raises(RuntimeError, match=r"made-up: Shorten"):
        record.record(RECIPE)


@pytest.mark.rebuild
def test_recording_again_gives_the_same_scene(model: LanguageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    side = EmbeddingsSide()
    monkeypatch.setattr(side, "load", lambda progress: setattr(side, "_loaded", model))
    worker = Worker(side)
    monkeypatch.setattr(session, "worker", lambda: worker)
    recipe = next(recipe for recipe in recipes() if recipe["id"] == "four-forbidden")
    first, shipped = record.record(recipe), scene(recipe["id"])
    few = {**recipe, "max_new_tokens": 8}
    assert serialised(record.record(few)) == serialised(record.record(few))  # here the bytes; on other machines, nearly
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
