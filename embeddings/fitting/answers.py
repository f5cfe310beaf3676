"""Sample many answers in batches and keep their hidden states: the raw material of the map. Resumable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save

from embeddings.files import write_atomically
from embeddings.model.language_model import LanguageModel

BATCH = 64


@dataclass(frozen=True)
class Sampled:
    """How answers are sampled: at most ``tokens`` tokens at ``temperature``, the states of ``layers`` kept."""

    layers: tuple[int, ...]
    tokens: int
    temperature: float
    seed: int


@dataclass(frozen=True)
class Prompted:
    """One answer to sample: its ``index`` among all, the token ids of its chat, and words that it may not hold."""

    index: int
    ids: tuple[int, ...]
    forbidden: tuple[str, ...] = ()


def sample_answers(
    model: LanguageModel,
    prompts: Sequence[Prompted],
    folder: Path,
    how: Sampled,
    progress: Callable[[int, int], None],
) -> list[Path]:
    """Write one file per batch of answers; batches whose file is there are not sampled again.

    Each file holds, for the answers of the batch one after the other: ``states.<layer>`` (m, width) float32, ``token``
    (m,) int32 (the token chosen at each crossing, the end token included) and ``answer`` (m,) int32 (the index of the
    prompt). An answer's randomness depends on the seed and its index alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i].ids))
    paths = []
    for begin in range(0, len(prompts), BATCH):
        path = folder / f"answers-{begin // BATCH:04d}.safetensors"
        if not readable(path):
            arrays = _batch(model, [prompts[i] for i in order[begin : begin + BATCH]], how)
            write_atomically(path, save(arrays))
        paths.append(path)
        progress(min(begin + BATCH, len(prompts)), len(prompts))
    return paths


def texts(model: LanguageModel, paths: Sequence[Path]) -> dict[int, str]:
    """What each answer in the files says, by its index, without its end token."""
    found: dict[int, list[int]] = {}
    for path in paths:
        with safe_open(path, framework="numpy") as part:  # not the states, which are a hundred times as large
            for answer, token in zip(part.get_tensor("answer"), part.get_tensor("token"), strict=True):
                found.setdefault(int(answer), []).append(int(token))
    ends = model.end_tokens
    return {
        answer: b"".join(model.pieces[token] for token in tokens if token not in ends).decode("utf-8", "ignore")
        for answer, tokens in found.items()
    }


def readable(path: Path) -> bool:
    """Whether `path` is a whole safetensors file."""
    if not path.exists():
        return False
    try:
        with safe_open(path, framework="numpy") as file:
            return len(list(file.keys())) > 0
    except Exception:  # whatever is wrong with a part: it is made again
        return False


@torch.inference_mode()
def _batch(model: LanguageModel, prompts: Sequence[Prompted], how: Sampled) -> dict[str, np.ndarray]:
    rngs = [np.random.default_rng((how.seed, prompt.index)) for prompt in prompts]
    longest = max(len(prompt.ids) for prompt in prompts)
    pad = min(model.end_tokens)
    ids = torch.tensor([[*[pad] * (longest - len(prompt.ids)), *prompt.ids] for prompt in prompts])
    mask = torch.tensor([[0] * (longest - len(prompt.ids)) + [1] * len(prompt.ids) for prompt in prompts])
    places = (mask.cumsum(-1) - 1).clamp_min(0)
    cache, running = None, list(range(len(prompts)))
    states: list[list[np.ndarray]] = [[] for _ in prompts]
    written: list[list[int]] = [[] for _ in prompts]
    for _ in range(how.tokens):
        out = model.hf(
            input_ids=ids,
            attention_mask=mask,
            position_ids=places,
            past_key_values=cache,
            use_cache=True,
            output_hidden_states=True,
            logits_to_keep=1,
        )
        cache = out.past_key_values
        hidden = torch.stack([out.hidden_states[layer][:, -1] for layer in how.layers], dim=1).numpy()
        logits = out.logits[:, -1]
        _forbid(model, logits, prompts, written)
        drawn = _draw(logits, how.temperature, [rng.random() for rng in rngs])
        following = [pad] * len(prompts)
        for row in running:
            token = drawn[row]
            states[row].append(hidden[row])
            written[row].append(token)
            following[row] = token
        running = [row for row in running if written[row][-1] not in model.end_tokens]
        if not running:
            break
        ids = torch.tensor([[token] for token in following])
        mask = torch.cat([mask, torch.ones(len(prompts), 1, dtype=mask.dtype)], dim=1)
        places = places[:, -1:] + 1
    return _arrays(states, written, [prompt.index for prompt in prompts], how.layers)


def _forbid(
    model: LanguageModel, logits: torch.Tensor, prompts: Sequence[Prompted], written: Sequence[Sequence[int]]
) -> None:
    """Take from each row the tokens that complete one of its forbidden words, as `WordReward` bans them."""
    for row, prompt in enumerate(prompts):
        if prompt.forbidden:
            pieces = [model.pieces[token] for token in written[row]]
            for found in model.vocabulary.completing_each(prompt.forbidden, pieces):
                logits[row, torch.from_numpy(np.array(found))] = -torch.inf


def _draw(logits: torch.Tensor, temperature: float, uniforms: Sequence[float]) -> list[int]:
    """One token a row by the inverse of the distribution function."""
    mass = torch.softmax(logits / temperature, dim=-1).double().cumsum(dim=-1)
    levels = torch.tensor(uniforms, dtype=torch.float64)[:, None] * mass[:, -1:]
    return [int(token) for token in torch.searchsorted(mass, levels, right=True)[:, 0].clamp_max(logits.shape[1] - 1)]


def _arrays(
    states: list[list[np.ndarray]], written: list[list[int]], answers: Sequence[int], layers: Sequence[int]
) -> dict[str, np.ndarray]:
    stacked = np.concatenate([np.stack(rows) for rows in states])
    arrays = {f"states.{layer}": np.ascontiguousarray(stacked[:, k]) for k, layer in enumerate(layers)}
    arrays["token"] = np.concatenate([np.array(tokens, dtype=np.int32) for tokens in written])
    arrays["answer"] = np.repeat(np.array(answers, dtype=np.int32), [len(tokens) for tokens in written])
    return arrays
