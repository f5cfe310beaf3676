"""What is said of recorded scenes, computed from them: a template with figures, so that no word contradicts the data.

A figure stands in braces with what it is of, all divided by bars: ``{inside|B|freedom}`` is the share of road B's
crossings that score past half for freedom, ``{inside|B|freedom|−3}`` the same in the slider's scene with that label.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from viz.scene.scene import Json

FIGURE = re.compile(r"\{([^{}]*)\}")
NOBODY = "no name that is sure"
FINEST = 6  # digits after the point that a template may ask for


class NoFigure(ValueError):
    """A template asks for a figure that its scene does not have: ``asked``, braces and all."""

    def __init__(self, asked: str, scene: str) -> None:
        super().__init__(f"the note asks for {asked}, which {scene} does not have")
        self.asked = asked


@dataclass(frozen=True)
class Family:
    """The scene that a note is about, its siblings by the label of the slider, the names of the regions that ship, the
    figures of the map, the experiment on pull, and the number that a template gives to the first token."""

    scene: Json
    siblings: Mapping[str, Json]
    regions: Sequence[str]
    report: Mapping[str, Any]
    experiment: Mapping[str, Any]
    counted_from: int = 0

    def road(self, letter: str, label: str = "") -> Json:
        """Road A or B of the scene, or of the sibling with that label."""
        scene = self.siblings[label] if label else self.scene
        found: Json = scene["roads"]["AB".index(letter)]
        return found

    def token(self, letter: str, at: str) -> Json:
        """The token of that number; one below zero counts from the end."""
        number = int(at)
        if 0 <= number < self.counted_from:
            raise IndexError(f"no token has the number {number}")
        found: Json = self.road(letter)["tokens"][number if number < 0 else number - self.counted_from]
        return found

    def readings(self, letter: str, name: str, label: str = "") -> list[float]:
        return [float(token[name]) for token in self.road(letter, label)["tokens"]]

    def scored(self, letter: str, region: str, label: str = "") -> list[bool]:
        """Whether each crossing is inside a region that ships, by its name, or that of the scene's own sign."""
        signs = (self.siblings[label] if label else self.scene).get("signs", [])
        names = [_short(sign["name"]) for sign in signs]
        own = region not in self.regions or (region in names and letter == "B")
        at = len(self.regions) + names.index(region) if own else list(self.regions).index(region)
        return [bool(token["inside"][at]) for token in self.road(letter, label)["tokens"]]


def filled(template: str, family: Family) -> str:
    """A note with its figures.

    Raises
    ------
    NoFigure
        If it asks for a figure that there is none of, or of something that the scene does not have.
    """

    def figure(match: re.Match[str]) -> str:
        name, *of = match[1].split("|")
        try:
            return FIGURES[name](family, *of)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise NoFigure(match[0], family.scene["id"]) from error

    return FIGURE.sub(figure, template)


def _short(name: str) -> str:
    """A landmark is called by its theme, as on the map."""
    return name.split(": ")[-1]


def percent(share: float) -> str:
    """As the player says it."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.9995 <= share < 1:
        return "> 99.9 %"
    fine = share < 0.0995 or 0.985 <= share < 1  # what is not all of it is not said to be
    return f"{100 * share:.1f} %" if fine else f"{100 * share + 1e-9:.0f} %"


SHARES = ("probability", "pull")  # readings that are said in per cent


def _said(value: float, name: str, digits: int = 2) -> str:
    return percent(value) if name in SHARES else f"{value:.{min(digits, FINEST)}f}"


def _tokens(family: Family, letter: str) -> str:
    return str(len(family.road(letter)["tokens"]))


def _token(family: Family, letter: str, at: str) -> str:
    return str(family.token(letter, at)["text"]).strip()


def _probability(family: Family, letter: str, at: str) -> str:
    return percent(family.token(letter, at)["probability"])


def _value(family: Family, letter: str, name: str, at: str, digits: str = "2") -> str:
    """A reading at one token."""
    return _said(float(family.token(letter, at)[name]), name, int(digits))


def _candidate(family: Family, letter: str, at: str, which: str) -> Json:
    found: Json = family.token(letter, at)["candidates"][int(which) - 1]
    return found


def _turn(family: Family, letter: str, at: str, which: str) -> str:
    return str(_candidate(family, letter, at, which)["text"]).strip()


def _held(family: Family, letter: str, at: str, which: str) -> str:
    return percent(_candidate(family, letter, at, which)["probability"])


def _mean(family: Family, letter: str, name: str, part: str = ":", digits: str = "2") -> str:
    begin, _, end = part.partition(":")
    values = family.readings(letter, name)[int(begin) if begin else None : int(end) if end else None]
    return _said(sum(values) / len(values), name, int(digits))


def _total(family: Family, letter: str, name: str, label: str = "") -> str:
    return f"{sum(family.readings(letter, name, label)):.0f}"


def _most(family: Family, letter: str, name: str) -> str:
    return _said(max(family.readings(letter, name)), name)


def _below(family: Family, letter: str, name: str, bound: str) -> str:
    return str(sum(value < float(bound) for value in family.readings(letter, name)))


def _inside(family: Family, letter: str, region: str, label: str = "") -> str:
    scored = family.scored(letter, region, label)
    return percent(sum(scored) / len(scored))


def _count(family: Family, letter: str, region: str, label: str = "") -> str:
    return str(sum(family.scored(letter, region, label)))


def _sure(family: Family, letter: str) -> list[str]:
    """The name of each crossing that has one."""
    tokens = family.road(letter)["tokens"]
    return [_short(token["neighbourhood"][0]) for token in tokens if len(token["neighbourhood"]) == 1]


def _named(family: Family, letter: str) -> str:
    return str(len(_sure(family, letter)))


def _mostly(family: Family, letter: str) -> str:
    """The name that most crossings have, and how many have it."""
    found = Counter(_sure(family, letter)).most_common(1)
    return f"“{found[0][0]}” at {found[0][1]}" if found else NOBODY


def _first(family: Family, letter: str) -> str:
    return _end(family, letter, 0)


def _last(family: Family, letter: str) -> str:
    return _end(family, letter, -1)


def _end(family: Family, letter: str, at: int) -> str:
    found = _sure(family, letter)
    return f"“{found[at]}”" if found else NOBODY


def _parting(family: Family) -> int:
    """The index of the first token at which the roads differ."""
    return int(family.scene["parts_at"])


def _parts(family: Family) -> str:
    return str(_parting(family) + 1)


def _left(family: Family, letter: str) -> str:
    """The token with which a road leaves the other."""
    return _token(family, letter, str(_parting(family) + family.counted_from))


def _left_held(family: Family, letter: str) -> str:
    return _probability(family, letter, str(_parting(family) + family.counted_from))


def _pull(family: Family, after: str = "0") -> str:
    """The pull so many tokens after they part."""
    return percent(family.readings("B", "pull")[_parting(family) + int(after)])


def _rest(family: Family, letter: str, name: str, after: str) -> str:
    """The highest of a reading from so many tokens after they part on."""
    return _said(max(family.readings(letter, name)[_parting(family) + int(after) :]), name)


def _loop(family: Family, letter: str) -> tuple[int, int, int]:
    """The longest loop of a road: tokens in one round, full rounds, the index of the first of them."""
    ids = [token["id"] for token in family.road(letter)["tokens"]]
    most, period, since = 0, 0, 0
    same = [0] * len(ids)  # by distance back: how many tokens up to this one are those from so far back
    for end in range(1, len(ids)):
        for back in range(1, end + 1):
            same[back] = same[back] + 1 if ids[end] == ids[end - back] else 0
            if same[back] >= back and same[back] > most:
                most, period, since = same[back], back, end - same[back] - back + 1
    if not most:
        raise ValueError(f"road {letter} never goes in circles")
    return period, 1 + most // period, since


def _circle(family: Family, letter: str, what: str) -> str:
    period, rounds, _ = _loop(family, letter)
    return str({"period": period, "rounds": rounds}[what])


def _round(family: Family, letter: str, name: str, which: str) -> str:
    """The mean of a reading over one round of a loop, counted from 1."""
    period, _, since = _loop(family, letter)
    begin = since + (int(which) - 1) * period
    values = family.readings(letter, name)[begin : begin + period]
    return _said(sum(values) / len(values), name)


def _experiment(family: Family, what: str) -> str:
    """Of the experiment on pull that ships: how many facts, roads for each, or mean pull so many tokens after the first
    block."""
    found = family.experiment
    if what in ("items", "seeds"):
        return str(found["slope"]["items"] if what == "items" else found["settings"]["seeds"])
    return percent({entry["token"]: entry["pull"]["mean"] for entry in found["curve"]}[int(what)])


def _apart(family: Family, name: str) -> str:
    return f"{family.scene['apart'][name]:.2f}"


def _moved(family: Family, name: str) -> str:
    return f"{family.scene['comparison'][name]:.2f}"


def _report(family: Family, name: str) -> str:
    return f"{family.report[name]:.2f}"


def _longer(family: Family, one: str, other: str) -> str:
    """ "more than", "less than" or "as far as": the last move of the flag beside a figure of the report."""
    here, there = round(family.scene["comparison"][one], 2), round(family.report[other], 2)
    return "as far as" if here == there else "more than" if here > there else "less than"


FIGURES: dict[str, Callable[..., str]] = {
    "tokens": _tokens,
    "token": _token,
    "probability": _probability,
    "value": _value,
    "turn": _turn,
    "held": _held,
    "mean": _mean,
    "total": _total,
    "most": _most,
    "below": _below,
    "inside": _inside,
    "count": _count,
    "named": _named,
    "mostly": _mostly,
    "first": _first,
    "last": _last,
    "parts": _parts,
    "left": _left,
    "left held": _left_held,
    "pull": _pull,
    "rest": _rest,
    "circle": _circle,
    "round": _round,
    "experiment": _experiment,
    "apart": _apart,
    "moved": _moved,
    "report": _report,
    "longer": _longer,
}
"""What a note may ask for."""
