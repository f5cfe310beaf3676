"""The `mindmap` command: parses, calls one function, prints. Alone it opens the app, as a child process.

Errors that a person can mend are one sentence and exit code 2; anything else is our bug and keeps its traceback.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from embeddings.cli import products
from embeddings.cli.output import check_target, shown, write
from embeddings.cli.progress import Remaining, told
from embeddings.errors import UserError
from embeddings.request import MAX_STRENGTH, Direction, Intervention, Request, Settings
from embeddings.typed import is_sentence, listed, sentences

if TYPE_CHECKING:
    from embeddings.atlas.atlas import Atlas
    from embeddings.model.language_model import LanguageModel
    from embeddings.steering.rewards import Reward
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
    lesson: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A lesson of your own, in TOML, instead of the one that ships.")
    ] = None,
) -> None:
    """Watch a small chat model find its way over a fixed map of its states. Alone, it opens the app in the browser."""
    if context.invoked_subcommand is None:
        from embeddings.cli.serve import serve

        serve(port=port, browser=browser, lesson=lesson)


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
        list[str] | None,
        typer.Option(
            metavar="WORD", help="A word to forbid in every spelling, or several with commas; may be repeated."
        ),
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
    from embeddings.decoding.generate import answer
    from embeddings.decoding.trajectory_file import to_json
    from embeddings.steering.rewards import rewards_of

    if json_file is not None:
        check_target(json_file)
    atlas = load_atlas()
    if from_file is not None:
        if any(given is not None for given in (user, system, forbid, avoid, toward)):
            raise UserError("A road of a file keeps its own prompt and signs: leave out what --from brings with it.")
        model = load_model(progress=told)
        trajectory = _turned(model, atlas, from_file, at, token, text, max_new_tokens)
    elif at is not None or token is not None or text is not None:
        raise UserError("--at, --token and --text take another turn of a road: name its file with --from.")
    elif user is None:
        raise UserError("There is nothing to answer: give the message with --user.")
    else:
        if not 0 <= weight <= MAX_STRENGTH:
            raise UserError(f"--weight must be 0 to 100 nats for each standard deviation, not {weight:g}.")
        longest = Settings.max_new_tokens if max_new_tokens is None else max_new_tokens
        settings = Settings(longest, temperature, top_p, seed)
        asked = Request.of(system, user, settings=settings, strength=weight).checked()
        request = request_of(atlas, asked, forbid, avoid, toward, reach)
        model = load_model(progress=told)
        rewards = rewards_of(model, atlas, request)
        _say_weak(rewards)
        trajectory = answer(model, request, rewards, atlas.layer)
    if json_file is None:
        return typer.echo(trajectory.text)
    data = to_json(trajectory, atlas, atlas.start(model, trajectory.system))
    write(json_file, json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n")


def request_of(
    atlas: Atlas,
    asked: Request,
    forbid: list[str] | None,
    avoid: list[str] | None,
    toward: list[str] | None,
    reach: int,
) -> Request:
    """What is asked for, with the signs of the command line: words are forbidden, places avoided or drawn to."""
    words = [word for typed in forbid or [] for word in listed(typed) or [typed]]
    signs = [Intervention(word) for word in dict.fromkeys(words)]
    signs += [place_or_text(atlas, said, "avoid", reach) for said in avoid or []]
    signs += [place_or_text(atlas, said, "toward", reach) for said in toward or []]
    return replace(asked, interventions=tuple(signs))


def place_or_text(atlas: Atlas, said: str, direction: Direction, reach: int = 1) -> Intervention:
    """A place of the map by its name; anything else that is more than a word, as an example sentence.

    Raises
    ------
    UserError
        If it is neither, or nearly the name of a place: which one was meant is for the person to say.
    """
    from embeddings.steering.chosen import find, near

    try:
        return Intervention(find(atlas, said).name, "landmark", direction, reach=reach)
    except UserError:
        if near(atlas, said) or not is_sentence(said, phrase=1):
            raise
    return Intervention("\n".join(sentences(said)), "text", direction, reach=reach)


def _say_weak(rewards: Sequence[Reward]) -> None:
    """A weak probe is said, and used."""
    from embeddings import RegionReward

    for reward in rewards:
        if isinstance(reward, RegionReward) and reward.weak:
            typer.echo(
                f"mindmap: the probe for {reward.name!r:.60} is weak (held-out AUC {reward.auc:.2f}), "
                "so the sign may steer by something else.",
                err=True,
            )


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
    from embeddings.decoding.branch import branch, replay
    from embeddings.decoding.trajectory_file import read_saved

    if at is None:
        raise UserError("Say where to take another turn: the number of a token with --at.")
    saved = read_saved(path, model, atlas)
    parent = replay(model, saved.request, saved.rewards, saved.token_ids, atlas.layer)
    return branch(model, parent, at=at, token=token, text=text, max_new_tokens=max_new_tokens)


@app.command(short_help="Say how fast the model runs here, and why.")
def doctor(
    again: Annotated[
        bool, typer.Option("--again", help="Measure anew which products are faster, and remember that.")
    ] = False,
) -> None:
    """Say how fast the model runs here, and why: processor, threads, memory, and which way each product goes."""
    from embeddings import load_model
    from embeddings.cli.doctor import examine

    for line in examine(load_model(progress=told), again=again).lines():
        typer.echo(line)


app.command(short_help="Write figures, films, numbers or a page of a scene.")(products.export)
app.command(short_help="Film a scene: WebM, MP4 or GIF.")(products.film)
app.command(short_help="Write a site of the recorded scenes that needs no server.")(products.site)
app.command(short_help="Write the sheet of paper to the lesson.")(products.sheet)


@atlas_app.command("build", short_help="Build the map from the corpus; goes on where it was stopped.")
def atlas_build(
    out: Annotated[
        Path | None, typer.Option(help="Folder for the atlas; by default where the program reads it.")
    ] = None,
) -> None:
    """Build the map from the corpus. Goes on where an earlier build was stopped; the same inputs give the same file."""
    from embeddings import load_model
    from embeddings.fitting import build

    remaining = Remaining()
    build.build(load_model(progress=told), out=out, progress=remaining)
    remaining.end()


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

    if json_file is not None:
        check_target(json_file)
    report = _measured() if measure else load_atlas().report
    if json_file is not None:
        return write(json_file, json.dumps(report, indent=1, allow_nan=False) + "\n")
    for line in lines_of(report):
        typer.echo(line)


def _measured() -> dict[str, Any]:
    from embeddings import load_atlas, load_model
    from embeddings.fitting import build

    remaining = Remaining()
    report = build.remeasure(load_model(progress=told), load_atlas(), progress=remaining)
    remaining.end()
    return report


def lines_of(report: dict[str, Any], depth: int = 0) -> list[str]:
    """A report as lines of name and figure, tables indented."""
    lines = list[str]()
    for name, value in report.items():
        label = "  " * depth + str(name).replace("_", " ")
        if isinstance(value, dict):
            lines += [label, *lines_of(value, depth + 1)]
        else:
            lines.append(f"{label:<48} {_said(value)}")
    return lines


def _said(value: object) -> str:
    """A figure, or the two ends of an interval."""
    if isinstance(value, list):
        return " to ".join(map(_said, value))
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def main() -> int:
    """The console script."""
    try:
        with shown():
            outcome = app(standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:  # whoever read along has seen enough: quiet, as other tools are
        return 1
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
