"""`python -m embeddings.further`: does a sign do better when it looks further than the next token? Some forty minutes.

Controlled Decoding (Mudgal et al., arXiv:2310.17022, theorem 2.1) multiplies each probability by the exponential of
weight times value (`rollouts.values`); with one crossing that is a sign as it is. Both are compared at equal KL.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from embeddings.atlas import load_atlas
from embeddings.curves import FOLDER, RESAMPLED, TOKENS, Row, measured, questions, summary
from embeddings.files import write_atomically
from embeddings.interventions import Look, choose, steer
from embeddings.messages import chat
from embeddings.model import LanguageModel, load_model
from embeddings.region_reward import RegionReward
from embeddings.rollouts import values

WEIGHTS = (-1.5, -3.0, -4.0)  # of the one-token look
FURTHER_WEIGHTS = (-3.0, -6.0)  # a mean over tokens differs less between candidates than a single score
EQUAL_KL = (15.0, 30.0)  # nats an answer
REACH, ROLLOUTS = 3, 2


def answer(model: LanguageModel, question: str, region: RegionReward, seed: int = 0) -> tuple[list[int], Row]:
    """One greedy answer under a sign: its token ids, and the figures of `curves.measured`.

    Its loop is older than the option of `generate.steps` and draws all rollouts of an answer from one source; a test
    holds the two together.
    """
    source = torch.Generator().manual_seed(seed)
    cursor, written = model.prefill(model.encode(chat(system="", user=question))), list[int]()
    inside, prices, chances = list[bool](), list[float](), list[float]()
    while len(written) < TOKENS:
        read = written[-1] if written else None
        inside.append(bool(region.score(cursor.hidden[None, region.layer], [read])[0] > 0.0))
        logprobs = cursor.logprobs.numpy()
        ids = torch.topk(cursor.logprobs, region.k).indices.numpy()
        look = rewards(model, logprobs, ids, values(model, cursor, ids, region, source), region.weight)
        steered = steer(logprobs, (), model.vocabulary, (), (look,))
        token = choose(steered.logprobs, 0.0, 1.0, 0.0)
        written.append(token)
        prices.append(steered.kl)
        chances.append(float(logprobs[token]))
        if token in model.end_tokens:
            break
        cursor = model.decode(cursor, token)
    row = {"inside": float(np.mean(inside)), "kl": float(np.sum(prices)), "logprob": float(np.mean(chances))}
    return written, row


def rewards(model: LanguageModel, logprobs: np.ndarray, ids: np.ndarray, value: np.ndarray, weight: float) -> Look:
    """Weight times value, less what the unmodified model expects of it, as `RegionReward.look` has it."""
    going = np.array([token not in model.end_tokens for token in ids.tolist()])
    share = np.exp(logprobs[ids].astype(np.float64)) * going
    expected = float(share @ value / share.sum()) if share.sum() > 0 else 0.0
    return Look(ids, weight * np.where(going, value - expected, 0.0))


def at_equal_kl(near: np.ndarray, far: np.ndarray, kl: float) -> float:
    """Share inside of the further look less that of the one-token look, where both cost `kl` nats an answer.

    `near` and `far`: (weights, questions, 2) of inside and KL; means over questions, straight lines between weights,
    from the plain road on, which is the first row of both.
    """
    found = list[float]()
    for rows in (near, far):
        inside, price = rows.mean(axis=1).T
        order = np.argsort(price)
        found.append(float(np.interp(kl, price[order], inside[order])))
    return found[1] - found[0]


def compared(near: np.ndarray, far: np.ndarray) -> dict[str, Any]:
    """`at_equal_kl` at each price, with its bootstrap interval (95 %) over questions."""
    random, count = np.random.default_rng(0), near.shape[1]
    picked = random.integers(0, count, (RESAMPLED, count))
    found = {}
    for kl in EQUAL_KL:
        again = [at_equal_kl(near[:, rows], far[:, rows], kl) for rows in picked]
        low, high = (float(value) for value in np.quantile(again, [0.025, 0.975]))
        found[f"{kl:g}"] = {"difference": at_equal_kl(near, far, kl), "interval": [low, high]}
    return found


def table(rows: Sequence[Sequence[Row]]) -> np.ndarray:
    return np.array([[(row["inside"], row["kl"]) for row in at] for at in rows])


def main() -> None:
    """Measure and write ``further.json``."""
    model, atlas = load_model(), load_atlas()
    regions: dict[str, Any] = {}
    for name, asked in questions().items():
        region = RegionReward.from_landmark(atlas, name, 0.0)
        plain = [measured(model, q, region, region) for q in asked]
        near = [[measured(model, q, region, region.weighted(weight)) for q in asked] for weight in WEIGHTS]
        far = list[list[Row]]()
        for weight in FURTHER_WEIGHTS:
            sign = region.weighted(weight).looking(REACH, ROLLOUTS)
            far.append([answer(model, q, sign, seed)[1] for seed, q in enumerate(asked)])
            print(name, weight, {key: round(float(np.mean([row[key] for row in far[-1]])), 2) for key in far[-1][0]})
        regions[name] = {
            "one_token": [{"weight": w, **summary(rows)} for w, rows in zip(WEIGHTS, near, strict=True)],
            "further": [{"weight": w, **summary(rows)} for w, rows in zip(FURTHER_WEIGHTS, far, strict=True)],
            "at_equal_kl": compared(table([plain, *near]), table([plain, *far])),
        }
        print(name, regions[name]["at_equal_kl"], flush=True)
    result = {
        "version": 1,
        "command": "python -m embeddings.further",
        "atlas": atlas.sha256,
        "settings": {"tokens": TOKENS, "reach": REACH, "rollouts": ROLLOUTS},
        "regions": regions,
    }
    write_atomically(FOLDER / "further.json", json.dumps(result, indent=1, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
