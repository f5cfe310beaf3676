"""`python -m embeddings.experiments.further`: does a sign do better when it looks further than the next token?

Some forty minutes. Controlled Decoding (Mudgal et al., arXiv:2310.17022, theorem 2.1) multiplies each probability by
the exponential of weight times value (`rollouts.values`); with one crossing that is a sign as it is. Both are
compared at equal KL.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from embeddings.atlas.store import load_atlas
from embeddings.experiments.curves import FOLDER, TOKENS, measured, questions
from embeddings.experiments.statistics import RESAMPLED, Row, summary
from embeddings.files import write_atomically
from embeddings.model.language_model import load_model
from embeddings.steering.region_reward import RegionReward

WEIGHTS = (-1.5, -3.0, -4.0)  # of the one-token look
FURTHER_WEIGHTS = (-3.0, -6.0)  # a mean over tokens differs less between candidates than a single score
EQUAL_KL = (15.0, 30.0)  # nats an answer
REACH, ROLLOUTS = 3, 2


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
            far.append([measured(model, q, region, sign, seed) for seed, q in enumerate(asked)])
            said = {key: round(float(np.mean([row[key] for row in far[-1]])), 2) for key in far[-1][0]}
            print(name, weight, said, flush=True)
        regions[name] = {
            "one_token": [{"weight": w, **summary(rows)} for w, rows in zip(WEIGHTS, near, strict=True)],
            "further": [{"weight": w, **summary(rows)} for w, rows in zip(FURTHER_WEIGHTS, far, strict=True)],
            "at_equal_kl": compared(table([plain, *near]), table([plain, *far])),
        }
        print(name, regions[name]["at_equal_kl"], flush=True)
    result = {
        "version": 1,
        "command": "python -m embeddings.experiments.further",
        "atlas": atlas.sha256,
        "settings": {"tokens": TOKENS, "reach": REACH, "rollouts": ROLLOUTS},
        "regions": regions,
    }
    write_atomically(FOLDER / "further.json", json.dumps(result, indent=1, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
