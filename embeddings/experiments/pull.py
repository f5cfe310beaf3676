"""`python -m embeddings.experiments.pull`: does the pull of a forbidden answer grow with the detour?

Some forty minutes. Facts and sums that the model answers rightly, with the right answer forbidden in all its
spellings; as a control a word of about the same probability that the same road wanted. Pull is read at each token
since the first block, the first crossing at which the sign changed the choice. Under such signs the model has no
memory but its text: pull can only grow if the text itself comes to want the word more.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from embeddings.decoding.generate import stream, trace
from embeddings.decoding.sampling import choose
from embeddings.errors import UserError
from embeddings.experiments.curves import FOLDER
from embeddings.experiments.statistics import mean_and_interval
from embeddings.files import write_atomically
from embeddings.model.language_model import LanguageModel, load_model
from embeddings.steering.word_reward import WordReward
from embeddings.trajectory import Trajectory

SEEDS = 10
TOKENS = 60
TEMPERATURE = 0.7
SHOWN = 40  # tokens since the first block that the curve and the slope are taken over
FEWEST, MOST = 30, 32  # items


@dataclass(frozen=True)
class Item:
    """A question, the words of its right answer, and a word of the same road that is about as likely where it comes."""

    question: str
    answers: tuple[str, ...]
    placebo: str
    probability: float
    placebo_probability: float


def items(model: LanguageModel) -> list[Item]:
    """Those of ``facts.toml`` that the model answers rightly by itself, greedily, within its first 24 tokens."""
    listed = tomllib.loads((FOLDER / "facts.toml").read_text(encoding="utf-8"))["item"]
    found = list[Item]()
    for entry in listed:
        t = trace(model, system="", user=entry["question"], max_new_tokens=24)
        written = first_probability(t, entry["answers"])
        other = _placebo(t, entry, written) if written else None
        if written and other:
            found.append(Item(entry["question"], tuple(entry["answers"]), other[0], written, other[1]))
    return found


def first_probability(t: Trajectory, words: Sequence[str]) -> float | None:
    """Probability of the first token of the first of some words that a road says; None if it says none."""
    places = [found.start() for word in words if (found := _search(word, t.text))]
    return None if not places else _at(t, min(places))


def _search(word: str, text: str) -> re.Match[str] | None:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)


def _at(t: Trajectory, place: int) -> float:
    """Probability of the token that holds a character of the road's text."""
    ends = np.cumsum([len(piece) for piece in t.pieces])
    return float(t.probability[int(np.searchsorted(ends, place, side="right"))])


def _placebo(t: Trajectory, entry: dict[str, Any], aim: float) -> tuple[str, float] | None:
    """The word of the road whose first token is most nearly as likely as the answer's; none of the answer's own."""
    own = {word.casefold() for answer in entry["answers"] for word in re.findall(r"\w+", answer)}
    words = {m.group(): _at(t, m.start()) for m in reversed(list(re.finditer(r"[^\W\d_]{4,}", t.text)))}
    others = [(word, p) for word, p in words.items() if word.casefold() not in own]
    return min(others, key=lambda pair: abs(math.log(pair[1]) - math.log(aim)), default=None)


def pulls(model: LanguageModel, question: str, words: Sequence[str], seed: int) -> np.ndarray | None:
    """Pull (m,) at each token since the first block; None where the sign never changed a choice."""
    rewards = [WordReward(word, -math.inf) for word in words]
    rng, found, blocked = np.random.default_rng(seed), list[float](), False
    settings: dict[str, Any] = {"max_new_tokens": TOKENS, "temperature": TEMPERATURE, "seed": seed}
    for step in stream(model, system="", user=question, rewards=rewards, **settings):
        wanted = choose(step.logprobs.numpy(), TEMPERATURE, 1.0, rng.random())
        blocked = blocked or wanted != step.token_id
        if blocked:
            found.append(step.pull)
    return np.array(found) if blocked else None


def averaged(runs: Sequence[np.ndarray | None]) -> np.ndarray:
    """Mean pull (SHOWN,) of an item's runs by tokens since the first block; NaN where none got there."""
    table = np.full((max(1, len(runs)), SHOWN), np.nan)
    for row, run in zip(table, runs, strict=False):
        if run is not None:
            row[: len(run[:SHOWN])] = run[:SHOWN]
    counts = np.isfinite(table).sum(axis=0)
    return np.where(counts > 0, np.nansum(table, axis=0) / np.maximum(counts, 1), np.nan)


def slope(curve: np.ndarray) -> float:
    """Least-squares slope of pull per token, from the token after the first block on; NaN for fewer than five."""
    at = np.flatnonzero(np.isfinite(curve))
    at = at[at > 0]
    return float(np.polyfit(at, curve[at], 1)[0]) if len(at) >= 5 else math.nan


def verdict(found: dict[str, Any]) -> str:
    """grows, falls or flat: what the interval of the slope says."""
    if found["low"] > 0:
        return "grows"
    return "falls" if found["high"] < 0 else "flat"


def result(target: np.ndarray, placebo: np.ndarray) -> dict[str, Any]:
    """What is shipped, from the mean pull of each item (items, SHOWN), forbidden answers and placebos."""
    slopes = [np.array([slope(row) for row in rows]) for rows in (target, placebo)]
    found = [mean_and_interval(values) for values in slopes]
    curves = []
    for j in range(SHOWN):
        columns = [rows[:, j] for rows in (target, placebo)]
        if all(np.isfinite(column).sum() >= FEWEST // 2 for column in columns):
            both = [mean_and_interval(column) for column in columns]
            curves.append({"token": j, "pull": both[0], "placebo": both[1]})
    return {
        "slope": found[0],
        "placebo_slope": found[1],
        "difference": mean_and_interval(slopes[0] - slopes[1]),
        "verdict": verdict(found[0]),
        "curve": curves,
    }


def main() -> None:
    """Measure and write ``pull.json``."""
    model = load_model()
    known = items(model)
    known = [known[i] for i in np.unique(np.linspace(0, len(known) - 1, MOST).astype(int))] if known else known
    if len(known) < FEWEST:
        raise UserError(
            f"The model answers only {len(known)} of facts.toml rightly; add some until there are {FEWEST}."
        )
    target, placebo = list[np.ndarray](), list[np.ndarray]()
    for i, item in enumerate(known):
        target.append(averaged([pulls(model, item.question, item.answers, seed) for seed in range(SEEDS)]))
        placebo.append(averaged([pulls(model, item.question, [item.placebo], seed) for seed in range(SEEDS)]))
        print(f"{i + 1} of {len(known)}: {item.question} {item.placebo}", flush=True)
    written = {
        "version": 1,
        "command": "python -m embeddings.experiments.pull",
        "settings": {"seeds": SEEDS, "tokens": TOKENS, "temperature": TEMPERATURE},
        "items": [vars(item) for item in known],
        **result(np.array(target), np.array(placebo)),
    }
    write_atomically(FOLDER / "pull.json", json.dumps(written, indent=1, allow_nan=False, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
