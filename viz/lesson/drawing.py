"""A road on the map as a drawing for paper: black lines on light dots, seen from where the roads spread most."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np

from viz.scene.ground import Ground
from viz.scene.scene import Json
from viz.strings import short

WIDTH, HEIGHT = 960, 620  # tenths of a millimetre
MARGIN = 70  # between the roads and the frame
EVERY = 10  # crossings from one number to the next
LETTER = 15.5  # tenths of a millimetre that a letter of a name takes, at most
COVERED = 1  # crossings that words may cover at most
DASHES = ("", "22 13")  # how roads A and B are told apart without colour

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Window:
    """From places (n, 3) on the map to places (n, 2) on paper: the plane in which the roads spread most, as large as
    the frame allows."""

    middle: np.ndarray  # (3,)
    axes: np.ndarray  # (3, 2), orthonormal columns
    low: np.ndarray  # (2,) of the roads, in the plane
    scale: float  # tenths of a millimetre for one unit of the map

    @staticmethod
    def on(roads: np.ndarray) -> Window:
        middle = roads.mean(axis=0)
        _, _, directions = np.linalg.svd(np.vstack([roads - middle, np.zeros((3, 3))]), full_matrices=False)
        axes = directions[:2].T
        flat = (roads - middle) @ axes
        low, size = flat.min(axis=0), np.maximum(np.ptp(flat, axis=0), 0.5)
        scale = float(np.min((np.array([WIDTH, HEIGHT]) - 2 * MARGIN) / size))
        room = (np.array([WIDTH, HEIGHT]) / scale - size) / 2
        return Window(middle, axes, low - room, scale)

    def place(self, points: np.ndarray) -> np.ndarray:
        x, y = (((points - self.middle) @ self.axes - self.low) * self.scale).T
        return np.column_stack([x, HEIGHT - y])


def drawing(scene: Json, ground: Ground) -> str:
    """The roads of a scene as SVG: dots of the map and its names, flags, crossings, every tenth with its number."""
    roads = [np.array([token["position"] for token in road["tokens"]], dtype=float) for road in scene["roads"]]
    flags = _flags(scene)
    window = Window.on(np.vstack([*roads, *(np.array([flag]) for flag in flags)]))
    places = [window.place(road) for road in roads]
    room = _Room(np.vstack(places))
    own = [0, len(roads[0]) if scene["parts_at"] is None else scene["parts_at"]]  # of B's crossings, A's have numbers
    lines = [_road(road, which) for which, road in enumerate(places)]
    posts = [_flag(window, np.array(flag), letters, room) for flag, letters in flags.items()]
    marks = [part for which, road in enumerate(places) for part in _numbers(road, which, own[which], room)]
    parts = [_dots(window, ground), *lines, *posts, *marks, *_names(window, ground, room)]
    return (
        f'<svg class="map" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><rect class="frame" x="1" y="1" '
        f'width="{WIDTH - 2}" height="{HEIGHT - 2}"/>{"".join(parts)}</svg>'
    )


def _flags(scene: Json) -> dict[tuple[float, ...], str]:
    """The letters of the roads that begin at each start."""
    found = dict[tuple[float, ...], str]()
    for letter, road in zip("AB", scene["roads"], strict=False):
        if road["start"]:
            place = tuple(float(x) for x in road["start"]["position"])
            found[place] = found.get(place, "") + letter
    return found


def _inside(places: np.ndarray, margin: float) -> np.ndarray:
    x, y = places.T
    return (x > margin) & (x < WIDTH - margin) & (y > margin) & (y < HEIGHT - margin)


def _dots(window: Window, ground: Ground) -> str:
    """One path: a dot is a line without length, with a round end."""
    count = json.loads(ground.description)["count"]
    columns = np.frombuffer(ground.points[: 12 * count], dtype="<f4").reshape(3, count)
    places = window.place(columns.T.astype(float))
    seen = places[_inside(places, 4)]
    return f'<path class="dots" d="{"".join(f"M{x:.0f} {y:.0f}h0" for x, y in seen)}"/>'


def _road(places: np.ndarray, which: int) -> str:
    path = "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in places)
    rings = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="6"/>' for x, y in places)
    dashes = f' stroke-dasharray="{DASHES[which]}"' if DASHES[which] else ""
    return f'<path class="halo" d="{path}"/><path class="road" d="{path}"{dashes}/><g class="rings">{rings}</g>'


def _numbers(places: np.ndarray, which: int, begin: int, room: _Room) -> Iterator[str]:
    """The numbers of the last token, with its road's letter, of the first, and of every tenth, where there is room."""
    last = len(places) - 1
    wanted = [last, *(at for at in (begin, *range(EVERY - 1, last - 2, EVERY)) if begin <= at < last)]
    for index in dict.fromkeys(wanted):
        said = f"{'AB'[which]} {index + 1}" if index == last else f"{index + 1}"
        yield from _words(places[index], said, "number last" if index == last else "number", room, away=13)


def _flag(window: Window, flag: np.ndarray, letters: str, room: _Room) -> str:
    [(x, y)] = window.place(flag[None])
    wide = 30 + 14 * len(letters)
    room.taken.append((x - 4, y - 64, x + wide + 4, y + 4))
    return (
        f'<path class="flag" d="M{x:.0f} {y:.0f}v-62h{wide}l-13 15l13 15h-{wide}"/>'
        f'<text class="letter" x="{x + 7:.0f}" y="{y - 38:.0f}">{letters}</text>'
    )


def _names(window: Window, ground: Ground, room: _Room) -> Iterator[str]:
    """The map's names that fall into the frame, the larger places first."""
    landmarks = sorted(json.loads(ground.description)["landmarks"], key=lambda one: -one["size"])
    places = window.place(np.array([one["position"] for one in landmarks], dtype=float).reshape(-1, 3))
    for landmark, place, seen in zip(landmarks, places, _inside(places, 20), strict=True):
        if seen:
            name = short(landmark["name"].split(": ")[-1], 24)
            yield from _words(place, name, "name", room, away=0)


def _words(place: np.ndarray, said: str, kind: str, room: _Room, away: float) -> Iterator[str]:
    """Words beside a place, where they cover no others and the fewest crossings; nowhere, if that is nowhere."""
    found = room.find(place, LETTER * len(said) + 6, 30, away)
    if found is not None:
        yield f'<text class="{kind}" x="{found[0]:.0f}" y="{found[3] - 7:.0f}">{escape(said)}</text>'


class _Room:
    """Where words can still stand: boxes (left, top, right, bottom) that are taken, and crossings (n, 2) to spare."""

    def __init__(self, crossings: np.ndarray) -> None:
        self.crossings = crossings
        self.taken = list[Box]()

    def find(self, place: np.ndarray, width: float, height: float, away: float) -> Box | None:
        boxes = [box for box in _around(place, width, height, away) if self._is_free(box)]
        if not boxes:
            return None
        best = min(boxes, key=self._covered)  # of equals the first, which is the nearest
        if self._covered(best) > COVERED:
            return None
        self.taken.append(best)
        return best

    def _is_free(self, box: Box) -> bool:
        inside = box[0] > 4 and box[1] > 4 and box[2] < WIDTH - 4 and box[3] < HEIGHT - 4
        return inside and not any(_meet(box, other) for other in self.taken)

    def _covered(self, box: Box) -> int:
        x, y = self.crossings.T
        return int(np.sum((x > box[0] - 6) & (x < box[2] + 6) & (y > box[1] - 6) & (y < box[3] + 6)))


def _around(place: np.ndarray, width: float, height: float, away: float) -> Iterator[Box]:
    """Boxes beside, above and below a place, and the same a little further off."""
    for gap in (away, away + 14, away + 28):
        for dx in (gap, -gap - width, -width / 2):
            for dy in (-gap - height, gap, -height / 2):
                x, y = place[0] + dx, place[1] + dy
                if away == 0 or not (x < place[0] < x + width and y < place[1] < y + height):
                    yield (x, y, x + width, y + height)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
