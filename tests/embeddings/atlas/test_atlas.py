"""Placement: deterministic, independent of batch, order and what comes later; and what the shipped map must be."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings import UserError, load_atlas, trace
from embeddings.atlas.atlas import Atlas
from embeddings.atlas.layout import membership
from embeddings.atlas.start import jensen_shannon
from embeddings.atlas.store import default_folder, read
from embeddings.decoding.branch import ROWS
from embeddings.model.language_model import LanguageModel
from embeddings.trajectory import Trajectory

POINTS = 40


@pytest.fixture(scope="module")
def traced(model: LanguageModel) -> Trajectory:
    return trace(model, system="You are a pirate.", user="Why do people want freedom?", max_new_tokens=30)


@pytest.fixture(scope="module")
def points(atlas: Atlas) -> np.ndarray:
    """Atlas points moved a little, points between two of them, and some far away: (40, d)."""
    rng = np.random.default_rng(0)
    rows = atlas.means[rng.integers(len(atlas.means), size=(POINTS, 2))].astype(np.float64)
    mixed = rows[:, 0] + rng.random((POINTS, 1)) * 0.5 * (rows[:, 1] - rows[:, 0])
    mixed[-4:] *= 20.0
    mixed[0] = atlas.means[7]
    return mixed


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(range(POINTS)), cut=st.integers(0, POINTS))
def test_a_place_is_the_same_alone_in_any_batch_and_in_any_order(
    atlas: Atlas, points: np.ndarray, order: list[int], cut: int
) -> None:
    parts = np.vstack([atlas.place(points[order[:cut]]), atlas.place(points[order[cut:]])])
    np.testing.assert_allclose(parts, atlas.place(points)[order], atol=1e-5)


@settings(max_examples=50, deadline=None)
@given(index=st.integers(0, POINTS - 1), direction=st.integers(0, 15), size=st.floats(1e-7, 1e-3))
def test_a_small_move_moves_a_place_little(
    atlas: Atlas, points: np.ndarray, index: int, direction: int, size: float
) -> None:
    moved = points[index].copy()
    moved[direction] += size * atlas.full_spread
    gap = np.linalg.norm(atlas.place(moved[None])[0] - atlas.place(points[index : index + 1])[0])
    assert gap <= 0.1 * atlas.spread


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(cut=st.integers(1, 29))
def test_a_place_never_depends_on_what_comes_after_it(atlas: Atlas, traced: Trajectory, cut: int) -> None:
    rows = slice(0, cut)
    names = (*ROWS, "token_ids", "pieces", "candidates")
    short = replace(traced, **{name: getattr(traced, name)[rows] for name in names})
    np.testing.assert_allclose(atlas.positions(short), atlas.positions(traced)[rows], atol=1e-6)
    np.testing.assert_allclose(atlas.off_map(short), atlas.off_map(traced)[rows], atol=1e-6)


def test_placing_token_by_token_equals_placing_the_whole_answer(
    atlas: Atlas, model: LanguageModel, traced: Trajectory
) -> None:
    placer = atlas.placer(model)
    read_tokens = [None, *traced.token_ids[:-1]]
    places = [placer.add(state, token) for state, token in zip(traced.states, read_tokens, strict=True)]
    np.testing.assert_allclose([place.position for place in places], atlas.positions(traced), atol=1e-5)
    np.testing.assert_allclose([place.off_map for place in places], atlas.off_map(traced), atol=1e-6)
    np.testing.assert_allclose([place.pca for place in places], atlas.pca(traced), atol=1e-4)
    for k, region in enumerate(atlas.regions):
        assert [place.inside[k] for place in places] == atlas.inside(traced, region.name).tolist()


def test_a_place_is_the_same_in_another_process(atlas: Atlas, points: np.ndarray, tmp_path: Path) -> None:
    np.save(tmp_path / "points.npy", points[::-1])
    code = (
        "import sys, numpy as np; from embeddings import load_atlas; p = np.load(sys.argv[1]);"
        "np.save(sys.argv[2], load_atlas().place(p)[::-1]);"
        "assert not {'torch', 'umap', 'numba', 'sklearn'} & set(sys.modules)"
    )
    out = tmp_path / "places.npy"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "points.npy"), str(out)], check=True)
    np.testing.assert_allclose(np.load(out), atlas.place(points), atol=1e-5)


def test_placing_from_many_threads_gives_the_same(atlas: Atlas, points: np.ndarray) -> None:
    expected, results = atlas.place(points), [None] * 8

    def work(k: int) -> None:
        results[k] = atlas.place(points)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        np.testing.assert_array_equal(result, expected)


@pytest.mark.slow
def test_membership_strengths_are_umaps() -> None:
    from umap.umap_ import compute_membership_strengths, smooth_knn_dist  # as Python: compiled they take half a minute

    rng = np.random.default_rng(1)
    distances = np.sort(rng.random((20, 16)).astype(np.float32) + 0.2, axis=1)
    itself = np.hstack([np.zeros((20, 1), dtype=np.float32), distances])  # UMAP's own rows begin with the point itself
    sigmas, rhos = smooth_knn_dist.py_func(itself, 16.0, local_connectivity=1.0)
    indices = np.arange(20 * 17, dtype=np.int32).reshape(20, 17) + 1000
    _, _, expected, _ = compute_membership_strengths.py_func(indices, itself, sigmas, rhos)
    np.testing.assert_allclose(membership(distances.astype(np.float64)), expected.reshape(20, 17)[:, 1:], atol=1e-4)


def test_an_atlas_point_lies_near_its_own_coordinates(atlas: Atlas) -> None:
    rows = np.random.default_rng(2).integers(len(atlas.means), size=200)
    gaps = np.linalg.norm(atlas.place(atlas.means[rows]) - atlas.coordinates[rows], axis=1)
    assert np.median(gaps) < 0.3 * atlas.spread


def test_what_is_far_from_all_points_is_off_the_map(atlas: Atlas) -> None:
    far = atlas.means[:5].astype(np.float64) + 50.0 * atlas.full_spread
    assert (atlas.layout.percentile(far) > 99.0).all()
    near = atlas.layout.percentile(atlas.means[::50].astype(np.float64))
    assert (near >= 0).all() and (near <= 100).all() and np.median(near) < 70


@pytest.mark.slow
def test_a_start_is_the_mean_of_first_crossings(atlas: Atlas, model: LanguageModel) -> None:
    start = atlas.start(model, "You are a pirate.")
    first = [
        trace(model, system="You are a pirate.", user=question, max_new_tokens=1).states[0]
        for question in atlas.start_questions
    ]
    scale = float(np.abs(start.state).mean())
    np.testing.assert_allclose(start.state, np.mean(first, axis=0), atol=1e-3 * scale, rtol=1e-3)
    assert start.state.shape == (model.width,) and start.position.shape == (3,)


@pytest.mark.slow
def test_every_prompt_has_a_start_and_another_prompt_another_one(atlas: Atlas, model: LanguageModel) -> None:
    empty, default, pirate = (atlas.start(model, system) for system in ("", None, "You are a pirate."))
    assert atlas.compare(empty, pirate).map > 0.02 and atlas.compare(default, pirate).behaviour > 0.0
    same = atlas.compare(pirate, atlas.start(model, "You are a pirate."))
    assert same.map < 1e-3 and same.full < 1e-3 and same.behaviour < 1e-6


def test_jensen_shannon_lies_between_zero_and_log_two() -> None:
    certain = np.full((2, 3), -np.inf)
    certain[0, 0] = certain[1, 1] = 0.0
    with np.errstate(invalid="ignore"):
        assert jensen_shannon(np.log([[0.5, 0.5]]), np.log([[0.5, 0.5]]))[0] == pytest.approx(0.0, abs=1e-12)
    near = np.log([[1 - 1e-12, 1e-12]]), np.log([[1e-12, 1 - 1e-12]])
    assert jensen_shannon(*near)[0] == pytest.approx(np.log(2.0), abs=1e-6)


def test_landmarks_have_names_and_stand_apart(atlas: Atlas) -> None:
    names = [landmark.name for landmark in atlas.landmarks]
    assert 12 <= len(names) <= len(atlas.themes) and len(set(names)) == len(names)
    assert any("freedom" in name for name in names) and any("survival" in name for name in names)
    for landmark in atlas.landmarks:
        assert landmark.position.shape == (3,) and len(landmark.indices) >= 25
        assert np.linalg.norm(atlas.coordinates[landmark.indices] - landmark.position, axis=1).min() < 1e-4
        assert landmark.theme in landmark.name


def test_regions_are_decided_by_the_probe_that_ships(atlas: Atlas, traced: Trajectory) -> None:
    assert [region.name for region in atlas.regions] == ["freedom", "survival under threat"]
    for region in atlas.regions:
        assert region.auc > 0.75
        inside = atlas.singles[region.indices].astype(np.float64) @ region.coefficients + region.intercept
        assert (inside > 0).all()
    assert atlas.inside(traced, "freedom").mean() > 0.3
    with pytest.raises(UserError, match="no region 'elsewhere'"):
        atlas.inside(traced, "elsewhere")


def test_a_trajectory_of_another_layer_or_model_is_refused(atlas: Atlas, traced: Trajectory) -> None:
    for other in (replace(traced, layer=3), replace(traced, model_sha256="0" * 64)):
        with pytest.raises(UserError, match="layer=None"):
            atlas.positions(other)


def test_an_empty_trajectory_has_no_places(atlas: Atlas, traced: Trajectory) -> None:
    names = (*ROWS, "token_ids", "pieces", "candidates")
    empty = replace(traced, **{name: getattr(traced, name)[:0] for name in names})
    assert atlas.positions(empty).shape == (0, 3) and atlas.off_map(empty).shape == (0,)


def _copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_folder(), tmp_path / "atlas"))


def _edit(folder: Path, **changes: object) -> None:
    path = folder / "atlas.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_file_of_another_version_is_refused_with_a_sentence(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    _edit(folder, version=99)
    with pytest.raises(UserError, match="version 99"):
        read(folder)


def test_a_file_of_another_model_is_refused_with_a_sentence(tmp_path: Path, model: LanguageModel) -> None:
    folder = _copy(tmp_path)
    _edit(folder, model={"name": "gpt2", "sha256": "f" * 64})
    other = read(folder)
    for call in (lambda: other.start(model, ""), lambda: other.placer(model)):
        with pytest.raises(UserError, match="belongs to gpt2"):
            call()


@pytest.mark.parametrize("damage", ["missing", "no json", "flipped", "not json", "list", "no key"])
def test_a_damaged_file_is_refused_with_a_sentence(tmp_path: Path, damage: str) -> None:
    folder = _copy(tmp_path)
    tensors, about = folder / "atlas.safetensors", folder / "atlas.json"
    if damage == "missing":
        tensors.unlink()
    elif damage == "no json":
        about.unlink()
    elif damage == "flipped":
        data = bytearray(tensors.read_bytes())
        data[len(data) // 2] ^= 1
        tensors.write_bytes(data)
    elif damage == "no key":
        entries = json.loads(about.read_text())
        del entries["snippets"]
        about.write_text(json.dumps(entries))
    else:
        about.write_text("[1]" if damage == "list" else "{")
    with pytest.raises(UserError, match="mindmap atlas build"):
        load_atlas(folder)
