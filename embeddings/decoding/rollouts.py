"""Where a candidate leads beyond the next token: sampled rollouts, and what a region scores on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from embeddings.model.language_model import Cursor, LanguageModel

if TYPE_CHECKING:
    from embeddings.steering.region_reward import RegionReward


def source_of(seed: int, index: int) -> torch.Generator:
    """Random numbers for the rollouts at token `index` of an answer: the same whatever was written before."""
    return torch.Generator().manual_seed((seed * 1_000_003 + index) % 2**63)


def further(
    model: LanguageModel, cursor: Cursor, regions: Sequence[RegionReward], ids: np.ndarray, seed: int, index: int
) -> list[np.ndarray | None]:
    """The candidates' `values` under each region reward; None for one that does not look further, or weighs nothing."""
    return [
        values(model, cursor, ids[: r.k], r, source_of(seed, index)) if r.reach > 1 and r.weight != 0 else None
        for r in regions
    ]


@torch.inference_mode()
def values(
    model: LanguageModel, cursor: Cursor, ids: np.ndarray, region: RegionReward, source: torch.Generator
) -> np.ndarray:
    """The value of each of k candidates: the mean score on the way, over ``region.rollouts`` samples.

    The way is ``region.reach`` crossings, the first right after the candidate; the rest of it is sampled from the
    unmodified model, up to an end token: the value function of Controlled Decoding (Mudgal et al., arXiv:2310.17022,
    theorem 2.1) for a reward that is a mean over crossings.

    Returns
    -------
    ndarray
        Float64 (k,), in standard deviations of the atlas. The cursor may be used further: its cache is copied.
    """
    cache, network = cursor.cache.repeated(len(ids)), model.network
    ends, read = torch.tensor(sorted(model.end_tokens)), torch.tensor(ids)
    alive = ~torch.isin(read, ends)
    total, count = torch.zeros(len(ids), dtype=torch.float64), torch.zeros(len(ids))
    for at in range(region.reach):
        last = region.layer if at == region.reach - 1 else model.layers  # the last crossing is read no further
        rows = network.embed(read[:, None])
        states = rows
        for depth, rows in enumerate(network.through(rows, cache, cursor.length + at, 0, last), start=1):  # noqa: B020
            states = rows if depth == region.layer else states
        if region.layer == model.layers:
            states = network.normed(rows)
        score = region.score(states[:, -1].numpy(), read.tolist())
        total += alive * torch.from_numpy((score - region.mean) / region.scale)
        count += alive
        if at == region.reach - 1:
            break
        chances = torch.softmax(network.logits(network.normed(rows)[:, -1]), dim=-1)
        if at == 0 and region.rollouts > 1:
            cache = cache.repeated(region.rollouts)
            chances, alive, total, count = (
                part.repeat_interleave(region.rollouts, dim=0) for part in (chances, alive, total, count)
            )
        read = torch.multinomial(chances, 1, generator=source)[:, 0]
        alive = alive & ~torch.isin(read, ends)
    return np.asarray((total / count.clamp_min(1)).reshape(len(ids), -1).mean(dim=1))
