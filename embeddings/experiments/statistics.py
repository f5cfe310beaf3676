"""What the experiments' figures are told with: means and their bootstrap intervals."""

from __future__ import annotations

from typing import Any

import numpy as np

RESAMPLED = 2000
Row = dict[str, float]


def interval(values: np.ndarray, seed: int = 0) -> list[float]:
    """Bootstrap interval (95 %) of the mean over questions (Efron, The Annals of Statistics 7(1), 1979)."""
    from scipy.stats import bootstrap

    rng = np.random.default_rng(seed)
    found = bootstrap((values,), np.mean, n_resamples=RESAMPLED, method="percentile", rng=rng).confidence_interval
    return [float(found.low), float(found.high)]


def summary(rows: list[Row]) -> dict[str, Any]:
    """Mean and interval of each figure."""
    found: dict[str, Any] = {"questions": len(rows)}
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        found[name], found[f"{name}_interval"] = float(values.mean()), interval(values)
    return found


def mean_and_interval(values: np.ndarray) -> dict[str, Any]:
    """Mean over items and its `interval`: items, not tokens, are drawn."""
    kept = values[np.isfinite(values)]
    low, high = interval(kept)
    return {"mean": float(kept.mean()), "low": low, "high": high, "items": len(kept)}
