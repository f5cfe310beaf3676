"""Another turn: a road that shares another one's beginning and then goes its own way. The loop is in generate.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from embeddings.chat import Message, chat, check_text
from embeddings.decoding.generate import Messages, answer, check_layer, check_settings, prompt_ids
from embeddings.decoding.loop import steps
from embeddings.errors import UserError
from embeddings.model.language_model import LanguageModel
from embeddings.numbers import within
from embeddings.steering.rewards import Reward, check_rewards
from embeddings.trajectory import ROWS, Parent, Settings, Step, Trajectory


def branch(
    model: LanguageModel,
    trajectory: Trajectory,
    *,
    at: int,
    token: int | None = None,
    text: str | None = None,
    max_new_tokens: int | None = None,
) -> Trajectory:
    """Take another turn at token `at` of a road, and drive on from there under the same settings and rewards.

    Parameters
    ----------
    model
        The one that the trajectory was traced with.
    trajectory
        The parent; its rows before `at` are the child's too, unchanged.
    at
        0 to n - 1: the crossing at which another token is taken.
    token
        Id of the token to take there, or
    text
        words to put in instead: plain text of any length, never special tokens. No space is added.
    max_new_tokens
        Length of the child's whole answer at most; by default the parent's, typed text counting as one token. Of a
        text that is longer than that only the beginning is put in, and ``parent`` says which.

    Returns
    -------
    Trajectory
        With `parent` set. Token i is chosen with the i-th random number of the seed, as on the parent, so that taking
        the token that was taken anyway gives the same road (to rounding: what is shared is read in one pass).

    Raises
    ------
    UserError
        If `at` is no crossing of the road, not exactly one of `token` and `text` is given, the token is not in the
        vocabulary, the text is empty or unreadable or too long for the context window, or the model is another.
    """
    if trajectory.model_sha256 != model.sha256:
        raise UserError(f"This road was driven with {trajectory.model_name}, another model: trace it again.")
    at = _crossing(at, len(trajectory))
    forced = forced_ids(model, token, text)
    longest = trajectory.settings.max_new_tokens + len(forced) - 1 if max_new_tokens is None else max_new_tokens
    settings = replace(trajectory.settings, max_new_tokens=max(check_settings(longest, 0, 1, 0).max_new_tokens, at + 1))
    shared = trajectory.token_ids[:at]
    check_room(model, trajectory.messages, at + len(forced))
    if len(forced) > settings.max_new_tokens - at:
        forced, text = put_in(model, forced, settings.max_new_tokens - at)
    tail = answer(
        model, trajectory.messages, settings, check_rewards(model, trajectory.rewards), trajectory.layer, shared, forced
    )
    parent = Parent(at, forced, text, trajectory.token_ids, trajectory.text)
    return _joined(trajectory, tail, parent)


def resume(
    model: LanguageModel,
    *,
    system: str | None = None,
    user: str | None = None,
    messages: Messages | None = None,
    max_new_tokens: int = 48,
    temperature: float = 0.0,
    top_p: float = 1.0,
    seed: int = 0,
    rewards: Sequence[Reward] = (),
    layer: int | None = None,
    shared: Sequence[int] = (),
    forced: Sequence[int] = (),
) -> Iterator[Step]:
    """`stream` for a fork: the tokens `shared` are there already and not yielded, the tokens `forced` are put in."""
    settings = check_settings(max_new_tokens, temperature, top_p, seed)
    depth = check_layer(model, layer)
    turns = chat(system=system, user=user, messages=messages)
    prompt = check_room(model, turns, len(shared) + len(forced))
    return steps(model, prompt, settings, check_rewards(model, rewards), depth, ids_of(shared), ids_of(forced))


def replay(
    model: LanguageModel,
    messages: tuple[Message, ...],
    settings: Settings,
    rewards: Sequence[Reward],
    token_ids: Sequence[int],
    layer: int,
) -> Trajectory:
    """A road that is known by its tokens, read again: every row equal to the first time's, to rounding."""
    check_room(model, messages, len(token_ids))
    known = replace(settings, max_new_tokens=max(1, len(token_ids)))
    read = answer(model, messages, known, check_rewards(model, rewards), layer, forced=ids_of(token_ids))
    return replace(read, settings=settings)


def crossings(model: LanguageModel, messages: Messages, token_ids: Sequence[int], layer: int) -> np.ndarray:
    """States (n, width) from which the n tokens of an answer were chosen, read again in one pass."""
    turns = chat(messages=messages)
    return model.crossings(check_room(model, turns, len(token_ids)), token_ids[:-1], layer)


def forced_ids(model: LanguageModel, token: int | None, text: str | None) -> tuple[int, ...]:
    """What is put in at a fork: one token of the vocabulary, or the tokens of a text; see `branch`."""
    if (token is None) == (text is None):
        raise UserError("Give the token to take or the text to put in, one of the two.")
    if text is not None:
        return typed_ids(model, text)
    given = within(token, 0, len(model.pieces) - 1)
    if given is None:
        raise UserError(f"A token is a whole number from 0 to {len(model.pieces) - 1}, not {token!r:.40}.")
    return (given,)


def typed_ids(model: LanguageModel, text: str) -> tuple[int, ...]:
    """Token ids of words typed into an answer; what looks like a special token is spelled out."""
    ids = tuple(model.text_ids(check_text(text, "text to put in")))
    if not ids:
        raise UserError("The text to put in is empty: type the words that the answer goes on with.")
    return ids


def put_in(model: LanguageModel, forced: tuple[int, ...], room: int) -> tuple[tuple[int, ...], str]:
    """What of a text finds room: its first tokens, and what they say (U+FFFD for a character that is cut)."""
    kept = forced[:room]
    return kept, b"".join(model.pieces[token] for token in kept).decode(errors="replace")


def ids_of(token_ids: Iterable[int]) -> tuple[int, ...]:
    """Token ids as Python's own whole numbers, which JSON can hold."""
    return tuple(int(token) for token in token_ids)


def check_room(model: LanguageModel, messages: Sequence[Message], tokens: int) -> list[int]:
    """The prompt's token ids; a `UserError` where an answer of so many tokens does not fit behind it."""
    prompt = prompt_ids(model, messages)
    if len(prompt) + tokens > model.context:
        raise UserError(
            f"Prompt and answer would have {len(prompt) + tokens} tokens, but the model reads at most {model.context}: "
            "put in fewer words."
        )
    return prompt


def _crossing(at: int, count: int) -> int:
    found = within(at, 0, count - 1)
    if found is None:
        raise UserError(f"at must be one of the road's {count} crossings, 0 to {count - 1}, not {at!r:.40}.")
    return found


def _joined(first: Trajectory, tail: Trajectory, parent: Parent) -> Trajectory:
    at = parent.at
    rows: dict[str, Any] = {name: np.concatenate([getattr(first, name)[:at], getattr(tail, name)]) for name in ROWS}
    return replace(
        tail,
        token_ids=first.token_ids[:at] + tail.token_ids,
        pieces=first.pieces[:at] + tail.pieces,
        candidates=first.candidates[:at] + tail.candidates,
        parent=parent,
        **rows,
    )
