"""Numbers in, Scene out: everything one picture shows, as JSON-ready data. The only input of every renderer.

The shape is fixed: a Scene has one or two roads, a road has tokens, a token lies where it was chosen from. Numbers are
finite, unknown ones are None. `viz.scene.schema` checks a Scene that comes back from a browser.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from embeddings.atlas import Neighbourhood, Place, Start
    from embeddings.trajectory import Candidate, Step

VERSION = 2  # 1: before the map of 0.3, on which its places mean nothing

Json = dict[str, Any]


def number(value: float | None, digits: int = 5) -> float | None:
    """A finite number, rounded for the wire, to zero only where it is zero; None for anything that JSON cannot say."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), digits) or float(f"{value:.2g}")


def point(position: Sequence[float] | np.ndarray) -> list[float]:
    """Three finite coordinates."""
    coordinates = [float(value) for value in position]
    if len(coordinates) != 3 or not all(math.isfinite(value) for value in coordinates):
        raise ValueError(f"a place on the map is three finite numbers, not {coordinates}")
    return [round(value, 4) for value in coordinates]


def place_of(start: Start) -> Json:
    """The flag: where answers begin under a system prompt."""
    return {
        "position": point(start.position),
        "off_map": number(start.off_map, 2),
        "pca": point(start.pca),
    }


def called(found: Neighbourhood) -> Json:
    """What a place is called: one name, two that it lies between, or none; and the share of the votes for them."""
    return {"neighbourhood": list(found.names), "agree": number(found.share, 2)}


def token_of(step: Step, place: Place, *, signed: bool = False) -> Json:
    """One crossing: the token, where it was chosen from, and what else could have been chosen. ``signed``: the road
    obeys signs, so that there is a distribution under them."""
    return {
        "id": int(step.token_id),
        "text": "" if step.end else step.text,
        "position": point(place.position),
        "pca": point(place.pca),
        "off_map": number(place.off_map, 2),
        "probability": number(step.probability, 6),
        "entropy": number(step.entropy),
        "grip": None,
        "pull": number(step.pull, 6),
        "kl": number(step.kl, 6),
        "inside": [bool(value) for value in (*place.inside, *step.inside)],
        **called(place.neighbourhood),
        "end": bool(step.end),
        "blocked": [int(value) for value in step.blocked],
        "candidates": [_candidate(candidate) for candidate in step.candidates],
        "after": [number(value, 6) for value in step.after] if signed and step.after is not None else None,
        "scores": None if all(v is None for v in step.scores) else [number(value) for value in step.scores],
    }


def _candidate(candidate: Candidate) -> Json:
    return {
        "id": int(candidate.id),
        "text": candidate.text,
        "probability": number(candidate.probability, 6),
        "end": bool(candidate.end),
    }


def weight_of(weight: float) -> float | str:
    """A reward's weight as it is written: a ban is a word, because JSON has no infinity."""
    return "ban" if weight == -math.inf else float(weight)


def parts_at(first: Sequence[int], second: Sequence[int], *, ended: bool) -> int | None:
    """Index of the first token at which two roads differ; None while (or when) they do not.

    ``ended`` says that both are complete: then a road that only stops earlier parts where it stops.
    """
    for i, (a, b) in enumerate(zip(first, second, strict=False)):
        if a != b:
            return i
    shorter = min(len(first), len(second))
    return shorter if ended and len(first) != len(second) else None


def scene_of(
    roads: Sequence[Json], *, id: str, title: str, note: str = "", step: str = "road", caption: str = "", **parts: Any
) -> Json:
    """A Scene from its roads; ``parts`` may give parts_at, apart, signs, ghosts, old, comparison and request."""
    return {
        "version": VERSION,
        "id": id,
        "title": title,
        "note": note,
        "step": step,
        "roads": list(roads),
        "parts_at": parts.get("parts_at"),
        "apart": parts.get("apart"),
        "signs": list(parts.get("signs", ())),
        "ghosts": list(parts.get("ghosts", ())),
        "old": list(parts.get("old", ())),
        "comparison": parts.get("comparison"),
        "caption": caption,
        "request": parts.get("request"),
    }
