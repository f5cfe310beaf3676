"""Fit the lens: remove the token just read, keep what stays while an answer goes on. Offline only; sees no label."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from embeddings.atlas.lens import Lens, recent_mean, split

DIMENSIONS = 50
RIDGE = 1.0  # penalty of the regression on the token's embedding
LEVEL = 0.3  # of the mean within-answer variance, added to each direction: no direction is divided by nearly nothing


@dataclass(frozen=True)
class LensSettings:
    """How a lens is made.

    ``slow``: the power of the within-class scatter by which directions are weighed, 0 to 1; None for plain principal
    components of the recent means, the baseline. ``starts``: the share of the training starts' scatter beside the
    classes'; ``by_question``: all answers to a question are one class, else each is its own. ``decay`` in [0, 1): the
    weight of the crossing before in a recent mean; ``leading``: how many components places are looked up in;
    ``remove_token``: False leaves the token in.
    """

    slow: float | None = 0.5
    starts: float = 0.1
    by_question: bool = True
    leading: int = 12
    decay: float = 0.9
    remove_token: bool = True


@dataclass(frozen=True, eq=False)
class Seen:
    """What a lens is fitted on, m crossings of answers one after the other.

    ``states`` (m, width) float32; ``read`` (m,) int the token just read at each, ignored where ``first`` (m,) bool, an
    answer's first crossing, which reads the template; ``answer`` (m,) ascending; ``question`` (m,) a number for each
    question; ``starts`` (prompts, width) mean first crossings of the start questions under the training prompts.
    """

    states: np.ndarray
    read: np.ndarray
    first: np.ndarray
    answer: np.ndarray
    question: np.ndarray
    starts: np.ndarray


@dataclass(frozen=True, eq=False)
class FittedLens:
    """A lens, the share of the states' variance that the token explains, and plain principal axes (50, width) of the
    recent means, which distances between starts are measured along when the layout is made."""

    lens: Lens
    explained: float
    plain: np.ndarray


def fit_lens(seen: Seen, embeddings: np.ndarray, how: LensSettings) -> FittedLens:
    """Fit a lens on a corpus; `embeddings` (vocabulary, width) are the model's input embeddings."""
    from sklearn.decomposition import PCA
    from sklearn.linear_model import Ridge

    states, first, width = seen.states, seen.first, seen.states.shape[1]
    scale = float(embeddings.std())
    features = np.zeros((len(states), width + 1), dtype=np.float32)
    features[~first, :width] = embeddings[seen.read[~first]] / scale
    features[first, width] = 1.0
    centre = states.mean(axis=0)
    if how.remove_token:
        ridge = Ridge(alpha=RIDGE).fit(features, states - centre)
        coefficients, intercept = ridge.coef_.astype(np.float64), ridge.intercept_.astype(np.float64)
    else:
        coefficients, intercept = np.zeros((width, width + 1)), np.zeros(width)
    residual = states - centre - features @ coefficients.T.astype(np.float32) - intercept.astype(np.float32)
    explained = 1.0 - float((residual**2).sum() / ((states - centre) ** 2).sum())
    means = np.concatenate([recent_mean(rows, how.decay) for rows in split(residual, seen.answer)])
    plain = PCA(DIMENSIONS, svd_solver="full").fit(means).components_.astype(np.float64)
    kin = seen.question if how.by_question else seen.answer
    components = plain if how.slow is None else slow_components(means, kin, seen.starts, how.slow, how.starts)
    by_token = (embeddings.astype(np.float64) / scale) @ coefficients[:, :width].T @ components.T
    template = components @ coefficients[:, width]
    lens = Lens(
        components=components.astype(np.float32),
        offset=components.astype(np.float32).astype(np.float64) @ (centre + intercept),
        token=by_token.astype(np.float32),
        template=template,
        questions=np.zeros(DIMENSIONS),
        decay=how.decay,
        leading=how.leading,
    )
    first_crossings = lens.single(states[first], [None] * int(first.sum()))
    questions = lens.start(seen.starts).mean(axis=0) - first_crossings.mean(axis=0)
    return FittedLens(replace(lens, questions=questions), explained, plain)


def slow_components(means: np.ndarray, kin: np.ndarray, starts: np.ndarray, power: float, share: float) -> np.ndarray:
    """Directions (50, width) in which answers differ from each other more than they wander: what stays, slowly varying.

    With W the scatter of the recent means `means` (m, width) within classes, of which `kin` (m,) is the number, with
    0.3 of its mean variance added to every direction, B the scatter of the classes' means and S that of `starts`
    (prompts, width) scaled to B's trace, the rows are the leading eigenvectors of W^-a/2 (B + `share` S) W^-a/2, times
    W^-a/2, where a is `power`. Classes are answers, or the few answers to one question: no theme and no role is seen.
    Without S, a = 1 is Fisher's discriminant [1]_ with a regularised W, with answers as classes close to slow feature
    analysis [2]_, and a = 0 principal components of the classes' means.

    References
    ----------
    .. [1] Fisher, The use of multiple measurements in taxonomic problems, Annals of Eugenics 7 (1936).
    .. [2] Wiskott, Sejnowski, Slow feature analysis, Neural Computation 14 (2002), section 2.
    """
    order = np.argsort(kin, kind="stable")
    groups = split(means[order].astype(np.float64), kin[order])
    middles = np.array([group.mean(axis=0) for group in groups])
    inside = np.concatenate([group - middle for group, middle in zip(groups, middles, strict=True)])
    within = inside.T @ inside / len(inside)
    within += LEVEL * np.trace(within) / len(within) * np.eye(len(within))
    between, begun = _scatter(middles), _scatter(starts.astype(np.float64))
    values, vectors = np.linalg.eigh(within)
    whiten = (vectors * values ** (-power / 2)) @ vectors.T
    wanted = between + share * np.trace(between) / np.trace(begun) * begun
    _, found = np.linalg.eigh(whiten @ wanted @ whiten)
    rows = found[:, ::-1][:, :DIMENSIONS].T @ whiten
    # An eigenvector has no sign of its own: the largest entry is made positive, so that every machine gets the same.
    return np.asarray(rows * np.sign(rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)])[:, None])


def _scatter(rows: np.ndarray) -> np.ndarray:
    centred = rows - rows.mean(axis=0)
    return np.asarray(centred.T @ centred / len(centred))
