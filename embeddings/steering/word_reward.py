"""A reward on writing a word."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from math import inf
from typing import Any

from embeddings.errors import UserError
from embeddings.model.spelling import canonical
from embeddings.steering.reward import check_weight
from embeddings.typed import bare

MAX_WORD = 200


@dataclass(frozen=True)
class WordReward:
    """A reward on writing a word, in nats; ``-inf`` is a ban.

    Parameters
    ----------
    word : str
        A word or a phrase, 1 to 200 characters without the spaces, quotation marks and punctuation around it
        (`typed.bare`); it stands for all its spellings (see `Vocabulary`).
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
    word = bare(word)
    if len(word) > MAX_WORD:
        raise UserError(f"The word to reward or forbid has {len(word)} characters; give at most {MAX_WORD}.")
    if any(unicodedata.category(character) in ("Cc", "Co", "Cs") or character == "\ufffd" for character in word):
        raise UserError("The word to reward or forbid holds a control or broken character; type it again without it.")
    if not any(unicodedata.category(character)[0] in "LNPS" for character in canonical(word)):
        raise UserError("The word to reward or forbid is empty; type a word, such as free.")
    if unicodedata.category(canonical(word)[0])[0] == "M":
        raise UserError("The word to reward or forbid begins with a lone accent; give the letter before it too.")
    return word
