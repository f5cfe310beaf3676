"""The thresholds of names: read off held-out votes, high enough, and judged on others."""

from __future__ import annotations

import numpy as np

from embeddings.atlas.naming import Enough, Naming
from embeddings.fitting.naming_fit import PRECISION, enough_votes, named


def sampled(seed: int, questions: int = 120, each: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Votes among five themes; how sure they are differs from question to question, as it does on the map."""
    rng = np.random.default_rng(seed)
    themes, sure = rng.integers(0, 5, questions), rng.uniform(0.2, 0.9, questions)
    votes, true, question = [], [], []
    for number, (theme, share) in enumerate(zip(themes, sure, strict=True)):
        winner = theme if rng.random() < share + 0.1 else rng.integers(0, 5)
        chances = np.full(5, (1 - share) / 4)
        chances[winner] = share
        votes += list(rng.multinomial(50, chances, each))
        true += [theme] * each
        question += [number] * each
    return np.array(votes), np.array(true), np.array(question)


def test_the_thresholds_keep_their_word_on_other_questions() -> None:
    figures = []
    for seed in range(12):
        enough = enough_votes(*sampled(seed))
        assert 0.2 < enough.one < 1.0
        naming = Naming(np.zeros((60, 2)), np.zeros(60, dtype=int), tuple("abcde"), enough)
        figures.append(named(naming, *sampled(100 + seed)[:2]))
    right = np.array([found["named_right"] for found in figures])
    assert right.mean() >= PRECISION and (right >= PRECISION).mean() >= 0.5
    assert np.mean([found["named_share"] for found in figures]) > 0.2


def test_what_is_counted() -> None:
    naming = Naming(np.zeros((60, 2)), np.zeros(60, dtype=int), ("a", "b", "c"), Enough(0.6, 0.9))
    votes = np.array([[40, 5, 5], [40, 5, 5], [25, 22, 3], [3, 22, 25], [18, 16, 16]])
    assert named(naming, votes, [0, 1, 1, 0, 0]) == {
        "named_share": 0.4,
        "named_right": 0.5,
        "between_share": 0.4,
        "between_right": 0.5,
    }
