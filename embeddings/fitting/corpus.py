"""The texts behind the map: system prompts, questions in themes, and what is held out. Reads TOML, draws the grid."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.errors import UserError
from embeddings.paths import assets


@dataclass(frozen=True)
class Asked:
    """One answer to sample: who is asked what."""

    system: str
    role: str
    question: str
    theme: str


@dataclass(frozen=True)
class Context:
    """A place in which behaviour is compared: the token after ``answer`` in reply to ``user``."""

    user: str
    answer: str


@dataclass(frozen=True)
class Corpus:
    """``systems``: (role, prompt) pairs; ``questions``: (theme, question) pairs; both in the files' order."""

    systems: tuple[tuple[str, str], ...]
    questions: tuple[tuple[str, str], ...]
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
    try:
        return Corpus(
            systems=_flat(systems["role"], "prompts"),
            questions=_flat(questions["theme"], "questions"),
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


def heldout_grid(corpus: Corpus, seed: int) -> tuple[Asked, ...]:
    """Every held-out question once, under held-out system prompts in turn."""
    deck = np.random.default_rng(seed).permutation(len(corpus.heldout_systems))
    return tuple(
        Asked(*_who(corpus.heldout_systems[deck[i % len(deck)]]), question, theme)
        for i, (theme, question) in enumerate(corpus.heldout_questions)
    )


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
