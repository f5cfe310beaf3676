"""What rewards do to a next-token distribution, over the whole vocabulary. Log probabilities in and out; numpy only.

Which tokens complete a word is found in `embeddings.model.vocabulary`, which candidates lead into a region in
`region_reward`; the loop that writes the answer is `embeddings.decoding.loop`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from embeddings.errors import UserError
from embeddings.model.vocabulary import Vocabulary
from embeddings.steering.reward import Look
from embeddings.steering.word_reward import WordReward


@dataclass(frozen=True)
class Steered:
    """A next-token distribution under rewards, and what they did to it."""

    logprobs: np.ndarray
    """(vocabulary,), nats: float64, or the unmodified array itself where no token's reward differs from 0."""
    pull: float
    """Unmodified probability, 0..1, of all tokens that complete a word with a negative weight."""
    kl: float
    """KL(pi' || pi) in nats; exactly 0.0 where nothing changed."""
    blocked: np.ndarray
    """(vocabulary,) bool: those tokens."""


def steer(
    logprobs: np.ndarray,
    rewards: Iterable[WordReward],
    vocabulary: Vocabulary,
    written: Sequence[bytes],
    looks: Iterable[Look] = (),
) -> Steered:
    """Best next-token distribution for rewards that add, with a price of one nat for each nat of KL.

    Parameters
    ----------
    logprobs : ndarray of float32 or float64, shape (vocabulary,)
        log pi of the unmodified model, nats, normalised; ``-inf`` is allowed.
    rewards : iterable of WordReward
        Each acts on the tokens that complete its word; weights on the same token add, a ban stays a ban.
    vocabulary : Vocabulary
        With as many pieces as there are log probabilities.
    written : sequence of bytes
        Raw bytes of the answer's tokens so far.
    looks : iterable of Look
        Rewards on candidates for what they lead to; 0 for all other tokens, so that the KL is exact.

    Returns
    -------
    Steered
        ``pi' = pi * exp(reward) / Z`` maximises ``E[reward] - KL(pi' || pi)`` [1]_.

    Raises
    ------
    UserError
        If every possible token is banned.

    References
    ----------
    .. [1] Rafailov et al., Direct Preference Optimization, arXiv:2305.18290, equation 4.
    """
    total = np.zeros(len(logprobs))
    blocked = np.zeros(len(logprobs), dtype=bool)
    words = tuple(rewards)
    for reward, ids in zip(words, vocabulary.completing_each([r.word for r in words], written), strict=True):
        total[ids] += reward.weight
        if reward.weight < 0:
            blocked[ids] = True
    for look in looks:
        total[look.ids] += look.nats
    if not blocked.any() and not total.any():
        return Steered(logprobs, 0.0, 0.0, blocked)
    before = logprobs.astype(np.float64)
    before -= _log_mass(before)  # what float32 lost: sums of 49152 probabilities miss 1 by 1e-5
    pull = min(1.0, float(np.exp(before[blocked]).sum()))
    if not total.any():
        return Steered(logprobs, pull, 0.0, blocked)
    scores = before + total
    log_mass = _log_mass(scores)
    after = scores - log_mass
    touched = np.flatnonzero((total != 0) & (total > -inf))
    kl = float(np.exp(after[touched]) @ total[touched]) - log_mass
    return Steered(after, pull, max(0.0, kl), blocked)


def _log_mass(scores: np.ndarray) -> float:
    highest = float(scores.max())
    if highest == -inf:
        raise UserError("The rewards ban every next token; allow at least one word or lower a weight.")
    return highest + float(np.log(np.exp(scores - highest).sum()))
