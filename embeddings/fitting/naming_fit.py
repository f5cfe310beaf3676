"""How many votes are enough for a name, and how often named places are right: measured on held-out answers. Offline."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embeddings.atlas.naming import Enough, Naming, enough_for
from embeddings.fitting.report import HeldOut

PRECISION = 0.8  # of what is named so much is to be right
OF_TWO = 2 / 3  # where two names are said; four of five are never reached where one is not
SURE = 0.9  # and in so many of the resamplings of the questions that set the threshold
DRAWS = 200


def votes_of(naming: Naming, held: HeldOut) -> np.ndarray:
    """Votes (m, themes) at every fifth held-out crossing."""
    return np.array([naming.votes(point) for point in held.asked[0]])


def enough_votes(votes: np.ndarray, themes: np.ndarray, question: np.ndarray) -> Enough:
    """The thresholds at which one name is right in four of five, and one of two in two of three.

    Parameters
    ----------
    votes
        (m, themes) at held-out crossings, of which ``themes`` (m,) is the theme, of the question ``question`` (m,).

    Notes
    -----
    Read off one sample of questions a threshold would be too low in half of all samples. So it is read off two hundred
    draws of the questions, and the one is taken that is high enough for nine in ten of them. (Of fresh samples somewhat
    fewer than nine in ten keep it, for the draws know only the one.) Two names are judged where one is not enough.
    """
    rng = np.random.default_rng(0)
    shares = np.sort(votes, axis=1)[:, ::-1] / votes.sum(axis=1, keepdims=True)
    order = np.argsort(-votes, axis=1, kind="stable")
    first, both = order[:, 0] == themes, (order[:, :2] == themes[:, None]).any(axis=1)
    groups = [np.flatnonzero(question == one) for one in np.unique(question)]
    draws = [np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))]) for _ in range(DRAWS)]
    one = float(np.quantile([enough_for(shares[rows, 0], first[rows], PRECISION) for rows in draws], SURE))
    pairs = shares[:, :2].sum(axis=1)
    left = [rows[shares[rows, 0] < one] for rows in draws]
    two = float(np.quantile([enough_for(pairs[rows], both[rows], OF_TWO) for rows in left], SURE))
    return Enough(one, two)


def named(naming: Naming, votes: np.ndarray, labels: Sequence[int] | np.ndarray) -> dict[str, float]:
    """The share of crossings, 0 to 1, that have one name, and two, and how often these are right.

    ``votes`` (m, themes) and ``labels`` (m,) of held-out crossings. A name is right where the crossing answers a
    question of its theme; of two, where it answers one of either.
    """
    said = [naming.said(row).names for row in votes]
    true = [naming.names[label] for label in labels]
    found = {}
    for count, what in ((1, "named"), (2, "between")):
        right = [theme in names for names, theme in zip(said, true, strict=True) if len(names) == count]
        found[f"{what}_share"] = len(right) / len(said)
        found[f"{what}_right"] = float(np.mean(right)) if right else 0.0
    return found
