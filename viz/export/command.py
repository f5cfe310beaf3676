"""`python -P -m viz.export.command`: the child of `mindmap export`, `film`, `site` and `sheet`. A task in, files out.

The task is one line of JSON on standard input, whose end means that the command is gone. What is being made is told on
standard error in lines that begin with ``PROGRESS``; a person's mistake is one sentence there and exit code 2.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.errors import UserError
from embeddings.files import write_atomically
from viz.scene.scene import Json
from viz.strings import section, text

if TYPE_CHECKING:
    from viz.scene.ground import Ground

PROGRESS = "\x1e"  # the record separator: no sentence begins with it
STDOUT = "-"
DRAWN = ("svg", "pdf", "png", "webm", "mp4", "gif")  # by a browser
STAGE = (1280, 720)  # pixels, where nobody asks for another
FILMS = ("webm", "mp4", "gif")
NUMBERS = ("csv", "parquet", "json")

Told = Callable[[str, float], None]


def told(message: str, share: float) -> None:
    """One line of progress for the command, which shows it or does not."""
    print(f"{PROGRESS}{share:.3f} {message}", file=sys.stderr, flush=True)


def main() -> int:
    """Do what the task says."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    line = sys.stdin.readline()
    threading.Thread(target=_end_with_the_command, name="command", daemon=True).start()
    try:
        task = json.loads(line)
        DOES[task["do"]](task)
    except UserError as error:
        print(f"mindmap: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever reads standard output has seen enough
        return _quietly()
    except KeyboardInterrupt:
        return 130
    return 0


def _quietly() -> int:
    """Python would complain of standard output once more when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return 1


def _interrupt(number: int, frame: object) -> None:
    """Once: what is cleared away then is not to be interrupted."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def _end_with_the_command() -> None:
    """It holds the other end of our standard input, and writes no more to it."""
    sys.stdin.read()
    signal.raise_signal(signal.SIGTERM)


def export(task: Json) -> None:
    """Files of one scene: ``source``, ``products`` (kind to target), ``look``, ``size`` and more, see `_drawn`."""
    from viz.export import browser, source

    targets: dict[str, str] = task["products"]
    drawn = [kind for kind in targets if kind in DRAWN]
    scene = source.read(task["source"])
    _check_view(scene, task)
    if drawn:
        browser.find(prints="pdf" in drawn)  # before anything is written
    for kind in targets:
        if kind not in DRAWN:
            told(text(f"export.making.{kind}"), 0.0)
            _write(targets[kind], _plain(kind, scene))
    if drawn:
        for kind, data in _drawn(scene, task, drawn):
            _write(targets[kind], data)


def site(task: Json) -> None:
    """The recorded scenes, the lesson and its sheet as files: ``folder``."""
    from viz.export.site import write_site
    from viz.lesson.lesson import in_use, lesson_json
    from viz.lesson.notes_page import notes_html
    from viz.lesson.sheet import sheet_html

    lesson = in_use()
    papers = {"sheet": sheet_html(lesson, _ground()), "notes": notes_html(lesson)}
    made = write_site(Path(task["folder"]), told, lesson=lesson_json(lesson), **papers)
    print(text("export.site_written", folder=made.folder, files=len(made.files), megabytes=f"{made.size / 1e6:.1f}"))


def sheet(task: Json) -> None:
    """The sheet to the lesson: ``html`` and ``pdf`` are files, either may be missing."""
    from viz.export import browser
    from viz.lesson.lesson import in_use
    from viz.lesson.sheet import sheet_html

    if task.get("pdf"):
        browser.find(prints=True)  # before anything is written
    told(text("export.making.sheet"), 0.1)
    page = sheet_html(in_use(), _ground())
    if task.get("html"):
        _write(task["html"], page.encode())
    if task.get("pdf"):
        told(text("export.making.sheet"), 0.5)
        paper = f"<style>@page {{ size: {task['paper']}; }}</style>"
        _write(
            task["pdf"], browser.print_pdf(browser.find(prints=True), page.replace("</title>", f"</title>{paper}", 1))
        )


def _ground() -> Ground:
    """The map as a browser fetches it, without the distances that only the page's sentences are likened to."""
    from viz.drive.embeddings_side import atlas
    from viz.scene.ground import ground_of

    return ground_of(atlas())


def _check_view(scene: Json, task: Json) -> None:
    """A `UserError` where the scene has no such token, or no places in the view that is asked for."""
    tokens = [token for road in scene["roads"] for token in road["tokens"]]
    longest = max((len(road["tokens"]) for road in scene["roads"]), default=0)
    at = task.get("at")
    if at is not None and not 1 <= at <= longest:
        raise UserError(text("export.no_token", at=at, count=longest))
    if task.get("view") == "pca" and any(token["pca"] is None for token in tokens):
        raise UserError(text("export.no_pca"))


def _plain(kind: str, scene: Json) -> bytes:
    """What needs no browser: the page that plays, and the numbers."""
    if kind in NUMBERS:
        from viz.export.table import table_bytes

        return table_bytes(scene, kind)
    from viz.drive.embeddings_side import atlas
    from viz.export.saved_page import page_html
    from viz.scene.ground import ground_of
    from viz.scene.recorded import starts

    ground = ground_of(atlas(), starts())
    page = page_html(scene, json.loads(ground.description), ground.points, section("player"), atlas().report)
    return page.encode()


def _drawn(scene: Json, task: Json, kinds: list[str]) -> Iterator[tuple[str, bytes]]:
    """What a browser makes, as it is made."""
    from viz.export import headless, pdf

    def progress(kind: str, share: float) -> None:
        told(text(f"export.making.{kind}"), (kinds.index(kind) + share) / len(kinds))

    for kind, data in headless.products(kinds, partial(_files, scene, task, kinds), progress):
        yield kind, pdf.of_figure(data) if kind == "pdf" else data


def _files(scene: Json, task: Json, kinds: list[str]) -> dict[str, bytes]:
    """What the page fetches: the job, and the ground that the road lies on."""
    from viz.drive.embeddings_side import atlas

    ground = _ground()
    job: dict[str, Any] = {
        "scene": scene,
        "ground": json.loads(ground.description),
        "strings": section("player"),
        "report": atlas().report,
        "regions": scene.get("regions", []),
        "dark": task["look"] == "dark",
        "size": [task.get("width") or STAGE[0], task.get("height") or STAGE[1]],
        "at": None if task.get("at") is None else task["at"] - 1,
        "view": task.get("view", "map"),
        "reading": task.get("reading"),
        "products": [{"kind": kind, **_options(kind, task)} for kind in kinds],
    }
    return {"job.json": json.dumps(job, allow_nan=False).encode(), "ground.bin": ground.points}


def _options(kind: str, task: Json) -> Json:
    """What is asked of one product; what nobody asked is left to the player."""
    names = ("seconds", "width", "height") if kind in FILMS else ("size", "look", "caption", "crop", "outlines")
    asked = {name: task[name] for name in names if task.get(name) is not None}
    return {**asked, "look": "dark" if task["look"] == "dark" else "light"} if kind in FILMS else asked


def _write(target: str, data: bytes) -> None:
    """A whole file or none, or standard output."""
    path = Path(os.path.realpath(target))  # a link stays one
    try:
        if target == STDOUT:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        elif path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
            path.write_bytes(data)
        else:
            write_atomically(path, data)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UserError(
            text(
                "export.unwritable",
                target=text("export.stdout") if target == STDOUT else target,
                why=error.strerror or str(error),
            )
        ) from error


DOES: Mapping[str, Callable[[Json], None]] = {"export": export, "site": site, "sheet": sheet}


if __name__ == "__main__":
    sys.exit(main())
