"""What stands before a choice: the prompt's tokens, and those of an answer that are there already or are put in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embeddings.chat import Message, check_text
from embeddings.errors import UserError
from embeddings.model.language_model import LanguageModel
from embeddings.numbers import require_whole
from embeddings.request import Branch


def prompt_ids(model: LanguageModel, messages: Sequence[Message], tokens: int = 0) -> list[int]:
    """Token ids of a checked chat.

    Parameters
    ----------
    tokens
        How many an answer has already, or is given.

    Raises
    ------
    UserError
        Where they do not fit the context window with it, or leave no room for a token of an answer.
    """
    ids = model.encode(messages)
    if len(ids) >= model.context:
        raise UserError(
            f"The prompt has {len(ids)} tokens, but the model reads at most {model.context}: shorten the messages."
        )
    if len(ids) + tokens > model.context:
        raise UserError(
            f"Prompt and answer would have {len(ids) + tokens} tokens, but the model reads at most {model.context}: "
            "put in fewer words."
        )
    return ids


def forced_ids(model: LanguageModel, branch: Branch | None) -> tuple[int, ...]:
    """What is put in at a branch: one token of the vocabulary, or the tokens of a text; nothing where there is none.

    Raises
    ------
    UserError
        If the token is not in the vocabulary, or the text is empty or unreadable.
    """
    if branch is None:
        return ()
    if branch.text is not None:
        return typed_ids(model, branch.text)
    return (require_whole(branch.token, "A token", most=len(model.pieces) - 1),)


def typed_ids(model: LanguageModel, text: str) -> tuple[int, ...]:
    """Token ids of words typed into an answer; what looks like a special token is spelled out."""
    ids = tuple(model.text_ids(check_text(text, "text to put in")))
    if not ids:
        raise UserError("The text to put in is empty: type the words that the answer goes on with.")
    return ids


def crossings(model: LanguageModel, messages: Sequence[Message], token_ids: Sequence[int], layer: int) -> np.ndarray:
    """States (n, width) from which the n tokens of an answer were chosen, read again in one pass."""
    return model.crossings(prompt_ids(model, messages, len(token_ids)), token_ids[:-1], layer)
