"""How hard the system prompt holds: the same answer read again without it."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from embeddings.chat import Message, without_system
from embeddings.model.language_model import LanguageModel
from embeddings.trajectory import Step

GRIP_CHUNK = 64  # distributions kept until the reference pass reads their tokens together: 12 MB


class GripReader:
    """Reads an answer again under an explicitly empty system prompt, a chunk of tokens at a time.

    The grip of the start at a crossing is KL(p with the system prompt || p with an empty one) in nats, exact over the
    whole vocabulary, on the same text.
    """

    def __init__(
        self,
        model: LanguageModel,
        messages: tuple[Message, ...],
        chunk: int = GRIP_CHUNK,
        shared: Sequence[int] = (),
    ) -> None:
        """`shared`: tokens that the answer begins with and that nobody asks about."""
        self._model, self._chunk = model, chunk
        self._empty = messages[0].content == ""
        self._unread = [*model.encode(without_system(messages)), *shared]
        self._cache, self._read = model.network.cache(), 0
        self._waiting: list[torch.Tensor] = []
        self._behind: list[int] = []

    def push(self, step: Step) -> list[float]:
        """Take one step; the values that became known, oldest first (often none)."""
        if self._empty:
            return [0.0]
        self._waiting.append(step.logprobs)
        self._behind.append(step.token_id)
        return self.flush() if len(self._waiting) >= self._chunk else []

    @torch.inference_mode()
    def flush(self) -> list[float]:
        """The values of all steps pushed and not yet answered."""
        if not self._waiting:
            return []
        feed = self._unread + self._behind[:-1]
        network = self._model.network
        rows, _ = network.text(torch.tensor([feed]), self._cache, self._read)
        logits = network.plain_logits(network.normed(rows[:, -len(self._waiting) :]))
        reference = torch.log_softmax(logits[0], dim=-1)
        actual = torch.stack(self._waiting)
        divergence = (actual.exp() * (actual - reference)).sum(dim=-1, dtype=torch.float64).clamp_min(0.0)
        self._read, self._unread = self._read + len(feed), self._behind[-1:]
        self._waiting, self._behind = [], []
        return [float(value) for value in divergence]
