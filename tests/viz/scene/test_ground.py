"""The ground: bytes of a fixed layout, one name for one content, and closed surfaces around the regions."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from viz.scene.ground import ground_of
from viz.scene.surface import mostly, surface

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
    for region in told["regions"]:
        assert max(max(face) for face in region["mesh"]["faces"]) < len(region["mesh"]["vertices"])
        assert max(region["indices"]) < told["count"]
    assert len(json.loads(ground_of(atlas).snippets)) == told["count"]


def clouds(count: int) -> np.ndarray:
    rng = np.random.default_rng(3)
    return np.concatenate([rng.normal(size=(80, 3)) + 20.0 * i for i in range(count)])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_each_lump_gets_a_closed_surface_that_is_turned_outwards(count: int) -> None:
    vertices, faces, _ = surface(clouds(count))
    edges = Counter((int(a), int(b)) for f in faces for a, b in zip(f, np.roll(f, -1), strict=True))
    assert set(edges.values()) == {1} and all((b, a) in edges for a, b in edges)  # each edge once in each direction
    assert len(vertices) == 162 * count
    for lump in range(count):
        mine = vertices[162 * lump : 162 * (lump + 1)]
        a, b, c = (vertices[faces[320 * lump : 320 * (lump + 1), corner]] for corner in range(3))
        out = (np.cross(b - a, c - a) * (a - mine.mean(axis=0))).sum(axis=1)
        assert np.mean(out > 0) > 0.98


@pytest.mark.parametrize("points", [np.zeros((0, 3)), np.zeros((5, 3)), np.zeros((40, 3)), np.ones((3000, 3))])
def test_points_of_any_number_and_kind_give_something_finite(points: np.ndarray) -> None:
    vertices, _, post = surface(points)
    assert np.isfinite(vertices).all() and np.isfinite(post).all()


def test_a_surface_is_drawn_only_where_most_points_nearby_are_of_the_region() -> None:
    rng = np.random.default_rng(0)
    crowd, lump = rng.normal(size=(900, 3)), rng.normal(size=(120, 3)) * 0.2 + 6
    everywhere = np.vstack([crowd, lump])
    scattered = np.concatenate([np.arange(0, 900, 6), np.arange(900, 1020)])
    kept = mostly(everywhere, scattered)
    assert (kept >= 900).all() and len(kept) > 100
