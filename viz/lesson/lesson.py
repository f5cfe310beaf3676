"""A lesson out of a TOML file, checked: beats of the stage for the player, and, apart from them, notes for the teacher.

`read_lesson` says what is wrong in one sentence with its line; `lesson_json` is what the player gets, without notes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from embeddings.errors import UserError
from viz.lesson import fields
from viz.lesson.fields import Spot
from viz.lesson.lines import Lines, dotted, lines_of, unclosed
from viz.lesson.stage import Scenes, figures, seen
from viz.scene.scene import Json
from viz.strings import ASSETS, text

VERSION = 1
SHIPPED = ASSETS / "lesson.toml"
MOST = 256 * 1024  # bytes of a file; forty beats with long notes have some 60 KB
IN_USE = "MINDMAP_LESSON"  # the file that `mindmap --lesson` names, for the process of the app
DOTS = 60  # on one line, outside of texts
AT = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)$")
CURLY = re.compile(r"=\s*[“”„«‘’]")
BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


@dataclass(frozen=True)
class Beat:
    """One state of the stage and what is said of it. ``token`` counts from 0 and is None at the end; of ``cover`` the
    token after it stays covered. ``minutes`` and ``notes`` are the teacher's."""

    id: str
    title: str
    scene: str
    text: str
    token: int | None
    road: int
    reading: str | None
    camera: str | list[float]
    view: str
    question: str | None
    answer: str | None
    cover: bool
    minutes: float
    notes: str


@dataclass(frozen=True)
class Aside:
    """What happens before the first beat, or after the last: for the teacher alone."""

    title: str = ""
    minutes: float = 0.0
    notes: str = ""


@dataclass(frozen=True)
class Plan:
    """Which scenes the printed sheet is made of; None: none is, and that part is left out. ``gap_tokens`` from 0."""

    road: str | None
    gaps: str | None
    gap_tokens: tuple[int, ...]
    grip: str | None
    sign: str | None


@dataclass(frozen=True)
class Lesson:
    """A checked lesson. ``scenes``: all that it shows, by id; ``own``: the ids of those that lie beside its file."""

    title: str
    about: str
    beats: tuple[Beat, ...]
    before: Aside
    after: Aside
    sheet: Plan
    scenes: Mapping[str, Json]
    own: tuple[str, ...] = ()

    @property
    def minutes(self) -> float:
        return self.before.minutes + sum(beat.minutes for beat in self.beats) + self.after.minutes


def lesson_json(lesson: Lesson) -> Json:
    """What the player gets. ``scenes``: only those of the teacher's own, the others it fetches by their ids."""
    teachers = ("minutes", "notes")
    beats = [{key: value for key, value in vars(beat).items() if key not in teachers} for beat in lesson.beats]
    own = {id: lesson.scenes[id] for id in lesson.own}
    said = {"version": VERSION, "title": lesson.title, "beats": beats, "scenes": own}
    packed = json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
    return {**said, "hash": hashlib.sha256(packed).hexdigest()[:16]}


def read_lesson(path: Path) -> Lesson:
    """The lesson of a file.

    Raises
    ------
    UserError
        If it cannot be read or something in it is wrong: the sentence names file, line and field, and what to do.
    """
    try:
        return lesson_of(_text_of(path), path.parent)
    except UserError as error:
        raise UserError(text("lesson.file", name=fields.shown(path.name), error=error)) from None


def _text_of(path: Path) -> str:
    data = _bytes_of(path)
    if len(data) > MOST:
        raise UserError(text("lesson.wrong.large", most=MOST // 1024))
    if coding := BOMS.get(data[:2]):
        raise UserError(text("lesson.wrong.coding", coding=coding))
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Spot(data.count(b"\n", 0, error.start) + 1).wrong("bytes") from None


def _bytes_of(path: Path) -> bytes:
    """As many as are asked for, and one more where there are too many."""
    try:
        found = path.is_file()
        if found:
            with path.open("rb") as file:
                return file.read(MOST + 1)
    except (OSError, ValueError) as error:  # a ValueError: a name that no file can have
        why = getattr(error, "strerror", None) or text("lesson.wrong.no_name")
        raise UserError(text("lesson.wrong.unread", why=why)) from None
    raise UserError(text("lesson.wrong.none"))


def lesson_of(written: str, folder: Path | None = None) -> Lesson:
    """The lesson of a file's text; ``folder``: where scenes of its own would lie.

    Raises
    ------
    UserError
        If something in it is wrong: the sentence names line and field, and what to do.
    """
    table = _parsed(written)
    lines, scenes = lines_of(written), Scenes(folder)
    head = fields.read(fields.LESSON, table, lines)
    beats = tuple(_beats(table.get("beat"), lines, scenes))
    asides = {name: fields.read(fields.ASIDE, table.get(name, {}), lines, name) for name in ("before", "after")}
    before, after = (Aside(**values) for values in asides.values())
    sheet = _plan(table.get("sheet", {}), beats, lines, scenes)
    return Lesson(**head, beats=beats, before=before, after=after, sheet=sheet, scenes=scenes.all, own=scenes.own)


def _parsed(written: str) -> dict[str, Any]:
    if dotted(written) > DOTS:
        raise UserError(text("lesson.wrong.deep"))  # tomllib takes minutes over a name of many parts
    try:
        return tomllib.loads(written)
    except RecursionError:
        raise UserError(text("lesson.wrong.deep")) from None
    except ValueError as error:  # also of a number with thousands of digits
        at = AT.search(str(error))
        line = int(at[1]) if at and at[1] else unclosed(written) or written.rstrip().count("\n") + 1
        there = written.split("\n")[line - 1]
        why = AT.sub("", str(error)).strip().rstrip(".")
        raise Spot(line).wrong("curly" if CURLY.search(there) else "toml", why=why) from None


def _beats(found: Any, lines: Lines, scenes: Scenes) -> list[Beat]:
    if not isinstance(found, list) or not found:
        raise Spot(lines.of("beat")).wrong("no_beats")
    if len(found) > fields.BEATS:
        raise Spot(lines.of("beat", fields.BEATS), fields.BEATS + 1).wrong("many", count=len(found), most=fields.BEATS)
    beats, known = list[Beat](), dict[str, int]()
    for which, one in enumerate(found):
        values = fields.read(fields.BEAT, one, lines, "beat", which)
        values["id"] = values["id"] or f"beat-{which + 1}"
        if values["id"] in known:
            spot = Spot(lines.of("beat", which, "id"), which + 1, "id")
            raise spot.wrong("twice", id=values["id"], beat=known[values["id"]])
        known[values["id"]] = which + 1
        beats.append(_beat(values, which, lines, scenes))
    return beats


def _beat(values: dict[str, Any], which: int, lines: Lines, scenes: Scenes) -> Beat:
    """What was read, held against the scene that it is about."""

    def spot(field: str) -> Spot:
        return Spot(lines.of("beat", which, field), which + 1, field)

    if values["answer"] and not values["question"]:
        raise spot("answer").wrong("answer_alone")
    family = scenes.family(values["scene"], spot("scene"))
    seen(values, family, spot)
    texts = ("text", "question", "answer", "notes")
    return Beat(**{**values, **{key: figures(values[key], family, fields.BEAT[key].most, spot(key)) for key in texts}})


def _plan(found: Any, beats: tuple[Beat, ...], lines: Lines, scenes: Scenes) -> Plan:
    """Where the file chooses no scene for a part of the sheet, the first beat that has one chooses it."""
    values = fields.read(fields.SHEET, found, lines, "sheet")
    chosen = {
        "road": next((beat.scene for beat in beats), None),
        "gaps": next((beat.scene for beat in beats if beat.cover), None),
        "grip": next((beat.scene for beat in beats if beat.reading == "grip"), None),
        "sign": next((beat.scene for beat in beats if beat.reading == "pull"), None),
    }
    for part in chosen:
        if values[part]:
            scenes.family(values[part], Spot(lines.of("sheet", 0, part), 0, part))
    return Plan(**{**values, **{part: values[part] or scene for part, scene in chosen.items()}})


def shipped() -> Lesson:
    """The lesson that ships."""
    return read_lesson(SHIPPED)


@cache
def _kept(path: Path, changed: tuple[int, int]) -> Lesson:
    return read_lesson(path)


@cache
def file_in_use() -> Path:
    """Of this process: what `mindmap --lesson` named, else the lesson that ships."""
    named = os.environ.get(IN_USE)
    return Path(named) if named else SHIPPED


def in_use() -> Lesson:
    """The lesson of this process, read again where its file has changed since.

    Raises
    ------
    UserError
        If the file is gone or wrong by now.
    """
    path = file_in_use()
    try:
        stat = path.stat()
    except OSError:
        return read_lesson(path)
    return _kept(path, (stat.st_mtime_ns, stat.st_size))
