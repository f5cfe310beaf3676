"""The `mindmap` command: parses, calls one function, prints. Alone it opens the app, as a child process.

Errors that a person can mend are one sentence and exit code 2; anything else is our bug and keeps its traceback.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from embeddings.errors import UserError

app = typer.Typer(
    name="mindmap",
    add_completion=False,
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
atlas_app = typer.Typer(help="Build the map, or say how far it can be trusted.", rich_markup_mode=None)
app.add_typer(atlas_app, name="atlas")


@app.callback(invoke_without_command=True)
def open_app(
    context: typer.Context,
    port: Annotated[
        int | None, typer.Option(help="Port on this machine; by default a free one.", min=1, max=65535)
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
) -> None:
    """Watch a small chat model find its way over a fixed map of its states. Alone, it opens the app in the browser."""
    if context.invoked_subcommand is None:
        from embeddings.serve import serve

        serve(port=port, browser=browser)


@app.command()
def trace(
    user: Annotated[str, typer.Option(help="The message to answer.")],
    system: Annotated[
        str | None, typer.Option(help="System prompt; '' is an explicitly empty one. Default: the template's own.")
    ] = None,
    max_new_tokens: Annotated[int, typer.Option(help="At most so many tokens.")] = 48,
    temperature: Annotated[float, typer.Option(help="0 always takes the likeliest token.")] = 0.0,
    top_p: Annotated[float, typer.Option(help="Sample from the smallest set that holds this share, in (0, 1].")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same answer.")] = 0,
    forbid: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="A word to forbid in every spelling; may be repeated.")
    ] = None,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write everything as JSON; - is standard output.")
    ] = None,
) -> None:
    """Answer once: print the answer, or write its whole trajectory as JSON."""
    from embeddings import WordReward, load_atlas, load_model
    from embeddings import trace as answer

    rewards = tuple(WordReward(word, -math.inf) for word in forbid or ())
    atlas = load_atlas()
    model = load_model(progress=_progress)
    trajectory = answer(
        model,
        system=system,
        user=user,
        max_new_tokens=max_new_tokens,
        temperature=temperature,
        top_p=top_p,
        seed=seed,
        rewards=rewards,
        layer=atlas.layer,
    )
    if json_file is None:
        return typer.echo(trajectory.text)
    data = trajectory.to_json(atlas, atlas.start(model, system))
    _write(json_file, json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n")


@atlas_app.command("build")
def atlas_build(
    out: Annotated[
        Path | None, typer.Option(help="Folder for the atlas; by default where the program reads it.")
    ] = None,
) -> None:
    """Build the map from the corpus. Goes on where an earlier build was stopped; the same inputs give the same file."""
    from embeddings import build, load_model

    progress = Remaining()
    build.build(load_model(progress=_progress), out=out, progress=progress)
    progress.end()


@atlas_app.command("report")
def atlas_report(
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write it as JSON; - is standard output.")
    ] = None,
    measure: Annotated[
        bool, typer.Option("--measure", help="Measure them anew: sample the held-out answers here, in some minutes.")
    ] = False,
) -> None:
    """Print how far the map can be trusted: the figures that ship with it, on prompts and answers it never saw."""
    from embeddings import load_atlas

    report = _measured() if measure else load_atlas().report
    if json_file is not None:
        return _write(json_file, json.dumps(report, indent=1, allow_nan=False) + "\n")
    for line in lines_of(report):
        typer.echo(line)


def _measured() -> dict[str, Any]:
    from embeddings import build, load_atlas, load_model

    progress = Remaining()
    report = build.remeasure(load_model(progress=_progress), load_atlas(), progress=progress)
    progress.end()
    return report


def lines_of(report: dict[str, Any], depth: int = 0) -> list[str]:
    """A report as lines of name and figure, tables indented."""
    lines = list[str]()
    for name, value in report.items():
        label = "  " * depth + str(name).replace("_", " ")
        if isinstance(value, dict):
            lines += [label, *lines_of(value, depth + 1)]
        else:
            lines.append(f"{label:<48} {value:.3f}" if isinstance(value, float) else f"{label:<48} {value}")
    return lines


def _write(target: str, text: str) -> None:
    if target == "-":
        sys.stdout.write(text)
        return
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{target} cannot be written ({error.strerror}): name a file in a folder of yours.") from error


_said: list[str] = []


def _progress(message: str, share: float) -> None:
    """What is being done, once a sentence, where somebody watches; answers alone go to standard output."""
    if sys.stderr.isatty() and _said[-1:] != [message]:
        _said[:] = [message]
        typer.echo(f"{message} ...", err=True)


class Remaining:
    """One line of progress with the time left, estimated from what this run has done itself."""

    def __init__(self) -> None:
        import time

        self._clock = time.monotonic
        self._began: tuple[float, float] | None = None
        self._shown = ("", -1)

    def __call__(self, message: str, share: float) -> None:
        now = self._clock()
        if self._began is None:
            self._began = (now, share)
        since, first = self._began
        done = share - first
        left = (now - since) * (1 - share) / done if done > 0.01 and now - since > 5 else None
        percent = int(100 * share)
        if (message, percent) == self._shown:
            return
        self._shown = (message, percent)
        ahead = "" if left is None else f", about {_minutes(left)} left"
        line = f"{percent:3d} %  {message}{ahead}"
        typer.echo(f"\r\033[K{line}" if sys.stderr.isatty() else line, err=True, nl=not sys.stderr.isatty())

    def end(self) -> None:
        if sys.stderr.isatty():
            typer.echo("", err=True)


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def main() -> int:
    """The console script."""
    try:
        outcome = app(standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except (UserError, typer.TyperException) as error:
        typer.echo(f"mindmap: {_sentence(error)}", err=True)
        return 2
    return outcome if isinstance(outcome, int) else 0


def _sentence(error: Exception) -> str:
    """One line: what is wrong and, for a wrong command, where to look it up."""
    if isinstance(error, UserError):
        return str(error)
    said = getattr(error, "format_message", error.__str__)()
    return f"{' '.join(said.split()).rstrip('.')}; see `mindmap --help`."


if __name__ == "__main__":
    sys.exit(main())
