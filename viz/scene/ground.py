"""The ground the roads lie on: the atlas as the browser fetches it, as bytes that never change under their name."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.paths import program_version
from viz.scene.post import mostly, post
from viz.scene.scene import Json, number, point

if TYPE_CHECKING:
    from embeddings.atlas import Atlas, Landmark, Region

NO_THEME = 255


@dataclass(frozen=True)
class Ground:
    """What is served: a small description, points as little-endian bytes, and the snippets behind them."""

    hash: str
    description: bytes
    points: bytes
    snippets: bytes


def ground_of(atlas: Atlas, starts: Mapping[str, Sequence[float]] | None = None) -> Ground:
    """Describe an atlas for the browser. Pure: the same atlas gives the same bytes.

    ``starts``: places of system prompts (3,) by what each is called, whose distances are what other distances are
    likened to.
    """
    points, snippets = _points(atlas), _snippets(atlas)
    name = hashlib.sha256(points + snippets + atlas.sha256.encode()).hexdigest()[:16]
    low, high = np.percentile(atlas.coordinates, [1, 99], axis=0)
    description = {
        "version": 1,
        "hash": name,
        "atlas": atlas.sha256,
        "about": _about(atlas),
        "count": len(atlas.coordinates),
        "url": f"mm/ground-{name}.bin",
        "snippets_url": f"mm/snippets-{name}.json",
        "themes": list(atlas.themes),
        "spread": number(atlas.spread),
        "bounds": [[number(a), number(b)] for a, b in zip(low, high, strict=True)],
        "landmarks": [_landmark(atlas, landmark) for landmark in atlas.landmarks],
        "regions": [_region(atlas, region) for region in atlas.regions],
        "references": _references(starts or {}, atlas.spread),
    }
    return Ground(name, _json(description), points, snippets)


def _about(atlas: Atlas) -> Json:
    """Which program and which model made what is seen: figures and files that are taken away carry it."""
    model = {"name": atlas.model_name, "sha256": atlas.model_sha256}
    return {"version": program_version(), "model": model}


def _references(starts: Mapping[str, Sequence[float]], spread: float) -> list[Json]:
    """How far each two starts lie apart, in spreads."""
    pairs = combinations(starts.items(), 2)
    return [{"a": a, "b": b, "map": number(math.dist(p, q) / spread, 3)} for (a, p), (b, q) in pairs]


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _points(atlas: Atlas) -> bytes:
    """float32 x[N] y[N] z[N], the same of the PCA view, uint8 theme[N] (255: none, a start)."""
    columns = np.concatenate([atlas.coordinates.T.ravel(), atlas.pca_coordinates.T.ravel()])
    themes = np.where(np.asarray(atlas.labels) < 0, NO_THEME, atlas.labels)
    return columns.astype("<f4").tobytes() + themes.astype(np.uint8).tobytes()


def _snippets(atlas: Atlas) -> bytes:
    return _json([str(snippet) for snippet in atlas.snippets])


def _landmark(atlas: Atlas, landmark: Landmark) -> Json:
    return {
        "name": landmark.name,
        "position": point(landmark.position),
        "pca": point(landmark.pca),
        "theme": atlas.themes.index(landmark.theme) if landmark.theme in atlas.themes else NO_THEME,
        "size": len(landmark.indices),
    }


def _region(atlas: Atlas, region: Region) -> Json:
    indices = np.asarray(region.indices)
    return {
        "name": region.name,
        "auc": number(region.auc),
        "indices": [int(index) for index in indices],
        **_post(atlas, indices),
    }


def drawing(atlas: Atlas, indices: np.ndarray) -> Json:
    """How a region of atlas points is drawn: the place of its post in both views, and the points that are inside."""
    return {**_post(atlas, indices), "points": [int(index) for index in indices]}


def _post(atlas: Atlas, indices: np.ndarray) -> Json:
    everywhere = np.asarray(atlas.coordinates, dtype=np.float64)
    return {
        "position": point(post(everywhere[mostly(everywhere, indices)])),
        "pca": point(np.median(atlas.pca_coordinates[indices], axis=0) if len(indices) else np.zeros(3)),
    }
