"""What a place is called, said only where its neighbours agree: votes, and how many of them are enough. Numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

VOTERS = 50


@dataclass(frozen=True)
class Enough:
    """Shares of the votes, 0 to 1, set on held-out answers: ``one`` so that one name is right in four of five, ``two``
    so that of two names one is right in two of three."""

    one: float
    two: float


@dataclass(frozen=True)
class Neighbourhood:
    """What a place is called: one name where its neighbours agree, two where it lies between them, none where they do
    not say; ``share`` (0 to 1) of the votes that these names have."""

    names: tuple[str, ...]
    share: float


NOWHERE = Neighbourhood((), 0.0)


@dataclass(frozen=True, eq=False)
class Naming:
    """Who votes on what a place is called, and when it is said.

    ``means`` (n, d): recent means of crossings of the atlas, through the lens; ``labels`` (n,) the theme of the
    question that each answers, as an index into ``names``: what a theme is called on the map, ``""`` where the map does
    not show it, which is then never said. The vote is the k-nearest-neighbour rule with a reject option [1]_.

    References
    ----------
    .. [1] Hellman, The nearest neighbor classification rule with a reject option, IEEE Trans. Systems Science and
       Cybernetics 6 (1970).
    """

    means: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]
    enough: Enough

    def of(self, point: np.ndarray) -> Neighbourhood:
        """What the place of a recent mean (d,) is called."""
        return self.said(self.votes(point))

    def votes(self, point: np.ndarray, but: np.ndarray | None = None) -> np.ndarray:
        """How many of the 50 crossings nearest to a recent mean (d,), in all components, answer each theme (themes,).

        ``but`` (n,) bool: crossings that do not vote, such as those of the answer that is asked about.
        """
        rows, squares = self._rows
        gaps = squares - 2.0 * (rows @ np.asarray(point, dtype=np.float64))
        count = min(VOTERS, len(gaps))
        if but is not None:
            gaps = np.where(but, np.inf, gaps)
            count = min(VOTERS, int((~but).sum()))
        if not count:
            return np.zeros(len(self.names), dtype=np.int64)
        near = np.argpartition(gaps, count - 1)[:count]
        return np.bincount(self.labels[near], minlength=len(self.names))

    def said(self, votes: np.ndarray) -> Neighbourhood:
        """One name, two or none, for votes (themes,)."""
        shares = votes / max(1, votes.sum())
        order = np.argsort(-shares, kind="stable")
        first, second = order[0], order[min(1, len(order) - 1)]
        if shares[first] >= self.enough.one and self.names[first]:
            return Neighbourhood((self.names[first],), float(shares[first]))
        both = float(shares[first] + shares[second])
        shared = first != second and shares[second] > 0 and self.names[first] and self.names[second]
        if shared and both >= self.enough.two:
            return Neighbourhood((self.names[first], self.names[second]), both)
        return NOWHERE

    @cached_property
    def _rows(self) -> tuple[np.ndarray, np.ndarray]:
        rows = self.means.astype(np.float64)
        return rows, (rows**2).sum(axis=1)


def enough_for(shares: np.ndarray, right: Sequence[bool] | np.ndarray, precision: float) -> float:
    """The least share at which, of all crossings with at least that share, `precision` are right; past 1 where none is.

    ``shares`` (n,) 0 to 1 and whether each would be ``right`` (n,).
    """
    order = np.argsort(-shares, kind="stable")
    sorted_shares = shares[order]
    precise = np.cumsum(np.asarray(right, dtype=float)[order]) / np.arange(1, len(order) + 1)
    last_of_its_share = np.r_[sorted_shares[1:] != sorted_shares[:-1], True]
    good = np.flatnonzero(last_of_its_share & (precise >= precision))
    return float(sorted_shares[good[-1]]) if len(good) else 1.01
