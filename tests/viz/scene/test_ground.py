"""The ground: bytes of a fixed layout, one name for one content, and where the posts of regions stand."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from viz.scene.ground import drawing, ground_of
from viz.scene.post import mostly, post

if TYPE_CHECKING:
    from embeddings.atlas.atlas import Atlas


def test_the_points_are_columns_of_floats_and_a_byte(atlas: Atlas) -> None:
    ground = ground_of(atlas)
    count = json.loads(ground.description)["count"]
    assert len(ground.points) == count * 25
    columns = np.frombuffer(ground.points[: count * 24], dtype="<f4").reshape(6, count)
    np.testing.assert_array_equal(columns[:3].T, atlas.coordinates)
    np.testing.assert_array_equal(columns[3:].T, atlas.pca_coordinates)
    themes = np.frombuffer(ground.points[count * 24 :], dtype=np.uint8)
    assert set(themes) <= {*range(len(atlas.themes)), 255}


def test_the_same_atlas_gives_the_same_bytes_under_the_same_name(atlas: Atlas) -> None:
    assert ground_of(atlas) == ground_of(atlas)


def test_landmarks_and_regions_are_described(atlas: Atlas) -> None:
    told = json.loads(ground_of(atlas).description)
    assert len(told["landmarks"]) == len(atlas.landmarks) and told["atlas"] == atlas.sha256
    assert any("freedom" in mark["name"] for mark in told["landmarks"])
    assert told["about"]["model"] == {"name": atlas.model_name, "sha256": atlas.model_sha256}
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", told["about"]["version"])
    for region in told["regions"]:
        assert max(region["indices"]) < told["count"]
    assert len(json.loads(ground_of(atlas).snippets)) == told["count"]


@pytest.mark.parametrize("points", [np.zeros((0, 3)), np.zeros((5, 3)), np.zeros((40, 3)), np.ones((3000, 3))])
def test_points_of_any_number_and_kind_have_a_post(points: np.ndarray) -> None:
    assert post(points).shape == (3,) and np.isfinite(post(points)).all()


def test_a_post_stands_in_the_middle_of_the_largest_lump() -> None:
    rng = np.random.default_rng(3)
    small, large = rng.normal(size=(60, 3)), rng.normal(size=(160, 3)) + 20.0
    np.testing.assert_allclose(post(np.concatenate([small, large])), [20.0] * 3, atol=0.5)


def test_a_sign_is_drawn_by_the_points_that_are_inside(atlas: Atlas) -> None:
    region, shipped = atlas.regions[0], json.loads(ground_of(atlas).description)["regions"][0]
    made = drawing(atlas, np.asarray(region.indices))
    assert made["points"] == shipped["indices"] == [int(i) for i in region.indices]
    assert (made["position"], made["pca"]) == (shipped["position"], shipped["pca"])


def test_only_points_count_around_which_most_are_of_the_region() -> None:
    rng = np.random.default_rng(0)
    crowd, lump = rng.normal(size=(900, 3)), rng.normal(size=(120, 3)) * 0.2 + 6
    everywhere = np.vstack([crowd, lump])
    scattered = np.concatenate([np.arange(0, 900, 6), np.arange(900, 1020)])
    kept = mostly(everywhere, scattered)
    assert (kept >= 900).all() and len(kept) > 100


def test_distances_of_known_starts_are_told_in_spreads(atlas: Atlas) -> None:
    starts = {"a": [0.0, 0.0, 0.0], "b": [0.0, atlas.spread, 0.0], "c": [0.0, 0.0, 2 * atlas.spread]}
    told = json.loads(ground_of(atlas, starts).description)["references"]
    assert [(pair["a"], pair["b"], pair["map"]) for pair in told] == [
        ("a", "b", 1.0),
        ("a", "c", 2.0),
        ("b", "c", 2.236),
    ]
    assert ground_of(atlas, starts).hash == ground_of(atlas).hash
