"""Placing points on the shipped atlas: the first call of a process, and a point at a time as a road grows."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.rows import Row, seconds, spread

POINTS = 300


def rows() -> list[Row]:
    """Without the model: points near those of the atlas, as lookaheads and roads bring them."""
    from embeddings import load_atlas
    from embeddings.atlas import Placer

    reading = seconds(load_atlas)
    atlas = load_atlas()
    rng = np.random.default_rng(0)
    near = np.asarray(atlas.means, dtype=np.float64)[rng.integers(0, len(atlas.means), POINTS)]
    points = near + rng.normal(scale=0.1 * near.std(), size=near.shape)
    first = seconds(lambda: atlas.place(points[:1]))
    single = [1000 * seconds(lambda p=point: atlas.place(p[None])) for point in points]
    together = 1000 * seconds(lambda: atlas.place(points)) / POINTS
    walk = Placer(atlas.layout, atlas.naming, atlas.regions)
    states = rng.normal(size=(POINTS, atlas.lens.components.shape[1])).astype(np.float32)
    whole = [1000 * seconds(lambda s=state: walk.add(s, 1)) for state in states]
    return [
        Row("first placement of a process, reading the atlas included", f"{reading + first:.2f} s", "", "must 1 s"),
        Row(f"placement of one point among {len(atlas.coordinates)}", spread(single, "ms", 2), "", "must 2 ms"),
        Row("a crossing through the lens, placed, named and scored", spread(whole, "ms", 2), "", "must 2 ms"),
        Row(f"placement in a batch of {POINTS}, a point", f"{together:.2f} ms"),
    ]
