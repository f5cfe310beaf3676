"""`python -m viz.recording.agreement`: how often, in each recorded scene, the tint says what the crossings say.

A crossing is inside a region where the region's probe scores it past half; the tint where it lies is the share of the
thirty nearest atlas points that are inside. They agree where the crossing is inside and at least half of those points
are, or neither. The player reckons the same as it plays (`viz/player/state/question.js`), and a test compares.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from viz.drive import session
from viz.recording.record import FOLDER, recipes, versions
from viz.scene.scene import Json

NEAREST = 30
HALF = 0.5
HEAD = (
    "| scene | region | A inside | B inside | fill and tint agree | share |",
    "| --- | --- | --- | --- | --- | --- |",
)


@dataclass(frozen=True)
class Agreement:
    """The region that a scene's crossings are asked about, as a ``row`` of `inside` and by its name; how many of each
    road are ``inside`` and how many it has; how many of all agree with the tint under them."""

    scene: str
    row: int
    region: str
    inside: tuple[tuple[int, int], ...]
    count: int

    @property
    def of(self) -> int:
        return sum(asked for _, asked in self.inside)


def question(scene: Json, regions: Sequence[str]) -> int | None:
    """The row of `inside` that a scene opens with: its first sign on a region that has readings, else of the shipped
    regions that it is about the one in which most crossings lie; None where it is about none."""
    tokens = [token for road in scene["roads"] for token in road["tokens"]]
    if signs := scene.get("signs", []):
        read = (
            k for k in range(len(signs)) if any((token.get("scores") or [None] * 9)[k] is not None for token in tokens)
        )
        return len(regions) + next(read, 0)
    about = [row for row, name in enumerate(regions) if name in scene["regions"]]
    return max(about, key=lambda row: sum(token["inside"][row] for token in tokens), default=None)


def agreements() -> Iterator[Agreement]:
    """Of each recorded scene that is about a region, siblings of a slider too, in the order of the recipes."""
    atlas = session.atlas()
    names = [region.name for region in atlas.regions]
    coordinates = np.asarray(atlas.coordinates, dtype=np.float64)
    for id in (id for recipe in recipes() for id in versions(recipe)):
        scene = json.loads((FOLDER / f"{id}.json").read_text(encoding="utf-8"))
        row = question(scene, names)
        if row is None:
            continue
        name = names[row] if row < len(names) else scene["signs"][row - len(names)]["name"]
        flags = np.zeros(len(coordinates), dtype=bool)
        flags[atlas.regions[names.index(name)].indices] = True
        roads = [[(token["position"], token["inside"][row]) for token in road["tokens"]] for road in scene["roads"]]
        agree = sum((_tint(coordinates, flags, place) >= HALF) == inside for road in roads for place, inside in road)
        counts = tuple((sum(inside for _, inside in road), len(road)) for road in roads)
        yield Agreement(id, row, name, counts, agree)


def _tint(coordinates: np.ndarray, flags: np.ndarray, place: Sequence[float]) -> float:
    gaps = ((coordinates - np.asarray(place)) ** 2).sum(axis=1)
    return float(flags[np.argsort(gaps, kind="stable")[:NEAREST]].mean())


def table() -> str:
    """The table in Markdown."""
    lines = list(HEAD)
    for found in agreements():
        inside = [f"{count} of {of}" for count, of in found.inside] + [""]
        cells = (
            found.scene,
            found.region,
            *inside[:2],
            f"{found.count} of {found.of}",
            f"{found.count / found.of:.2f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
