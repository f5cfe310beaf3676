"""Another turn: a road that shares another one's beginning and then goes its own way. The loop is in loop.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from embeddings.decoding.generate import answer
from embeddings.errors import UserError
from embeddings.model.language_model import LanguageModel
from embeddings.model.prompt import forced_ids, prompt_ids
from embeddings.numbers import require_whole
from embeddings.request import Branch, Request
from embeddings.steering.rewards import Reward, check_rewards
from embeddings.trajectory import ROWS, Parent, Trajectory


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
        Length of the child's whole answer at most; by default the parent's, typed text counting as one token.

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
    turn = Branch(trajectory.token_ids, at, token, text)
    forced = forced_ids(model, turn)
    longest = trajectory.settings.max_new_tokens + len(forced) - 1
    if max_new_tokens is not None:
        longest = require_whole(max_new_tokens, "max_new_tokens", least=1)
    settings = replace(trajectory.settings, max_new_tokens=max(longest, turn.at + 1))
    request = replace(trajectory.request, settings=settings, branch=turn)
    if len(forced) > (room := settings.max_new_tokens - turn.at):
        forced, text = put_in(model, forced, room)
    tail = answer(model, request, check_rewards(model, trajectory.rewards), trajectory.layer, forced)
    parent = Parent(turn.at, forced, text, trajectory.token_ids, trajectory.text)
    return _joined(trajectory, tail, parent)


def replay(
    model: LanguageModel, request: Request, rewards: Sequence[Reward], token_ids: Sequence[int], layer: int
) -> Trajectory:
    """A road that is known by its tokens, read again: every row equal to the first time's, to rounding."""
    prompt_ids(model, request.chat, len(token_ids))
    settings = replace(request.settings, max_new_tokens=max(1, len(token_ids)))
    known = replace(request, settings=settings, branch=None)
    read = answer(model, known, check_rewards(model, rewards), layer, forced=tuple(int(token) for token in token_ids))
    return replace(read, request=request)


def put_in(model: LanguageModel, forced: tuple[int, ...], room: int) -> tuple[tuple[int, ...], str]:
    """What of a text finds room: its first tokens, and what they say (U+FFFD for a character that is cut)."""
    kept = forced[:room]
    return kept, b"".join(model.pieces[token] for token in kept).decode(errors="replace")


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
