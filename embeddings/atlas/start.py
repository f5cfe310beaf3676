"""The starting point of a system prompt: where answers begin under it. Asks where they begin, not what it says."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from embeddings.atlas.layout import Layout
from embeddings.chat import DEFAULT_SYSTEM, chat
from embeddings.errors import UserError

if TYPE_CHECKING:
    from embeddings.model.language_model import LanguageModel

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Start:
    """Where answers begin under a system prompt.

    ``state`` (width,) float32: mean over the fixed start questions of the state from which the answer's first token
    is chosen. ``position`` (3,) and ``off_map`` (percentile) place it on the atlas; ``pca`` (3,) in its plain
    projection; ``lens`` (d,) is the state through the lens. ``logprobs`` (questions, vocabulary) float32: the
    distributions of those first tokens, in nats.
    """

    system: str
    state: np.ndarray
    position: np.ndarray
    off_map: float
    pca: np.ndarray
    lens: np.ndarray
    logprobs: np.ndarray


@dataclass(frozen=True)
class Comparison:
    """How far two starts lie apart: ``map`` and ``full`` (through the lens) in spreads of the atlas there,
    ``behaviour`` as Jensen-Shannon divergence in nats, 0 to log 2, mean over the start questions' first tokens."""

    map: float
    full: float
    behaviour: float


def measuring(
    model: LanguageModel, layout: Layout, questions: Sequence[str], layer: int, system: str | None
) -> Generator[None, None, Start]:
    """The start of a system prompt on a layout of states of `layer`, over fixed questions; see `Atlas.starting`."""
    hidden, logprobs = yield from looking(model, system, [(question, "") for question in questions], [layer])
    state = hidden[:, 0].astype(np.float64).mean(axis=0)
    lens = layout.lens.start(state[None])
    position, off_map = layout.placed(lens)
    return Start(
        system=DEFAULT_SYSTEM if system is None else system,
        state=state.astype(np.float32),
        position=position[0],
        off_map=float(off_map[0]),
        pca=layout.project(lens)[0],
        lens=lens[0],
        logprobs=logprobs,
    )


def ahead(
    model: LanguageModel, system: str | None, contexts: Sequence[tuple[str, str]], layers: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """What comes next in m contexts (question, beginning of an answer) under a system prompt, which is read once.

    Returns
    -------
    tuple
        Hidden states float32 (m, len(layers), width) at the last token read, and log-probabilities float32
        (m, vocabulary) of the next one.

    Raises
    ------
    UserError
        If the prompt is unreadable, or too long to be read with a question.
    """
    return whole(looking(model, system, contexts, layers))


def looking(
    model: LanguageModel, system: str | None, contexts: Sequence[tuple[str, str]], layers: Sequence[int]
) -> Generator[None, None, tuple[np.ndarray, np.ndarray]]:
    """`ahead` in parts of well under a second, between which it may be called off."""
    prompts = [model.encode(chat(system=system, user=user), answer=answer) for user, answer in contexts]
    longest = max(map(len, prompts))
    if longest > model.context:
        raise UserError(
            f"The system prompt is too long: with a question it has {longest} tokens, but the model reads at most "
            f"{model.context}; shorten it."
        )
    shared = 0
    while all(shared < len(prompt) - 1 and prompt[shared] == prompts[0][shared] for prompt in prompts):
        shared += 1
    endings = [prompt[shared:] for prompt in prompts]
    hidden, logprobs = yield from model.continuing(prompts[0][:shared], endings, layers)
    return hidden, logprobs.numpy()


def whole(parts: Generator[None, None, T]) -> T:
    """What comes at the end of something that is done in parts, all at once."""
    while True:
        try:
            next(parts)
        except StopIteration as end:
            found: T = end.value
            return found


def jensen_shannon(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Jensen-Shannon divergence (m,) in nats, 0 to log 2, of m pairs of log-distributions (m, vocabulary) [1]_.

    References
    ----------
    .. [1] Lin, Divergence measures based on the Shannon entropy, IEEE Trans. Information Theory 37 (1991).
    """
    a, b = a.astype(np.float64), b.astype(np.float64)
    middle = np.logaddexp(a, b) - np.log(2.0)
    left = (np.exp(a) * (a - middle)).sum(axis=-1)
    right = (np.exp(b) * (b - middle)).sum(axis=-1)
    return np.maximum(0.5 * (left + right), 0.0)
