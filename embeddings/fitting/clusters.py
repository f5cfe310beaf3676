"""Landmarks: where on the map each theme lies, called by the model's own words there. Offline only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SMALLEST = 25  # points in a cluster that gets a name
WORDS = 3

COMMON = frozenset(
    ["don't", "can't", "i'll", "i've", "you're", "we're", "let's", "it's", "i'm", "that's", "just", "like"]
)
_WORD = re.compile(r"[^\W\d_]{3,}(?:'[^\W\d_]+)?")


@dataclass(frozen=True, eq=False)
class Cluster:
    """A place of one theme: ``indices`` of its atlas points, ``name``, ``theme`` and ``position`` (3,)."""

    name: str
    theme: str
    indices: np.ndarray
    position: np.ndarray


def clusters(
    coordinates: np.ndarray, named: np.ndarray, answers: np.ndarray, snippets: Sequence[str], themes: Sequence[str]
) -> tuple[Cluster, ...]:
    """Where each theme lies on the map, largest first.

    Parameters
    ----------
    coordinates
        (N, 3) of the atlas points.
    named
        (N,) index into `themes` of what each is called by the votes of its neighbours, its own answer's not counted;
        -1 where these are not enough.
    answers
        (N,) the answer that each is of, -1 for starts.
    snippets
        The N texts around them.

    Notes
    -----
    HDBSCAN [1]_ clusters the points of one name; the largest cluster is the landmark, and its middle point its place.
    Its name is three words and the theme: the words that the model itself wrote there, in the snippets around the
    points, with the highest log-odds against the rest of the map, each in at least two answers [2]_.

    References
    ----------
    .. [1] Campello, Moulavi, Sander, Density-based clustering based on hierarchical density estimates, PAKDD 2013.
    .. [2] Monroe, Colaresi, Quinn, Fightin' Words, Political Analysis 16 (2008), section 3.5.
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    stop_words = ENGLISH_STOP_WORDS | COMMON
    words = [set(_WORD.findall(snippet.lower())) - stop_words for snippet in snippets]
    everywhere = Counter(word for at in _one_per_answer(answers, np.arange(len(answers)), words) for word in at)
    found = []
    for label, theme in enumerate(themes):
        members = _largest(coordinates, np.flatnonzero(named == label))
        if len(members) >= SMALLEST:
            name = ", ".join(distinctive(words, answers, members, everywhere))
            middle = _medoid(coordinates[members])
            found.append(Cluster(f"{name}: {theme}" if name else theme, theme, members, coordinates[members][middle]))
    return tuple(sorted(found, key=lambda cluster: -len(cluster.indices)))


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
