"""What a hidden state says beyond its own token, as a recent mean in few dimensions. Numpy only; fitted offline.

The token just read dominates a hidden state, above all at the template's last newline. The lens subtracts what that
token alone explains (ridge regression of the state on the token's input embedding, with an indicator for the
template's crossing), projects on the directions that stay while an answer goes on, and takes a bias-corrected
exponential mean over the answer. It has no labels: nothing here knows roles or themes; see
`embeddings.fitting.lens_fit`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Lens:
    """A fitted lens for one layer of one model.

    ``components`` (d, width), not orthonormal, and ``offset`` (d,): a state s becomes ``components @ s - offset``, less
    ``token[t]`` (vocabulary, d) for the token t just read, or ``template`` (d,) where the template was read.
    ``questions`` (d,): what the fixed start questions alone explain of a start, the mean of the training prompts'
    starts less the mean of all first crossings. ``decay`` in [0, 1): weight of the crossing before. Places are looked
    up in the first ``leading`` of the d components; regions are decided in all.
    """

    components: np.ndarray
    offset: np.ndarray
    token: np.ndarray
    template: np.ndarray
    questions: np.ndarray
    decay: float
    leading: int

    def single(self, states: np.ndarray, read: list[int | None]) -> np.ndarray:
        """States (n, width) without their token, float64 (n, d). `read`: the token before each, None: the template."""
        removed = np.array([self.template if token is None else self.token[token] for token in read], dtype=np.float64)
        projected = np.asarray(states, dtype=np.float64) @ self.components.T.astype(np.float64) - self.offset
        return projected - removed.reshape(projected.shape)

    def start(self, states: np.ndarray) -> np.ndarray:
        """Starts (n, d) of mean first crossings (n, width), without what the start questions alone explain.

        Among themselves starts lie as they lay before: the same vector is taken from each. It puts them where answers
        begin under their prompts; with it they would stand aside, for the eight questions are not all questions.
        """
        return self.single(states, [None] * len(states)) - self.questions

    def answer(self, states: np.ndarray, token_ids: tuple[int, ...]) -> np.ndarray:
        """`single` for an answer's crossings: the first one reads the template, crossing i token i - 1."""
        return self.single(states, [None, *token_ids[:-1]] if token_ids else [])


def recent_mean(single: np.ndarray, decay: float) -> np.ndarray:
    """Bias-corrected exponential mean over the rows so far: row i depends on rows 0..i only.

    Without the correction every trajectory would seem to begin at the origin (Kingma and Ba, Adam, arXiv:1412.6980,
    section 3).
    """
    out = np.empty_like(single)
    total, weight = np.zeros(single.shape[1]), 0.0
    for i, row in enumerate(single):
        total, weight = decay * total + row, decay * weight + 1.0
        out[i] = total / weight
    return out


def split(rows: np.ndarray, answer: np.ndarray) -> list[np.ndarray]:
    """The rows of each answer in order; `answer` (m,) is ascending."""
    return np.split(rows, np.flatnonzero(np.diff(answer)) + 1) if len(rows) else []
