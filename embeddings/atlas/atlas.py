"""The map: fitted once and offline by `embeddings.fitting`; here it is asked where roads lie and what is there."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.atlas import start as starts
from embeddings.atlas.layout import Layout
from embeddings.atlas.lens import Lens, recent_mean
from embeddings.atlas.naming import Enough, Naming, Neighbourhood
from embeddings.atlas.placer import Placer
from embeddings.atlas.places import Landmark, Region
from embeddings.atlas.start import Comparison, Start
from embeddings.errors import UserError
from embeddings.trajectory import Trajectory

if TYPE_CHECKING:
    from embeddings.model.language_model import LanguageModel


@dataclass(frozen=True, eq=False)
class Atlas:
    """One fixed map. Row i of every array is one atlas point: a crossing of an answer of the corpus, or a start.

    ``layout`` says where the points lie and places others; ``pca_coordinates`` (N, 3) float32: the same points in the
    plain projection; ``singles`` (N, d) float32: their token-removed single states through the lens; ``answers`` (N,)
    int32, -1 for starts; ``labels`` (N,) int16 into ``themes``, -1 for starts; ``snippets`` the words around each
    point; ``enough``: how sure a name must be.
    """

    layout: Layout
    pca_coordinates: np.ndarray
    singles: np.ndarray
    answers: np.ndarray
    labels: np.ndarray
    snippets: tuple[str, ...]
    themes: tuple[str, ...]
    layer: int
    landmarks: tuple[Landmark, ...]
    enough: Enough
    regions: tuple[Region, ...]
    start_questions: tuple[str, ...]
    model_name: str
    model_sha256: str
    settings: dict[str, Any]
    report: dict[str, Any]
    sha256: str

    @property
    def coordinates(self) -> np.ndarray:
        """Where the atlas points lie, (N, 3) float32."""
        return self.layout.coordinates

    @property
    def means(self) -> np.ndarray:
        """Their recent means through the lens, (N, d) float32."""
        return self.layout.means

    @property
    def lens(self) -> Lens:
        return self.layout.lens

    @property
    def spread(self) -> float:
        """Mean distance of the coordinates from their mean."""
        return self.layout.spread

    @property
    def full_spread(self) -> float:
        """The same through the lens."""
        return self.layout.full_spread

    @property
    def places(self) -> tuple[Region | Landmark, ...]:
        """All that has a name: the regions that ship, then the landmarks."""
        return (*self.regions, *self.landmarks)

    # -- where a road lies

    def positions(self, trajectory: Trajectory) -> np.ndarray:
        """Places (n, 3) float32 of an answer's crossings; a place depends on nothing that comes after it."""
        return self.layout.place(self._means(trajectory))

    def off_map(self, trajectory: Trajectory) -> np.ndarray:
        """Percentile (n,) 0-100 of each crossing's distance to the atlas; off the map above 99."""
        return self.layout.percentile(self._means(trajectory))

    def pca(self, trajectory: Trajectory) -> np.ndarray:
        """The same crossings (n, 3) in the plain projection on three principal components."""
        return self.layout.project(self._means(trajectory))

    def inside(self, trajectory: Trajectory, name: str) -> np.ndarray:
        """Whether each crossing (n,) scores past half for one of the regions that ship.

        Raises
        ------
        UserError
            If the atlas has no region of that name.
        """
        singles = self._singles(trajectory)
        for region in self.regions:
            if region.name == name:
                return np.asarray(singles @ region.coefficients + region.intercept > 0.0)
        names = ", ".join(repr(region.name) for region in self.regions)
        raise UserError(f"This atlas has no region {name!r}; it has {names}.")

    def placer(self, model: LanguageModel) -> Placer:
        """Places one crossing after the other, as an answer grows."""
        self.check(model)
        return Placer(self.layout, self.naming, self.regions)

    def place(self, points: np.ndarray) -> np.ndarray:
        """Coordinates (m, 3) float32 of m points (m, d), already through the lens and its mean; see `Layout.place`."""
        return self.layout.place(points)

    def neighbourhood(self, point: np.ndarray) -> Neighbourhood:
        """What the place of a recent mean through the lens (d,) is called: one name, two, or none where its neighbours
        do not agree; the names are those of `landmarks`."""
        return self.naming.of(point)

    def neighbourhoods(self, trajectory: Trajectory) -> tuple[Neighbourhood, ...]:
        """The same for each crossing of an answer."""
        return tuple(self.naming.of(mean) for mean in self._means(trajectory))

    def nearest(self, points: np.ndarray, count: int) -> np.ndarray:
        """Row numbers, ascending, of the atlas's crossings that are among the `count` nearest to any of m points (m, d)
        through the lens and its mean."""
        return self.layout.nearest(points, count, self._crossings)

    # -- where answers begin

    def start(self, model: LanguageModel, system: str | None) -> Start:
        """Where answers begin under a system prompt (None: the template's own default, ``""``: an empty one).

        Raises
        ------
        UserError
            If the prompt is unreadable or too long, or the model is not the atlas's.
        """
        return starts.whole(self.starting(model, system))

    def starting(self, model: LanguageModel, system: str | None) -> Generator[None, None, Start]:
        """`start` in parts of well under a second each, so that others may use the model between them, or it may be
        called off: close the generator."""
        self.check(model)
        return starts.measuring(model, self.layout, self.start_questions, self.layer, system)

    def compare(self, a: Start, b: Start) -> Comparison:
        """How far two starts lie apart on the map, through the lens, and in behaviour."""
        return Comparison(
            map=float(np.linalg.norm(a.position - b.position) / self.spread),
            full=float(np.linalg.norm(a.lens - b.lens) / self.full_spread),
            behaviour=float(starts.jensen_shannon(a.logprobs, b.logprobs).mean()),
        )

    # -- whose map it is

    def check(self, model: LanguageModel) -> None:
        """A `UserError` if the atlas was made with another model."""
        if model.sha256 != self.model_sha256:
            raise UserError(
                f"This atlas belongs to {self.model_name} ({self.model_sha256[:8]}), but the loaded model is "
                f"{model.name} ({model.sha256[:8]}): run `mindmap atlas build`."
            )

    def accept(self, trajectory: Trajectory) -> None:
        """A `UserError` if a trajectory is not of the atlas's model and layer."""
        if trajectory.model_sha256 != self.model_sha256 or trajectory.layer != self.layer:
            raise UserError(
                f"This trajectory holds layer {trajectory.layer} of {trajectory.model_name}; the atlas needs layer "
                f"{self.layer} of {self.model_name} ({self.model_sha256[:8]}): trace it again with layer=None."
            )

    @cached_property
    def naming(self) -> Naming:
        """Who votes on what a place is called: the crossings of the atlas."""
        names = {landmark.theme: landmark.name for landmark in self.landmarks}
        rows = self._crossings
        called = tuple(names.get(theme, "") for theme in self.themes)
        return Naming(self.means[rows], self.labels[rows], called, self.enough)

    @cached_property
    def _crossings(self) -> np.ndarray:
        return np.flatnonzero(self.answers >= 0)

    def _singles(self, trajectory: Trajectory) -> np.ndarray:
        self.accept(trajectory)
        return self.lens.answer(trajectory.states, trajectory.token_ids)

    def _means(self, trajectory: Trajectory) -> np.ndarray:
        return recent_mean(self._singles(trajectory), self.lens.decay)
