"""What can be taken away, by the command: figures, films, pages, numbers. Checks what is asked; a child makes it.

The child is of the picture side, which this side knows only by its module's name; it ends with us however we end: its
standard input is a pipe that we hold, and it watches it (`viz/export/command.py`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from embeddings.cli.output import STDOUT, check_target
from embeddings.cli.progress import Remaining
from embeddings.cli.serve import LESSON, end, ours
from embeddings.errors import UserError

MODULE = "viz.export.command"
PROGRESS = "\x1e"  # begins a line of the child that tells how far it is
GRACE = 10.0  # seconds for the child to end a browser and clear away
TEXTS = ("svg", "csv", "json", "html")  # what a pipe takes
FILMS = ("webm", "mp4", "gif")

Json = dict[str, Any]


class Look(StrEnum):
    """Of a figure; of a film all but dark are light."""

    light = "light"
    dark = "dark"
    print = "print"
    transparent = "transparent"


class Light(StrEnum):
    """Of a film."""

    light = "light"
    dark = "dark"


class Size(StrEnum):
    """Of a figure: as on screen, a column or the width of a page in mm, or 16:9."""

    screen = "screen"
    column = "85"
    page = "174"
    wide = "wide"


class Paper(StrEnum):
    """A sheet that a printer has."""

    a4 = "a4"
    letter = "letter"


class View(StrEnum):
    """The map, or the plain projection on three principal components."""

    map = "map"
    pca = "pca"


class Reading(StrEnum):
    """What is read along the road."""

    probability = "probability"
    entropy = "entropy"
    grip = "grip"
    pull = "pull"
    region = "region"
    kl = "kl"
    price = "price"
    inside = "inside"


Source = Annotated[
    str,
    typer.Argument(
        metavar="SCENE_OR_FILE",
        help="A recorded scene by its name, such as pirate-sea; or a file: a saved page, a scene or a road as JSON.",
        show_default=False,
    ),
]
Lesson = Annotated[
    Path | None, typer.Option("--lesson", metavar="FILE", help="A lesson of your own, instead of the one that ships.")
]
Width = Annotated[
    int | None, typer.Option(help="In pixels; 1280 by default, of a GIF 640.", min=320, max=1920, show_default=False)
]
Height = Annotated[
    int | None, typer.Option(help="In pixels; 720 by default, of a GIF 360.", min=240, max=1920, show_default=False)
]


def export(
    scene: Source,
    svg: Annotated[str | None, typer.Option(metavar="FILE", help="The figure as vectors; text stays text.")] = None,
    pdf: Annotated[str | None, typer.Option(metavar="FILE", help="The same figure for a page, as vectors.")] = None,
    png: Annotated[str | None, typer.Option(metavar="FILE", help="The picture, in pixels.")] = None,
    webm: Annotated[str | None, typer.Option(metavar="FILE", help="The film of the road, for the web.")] = None,
    mp4: Annotated[str | None, typer.Option(metavar="FILE", help="The film, where the browser can make MP4.")] = None,
    gif: Annotated[str | None, typer.Option(metavar="FILE", help="The film, for slides.")] = None,
    csv: Annotated[str | None, typer.Option(metavar="FILE", help="The numbers, a row each token.")] = None,
    parquet: Annotated[str | None, typer.Option(metavar="FILE", help="The same table, smaller and typed.")] = None,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="The numbers with all that belongs to them.")
    ] = None,
    html: Annotated[str | None, typer.Option(metavar="FILE", help="The page that plays offline.")] = None,
    look: Annotated[Look, typer.Option(help="Of figures; of films dark or, else, light.")] = Look.light,
    size: Annotated[Size, typer.Option(help="Of figures: as on screen, 85 or 174 mm, or wide (16:9).")] = Size.screen,
    caption: Annotated[bool, typer.Option(help="How the picture was made, under it.")] = True,
    crop: Annotated[bool, typer.Option("--crop", help="The road and what is around it, not the whole stage.")] = False,
    outlines: Annotated[
        bool, typer.Option("--outlines", help="Letters as outlines: the same everywhere, but no longer text.")
    ] = False,
    at: Annotated[
        int | None, typer.Option(metavar="TOKEN", help="The token that is shown, counted from 1; by default the end.")
    ] = None,
    reading: Annotated[Reading | None, typer.Option(help="What is read; by default what the scene is about.")] = None,
    view: Annotated[View, typer.Option(help="The map, or the plain projection (pca).")] = View.map,
    width: Width = None,
    height: Height = None,
    seconds: Annotated[float, typer.Option(help="How long a film is.", min=1, max=60)] = 6.0,
) -> int:
    """Write a scene as figures, films, numbers or a page: several at once, each option one file; - is standard output.

    The option says what is written, the file's name only where. Figures, pictures and films are made by a browser of
    this machine, without a window and without a network."""
    given = {"svg": svg, "pdf": pdf, "png": png, "webm": webm, "mp4": mp4, "gif": gif}
    given |= {"csv": csv, "parquet": parquet, "json": json_file, "html": html}
    products = {kind: target for kind, target in given.items() if target is not None}
    if not products:
        raise UserError("There is nothing to write: name a file, such as --svg figure.svg.")
    return run(
        {
            "do": "export",
            "source": scene,
            "products": _checked(products),
            "look": look,
            "size": size,
            "caption": caption,
            "crop": crop,
            "outlines": outlines,
            "at": at,
            "reading": reading,
            "view": view,
            "width": width,
            "height": height,
            "seconds": seconds,
        }
    )


def film(
    scene: Source,
    out: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Its ending says the kind: .webm, .mp4 or .gif; by default SCENE.webm."),
    ] = None,
    look: Annotated[Light, typer.Option(help="The colours.")] = Light.dark,
    seconds: Annotated[float, typer.Option(help="How long it is.", min=1, max=60)] = 6.0,
    width: Width = None,
    height: Height = None,
) -> int:
    """Film a scene: the road as it is driven, two sentences underneath. Made frame by frame, so that nothing jerks."""
    target = f"{Path(scene).stem}.webm" if out is None else out
    kind = Path(target).suffix.lower().removeprefix(".")
    if kind not in FILMS:
        raise UserError(f"{target} says no kind of film: let its name end in .webm, .mp4 or .gif.")
    made = {kind: target}
    task = {"look": look, "seconds": seconds, "width": width, "height": height}
    return run({"do": "export", "source": scene, "products": _checked(made), **task})


def site(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A new or an empty folder, or an earlier site.", show_default=False)
    ],
    lesson: Lesson = None,
) -> int:
    """Write the recorded scenes, the lesson and its sheet as files that any web host, or a USB stick, serves."""
    return run({"do": "site", "folder": os.path.abspath(folder)}, **_taught(lesson))


def sheet(
    html: Annotated[str | None, typer.Option("--html", metavar="FILE", help="The page, for a browser's print.")] = None,
    pdf: Annotated[str | None, typer.Option("--pdf", metavar="FILE", help="The same, printed by a browser.")] = None,
    paper: Annotated[Paper, typer.Option(help="Of the PDF.")] = Paper.a4,
    lesson: Lesson = None,
) -> int:
    """Write the sheet of paper to the lesson: one page for the class, one with the answers. Alone: sheet.html."""
    products = {kind: target for kind, target in {"html": html, "pdf": pdf}.items() if target is not None}
    task = {"do": "sheet", "paper": paper, **_checked(products or {"html": "sheet.html"})}
    return run(task, **_taught(lesson))


def _checked(products: dict[str, str]) -> dict[str, str]:
    """The same, where each can be written as far as that is known now, and no two are one."""
    piped = [kind for kind, target in products.items() if target == STDOUT]
    if len(piped) > 1:
        raise UserError(f"Only one can go to standard output: name a file for --{piped[1]}.")
    if piped and piped[0] not in TEXTS:
        raise UserError(f"--{piped[0]} is no text, which a console would show: name a file.")
    places = dict[str, str]()
    for kind, target in products.items():
        check_target(target)
        place = target if target == STDOUT else os.path.realpath(target)
        if place in places:
            raise UserError(f"--{places[place]} and --{kind} name the same file: give each one of its own.")
        places[place] = kind
    return products


def _taught(lesson: Path | None) -> dict[str, str]:
    """The environment in which the child has that lesson."""
    return {} if lesson is None else {LESSON: os.path.abspath(lesson)}


def run(task: Json, **environment: str) -> int:
    """Have the child do it; its exit code. Where somebody watches, how far it is.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, once the child and all that it started are gone.
    """
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", MODULE],
        env={**ours(), "PYTHONUTF8": "1", **environment},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=os.name == "posix",  # Ctrl-C reaches us alone, and we end it
    )
    try:
        assert child.stdin is not None and child.stderr is not None
        child.stdin.write(json.dumps(task).encode() + b"\n")
        child.stdin.flush()
        _relay(line.decode("utf-8", "replace") for line in child.stderr)
        return child.wait()
    finally:
        end(child, GRACE)


def _relay(lines: Iterator[str]) -> None:
    """Sentences and tracebacks of the child as they are; its progress as one line, where somebody watches."""
    shown, remaining = False, Remaining()
    for line in lines:
        if not line.startswith(PROGRESS):
            if shown:
                remaining.end()
            shown = False
            typer.echo(line, err=True, nl=False)
        elif sys.stderr.isatty():
            share, _, message = line.removeprefix(PROGRESS).rstrip("\n").partition(" ")
            remaining(message, float(share))
            shown = True
    if shown:
        remaining.end()
