"""Places the crossings of an answer one after the other, as it grows. Numpy only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from embeddings.atlas.atlas import Atlas


@dataclass(frozen=True, eq=False)
class Place:
    """Where one crossing lies: ``position`` (3,), ``off_map`` percentile 0-100, ``inside`` one bool a region; ``mean``
    (d,) is what was placed, the recent mean through the lens."""

    position: np.ndarray
    mean: np.ndarray
    pca: np.ndarray
    off_map: float
    inside: tuple[bool, ...]
    neighbourhood: str


class Placer:
    """Places an answer's crossings as they come; equal to `Atlas.positions` and its kin for the whole answer."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas, self._total, self._weight = atlas, np.zeros(len(atlas.lens.offset)), 0.0

    def add(self, state: np.ndarray, read: int | None) -> Place:
        """The next crossing's place: its state (width,) and the token just read, None for the answer's first."""
        single = self._atlas.lens.single(state[None], [read])
        self._total = self._atlas.lens.decay * self._total + single[0]
        self._weight = self._atlas.lens.decay * self._weight + 1.0
        return self._describe(self._total / self._weight, single[0])

    def peek(self, state: np.ndarray, read: int) -> Place:
        """Where the next crossing would lie, without going there."""
        single = self._atlas.lens.single(state[None], [read])[0]
        total = self._atlas.lens.decay * self._total + single
        return self._describe(total / (self._atlas.lens.decay * self._weight + 1.0), single)

    def _describe(self, mean: np.ndarray, single: np.ndarray) -> Place:
        atlas, point = self._atlas, mean[None]
        position = atlas.place(point)[0]
        return Place(
            position=position,
            mean=mean,
            pca=atlas.project(point)[0],
            off_map=float(atlas.percentile(point)[0]),
            inside=tuple(bool(single @ region.coefficients + region.intercept > 0.0) for region in atlas.regions),
            neighbourhood=atlas.neighbourhood(position),
        )
