"""Words of the road just driven that would make a good sign: those that it circles around, and ones it nearly used."""

from __future__ import annotations

import re
from collections.abc import Sequence

from viz.drive.job import Job
from viz.strings import section

CHIPS = 6


def words_of(job: Job) -> list[str]:
    """A few words that the road used or nearly used: letters only."""
    stop = set(section("chips.stop_words").split())
    run = job.runs[0]
    used = re.findall(r"[^\W\d_]{3,}", run.text)
    likely = [
        c["text"].strip()
        for token in list(run.tokens)
        for c in token["candidates"][1:3]
        if c["text"].startswith(" ") and (c["probability"] or 0) > 0.15
    ]
    found: dict[str, str] = {}
    for word in [*_repeated(used, CHIPS), *used, *(w for w in likely if re.fullmatch(r"[^\W\d_]{4,}", w))]:
        if word.casefold() not in stop:
            found.setdefault(word.casefold(), word)
    return list(found.values())[:CHIPS]


def _repeated(words: Sequence[str], count: int) -> list[str]:
    """The most frequent words first, then in their order: what a road circles around is the best sign."""
    counts: dict[str, int] = {}
    for word in words:
        counts[word.casefold()] = counts.get(word.casefold(), 0) + 1
    return sorted((word for word in words if counts[word.casefold()] > 1), key=lambda w: -counts[w.casefold()])[:count]
