"""One token out of a distribution: greedy, or by temperature and nucleus. Numpy only."""

from __future__ import annotations

import numpy as np


def choose(logprobs: np.ndarray, temperature: float, top_p: float, uniform: float) -> int:
    """Choose a token.

    Parameters
    ----------
    logprobs : ndarray of float32 or float64, shape (vocabulary,)
        Nats; ``-inf`` is never chosen.
    temperature : float
        0 takes the likeliest token, the first of equals; above, log probabilities are divided by it.
    top_p : float
        Within (0, 1]: only the fewest tokens that hold this share of the probability, after temperature [1]_.
    uniform : float
        Within [0, 1): where to read the cumulative distribution, likeliest token first. The same number gives two
        similar distributions the same token where it can.

    Returns
    -------
    int
        Id of the chosen token; its probability is never 0.

    References
    ----------
    .. [1] Holtzman et al., The Curious Case of Neural Text Degeneration, arXiv:1904.09751, section 3.1.
    """
    if temperature == 0:
        return int(logprobs.argmax())
    scores = logprobs.astype(np.float64)
    with np.errstate(over="ignore"):  # a tiny temperature sends all but the likeliest to -inf, as it should
        weights = np.exp((scores - scores.max()) / temperature)
    total = weights.sum()
    needed = total * (uniform if top_p >= 1 else top_p)
    for floor in (1e-4, 0.0):  # nearly always the likely tokens suffice, and sorting all takes 2 ms
        falling = np.sort(weights[weights > floor])[::-1]
        cumulative = falling.cumsum()
        if cumulative[-1] > needed:
            break
    last = len(falling) - 1
    if top_p < 1:
        last = min(last, int(np.searchsorted(cumulative, top_p * total)))
        total = cumulative[last]
    rank = min(last, int(np.searchsorted(cumulative, uniform * total, side="right")))
    equals = np.flatnonzero(weights == falling[rank])
    return int(equals[rank - np.searchsorted(-falling, -falling[rank])])
