"""The model's blocks, read with plain torch: a text at once, or one position at a time, each product the faster way.

The same operations in the same order as transformers' Llama, so that with `linear` everywhere the numbers are its own
to the last bit; without its modules, masks and recorded outputs a token costs less, and a process that only drives
never imports it. Chooses no token.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import embedding, linear, rms_norm, scaled_dot_product_attention, silu

from embeddings.errors import UserError
from embeddings.model.linear import Products, Shape, Way

PARTS = (
    "input_layernorm",
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "post_attention_layernorm",
    "mlp.gate_proj",
    "mlp.up_proj",
    "mlp.down_proj",
)


@dataclass(frozen=True, eq=False)
class Block:
    """The weights of one block, in the order of `PARTS`."""

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


class Part:
    """The keys and values (b, heads, n, size) of one block for all that was read; extended in place."""

    def __init__(self, keys: torch.Tensor | None = None, values: torch.Tensor | None = None) -> None:
        self._keys, self._values = keys, values

    def add(self, keys: torch.Tensor, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Put what is new behind what is there; all of it."""
        if self._keys is not None and self._values is not None:
            keys, values = torch.cat([self._keys, keys], dim=-2), torch.cat([self._values, values], dim=-2)
        else:
            keys, values = (new.clone(memory_format=torch.contiguous_format) for new in (keys, values))
        self._keys, self._values = keys, values
        return keys, values

    def keep(self, before: int, row: int | None = None) -> None:
        """Only the first `before` entries and, if given, the `row`-th after them."""
        if self._keys is not None and self._values is not None:
            self._keys, self._values = _kept(self._keys, before, row), _kept(self._values, before, row)

    def repeated(self, count: int) -> Part:
        """A copy for `count` texts in place of each."""
        if self._keys is None or self._values is None:
            return Part()
        return Part(self._keys.repeat_interleave(count, dim=0), self._values.repeat_interleave(count, dim=0))


class Cache:
    """What the blocks remember of b texts, a `Part` each."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)

    def repeated(self, count: int) -> Cache:
        """A copy for `count` texts in place of each."""
        return Cache([part.repeated(count) for part in self.parts])


class Network:
    """The weights of a Llama and how they are read. They belong to whoever gave them and are never changed."""

    def __init__(self, config: Mapping[str, Any], tensors: Mapping[str, torch.Tensor], products: Products) -> None:
        """From what transformers keeps in a model's folder; a `UserError` for anything but a plain Llama."""
        rope = config.get("rope_parameters") or {}
        plain = {"model_type": "llama", "hidden_act": "silu", "attention_bias": False, "mlp_bias": False}
        if any(config.get(name) != value for name, value in plain.items()) or rope.get("rope_type") != "default":
            raise UserError(
                f"A model of the kind {config.get('model_type')!r:.40} cannot be driven: a plain Llama can."
            )
        self.blocks = tuple(_block(tensors, index) for index in range(config["num_hidden_layers"]))
        self.products = products
        self._embedding, self._norm = tensors["model.embed_tokens.weight"], tensors["model.norm.weight"]
        self._head = tensors.get("lm_head.weight", self._embedding)  # one matrix for both where they are tied
        self._heads, self._size, self._eps = config["num_attention_heads"], config["head_dim"], config["rms_norm_eps"]
        self._groups, self._scale = self._heads // config["num_key_value_heads"], self._size**-0.5
        self._turns = 1.0 / (rope["rope_theta"] ** (torch.arange(0, self._size, 2, dtype=torch.float) / self._size))
        self._ways: dict[int, tuple[Way, ...]] = {}

    def cache(self) -> Cache:
        """Nothing was read yet."""
        return Cache([Part() for _ in self.blocks])

    def embed(self, token_ids: torch.Tensor) -> torch.Tensor:
        """The residual stream (b, t, width) before the first block."""
        return embedding(token_ids, self._embedding)

    def text(
        self, token_ids: torch.Tensor, cache: Cache, before: int, layers: Collection[int] = ()
    ) -> tuple[torch.Tensor, dict[int, torch.Tensor]]:
        """Read t tokens (b, t) that follow each other and `before` others, with `linear`.

        Returns
        -------
        tuple
            The residual stream (b, t, width) after the last block, and at each of `layers`, counted as in
            `Cursor.hidden`.
        """
        count, mask = token_ids.shape[1], None
        if before and count > 1:
            places = torch.arange(before + count)
            mask = (places <= places[before:, None])[None, None]
        rows, turn, last = self.embed(token_ids), self._turn(range(before, before + count)), len(self.blocks)
        kept = {0: rows} if 0 in layers else {}
        for depth, rows in enumerate(self._through(rows, cache, turn, 0, last, mask, (linear,) * 7), start=1):  # noqa: B020
            if depth in layers:
                kept[depth] = rows if depth < last else self.normed(rows)
        return rows, kept

    def through(
        self, rows: torch.Tensor, cache: Cache, position: int, first: int, last: int, mask: torch.Tensor | None = None
    ) -> Iterator[torch.Tensor]:
        """Read rows that all stand at one position, each product the way that is faster.

        Parameters
        ----------
        rows : tensor, shape (b, t, width)
            The residual stream before block `first`.
        cache
            Of b texts; every block that is passed adds t entries to its part.
        mask : tensor, shape (1, 1, t, before + t), optional
            What is added to the attention scores; needed where t > 1.

        Yields
        ------
        tensor
            The residual stream (b, t, width) after each of the blocks `first` to `last`.
        """
        count = rows.shape[0] * rows.shape[1]
        if count not in self._ways:
            self._ways[count] = tuple(self.products.way(_shape(w), count) for w in self.blocks[0].matrices)
        return self._through(rows, cache, self._turn([position]), first, last, mask, self._ways[count])

    def normed(self, rows: torch.Tensor) -> torch.Tensor:
        """The residual stream after the final norm, which the output layer reads."""
        return self._normed(rows, self._norm)

    def logits(self, normed: torch.Tensor) -> torch.Tensor:
        """Scores (..., vocabulary) of the next token."""
        rows = normed.numel() // normed.shape[-1]
        return self.products.way(_shape(self._head), rows)(normed, self._head)

    def plain_logits(self, normed: torch.Tensor) -> torch.Tensor:
        """The same with `linear`, as behind a text."""
        return linear(normed, self._head)

    def _through(
        self,
        rows: torch.Tensor,
        cache: Cache,
        turn: tuple[torch.Tensor, torch.Tensor],
        first: int,
        last: int,
        mask: torch.Tensor | None,
        ways: Sequence[Way],
    ) -> Iterator[torch.Tensor]:
        (cos, sin), (query, key, value, out, gate, up, down) = turn, ways
        (batch, count, _), size = rows.shape, self._size
        for block, part in zip(self.blocks[first:last], cache.parts[first:last], strict=True):
            read = self._normed(rows, block.before)
            flat = torch.cat((query(read, block.query), key(read, block.key)), dim=-1)
            both = flat.view(batch, count, -1, size).transpose(1, 2)
            both = both * cos + both.roll(size // 2, -1) * sin
            fresh = value(read, block.value).view(batch, count, -1, size).transpose(1, 2)
            keys, values = part.add(both[:, self._heads :], fresh)
            seen = self._attended(both[:, : self._heads], keys, values, mask).transpose(1, 2)
            rows = rows + out(seen.reshape(batch, count, -1), block.out)
            read = self._normed(rows, block.after)
            rows = rows + down(silu(gate(read, block.gate)) * up(read, block.up), block.down)
            yield rows

    def _normed(self, rows: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return rms_norm(rows, weight.shape, weight, self._eps)

    def _turn(self, positions: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """Rotary position embedding (Su et al., RoFormer, arXiv:2104.09864): cosine and sine (t, size), the sine with
        the sign of the half that comes to stand there."""
        angles = torch.tensor(positions, dtype=torch.float)[:, None] * self._turns
        sin = angles.sin()
        return torch.cat((angles, angles), dim=-1).cos(), torch.cat((-sin, sin), dim=-1)

    def _attended(
        self, asked: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, mask: torch.Tensor | None
    ) -> torch.Tensor:
        """(b, heads, t, size): as transformers asks for it, which decides the last bits."""
        count, scale = asked.shape[2], self._scale
        if mask is None:
            return scaled_dot_product_attention(
                asked, keys, values, is_causal=count > 1, scale=scale, enable_gqa=self._groups > 1
            )
        if count == 1:  # heads that share their keys as rows of one
            packed = asked.reshape(asked.shape[0], -1, self._groups, self._size)
            return scaled_dot_product_attention(packed, keys, values, mask, scale=scale).view(asked.shape)
        keys, values = (part.repeat_interleave(self._groups, dim=1) for part in (keys, values))
        return scaled_dot_product_attention(asked, keys, values, mask, scale=scale)


def matrices(tensors: Mapping[str, torch.Tensor]) -> dict[Shape, list[torch.Tensor]]:
    """All weight matrices that decoding multiplies with, by shape; the embedding is one, where it is the output layer
    too."""
    found: dict[Shape, list[torch.Tensor]] = {}
    for name, weight in tensors.items():
        if weight.ndim == 2 and (name != "model.embed_tokens.weight" or "lm_head.weight" not in tensors):
            found.setdefault(_shape(weight), []).append(weight)
    return found


def _block(tensors: Mapping[str, torch.Tensor], index: int) -> Block:
    return Block(*(tensors[f"model.layers.{index}.{part}.weight"] for part in PARTS))


def _shape(weight: torch.Tensor) -> Shape:
    return weight.shape[0], weight.shape[1]


def _kept(values: torch.Tensor, before: int, row: int | None) -> torch.Tensor:
    if row is None:
        return values[..., :before, :]
    return torch.cat([values[..., :before, :], values[..., before + row : before + row + 1, :]], dim=-2)
