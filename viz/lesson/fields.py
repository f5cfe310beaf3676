"""What may stand in a lesson's file: its fields, what each holds, and sentences about what is wrong with one.

Nothing here knows a scene. `python -m viz.lesson --fields` prints the listing that docs/lesson.md has.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from embeddings.errors import UserError
from viz.lesson.lines import Lines
from viz.strings import section, short, text

BEATS = 40  # more than these are no lesson, and the player lists them all
SHOWN = 40  # characters of a wrong value that a sentence repeats
MINUTES = 240
FAR = 100.0  # of a camera's numbers, as the player takes them (viz/player/link.js)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffd]")  # nothing that a projector could show
HEAD = "| --- | --- | --- | --- |"  # of a table of fields
Taken = Any  # what a field holds once it is checked


@dataclass(frozen=True)
class Spot:
    """Where something is written: the line, the beat (counted from 1; 0: in none) and the field (empty: the table)."""

    line: int
    beat: int = 0
    field: str = ""

    def wrong(self, what: str, **values: object) -> UserError:
        """The error whose sentence begins with this place; ``what`` names a text of ``lesson.wrong``."""
        parts = [text("lesson.at.line", line=self.line)]
        parts += [text("lesson.at.beat", beat=self.beat)] * bool(self.beat)
        parts += [text("lesson.at.field", field=self.field)] * bool(self.field)
        return UserError(f"{', '.join(parts)}: {text(f'lesson.wrong.{what}', **values)}")


@dataclass(frozen=True)
class Field:
    """One field: what it holds in words (a text of ``lesson.kinds``), how that is checked, and what stands for it where
    it is left out; ``needed``: it may not be left out. ``most``: characters, where it is a text."""

    kind: str
    check: Callable[[Any, Spot, Field], Taken]
    default: Taken = None
    needed: bool = False
    most: int = 0


def words(value: Any, spot: Spot, field: Field) -> str:
    """A text that says something and fits."""
    if not isinstance(value, str):
        raise spot.wrong("text", value=said(value))
    if UNSEEN.search(value):
        raise spot.wrong("unseen")
    if field.needed and not value.strip():
        raise spot.wrong("empty")
    if len(value.strip()) > field.most:
        raise spot.wrong("long", count=len(value.strip()), most=field.most)
    return value.strip()


def line(value: Any, spot: Spot, field: Field) -> str:
    """A text for the projector or a head: one paragraph, however it is broken in the file."""
    return " ".join(words(value, spot, field).split())


def name(value: Any, spot: Spot, field: Field) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise spot.wrong("name", value=said(value))
    return value


def token(value: Any, spot: Spot, field: Field) -> int | None:
    """From 0, None for the end; whether the road is so long is seen later."""
    if value == "end":
        return None
    if not _is_token(value):
        raise spot.wrong("token", value=said(value))
    return int(value) - 1


def tokens(value: Any, spot: Spot, field: Field) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(map(_is_token, value)):
        raise spot.wrong("tokens", value=said(value))
    if len(value) > field.most:
        raise spot.wrong("many_tokens", count=len(value), most=field.most)
    return tuple(sorted({int(one) - 1 for one in value}))


def _is_token(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def road(value: Any, spot: Spot, field: Field) -> int:
    if value not in ("A", "B"):
        raise spot.wrong("road", value=said(value))
    return "AB".index(value)


def reading(value: Any, spot: Spot, field: Field) -> str:
    """The player's name of a reading, by that name or by the one that the interface says."""
    names = readings()
    asked = value.strip().casefold() if isinstance(value, str) else ""
    found = [key for key, spoken in names.items() if asked in (key, spoken.casefold())]
    if not found:
        raise spot.wrong("reading", value=said(value), names=listed(names.values()))
    return found[0]


def camera(value: Any, spot: Spot, field: Field) -> str | list[float]:
    if value in ("story", "whole"):
        return str(value)
    if not (isinstance(value, list) and len(value) == 6 and all(map(_coordinate, value))):
        raise spot.wrong("camera", value=said(value), far=round(FAR))
    if math.dist(value[:3], value[3:]) < 0.01:
        raise spot.wrong("camera_blind")
    return [float(number) for number in value]


def view(value: Any, spot: Spot, field: Field) -> str:
    if value not in ("map", "pca"):
        raise spot.wrong("view", value=said(value))
    return str(value)


def switch(value: Any, spot: Spot, field: Field) -> bool:
    if not isinstance(value, bool):
        raise spot.wrong("switch", value=said(value))
    return value


def minutes(value: Any, spot: Spot, field: Field) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MINUTES:
        raise spot.wrong("minutes", value=said(value), most=MINUTES)
    return float(value)


def _coordinate(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and abs(value) <= FAR


BEAT: dict[str, Field] = {
    "title": Field("line", line, needed=True, most=60),
    "scene": Field("scene", line, needed=True, most=80),
    "text": Field("line", line, needed=True, most=220),
    "token": Field("token", token),
    "road": Field("road", road, 0),
    "reading": Field("reading", reading),
    "camera": Field("camera", camera, "story"),
    "view": Field("view", view, "map"),
    "question": Field("line", line, most=180),
    "answer": Field("line", line, most=260),
    "cover": Field("switch", switch, False),
    "minutes": Field("minutes", minutes, 0.0),
    "notes": Field("words", words, "", most=4000),
    "id": Field("name", name),
}
LESSON: dict[str, Field] = {
    "title": Field("line", line, needed=True, most=80),
    "about": Field("words", words, "", most=2000),
}
ASIDE: dict[str, Field] = {
    "title": Field("line", line, "", most=60),
    "minutes": Field("minutes", minutes, 0.0),
    "notes": Field("words", words, "", most=8000),
}
SHEET: dict[str, Field] = {
    "road": Field("scene", line, most=80),
    "gaps": Field("scene", line, most=80),
    "gap_tokens": Field("tokens", tokens, (), most=6),
    "grip": Field("scene", line, most=80),
    "sign": Field("scene", line, most=80),
}
TABLES: dict[str, dict[str, Field]] = {"": LESSON, "before": ASIDE, "beat": BEAT, "after": ASIDE, "sheet": SHEET}
"""By the table's name; the fields of the lesson itself stand before all tables."""


def read(fields: Mapping[str, Field], found: Any, lines: Lines, table: str = "", which: int = 0) -> dict[str, Taken]:
    """The values of one table, each checked, what is left out as it is then.

    Raises
    ------
    UserError
        If a field is unknown, missing, or holds what it cannot.
    """
    beat = which + 1 if table == "beat" else 0
    if not isinstance(found, dict):
        raise Spot(lines.of("", 0, table), beat, table).wrong("table", table=table)
    known = [*fields, *(name for name in TABLES if name and not table)]
    for key in found:
        if key not in known:
            raise unknown(key, known, Spot(lines.of(table, which, key), beat))
    values = dict[str, Taken]()
    for key, field in fields.items():
        if key in found:
            values[key] = field.check(found[key], Spot(lines.of(table, which, key), beat, key), field)
        elif field.needed:
            holds = text(f"lesson.kinds.{field.kind}")
            raise Spot(lines.of(table, which), beat).wrong("missing", field=key, holds=holds)
        else:
            values[key] = field.default
    return values


def unknown(key: str, known: list[str], spot: Spot) -> UserError:
    """That there is no such field, and which one was meant."""
    near = get_close_matches(key[:80].casefold(), known, n=1, cutoff=0.5)
    if near:
        return spot.wrong("unknown_near", field=shown(key), near=near[0])
    return spot.wrong("unknown", field=shown(key), names=listed(known))


def readings() -> dict[str, str]:
    """What the interface calls the readings of the strip, by their names in code."""
    return {key: str(found["name"]) for key, found in section("player.readings").items()}


def said(value: Any) -> str:
    """A value as it may stand in a sentence: short, on one line; of what is made of parts only what it is."""
    if isinstance(value, str):
        return json.dumps(shown(value), ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return short(f"{value:g}" if isinstance(value, float) or abs(value) < 10**15 else "a huge number", SHOWN)
    kinds = {list: "a list", dict: "a table"}
    return next((words for kind, words in kinds.items() if isinstance(value, kind)), "a date or time")


def shown(value: str) -> str:
    """Characters of somebody's own in a sentence: as many as fit, none that breaks the line."""
    return short("".join(c if c.isprintable() else " " for c in value[: SHOWN + 1]), SHOWN)


def listed(names: Any) -> str:
    return ", ".join(f"“{name}”" for name in names)


def listing() -> str:
    """Every field of every table: its name, what it holds, what stands for it where it is left out, what it is for."""
    lines = list[str]()
    for table, fields in TABLES.items():
        brackets = ("`[[", "]]`") if table == "beat" else ("`[", "]`")
        lines += ["", f"### {table.join(brackets) if table else text('lesson.listing.lesson')}", ""]
        lines += [text(f"lesson.listing.{table or 'top'}"), "", text("lesson.listing.head"), HEAD]
        about = section(f"lesson.fields.{table or 'top'}")
        lines += [f"| `{key}` | {_holds(field)} | {_left_out(field)} | {about[key]} |" for key, field in fields.items()]
    return "\n".join(lines[1:])


def _holds(field: Field) -> str:
    holds = text(f"lesson.kinds.{field.kind}")
    return f"{holds}, {text('lesson.listing.most', most=field.most)}" if field.kind in ("line", "words") else holds


def _left_out(field: Field) -> str:
    if field.needed:
        return text("lesson.listing.needed")
    return "" if field.default in (None, "", ()) or field.kind == "minutes" else f"`{_written(field)}`"


def _written(field: Field) -> str:
    """A default as one writes it in the file."""
    value = '"A"' if field.kind == "road" else json.dumps(field.default)
    return str(value)
