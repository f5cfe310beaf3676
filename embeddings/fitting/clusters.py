"""Neighbourhoods with names: where on the map a theme is dense, called by the model's own words there. Offline only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

NEAR = 50  # map neighbours that say which theme a place belongs to
SHARE = 2.5  # a theme is dense where it holds this many times its share of the whole map
SMALLEST = 25  # points in a cluster that gets a name
WORDS = 3
MOST = 16

COMMON = frozenset(
    ["don't", "can't", "i'll", "i've", "you're", "we're", "let's", "it's", "i'm", "that's", "just", "like"]
)
_WORD = re.compile(r"[^\W\d_]{3,}(?:'[^\W\d_]+)?")


@dataclass(frozen=True, eq=False)
class Cluster:
    """A dense place of one theme: ``indices`` of its atlas points, ``name``, ``theme`` and ``position`` (3,)."""

    name: str
    theme: str
    indices: np.ndarray
    position: np.ndarray


def clusters(
    coordinates: np.ndarray, labels: np.ndarray, answers: np.ndarray, snippets: Sequence[str], themes: Sequence[str]
) -> tuple[Cluster, ...]:
    """Density clusters of the map, each of one theme, largest first; at most sixteen, apart from each other.

    A point is dense in its theme where, among its 50 nearest points of *other* answers, the theme holds at least 2.5
    times its share of the map. HDBSCAN [1]_ clusters each theme's dense points; its largest cluster is a landmark. Its
    name is three words and the theme: the words that the model itself wrote there, in the snippets around the points,
    with the highest log-odds against the rest of the map, each in at least two answers [2]_.

    References
    ----------
    .. [1] Campello, Moulavi, Sander, Density-based clustering based on hierarchical density estimates, PAKDD 2013.
    .. [2] Monroe, Colaresi, Quinn, Fightin' Words, Political Analysis 16 (2008), section 3.5.
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    dense = dense_points(coordinates, labels, answers, len(themes))
    stop_words = ENGLISH_STOP_WORDS | COMMON
    words = [set(_WORD.findall(snippet.lower())) - stop_words for snippet in snippets]
    everywhere = Counter(word for at in _one_per_answer(answers, np.arange(len(answers)), words) for word in at)
    found = []
    for label, theme in enumerate(themes):
        members = _largest(coordinates, np.flatnonzero(dense & (labels == label)))
        if len(members) >= SMALLEST:
            name = ", ".join(distinctive(words, answers, members, everywhere))
            middle = _medoid(coordinates[members])
            found.append(Cluster(f"{name}: {theme}" if name else theme, theme, members, coordinates[members][middle]))
    found.sort(key=lambda cluster: -len(cluster.indices))
    return tuple(found[:MOST])


def dense_points(coordinates: np.ndarray, labels: np.ndarray, answers: np.ndarray, themes: int) -> np.ndarray:
    """Whether each point (N,) lies where its own theme is dense, judged by points of other answers."""
    from sklearn.neighbors import NearestNeighbors

    _, near = NearestNeighbors(n_neighbors=4 * NEAR).fit(coordinates).kneighbors(coordinates)
    share = np.array([(labels == label).mean() for label in range(themes)])
    dense = np.zeros(len(labels), dtype=bool)
    for i in np.flatnonzero(labels >= 0):
        others = near[i][(answers[near[i]] != answers[i]) & (answers[near[i]] >= 0)][:NEAR]
        dense[i] = len(others) > 0 and (labels[others] == labels[i]).mean() >= SHARE * share[labels[i]]
    return dense


def distinctive(
    words: Sequence[set[str]], answers: np.ndarray, members: np.ndarray, everywhere: Counter[str]
) -> list[str]:
    """The three words of the highest log-odds (with a prior of all words) among `members` against the whole map."""
    groups = _one_per_answer(answers, members, words)
    here = Counter(word for at in groups for word in at)
    inside, outside = sum(here.values()), sum(everywhere.values())
    scores = {}
    for word, count in here.items():
        if count >= 2:
            prior = everywhere[word] + 0.5
            odds = np.log((count + 0.01 * prior) / (inside - count + 1.0)) - np.log(prior / (outside - prior + 1.0))
            scores[word] = odds * np.sqrt(count)
    return sorted(scores, key=lambda word: (-scores[word], word))[:WORDS]


def _one_per_answer(answers: np.ndarray, members: np.ndarray, words: Sequence[set[str]]) -> list[set[str]]:
    """The words of each answer at its points among `members`: an answer counts a word once."""
    groups: dict[int, set[str]] = {}
    for i in members:
        if answers[i] >= 0:
            groups.setdefault(int(answers[i]), set()).update(words[i])
    return list(groups.values())


def _largest(coordinates: np.ndarray, members: np.ndarray) -> np.ndarray:
    from sklearn.cluster import HDBSCAN

    if len(members) < SMALLEST:
        return members
    smallest = max(SMALLEST, len(members) // 4)
    labels = HDBSCAN(min_cluster_size=smallest, min_samples=10, allow_single_cluster=True, copy=True).fit_predict(
        coordinates[members]
    )
    if labels.max() < 0:
        return members
    return members[labels == np.bincount(labels[labels >= 0]).argmax()]


def _medoid(points: np.ndarray) -> int:
    return int(np.argmin(np.linalg.norm(points[:, None] - points[None], axis=-1).sum(axis=1)))
