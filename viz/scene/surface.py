"""The skin around a region's points: which of them it encloses, and its mesh. Numpy only."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np

CORE = 0.8  # share of a region's points, the densest, that its surface encloses
LUMP_POINTS = 12  # fewer points than this make no surface of their own
LUMPS = 6
INFLATE = 1.06
STIFFNESS = 5  # how quickly a point's push falls off to the sides
MOST_POINTS = 1200
NEAR = 30


def mostly(everywhere: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Those of the points at ``indices`` around which most of the nearest thirty of all points (n, 3) are among them.

    Points that score past half lie scattered over much of the map; a surface around all of them would say nothing.
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


def surface(points: np.ndarray, most: int = LUMPS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A closed, smooth surface around the dense part of some points.

    Parameters
    ----------
    points : ndarray of float, shape (n, 3)
    most
        Lumps, the largest first.

    Returns
    -------
    tuple
        Vertices (v, 3), faces (f, 3) as vertex indices, and the place of the sign post (3,): the middle of the largest
        lump. Each connected lump of the densest four fifths gets a star-shaped skin; too few points give no faces.
    """
    if len(points) < LUMP_POINTS:
        return np.empty((0, 3)), np.empty((0, 3), dtype=int), points.mean(axis=0) if len(points) else np.zeros(3)
    if len(points) > MOST_POINTS:
        points = points[np.linspace(0, len(points) - 1, MOST_POINTS).astype(int)]
    gaps = np.linalg.norm(points[:, None] - points[None], axis=2)
    near = np.partition(gaps, 8, axis=1)[:, 8]
    reach = float(np.quantile(near, CORE))
    core = near <= reach
    lumps = _lumps(gaps[np.ix_(core, core)] <= 2.0 * reach)
    members = [points[core][lump] for lump in lumps if len(lump) >= LUMP_POINTS][:most] or [points[core]]
    sphere, faces = _sphere()
    vertices = np.concatenate([_skin(lump, sphere) for lump in members])
    offsets = np.arange(len(members))[:, None, None] * len(sphere)
    return vertices, (faces[None] + offsets).reshape(-1, 3), members[0].mean(axis=0)


def _lumps(touching: np.ndarray) -> list[np.ndarray]:
    """Connected components of a graph (n, n) of bool, as index arrays, the largest first."""
    left = np.ones(len(touching), dtype=bool)
    found = []
    while left.any():
        lump = np.zeros(len(touching), dtype=bool)
        fresh = lump.copy()
        fresh[left.argmax()] = True
        while fresh.any():
            lump |= fresh
            fresh = touching[fresh].any(axis=0) & ~lump
        left &= ~lump
        found.append(np.flatnonzero(lump))
    return sorted(found, key=len, reverse=True)


def _skin(points: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Where a skin around some points is met from their middle, in each direction: every point pushes it out as far as
    itself straight ahead, and less to the sides."""
    middle = points.mean(axis=0)
    reach = np.linalg.norm(points - middle, axis=1)
    ahead = (points - middle) / np.maximum(reach, 1e-9)[:, None]
    pushed = reach[:, None] * np.clip(ahead @ directions.T, 0.0, None) ** STIFFNESS
    radius = np.maximum(pushed.max(axis=0), 0.25 * reach.mean())
    return middle + INFLATE * radius[:, None] * directions


@cache
def _sphere() -> tuple[np.ndarray, np.ndarray]:
    """162 directions (v, 3) and the faces between them, turned outwards: an icosahedron, split twice."""
    g = (1 + 5**0.5) / 2
    corners = [(0, a, b * g) for a in (-1, 1) for b in (-1, 1)]
    vertices = [np.array(np.roll(c, shift)) / np.linalg.norm(c) for shift in range(3) for c in corners]
    gaps = np.linalg.norm(np.array(vertices)[:, None] - np.array(vertices)[None], axis=2)
    edge = np.min(gaps[gaps > 0]) * 1.01
    faces = [f for f in combinations(range(12), 3) if all(gaps[a, b] < edge for a, b in combinations(f, 2))]
    for _ in range(2):
        split: dict[tuple[int, int], int] = {}

        def middle(a: int, b: int, known: dict[tuple[int, int], int] = split) -> int:
            key = (min(a, b), max(a, b))
            if key not in known:
                known[key] = len(vertices)
                between = vertices[a] + vertices[b]
                vertices.append(between / np.linalg.norm(between))
            return known[key]

        thirds = [(a, b, c, middle(a, b), middle(b, c), middle(c, a)) for a, b, c in faces]
        faces = [f for a, b, c, ab, bc, ca in thirds for f in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
    points = np.array(vertices)
    return points, np.array([_outward(f, points) for f in faces])


def _outward(face: tuple[int, int, int], points: np.ndarray) -> tuple[int, int, int]:
    a, b, c = face
    normal = np.cross(points[b] - points[a], points[c] - points[a])
    return face if float(normal @ points[a]) > 0 else (a, c, b)
