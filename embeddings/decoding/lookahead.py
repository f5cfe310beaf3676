"""Looking at where several next tokens lead, in one pass that is half way to reading the one that is then chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from embeddings.model.language_model import Cursor, LanguageModel
from embeddings.model.linear import FewRows, OneRow


@dataclass(frozen=True, eq=False)
class Ahead:
    """What `look` saw: ``states`` (k, width) float32 after each of k tokens, at the layer that was asked for."""

    cursor: Cursor
    states: np.ndarray
    blocks: torch.Tensor  # (depth + 1, k, width): the residual stream after the embedding and each block so far


@torch.inference_mode()
def look(model: LanguageModel, cursor: Cursor, token_ids: Sequence[int], layer: int) -> Ahead:
    """Read k tokens side by side up to a layer, each as if it alone came next; go on with `take` or `leave`.

    One pass over a tree of depth one: every token sees what was read, and itself (tree attention: Miao et al.,
    SpecInfer, arXiv:2305.09781, section 4.2), so that no cache is copied. `layer` counts as in `Cursor.hidden`.
    """
    count, before, network = len(token_ids), cursor.length, model.hf.model
    mask = torch.full((1, 1, count, before + count), -torch.inf)
    mask[..., :before] = 0.0
    mask[..., before:].view(count, count).fill_diagonal_(0.0)
    rows = [network.embed_tokens(torch.tensor([list(token_ids)]))]
    with FewRows():
        rows += _blocks(network, rows[0], cursor, mask, 0, layer)
    states = network.norm(rows[-1]) if layer == model.layers else rows[-1]
    return Ahead(cursor, states[0].numpy(), torch.cat(rows))


@torch.inference_mode()
def take(model: LanguageModel, ahead: Ahead, row: int) -> Cursor:
    """Go on from one of the tokens looked at: only the blocks above the layer are still to be read."""
    cursor, network, depth = ahead.cursor, model.hf.model, len(ahead.blocks) - 1
    for part in cursor.cache.layers[:depth]:
        part.keys = _kept(part.keys, cursor.length, row)
        part.values = _kept(part.values, cursor.length, row)
    rows = list(ahead.blocks[:, row].clone())
    with OneRow():
        rows += [found[0, 0] for found in _blocks(network, rows[-1][None, None], cursor, None, depth, model.layers)]
        rows[-1] = network.norm(rows[-1])  # as in hidden_states, whose last entry comes after the final norm
        logits = model.hf.lm_head(rows[-1][None])
    return Cursor(cursor.cache, cursor.length + 1, torch.stack(rows).numpy(), torch.log_softmax(logits[0], dim=-1))


def leave(ahead: Ahead) -> Cursor:
    """Back to where the model stood before it looked."""
    for part in ahead.cursor.cache.layers[: len(ahead.blocks) - 1]:
        part.crop(-len(ahead.states))
    return ahead.cursor


def _blocks(
    network: Any, rows: torch.Tensor, cursor: Cursor, mask: torch.Tensor | None, first: int, last: int
) -> list[torch.Tensor]:
    """The residual stream after each of the blocks `first` to `last`, all rows at the position that comes next."""
    positions = torch.full((1, rows.shape[1]), cursor.length)
    turned = network.rotary_emb(rows, position_ids=positions)
    found = list[torch.Tensor]()
    for block in network.layers[first:last]:
        rows = block(
            rows,
            attention_mask=mask,
            position_ids=positions,
            position_embeddings=turned,
            past_key_values=cursor.cache,
            use_cache=True,
        )
        found.append(rows)
    return found


def _kept(values: torch.Tensor, before: int, row: int) -> torch.Tensor:
    return torch.cat([values[..., :before, :], values[..., before + row : before + row + 1, :]], dim=-2)


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
    cursor = model.prefill([*prompt, *token_ids])
    return look(model, cursor, candidates, layer).states
