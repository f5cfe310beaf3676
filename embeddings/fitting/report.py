"""How far a map can be trusted: figures on questions, system prompts and answers that neither lens nor layout saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.fitting.corpus import Corpus

NEAR_ON_MAP, NEAR_THROUGH_LENS = 15, 50
LONG_ANSWER = 60


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What is held out, through one lens.

    ``starts`` (p, d) of p system prompts and their ``roles``; ``behaviour`` (p, p) mean Jensen-Shannon divergence over
    the contexts, nats; ``wording`` (p, p) TF-IDF distance of the prompts' texts; ``answers``: recent means (n, d) of
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
    """The map that is judged: ``means`` (N, d) through the lens, of which places are looked up in the first
    ``leading``, ``coordinates`` (N, 3), ``labels`` (N,), ``answers`` (N,), and how it places points."""

    means: np.ndarray
    leading: int
    coordinates: np.ndarray
    labels: np.ndarray
    answers: np.ndarray
    place: Callable[[np.ndarray], np.ndarray]


def behaviour_distances(logprobs: np.ndarray) -> np.ndarray:
    """Mean Jensen-Shannon divergence (p, p), nats, of log-distributions (p, contexts, vocabulary)."""
    probability = np.exp(logprobs.astype(np.float32))
    entropy = -(probability * logprobs).sum(axis=-1, dtype=np.float64)
    out = np.zeros((len(probability), len(probability)))
    for i in range(len(probability)):
        for j in range(i):
            middle = 0.5 * (probability[i] + probability[j])
            mixed = -(middle * np.log(np.maximum(middle, 1e-30))).sum(axis=-1, dtype=np.float64)
            out[i, j] = out[j, i] = max(0.0, float((mixed - 0.5 * (entropy[i] + entropy[j])).mean()))
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
    kept, kept_wide, agreement = _neighbourhoods(points, held)
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
        "neighbours_kept": kept,
        "neighbours_kept_all_components": kept_wide,
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


def _neighbourhoods(points: MapPoints, held: HeldOut) -> tuple[float, float, float]:
    """Of a held-out crossing's 15 nearest atlas points on the map: the share among its 50 nearest through the lens (in
    the components that places use, then in all), and the share that answers a question of the same theme. Every fifth
    crossing is looked at."""
    from sklearn.neighbors import NearestNeighbors

    crossing = points.answers >= 0
    crossings = np.concatenate([answer[::5] for answer in held.answers])
    label = np.repeat(held.labels, [len(answer[::5]) for answer in held.answers])
    on_map = NearestNeighbors(n_neighbors=NEAR_ON_MAP).fit(points.coordinates[crossing])
    near = on_map.kneighbors(points.place(crossings), return_distance=False)
    kept = []
    for columns in (points.leading, points.means.shape[1]):
        lens = NearestNeighbors(n_neighbors=NEAR_THROUGH_LENS).fit(points.means[crossing, :columns])
        true = lens.kneighbors(crossings[:, :columns], return_distance=False)
        kept.append(float(np.mean([np.isin(a, b).mean() for a, b in zip(near, true, strict=True)])))
    return kept[0], kept[1], float((points.labels[crossing][near] == label[:, None]).mean())


def _trustworthiness(points: MapPoints) -> float:
    """Trustworthiness (Venna and Kaski 2001) of the layout, one atlas point an answer, 15 neighbours."""
    from sklearn.manifold import trustworthiness

    answers = points.answers
    order = np.random.default_rng(0).permutation(np.flatnonzero(answers >= 0))
    _, one = np.unique(answers[order], return_index=True)
    rows = order[one]
    return float(
        trustworthiness(points.means[rows, : points.leading], points.coordinates[rows], n_neighbors=NEAR_ON_MAP)
    )


def own_starts(corpus: Corpus, systems: Sequence[str]) -> tuple[int, ...]:
    """The row in the held-out system prompts of each prompt in `systems`."""
    row = {prompt: i for i, (_, prompt) in enumerate(corpus.heldout_systems)}
    return tuple(row[system] for system in systems)
