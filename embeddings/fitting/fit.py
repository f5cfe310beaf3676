"""From sampled answers to a map: lens, UMAP and plain projection for one layer. Offline only; names nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from embeddings.atlas.layout import Layout
from embeddings.atlas.lens import Lens, recent_mean, split
from embeddings.fitting.lens_fit import LensSettings, Seen, fit_lens
from embeddings.fitting.stress import Curve, bend

PROBED = 6  # every so-many-th crossing of the corpus is one that probes are fitted on


@dataclass(frozen=True)
class MapSettings:
    """How a map is made; the shipped one's are in its file.

    ``lens`` is fitted on states of ``layer``; ``neighbours``, ``min_dist``, ``spread`` and ``epochs`` are UMAP's;
    ``stress`` is the weight of the starts' distances in the layout, 0 for UMAP alone; a place is a mean of
    ``placed_by`` atlas points; ``every`` n-th crossing of an answer becomes an atlas point; ``start_parts``: of every
    system prompt also a start over so many of the start questions, at random.
    """

    layer: int = 28
    lens: LensSettings = field(default_factory=LensSettings)
    neighbours: int = 30
    min_dist: float = 0.5
    spread: float = 1.5
    stress: float = 10.0
    placed_by: int = 20
    every: int = 27
    start_parts: tuple[int, ...] = (5, 3)
    seed: int = 0
    epochs: int = 300


@dataclass(frozen=True, eq=False)
class Crossings:
    """Crossings of many answers, one answer after the other: ``states`` (m, width), ``token`` (m,) chosen, ``read``
    (m,) the token before, ``first`` (m,) bool, ``answer`` (m,) ascending index of the answer asked for."""

    states: np.ndarray
    token: np.ndarray
    read: np.ndarray
    first: np.ndarray
    answer: np.ndarray


@dataclass(frozen=True, eq=False)
class Fitted:
    """A map and what it was made from; rows of the layout, ``singles``, ``pca`` and ``answers`` are the atlas points,
    crossings first (row i is crossing ``chosen[i]``), starts last (answer -1). ``probed`` (k, d) single states of every
    sixth crossing, of the answers ``probed_answers`` (k,): probes are fitted on more than is drawn."""

    settings: MapSettings
    layout: Layout
    explained: float
    chosen: np.ndarray
    singles: np.ndarray
    answers: np.ndarray
    pca: np.ndarray
    probed: np.ndarray
    probed_answers: np.ndarray


def load_crossings(paths: Sequence[Path], layer: int) -> Crossings:
    """One layer of all answers in `paths`, ordered by answer."""
    parts = [load_file(path) for path in paths]
    answer = np.concatenate([part["answer"] for part in parts])
    order = np.argsort(answer, kind="stable")
    token = np.concatenate([part["token"] for part in parts])[order]
    answer = answer[order]
    first = np.concatenate([[True], answer[1:] != answer[:-1]])
    return Crossings(
        states=np.concatenate([part[f"states.{layer}"] for part in parts])[order],
        token=token,
        read=np.concatenate([[0], token[:-1]]),
        first=first,
        answer=answer,
    )


def through(lens: Lens, crossings: Crossings) -> np.ndarray:
    """Token-removed single states (m, d) of all crossings."""
    read = [None if first else int(token) for token, first in zip(crossings.read, crossings.first, strict=True)]
    return lens.single(crossings.states, read)


def means_of(single: np.ndarray, answer: np.ndarray, decay: float) -> np.ndarray:
    """Recent means (m, d) of singles, answer by answer."""
    return np.concatenate([recent_mean(rows, decay) for rows in split(single, answer)])


def fit_map(
    crossings: Crossings, question: np.ndarray, starts: np.ndarray, embeddings: np.ndarray, settings: MapSettings
) -> Fitted:
    """Fit a map.

    Parameters
    ----------
    crossings
        Of the training answers, at ``settings.layer``.
    question
        (answers,) a number for the question that each answers.
    starts
        (prompts, questions, width): first crossings of the start questions under every training system prompt.
    embeddings
        (vocabulary, width) input embeddings of the model.
    """
    fitted = fit_lens(
        _seen(crossings, question, starts),
        embeddings,
        settings.lens,
    )
    lens, leading = fitted.lens, settings.lens.leading
    single = through(lens, crossings)
    mean = means_of(single, crossings.answer, lens.decay)
    chosen = _chosen(crossings, settings)
    states = _start_states(starts, settings)
    start_points = lens.start(states)
    means = np.concatenate([mean[chosen], start_points]).astype(np.float32)
    coordinates = _upright(_laid_out(means[:, :leading], states @ fitted.plain.T, settings))
    basis, centre, pca = _plain(means[:, :leading], coordinates)
    answers = np.concatenate([crossings.answer[chosen], np.full(len(start_points), -1)]).astype(np.int32)
    layout = Layout(
        coordinates=coordinates.astype(np.float32),
        means=means,
        lens=lens,
        pca_basis=basis,
        pca_centre=centre,
        neighbour_distances=_reach(means[:, :leading], answers, settings.placed_by),
        neighbours=settings.placed_by,
    )
    singles = np.concatenate([single[chosen], start_points]).astype(np.float32)
    return Fitted(
        settings=settings,
        layout=layout,
        explained=fitted.explained,
        chosen=chosen,
        singles=singles,
        answers=answers,
        pca=pca,
        probed=single[::PROBED].astype(np.float32),
        probed_answers=crossings.answer[::PROBED],
    )


def _seen(crossings: Crossings, question: np.ndarray, starts: np.ndarray) -> Seen:
    return Seen(
        states=crossings.states,
        read=crossings.read,
        first=crossings.first,
        answer=crossings.answer,
        question=question[crossings.answer],
        starts=starts.mean(axis=1),
    )


def _laid_out(points: np.ndarray, starts: np.ndarray, settings: MapSettings) -> np.ndarray:
    """UMAP of the points (N, leading), the last of which are starts, then bent so that these lie as far apart as they
    do along plain principal components (s, 50)."""
    import umap

    reducer = umap.UMAP(
        n_components=3,
        n_neighbors=settings.neighbours,
        min_dist=settings.min_dist,
        spread=settings.spread,
        n_epochs=settings.epochs,
        random_state=settings.seed,
        n_jobs=1,
    )
    coordinates = reducer.fit_transform(points).astype(np.float64)
    if not settings.stress:
        return np.asarray(coordinates)
    rows = np.arange(len(points) - len(starts), len(points))
    curve = Curve(float(reducer._a), float(reducer._b))
    return bend(coordinates, reducer.graph_, curve, rows, starts, settings.stress, settings.seed)


def _chosen(crossings: Crossings, settings: MapSettings) -> np.ndarray:
    """Every n-th crossing of each answer, from a first one that differs from answer to answer; the very first too."""
    rng = np.random.default_rng(settings.seed)
    begins = np.flatnonzero(crossings.first)
    place = np.arange(len(crossings.answer)) - np.repeat(begins, np.diff([*begins, len(crossings.answer)]))
    offset = np.repeat(rng.integers(1, settings.every + 1, len(begins)), np.diff([*begins, len(crossings.answer)]))
    return np.flatnonzero(crossings.first | ((place >= offset) & ((place - offset) % settings.every == 0)))


def _start_states(starts: np.ndarray, settings: MapSettings) -> np.ndarray:
    """Means (prompts * (1 + parts), width) over all questions, then over some of them at random."""
    rng = np.random.default_rng(settings.seed + 1)
    out = [starts.astype(np.float64).mean(axis=1)]
    for part in settings.start_parts:
        out.append(
            np.array([rows[rng.permutation(len(rows))[:part]].mean(axis=0, dtype=np.float64) for rows in starts])
        )
    return np.concatenate(out)


def _upright(coordinates: np.ndarray) -> np.ndarray:
    """The same map, centred and turned so that it is widest along x and thinnest along z; signs fixed by skewness."""
    centred = coordinates - coordinates.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2]
    turned = centred @ axes.T
    return turned * np.where((turned**3).sum(axis=0) < 0, -1.0, 1.0)


def _plain(means: np.ndarray, coordinates: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three principal components as wide as the map, so that both fit the same stage."""
    centre = means.astype(np.float64).mean(axis=0)
    axes = np.linalg.svd(means - centre, full_matrices=False)[2][:3]
    axes *= np.where(axes[np.arange(3), np.abs(axes).argmax(axis=1)] < 0, -1.0, 1.0)[:, None]
    flat = (means - centre) @ axes.T
    scale = np.linalg.norm(coordinates, axis=1).mean() / np.linalg.norm(flat, axis=1).mean()
    return (axes.T * scale).astype(np.float32), centre, (flat * scale).astype(np.float32)


def _reach(means: np.ndarray, answers: np.ndarray, neighbours: int) -> np.ndarray:
    """Sorted mean distance (N,) of every atlas point, in the components that places use, to its nearest points of
    other answers."""
    from sklearn.neighbors import NearestNeighbors

    points = means.astype(np.float64)
    count = min(4 * neighbours, len(points))  # enough to hold so many of other answers
    distances, near = NearestNeighbors(n_neighbors=count).fit(points).kneighbors(points)
    reach = np.empty(len(points))
    for i in range(len(points)):
        start = answers[i] < 0
        other = near[i] != i if start else answers[near[i]] != answers[i]
        reach[i] = distances[i][other][:neighbours].mean()
    return np.sort(reach)
