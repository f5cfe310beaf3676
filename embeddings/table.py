"""Roads as a table, one row a token: which columns there are, what each holds, and what is said once of all of them.

Values only; `table_file` writes them and reads them back. Who has a road makes a `Table` of it: `viz.export.table` of a
Scene, `embeddings.decoding.trajectory_table` of a `Trajectory` and of a saved road.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from embeddings.errors import UserError

Holds = Literal["name", "text", "whole", "number", "truth"]
Cell = str | int | float | bool | None  # None: missing

CANDIDATES = 10
MOST_WHOLE = 2**53  # larger ones are not exact where all numbers are float64
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")
ABOUT = "about"
"""The column of a CSV that holds what is said once, in its first row alone."""


@dataclass(frozen=True)
class Column:
    """``holds``: a name is a letter and then letters, digits, ``_`` or ``-``; a text is any characters; a whole number
    fits float64 exactly; a number is a finite float64; a truth is true or false. ``needed``: never missing."""

    name: str
    holds: Holds
    unit: str
    meaning: str
    needed: bool = False


_MODEL = "of the unmodified model, at temperature 1"

COLUMNS = (
    Column("road", "name", "", "Which road, by its letter.", needed=True),
    Column("kind", "name", "", "plain, start (one of two), signed, or fork.", needed=True),
    Column("token", "whole", "", "Number of the token on its road, from 0.", needed=True),
    Column("id", "whole", "", "The token, in the model's vocabulary.", needed=True),
    Column("text", "text", "", "What became readable with it; they join to the answer. Of an end token empty."),
    *(
        Column(axis, "number", "map", f"Where the model was when it chose this token: {axis} on the map (UMAP).")
        for axis in "xyz"
    ),
    *(
        Column(f"pca_{axis}", "number", "map", f"The same place in three principal components: {axis}.")
        for axis in "xyz"
    ),
    Column("off_map", "number", "percentile", "How far the state lies from those of the map; off it above 99."),
    Column("probability", "number", "0 to 1", f"Of this token, {_MODEL}."),
    Column("entropy", "number", "nats", f"Of the choice, {_MODEL}."),
    Column("grip", "number", "nats", "KL(p with the system prompt || p with an empty one), on the same text."),
    Column("pull", "number", "0 to 1", "What the unmodified model puts on words that a sign speaks against."),
    Column("kl", "number", "nats", "KL(p under the signs || p of the unmodified model): the price here."),
    Column("inside_<region>", "truth", "", "Past half for this region that ships with the map."),
    Column("inside_sign_<n>", "truth", "", "Past half for the region of this sign."),
    Column("inside_any_sign", "truth", "", "Past half for the region of any sign."),
    Column("score_sign_<n>", "number", "standard deviations", "What the unmodified model expects of the sign's score."),
    Column("neighbourhood_1", "text", "", "What the place is called; missing where no name is sure."),
    Column("neighbourhood_2", "text", "", "The second name, of a place between two."),
    Column("agree", "number", "0 to 1", "Share of the nearest crossings that vote for the names."),
    Column("end", "truth", "", "An end token: the answer is over."),
    Column("candidate_<k>_id", "whole", "", "The k-th likeliest next token."),
    Column("candidate_<k>_text", "text", "", "Its text; of half a character the character it makes whole, or bytes."),
    Column("candidate_<k>_probability", "number", "0 to 1", f"Its probability, {_MODEL}."),
    Column("candidate_<k>_after", "number", "0 to 1", "Its probability under the signs, before temperature."),
    Column("candidate_<k>_blocked", "truth", "", "It completes a word that a sign speaks against."),
    Column("candidate_<k>_end", "truth", "", "It would end the answer."),
)
"""The dictionary: ``<region>``, ``<n>`` and ``<k>`` stand for a region that ships, the number of a sign, 1 to 10."""

NUMBERED = tuple(column for column in COLUMNS if "<k>" in column.name)


def columns_of(regions: Sequence[str], signs: Sequence[str]) -> tuple[Column, ...]:
    """The columns of a table on a map with these regions, under signs on regions of these names."""
    found = list[Column]()
    for column in COLUMNS:
        if "<region>" in column.name:
            found += [_of(column, "<region>", slug(name), name) for name in regions]
        elif "<n>" in column.name:
            found += [_of(column, "<n>", str(number), name) for number, name in enumerate(signs, 1)]
        elif "<k>" not in column.name:
            found.append(column)
    ranks = map(str, range(1, CANDIDATES + 1))
    return (*found, *(_of(column, "<k>", rank) for rank in ranks for column in NUMBERED))


def _of(column: Column, mark: str, value: str, what: str = "") -> Column:
    said = f"{column.meaning} “{what}”" if what else column.meaning
    return Column(column.name.replace(mark, value), column.holds, column.unit, said, column.needed)


def slug(name: str) -> str:
    """A region's name as part of a column's: what is no letter or digit becomes ``_``."""
    return re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_") or "region"


@dataclass(frozen=True)
class Table:
    """Rows of one or more roads, by column; ``about``: what is said once of all of them (`table_about`).

    Raises
    ------
    UserError
        If a column is missing, a cell does not hold what its column does, or a road has other tokens than 0, 1, 2 ...
    """

    about: Mapping[str, Any]
    cells: Mapping[str, Sequence[Cell]]

    def __post_init__(self) -> None:
        for column in self.columns:
            if column.name not in self.cells:
                raise UserError(f"The column {column.name!r} is missing: export the roads anew.")
            for row, cell in enumerate(self.cells[column.name], 1):
                if not fits(column, cell):
                    raise UserError(f"{said(column)} holds {cell!r:.40} in row {row}: export the roads anew.")
        counts = {len(self.cells[column.name]) for column in self.columns}
        if len(counts) != 1:
            raise UserError("The columns of this table are not of one length: export the roads anew.")
        self._check_roads()

    def _check_roads(self) -> None:
        for road in self.about["roads"]:
            found = [self.cells["token"][row] for row in self.rows_of(road["road"])]
            if found != list(range(road["tokens"])):
                raise UserError(
                    f"Road {road['road']} has {road['tokens']} tokens, and its rows are not theirs in order: "
                    "export the roads anew, or undo what was sorted or left out."
                )
        known = {road["road"] for road in self.about["roads"]}
        if unknown := set(self.cells["road"]) - known:
            raise UserError(f"Of road {min(map(str, unknown))} nothing is said in {ABOUT!r}: export the roads anew.")

    @property
    def columns(self) -> tuple[Column, ...]:
        return columns_of(self.about["regions"], [sign["name"] for sign in self.about["signs"]])

    def __len__(self) -> int:
        return len(self.cells["road"])

    def rows_of(self, road: str) -> list[int]:
        """Numbers of the rows of one road, from 0, in order."""
        return [row for row, letter in enumerate(self.cells["road"]) if letter == road]


def fits(column: Column, cell: object) -> bool:
    """Whether a cell holds what its column does."""
    if cell is None:
        return not column.needed
    match column.holds:
        case "name":
            return isinstance(cell, str) and NAME.fullmatch(cell) is not None
        case "text":
            return isinstance(cell, str)
        case "whole":
            return isinstance(cell, int) and not isinstance(cell, bool) and 0 <= cell <= MOST_WHOLE
        case "number":
            return isinstance(cell, float) and math.isfinite(cell)
        case "truth":
            return isinstance(cell, bool)


def said(column: Column) -> str:
    """A column, and what it holds, to begin a sentence about a cell that does not."""
    what = {"name": "names", "text": "text", "whole": "whole numbers from 0", "number": "numbers", "truth": "truths"}
    return f"The column {column.name!r}, of {what[column.holds]},"


def listing() -> str:
    """The dictionary as a table in Markdown."""
    head = ["| column | holds | unit | what it is |", "| --- | --- | --- | --- |"]
    rows = [f"| `{c.name}` | {c.holds} | {c.unit} | {c.meaning.replace('||', '&#124;&#124;')} |" for c in COLUMNS]
    return "\n".join([*head, *rows])


if __name__ == "__main__":
    print(listing())
