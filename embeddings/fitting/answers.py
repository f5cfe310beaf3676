"""Sample many answers in batches and keep their hidden states: the raw material of the map. Resumable."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save

from embeddings.chat import chat
from embeddings.files import write_atomically
from embeddings.fitting.corpus import Asked
from embeddings.model.language_model import LanguageModel

BATCH = 64


def sample_answers(
    model: LanguageModel,
    asked: Sequence[Asked],
    folder: Path,
    *,
    layers: Sequence[int],
    tokens: int,
    temperature: float,
    seed: int,
    progress: Callable[[int, int], None],
) -> list[Path]:
    """Write one file per batch of answers; batches whose file is there are not sampled again.

    Each file holds, for the answers of the batch one after the other: ``states.<layer>`` (m, width) float32, ``token``
    (m,) int32 (the token chosen at each crossing, the end token included) and ``answer`` (m,) int32 (index into
    `asked`). An answer's randomness depends on the seed and its index alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    order = _by_length(model, asked)
    paths = []
    for begin in range(0, len(asked), BATCH):
        path = folder / f"answers-{begin // BATCH:04d}.safetensors"
        if not readable(path):
            chosen = order[begin : begin + BATCH]
            arrays = _batch(model, asked, chosen, layers, tokens, temperature, seed)
            write_atomically(path, save(arrays, metadata={"answers": json.dumps(list(map(int, chosen)))}))
        paths.append(path)
        progress(min(begin + BATCH, len(asked)), len(asked))
    return paths


def readable(path: Path) -> bool:
    """Whether `path` is a whole safetensors file."""
    if not path.exists():
        return False
    try:
        with safe_open(path, framework="numpy") as file:
            return len(list(file.keys())) > 0
    except Exception:  # whatever is wrong with a part: it is made again
        return False


def _by_length(model: LanguageModel, asked: Sequence[Asked]) -> np.ndarray:
    lengths = [len(model.encode(chat(system=one.system, user=one.question))) for one in asked]
    return np.argsort(np.array(lengths), kind="stable")


@torch.inference_mode()
def _batch(
    model: LanguageModel,
    asked: Sequence[Asked],
    chosen: np.ndarray,
    layers: Sequence[int],
    tokens: int,
    temperature: float,
    seed: int,
) -> dict[str, np.ndarray]:
    prompts = [model.encode(chat(system=asked[i].system, user=asked[i].question)) for i in chosen]
    rngs = [np.random.default_rng((seed, int(i))) for i in chosen]
    longest = max(map(len, prompts))
    pad = min(model.end_tokens)
    ids = torch.tensor([[pad] * (longest - len(prompt)) + prompt for prompt in prompts])
    mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    places = (mask.cumsum(-1) - 1).clamp_min(0)
    cache, running = None, list(range(len(prompts)))
    states: list[list[np.ndarray]] = [[] for _ in prompts]
    written: list[list[int]] = [[] for _ in prompts]
    for _ in range(tokens):
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
        hidden = torch.stack([out.hidden_states[layer][:, -1] for layer in layers], dim=1).numpy()
        drawn = _draw(out.logits[:, -1], temperature, [rng.random() for rng in rngs])
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
    return _arrays(states, written, chosen, layers)


def _draw(logits: torch.Tensor, temperature: float, uniforms: Sequence[float]) -> list[int]:
    """One token a row by the inverse of the distribution function."""
    mass = torch.softmax(logits / temperature, dim=-1).double().cumsum(dim=-1)
    levels = torch.tensor(uniforms, dtype=torch.float64)[:, None] * mass[:, -1:]
    return [int(token) for token in torch.searchsorted(mass, levels, right=True)[:, 0].clamp_max(logits.shape[1] - 1)]


def _arrays(
    states: list[list[np.ndarray]], written: list[list[int]], chosen: np.ndarray, layers: Sequence[int]
) -> dict[str, np.ndarray]:
    stacked = np.concatenate([np.stack(rows) for rows in states])
    arrays = {f"states.{layer}": np.ascontiguousarray(stacked[:, k]) for k, layer in enumerate(layers)}
    arrays["token"] = np.concatenate([np.array(tokens, dtype=np.int32) for tokens in written])
    arrays["answer"] = np.repeat(chosen.astype(np.int32), [len(tokens) for tokens in written])
    return arrays
