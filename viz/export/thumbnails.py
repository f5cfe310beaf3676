"""Small pictures of roads as SVG, all on one flat picture of the map: made of numbers, without a browser."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from viz.export.bundle import PLAYER
from viz.export.words import words
from viz.scene.ground import NO_THEME

WIDE = 1600.0  # units of the flat picture
SHAPE = 1.6  # width of a small picture, in heights
LEAST = 520.0  # units: no road is looked at from closer by, or the land around it would be dust
ROOM = 1.5  # how much wider than its road a small picture is
EDGE = 30.0  # units around the outermost points
LETTERS = 26.0  # units of type in a picture LEAST units wide
NAMES = 2
ROADS = "ab"
MAST = np.array([[0, 0], [0, -34], [25, -25]])  # what a flag takes of a picture LEAST units wide


@dataclass(frozen=True, eq=False)
class Flat:
    """The map laid flat: places in three dimensions to places of a picture, always the same."""

    middle: np.ndarray  # (3,)
    axes: np.ndarray  # (2, 3), rows of length one
    scale: float
    low: np.ndarray  # (2,) in units of the picture
    size: tuple[float, float]

    def at(self, places: Any) -> np.ndarray:
        """Places (n, 3) as places of the picture (n, 2), y downwards."""
        flat = (np.asarray(places, dtype=np.float64).reshape(-1, 3) - self.middle) @ self.axes.T
        return flat * [self.scale, -self.scale] - self.low


def flat_of(points: bytes, count: int) -> Flat:
    """The plane in which the map is widest: its first two principal axes, with signs that a rebuild does not turn.

    ``points``: the ground as it is served, x[N] y[N] z[N] as float32 first.
    """
    places = columns(points, count)
    middle = places.mean(axis=0)
    axes = np.linalg.svd(places - middle, full_matrices=False)[2][:2]
    axes = axes * np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])[:, None]
    flat = (places - middle) @ axes.T * [1, -1]
    low, high = np.percentile(flat, [0.2, 99.8], axis=0)  # a few strays would make the rest small
    scale = WIDE / (high[0] - low[0])
    size = WIDE + 2 * EDGE, float(scale * (high[1] - low[1])) + 2 * EDGE
    return Flat(middle, axes, float(scale), low * scale - EDGE, size)


def columns(points: bytes, count: int) -> np.ndarray:
    """Places (N, 3) out of the ground as it is served."""
    return np.frombuffer(points, "<f4", 3 * count).reshape(3, count).T.astype(np.float64)


def ground_svg(flat: Flat, points: bytes, count: int) -> str:
    """All dots of the map, a path for each theme, in the player's colours."""
    places = np.rint(flat.at(columns(points, count))).astype(int)
    themes = np.frombuffer(points, np.uint8, count, 24 * count)
    colors = _colors()
    paths = []
    for theme in np.unique(themes):
        dots = "".join(f"M{x} {y}h0" for x, y in places[themes == theme])
        color = "#8d8a84" if theme == NO_THEME else colors[theme % len(colors)]
        paths.append(f'<path stroke="{color}" d="{dots}"/>')
    width, height = flat.size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}"><g fill="none" stroke-width="5.5" stroke-linecap="round" opacity=".55">'
        f"{''.join(paths)}</g></svg>"
    )


@cache
def _colors() -> tuple[str, ...]:
    """The player's colours of themes, which stand in its theme."""
    source = (PLAYER / "draw" / "theme.js").read_text(encoding="utf-8")
    block = re.search(r"const GROUND = \[(.*?)\]", source, re.DOTALL)
    assert block is not None
    return tuple(re.findall(r'"(#[0-9a-f]{6})"', block[1]))


def road_svg(scene: Mapping[str, Any], flat: Flat, ground: Mapping[str, Any], picture: str) -> str:
    """The roads of a scene on the map, as an ``<svg>`` for a page whose style colours it; ``picture``: where the dots
    are, from that page on."""
    told = [road for road in scene["roads"] if road["tokens"]]
    roads = [flat.at([token["position"] for token in road["tokens"]]) for road in told]
    flags = [flat.at(road["start"]["position"])[0] if road["start"] else None for road in told]
    seen = np.vstack([*roads, *(flag + MAST for flag in flags if flag is not None)])
    box = box_around(seen)
    x, y, width, height = box
    thin = width / LEAST
    drawn = [*map(_link, flags, roads), *map(_road, ROADS, roads)]
    flags_apart = flags[:1] if _together(flags) else flags
    drawn += [_flag(name, flag, thin) for name, flag in zip(ROADS, flags_apart, strict=False)]
    drawn += [
        f'<path class="head road-{name}" d="M{_pair(road[-1])}h0"/>' for name, road in zip(ROADS, roads, strict=False)
    ]
    drawn += [_name(*name, thin) for name in _names(told, flat, ground, box, seen)]
    return (
        f'<svg class="thumbnail" viewBox="{x:.0f} {y:.0f} {width:.0f} {height:.0f}" aria-hidden="true" '
        f'style="--thin: {thin:.2f}"><image href="{picture}" width="{flat.size[0]:.0f}" height="{flat.size[1]:.0f}"/>'
        f"{''.join(drawn)}</svg>"
    )


def _road(name: str, places: np.ndarray) -> str:
    """The line on paper of its own, so that what crosses it stays apart, and on it the crossings."""
    line, dots = smooth(places), "".join(f"M{_pair(place)}h0" for place in places)
    kinds = {"paper": line, f"road road-{name}": line, "crossings": dots}
    return "".join(f'<path class="{kind}" d="{data}"/>' for kind, data in kinds.items())


def _link(flag: np.ndarray | None, road: np.ndarray) -> str:
    return "" if flag is None else f'<path class="link" d="M{_pair(flag)}L{_pair(road[0])}"/>'


def _together(flags: Sequence[np.ndarray | None]) -> bool:
    """Do all roads leave from the same flag?"""
    first = flags[0]
    return first is not None and all(flag is not None and np.allclose(flag, first) for flag in flags)


def box_around(places: np.ndarray) -> tuple[float, float, float, float]:
    """Left, top, width and height of what a small picture shows: the places with room around, in its own shape."""
    low, high = places.min(axis=0), places.max(axis=0)
    width = max(LEAST, ROOM * (high[0] - low[0]), ROOM * SHAPE * (high[1] - low[1]))
    x, y = (low + high) / 2 - [width / 2, width / SHAPE / 2]
    return float(x), float(y), float(width), float(width / SHAPE)


def smooth(places: np.ndarray) -> str:
    """A curve through all places (n, 2) as the data of a path: Catmull-Rom, tangents along the neighbours' line."""
    if len(places) == 1:
        return f"M{_pair(places[0])}h0"
    padded = np.vstack([places[:1], places, places[-1:]])
    before, here, there, after = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    bends = zip(here + (there - before) / 6, there - (after - here) / 6, there, strict=True)
    return f"M{_pair(places[0])}" + "".join(f"C{_pair(a)} {_pair(b)} {_pair(to)}" for a, b, to in bends)


def _pair(place: Sequence[float] | np.ndarray) -> str:
    return f"{place[0]:.1f} {place[1]:.1f}"


def _flag(name: str, place: np.ndarray | None, thin: float) -> str:
    if place is None:
        return ""
    where = f"translate({_pair(place)}) scale({thin:.2f})"
    return f'<path class="flag flag-{name}" transform="{where}" d="M0 0V-34M0 -34L25 -25L0 -16Z"/>'


def _names(
    roads: Sequence[Mapping[str, Any]],
    flat: Flat,
    ground: Mapping[str, Any],
    box: tuple[float, float, float, float],
    seen: np.ndarray,
) -> list[tuple[str, np.ndarray]]:
    """The places that the roads come to most often, each where its name has room in the picture, on no road."""
    told = [name for road in roads for token in road["tokens"] for name in token["neighbourhood"] or ()]
    often = sorted(set(told), key=lambda name: (-told.count(name), name))
    where = {landmark["name"]: flat.at(landmark["position"])[0] for landmark in ground["landmarks"]}
    line = 1.2 * LETTERS * box[2] / LEAST  # the height of a row of type
    found, taken = list[tuple[str, np.ndarray]](), seen
    for name in (name for name in often if name in where):
        short = name.rpartition(": ")[2]
        half = 0.22 * line * len(short) + 0.5 * line
        place = _free(where[name], half, line, box, taken)
        if place is not None and len(found) < NAMES:
            found.append((short, place))
            taken = np.vstack([taken, place + [[shift * half, 0] for shift in (-0.8, -0.4, 0, 0.4, 0.8)]])
    return found


def _free(
    place: np.ndarray, half: float, line: float, box: tuple[float, float, float, float], taken: np.ndarray
) -> np.ndarray | None:
    """Where a name of this half width stands nearest to its place: in the picture and on nothing that is taken."""
    x, y, width, height = box
    low, high = np.array([x + half, y + line]), np.array([x + width - half, y + height - 0.6 * line])
    if (low > high).any() or (place < [x, y]).any() or (place > [x + width, y + height]).any():
        return None
    for rows in (0, 1, -1, 2, -2, 3, -3, 4, -4):
        at = np.clip(place, low, high) + np.array([0, rows * line])
        off = np.abs(taken - at + [0, 0.3 * line])
        if (at >= low).all() and (at <= high).all() and not (off < [half, 0.8 * line]).all(axis=1).any():
            return at
    return None


def _name(name: str, place: np.ndarray, thin: float) -> str:
    return f'<text x="{place[0]:.0f}" y="{place[1]:.0f}" font-size="{LETTERS * thin:.1f}">{words(name)}</text>'
