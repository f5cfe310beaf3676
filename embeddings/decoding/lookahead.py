"""Looking at where several next tokens lead, in one pass that is half way to reading the one that is then chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from embeddings.model.language_model import Cursor, LanguageModel


@dataclass(frozen=True, eq=False)
class Ahead:
    """What `look` saw: ``states`` (k, width) float32 after each of k tokens, at the layer that was asked for.

    ``rows`` (1, k, width) is the residual stream after ``depth`` blocks, ``hidden`` (k, width) what is kept of it
    below.
    """

    cursor: Cursor
    states: np.ndarray
    depth: int
    rows: torch.Tensor
    hidden: Mapping[int, np.ndarray]


@torch.inference_mode()
def look(model: LanguageModel, cursor: Cursor, token_ids: Sequence[int], layer: int) -> Ahead:
    """Read k tokens side by side up to a layer, each as if it alone came next; go on with `take` or `leave`.

    One pass over a tree of depth one: every token sees what was read, and itself (tree attention: Miao et al.,
    SpecInfer, arXiv:2305.09781, section 4.2), so that no cache is copied. `layer` counts as in `Cursor.hidden`.
    """
    count, before, network = len(token_ids), cursor.length, model.network
    mask = torch.full((1, 1, count, before + count), -torch.inf)
    mask[..., :before] = 0.0
    mask[..., before:].view(count, count).fill_diagonal_(0.0)
    rows = network.embed(torch.tensor([list(token_ids)]))
    hidden = {0: rows[0].numpy()} if layer and 0 in cursor.hidden else {}
    for depth, rows in enumerate(network.through(rows, cursor.cache, before, 0, layer, mask), start=1):  # noqa: B020
        if depth in cursor.hidden and depth < layer:
            hidden[depth] = rows[0].numpy()
    states = network.normed(rows) if layer == model.layers else rows
    return Ahead(cursor, states[0].numpy(), layer, rows, hidden)


@torch.inference_mode()
def take(model: LanguageModel, ahead: Ahead, row: int) -> Cursor:
    """Go on from one of the tokens looked at: only the blocks above the layer are still to be read."""
    cursor = ahead.cursor
    for part in cursor.cache.parts[: ahead.depth]:
        part.keep(cursor.length, row)
    known = {layer: states[row].copy() for layer, states in ahead.hidden.items()}
    return model.onward(cursor, ahead.rows[:, row : row + 1].clone(), ahead.depth, known)


def leave(ahead: Ahead) -> Cursor:
    """Back to where the model stood before it looked."""
    for part in ahead.cursor.cache.parts[: ahead.depth]:
        part.keep(ahead.cursor.length)
    return ahead.cursor


def lookahead(
    model: LanguageModel,
    prompt: Sequence[int],
    token_ids: Sequence[int],
    candidates: Sequence[int],
    layer: int,
) -> np.ndarray:
    """Hidden states (m, width) from which the token after each of m candidates would be chosen.

    `token_ids` is what the answer already says; each candidate is looked at as its next token, in one batch.
    """
    cursor = model.prefill([*prompt, *token_ids], ())
    return look(model, cursor, candidates, layer).states
