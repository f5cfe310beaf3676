"""The texts behind the map: system prompts, questions in themes, and what is held out. Reads TOML, draws the grid."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.errors import UserError
from embeddings.paths import assets


@dataclass(frozen=True)
class Asked:
    """One answer to sample: who is asked what.

    ``then`` with ``after``: a second message, asked after the answer with that index, to `question`, was given;
    ``forbidden``: words that the answer may not hold, as under a sign.
    """

    system: str
    role: str
    question: str
    theme: str
    then: str = ""
    after: int = -1
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Context:
    """A place in which behaviour is compared: the token after ``answer`` in reply to ``user``."""

    user: str
    answer: str


@dataclass(frozen=True)
class Corpus:
    """``systems``: (role, prompt) pairs; ``questions``: (theme, question) pairs; both in the files' order.
    ``followups``: second messages that fit any theme; ``forbidden``: words of each theme, for answers under a sign."""

    systems: tuple[tuple[str, str], ...]
    questions: tuple[tuple[str, str], ...]
    followups: tuple[str, ...]
    forbidden: dict[str, tuple[str, ...]]
    heldout_systems: tuple[tuple[str, str], ...]
    heldout_questions: tuple[tuple[str, str], ...]
    contexts: tuple[Context, ...]
    start_questions: tuple[str, ...]

    @property
    def themes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(theme for theme, _ in self.questions))


def load_corpus(folder: Path | None = None) -> Corpus:
    """The corpus in `folder` (TOML files), by default the one that ships.

    Raises
    ------
    UserError
        If a file is missing or lacks a table.
    """
    folder = folder or assets() / "corpus"
    systems, questions = _table(folder, "systems.toml"), _table(folder, "questions.toml")
    heldout, start = _table(folder, "heldout.toml"), _table(folder, "start.toml")
    followups, forbidden = _table(folder, "followups.toml"), _table(folder, "forbidden.toml")
    try:
        return Corpus(
            systems=_flat(systems["role"], "prompts"),
            questions=_flat(questions["theme"], "questions"),
            followups=tuple(followups["followups"]),
            forbidden={sign["theme"]: tuple(sign["words"]) for sign in forbidden["sign"]},
            heldout_systems=_flat(heldout["role"], "prompts"),
            heldout_questions=_flat(heldout["theme"], "questions"),
            contexts=tuple(Context(entry["user"], entry["answer"]) for entry in heldout["context"]),
            start_questions=tuple(start["questions"]),
        )
    except (KeyError, TypeError) as error:
        raise UserError(f"The corpus in {folder} lacks {error}; compare it with the one that ships.") from error


def training_grid(corpus: Corpus, times: int, seed: int) -> tuple[Asked, ...]:
    """Every question `times` times, under system prompts dealt from shuffled decks: every prompt about equally often.

    Many questions asked few times each: a question asked often becomes an island of its own on the map.
    """
    rng = np.random.default_rng(seed)
    rounds = [
        rng.permutation(len(corpus.systems)) for _ in range(times * len(corpus.questions) // len(corpus.systems) + 1)
    ]
    deck = np.concatenate(rounds)
    grid = [
        Asked(*_who(corpus.systems[deck[repeat * len(corpus.questions) + i]]), question, theme)
        for repeat in range(times)
        for i, (theme, question) in enumerate(corpus.questions)
    ]
    return tuple(grid)


def second_turns(corpus: Corpus, first: Sequence[Asked], count: int, seed: int) -> tuple[Asked, ...]:
    """Second messages to `count` of the answers in `first`, the messages dealt in turn."""
    chosen = np.sort(np.random.default_rng(seed).permutation(len(first))[:count])
    followups = corpus.followups
    return tuple(replace(first[at], then=followups[i % len(followups)], after=int(at)) for i, at in enumerate(chosen))


def signed_grid(corpus: Corpus, each: int, seed: int) -> tuple[Asked, ...]:
    """`each` questions of every theme, under system prompts at random, with words of the theme forbidden."""
    rng = np.random.default_rng(seed)
    grid = list[Asked]()
    for theme in corpus.themes:
        questions = [question for name, question in corpus.questions if name == theme]
        for at in rng.permutation(len(questions))[:each]:
            who = _who(corpus.systems[rng.integers(len(corpus.systems))])
            grid.append(Asked(*who, questions[at], theme, forbidden=corpus.forbidden[theme]))
    return tuple(grid)


def heldout_grid(corpus: Corpus, seed: int) -> tuple[Asked, ...]:
    """Every held-out question once, under held-out system prompts in turn: every second question under every second
    role, so that the held-out set falls into halves that share neither."""
    rng = np.random.default_rng(seed)
    number = {role: i for i, role in enumerate(dict.fromkeys(role for role, _ in corpus.heldout_systems))}
    halves = [[one for one in corpus.heldout_systems if number[one[0]] % 2 == half] for half in (0, 1)]
    decks = [rng.permutation(len(half)) for half in halves]
    grid = list[Asked]()
    for i, (theme, question) in enumerate(corpus.heldout_questions):
        half, deck = halves[i % 2], decks[i % 2]
        grid.append(Asked(*_who(half[deck[(i // 2) % len(deck)]]), question, theme))
    return tuple(grid)


def _who(entry: tuple[str, str]) -> tuple[str, str]:
    role, prompt = entry
    return prompt, role


def _table(folder: Path, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"The corpus file {folder / name} cannot be read: {error}.") from error


def _flat(tables: list[dict[str, Any]], key: str) -> tuple[tuple[str, str], ...]:
    return tuple((table["name"], text) for table in tables for text in table[key])
