"""The lens is fitted by what its docstring says: the token goes, what stays leads, and no label is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import eigh

from embeddings.atlas.lens import recent_mean
from embeddings.fitting.lens_fit import DIMENSIONS, LEVEL, FittedLens, LensSettings, Seen, fit_lens, slow_components

WIDTH, VOCABULARY, ANSWERS, LONG = 64, 40, 60, 25


@pytest.fixture(scope="module")
def words() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(VOCABULARY, WIDTH)).astype(np.float32)


@pytest.fixture(scope="module")
def seen(words: np.ndarray) -> Seen:
    """Answers that each hold a level of their own along a few axes, wander along others, and shout their token."""
    rng = np.random.default_rng(1)
    answer = np.repeat(np.arange(ANSWERS), LONG)
    read = rng.integers(0, VOCABULARY, len(answer))
    first = np.arange(len(answer)) % LONG == 0
    stays = np.zeros((ANSWERS, WIDTH))
    stays[:, :5] = rng.normal(size=(ANSWERS, 5)) * 2
    wander = rng.normal(size=(len(answer), WIDTH))
    wander[:, 5:10] *= 6
    shout = np.where(first[:, None], 3.0, 4.0 * words[read] @ rng.normal(size=(WIDTH, WIDTH)) / 8)
    starts = np.zeros((30, WIDTH))
    starts[:, 20:22] = rng.normal(size=(30, 2)) * 5
    return Seen(
        states=(stays[answer] + wander + shout).astype(np.float32),
        read=read,
        first=first,
        answer=answer,
        question=answer,
        starts=starts.astype(np.float32),
    )


@pytest.fixture(scope="module")
def fitted(seen: Seen, words: np.ndarray) -> FittedLens:
    return fit_lens(seen, words, LensSettings(decay=0.7, leading=6))


def shares(components: np.ndarray) -> np.ndarray:
    """How much of each axis the span of the rows holds, 0 to 1."""
    return np.asarray((np.linalg.qr(components.T)[0] ** 2).sum(axis=1))


def test_what_stays_leads_and_what_wanders_does_not(seen: Seen, fitted: FittedLens, words: np.ndarray) -> None:
    slow = shares(fitted.lens.components[:7])
    plain = shares(fit_lens(seen, words, LensSettings(slow=None, decay=0.7)).lens.components[:7])
    assert slow[:5].min() > 0.9 and slow[5:10].max() < 0.2  # plain components take the widest, which here only wander
    assert plain[5:10].min() > 0.5
    assert slow[20:22].min() > 0.5  # where starts differ, though no answer does


def test_components_solve_the_generalised_eigenproblem(seen: Seen) -> None:
    """a = 1 is Fisher's discriminant; scipy solves that one by itself."""
    means = np.concatenate([recent_mean(rows, 0.7) for rows in np.split(seen.states.astype(float), ANSWERS)])
    middles = means.reshape(ANSWERS, LONG, WIDTH).mean(axis=1)
    inside = means - middles[seen.answer]
    within = inside.T @ inside / len(inside)
    within += LEVEL * np.trace(within) / WIDTH * np.eye(WIDTH)
    between = np.cov(middles.T, bias=True)
    _, vectors = eigh(between, within)
    ours = slow_components(means, seen.answer, seen.starts, 1.0, 0.0)
    for mine, theirs in zip(ours[:10], vectors.T[::-1][:10], strict=True):
        assert abs(mine @ theirs) / np.linalg.norm(mine) / np.linalg.norm(theirs) == pytest.approx(1.0, abs=1e-6)
    assert ours.shape == (DIMENSIONS, WIDTH) and (ours[np.arange(50), np.abs(ours).argmax(axis=1)] > 0).all()


def test_the_token_is_gone(seen: Seen, fitted: FittedLens, words: np.ndarray) -> None:
    """Knowing the token just read helps nobody to guess a single state any more, at the template neither."""
    lens = fitted.lens
    read = [None if first else int(token) for token, first in zip(seen.read, seen.first, strict=True)]
    single = lens.single(seen.states, read)
    kept = fit_lens(seen, words, LensSettings(decay=0.7, remove_token=False)).lens.single(seen.states, read)

    def explained(rows: np.ndarray) -> float:
        groups = [rows[seen.read == token].mean(axis=0) for token in range(VOCABULARY)]
        return float(np.var([groups[token] for token in seen.read], axis=0).sum() / rows.var(axis=0).sum())

    assert explained(single) < 0.6 * explained(kept)
    assert np.linalg.norm(single[seen.first].mean(axis=0)) < 0.3 * np.linalg.norm(kept[seen.first].mean(axis=0))
    assert 0.2 < fitted.explained < 1.0


def test_starts_stand_where_answers_begin(seen: Seen, fitted: FittedLens) -> None:
    lens = fitted.lens
    begun = lens.single(seen.states[seen.first], [None] * ANSWERS)
    np.testing.assert_allclose(lens.start(seen.starts).mean(axis=0), begun.mean(axis=0), atol=1e-3)


@pytest.mark.parametrize("by_question", [False, True])
def test_the_numbers_of_classes_do_not_matter(seen: Seen, words: np.ndarray, by_question: bool) -> None:
    """They are names: only which crossings belong together counts."""
    how = LensSettings(decay=0.7, by_question=by_question)
    other = replace(seen, answer=seen.answer * 7 + 3, question=seen.question * 5 + 1)
    np.testing.assert_array_equal(
        fit_lens(seen, words, how).lens.components, fit_lens(other, words, how).lens.components
    )


def test_what_differs_between_answers_to_one_question_does_not_lead(seen: Seen, words: np.ndarray) -> None:
    """Two answers to a question share some axes and differ in others: as one class they are led by the first."""
    rng = np.random.default_rng(2)
    asked = seen.answer // 2
    states = seen.states.copy()
    states[:, :5] = (rng.normal(size=(ANSWERS // 2, 5)) * 2)[asked] + rng.normal(size=(len(states), 5))
    states[:, 10:15] += (rng.normal(size=(ANSWERS, 5)) * 2)[seen.answer]
    both = replace(seen, states=states, question=asked)
    found = {}
    for by_question in (False, True):
        how = LensSettings(decay=0.7, by_question=by_question)
        found[by_question] = shares(fit_lens(both, words, how).lens.components[:8])
    assert found[True][:5].min() > 0.8
    assert found[True][10:15].mean() < found[False][10:15].mean() - 0.1
