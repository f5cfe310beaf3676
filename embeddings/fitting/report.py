"""How far a map can be trusted: figures on questions, system prompts and answers that neither lens nor layout saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from embeddings.atlas.lens import split
from embeddings.fitting.corpus import Corpus

NEAR_ON_MAP, NEAR_THROUGH_LENS = 15, 50
LONG_ANSWER = 60
EVERY = 5  # of a held-out answer's crossings each fifth is asked for its neighbours


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

    def half(self, which: int) -> HeldOut:
        """Every second role (0 or 1) with its prompts, and the answers that were asked under them."""
        number = {role: i for i, role in enumerate(dict.fromkeys(self.roles))}
        rows = [i for i, role in enumerate(self.roles) if number[role] % 2 == which]
        place = {row: i for i, row in enumerate(rows)}
        kept = [i for i, start in enumerate(self.own_start) if start in place]
        return HeldOut(
            starts=self.starts[rows],
            roles=tuple(self.roles[i] for i in rows),
            behaviour=self.behaviour[np.ix_(rows, rows)],
            wording=self.wording[np.ix_(rows, rows)],
            answers=tuple(self.answers[i] for i in kept),
            labels=tuple(self.labels[i] for i in kept),
            own_start=tuple(place[self.own_start[i]] for i in kept),
        )

    @cached_property
    def asked(self) -> tuple[np.ndarray, np.ndarray]:
        """Every fifth crossing of all answers (m, d), and which answer each belongs to (m,)."""
        rows = [answer[::EVERY] for answer in self.answers]
        return np.concatenate(rows), np.repeat(np.arange(len(rows)), [len(row) for row in rows])


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

    @cached_property
    def spread(self) -> float:
        return float(np.linalg.norm(self.coordinates - self.coordinates.mean(axis=0), axis=1).mean())


def behaviour_distances(logprobs: np.ndarray) -> np.ndarray:
    """Mean Jensen-Shannon divergence (p, p), nats, of log-distributions (p, contexts, vocabulary)."""
    with ThreadPoolExecutor() as threads:  # numpy computes outside the interpreter's lock
        found = list(threads.map(_divergences, np.moveaxis(logprobs, 1, 0)))
    return np.asarray(np.mean(found, axis=0))


def _divergences(logprobs: np.ndarray) -> np.ndarray:
    """Jensen-Shannon divergence (p, p) in one context (p, vocabulary)."""
    shares = np.exp(logprobs.astype(np.float32))
    entropy = -(shares * logprobs).sum(axis=-1, dtype=np.float64)
    out = np.zeros((len(shares), len(shares)))
    for i, row in enumerate(shares):
        for j in range(i):
            middle = 0.5 * (row + shares[j])
            mixed = -float(middle @ np.log(np.maximum(middle, 1e-30)))
            out[i, j] = out[j, i] = max(0.0, mixed - 0.5 * float(entropy[i] + entropy[j]))
    return out


def wording_distances(prompts: Sequence[str]) -> np.ndarray:
    """One minus the cosine of TF-IDF vectors (p, p) of the prompts' words."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(stop_words="english").fit_transform(prompts)
    return np.asarray(1.0 - (vectors @ vectors.T).toarray())


@dataclass(frozen=True, eq=False)
class Measured:
    """What is measured of each prompt and each answer: the figures are means, medians and correlations of these.

    ``on_map``, ``full``, ``behaviour``, ``wording`` (p, p) distances of starts; ``roles`` (p,) numbers. Of each of n
    answers: ``steps`` lengths; ``links`` (n,); ``widths`` (n,), nan where it is short; ``shares`` (n, 3): of its
    crossings' nearest 15 on the map the share kept in the components that places use, in all, and of its theme;
    ``counts`` (n,) how many crossings were asked.
    """

    on_map: np.ndarray
    full: np.ndarray
    behaviour: np.ndarray
    wording: np.ndarray
    roles: np.ndarray
    steps: tuple[np.ndarray, ...]
    links: np.ndarray
    widths: np.ndarray
    shares: np.ndarray
    counts: np.ndarray

    def of_starts(self, rows: np.ndarray) -> dict[str, float]:
        """Figures of starts over the prompts `rows`, which may repeat; a prompt is not compared with itself."""
        first, second = np.triu_indices(len(rows), 1)
        a, b = rows[first], rows[second]
        a, b = a[a != b], b[a != b]
        on_map, behaviour, wording = self.on_map[a, b], self.behaviour[a, b], self.wording[a, b]
        different = self.roles[a] != self.roles[b]
        return {
            "start_behaviour_map": spearman(on_map, behaviour),
            "start_behaviour_full": spearman(self.full[a, b], behaviour),
            "start_behaviour_map_given_wording": partial_spearman(on_map, behaviour, wording),
            "wording_behaviour": spearman(wording, behaviour),
            "start_moves": float(np.median(on_map[different])),
            "start_moves_same_role": float(np.median(on_map[~different])),
        }

    def of_answers(self, rows: np.ndarray) -> dict[str, float]:
        """Figures of roads over the answers `rows`, which may repeat."""
        every = np.concatenate([self.steps[i] for i in rows])
        kept, wide, theme = np.average(self.shares[rows], axis=0, weights=self.counts[rows])
        widths = self.widths[rows]
        return {
            "steps_median": float(np.median(every)),
            "steps_95": float(np.quantile(every, 0.95)),
            "steps_over_half": float((every > 0.5).mean()),
            "first_step": float(np.median([self.steps[i][0] for i in rows if len(self.steps[i])])),
            "start_to_first_crossing": float(np.median(self.links[rows])),
            "road_width": float(np.nanmedian(widths)) if np.isfinite(widths).any() else 0.0,
            "neighbours_kept": float(kept),
            "neighbours_kept_all_components": float(wide),
            "theme_agreement": float(theme),
        }


def fidelity(points: MapPoints, held: HeldOut) -> dict[str, float]:
    """The figures of a map, distances on it in spreads.

    Spread is the mean distance of the coordinates from their mean. A step leads from one crossing of an answer to the
    next; the first step from its first crossing to its second, the link from the start of its system prompt to its
    first crossing. A start moves by the median distance over pairs of prompts of different roles. Width is the mean
    distance of the first sixty crossings from their centre, the median over answers that long.
    """
    found = measured(points, held)
    chance = float(np.mean([(points.labels == label).sum() for label in held.labels]) / (points.labels >= 0).sum())
    return {
        **found.of_starts(np.arange(len(found.roles))),
        **found.of_answers(np.arange(len(found.steps))),
        "theme_chance": chance,
        "trustworthiness": _trustworthiness(points),
    }


def intervals(points: MapPoints, held: HeldOut, draws: int, seed: int = 0) -> dict[str, list[float]]:
    """95 % percentile bootstrap intervals [1]_ of the figures: the roles drawn anew, or the questions.

    References
    ----------
    .. [1] Efron, Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    found, rng = measured(points, held), np.random.default_rng(seed)
    roles, answers = np.unique(found.roles), len(found.steps)
    members = {role: np.flatnonzero(found.roles == role) for role in roles}
    drawn: list[dict[str, float]] = []
    for _ in range(draws):
        among = rng.choice(roles, len(roles))
        while len(roles) > 1 and len(set(among)) == 1:  # of one role alone nothing is told apart
            among = rng.choice(roles, len(roles))
        rows = np.concatenate([members[role] for role in among])
        drawn.append({**found.of_starts(rows), **found.of_answers(rng.integers(0, answers, answers))})
    ends = {name: np.quantile([figures[name] for figures in drawn], [0.025, 0.975]) for name in drawn[0]}
    return {name: [float(low), float(high)] for name, (low, high) in ends.items()}


def measured(points: MapPoints, held: HeldOut) -> Measured:
    """Place what is held out on a map, and measure it prompt by prompt and answer by answer."""
    placed = [points.place(answer) / points.spread for answer in held.answers]
    starts = points.place(held.starts) / points.spread
    long = [road[:LONG_ANSWER] if len(road) >= LONG_ANSWER else None for road in placed]
    number = {role: i for i, role in enumerate(dict.fromkeys(held.roles))}
    shares, counts = _neighbourhoods(points, held)
    return Measured(
        on_map=_distances(starts),
        full=_distances(held.starts),
        behaviour=held.behaviour,
        wording=held.wording,
        roles=np.array([number[role] for role in held.roles]),
        steps=tuple(np.linalg.norm(np.diff(road, axis=0), axis=1) for road in placed),
        links=np.array([np.linalg.norm(r[0] - starts[k]) for r, k in zip(placed, held.own_start, strict=True)]),
        widths=np.array([np.nan if road is None else _width(road) for road in long]),
        shares=shares,
        counts=counts,
    )


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Rank correlation, -1 to 1; 0 where one side does not vary."""
    from scipy.stats import spearmanr

    return float(spearmanr(a, b).statistic) if np.ptp(a) > 0 and np.ptp(b) > 0 else 0.0


def partial_spearman(a: np.ndarray, b: np.ndarray, given: np.ndarray) -> float:
    """Rank correlation of a and b with the ranks of `given` held fixed."""
    ab, ag, bg = spearman(a, b), spearman(a, given), spearman(b, given)
    return (ab - ag * bg) / float(np.sqrt((1 - ag**2) * (1 - bg**2)))


def _distances(points: np.ndarray) -> np.ndarray:
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(points, points))


def _width(road: np.ndarray) -> float:
    return float(np.linalg.norm(road - road.mean(axis=0), axis=1).mean())


def _neighbourhoods(points: MapPoints, held: HeldOut) -> tuple[np.ndarray, np.ndarray]:
    """Of a held-out crossing's 15 nearest atlas points on the map: the share among its 50 nearest through the lens (in
    the components that places use, then in all), and the share that answers a question of the same theme; (n, 3) means
    over each answer's asked crossings, and how many these are (n,)."""
    from sklearn.neighbors import NearestNeighbors

    crossing = points.answers >= 0
    crossings, answer = held.asked
    label = np.array(held.labels)[answer]
    on_map = NearestNeighbors(n_neighbors=NEAR_ON_MAP).fit(points.coordinates[crossing])
    near = on_map.kneighbors(points.place(crossings), return_distance=False)
    each = np.empty((len(crossings), 3))
    for column, used in enumerate((points.leading, points.means.shape[1])):
        lens = NearestNeighbors(n_neighbors=NEAR_THROUGH_LENS).fit(points.means[crossing, :used])
        true = lens.kneighbors(crossings[:, :used], return_distance=False)
        each[:, column] = [np.isin(a, b).mean() for a, b in zip(near, true, strict=True)]
    each[:, 2] = (points.labels[crossing][near] == label[:, None]).mean(axis=1)
    parts = split(each, answer)
    return np.array([part.mean(axis=0) for part in parts]), np.array([len(part) for part in parts])


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
