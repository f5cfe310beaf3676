"""The map: fitted once and offline by `build`; here it is loaded, checked, and used to place states. Numpy only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.atlas.lens import Lens, recent_mean
from embeddings.errors import UserError
from embeddings.paths import assets

if TYPE_CHECKING:
    from embeddings.atlas.placer import Placer
    from embeddings.atlas.start import Start
    from embeddings.model.language_model import LanguageModel
    from embeddings.trajectory import Trajectory

VERSION = 1
NEIGHBOURS = 15  # a place is a weighted mean of the coordinates of so many atlas points
OFF_MAP = 99.0  # percentile of the atlas points' own neighbour distances
TENSORS = "atlas.safetensors"
ABOUT = "atlas.json"


@dataclass(frozen=True, eq=False)
class Landmark:
    """A neighbourhood with a name: ``position`` (3,) on the map, ``pca`` (3,) in the plain projection, ``indices`` of
    its atlas points, ``theme`` the questions' theme that is densest there."""

    name: str
    position: np.ndarray
    pca: np.ndarray
    indices: np.ndarray
    theme: str


@dataclass(frozen=True, eq=False)
class Region:
    """A linear probe on token-removed single states: inside where ``coefficients @ z + intercept`` > 0.

    ``auc`` is the area under its ROC curve on answers held out of the probe's fit, ``indices`` the atlas points inside.
    """

    name: str
    coefficients: np.ndarray
    intercept: float
    auc: float
    indices: np.ndarray


@dataclass(frozen=True, eq=False)
class Atlas:
    """One fixed map. Row i of every array is one atlas point: a crossing of an answer of the corpus, or a start.

    ``coordinates`` (N, 3) and ``pca_coordinates`` (N, 3) float32; ``means`` and ``singles`` (N, d) float32: recent
    mean and token-removed single state through the lens; ``answers`` (N,) int32, -1 for starts; ``labels`` (N,) int16
    into ``themes``, -1 for starts; ``snippets`` the words around each point; ``pca_basis`` (d, 3) and ``pca_centre``
    (d,) the plain projection; ``neighbour_distances`` (N,) sorted float64, from which off-map percentiles are read.
    """

    coordinates: np.ndarray
    pca_coordinates: np.ndarray
    means: np.ndarray
    singles: np.ndarray
    answers: np.ndarray
    labels: np.ndarray
    snippets: tuple[str, ...]
    themes: tuple[str, ...]
    lens: Lens
    layer: int
    pca_basis: np.ndarray
    pca_centre: np.ndarray
    neighbour_distances: np.ndarray
    landmarks: tuple[Landmark, ...]
    regions: tuple[Region, ...]
    start_questions: tuple[str, ...]
    model_name: str
    model_sha256: str
    settings: dict[str, Any]
    report: dict[str, Any]
    sha256: str

    @cached_property
    def spread(self) -> float:
        """Mean distance of the coordinates from their mean."""
        return _spread(self.coordinates)

    @cached_property
    def full_spread(self) -> float:
        """The same through the lens."""
        return _spread(self.means)

    def positions(self, trajectory: Trajectory) -> np.ndarray:
        """Places (n, 3) float32 of an answer's crossings; a place depends on nothing that comes after it."""
        return self.place(self._means(trajectory))

    def off_map(self, trajectory: Trajectory) -> np.ndarray:
        """Percentile (n,) 0-100 of each crossing's distance to the atlas; off the map above 99."""
        return self.percentile(self._means(trajectory))

    def pca(self, trajectory: Trajectory) -> np.ndarray:
        """The same crossings (n, 3) in the plain projection on three principal components."""
        return self.project(self._means(trajectory))

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

    def place(self, points: np.ndarray) -> np.ndarray:
        """Coordinates (m, 3) float32 of m points (m, d), already through the lens and its mean.

        Each point lies at the mean of its 15 nearest atlas points, weighted by UMAP's own membership strengths
        [1]_, section 3.1, with the weight of the sixteenth taken off so that a place moves without jumps when
        neighbours change. Deterministic; the same alone or in any batch; safe from any thread.

        References
        ----------
        .. [1] McInnes, Healy, Melville, UMAP, arXiv:1802.03426.
        """
        distances, indices = _neighbours(self._tree, self._leading(points))
        weights = membership(distances)
        weights = np.maximum(weights[:, :NEIGHBOURS] - weights[:, NEIGHBOURS:], 0.0)
        total = weights.sum(axis=1, keepdims=True)
        weights = np.where(total > 0, weights, 1.0)  # all at one distance: their plain mean
        weights /= weights.sum(axis=1, keepdims=True)
        near = self.coordinates[indices[:, :NEIGHBOURS]].astype(np.float64)
        return np.einsum("mk,mkc->mc", weights, near).astype(np.float32)

    def project(self, points: np.ndarray) -> np.ndarray:
        """The plain projection (m, 3) float32 of points (m, d): three principal components, scaled to the spread."""
        centred = self._leading(points) - self.pca_centre
        return (centred @ self.pca_basis.astype(np.float64)).astype(np.float32)

    def percentile(self, points: np.ndarray) -> np.ndarray:
        """Off-map percentile (m,) of points (m, d)."""
        reach = _neighbours(self._tree, self._leading(points))[0][:, :NEIGHBOURS].mean(axis=1)
        return 100.0 * np.searchsorted(self.neighbour_distances, reach) / len(self.neighbour_distances)

    def neighbourhood(self, position: Sequence[float] | np.ndarray) -> str:
        """Name of the landmark nearest to a position (3,) on the map."""
        gaps = [float(np.linalg.norm(landmark.position - np.asarray(position))) for landmark in self.landmarks]
        return self.landmarks[int(np.argmin(gaps))].name if gaps else ""

    def start(self, model: LanguageModel, system: str | None) -> Start:
        """Where answers begin under a system prompt (None: the template's own default, ``""``: an empty one).

        Raises
        ------
        UserError
            If the prompt is unreadable or too long, or the model is not the atlas's.
        """
        from embeddings.atlas.start import measure

        return measure(model, system, self)

    def placer(self, model: LanguageModel) -> Placer:
        """Places one crossing after the other, as an answer grows."""
        from embeddings.atlas.placer import Placer

        self.check(model)
        return Placer(self)

    def check(self, model: LanguageModel) -> None:
        """A `UserError` if the atlas was made with another model."""
        if model.sha256 != self.model_sha256:
            raise UserError(
                f"This atlas belongs to {self.model_name} ({self.model_sha256[:8]}), but the loaded model is "
                f"{model.name} ({model.sha256[:8]}): run `mindmap atlas build`."
            )

    @cached_property
    def _tree(self) -> tuple[np.ndarray, np.ndarray]:
        points = self.means[:, : self.lens.leading].astype(np.float64)
        return points, (points**2).sum(axis=1)

    def nearest(self, points: np.ndarray, count: int) -> np.ndarray:
        """Row numbers, ascending, of the atlas's crossings that are among the `count` nearest to any of m points (m, d)
        through the lens and its mean."""
        rows, squares = self._tree
        crossings = np.flatnonzero(self.answers >= 0)
        gaps = squares[crossings] - 2.0 * self._leading(points) @ rows[crossings].T
        return crossings[np.unique(np.argsort(gaps, axis=1, kind="stable")[:, :count])]

    def accept(self, trajectory: Trajectory) -> None:
        """A `UserError` if a trajectory is not of the atlas's model and layer."""
        if trajectory.model_sha256 != self.model_sha256 or trajectory.layer != self.layer:
            raise UserError(
                f"This trajectory holds layer {trajectory.layer} of {trajectory.model_name}; the atlas needs layer "
                f"{self.layer} of {self.model_name} ({self.model_sha256[:8]}): trace it again with layer=None."
            )

    def _singles(self, trajectory: Trajectory) -> np.ndarray:
        self.accept(trajectory)
        return self.lens.answer(trajectory.states, trajectory.token_ids)

    def _means(self, trajectory: Trajectory) -> np.ndarray:
        return recent_mean(self._singles(trajectory), self.lens.decay)

    def _leading(self, points: np.ndarray) -> np.ndarray:
        return np.asarray(points, dtype=np.float64)[:, : self.lens.leading]


def membership(distances: np.ndarray) -> np.ndarray:
    """UMAP's membership strengths (m, k) in [0, 1] of k ascending distances (m, k) to neighbours.

    exp(-(d - rho) / sigma): rho is the nearest neighbour's distance, sigma makes them sum to log2 k (McInnes et al.,
    arXiv:1802.03426, section 3.1). Found by bisection.
    """
    rho = distances[:, :1]
    beyond = np.maximum(distances - rho, 0.0)
    low, high = np.zeros_like(rho), np.maximum(beyond[:, -1:], 1e-12) * 64.0
    target = np.log2(distances.shape[1])
    for _ in range(48):
        sigma = np.maximum(0.5 * (low + high), 1e-300)
        above = np.exp(-beyond / sigma).sum(axis=1, keepdims=True) > target
        low, high = np.where(above, low, sigma), np.where(above, sigma, high)
    return np.asarray(np.exp(-beyond / np.maximum(0.5 * (low + high), 1e-300)))


def _neighbours(tree: tuple[np.ndarray, np.ndarray], points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances and indices (m, NEIGHBOURS + 1), ascending, ties by index."""
    rows, squares = tree
    count = NEIGHBOURS + 1
    distances, indices = np.empty((len(points), count)), np.empty((len(points), count), dtype=np.int64)
    for i, point in enumerate(points):  # one at a time: the same result alone and in any batch
        rough = squares - 2.0 * (rows @ point)
        near = np.sort(np.argpartition(rough, count + 8)[: count + 8])
        exact = np.sqrt(((rows[near] - point) ** 2).sum(axis=1))
        order = np.argsort(exact, kind="stable")[:count]
        distances[i], indices[i] = exact[order], near[order]
    return distances, indices


def _spread(points: np.ndarray) -> float:
    wide = points.astype(np.float64)
    return float(np.linalg.norm(wide - wide.mean(axis=0), axis=1).mean())


def default_folder() -> Path:
    """Where the atlas that ships lies."""
    return assets() / "atlas"


@cache
def default_layer() -> int:
    """The layer of the atlas that ships, read without loading it."""
    return int(_about(default_folder())["layer"])


def load_atlas(folder: Path | str | None = None) -> Atlas:
    """The atlas in `folder`, by default the one that ships (loaded once in a process).

    Raises
    ------
    UserError
        If the files are missing, damaged, or of another version.
    """
    return _default() if folder is None else read(Path(folder))


@cache
def _default() -> Atlas:
    return read(default_folder())


def _about(folder: Path) -> dict[str, Any]:
    path = folder / ABOUT
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(f"There is no atlas in {folder}: run `mindmap atlas build`.") from error
    except (OSError, ValueError) as error:
        raise UserError(f"The atlas file {path} cannot be read: run `mindmap atlas build` again.") from error
    if not isinstance(about, dict) or about.get("version") != VERSION:
        version = about.get("version") if isinstance(about, dict) else None
        raise UserError(
            f"The atlas in {folder} has version {version!r}, this program reads version {VERSION}: "
            "run `mindmap atlas build`."
        )
    return about


def read(folder: Path) -> Atlas:
    """Read and check the two files of an atlas; see `load_atlas`."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    about = _about(folder)
    try:
        data = (folder / TENSORS).read_bytes()
    except OSError as error:
        raise UserError(f"The atlas in {folder} lacks {TENSORS}: run `mindmap atlas build` again.") from error
    if hashlib.sha256(data).hexdigest() != about.get("tensors_sha256"):
        raise UserError(f"The atlas in {folder} is damaged or mixed with another: run `mindmap atlas build` again.")
    try:
        return _assemble(about, load(data), hashlib.sha256(data + (folder / ABOUT).read_bytes()).hexdigest())
    except (KeyError, TypeError, ValueError, SafetensorError) as error:
        raise UserError(f"The atlas in {folder} lacks {error}: run `mindmap atlas build` again.") from error


def _assemble(about: dict[str, Any], tensors: dict[str, np.ndarray], sha256: str) -> Atlas:
    for array in tensors.values():
        array.setflags(write=False)
    return Atlas(
        coordinates=tensors["coordinates"],
        pca_coordinates=tensors["pca_coordinates"],
        means=tensors["means"],
        singles=tensors["singles"],
        answers=tensors["answers"],
        labels=tensors["labels"],
        snippets=tuple(about["snippets"]),
        themes=tuple(about["themes"]),
        lens=Lens(
            tensors["lens.components"],
            tensors["lens.offset"],
            tensors["lens.token"],
            tensors["lens.template"],
            tensors["lens.questions"],
            float(about["settings"]["decay"]),
            int(about["settings"]["leading"]),
        ),
        layer=int(about["layer"]),
        pca_basis=tensors["pca_basis"],
        pca_centre=tensors["pca_centre"],
        neighbour_distances=tensors["neighbour_distances"],
        landmarks=tuple(
            Landmark(
                entry["name"],
                tensors[f"landmark.{i}.position"],
                tensors[f"landmark.{i}.pca"],
                tensors[f"landmark.{i}.indices"],
                entry["theme"],
            )
            for i, entry in enumerate(about["landmarks"])
        ),
        regions=tuple(
            Region(
                entry["name"],
                tensors[f"region.{i}.coefficients"],
                float(entry["intercept"]),
                float(entry["auc"]),
                tensors[f"region.{i}.indices"],
            )
            for i, entry in enumerate(about["regions"])
        ),
        start_questions=tuple(about["start_questions"]),
        model_name=about["model"]["name"],
        model_sha256=about["model"]["sha256"],
        settings=about["settings"],
        report=about["report"],
        sha256=sha256,
    )
