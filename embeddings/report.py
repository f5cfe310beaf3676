"""How far a map can be trusted: figures on questions, system prompts and answers that neither lens nor layout saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.corpus import Corpus
from embeddings.start import jensen_shannon

NEAR_ON_MAP, NEAR_THROUGH_LENS = 15, 50
LONG_ANSWER = 60


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What is held out, through one lens.

    ``starts`` (p, 50) of p system prompts and their ``roles``; ``behaviour`` (p, p) mean Jensen-Shannon divergence over
    the contexts, nats; ``wording`` (p, p) TF-IDF distance of the prompts' texts; ``answers``: recent means (n, 50) of
    each held-out answer; ``labels``: its theme; ``own_start``: the row of ``starts`` that it was asked under.
    """

    starts: np.ndarray
    roles: tuple[str, ...]
    behaviour: np.ndarray
    wording: np.ndarray
    answers: tuple[np.ndarray, ...]
    labels: tuple[int, ...]
    own_start: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class MapPoints:
    """The map that is judged: ``means`` (N, 50) through the lens, ``coordinates`` (N, d), ``labels`` (N,), ``answers``
    (N,), and how it places points."""

    means: np.ndarray
    coordinates: np.ndarray
    labels: np.ndarray
    answers: np.ndarray
    place: Callable[[np.ndarray], np.ndarray]


def behaviour_distances(logprobs: np.ndarray) -> np.ndarray:
    """Mean Jensen-Shannon divergence (p, p), nats, of log-distributions (p, contexts, vocabulary)."""
    count = len(logprobs)
    out = np.zeros((count, count))
    for i in range(count):
        for j in range(i):
            out[i, j] = out[j, i] = jensen_shannon(logprobs[i], logprobs[j]).mean()
    return out


def wording_distances(prompts: Sequence[str]) -> np.ndarray:
    """One minus the cosine of TF-IDF vectors (p, p) of the prompts' words."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(stop_words="english").fit_transform(prompts)
    return np.asarray(1.0 - (vectors @ vectors.T).toarray())


def fidelity(points: MapPoints, held: HeldOut) -> dict[str, float]:
    """The figures of a map, distances on it in spreads.

    Spread is the mean distance of the coordinates from their mean. A step leads from one crossing of an answer to the
    next; the first step from its first crossing to its second, the link from the start of its system prompt to its
    first crossing. A start moves by the median distance over pairs of prompts of different roles. Width is the mean
    distance of the first sixty crossings from their centre, the median over answers that long.
    """
    spread = float(np.linalg.norm(points.coordinates - points.coordinates.mean(axis=0), axis=1).mean())
    placed = [points.place(answer) / spread for answer in held.answers]
    starts = points.place(held.starts) / spread
    pairs = np.triu_indices(len(starts), 1)
    on_map, full = _distances(starts)[pairs], _distances(held.starts)[pairs]
    behaviour, wording = held.behaviour[pairs], held.wording[pairs]
    different = np.array([held.roles[i] != held.roles[j] for i, j in zip(*pairs, strict=True)])
    steps = [np.linalg.norm(np.diff(road, axis=0), axis=1) for road in placed]
    every = np.concatenate(steps)
    long = [road[:LONG_ANSWER] for road in placed if len(road) >= LONG_ANSWER]
    links = [np.linalg.norm(road[0] - starts[k]) for road, k in zip(placed, held.own_start, strict=True)]
    neighbours, agreement = _neighbourhoods(points, held, spread)
    chance = float(np.mean([(points.labels == label).sum() for label in held.labels]) / (points.labels >= 0).sum())
    return {
        "start_behaviour_map": spearman(on_map, behaviour),
        "start_behaviour_full": spearman(full, behaviour),
        "start_behaviour_map_given_wording": partial_spearman(on_map, behaviour, wording),
        "wording_behaviour": spearman(wording, behaviour),
        "start_moves": float(np.median(on_map[different])),
        "start_moves_same_role": float(np.median(on_map[~different])),
        "steps_median": float(np.median(every)),
        "steps_95": float(np.quantile(every, 0.95)),
        "steps_over_half": float((every > 0.5).mean()),
        "first_step": float(np.median([step[0] for step in steps if len(step)])),
        "start_to_first_crossing": float(np.median(links)),
        "road_width": float(np.median([_width(road) for road in long])) if long else 0.0,
        "neighbours_kept": neighbours,
        "theme_agreement": agreement,
        "theme_chance": chance,
        "trustworthiness": _trustworthiness(points),
    }


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Rank correlation, -1 to 1; 0 where one side does not vary."""
    return float(np.corrcoef(_ranks(a), _ranks(b))[0, 1]) if np.ptp(a) > 0 and np.ptp(b) > 0 else 0.0


def partial_spearman(a: np.ndarray, b: np.ndarray, given: np.ndarray) -> float:
    """Rank correlation of a and b with the ranks of `given` held fixed."""
    ab, ag, bg = spearman(a, b), spearman(a, given), spearman(b, given)
    return (ab - ag * bg) / float(np.sqrt((1 - ag**2) * (1 - bg**2)))


def _ranks(values: np.ndarray) -> np.ndarray:
    from scipy.stats import rankdata

    return np.asarray(rankdata(values))


def _distances(points: np.ndarray) -> np.ndarray:
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(points, points))


def _width(road: np.ndarray) -> float:
    return float(np.linalg.norm(road - road.mean(axis=0), axis=1).mean())


def _neighbourhoods(points: MapPoints, held: HeldOut, spread: float) -> tuple[float, float]:
    """Of a held-out crossing's 15 nearest atlas points on the map: the share among its 50 nearest through the lens, and
    the share that answers a question of the same theme. Every fifth crossing is looked at."""
    from sklearn.neighbors import NearestNeighbors

    crossing = points.answers >= 0
    crossings = np.concatenate([answer[::5] for answer in held.answers])
    label = np.repeat(held.labels, [len(answer[::5]) for answer in held.answers])
    on_map = NearestNeighbors(n_neighbors=NEAR_ON_MAP).fit(points.coordinates[crossing])
    full = NearestNeighbors(n_neighbors=NEAR_THROUGH_LENS).fit(points.means[crossing])
    near = on_map.kneighbors(points.place(crossings), return_distance=False)
    true = full.kneighbors(crossings, return_distance=False)
    kept = [np.isin(a, b).mean() for a, b in zip(near, true, strict=True)]
    return float(np.mean(kept)), float((points.labels[crossing][near] == label[:, None]).mean())


def _trustworthiness(points: MapPoints) -> float:
    """Trustworthiness (Venna and Kaski 2001) of the layout, one atlas point an answer, 15 neighbours."""
    from sklearn.manifold import trustworthiness

    answers = points.answers
    order = np.random.default_rng(0).permutation(np.flatnonzero(answers >= 0))
    _, one = np.unique(answers[order], return_index=True)
    rows = order[one]
    return float(trustworthiness(points.means[rows], points.coordinates[rows], n_neighbors=NEAR_ON_MAP))


def own_starts(corpus: Corpus, systems: Sequence[str]) -> tuple[int, ...]:
    """The row in the held-out system prompts of each prompt in `systems`."""
    row = {prompt: i for i, (_, prompt) in enumerate(corpus.heldout_systems)}
    return tuple(row[system] for system in systems)
