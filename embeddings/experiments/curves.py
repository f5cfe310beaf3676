"""`python -m embeddings.experiments.curves`: what a sign on a region does and costs, against its weight.

Some twenty minutes. Share of crossings inside, KL and mean log-probability of the text under the unmodified model,
over questions that neither the map nor the probe saw; beside each weight a placebo: a random direction of equal norm.
"""

from __future__ import annotations

import json
import sys
import tomllib
from dataclasses import replace
from typing import Any

import numpy as np

from embeddings.atlas.atlas import Atlas
from embeddings.atlas.store import load_atlas
from embeddings.decoding.generate import trace
from embeddings.experiments.statistics import Row, summary
from embeddings.files import write_atomically
from embeddings.model.language_model import LanguageModel, load_model
from embeddings.paths import assets
from embeddings.steering.region_reward import ALL, LOOKED_AT, RegionReward

FOLDER = assets() / "experiments"
WEIGHTS = (0.0, -1.0, -1.5, -2.0, -3.0, -4.0, -6.0)
TOKENS = 36


def questions() -> dict[str, list[str]]:
    """Questions by the name of their region."""
    listed = tomllib.loads((FOLDER / "questions.toml").read_text(encoding="utf-8"))["region"]
    return {entry["name"]: entry["questions"] for entry in listed}


def measured(model: LanguageModel, question: str, region: RegionReward, sign: RegionReward, seed: int = 0) -> Row:
    """One greedy answer under `sign`, judged by the probe of `region`; `seed` is that of its rollouts, if any."""
    t = trace(
        model,
        system="",
        user=question,
        max_new_tokens=TOKENS,
        seed=seed,
        rewards=(sign, region.weighted(0.0)),
        layer=region.layer,
    )
    inside = region.score(t.states, [None, *t.token_ids[:-1]]) > 0.0
    return {
        "inside": float(inside.mean()),
        "kl": float(t.kl.sum()),
        "logprob": float(np.log(np.maximum(t.probability.astype(np.float64), 1e-30)).mean()),
    }


def placebo(region: RegionReward, atlas: Atlas, seed: int) -> RegionReward:
    """A random direction of equal norm, standardised like the region's own."""
    direction = np.random.default_rng(seed).standard_normal(len(region.coefficients))
    direction *= np.linalg.norm(region.coefficients) / np.linalg.norm(direction)
    scores = atlas.singles.astype(np.float64) @ direction
    return replace(
        region,
        name="placebo",
        coefficients=direction,
        intercept=0.0,
        mean=float(scores.mean()),
        scale=float(scores.std()),
    )


def curve(model: LanguageModel, atlas: Atlas, name: str, asked: list[str], mass: float) -> list[dict[str, Any]]:
    """One entry a weight, with its placebo."""
    region, found = replace(RegionReward.from_landmark(atlas, name, 0.0), mass=mass), list[dict[str, Any]]()
    for weight in WEIGHTS:
        entry = {"weight": weight, **summary([measured(model, q, region, region.weighted(weight)) for q in asked])}
        if weight:
            others = [placebo(region, atlas, i).weighted(weight) for i in range(len(asked))]
            entry["placebo"] = summary(
                [measured(model, q, region, other) for q, other in zip(asked, others, strict=True)]
            )
        found.append(entry)
        said = {key: round(value, 2) for key, value in entry.items() if isinstance(value, float)}
        print(
            name,
            said,
            {k: round(v, 2) for k, v in entry.get("placebo", {}).items() if isinstance(v, float)},
            flush=True,
        )
    return found


def main() -> None:
    """Measure and write ``curves.json``; an argument below 1 looks at no more than that share of the probability, and
    writes ``curves-98.json`` for 0.98."""
    mass = float(sys.argv[1]) if len(sys.argv) > 1 else ALL
    model, atlas = load_model(), load_atlas()
    result = {
        "version": 1,
        "command": " ".join(["python -m embeddings.experiments.curves", *sys.argv[1:]]),
        "atlas": atlas.sha256,
        "settings": {"tokens": TOKENS, "k": LOOKED_AT, "mass": mass},
        "regions": {name: curve(model, atlas, name, asked, mass) for name, asked in questions().items()},
    }
    name = "curves.json" if mass == ALL else f"curves-{100 * mass:.0f}.json"
    write_atomically(FOLDER / name, json.dumps(result, indent=1, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
