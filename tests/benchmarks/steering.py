"""Time a token under two region signs, against plain decoding: 16 candidates looked at, and those that hold 98 %."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from tests.benchmarks.rows import Row, interleaved, spread

ASKED = {"system": "", "user": "Why do people fight for freedom?"}
TOKENS = 40
ROUNDS = 7


def rows() -> list[Row]:
    """Plain, two signs with k = 16, and two signs that look at no more than 98 % of the mass, in turn."""
    from embeddings import RegionReward, load_atlas, load_model, stream

    model, atlas = load_model(), load_atlas()
    signs = [RegionReward.from_landmark(atlas, name, -2.0) for name in ("freedom", "survival under threat")]
    few = [replace(sign, mass=0.98) for sign in signs]

    def driven(rewards: list[RegionReward]) -> int:
        return sum(1 for _ in stream(model, **ASKED, max_new_tokens=TOKENS, rewards=rewards))

    counts = [driven(rewards) for rewards in ([], signs, few)]
    times = interleaved(ROUNDS, lambda: driven([]), lambda: driven(signs), lambda: driven(few))
    columns = zip(zip(*times, strict=True), counts, strict=True)
    each = [[1000 * seconds / count for seconds in column] for column, count in columns]
    whole, part = (median(b / a for a, b in zip(each[0], column, strict=True)) for column in each[1:])
    return [
        Row(
            "two region signs, 16 candidates looked at",
            spread(each[1], "ms a token"),
            f"{whole:.2f} of plain",
            "aim 1.9",
        ),
        Row(
            "the same, those that hold 98 % of the mass",
            spread(each[2], "ms a token"),
            f"{part:.2f} of plain",
            "aim 1.6",
        ),
    ]
