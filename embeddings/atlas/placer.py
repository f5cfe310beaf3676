"""Places the crossings of an answer one after the other, as it grows. Numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.atlas.layout import Layout
from embeddings.atlas.naming import Naming, Neighbourhood
from embeddings.atlas.places import Region


@dataclass(frozen=True, eq=False)
class Place:
    """Where one crossing lies: ``position`` (3,), ``off_map`` percentile 0-100, ``inside`` one bool a region; ``mean``
    (d,) is what was placed, the recent mean through the lens."""

    position: np.ndarray
    mean: np.ndarray
    pca: np.ndarray
    off_map: float
    inside: tuple[bool, ...]
    neighbourhood: Neighbourhood


class Placer:
    """Places an answer's crossings as they come; equal to `Atlas.positions` and its kin for the whole answer."""

    def __init__(self, layout: Layout, naming: Naming, regions: Sequence[Region]) -> None:
        self._layout, self._naming, self._regions = layout, naming, regions
        self._total, self._weight = np.zeros(len(layout.lens.offset)), 0.0

    def add(self, state: np.ndarray, read: int | None) -> Place:
        """The next crossing's place: its state (width,) and the token just read, None for the answer's first."""
        single = self._single(state, read)
        self._total, self._weight = self._next(single)
        return self._describe(self._total / self._weight, single)

    def peek(self, state: np.ndarray, read: int) -> Place:
        """Where the next crossing would lie, without going there."""
        single = self._single(state, read)
        total, weight = self._next(single)
        return self._describe(total / weight, single)

    def _single(self, state: np.ndarray, read: int | None) -> np.ndarray:
        return self._layout.lens.single(state[None], [read])[0]

    def _next(self, single: np.ndarray) -> tuple[np.ndarray, float]:
        decay = self._layout.lens.decay
        return decay * self._total + single, decay * self._weight + 1.0

    def _describe(self, mean: np.ndarray, single: np.ndarray) -> Place:
        layout, point = self._layout, mean[None]
        position, off_map = layout.placed(point)
        return Place(
            position=position[0],
            mean=mean,
            pca=layout.project(point)[0],
            off_map=float(off_map[0]),
            inside=tuple(bool(single @ region.coefficients + region.intercept > 0.0) for region in self._regions),
            neighbourhood=self._naming.of(mean),
        )
