"""Every text of the interface, read once from `assets/strings.toml`; code names a text, it never spells it."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any

from embeddings.errors import UserError
from embeddings.paths import assets

ASSETS = assets()


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((ASSETS / "strings.toml").read_text(encoding="utf-8"))


def section(path: str) -> Any:
    """The table, list or text at a dotted path such as ``"ideas.systems"``."""
    value: Any = _table()
    for part in path.split("."):
        value = value[part]
    return value


def text(path: str, **values: object) -> str:
    """One text, its ``{names}`` filled in; the values are data and are never looked into for further names."""
    found = section(path)
    if not isinstance(found, str):
        raise KeyError(f"{path} is no text in strings.toml")
    return found.format_map(values) if values else found


def plain(data: str) -> str:
    """Data as Markdown that shows exactly these characters: for the few widgets that read their text as Markdown."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", data)


def short(words: str, most: int) -> str:
    """Data of at most so many characters, the last of them a sign that there is more."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def readable(data: str) -> str:
    """What somebody typed, if it is text; a `UserError` for half a character, which no file and no model can hold, and
    for the mark that the browser puts in its place."""
    if any("\ud800" <= character <= "\udfff" or character == "\ufffd" for character in data):
        raise UserError(text("errors.half"))
    return data
