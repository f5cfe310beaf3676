"""A site without a server: recorded scenes, lesson and sheet as files that any web host, or a USB stick, serves.

Pages that lie on a disk can neither fetch nor import modules, so the shared code is one classic script, and data are
scripts that lay down JSON under a name. Every address in it is relative. Writes files only; `site_pages` has the HTML.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from embeddings.errors import UserError
from viz.drive import session
from viz.export import site_pages
from viz.export.bundle import PLAYER, bundle
from viz.export.saved_page import plotly_source, recipe
from viz.export.site_pages import Pages
from viz.export.thumbnails import flat_of, ground_svg
from viz.export.words import caption_rows, json_text, short_caption
from viz.letters import letters
from viz.scene.frames import pictures
from viz.scene.ground import ground_of
from viz.scene.recorded import scene_bytes, scenes, starts
from viz.strings import section, text

HERE = Path(__file__).resolve().parent
MARKER = "mindmap-site.json"  # a folder that holds it is an earlier site of ours and may be replaced
PROGRAM = "mindmap-navigator"

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Site:
    """What was written."""

    folder: Path
    files: tuple[str, ...]  # relative to the folder, with forward slashes
    size: int  # bytes in all


def write_site(
    folder: Path,
    progress: Progress = lambda message, share: None,
    *,
    lesson: Mapping[str, Any] | None = None,
    sheet: str | None = None,
    notes: str | None = None,
) -> Site:
    """Write the whole site: first beside the folder, then renamed, so that it is whole or as it was before.

    Parameters
    ----------
    folder : Path
        A new folder, an empty one, or an earlier site: what others have put into that one (``CNAME``, ``.git``) stays.
    progress : callable
        Told what is being done and which share of all is, 0 to 1.
    lesson : mapping, optional
        The lesson as the player gets it; without one there is no tour.
    sheet, notes : str, optional
        Whole HTML pages: the printable sheet, and the teacher's notes.

    Returns
    -------
    Site
        Where it is, what is in it, and how much that is: some 9 MB.

    Raises
    ------
    UserError
        If the folder is a file, or holds something that is no earlier site, or cannot be written to.
    """
    folder = folder.absolute()
    earlier = _earlier(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.tmp")
        try:
            size, names = _write_all(fresh, files(lesson, sheet, notes), progress)
            _replace(folder, fresh, earlier)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise UserError(text("site.says.unwritable", folder=folder, reason=error.strerror or error)) from error
    progress(text("site.says.written"), 1.0)
    return Site(folder, names, size)


def files(
    lesson: Mapping[str, Any] | None = None, sheet: str | None = None, notes: str | None = None
) -> Iterator[tuple[str, bytes, float]]:
    """All files but the marker: path, content, and the share of the work that is done with it."""
    ground = ground_of(session.atlas(), starts())
    about = json.loads(ground.description)
    ids = [id for entry in scenes() for id in (entry["id"], *entry.get("variants", ()))]
    flat = flat_of(ground.points, about["count"])
    pages = Pages(
        flat, about, {id: json.loads(scene_bytes(id) or b"{}") for id in ids}, lesson, bool(sheet), bool(notes)
    )
    yield "code/plotly.js", plotly_source().encode(), 0.2
    yield "code/player.js", _player().encode(), 0.25
    yield "style/site.css", _style("look.css", "site.css").encode(), 0.26
    yield "style/player.css", _player_style().encode(), 0.27
    yield "pictures/map.svg", ground_svg(flat, ground.points, about["count"]).encode(), 0.3
    for name, picture in pictures().items():
        if name.startswith("map-"):
            yield f"pictures/{name}", picture, 0.3
    yield "data/base.js", _base(about, ground.points, lesson), 0.4
    for done, (id, scene) in enumerate(pages.scenes.items(), 1):
        share = 0.4 + 0.5 * done / len(pages.scenes)
        yield f"data/{id}.js", _laid(f"scene/{id}", _told(scene, about)), share
        yield f"roads/{id}.html", pages.road(id).encode(), share
    for name, page in (("sheet", sheet), ("notes", notes), ("tour", pages.tour() if lesson else None)):
        if page:
            yield f"{name}.html", page.encode("utf-8", "replace"), 0.95
    yield "index.html", pages.index().encode(), 1.0
    yield ".nojekyll", b"", 1.0  # GitHub Pages serves the files as they are


def _told(scene: Mapping[str, Any], ground: Mapping[str, Any]) -> dict[str, Any]:
    """What the data file of a scene lays down: the scene, and what the page says of it in words."""
    told = {"title": site_pages.title_of(scene), "caption": short_caption(scene), "rows": caption_rows(scene)}
    return {"scene": scene, "told": told, "recipe": recipe(scene, ground)}


def _base(ground: dict[str, Any], points: bytes, lesson: Mapping[str, Any] | None) -> bytes:
    """What every page needs."""
    listed = [{key: entry[key] for key in ("id", "title", "step", "variants") if key in entry} for entry in scenes()]
    return _laid(
        "base",
        {
            "strings": section("player"),
            "ground": {key: value for key, value in ground.items() if not key.endswith("url")},
            "points": base64.b64encode(points).decode("ascii"),
            "report": session.atlas().report,
            "scenes": listed,
            "lesson": lesson,
        },
    )


def _laid(name: str, value: Any) -> bytes:
    """A script that lays JSON down under a name: as a text, so that nothing in it is ever a program."""
    held = json_text(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"(self.mindmapData ??= {{}})[{json.dumps(name)}] = '{held}';\n".encode()


@cache
def _player() -> str:
    return f'(() => {{\n"use strict";\n{bundle(PLAYER, "website.js")}\n}})();\n'


def _style(*names: str) -> str:
    return "\n".join((letters(), *((HERE / name).read_text(encoding="utf-8") for name in names)))


def _player_style() -> str:
    return "\n".join((PLAYER / name).read_text(encoding="utf-8") for name in ("player.css", "embed.css"))


def _earlier(folder: Path) -> frozenset[str] | None:
    """The files of the site that stands in the folder, none where it is empty; None where there is no folder."""
    if not folder.exists() and not folder.is_symlink():
        return None
    if not folder.is_dir():
        raise UserError(text("site.says.no_folder", folder=folder))
    marker = folder / MARKER
    try:
        if not marker.is_file() and not any(folder.iterdir()):
            return frozenset()
        held = json.loads(marker.read_text(encoding="utf-8"))
        if held["program"] == PROGRAM:
            return frozenset(name for name in held["files"] if isinstance(name, str)) | {MARKER}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        pass
    raise UserError(text("site.says.other_folder", folder=folder))


def _write_all(
    fresh: Path, made: Iterator[tuple[str, bytes, float]], progress: Progress
) -> tuple[int, tuple[str, ...]]:
    size, names = 0, list[str]()
    progress(text("site.says.reading"), 0.0)
    for name, data, share in made:
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        names.append(name)
        size += len(data)
        progress(text("site.says.writing", name=name), 0.95 * share)
    atlas = session.atlas().sha256
    marker = json.dumps({"program": PROGRAM, "atlas": atlas, "files": [*names, MARKER]}, indent=1).encode()
    (fresh / MARKER).write_bytes(marker)
    return size + len(marker), (*names, MARKER)


def _replace(folder: Path, fresh: Path, earlier: frozenset[str] | None) -> None:
    """The new site where the old one was; what is not the old site's own goes along with the new one."""
    if earlier is None:
        os.replace(fresh, folder)
        return
    folder = folder.resolve()  # a link stays a link
    aside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.old")
    os.replace(folder, aside)
    try:
        os.replace(fresh, folder)
    except OSError:
        os.replace(aside, folder)
        raise
    _bring(aside, folder, earlier)
    shutil.rmtree(aside, ignore_errors=True)


def _bring(old: Path, new: Path, ours: frozenset[str]) -> None:
    """Moves over what others have put into an earlier site."""
    tops = {name.partition("/")[0] for name in ours}
    for entry in list(old.iterdir()):
        if entry.name not in tops and not (new / entry.name).exists():
            os.replace(entry, new / entry.name)
        elif entry.is_dir() and not entry.is_symlink():
            for path in [path for path in entry.rglob("*") if path.is_file()]:
                name = path.relative_to(old)
                if name.as_posix() not in ours and not (new / name).exists():
                    (new / name).parent.mkdir(parents=True, exist_ok=True)
                    os.replace(path, new / name)
