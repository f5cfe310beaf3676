"""Bend a layout so that starts lie as far apart as their states do: UMAP's loss and a stress on starts. Offline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

STEPS = 200
RATE = 0.05  # of Adam, falling to 0
EDGES, OTHERS = 30_000, 4  # drawn anew for every step: edges by their strength, and so many other points for each
PAIRS = 20_000  # of starts, for every step
NEAR = 1e-3  # as umap-learn's: below it two points do not push each other harder


@dataclass(frozen=True)
class Curve:
    """UMAP's low-dimensional membership 1 / (1 + a d^2b)."""

    a: float
    b: float


def bend(
    coordinates: np.ndarray,
    graph: sparse.coo_matrix,
    curve: Curve,
    starts: np.ndarray,
    apart: np.ndarray,
    weight: float,
    seed: int,
) -> np.ndarray:
    """Descend from a layout on UMAP's loss and the starts' stress together.

    Parameters
    ----------
    coordinates
        (N, 3): the layout that UMAP made.
    graph
        (N, N): its fuzzy simplicial set; edges are drawn by their strength, with four other points each as what they
        are not near to ([1]_, section 3.2 and appendix C).
    curve
        Of the same UMAP.
    starts
        (s,) rows that are starts of training system prompts.
    apart
        (s, d): where these lie before they are laid out.
    weight
        Of the stress against UMAP's mean loss on an edge, in tens, times the share of points that are starts: a start
        bends as much on a map of more of them.
    seed
        Of all that is drawn.

    Returns
    -------
    ndarray of float64, shape (N, 3)

    Notes
    -----
    The stress is the mean over random pairs of starts of ((D - c d) / mean(c d))^2, D their distance on the map, d in
    `apart`, c the ratio of the medians before the first step (metric stress, [2]_). No label and nothing that is held
    out is seen. Adam as in [3]_.

    References
    ----------
    .. [1] McInnes, Healy, Melville, UMAP, arXiv:1802.03426.
    .. [2] Kruskal, Multidimensional scaling by optimizing goodness of fit, Psychometrika 29 (1964).
    .. [3] Kingma, Ba, Adam, arXiv:1412.6980, algorithm 1.
    """
    rng = np.random.default_rng(seed)
    places = coordinates.astype(np.float64).copy()
    if len(starts) < 2:
        return places
    edges = graph.tocoo()
    ends = np.cumsum(edges.data.astype(np.float64))
    scale = _scale(places[starts], apart, rng)
    factor = 10.0 * weight * len(starts) / len(places)
    momentum, square = np.zeros_like(places), np.zeros_like(places)
    for step in range(STEPS):
        drawn = np.searchsorted(ends, rng.random(EDGES) * ends[-1], side="right").clip(max=len(ends) - 1)
        others = rng.integers(0, len(places), (EDGES, OTHERS))
        slope = umap_slope(places, edges.row[drawn], edges.col[drawn], others, curve)
        pairs = _pairs(len(starts), rng)
        _, pull = stress(places[starts], pairs, scale * _lengths(apart, pairs))
        slope[starts] += factor * pull
        momentum = 0.9 * momentum + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        corrected = momentum / (1 - 0.9 ** (step + 1))
        rate = RATE * (1 - step / STEPS)
        places -= rate * corrected / (np.sqrt(square / (1 - 0.999 ** (step + 1))) + 1e-8)
    return places


def umap_slope(places: np.ndarray, a: np.ndarray, b: np.ndarray, others: np.ndarray, curve: Curve) -> np.ndarray:
    """Gradient (N, 3) of UMAP's loss, the mean over edges a[i], b[i] of -log q(a, b) - sum over others o[i] of
    log(1 - q(a, o))."""
    out = np.zeros_like(places)
    gap = places[a] - places[b]
    far = np.maximum((gap**2).sum(axis=1), NEAR)
    power = curve.a * far**curve.b
    _spread(out, a, b, gap * (2 * curve.b * power / (far * (1 + power)) / len(a))[:, None])
    first, second = np.repeat(a, others.shape[1]), others.ravel()
    gap = places[first] - places[second]
    far = np.maximum((gap**2).sum(axis=1), NEAR)
    _spread(out, first, second, gap * (-2 * curve.b / (far * (1 + curve.a * far**curve.b)) / len(a))[:, None])
    return out


def stress(places: np.ndarray, pairs: tuple[np.ndarray, np.ndarray], wanted: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean of ((D - wanted) / mean(wanted))^2 over pairs of rows of `places` (s, 3), and its gradient (s, 3)."""
    first, second = pairs
    gap = places[first] - places[second]
    length = np.sqrt((gap**2).sum(axis=1))
    off, unit = length - wanted, wanted.mean()
    out = np.zeros_like(places)
    _spread(out, first, second, gap * (2 * off / np.maximum(length, 1e-9) / unit**2 / len(first))[:, None])
    return float(((off / unit) ** 2).mean()), out


def _spread(out: np.ndarray, a: np.ndarray, b: np.ndarray, pull: np.ndarray) -> None:
    """Add `pull` to the rows a of `out` and take it from the rows b, in the order of the rows: the same sum always."""
    for axis in range(out.shape[1]):
        out[:, axis] += np.bincount(a, pull[:, axis], len(out)) - np.bincount(b, pull[:, axis], len(out))


def _pairs(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    first = rng.integers(0, count, PAIRS)
    return first, (first + rng.integers(1, count, PAIRS)) % count


def _lengths(points: np.ndarray, pairs: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    return np.asarray(np.linalg.norm(points[pairs[0]] - points[pairs[1]], axis=1))


def _scale(places: np.ndarray, apart: np.ndarray, rng: np.random.Generator) -> float:
    pairs = _pairs(len(places), rng)
    return float(np.median(_lengths(places, pairs)) / np.median(_lengths(apart, pairs)))
