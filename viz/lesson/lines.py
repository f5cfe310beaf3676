"""On which line of a TOML file a table or a key stands: `tomllib` reads the values and forgets where they were."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass

NAME = r"(?:\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|[A-Za-z0-9_-]+)"
NAMES = rf"{NAME}(?:[ \t]*\.[ \t]*{NAME})*"
HEADER = re.compile(rf"[ \t]*\[(\[?)[ \t]*({NAMES})[ \t]*\]")
KEY = re.compile(rf"[ \t]*({NAMES})[ \t]*=")
# What a value is made of: texts first, or a bracket and a line end inside one would count.
PIECE = re.compile(
    r'"""(?:\\.|[^\\])*?""""{0,2}'
    + r"|'''.*?''''{0,2}"
    + r'|"(?:\\.|[^"\\\n])*"'
    + r"|'[^'\n]*'|#[^\n]*|[\[{]|[\]}]|\n|.",
    re.DOTALL,
)


@dataclass(frozen=True)
class Lines:
    """Lines, counted from 1, by table, which of its name (from 0), and key; the key of a table itself is empty."""

    found: dict[tuple[str, int, str], int]

    def of(self, table: str, which: int = 0, key: str = "") -> int:
        """The line of a key; where it is not written, that of its table; 1 where there is none.

        Of the fields before all tables, a table is one, too.
        """
        places = [(table, which, key), (table, which, ""), ("", 0, table), *([(key, 0, "")] if not table else [])]
        return next((self.found[place] for place in places if place in self.found), 1)


def lines_of(text: str) -> Lines:
    """Look through a file that `tomllib` has read; of tables in tables the outer one's lines are kept."""
    ends = [match.start() for match in re.finditer("\n", text)]
    found, count = dict[tuple[str, int, str], int](), Counter[str]()
    table, which, at, deep = "", 0, 0, False
    while at < len(text):
        line = bisect_left(ends, at) + 1
        if header := HEADER.match(text, at):
            first, second = _first_two(header[2])
            if not second:
                table, which = first, count[first]
                count[first] += 1
            elif first != table:
                table, which = first, max(0, count[first] - 1)
            found.setdefault((table, which, second), line)
            deep = bool(second)
            at = _end(text, header.end())
        elif key := KEY.match(text, at):
            if not deep:
                found.setdefault((table, which, _first_two(key[1])[0]), line)
            at = _end(text, key.end())
        else:  # an empty line, or a comment
            at = _end(text, at)
    return Lines(found)


def _first_two(names: str) -> tuple[str, str]:
    """The first two parts of a dotted name, as they are meant; the second is empty where there is one."""
    parts = [match[0] for match in re.finditer(NAME, names)][:2]
    first, second = [_meant(part) for part in parts] + [""] * (2 - len(parts))
    return first, second


def _meant(name: str) -> str:
    return str(tomllib.loads(f"name = {name}")["name"]) if name[0] in "\"'" else name


def _end(text: str, at: int) -> int:
    """Where the next line begins that is not inside a value."""
    depth = 0
    while at < len(text) and (piece := PIECE.match(text, at)):
        at = piece.end()
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(piece[0], 0)
        if piece[0] == "\n" and depth <= 0:
            break
    return at


def dotted(text: str) -> int:
    """The most points that stand on one line outside of texts and comments."""
    most = here = 0
    for match in PIECE.finditer(text):
        here = 0 if match[0] == "\n" else here + (match[0] == ".")
        most = max(most, here)
    return most


def unclosed(text: str) -> int | None:
    """The line of the first quotation mark that begins a text without an end."""
    marks = (match.start() for match in PIECE.finditer(text) if match[0] in ("'", '"'))
    at = next(marks, None)
    return None if at is None else text.count("\n", 0, at) + 1
