"""Where the post of a region stands: in the middle of where most atlas points are inside. Numpy only."""

from __future__ import annotations

import numpy as np

CORE = 0.8  # share of the points, the densest, that lumps are made of
LUMP_POINTS = 12  # fewer points than this are no lump
MOST_POINTS = 1200
NEAR = 30


def mostly(everywhere: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Those of the points at ``indices`` around which most of the nearest thirty of all points (n, 3) are among them.

    Points that score past half lie scattered over much of the map; the middle of all of them would say nothing.
    """
    if not len(indices):
        return indices
    among = np.zeros(len(everywhere), dtype=bool)
    among[indices] = True
    count = min(NEAR, len(everywhere) - 1)
    points = everywhere.astype(np.float32)
    closeness = points[indices] @ points.T - 0.5 * (points**2).sum(axis=1)  # largest where the distance is smallest
    near = np.argpartition(closeness, -count - 1, axis=1)[:, -count - 1 :]
    kept: np.ndarray = indices[among[near].mean(axis=1) > 0.5]
    return kept if len(kept) else indices


def post(points: np.ndarray) -> np.ndarray:
    """The middle (3,) of the largest connected lump of the dense part of some points (n, 3)."""
    if len(points) < LUMP_POINTS:
        return np.asarray(points.mean(axis=0)) if len(points) else np.zeros(3)
    if len(points) > MOST_POINTS:
        points = points[np.linspace(0, len(points) - 1, MOST_POINTS).astype(int)]
    gaps = np.linalg.norm(points[:, None] - points[None], axis=2)
    near = np.partition(gaps, 8, axis=1)[:, 8]
    reach = float(np.quantile(near, CORE))
    core = near <= reach
    return np.asarray(points[core][_largest(gaps[np.ix_(core, core)] <= 2.0 * reach)].mean(axis=0))


def _largest(touching: np.ndarray) -> np.ndarray:
    """The largest connected component of a graph (n, n) of bool, as indices."""
    left = np.ones(len(touching), dtype=bool)
    largest = np.empty(0, dtype=int)
    while left.any():
        lump = np.zeros(len(touching), dtype=bool)
        fresh = lump.copy()
        fresh[left.argmax()] = True
        while fresh.any():
            lump |= fresh
            fresh = touching[fresh].any(axis=0) & ~lump
        left &= ~lump
        largest = max(largest, np.flatnonzero(lump), key=len)
    return largest
