"""What a chat is made of, and the checks on text that people type. Knows no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from embeddings.errors import UserError

DEFAULT_SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
"""What the chat template puts in where no system message is given."""

ROLES = ("system", "user", "assistant")

WHAT = {"system": "system prompt", "user": "message"}  # one name for a text, whichever way it came

MAX_CHARACTERS = 8000
"""Of one message, wherever it enters: some 2000 tokens of English, which a flag reads with each of eight questions."""


@dataclass(frozen=True)
class Message:
    """One turn: ``role`` is system, user or assistant; ``content`` is plain text."""

    role: str
    content: str


def check_text(text: object, what: str) -> str:
    """`text` itself, if a model can read it; a `UserError` that names `what` if not."""
    if not isinstance(text, str):
        raise UserError(f"The {what} must be text, not {type(text).__name__}.")
    if "\0" in text:
        raise UserError(f"The {what} contains a NUL character; remove it.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UserError(f"The {what} contains half a character (a lone surrogate); type it again.") from error
    return text


def check_prompt(text: object, what: str) -> str:
    """`text` itself, if it is no longer than a message may be; a `UserError` that names `what` if not."""
    found = check_text(text, what)
    if len(found) > MAX_CHARACTERS:
        raise UserError(f"The {what} has {len(found)} characters, but at most {MAX_CHARACTERS} are read: shorten it.")
    return found


def chat(
    *,
    system: str | None = None,
    user: str | None = None,
    messages: Sequence[Mapping[str, str] | Message] | None = None,
) -> tuple[Message, ...]:
    """A checked chat that begins with a system message and ends with a user's.

    Parameters
    ----------
    system
        None is the template's own default message, ``""`` an explicitly empty one.
    user
        The message to answer.
    messages
        Instead of the two: turns with ``role`` and ``content``; a system message, if any, comes first.

    Raises
    ------
    UserError
        If a text is blank, unreadable, too long or missing, or a role is unknown or out of place.
    """
    if messages is not None:
        if user is not None or system is not None:
            raise UserError("Give either messages or system and user, not both.")
        turns = [_message(turn) for turn in messages]
        if not turns or turns[-1].role != "user":
            raise UserError("The last message must be the user's: add the question to answer.")
        if any(turn.role == "system" for turn in turns[1:]):
            raise UserError("A system message can only come first; move it to the beginning.")
        if turns[0].role == "system":
            checked_system, rest = turns[0].content, turns[1:]
        else:
            checked_system, rest = DEFAULT_SYSTEM, turns
    else:
        checked_system = DEFAULT_SYSTEM if system is None else check_prompt(system, "system prompt")
        rest = [Message("user", check_prompt(user, "message"))]
    for turn in rest:
        if turn.role == "user" and not turn.content.strip():
            raise UserError("The message is empty; type a question for the model to answer.")
    return (Message("system", checked_system), *rest)


def without_system(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The same chat under an explicitly empty system prompt."""
    return (Message("system", ""), *messages[1:])


def _message(turn: Mapping[str, str] | Message) -> Message:
    if isinstance(turn, Message):
        role, content = turn.role, turn.content
    elif isinstance(turn, Mapping):
        role, content = turn.get("role", ""), turn.get("content", "")
    else:
        raise UserError("A message has a role and a content, as in {'role': 'user', 'content': 'Hello'}.")
    if role not in ROLES:
        raise UserError(f"A message's role is one of {', '.join(ROLES)}; {role!r} is not.")
    return Message(role, check_prompt(content, WHAT.get(role, f"{role} message")))
