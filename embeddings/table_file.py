"""A table of roads as a file: CSV, Parquet or JSON, written whole and read back without loss.

A file comes from anybody: its size, rows and what it would unpack to are bounded before it is read, and what is wrong
with it is one sentence. Nothing in it is executed, and no text of it is ever a path.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, get_args

from embeddings import table_about
from embeddings.errors import UserError
from embeddings.parsed import parsed
from embeddings.table import ABOUT, Cell, Column, Table, columns_of, said

if TYPE_CHECKING:
    from pyarrow import ChunkedArray, DataType, Schema
    from pyarrow.parquet import FileMetaData, ParquetFile

Kind = Literal["csv", "parquet", "json"]
KINDS: tuple[Kind, ...] = get_args(Kind)

MOST = 50_000_000  # bytes of a file
MOST_ROWS = 100_000
MOST_COLUMNS = 1000
MOST_UNPACKED = 400_000_000  # bytes that a Parquet file says, or turns out, to hold
MOST_CELL = 4_000_000  # characters of one cell of a CSV, and of one line
PACKED = {"SNAPPY", "UNCOMPRESSED"}  # Snappy makes nothing more than some twenty times smaller: it cannot be a bomb
BATCH = 256  # rows that are unpacked at a time
MARK = b"PAR1"
KEY = b"mindmap"  # of what is said once, in the metadata of a Parquet file
# What ends a line in one program or another, turns the order of a line, or is half a character: escaped in a CSV.
UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def table_bytes(table: Table, kind: str) -> bytes:
    """The file of a table; the same table gives the same bytes.

    Raises
    ------
    UserError
        If `kind` is none of `KINDS`, there are no rows, or more than could be read back, or a text holds half a
        character and the kind is Parquet.
    """
    write = _WRITERS[check_kind(kind)]
    if not len(table):
        raise UserError("These roads have no tokens yet: drive them first.")
    data = write(table) if len(table) <= MOST_ROWS else b""
    if not 0 < len(data) <= MOST:
        raise UserError(f"These roads are too long for one table ({len(table):,} rows): write several.")
    return data


def read_table(data: bytes, kind: str | None = None, name: str = "This file") -> Table:
    """The table that `table_bytes` wrote; equal to it, number for number and character for character.

    Parameters
    ----------
    data
        The whole file.
    kind
        One of `KINDS`; None: as its first bytes say.
    name
        What the file is called in a sentence about it.

    Raises
    ------
    UserError
        If it is no such table, or larger than a table may be; the sentence names the file and the column or line.
    """
    if len(data) > MOST:
        raise UserError(f"{name} is too large for a table of roads: it has more than {MOST // 1_000_000} MB.")
    found = kind_of(data) if kind is None else check_kind(kind)
    try:
        return _READERS[found](data)
    except RecursionError:
        raise UserError(f"{name} is nested too deeply for a table of roads: export the roads anew.") from None
    except OverflowError:
        raise UserError(f"{name} holds a number that is too large: export the roads anew.") from None
    except UserError as error:
        raise UserError(f"{name} is not a table of roads: {inner(str(error))}") from None


def kind_of(data: bytes) -> Kind:
    """What a file is, by how it begins; its name says nothing."""
    if data[:4] == MARK:
        return "parquet"
    start = data[:200].lstrip(codecs.BOM_UTF8 + b"\xff\xfe \t\r\n\0")
    return "json" if start[:1] in (b"{", b"[") else "csv"


def check_kind(kind: str) -> Kind:
    """`kind` itself, or a `UserError` where there is no such kind."""
    for known in KINDS:
        if kind == known:
            return known
    raise UserError(f"A table of roads is written as {', '.join(KINDS)}, not as {kind!r:.40}.")


def inner(sentence: str) -> str:
    """A sentence after a colon."""
    return sentence[:1].lower() + sentence[1:]


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _json_of(data: bytes, what: str) -> Any:
    try:
        return parsed(data)
    except (OverflowError, RecursionError):
        raise
    except ValueError:
        raise UserError(f"{what} is not JSON, or was cut: export the roads anew.") from None


def _columns(about: dict[str, Any]) -> tuple[Column, ...]:
    return columns_of(about["regions"], [sign["name"] for sign in about["signs"]])


# -- JSON


def _to_json(table: Table) -> bytes:
    names = [column.name for column in table.columns]
    rows = zip(*(table.cells[name] for name in names), strict=True)
    whole = {
        ABOUT: dict(table.about),
        "columns": [{"name": c.name, "holds": c.holds, "unit": c.unit, "meaning": c.meaning} for c in table.columns],
        "rows": [dict(zip(names, row, strict=True)) for row in rows],
    }
    return escaped(_compact(whole)).encode() + b"\n"


def _from_json(data: bytes) -> Table:
    whole = _json_of(data, "It")
    if not isinstance(whole, dict) or not isinstance(rows := whole.get("rows"), list):
        raise UserError("It has no list of 'rows': export the roads anew.")
    if not all(isinstance(row, dict) for row in rows):
        raise UserError("One of its 'rows' is no object: export the roads anew.")
    _check_rows(len(rows))
    about = table_about.checked(whole.get(ABOUT))
    cells = {column.name: [_json_cell(column, row.get(column.name)) for row in rows] for column in _columns(about)}
    missing = [name for name in cells if rows and not any(name in row for row in rows)]
    if missing:
        raise UserError(f"The column {missing[0]!r} is missing: export the roads anew.")
    return Table(about, cells)


def _json_cell(column: Column, value: Any) -> Cell:
    """A whole number is a number too: other programs write 1.0 as 1."""
    if column.holds == "number" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    found: Cell = value  # `Table` checks it
    return found


# -- CSV: RFC 4180 in UTF-8. A text is written as JSON writes it, in quotation marks: an empty one is "" and a missing
# one nothing, a line is a row, and no cell begins with what a spreadsheet would execute. Numbers are bare.


def _to_csv(table: Table) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    columns = table.columns
    writer.writerow([*(column.name for column in columns), ABOUT])
    once = escaped(_compact(table.about))
    for row in range(len(table)):
        writer.writerow([*(_written(c, table.cells[c.name][row]) for c in columns), "" if row else once])
    return out.getvalue().encode()


def _written(column: Column, cell: Cell) -> str:
    if cell is None:
        return ""
    if column.holds == "text":
        return escaped(json.dumps(cell, ensure_ascii=False))
    return str(cell).lower() if column.holds == "truth" else str(cell)


def escaped(text: str) -> str:
    """JSON with what could be taken for something else than a character of it spelled out."""
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _from_csv(data: bytes) -> Table:
    rows = _csv_rows(data)
    head = [name.strip() for name in next(rows, (0, []))[1]]
    if ABOUT not in head:
        raise UserError(f"Its first line does not name a column {ABOUT!r}: export the roads anew.")
    if len(set(head)) != len(head):
        raise UserError("Its first line names a column twice: export the roads anew.")
    body = list(rows)
    if not body:
        raise UserError("It has no rows: export the roads anew.")
    about = table_about.checked(_json_of(body[0][1][head.index(ABOUT)].encode(), f"The cell {ABOUT!r} of line 2"))
    cells = dict[str, list[Cell]]()
    for column in _columns(about):
        if column.name not in head:
            raise UserError(f"The column {column.name!r} is missing: export the roads anew.")
        place = head.index(column.name)
        cells[column.name] = [_read(column, row[place], line) for line, row in body]
    return Table(about, cells)


def _csv_rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Number of the line that it ends on, and cells, of each row; the first is the head."""
    csv.field_size_limit(max(csv.field_size_limit(), MOST_CELL))  # Python's own is for all that is read anywhere
    wide = data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"It is not UTF-8 at byte {error.start}: export the roads anew.") from None
    reader = csv.reader(_lines(text), strict=True)
    width, count = 0, 0
    try:
        for row in reader:
            if not row:
                continue
            width = width or len(row)
            if len(row) != width or width > MOST_COLUMNS:
                raise UserError(f"Line {reader.line_num} has {len(row)} cells and the first {width}: was it cut?")
            _check_rows(count)
            count += 1
            yield reader.line_num, row
    except csv.Error as error:
        raise UserError(f"Line {reader.line_num} is no row of a CSV ({error}): export the roads anew.") from None


def _lines(text: str) -> Iterator[str]:
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if len(line) > MOST_CELL:
            raise UserError(f"Line {number} is too long for a row of a table: export the roads anew.")
        yield line


def _read(column: Column, cell: str, line: int) -> Cell:
    if cell == "":
        return None
    try:
        return _CELLS[column.holds](cell)
    except (ValueError, RecursionError):
        raise UserError(f"{said(column)} holds {cell!r:.40} in line {line}: export the roads anew.") from None


def _text(cell: str) -> str:
    found = json.loads(cell)
    if not isinstance(found, str):
        raise ValueError("no text")
    return found


def _number(cell: str) -> float:
    if not math.isfinite(found := float(cell)) or "_" in cell:
        raise ValueError("no number")
    return found


def _whole(cell: str) -> int:
    """Also as a program writes it that has one kind of number, or gives up on a column with missing cells: 12.0."""
    found = _number(cell)
    if found != int(found):
        raise ValueError("no whole number")
    return int(found)


def _truth(cell: str) -> bool:
    return {"true": True, "false": False}[cell.lower()] if cell.lower() in ("true", "false") else _no_truth(cell)


def _no_truth(cell: str) -> bool:
    raise ValueError(cell)


_CELLS: dict[str, Callable[[str], Cell]] = {
    "name": str,
    "text": _text,
    "number": _number,
    "whole": _whole,
    "truth": _truth,
}


# -- Parquet: one flat column each, Snappy; what is said once is in the schema's metadata.


def _to_parquet(table: Table) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    columns = table.columns
    schema = pa.schema([pa.field(column.name, _type(column)) for column in columns])
    listed = [{"name": c.name, "holds": c.holds, "unit": c.unit, "meaning": c.meaning} for c in columns]
    try:
        arrays = [pa.array(table.cells[column.name], type=_type(column)) for column in columns]
        once = _compact({ABOUT: dict(table.about), "columns": listed}).encode()
    except UnicodeEncodeError:
        raise UserError("A text holds half a character, which Parquet cannot: export the roads as JSON.") from None
    out = io.BytesIO()
    # Without Arrow's own schema, which says nothing more of plain columns and is as large as they are.
    with parquet.ParquetWriter(out, schema, compression="snappy", write_statistics=False, store_schema=False) as writer:
        writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        writer.add_key_value_metadata({KEY.decode(): once.decode()})
    return out.getvalue()


def _type(column: Column) -> DataType:
    import pyarrow as pa

    types = {"name": pa.string(), "text": pa.string(), "whole": pa.int64(), "number": pa.float64(), "truth": pa.bool_()}
    return types[column.holds]


@contextmanager
def _arrow() -> Iterator[None]:
    """What Arrow finds wrong with a file, as a sentence."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, MemoryError, KeyError, UnicodeDecodeError):
        raise UserError("It is no whole Parquet file: was it cut? Export the roads anew.") from None


def _from_parquet(data: bytes) -> Table:
    import pyarrow as pa
    from pyarrow import parquet

    with _arrow():
        meta = parquet.read_metadata(pa.BufferReader(data))
        _check_size(meta)
        schema = meta.schema.to_arrow_schema()
    once = _json_of((meta.metadata or {}).get(KEY, b""), f"Its metadata {KEY.decode()!r}")
    about = table_about.checked(once.get(ABOUT) if isinstance(once, dict) else None)
    columns = _columns(about)
    for column in columns:
        _check_column(column, schema)
    names = [column.name for column in columns]
    texts = [column.name for column in columns if column.holds in ("name", "text")]
    with _arrow():
        file = parquet.ParquetFile(pa.BufferReader(data), read_dictionary=texts)
        return Table(about, _unpacked(file, names))


def _check_size(meta: FileMetaData) -> None:
    """A bomb is refused by what it says of itself, before anything of it is unpacked."""
    _check_rows(meta.num_rows)
    if meta.num_columns > MOST_COLUMNS:
        raise UserError(f"It has {meta.num_columns} columns, and {MOST_COLUMNS} at most are read.")
    groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
    chunks = [group.column(i) for group in groups for i in range(group.num_columns)]
    if sum(max(0, group.num_rows) for group in groups) > MOST_ROWS:
        _check_rows(MOST_ROWS + 1)
    if sum(max(0, chunk.total_uncompressed_size) for chunk in chunks) > MOST_UNPACKED:
        raise UserError(f"It would unpack to more than {MOST_UNPACKED // 1_000_000} MB: export the roads anew.")
    if others := {chunk.compression for chunk in chunks} - PACKED:
        raise UserError(f"It is compressed with {min(others)}, and Snappy or none is read: write it so.")


def _check_column(column: Column, schema: Schema) -> None:
    import pyarrow as pa

    place = schema.get_field_index(column.name)
    if place < 0:
        raise UserError(f"The column {column.name!r} is missing, or there twice: export the roads anew.")
    there, wanted = schema.field(place).type, _type(column)
    if pa.types.is_dictionary(there):  # as a program with categories writes it
        there = there.value_type
    if there != wanted and not (pa.types.is_large_string(there) and wanted == pa.string()):
        raise UserError(f"{said(column)} is {there} and not {wanted}: export the roads anew.")


def _unpacked(file: ParquetFile, names: Sequence[str]) -> dict[str, list[Cell]]:
    """The cells by column, a few rows at a time. Texts come as words of a dictionary, each once however often it is
    used, so that none is unfolded."""
    cells: dict[str, list[Cell]] = {name: [] for name in names}
    size = 0
    for batch in file.iter_batches(batch_size=BATCH, columns=list(names)):
        size += batch.nbytes
        if size > MOST_UNPACKED:
            raise UserError(f"It unpacks to more than {MOST_UNPACKED // 1_000_000} MB: export the roads anew.")
        for name in names:
            cells[name] += _listed(batch.column(name))
    return cells


def _listed(array: ChunkedArray) -> list[Cell]:
    import pyarrow as pa

    if not pa.types.is_dictionary(array.type):
        return list(array.to_pylist())
    words = array.dictionary.to_pylist()
    return [None if index is None else words[index] for index in array.indices.to_pylist()]


def _check_rows(count: int) -> None:
    if count > MOST_ROWS:
        raise UserError(f"It has more than {MOST_ROWS:,} rows: no road is as long.")


_WRITERS: dict[Kind, Callable[[Table], bytes]] = {"csv": _to_csv, "parquet": _to_parquet, "json": _to_json}
_READERS: dict[Kind, Callable[[bytes], Table]] = {"csv": _from_csv, "parquet": _from_parquet, "json": _from_json}
