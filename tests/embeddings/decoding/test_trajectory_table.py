"""The trajectories of a file: written, read and driven again, and held against what the file says."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings import RegionReward, UserError, WordReward, branch, read_trajectories, trace, write_trajectories
from embeddings.atlas.atlas import Atlas
from embeddings.decoding.trajectory_file import to_json
from embeddings.decoding.trajectory_table import table_of
from embeddings.model.language_model import LanguageModel
from embeddings.paths import assets
from embeddings.request_json import read_request
from embeddings.table_file import KINDS, read_table, table_bytes
from embeddings.trajectory import ROWS, Trajectory

ASKED: dict[str, Any] = {"system": "You are a pirate.", "user": "What is rain?", "max_new_tokens": 5}


@pytest.fixture(scope="module")
def roads(model: LanguageModel, atlas: Atlas) -> tuple[Trajectory, ...]:
    """A plain one, one under a word and a region that acts and one that is only read, and a fork of typed words."""
    freedom = RegionReward.from_landmark(atlas, "freedom", -1.0)
    rewards = [WordReward("water", -math.inf), freedom, freedom.weighted(0.0)]
    plain = trace(model, **ASKED)
    return plain, trace(model, **ASKED, rewards=rewards), branch(model, plain, at=2, text=" old tale")


def test_the_table_of_a_trajectory_says_what_it_says(roads: tuple[Trajectory, ...], atlas: Atlas) -> None:
    table = table_of(roads, atlas)
    assert [(road["road"], road["kind"]) for road in table.about["roads"]] == [
        ("A", "plain"),
        ("B", "signed"),
        ("C", "fork"),
    ]
    assert [sign["name"] for sign in table.about["signs"]] == ["freedom", "freedom"]
    for letter, road in zip("ABC", roads, strict=True):
        cells = {name: np.array([table.cells[name][row] for row in table.rows_of(letter)]) for name in table.cells}
        for name in ("probability", "entropy", "grip", "pull", "kl"):
            np.testing.assert_array_equal(cells[name].astype(np.float32), getattr(road, name))
        np.testing.assert_array_equal(np.column_stack([cells[name] for name in "xyz"]), atlas.positions(road))
        np.testing.assert_array_equal(cells["off_map"].astype(float), atlas.off_map(road))
        np.testing.assert_array_equal(cells["inside_freedom"], atlas.inside(road, "freedom"))
        assert "".join(cells["text"]) == road.text and list(cells["id"]) == list(road.token_ids)
        assert [cells[f"candidate_{k}_id"][0] for k in range(1, 11)] == [c.id for c in road.candidates[0]]
    rows = table.rows_of("B")
    signed = roads[1]
    assert [table.cells["inside_any_sign"][row] for row in rows] == list(signed.inside)
    assert [table.cells["inside_sign_1"][row] for row in rows] == [table.cells["inside_sign_2"][row] for row in rows]
    assert [table.cells["score_sign_1"][row] for row in rows] == [float(score) for score in signed.scores[:, 0]]
    assert {table.cells["score_sign_2"][row] for row in rows} == {None}
    assert {table.cells["candidate_1_after"][row] for row in table.rows_of("A")} == {None}
    for kind in KINDS:
        assert read_table(table_bytes(table, kind)) == table


@pytest.mark.slow
def test_trajectories_come_back_from_every_kind_of_file(
    model: LanguageModel, atlas: Atlas, roads: tuple[Trajectory, ...], tmp_path: Path
) -> None:
    for kind, some in (("csv", roads), ("parquet", roads[:1]), ("json", roads[2:])):
        path = tmp_path / f"roads.{kind}"
        write_trajectories(path, some, atlas)
        same(read_trajectories(path, model, atlas), some)
    path.write_text(json.dumps(to_json(roads[1], atlas, atlas.start(model, roads[1].system))), encoding="utf-8")
    same(read_trajectories(path, model, atlas), roads[1:2])


def same(again: Any, roads: Any) -> None:
    for one, road in zip(again, roads, strict=True):
        assert (one.token_ids, one.pieces, one.request, one.parent) == (
            road.token_ids,
            road.pieces,
            road.request,
            road.parent,
        )
        assert [reward.to_json() for reward in one.rewards] == [reward.to_json() for reward in road.rewards]
        for name in ROWS:
            np.testing.assert_allclose(getattr(one, name), getattr(road, name), rtol=1e-4, atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("id", ["not-that-subject", "other-turn"])
def test_the_roads_of_a_recorded_scene_are_trajectories_again(
    id: str, model: LanguageModel, atlas: Atlas, tmp_path: Path
) -> None:
    """The first tokens of it; also a road beside a sign, on which its region is only read, and a fork."""
    from viz.export.table import table_bytes as of_scene

    scene = json.loads((assets() / "scenes" / f"{id}.json").read_text(encoding="utf-8"))
    scene["roads"] = [{**road, "tokens": road["tokens"][:10]} for road in scene["roads"]]
    path = tmp_path / "scene.csv"
    path.write_bytes(of_scene(scene, "csv"))
    for road, found in zip(read_trajectories(path, model, atlas), scene["roads"], strict=True):
        assert [token["id"] for token in found["tokens"]] == list(road.token_ids)
        assert found["text"].startswith(road.text)
        np.testing.assert_allclose(road.kl, [token["kl"] for token in found["tokens"]], atol=1e-3)
        if scene.get("signs"):
            assert [token["inside"][2] for token in found["tokens"]] == list(road.inside)
        if found["kind"] == "fork":
            assert road.parent is not None and road.parent.text == scene["roads"][0]["text"]
            assert road.request == read_request(scene["request"])


def changed(road: Trajectory, atlas: Atlas, path: Path, old: str, new: str) -> Path:
    data = table_bytes(table_of(road, atlas), "csv").decode()
    assert old in data
    path.write_text(data.replace(old, new, 1), encoding="utf-8", newline="")
    return path


def test_a_file_that_was_changed_is_refused_with_its_place(
    model: LanguageModel, atlas: Atlas, roads: tuple[Trajectory, ...], tmp_path: Path
) -> None:
    road, path = roads[0], tmp_path / "road.csv"
    value = repr(float(road.grip[1]))
    with pytest.raises(UserError, match=r"road\.csv says in column 'grip' of token 1 of road A 0\.7"):
        read_trajectories(changed(road, atlas, path, value, "0.7123"), model, atlas)
    with pytest.raises(UserError, match=r"column 'text' of token 1 of road A"):
        old = json.dumps(road.pieces[1]).replace('"', '""')
        read_trajectories(changed(road, atlas, path, f',"{old}"', ',"""<b>"""'), model, atlas)


def test_another_model_another_map_and_tokens_that_are_none_are_sentences(
    model: LanguageModel, atlas: Atlas, roads: tuple[Trajectory, ...], tmp_path: Path
) -> None:
    road, path = roads[0], tmp_path / "road.csv"
    for old, new, said in (
        (model.sha256, "0" * 64, "not with"),
        (atlas.sha256, "0" * 64, "another map"),
        (f"A,plain,1,{road.token_ids[1]}", f"A,plain,1,{10**9}", f"does not have: {10**9}"),
    ):
        with pytest.raises(UserError, match=said) as raised:
            read_trajectories(changed(road, atlas, path, old, new), model, atlas)
        assert str(path) in str(raised.value)
    data = json.loads(table_bytes(table_of(road, atlas), "json"))
    data["about"]["roads"][0]["request"] = None
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(UserError, match="does not say what road A was asked for"):
        read_trajectories(path, model, atlas)
    with pytest.raises(UserError, match="cannot be read"):
        read_trajectories(tmp_path / "none.csv", model, atlas)


def test_what_cannot_be_written_is_a_sentence(roads: tuple[Trajectory, ...], atlas: Atlas, tmp_path: Path) -> None:
    for path, given, said in (
        (tmp_path / "road.xlsx", roads, "csv, parquet, json"),
        (tmp_path / "road", roads, "csv, parquet, json"),
        (tmp_path / "road.csv", [], "1 to 26 roads"),
        (tmp_path / "road.csv", [roads[0]] * 27, "1 to 26 roads"),
    ):
        with pytest.raises(UserError, match=said):
            write_trajectories(path, given, atlas)
    (tmp_path / "taken.csv").mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        write_trajectories(tmp_path / "taken.csv", roads[0], atlas)
    assert [path.name for path in tmp_path.iterdir()] == ["taken.csv"]
