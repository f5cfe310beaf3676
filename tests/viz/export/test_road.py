"""A Scene of a traced road: what the file knows stands in it, what it does not know is left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from embeddings.errors import UserError
from viz.drive import session
from viz.export import source
from viz.export.road import TAKEN
from viz.scene.recorded import scene_bytes

KEPT = ("id", "text", "position", "off_map", "probability", "entropy", "grip", "pull", "kl")
OLD = Path(__file__).resolve().parents[2] / "embeddings" / "decoding" / "road-0.1.0.json"


def traced(id: str = "pirate-sea", which: int = 1) -> dict[str, Any]:
    """A recorded road in the form of `mindmap trace --json` (docs/json.md)."""
    road = json.loads(scene_bytes(id) or b"{}")["roads"][which]
    atlas = session.atlas()
    tokens = [
        {**t, "inside": False, "scores": t.get("scores") or [], "after": t.get("after") or []} for t in road["tokens"]
    ]
    return {
        "version": 1,
        "model": {"name": atlas.model_name, "sha256": atlas.model_sha256, "dtype": "float32"},
        "atlas": {"sha256": atlas.sha256, "layer": atlas.layer},
        **{name: road[name] for name in ("settings", "messages", "rewards", "text", "start")},
        "parent": None,
        "request": None,
        "tokens": tokens,
        "fidelity": {},
    }


def read(content: dict[str, Any], folder: Path) -> dict[str, Any]:
    path = folder / "road.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return source.read(str(path))


def test_the_road_lies_where_it_lay(tmp_path: Path) -> None:
    given = traced()
    (road,) = read(given, tmp_path)["roads"]
    assert road["kind"] == "signed" and road["rewards"] == given["rewards"]
    for token, before in zip(road["tokens"], given["tokens"], strict=True):
        assert all(token[name] == before[name] for name in KEPT)
        assert token.get("after") == before["after"] and token["pca"] is None and token["inside"] == []
    assert set(KEPT) < set(TAKEN)


def test_its_caption_says_how_it_was_made(tmp_path: Path) -> None:
    scene = read(traced(), tmp_path)
    assert "You are a pirate." in scene["caption"] and session.atlas().sha256[:12] in scene["caption"]
    assert scene["atlas"] == session.atlas().sha256 and scene["title"] == "What do you love most?"


def test_a_sign_on_a_place_of_the_map_stands_there(tmp_path: Path) -> None:
    given = traced("not-that-subject")
    (sign,) = read(given, tmp_path)["signs"]
    recorded = json.loads(scene_bytes("not-that-subject") or b"{}")["signs"][0]
    assert sign["position"] == pytest.approx(
        recorded["position"], abs=0.05
    )  # the drive's own probe has a few points more
    assert {name: sign[name] for name in ("name", "direction", "weight")} == {
        name: recorded[name] for name in ("name", "direction", "weight")
    }


def test_a_fork_says_what_it_was_taken_instead_of(tmp_path: Path) -> None:
    given = traced(which=0)
    ids = [token["id"] for token in given["tokens"]]
    other = given["tokens"][3]["candidates"][1]
    parent = {"at": 3, "forced": [ids[3]], "typed": None, "token_ids": [*ids[:3], other["id"]], "text": ""}
    (road,) = read({**given, "parent": parent}, tmp_path)["roads"]
    assert road["kind"] == "fork" and road["parent"]["instead"]["text"] == other["text"]
    unknown = {**parent, "token_ids": [*ids[:3], 49_000]}
    (road,) = read({**given, "parent": unknown}, tmp_path)["roads"]
    assert road["kind"] == "plain" and "parent" not in road


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"tokens": []},
        {"tokens": [{"id": 1}]},
        {"atlas": {"sha256": "0" * 64}},
        {"messages": [{"role": "oracle", "content": "x"}]},
        {"start": {"position": [1, 2], "off_map": 0}},
        {"request": {"version": 1}},
        {"text": "x" * 50_000},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_wrong_road_is_a_sentence(change: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^[^\n]+\.$"):
        read({**traced(), **change}, tmp_path)


def test_a_road_of_an_earlier_map_says_so() -> None:
    with pytest.raises(UserError, match="another map"):
        source.read(str(OLD))
