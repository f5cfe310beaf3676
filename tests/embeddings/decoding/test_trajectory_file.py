"""A road in a file: it drives again, what is no such file is a sentence, and those of 0.1.0 are still read.

``road-0.1.0.json`` is a branch that 0.1.0 wrote, under a ban and a region; its rows are what that version measured.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings import RegionReward, UserError, WordReward, branch, trace
from embeddings.atlas.atlas import Atlas
from embeddings.decoding.branch import replay
from embeddings.decoding.trajectory_file import read_saved, to_json
from embeddings.model.language_model import LanguageModel
from embeddings.request import Branch, Request, Settings
from embeddings.request_json import read_request
from embeddings.trajectory import ROWS, Trajectory

ASKED = {"system": "You are a pirate.", "user": "What is rain?", "max_new_tokens": 6}
OLD = Path(__file__).parent / "road-0.1.0.json"


@pytest.fixture(scope="module")
def parent(model: LanguageModel, atlas: Atlas) -> Trajectory:
    freedom = RegionReward.from_landmark(atlas, "freedom", -1.0)
    rewards = [WordReward("water", -math.inf), freedom, freedom.weighted(0.0)]
    return trace(model, **ASKED, rewards=rewards, layer=atlas.layer)


@pytest.fixture(scope="module")
def good(model: LanguageModel, atlas: Atlas, parent: Trajectory) -> dict[str, Any]:
    return to_json(parent, atlas, atlas.start(model, parent.system))


def old(atlas: Atlas) -> dict[str, Any]:
    """The file of 0.1.0; on another atlas than the one it was written on, without its region."""
    found: dict[str, Any] = json.loads(OLD.read_text(encoding="utf-8"))
    if found["atlas"]["sha256"] != atlas.sha256:
        found["rewards"] = [reward for reward in found["rewards"] if "word" in reward]
    return found


def written(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data, allow_nan=False), encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_saved_road_drives_again(
    model: LanguageModel, atlas: Atlas, tmp_path: Path, parent: Trajectory, good: dict[str, Any]
) -> None:
    saved = read_saved(written(tmp_path / "road.json", good), model, atlas)
    assert saved.request == parent.request and [r.weight for r in saved.rewards] == [-math.inf, -1.0, 0.0]
    again = replay(model, saved.request, saved.rewards, saved.token_ids, atlas.layer)
    assert again.token_ids == parent.token_ids and again.pieces == parent.pieces and again.settings == parent.settings
    for name in ROWS:
        np.testing.assert_allclose(getattr(again, name), getattr(parent, name), rtol=1e-4, atol=1e-3)
    child = branch(model, again, at=4, text=" soup")
    data = to_json(child, atlas, atlas.start(model, parent.system))
    assert data["parent"]["at"] == 4 and data["parent"]["typed"] == " soup" and data["parent"]["text"] == parent.text
    saved = read_saved(written(tmp_path / "child.json", data), model, atlas)
    assert saved.request == child.request and saved.request.branch == Branch(parent.token_ids, 4, text=" soup")
    assert saved.token_ids == child.token_ids


def test_a_file_holds_what_was_asked_for(good: dict[str, Any], parent: Trajectory) -> None:
    assert read_request(good["request"]) == parent.request
    assert good["settings"] == good["request"]["settings"] and good["messages"] == good["request"]["messages"]


def test_what_was_not_looked_at_is_null_and_a_candidate_says_whether_it_ends(
    good: dict[str, Any], parent: Trajectory
) -> None:
    text = json.dumps(good, allow_nan=False)  # no number that JSON does not have
    assert json.loads(text) == json.loads(json.dumps(good))
    for i, token in enumerate(good["tokens"]):
        assert token["scores"][1] is None and token["scores"][0] == pytest.approx(float(parent.scores[i, 0]))
        assert [c["end"] for c in token["candidates"]] == [c.end for c in parent.candidates[i]]


def test_a_prompt_that_was_not_given_is_none_in_the_request_and_spelled_out_beside_it(
    model: LanguageModel, atlas: Atlas, tmp_path: Path
) -> None:
    t = trace(model, user="What is rain?", max_new_tokens=1, layer=atlas.layer)
    data = to_json(t, atlas, atlas.start(model, t.system))
    assert [turn["role"] for turn in data["messages"]] == ["system", "user"]
    saved = read_saved(written(tmp_path / "road.json", data), model, atlas)
    assert saved.request.system is None and saved.request.chat == t.messages


def test_a_file_of_0_1_0_is_still_read_and_drives_again(model: LanguageModel, atlas: Atlas, tmp_path: Path) -> None:
    found = old(atlas)
    assert "request" not in found and "end" not in found["tokens"][0]["candidates"][0]
    saved = read_saved(written(tmp_path / "road.json", found), model, atlas)
    assert saved.request == Request.of("You are a pirate.", "What is rain?", settings=Settings(6))
    assert saved.token_ids == tuple(token["id"] for token in found["tokens"])
    assert [reward.weight for reward in saved.rewards][:1] == [-math.inf]
    again = replay(model, saved.request, saved.rewards, saved.token_ids, atlas.layer)
    assert again.text == found["text"] and again.pieces == tuple(token["text"] for token in found["tokens"])
    for name in ("probability", "entropy", "grip"):  # the unmodified model's, as that version measured them
        np.testing.assert_allclose(
            getattr(again, name), [token[name] for token in found["tokens"]], rtol=1e-4, atol=1e-3
        )


def test_a_null_request_is_that_of_an_older_file(model: LanguageModel, atlas: Atlas, tmp_path: Path) -> None:
    saved = read_saved(written(tmp_path / "road.json", {**old(atlas), "request": None}), model, atlas)
    assert saved.request == Request.of("You are a pirate.", "What is rain?", settings=Settings(6))


def test_bad_files_are_sentences(model: LanguageModel, atlas: Atlas, tmp_path: Path, good: dict[str, Any]) -> None:
    path = tmp_path / "road.json"
    with pytest.raises(UserError, match="cannot be read"):
        read_saved(path, model, atlas)
    older = old(atlas)
    asked = good["request"]
    for wrong in (
        "nonsense",
        "[]",
        "{}",
        "[" * 100_000,
        json.dumps({**good, "tokens": []}),
        json.dumps({**good, "version": 2}),
        json.dumps({**good, "tokens": [{"id": 10**9}]}),
        json.dumps({**older, "messages": []}),
        json.dumps({**good, "rewards": [{"region": "x"}]}),
        json.dumps({**older, "settings": {**older["settings"], "temperature": -1}}),
        json.dumps({**good, "model": {"sha256": "0" * 64}}),
        json.dumps({**good, "request": []}),
        json.dumps({**good, "request": {}}),
        json.dumps({**good, "request": {**asked, "messages": []}}),
        json.dumps({**good, "request": {**asked, "messages": [{"role": "user", "content": " "}]}}),
        json.dumps({**good, "request": {**asked, "settings": {**asked["settings"], "temperature": -1}}}),
        json.dumps({**good, "request": {**asked, "version": 2}}),
        json.dumps({**good, "request": {**asked, "surprise": 1}}),
    ):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(UserError, match=r"\w{3}.*\.$"):
            read_saved(path, model, atlas)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_road_that_passed_through_an_editor_on_windows_is_read(
    model: LanguageModel, atlas: Atlas, tmp_path: Path, parent: Trajectory, encoding: str
) -> None:
    path = tmp_path / "road.json"
    data = json.dumps(to_json(parent, atlas, atlas.start(model, parent.system)), ensure_ascii=False, indent=1)
    path.write_bytes(data.replace("\n", "\r\n").encode(encoding))
    assert read_saved(path, model, atlas).token_ids == parent.token_ids


def test_what_is_too_large_is_called_too_large(
    model: LanguageModel, atlas: Atlas, tmp_path: Path, parent: Trajectory
) -> None:
    path = tmp_path / "road.json"
    good = json.dumps(to_json(parent, atlas, atlas.start(model, parent.system)))
    seed = f'"seed": {parent.settings.seed}'
    for wrong, said in (
        (good.replace(seed, '"seed": ' + "9" * 5000), "number that is too large"),
        ("[" * 100_000, "nested too deeply"),
        (good[:-1] + ', "more": ' + '{"a": ' * 5000 + "1" + "}" * 5001, "nested too deeply"),
        (good + " " * 50_000_001, "too large for a road"),
    ):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(UserError, match=said):
            read_saved(path, model, atlas)


@pytest.mark.parametrize(
    "wrong",
    [
        {"coefficients": 1e308},
        {"coefficients": -1e308},
        {"coefficients": 1e160},
        {"coefficients": 10**400},
        {"coefficients": "x"},
        {"intercept": 1e308, "coefficients": 1e308},
        {"intercept": float("inf")},
        {"auc": float("nan")},
        {"region": "\ud800"},
        {"region": 3},
        {"k": 4.5},
    ],
)
def test_a_region_that_cannot_be_reckoned_with_is_refused_before_the_drive(
    model: LanguageModel, atlas: Atlas, tmp_path: Path, good: dict[str, Any], wrong: dict
) -> None:
    region = RegionReward.from_landmark(atlas, "freedom", -1.0).to_json()
    if "coefficients" in wrong:
        wrong = {**wrong, "coefficients": [wrong["coefficients"]] * len(region["coefficients"])}
    data = {**good, "rewards": [{**region, **wrong}]}
    path = tmp_path / "road.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(UserError, match=r"\w{3}.*\.$"):
        read_saved(path, model, atlas)
