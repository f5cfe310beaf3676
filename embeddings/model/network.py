"""The blocks of the model, one position at a time, for decoding: each product the way that is faster here.

The same operations in the same order as transformers' Llama, so that with `linear` everywhere the numbers are its own
to the last bit; without its modules, masks and recorded outputs a token costs less. The weights are shared, the model
is never changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import embedding, rms_norm, scaled_dot_product_attention, silu

from embeddings.errors import UserError
from embeddings.model.linear import Products, Shape, Way


@dataclass(frozen=True, eq=False)
class Block:
    """The weights of one block."""

    before: torch.Tensor  # of the norm before attention
    query: torch.Tensor
    key: torch.Tensor
    value: torch.Tensor
    out: torch.Tensor
    after: torch.Tensor  # of the norm before the feed-forward part
    gate: torch.Tensor
    up: torch.Tensor
    down: torch.Tensor

    @property
    def matrices(self) -> tuple[torch.Tensor, ...]:
        return self.query, self.key, self.value, self.out, self.gate, self.up, self.down


class Network:
    """Reads rows that all stand at one position; what came before them is in the cache, which grows by them."""

    def __init__(self, hf: Any, products: Products) -> None:
        """Of a Llama without biases; a `UserError` for any other."""
        config, inner = hf.config, hf.model
        if config.model_type != "llama" or config.attention_bias or config.mlp_bias or config.hidden_act != "silu":
            raise UserError(f"A {config.model_type} cannot be driven: only a plain Llama can.")
        self.blocks = tuple(_block(layer) for layer in inner.layers)
        self.products = products
        self._embedding, self._norm, self._head = inner.embed_tokens.weight, inner.norm.weight, hf.lm_head.weight
        self._rotary, self._eps = inner.rotary_emb, config.rms_norm_eps
        attention = inner.layers[0].self_attn
        self._size, self._scale, self._groups = attention.head_dim, attention.scaling, attention.num_key_value_groups
        self._heads = config.num_attention_heads
        self._ways: dict[int, tuple[Way, ...]] = {}

    def embed(self, token_ids: torch.Tensor) -> torch.Tensor:
        """The residual stream (b, t, width) before the first block."""
        return embedding(token_ids, self._embedding)

    def through(
        self, rows: torch.Tensor, cache: Any, position: int, first: int, last: int, mask: torch.Tensor | None = None
    ) -> Iterator[torch.Tensor]:
        """The residual stream (b, t, width) after each of the blocks `first` to `last`.

        Parameters
        ----------
        rows : tensor, shape (b, t, width)
            The residual stream before block `first`, all rows at `position`.
        cache
            Of b texts, as transformers keeps it; every block that is passed adds t entries to its part.
        mask : tensor, shape (1, 1, t, before + t), optional
            What is added to the attention scores; needed where t > 1.
        """
        cos, sin = self._turn(rows, position)
        query, key, value, out, gate, up, down = self._chosen(rows)
        (batch, count, _), size = rows.shape, self._size
        for block, part in zip(self.blocks[first:last], cache.layers[first:last], strict=True):
            read = self._normed(rows, block.before)
            flat = torch.cat((query(read, block.query), key(read, block.key)), dim=-1)
            both = flat.view(batch, count, -1, size).transpose(1, 2)
            both = both * cos + both.roll(size // 2, -1) * sin
            fresh = value(read, block.value).view(batch, count, -1, size).transpose(1, 2)
            keys, values = part.update(both[:, self._heads :], fresh)
            seen = self._attended(both[:, : self._heads], keys, values, mask).transpose(1, 2)
            rows = rows + out(seen.reshape(batch, count, -1), block.out)
            read = self._normed(rows, block.after)
            rows = rows + down(silu(gate(read, block.gate)) * up(read, block.up), block.down)
            yield rows

    def normed(self, rows: torch.Tensor) -> torch.Tensor:
        """The residual stream after the final norm, which the output layer reads."""
        return self._normed(rows, self._norm)

    def logits(self, normed: torch.Tensor) -> torch.Tensor:
        """Scores (..., vocabulary) of the next token."""
        rows = normed.numel() // normed.shape[-1]
        return self.products.way(_shape(self._head), rows)(normed, self._head)

    def _chosen(self, rows: torch.Tensor) -> tuple[Way, ...]:
        count = rows.shape[0] * rows.shape[1]
        if count not in self._ways:
            self._ways[count] = tuple(self.products.way(_shape(w), count) for w in self.blocks[0].matrices)
        return self._ways[count]

    def _normed(self, rows: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return rms_norm(rows, weight.shape, weight, self._eps)

    def _turn(self, rows: torch.Tensor, position: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Rotary position embedding (Su et al., RoFormer, arXiv:2104.09864): cosine and sine, the sine with the sign
        of the half that comes to stand there."""
        cos, sin = (part[:, None] for part in self._rotary(rows, position_ids=torch.tensor([[position]])))
        half = self._size // 2
        return cos, torch.cat((-sin[..., :half], sin[..., half:]), dim=-1)

    def _attended(
        self, asked: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, mask: torch.Tensor | None
    ) -> torch.Tensor:
        """(b, heads, t, size): as transformers asks for it, which decides the last bits."""
        if mask is None:
            return scaled_dot_product_attention(asked, keys, values, scale=self._scale, enable_gqa=True)
        if asked.shape[2] == 1:  # heads that share their keys as rows of one
            packed = asked.reshape(asked.shape[0], -1, self._groups, self._size)
            return scaled_dot_product_attention(packed, keys, values, mask, scale=self._scale).view(asked.shape)
        keys, values = (part.repeat_interleave(self._groups, dim=1) for part in (keys, values))
        return scaled_dot_product_attention(asked, keys, values, mask, scale=self._scale)


def matrices(hf: Any) -> dict[Shape, list[torch.Tensor]]:
    """All weight matrices that decoding multiplies with, by shape."""
    found: dict[Shape, list[torch.Tensor]] = {}
    for weight in (*(w for layer in hf.model.layers for w in _block(layer).matrices), hf.lm_head.weight):
        found.setdefault(_shape(weight), []).append(weight)
    return found


def _block(layer: Any) -> Block:
    attention, forward = layer.self_attn, layer.mlp
    return Block(
        layer.input_layernorm.weight,
        attention.q_proj.weight,
        attention.k_proj.weight,
        attention.v_proj.weight,
        attention.o_proj.weight,
        layer.post_attention_layernorm.weight,
        forward.gate_proj.weight,
        forward.up_proj.weight,
        forward.down_proj.weight,
    )


def _shape(weight: torch.Tensor) -> Shape:
    return weight.shape[0], weight.shape[1]
