"""The layout: where the atlas's points lie, and how any other state is placed between them. Numpy only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from embeddings.atlas.lens import Lens


@dataclass(frozen=True, eq=False)
class Layout:
    """Points through one lens and where they lie in three dimensions; nothing here has a name.

    Attributes
    ----------
    coordinates : ndarray of float32, shape (N, 3)
        Of the atlas points.
    means : ndarray of float32, shape (N, d)
        Their recent means through the lens: what a new state is compared with.
    pca_basis : ndarray, shape (d, 3)
        With ``pca_centre`` (d,) the plain projection.
    neighbour_distances : ndarray of float64, shape (N,)
        Sorted; off-map percentiles are read from them.
    neighbours : int
        A place is a weighted mean of the coordinates of so many atlas points.
    """

    coordinates: np.ndarray
    means: np.ndarray
    lens: Lens
    pca_basis: np.ndarray
    pca_centre: np.ndarray
    neighbour_distances: np.ndarray
    neighbours: int

    @cached_property
    def spread(self) -> float:
        """Mean distance of the coordinates from their mean."""
        return _spread(self.coordinates)

    @cached_property
    def full_spread(self) -> float:
        """The same through the lens."""
        return _spread(self.means)

    def place(self, points: np.ndarray) -> np.ndarray:
        """Where points lie on the map: deterministic, the same alone or in any batch, safe from any thread.

        Parameters
        ----------
        points : ndarray, shape (m, d)
            Already through the lens and its mean.

        Returns
        -------
        ndarray of float32, shape (m, 3)
            Each point lies at the mean of its nearest `neighbours` atlas points, weighted by UMAP's own membership
            strengths [1]_, section 3.1, with the weight of the next one taken off.

        References
        ----------
        .. [1] McInnes, Healy, Melville, UMAP, arXiv:1802.03426.
        """
        return self.placed(points)[0]

    def placed(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """`place` and `percentile` of points (m, d), of which the neighbours are looked up once."""
        distances, indices = _neighbours(self._tree, self.leading(points), self.neighbours + 1)
        weights = membership(distances)
        # The last one's weight comes off all: who joins or leaves the others does so with weight 0, without a jump.
        weights = np.maximum(weights[:, :-1] - weights[:, -1:], 0.0)
        total = weights.sum(axis=1, keepdims=True)
        weights = np.where(total > 0, weights, 1.0)  # all at one distance: their plain mean
        weights /= weights.sum(axis=1, keepdims=True)
        near = self.coordinates[indices[:, :-1]].astype(np.float64)
        reach = distances[:, :-1].mean(axis=1)
        percentile = 100.0 * np.searchsorted(self.neighbour_distances, reach) / len(self.neighbour_distances)
        return np.einsum("mk,mkc->mc", weights, near).astype(np.float32), percentile

    def project(self, points: np.ndarray) -> np.ndarray:
        """The plain projection (m, 3) float32 of points (m, d): three principal components, scaled to the spread."""
        centred = self.leading(points) - self.pca_centre
        return (centred @ self.pca_basis.astype(np.float64)).astype(np.float32)

    def percentile(self, points: np.ndarray) -> np.ndarray:
        """Off-map percentile (m,), 0 to 100, of points (m, d)."""
        return self.placed(points)[1]

    def nearest(self, points: np.ndarray, count: int, among: np.ndarray) -> np.ndarray:
        """Row numbers, ascending, of those of the atlas points `among` (k,) that are among the `count` nearest of them
        to any of m points (m, d)."""
        rows, squares = self._tree
        gaps = squares[among] - 2.0 * self.leading(points) @ rows[among].T
        return among[np.unique(np.argsort(gaps, axis=1, kind="stable")[:, :count])]

    def leading(self, points: np.ndarray) -> np.ndarray:
        """The components (m, leading) float64 of points (m, d) in which places are looked up."""
        return np.asarray(points, dtype=np.float64)[:, : self.lens.leading]

    @cached_property
    def _tree(self) -> tuple[np.ndarray, np.ndarray]:
        points = self.leading(self.means)
        return points, (points**2).sum(axis=1)


def membership(distances: np.ndarray) -> np.ndarray:
    """UMAP's membership strengths (m, k) in [0, 1] of k ascending distances (m, k) to neighbours.

    exp(-(d - rho) / sigma): rho is the nearest neighbour's distance, sigma makes them sum to log2 k (McInnes et al.,
    arXiv:1802.03426, section 3.1). Found by bisection.
    """
    rho = distances[:, :1]
    beyond = np.maximum(distances - rho, 0.0)
    low, high = np.zeros_like(rho), np.maximum(beyond[:, -1:], 1e-12) * 64.0
    target = np.log2(distances.shape[1])
    for _ in range(48):  # halvings: float64 has no more digits
        sigma = np.maximum(0.5 * (low + high), 1e-300)
        above = np.exp(-beyond / sigma).sum(axis=1, keepdims=True) > target
        low, high = np.where(above, low, sigma), np.where(above, sigma, high)
    return np.asarray(np.exp(-beyond / np.maximum(0.5 * (low + high), 1e-300)))


def _neighbours(tree: tuple[np.ndarray, np.ndarray], points: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Distances and indices (m, count), ascending, ties by index.

    Brute force: with some thousand points it takes half a millisecond, and a tree would add a library's own ties.
    """
    rows, squares = tree
    distances, indices = np.empty((len(points), count)), np.empty((len(points), count), dtype=np.int64)
    for i, point in enumerate(points):  # one at a time: a product of many rows adds up in another order
        rough = squares - 2.0 * (rows @ point)
        near = np.sort(np.argpartition(rough, count + 8)[: count + 8])  # eight more than asked: the rough ones round
        exact = np.sqrt(((rows[near] - point) ** 2).sum(axis=1))
        order = np.argsort(exact, kind="stable")[:count]
        distances[i], indices[i] = exact[order], near[order]
    return distances, indices


def _spread(points: np.ndarray) -> float:
    wide = points.astype(np.float64)
    return float(np.linalg.norm(wide - wide.mean(axis=0), axis=1).mean())
