"""The `mindmap` command: parses, calls one function, prints. Alone it opens the app, as a child process.

Errors that a person can mend are one sentence and exit code 2; anything else is our bug and keeps its traceback.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from embeddings.errors import UserError

if TYPE_CHECKING:
    from embeddings.atlas import Atlas
    from embeddings.generate import Reward
    from embeddings.model import LanguageModel
    from embeddings.region_reward import RegionReward
    from embeddings.trajectory import Trajectory

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
        int | None,
        typer.Option(help="Port on this machine; by default 8642, or a free one where it is taken.", min=1, max=65535),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
) -> None:
    """Watch a small chat model find its way over a fixed map of its states. Alone, it opens the app in the browser."""
    if context.invoked_subcommand is None:
        from embeddings.serve import serve

        serve(port=port, browser=browser)


@app.command(short_help="Answer once, or take another turn of an answer.")
def trace(
    user: Annotated[str | None, typer.Option(help="The message to answer.")] = None,
    system: Annotated[
        str | None, typer.Option(help="System prompt; '' is an explicitly empty one. Default: the template's own.")
    ] = None,
    max_new_tokens: Annotated[int | None, typer.Option(help="At most so many tokens; 48 by default.")] = None,
    temperature: Annotated[float, typer.Option(help="0 always takes the likeliest token.")] = 0.0,
    top_p: Annotated[float, typer.Option(help="Sample from the smallest set that holds this share, in (0, 1].")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same answer.")] = 0,
    forbid: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="A word to forbid in every spelling; may be repeated.")
    ] = None,
    avoid: Annotated[
        list[str] | None,
        typer.Option(metavar="PLACE", help="Not this way: a place of the map by name, or a sentence; may be repeated."),
    ] = None,
    toward: Annotated[
        list[str] | None, typer.Option(metavar="PLACE", help="Go this way: the same, the other way round.")
    ] = None,
    weight: Annotated[
        float, typer.Option(help="Of --avoid and --toward, in nats for each standard deviation; 0 to 100.")
    ] = 3.0,
    reach: Annotated[
        int, typer.Option(help="Of --avoid and --toward: crossings that are looked at, 1 to 8; above 1 far slower.")
    ] = 1,
    from_file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="A road written by --json, to take another turn of.")
    ] = None,
    at: Annotated[int | None, typer.Option(help="With --from: the token to part at, counted from 0.")] = None,
    token: Annotated[int | None, typer.Option(help="With --from: id of the token to take there.")] = None,
    text: Annotated[str | None, typer.Option(help="With --from: words to put in there instead, as they are.")] = None,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write everything as JSON; - is standard output.")
    ] = None,
) -> None:
    """Answer once, or take another turn of an answer: print it, or write its whole trajectory as JSON."""
    from embeddings import load_atlas, load_model
    from embeddings import trace as answer

    atlas = load_atlas()
    if from_file is not None:
        if any(given is not None for given in (user, system, forbid, avoid, toward)):
            raise UserError("A road of a file keeps its own prompt and signs: leave out what --from brings with it.")
        model = load_model(progress=_progress)
        trajectory = _turned(model, atlas, from_file, at, token, text, max_new_tokens)
    elif at is not None or token is not None or text is not None:
        raise UserError("--at, --token and --text take another turn of a road: name its file with --from.")
    elif user is None:
        raise UserError("There is nothing to answer: give the message with --user.")
    else:
        model = load_model(progress=_progress)
        trajectory = answer(
            model,
            system=system,
            user=user,
            max_new_tokens=48 if max_new_tokens is None else max_new_tokens,
            temperature=temperature,
            top_p=top_p,
            seed=seed,
            rewards=_rewards(model, atlas, forbid or [], avoid or [], toward or [], weight, reach),
            layer=atlas.layer,
        )
    if json_file is None:
        return typer.echo(trajectory.text)
    data = trajectory.to_json(atlas, atlas.start(model, trajectory.system))
    _write(json_file, json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n")


def _rewards(
    model: LanguageModel,
    atlas: Atlas,
    forbid: list[str],
    avoid: list[str],
    toward: list[str],
    weight: float,
    reach: int,
) -> list[Reward]:
    """The signs of the command line. A weak probe is said, and used."""
    from embeddings import WordReward

    if not 0 <= weight <= 100:
        raise UserError(f"--weight must be 0 to 100 nats for each standard deviation, not {weight:g}.")
    found: list[Reward] = [WordReward(word, -math.inf) for word in forbid]
    for sign, places in ((-weight, avoid), (weight, toward)):
        for place in places:
            reward = place_or_text(model, atlas, place, sign).looking(reach)
            if reward.weak:
                typer.echo(
                    f"mindmap: the probe for {reward.name!r:.60} is weak (held-out AUC {reward.auc:.2f}), "
                    "so the sign may steer by something else.",
                    err=True,
                )
            found.append(reward)
    return found


def place_or_text(model: LanguageModel, atlas: Atlas, said: str, weight: float) -> RegionReward:
    """For a place of the map by its name; for anything else that is more than a word, as an example sentence."""
    from embeddings import RegionReward

    try:
        return RegionReward.from_landmark(atlas, said, weight)
    except UserError:
        if len(said.split()) < 2:
            raise
    return RegionReward.from_text(model, atlas, [said], weight)


def _turned(
    model: LanguageModel,
    atlas: Atlas,
    path: Path,
    at: int | None,
    token: int | None,
    text: str | None,
    max_new_tokens: int | None,
) -> Trajectory:
    """The road of a file, driven again up to a crossing and then another way."""
    from embeddings.fork import branch, replay
    from embeddings.saved import read_saved

    if at is None:
        raise UserError("Say where to take another turn: the number of a token with --at.")
    saved = read_saved(path, model, atlas)
    parent = replay(model, saved.messages, saved.settings, saved.rewards, saved.token_ids, atlas.layer)
    return branch(model, parent, at=at, token=token, text=text, max_new_tokens=max_new_tokens)


@app.command(short_help="Say how fast the model runs here, and why.")
def doctor(
    again: Annotated[
        bool, typer.Option("--again", help="Measure anew which products are faster, and remember that.")
    ] = False,
) -> None:
    """Say how fast the model runs here, and why: processor, threads, memory, and which way each product goes."""
    from embeddings import load_model
    from embeddings.doctor import examine

    for line in examine(load_model(progress=_progress), again=again).lines():
        typer.echo(line)


@atlas_app.command("build", short_help="Build the map from the corpus; goes on where it was stopped.")
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


@atlas_app.command("report", short_help="Print how far the map can be trusted.")
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
