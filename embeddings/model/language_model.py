"""The language model: text in, next-token distributions and hidden states out. Chooses nothing; `generate` does."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from embeddings.chat import Message
from embeddings.errors import UserError
from embeddings.model import weights
from embeddings.model.linear import LINEAR, Products, remembered
from embeddings.model.network import Cache, Network, matrices
from embeddings.model.tokens import token_bytes
from embeddings.model.vocabulary import Vocabulary

DESCRIPTIONS = ("config.json", "generation_config.json", "manifest.json")
PART = 64  # tokens of a prefix that are read before others may read: a third of a second on one core
BESIDE = 256  # tokens of a prefix whose cache is copied for each ending: 12 MB a copy
PREFILL_CHUNK = 1024  # longer prompts are read in pieces: attention memory grows with the square


@dataclass(frozen=True, eq=False)
class Cursor:
    """Where the model stands after reading some tokens; `decode` spends it (the cache is extended in place).

    ``hidden`` holds, for each layer that was asked for, a float32 array (width,): the residual stream at the last
    token, entry k after block k as in transformers' ``hidden_states`` (the last entry after the final norm).
    ``logprobs`` is a float32 tensor (vocabulary,): log-probabilities of the next token in nats.
    """

    cache: Cache
    length: int
    hidden: Mapping[int, np.ndarray]
    logprobs: torch.Tensor


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """A causal chat model in fp32 with its tokenizer; made by `load_model`, shared by all and never changed.

    ``config`` and ``tensors`` are what transformers keeps in ``folder``, ``codec`` is its tokenizer's own core, which
    never reads a special token out of a text.
    """

    folder: Path
    config: Mapping[str, Any] = field(repr=False)
    tensors: Mapping[str, torch.Tensor] = field(repr=False)
    codec: Tokenizer = field(repr=False)
    name: str
    sha256: str
    end_tokens: frozenset[int]
    products: Products = field(default=LINEAR, repr=False)
    """Which way decoding multiplies; `load_model` measures it."""

    @property
    def width(self) -> int:
        return int(self.config["hidden_size"])

    @property
    def layers(self) -> int:
        return int(self.config["num_hidden_layers"])

    @property
    def context(self) -> int:
        """The longest text, in tokens, that the model was made for."""
        return int(self.config["max_position_embeddings"])

    @cached_property
    def pieces(self) -> tuple[bytes, ...]:
        """The raw bytes of every token, ``b""`` for special tokens."""
        return token_bytes(self.codec)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The same tokens, searchable for words."""
        return Vocabulary(self.pieces)

    @cached_property
    def embeddings(self) -> np.ndarray:
        """Input embeddings (vocabulary, width), float32."""
        return self.tensors["model.embed_tokens.weight"].numpy()

    @cached_property
    def network(self) -> Network:
        """The same model, read one position at a time."""
        return Network(self.config, self.tensors, self.products)

    @cached_property
    def hf(self) -> Any:
        """The same model as transformers has it, on the same weights: made, and transformers imported, when first
        asked for. Driving does without; sampling in batches and whoever wants to look inside ask."""
        from transformers import AutoModelForCausalLM

        with _no_bars():  # a folder is loaded: nothing asks a hub, and the process's own settings stay as they are
            hf = AutoModelForCausalLM.from_pretrained(self.folder, dtype=torch.float32, local_files_only=True).eval()
        hf.requires_grad_(False)
        for name, weight in hf.named_parameters():
            weight.data = self.tensors[name]
        return hf

    @cached_property
    def tokenizer(self) -> Any:
        """The tokenizer as transformers has it, with the template; see `hf`."""
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(self.folder, local_files_only=True)

    def text_ids(self, text: str) -> list[int]:
        """Token ids of `text` as plain text: what looks like a special token is spelled out, never one."""
        return list(self.codec.encode(text, add_special_tokens=False).ids)

    def encode(self, messages: Sequence[Message], *, answer: str = "") -> list[int]:
        """Token ids of a chat up to the place where the assistant's answer begins (after `answer`, if given).

        The model's own template (ChatML), built token by token so that text from people stays text [1]_.

        References
        ----------
        .. [1] The template ships with the tokenizer (``tokenizer.chat_template``); a test compares the two.
        """
        start, end = int(self.config["bos_token_id"]), int(self.config["eos_token_id"])
        newline = self.text_ids("\n")
        ids: list[int] = []
        for message in messages:
            ids += [start, *self.text_ids(f"{message.role}\n{message.content}"), end, *newline]
        ids += [start, *self.text_ids("assistant\n")]
        return ids + self.text_ids(answer) if answer else ids

    @torch.inference_mode()
    def prefill(self, token_ids: Sequence[int], layers: Iterable[int] | None = None) -> Cursor:
        """Read a prompt of n >= 1 tokens from nothing; `layers` are kept, here and by `decode`; None keeps all."""
        cache, wanted = self.network.cache(), range(self.layers + 1) if layers is None else {*layers}
        for begin in range(0, len(token_ids), PREFILL_CHUNK):
            ids = torch.tensor([token_ids[begin : begin + PREFILL_CHUNK]])
            rows, kept = self.network.text(ids, cache, begin, wanted)
        hidden = {layer: states[0, -1].clone().numpy() for layer, states in kept.items()}  # a view would keep all
        logits = self.network.plain_logits(self.network.normed(rows[:, -1:]))
        return Cursor(cache, len(token_ids), hidden, torch.log_softmax(logits[0, -1], dim=-1))

    @torch.inference_mode()
    def decode(self, cursor: Cursor, token_id: int) -> Cursor:
        """Read one token more; the old cursor must not be used again."""
        return self.onward(cursor, self.network.embed(torch.tensor([[token_id]])), 0, {})

    def onward(self, cursor: Cursor, rows: torch.Tensor, depth: int, known: Mapping[int, np.ndarray]) -> Cursor:
        """Read a token the rest of the way: `rows` (1, 1, width) is its residual stream after `depth` blocks, `known`
        what was kept of it below."""
        hidden = dict(known)
        if depth in cursor.hidden and depth < self.layers:
            hidden[depth] = rows[0, 0].numpy()
        for rows in self.network.through(rows, cursor.cache, cursor.length, depth, self.layers):  # noqa: B020
            depth += 1
            if depth in cursor.hidden and depth < self.layers:
                hidden[depth] = rows[0, 0].numpy()
        rows = self.network.normed(rows)
        if self.layers in cursor.hidden:
            hidden[self.layers] = rows[0, 0].numpy()
        logits = self.network.logits(rows[0])
        return Cursor(cursor.cache, cursor.length + 1, hidden, torch.log_softmax(logits[0], dim=-1))

    @torch.inference_mode()
    def crossings(self, prefix: Sequence[int], token_ids: Sequence[int], layer: int) -> np.ndarray:
        """Hidden states (n + 1, width) after `prefix` and after each of n tokens that follow it, read in one pass."""
        cursor = self.prefill(prefix, [layer])
        if not token_ids:
            return cursor.hidden[layer][None]
        _, kept = self.network.text(torch.tensor([list(token_ids)]), cursor.cache, cursor.length, [layer])
        return np.concatenate([cursor.hidden[layer][None], kept[layer][0].numpy()])

    def continuing(
        self, prefix: Sequence[int], endings: Sequence[Sequence[int]], layers: Sequence[int]
    ) -> Generator[None, None, tuple[np.ndarray, torch.Tensor]]:
        """Read m endings after one prefix, which is read once, in parts of well under a second: between them others may
        read, or it may be called off.

        Endings of different length are padded on the right: a causal model never sees the padding from a real token.
        After a long prefix they are read one after the other, for side by side each would need a copy of its cache.

        Returns
        -------
        tuple
            Hidden states at each ending's last token, float32 (m, len(layers), width), and the log-probabilities of
            the token after it, float32 tensor (m, vocabulary), in nats.
        """
        cache = self.network.cache()
        for begin in range(0, len(prefix), PART):
            with torch.inference_mode():
                self.network.text(torch.tensor([list(prefix[begin : begin + PART])]), cache, begin)
            yield
        together = len(endings) if len(prefix) <= BESIDE else 1
        found = list[tuple[torch.Tensor, torch.Tensor]]()
        for begin in range(0, len(endings), together):
            with torch.inference_mode():
                found.append(self._ends(cache, len(prefix), endings[begin : begin + together], layers))
            if together < len(endings):
                yield
        states, logprobs = (torch.cat(column) for column in zip(*found, strict=True))
        return states.numpy(), logprobs

    def _ends(
        self, cache: Cache, before: int, endings: Sequence[Sequence[int]], layers: Sequence[int]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """States (m, len(layers), width) at the last token of m endings, side by side, and what comes after them."""
        longest = max(map(len, endings))
        padded = torch.tensor([[*ending, *([ending[-1]] * (longest - len(ending)))] for ending in endings])
        last, each = torch.tensor([len(ending) - 1 for ending in endings]), torch.arange(len(endings))
        own = cache.repeated(len(endings)) if len(endings) > 1 else cache
        out, kept = self.network.text(padded, own, before, layers)
        for part in own.parts:
            part.keep(before)
        logits = self.network.plain_logits(self.network.normed(out[each, last]))
        hidden = torch.stack([kept[layer][each, last] for layer in layers], dim=1)
        return hidden, torch.log_softmax(logits, dim=-1)


_lock = threading.Lock()
_loaded: dict[str, LanguageModel] = {}


def load_model(progress: Callable[[str, float], None] | None = None) -> LanguageModel:
    """The default model in fp32, converted on first use and shared in this process afterwards.

    Parameters
    ----------
    progress
        Called with a sentence and a fraction 0..1 as loading goes on.

    Raises
    ------
    UserError
        If the weights are neither here nor to be had.
    """
    report = progress or (lambda message, fraction: None)
    with _lock:
        if "default" not in _loaded:
            folder = weights.ensure(lambda message, fraction: report(message, 0.7 * fraction))
            report("Loading the model", 0.7)
            _loaded["default"] = _open(folder)
        report("The model is ready", 1.0)
        return _loaded["default"]


def _open(folder: Path) -> LanguageModel:
    about = {name: json.loads((folder / name).read_text(encoding="utf-8")) for name in DESCRIPTIONS}
    config, manifest = about["config.json"], about["manifest.json"]
    ends = about["generation_config.json"].get("eos_token_id")
    end_tokens = frozenset([ends] if isinstance(ends, int) else ends or [])
    if not end_tokens:
        raise UserError(f"The model in {folder} names no end token: delete the folder and start again.")
    tensors = load_file(folder / "model.safetensors")
    codec = Tokenizer.from_file(str(folder / "tokenizer.json"))
    codec.encode_special_tokens = True
    products = remembered(matrices(tensors), weights.cache_folder())
    return LanguageModel(
        folder, config, tensors, codec, str(manifest["name"]), str(manifest["sha256"]), end_tokens, products
    )


@contextmanager
def _no_bars() -> Iterator[None]:
    """Keep transformers' progress bars off the terminal while a model is loaded, and leave its setting as it was."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
