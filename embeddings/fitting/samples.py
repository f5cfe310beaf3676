"""All that the map is made of and judged by: answers, starts and behaviour, sampled part by part. Resumable."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save

from embeddings.atlas.start import ahead
from embeddings.chat import Message, chat
from embeddings.files import write_atomically
from embeddings.fitting import report
from embeddings.fitting.answers import Prompted, Sampled, readable, sample_answers, texts
from embeddings.fitting.corpus import Asked, Corpus, heldout_grid, second_turns, signed_grid, training_grid
from embeddings.model.language_model import LanguageModel
from embeddings.model.weights import cache_folder

PROMPTS_A_PART = 32

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Sampling:
    """How much is sampled: every question `times` times, `turns` second turns of conversations, `signed` answers a
    theme with its words forbidden; answers of at most `tokens` tokens, states of `layers`."""

    times: int = 2
    turns: int = 240
    signed: int = 6
    tokens: int = 60
    temperature: float = 0.7
    layers: tuple[int, ...] = (24, 25, 26, 28)

    def drawn(self, seed: int) -> Sampled:
        return Sampled(self.layers, self.tokens, self.temperature, seed)


@dataclass(frozen=True, eq=False)
class Samples:
    """What the model said: part files of training and held-out answers, starts of all system prompts, behaviour."""

    asked: tuple[Asked, ...]
    answers: tuple[Path, ...]
    held_asked: tuple[Asked, ...]
    held_answers: tuple[Path, ...]
    starts: tuple[Path, ...]
    held_starts: tuple[Path, ...]
    behaviour: np.ndarray


def sample(model: LanguageModel, corpus: Corpus, how: Sampling, work: Path, tell: Progress) -> Samples:
    """All that the map is made of and judged by; what is in `work` already is not sampled again."""
    grid = training_grid(corpus, how.times, seed=5)
    turns = second_turns(corpus, grid, how.turns, seed=9)
    signed = signed_grid(corpus, how.signed, seed=10)
    asked = (*grid, *turns, *signed)
    began, total = time.monotonic(), len(asked)

    def answers(name: str, begin: int, prompts: Sequence[Prompted]) -> list[Path]:
        def told(done: int, _: int) -> None:
            left = (time.monotonic() - began) / (begin + done) * (total - begin - done)
            message = f"Sampling answers: {begin + done} of {total}, about {left / 60:.0f} min left"
            tell(message, 0.75 * (begin + done) / total)

        return sample_answers(model, prompts, work / name, how.drawn(seed=6), told)

    paths = answers("train", 0, [prompted(model, i, one) for i, one in enumerate(grid)])
    said = texts(model, paths)
    later = [prompted(model, len(grid) + i, one, said) for i, one in enumerate((*turns, *signed))]
    paths += answers("turns", len(grid), later[: len(turns)])
    paths += answers("signed", len(grid) + len(turns), later[len(turns) :])
    starts = _start_parts(
        model, how, corpus, corpus.systems, work / "starts", lambda message, part: tell(message, 0.75 + 0.05 * part)
    )
    held = sample_heldout(model, corpus, how, work, lambda message, part: tell(message, 0.8 + 0.2 * part))
    return replace(held, asked=asked, answers=tuple(paths), starts=starts)


def prompted(model: LanguageModel, index: int, asked: Asked, said: Mapping[int, str] | None = None) -> Prompted:
    """The prompt of one answer; a second turn comes after what was `said` in the first."""
    turns = [Message("system", asked.system), Message("user", asked.question)]
    if asked.then:
        turns += [Message("assistant", (said or {})[asked.after]), Message("user", asked.then)]
    return Prompted(index, tuple(model.encode(chat(messages=turns))), asked.forbidden)


def sample_heldout(model: LanguageModel, corpus: Corpus, how: Sampling, work: Path, tell: Progress) -> Samples:
    """Only what the map is judged by."""
    asked = heldout_grid(corpus, seed=7)
    paths = sample_answers(
        model,
        [prompted(model, i, one) for i, one in enumerate(asked)],
        work / "heldout",
        how.drawn(seed=8),
        lambda done, total: tell(f"Sampling held-out answers: {done} of {total}", 0.6 * done / total),
    )
    starts = _start_parts(
        model,
        how,
        corpus,
        corpus.heldout_systems,
        work / "heldout-starts",
        lambda message, part: tell(message, 0.6 + 0.2 * part),
    )
    path = work / "behaviour.safetensors"
    if not readable(path):
        tell("Comparing how held-out system prompts behave", 0.8)
        contexts = [(context.user, context.answer) for context in corpus.contexts]
        rows = [ahead(model, prompt, contexts, how.layers[:1])[1] for _, prompt in corpus.heldout_systems]
        write_atomically(path, save({"distances": report.behaviour_distances(np.stack(rows))}))
    return Samples((), (), asked, tuple(paths), (), starts, load_file(path)["distances"])


def _start_parts(
    model: LanguageModel,
    how: Sampling,
    corpus: Corpus,
    systems: Sequence[tuple[str, str]],
    folder: Path,
    tell: Progress,
) -> tuple[Path, ...]:
    questions = [(question, "") for question in corpus.start_questions]
    paths = []
    for begin in range(0, len(systems), PROMPTS_A_PART):
        path = folder / f"starts-{begin // PROMPTS_A_PART:04d}.safetensors"
        if not readable(path):
            tell(f"Reading starting points: {begin} of {len(systems)}", begin / len(systems))
            part = systems[begin : begin + PROMPTS_A_PART]
            stacked = np.stack([ahead(model, prompt, questions, how.layers)[0] for _, prompt in part])
            write_atomically(
                path,
                save({f"states.{layer}": np.ascontiguousarray(stacked[:, :, k]) for k, layer in enumerate(how.layers)}),
            )
        paths.append(path)
    return tuple(paths)


def load_starts(paths: Sequence[Path], layer: int) -> np.ndarray:
    """First crossings (prompts, questions, width) of the start questions, one layer of all parts."""
    return np.concatenate([load_file(path)[f"states.{layer}"] for path in paths])


def work_folder(model: LanguageModel, corpus: Corpus, how: Sampling) -> Path:
    """A folder of the cache that belongs to this model, corpus and way of sampling: change one, and it starts anew."""
    identity = repr((model.sha256, corpus, how, 2))
    return cache_folder() / "atlas" / hashlib.sha256(identity.encode()).hexdigest()[:12]
