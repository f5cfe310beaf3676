"""The numbers of a Scene as a table: what is in the Scene, in every kind of file, as other programs open it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.atlas.atlas import Atlas
from embeddings.errors import UserError
from embeddings.paths import assets
from embeddings.request_json import read_request
from embeddings.table_file import KINDS, read_table
from viz.export.table import READINGS, table_bytes, table_of
from viz.scene import schema

SCENES = sorted(path.stem for path in (assets() / "scenes").glob("*.json") if path.stem != "index")


def scene(id: str) -> dict[str, Any]:
    return dict(json.loads((assets() / "scenes" / f"{id}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("id", SCENES)
def test_every_recorded_scene_is_a_table_that_says_what_it_says(id: str, atlas: Atlas) -> None:
    found, table = scene(id), table_of(schema.scene(scene(id)))
    tokens = [(road, i, token) for road in found["roads"] for i, token in enumerate(road["tokens"])]
    assert len(table) == len(tokens)
    for row, (road, i, token) in enumerate(tokens):
        cell = {name: table.cells[name][row] for name in table.cells}
        assert (cell["road"], cell["kind"], cell["token"]) == (road["label"], road["kind"], i)
        assert all(cell[name] == token[name] for name in ("id", "text", "end", *READINGS))
        assert [cell[name] for name in "xyz"] == token["position"]
        assert [cell[f"pca_{name}"] for name in "xyz"] == token["pca"]
        signs = range(1, 1 + len(found.get("signs", ())))
        inside = [
            cell["inside_freedom"],
            cell["inside_survival_under_threat"],
            *(cell[f"inside_sign_{n}"] for n in signs),
        ]
        assert inside == token["inside"]
        assert cell["inside_any_sign"] == (any(token["inside"][2:]) if signs else None)
        assert [cell[f"score_sign_{n}"] for n in signs] == (token.get("scores") or [None for _ in signs])
        assert [name for n in (1, 2) if (name := cell[f"neighbourhood_{n}"])] == token["neighbourhood"]
        for k, candidate in enumerate(token["candidates"], 1):
            said = {name: cell[f"candidate_{k}_{name}"] for name in ("id", "text", "probability", "end")}
            assert said == candidate
            assert cell[f"candidate_{k}_after"] == (token["after"][k - 1] if token.get("after") else None)
            assert cell[f"candidate_{k}_blocked"] == (candidate["id"] in token["blocked"])
    assert table.about["scene"] == {name: found[name] for name in ("id", "title", "caption")}
    assert read_request(table.about["request"]) == read_request(found["request"])
    assert (table.about["model"]["sha256"], table.about["atlas"]["sha256"]) == (atlas.model_sha256, atlas.sha256)
    for road, said in zip(found["roads"], table.about["roads"], strict=True):
        request = read_request(said["request"])
        assert (request.system, request.question) == (road["system"], road["user"])
        assert vars(request.settings) == road["settings"] and said["start"] == road["start"]


@pytest.mark.parametrize("id", ["whack-a-mole-3", "other-turn", "four-forbidden"])
def test_the_three_kinds_agree_with_each_other_and_other_programs_open_them(id: str) -> None:
    found = scene(id)
    files = {kind: table_bytes(found, kind) for kind in KINDS}
    assert all(read_table(data) == table_of(schema.scene(found)) for data in files.values())
    frames = [
        pd.read_csv(io.BytesIO(files["csv"])).drop(columns="about"),
        pd.read_parquet(io.BytesIO(files["parquet"])),
        pd.DataFrame(json.loads(files["json"])["rows"]),
    ]
    tokens = [token for road in found["roads"] for token in road["tokens"]]
    for frame in frames:
        assert list(frame.columns) == list(frames[0].columns) and len(frame) == len(tokens)
        for name in ("probability", "entropy", "grip", "pull", "kl", "off_map"):
            np.testing.assert_array_equal(frame[name].to_numpy(float), [float(token[name]) for token in tokens])
        assert list(frame["inside_freedom"]) == [token["inside"][0] for token in tokens]
        assert frame[frame["road"] == "B"]["kl"].sum() == pytest.approx(
            sum(t["kl"] for t in found["roads"][1]["tokens"])
        )
    texts = [json.loads(row["text"]) for row in csv.DictReader(io.StringIO(files["csv"].decode(), newline=""))]
    assert texts == list(frames[1]["text"]) == list(frames[2]["text"]) == [token["text"] for token in tokens]
    assert len(files["csv"]) < 100_000 and len(files["parquet"]) < 100_000


@settings(max_examples=20, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=12), st.text(st.characters(codec="utf-8"), max_size=12))
def test_hostile_words_of_the_model_and_of_people_stay_words(token: str, system: str) -> None:
    found = scene("go-this-way")
    road = {**found["roads"][1], "tokens": [{**found["roads"][1]["tokens"][0], "text": token}], "system": system}
    made = {**found, "roads": [{**road, "messages": []}], "title": system, "caption": token, "request": None}
    for kind in KINDS:
        table = read_table(table_bytes(made, kind))
        assert table.cells["text"] == [token] and table.about["roads"][0]["system"] == system
        assert read_request(table.about["roads"][0]["request"]).system == system


def test_what_is_not_known_stays_missing() -> None:
    found = scene("bear")
    bare = {"id": 5, "text": "x", "position": [0.0, 0.0, 0.0]}
    found["roads"][0] |= {"tokens": [bare], "messages": [], "settings": None, "start": None}
    for kind in KINDS:
        table = read_table(table_bytes({**found, "request": None}, kind))
        known = {name for name in table.cells if table.cells[name][0] is not None}
        assert known == {"road", "kind", "token", "id", "text", "x", "y", "z", "agree", "end"}
    frame = pd.read_csv(io.BytesIO(table_bytes({**found, "request": None}, "csv")))
    assert frame["grip"].isna().all() and frame["pca_x"].isna().all() and frame["candidate_1_text"].isna().all()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"roads": []}, "drive one first"),
        ({"atlas": "0" * 64}, "another map"),
        ({"version": 1}, "another map"),
        ({"roads": 3}, "roads"),
        ({"request": {"version": 9}}, "request"),
    ],
)
def test_what_is_no_scene_of_this_map_is_a_sentence(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        table_bytes({**scene("bear"), **changed}, "csv")


def test_two_roads_of_one_letter_or_of_none_are_a_sentence() -> None:
    found = scene("four-forbidden")
    for letter in ("B", "../../etc", "=1+1", ""):
        found["roads"][0]["label"] = letter
        with pytest.raises(UserError, match="roads"):
            table_bytes(found, "csv")
