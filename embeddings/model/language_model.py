"""The language model: text in, next-token distributions and hidden states out. Chooses nothing; `generate` does."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from embeddings.chat import Message
from embeddings.errors import UserError
from embeddings.model import weights
from embeddings.model.linear import LINEAR, Products, remembered
from embeddings.model.network import Network, matrices
from embeddings.model.tokens import token_bytes
from embeddings.model.vocabulary import Vocabulary

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

    cache: Any
    length: int
    hidden: Mapping[int, np.ndarray]
    logprobs: torch.Tensor


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """A causal chat model in fp32 with its tokenizer; made by `load_model`, shared by all and never changed."""

    hf: Any
    tokenizer: Any
    name: str
    sha256: str
    end_tokens: frozenset[int]
    products: Products = LINEAR
    """Which way decoding multiplies; `load_model` measures it."""

    @property
    def width(self) -> int:
        return int(self.hf.config.hidden_size)

    @property
    def layers(self) -> int:
        return int(self.hf.config.num_hidden_layers)

    @property
    def context(self) -> int:
        """The longest text, in tokens, that the model was made for."""
        return int(self.hf.config.max_position_embeddings)

    @cached_property
    def pieces(self) -> tuple[bytes, ...]:
        """The raw bytes of every token, ``b""`` for special tokens."""
        return token_bytes(self.tokenizer)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The same tokens, searchable for words."""
        return Vocabulary(self.pieces)

    @cached_property
    def embeddings(self) -> np.ndarray:
        """Input embeddings (vocabulary, width), float32."""
        return self.hf.get_input_embeddings().weight.detach().numpy()

    @cached_property
    def network(self) -> Network:
        """The same model, read one position at a time."""
        return Network(self.hf, self.products)

    def text_ids(self, text: str) -> list[int]:
        """Token ids of `text` as plain text: what looks like a special token is spelled out, never one."""
        return list(self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"])

    def encode(self, messages: Sequence[Message], *, answer: str = "") -> list[int]:
        """Token ids of a chat up to the place where the assistant's answer begins (after `answer`, if given).

        The model's own template (ChatML), built token by token so that text from people stays text [1]_.

        References
        ----------
        .. [1] The template ships with the tokenizer (``tokenizer.chat_template``); a test compares the two.
        """
        start, end = self.tokenizer.bos_token_id, self.tokenizer.eos_token_id
        newline = self.text_ids("\n")
        ids: list[int] = []
        for message in messages:
            ids += [start, *self.text_ids(f"{message.role}\n{message.content}"), end, *newline]
        ids += [start, *self.text_ids("assistant\n")]
        return ids + self.text_ids(answer) if answer else ids

    @torch.inference_mode()
    def prefill(self, token_ids: Sequence[int], layers: Iterable[int] | None = None) -> Cursor:
        """Read a prompt of n >= 1 tokens from nothing; `layers` are kept, here and by `decode`; None keeps all."""
        cache, wanted = None, range(self.layers + 1) if layers is None else sorted({*layers})
        for begin in range(0, len(token_ids), PREFILL_CHUNK):
            ids = torch.tensor([token_ids[begin : begin + PREFILL_CHUNK]])
            out = self.hf(
                input_ids=ids, past_key_values=cache, use_cache=True, output_hidden_states=True, logits_to_keep=1
            )
            cache = out.past_key_values
        hidden = {layer: out.hidden_states[layer][0, -1].clone().numpy() for layer in wanted}  # a view would keep all
        return Cursor(cache, len(token_ids), hidden, torch.log_softmax(out.logits[0, -1], dim=-1))

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
        out = self.hf.model(
            input_ids=torch.tensor([list(token_ids)]),
            past_key_values=cursor.cache,
            use_cache=True,
            output_hidden_states=True,
        )
        return np.concatenate([cursor.hidden[layer][None], out.hidden_states[layer][0].numpy()])

    @torch.inference_mode()
    def continuing(
        self, prefix: Sequence[int], endings: Sequence[Sequence[int]]
    ) -> Generator[None, None, tuple[np.ndarray, torch.Tensor]]:
        """Read m endings after one prefix, which is read once, in parts of well under a second: between them others may
        read, or it may be called off.

        Endings of different length are padded on the right: a causal model never sees the padding from a real token.
        After a long prefix they are read one after the other, for side by side each would need a copy of its cache.

        Returns
        -------
        tuple
            Hidden states at each ending's last token, float32 (m, layers + 1, width), and the log-probabilities of
            the token after it, float32 tensor (m, vocabulary), in nats.
        """
        cache: Any = None
        for begin in range(0, len(prefix), PART):
            ids = torch.tensor([list(prefix[begin : begin + PART])])
            cache = self.hf.model(input_ids=ids, past_key_values=cache, use_cache=True).past_key_values
            yield
        together = len(endings) if len(prefix) <= BESIDE else 1
        if together > 1:
            cache.batch_repeat_interleave(together)
        found = list[torch.Tensor]()
        for begin in range(0, len(endings), together):
            found.append(self._ends(cache, endings[begin : begin + together]))
            if together == 1:
                cache.crop(-len(endings[begin]))
                yield
        hidden = torch.cat(found)
        return hidden.numpy(), torch.log_softmax(self.hf.lm_head(hidden[:, -1]), dim=-1)

    def _ends(self, cache: Any, endings: Sequence[Sequence[int]]) -> torch.Tensor:
        """Hidden states (m, layers + 1, width) at the last token of m endings, side by side."""
        longest = max(map(len, endings))
        padded = torch.tensor([[*ending, *([ending[-1]] * (longest - len(ending)))] for ending in endings])
        out = self.hf.model(input_ids=padded, past_key_values=cache, use_cache=True, output_hidden_states=True)
        last = torch.tensor([len(ending) - 1 for ending in endings])
        rows = torch.arange(len(endings))
        return torch.stack([layer[rows, last] for layer in out.hidden_states], dim=1)


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
    from transformers import AutoModelForCausalLM, AutoTokenizer

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    with _no_bars():  # a folder is loaded: nothing asks a hub, and the process's own settings stay as they are
        hf = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True).eval()
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    hf.requires_grad_(False)
    ends = hf.generation_config.eos_token_id
    end_tokens = frozenset([ends] if isinstance(ends, int) else ends or [])
    if not end_tokens:
        raise UserError(f"The model in {folder} names no end token: delete the folder and start again.")
    products = remembered(matrices(hf), weights.cache_folder())
    return LanguageModel(hf, tokenizer, str(manifest["name"]), str(manifest["sha256"]), end_tokens, products)


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
