"""What can change the next token: rewards on words and on what candidates lead to, then temperature and nucleus.

Log probabilities in, one token out; numpy only. Which tokens complete a word is found in vocabulary.py, which
candidates lead into a region in region_reward.py; the loop that writes the answer is in generate.py.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from numbers import Real
from typing import Any

import numpy as np

from embeddings.errors import UserError
from embeddings.model.vocabulary import Vocabulary, canonical

__all__ = ["Look", "Steered", "Vocabulary", "WordReward", "check_weight", "choose", "steer"]

MAX_WEIGHT = 100.0
MAX_WORD = 200


@dataclass(frozen=True)
class WordReward:
    """A reward on writing a word, in nats; ``-inf`` is a ban.

    Parameters
    ----------
    word : str
        A word or a phrase, 1 to 200 characters without the spaces around it; it stands for all its spellings (see
        `Vocabulary`).
    weight : float
        Nats within -100..100, or ``-inf``. 0 changes nothing.

    Raises
    ------
    UserError
        If the word is blank, too long or not text, or the weight is not such a number.
    """

    word: str
    weight: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "word", _checked_word(self.word))
        object.__setattr__(self, "weight", self.weight if self.weight == -inf else check_weight(self.weight))

    def to_json(self) -> dict[str, Any]:
        """``{"word": "free", "weight": -3.0}``; the weight of a ban is ``"ban"``."""
        return {"word": self.word, "weight": "ban" if self.weight == -inf else self.weight}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> WordReward:
        """What `to_json` wrote; a `UserError` says what is wrong with anything else."""
        if set(value) != {"word", "weight"}:
            raise UserError('A reward must be a word and a weight, such as {"word": "free", "weight": "ban"}.')
        weight = value["weight"]
        if isinstance(weight, str) and weight != "ban":
            raise UserError(f'A weight must be a number of nats or "ban", not {weight!r:.40}.')
        return cls(value["word"], -inf if weight == "ban" else weight)


def _checked_word(word: object) -> str:
    if not isinstance(word, str):
        raise UserError(f"A word to reward or forbid must be text, not {type(word).__name__}; write it in quotes.")
    word = word.strip()
    if len(word) > MAX_WORD:
        raise UserError(f"The word to reward or forbid has {len(word)} characters; give at most {MAX_WORD}.")
    if any(unicodedata.category(character) in ("Cc", "Cs") or character == "\ufffd" for character in word):
        raise UserError("The word to reward or forbid holds a control or broken character; type it again without it.")
    if not any(unicodedata.category(character)[0] in "LNPS" for character in word):
        raise UserError("The word to reward or forbid is empty; type a word, such as free.")
    if unicodedata.category(canonical(word)[0])[0] == "M":
        raise UserError("The word to reward or forbid begins with a lone accent; give the letter before it too.")
    return word


def check_weight(weight: object) -> float:
    """A finite weight within -100..100 nats; a `UserError` for anything else."""
    if isinstance(weight, bool) or not isinstance(weight, Real):
        raise UserError(f"A weight must be a number of nats, or -inf to ban a word, not {weight!r:.40}; try -3.0.")
    if -MAX_WEIGHT <= weight <= MAX_WEIGHT:  # type: ignore[operator]
        return float(weight)
    raise UserError("A weight must be within -100 to 100 nats, or -inf to ban a word; use a number in this range.")


@dataclass(frozen=True, eq=False)
class Look:
    """What was found by looking at where k candidates lead: their ``ids`` (k,) and the reward ``nats`` (k,) on each."""

    ids: np.ndarray
    nats: np.ndarray


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
    for reward in rewards:
        ids = vocabulary.completing_after(reward.word, written)
        total[ids] += reward.weight
        blocked[ids] |= reward.weight < 0
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
