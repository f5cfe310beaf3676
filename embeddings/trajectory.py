"""What one answer is: which tokens were chosen, from which states, out of which candidates. Computes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from embeddings.chat import Message
from embeddings.request import Request, Settings

ROWS = ("states", "probability", "entropy", "grip", "pull", "kl", "inside", "after", "scores")
"""The arrays of a `Trajectory`, one row a token each."""


class Reward(Protocol):
    """What a trajectory knows of the rewards that it was written under: their weight in nats, and their JSON."""

    @property
    def weight(self) -> float: ...

    def to_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Candidate:
    """A next token that could be chosen; ``probability`` in [0, 1] is the unmodified model's. ``end``: it would end the
    answer."""

    id: int
    text: str
    probability: float
    end: bool = False


@dataclass(frozen=True, eq=False)
class Step:
    """One token as it is written.

    ``state`` (width,) float32 is the hidden state from which the token was chosen; ``probability`` and ``entropy``
    (nats), ``candidates`` (ten) and ``logprobs`` (vocabulary,) are the unmodified model's; ``pull`` is its probability
    of words with a negative reward, ``kl`` the divergence in nats that the rewards caused. ``text`` is what became
    readable with this token: empty inside a character that several tokens spell. ``after`` is the probability of each
    candidate under the rewards. One value each region reward: ``inside``, and ``scores``, what the unmodified model
    expects (see `RegionReward.look`; None where nothing was looked at, at weight 0).
    """

    index: int
    token_id: int
    text: str
    state: np.ndarray
    probability: float
    entropy: float
    candidates: tuple[Candidate, ...]
    pull: float
    kl: float
    blocked: tuple[int, ...]  # ids of the candidates that complete a word with a negative reward
    after: tuple[float, ...]
    inside: tuple[bool, ...]
    scores: tuple[float | None, ...]
    end: bool
    logprobs: Any = field(repr=False)


@dataclass(frozen=True)
class Parent:
    """Where a road parted from another: its tokens before ``at`` are the parent's, then comes ``forced``."""

    at: int
    forced: tuple[int, ...]
    typed: str | None  # the words that were typed; None where a candidate was taken
    token_ids: tuple[int, ...]  # the parent's whole answer
    text: str


@dataclass(frozen=True, eq=False)
class Trajectory:
    """What was written and where the model was. Row i of every array belongs to ``token_ids[i]``.

    ``states`` (n, width): row i is the raw residual stream from which token i was chosen, after block ``layer``.
    ``probability`` [0, 1], ``entropy``, ``grip``, ``kl`` (nats) and ``pull`` [0, 1] are (n,) float32; ``inside`` is
    (n,) bool, whether the crossing scores past half for any of r region rewards. ``grip`` is KL(p with this system
    prompt || p with an empty one) on the same text. ``after`` (n, 10) is the probability of each candidate under the
    rewards; ``scores`` (n, r) what the unmodified model expects of each region (`RegionReward.look`), NaN where nothing
    was looked at.
    """

    request: Request
    rewards: tuple[Reward, ...]  # what its interventions were made into, or what was given instead
    token_ids: tuple[int, ...]
    pieces: tuple[str, ...]  # their texts; joined they are the text
    ended: bool  # the last token is an end token
    candidates: tuple[tuple[Candidate, ...], ...]
    states: np.ndarray
    probability: np.ndarray
    entropy: np.ndarray
    grip: np.ndarray
    pull: np.ndarray
    kl: np.ndarray
    inside: np.ndarray
    after: np.ndarray
    scores: np.ndarray
    layer: int
    model_name: str
    model_sha256: str
    parent: Parent | None = None

    def __post_init__(self) -> None:
        for name in ROWS:
            array = np.array(getattr(self, name), dtype=bool if name == "inside" else np.float32)
            if len(array) != len(self.token_ids):
                raise ValueError(f"{name} has {len(array)} rows for {len(self.token_ids)} tokens")
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def text(self) -> str:
        """The answer as people read it, without the end token."""
        return "".join(self.pieces)

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the model read: the system message first, the template's own put in where none was given."""
        return self.request.chat

    @property
    def settings(self) -> Settings:
        return self.request.settings

    @property
    def system(self) -> str:
        return self.messages[0].content

    def __len__(self) -> int:
        return len(self.token_ids)
