"""A table of roads in a file: the same back, opened by other programs, harmless in a spreadsheet; and hostile files."""

from __future__ import annotations

import csv
import io
import json
import math
from itertools import cycle
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from embeddings import table_about, table_file
from embeddings.errors import UserError
from embeddings.request import Request
from embeddings.table import Cell, Column, Table, columns_of, fits
from embeddings.table_file import KINDS, MOST_ROWS, read_table, table_bytes

HOSTILE = [
    "", " sea", "\n", "\r\n", "\t", '"', '""', ",", "#", "'", "=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/C calc'!A0",
    "\tx", "null", "NaN", "NA", "None", "true", "1e5", "<script>alert(1)</script>", "../../etc/passwd", "\u202e",
    "\u2028", "\x85", "\x0b", "\x00", "\ufeff", "\ufffd", "é", "日本", "🙂", "{{}}", "\\", "\\n", "%00",
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8"), max_size=8))
NUMBERS = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))
HOLDS: dict[str, st.SearchStrategy[Cell]] = {
    "text": st.one_of(st.none(), TEXTS),
    "number": NUMBERS,
    "whole": st.one_of(st.none(), st.integers(0, 2**53)),
    "truth": st.sampled_from([None, True, False]),
}


def about(counts: dict[str, int], **parts: Any) -> dict[str, Any]:
    road = {"kind": "plain", "user": "What is rain?", "request": Request.of(None, "What is rain?").to_json()}
    return table_about.checked(
        {
            "model": {"name": "m", "sha256": "0" * 64},
            "atlas": {"sha256": "1" * 64, "layer": 28},
            "regions": ["freedom", "survival under threat"],
            "signs": [{"name": "=HYPERLINK()", "kind": "text"}],
            "roads": [{**road, "road": letter, "tokens": count} for letter, count in counts.items()],
            **parts,
        }
    )


def table(texts: list[str], numbers: list[float | None] | None = None) -> Table:
    """One road with these texts; the numbers are its probabilities."""
    found = about({"A": len(texts)})
    cells: dict[str, list[Cell]] = {c.name: [None] * len(texts) for c in columns(found)}
    cells |= {"road": ["A"] * len(texts), "kind": ["plain"] * len(texts), "token": list(range(len(texts)))}
    cells |= {"id": list(range(len(texts))), "text": list(texts), "candidate_3_text": list(texts)}
    cells |= {"probability": list(numbers or [None] * len(texts))}
    return Table(found, cells)


def columns(found: dict[str, Any]) -> tuple[Column, ...]:
    return columns_of(found["regions"], [sign["name"] for sign in found["signs"]])


@st.composite
def tables(draw: st.DrawFn) -> Table:
    counts = {"A": draw(st.integers(1, 3)), "B": draw(st.integers(0, 2))}
    found = about(counts)
    rows = [(letter, token) for letter, count in counts.items() for token in range(count)]
    pools = {holds: cycle(draw(st.lists(own, min_size=3, max_size=7))) for holds, own in HOLDS.items()}
    cells: dict[str, list[Cell]] = {
        c.name: [next(pools[c.holds]) for _ in rows] for c in columns(found) if c.holds in pools
    }
    cells |= {"road": [letter for letter, _ in rows], "token": [token for _, token in rows]}
    return Table(found, cells | {"kind": ["plain"] * len(rows), "id": list(range(len(rows)))})


@settings(max_examples=25, deadline=None)
@given(tables())
def test_a_table_comes_back_the_same_from_every_kind_of_file(there: Table) -> None:
    for kind in KINDS:
        data = table_bytes(there, kind)
        assert read_table(data) == read_table(data, kind) == there
        assert table_bytes(there, kind) == data  # the same table, the same bytes


@settings(max_examples=30, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=8), st.data())
def test_other_programs_find_the_same_texts_and_numbers(texts: list[str], data: st.DataObject) -> None:
    numbers = data.draw(st.lists(NUMBERS, min_size=len(texts), max_size=len(texts)))
    there = table(texts, numbers)
    written = table_bytes(there, "csv")
    frames = {
        "csv": pd.read_csv(io.BytesIO(written)),
        "parquet": pd.read_parquet(io.BytesIO(table_bytes(there, "parquet"))),
        "json": pd.DataFrame(json.loads(table_bytes(there, "json"))["rows"]),
    }
    for kind, frame in frames.items():
        found = [json.loads(text) for text in frame["text"]] if kind == "csv" else list(frame["text"])
        assert found == texts
        assert [None if pd.isna(p) else float(p) for p in frame["probability"]] == numbers
        assert frame["grip"].isna().all() and list(frame["token"]) == list(range(len(texts)))
    assert json.loads(frames["csv"]["about"][0]) == there.about and frames["csv"]["about"][1:].isna().all()
    rows = list(csv.DictReader(io.StringIO(written.decode(), newline="")))
    assert [json.loads(row["text"]) for row in rows] == texts == [json.loads(row["candidate_3_text"]) for row in rows]
    assert [float(row["probability"]) if row["probability"] else None for row in rows] == numbers
    assert written.decode().count("\n") == written.decode().count("\r\n") == len(texts) + 1  # a line is a row
    assert len(written.decode().splitlines()) == len(texts) + 1  # whatever a program takes for the end of a line


def test_no_cell_begins_with_what_a_spreadsheet_executes() -> None:
    rows = list(csv.reader(io.StringIO(table_bytes(table(HOSTILE, [-1.0] * len(HOSTILE)), "csv").decode(), newline="")))
    for cell in (cell for row in rows for cell in row if cell):
        assert cell[0].isalnum() or cell[0] in '"{' or float(cell) == -1.0, cell


@pytest.mark.parametrize("value", [0.1, 1e-7, 1e300, 5e-324, -0.0, 0.12345679104328156, 1 / 3])
def test_a_number_comes_back_to_the_last_bit(value: float) -> None:
    there = table(["a"], [value])
    for kind in KINDS:
        found = read_table(table_bytes(there, kind)).cells["probability"][0]
        assert isinstance(found, float) and (found, math.copysign(1, found)) == (value, math.copysign(1, value))


def test_half_a_character_is_kept_or_refused_with_a_sentence() -> None:
    there = table(["\ud83d"])
    assert read_table(table_bytes(there, "csv")) == read_table(table_bytes(there, "json")) == there
    with pytest.raises(UserError, match=r"half a character.*JSON\.$"):
        table_bytes(there, "parquet")


def test_the_dictionary_of_columns_and_what_made_the_roads_are_in_the_file() -> None:
    there = table(["a"])
    found = json.loads(table_bytes(there, "json"))
    meta = parquet.read_schema(io.BytesIO(table_bytes(there, "parquet"))).metadata[b"mindmap"]
    assert json.loads(meta) == {name: found[name] for name in ("about", "columns")}
    assert [column["name"] for column in found["columns"]] == [column.name for column in there.columns]
    assert all(set(column) == {"name", "holds", "unit", "meaning"} for column in found["columns"])
    assert found["about"]["roads"][0]["request"] == Request.of(None, "What is rain?").to_json()
    assert found["about"]["program"]["name"] == "mindmap-navigator" and found["about"]["program"]["version"]


@pytest.mark.parametrize("kind", ["xlsx", "", "CSV", "../csv", "<b>"])
def test_another_kind_is_refused_with_a_sentence(kind: str) -> None:
    with pytest.raises(UserError, match=r"csv, parquet, json.*\.$"):
        table_bytes(table(["a"]), kind)


def test_an_editor_on_windows_and_columns_of_one_s_own_change_nothing() -> None:
    there = table(["a", " é\n"], [0.5, None])
    data = table_bytes(there, "csv").decode()
    for changed in ("\ufeff" + data, data.replace("\r\n", "\n"), data.replace("false", "FALSE")):
        assert read_table(changed.encode()) == there
    assert read_table(data.encode("utf-16")) == there
    frame = pd.read_csv(io.StringIO(data))
    frame.insert(3, "mine", ["=1", "x"])
    assert read_table(frame[frame.columns[::-1]].to_csv(index=False).encode()) == there
    again = io.BytesIO()
    pd.read_parquet(io.BytesIO(table_bytes(there, "parquet"))).to_parquet(again)
    with pytest.raises(UserError, match="metadata 'mindmap'"):  # pandas leaves out what made the roads
        read_table(again.getvalue())


# -- hostile files


def refused(data: bytes, match: str = ".", kind: str | None = None) -> str:
    with pytest.raises(UserError, match=match) as raised:
        read_table(data, kind, name="road.csv")
    said = str(raised.value)
    assert said.startswith("road.csv ") and said.endswith((".", "?")) and "\n" not in said and len(said) < 400
    return said


GOOD = table(["a", "b"], [0.5, 0.25])


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_was_cut_or_garbled_is_a_sentence(kind: str) -> None:
    data = table_bytes(GOOD, kind)
    for share in (0.0, 0.1, 0.5, 0.9, 0.99):
        refused(data[: int(len(data) * share)], kind=kind)
    for at in range(0, len(data), len(data) // 40):
        try:
            read_table(data[:at] + b"\xff\x00\x13" + data[at + 3 :], kind, name="road.csv")
        except UserError as error:
            assert str(error).startswith("road.csv ")


@pytest.mark.parametrize("other", KINDS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_ending_changes_nothing_and_another_kind_that_is_insisted_on_is_a_sentence(
    kind: str, other: str
) -> None:
    data = table_bytes(GOOD, kind)
    assert read_table(data, name="road.png") == GOOD
    if other != kind:
        refused(data, kind=other)


@pytest.mark.parametrize("kind", KINDS)
def test_too_large_a_file_is_called_too_large(kind: str) -> None:
    refused(table_bytes(GOOD, kind) + b" " * table_file.MOST, "more than 50 MB")


def with_about(changed: object) -> bytes:
    return json.dumps({**json.loads(table_bytes(GOOD, "json")), "about": changed}).encode()


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        (None, "its beginning"),
        ([], "its beginning"),
        ({**GOOD.about, "format": "other"}, "format"),
        ({**GOOD.about, "version": 2}, "version"),
        ({**GOOD.about, "roads": []}, "roads"),
        ({**GOOD.about, "roads": [{**GOOD.about["roads"][0], "road": "../../etc"}]}, r"roads\.0\.road"),
        ({**GOOD.about, "roads": GOOD.about["roads"] * 2}, "roads"),
        ({**GOOD.about, "roads": [{**GOOD.about["roads"][0], "request": {"version": 1}}]}, r"roads\.0\.request"),
        ({**GOOD.about, "regions": ["x"] * 1000}, "regions"),
        ({**GOOD.about, "model": "m"}, "model"),
        ({**GOOD.about, "roads": [{**GOOD.about["roads"][0], "tokens": 3}]}, "Road A has 3 tokens"),
        ({**GOOD.about, "roads": [{**GOOD.about["roads"][0], "road": "B"}]}, "Road B"),
        ({**GOOD.about, "signs": [{"name": "a"}, {"name": "b"}]}, "'inside_sign_2' is missing"),
    ],
)
def test_what_is_said_of_the_roads_is_checked(changed: object, where: str) -> None:
    refused(with_about(changed), f"(?i){where}")


def of_json(**cells: Any) -> bytes:
    whole = json.loads(table_bytes(GOOD, "json"))
    whole["rows"][1] |= cells
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    "cells",
    [
        {"probability": "0.5"}, {"probability": float("nan")}, {"probability": float("inf")}, {"probability": True},
        {"probability": [[]]}, {"id": -1}, {"id": 1.5}, {"id": None}, {"id": 2**60}, {"token": 0}, {"road": "B"},
        {"road": "A\n"}, {"road": "=1"}, {"text": 3}, {"end": 1}, {"end": "yes"}, {"probability": 10**400},
    ],
)  # fmt: skip
def test_a_cell_that_does_not_hold_what_its_column_does_is_named(cells: dict[str, Any]) -> None:
    refused(of_json(**cells))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0.5", "nan", "'probability'.*line 2"),
        ("0.5", "-Infinity", "'probability'.*line 2"),
        ("0.5", "1_0", "'probability'.*line 2"),
        ("0.25", "<b>", "'probability'.*line 3"),
        ('"""b"""', "b", "'text'.*line 3"),
        ('"""b"""', "[1]", "'text'.*line 3"),
        ('"""b"""', "[" * 5000, "'text'.*line 3"),
        ('"""b"""', '"""b', "line 3"),
        ("probability", "likelihood", "'probability' is missing"),
        ("entropy", "x", "twice"),
        ("about\r\n", "made\r\n", "'about'"),
        ("A,plain,1,1", "A,plain,1", "line 3 has"),
        ("A,plain,1,1", "A,plain,one,1", "'token'.*line 3"),
        ("A,plain,1,1", "A,plain,1e308,1", "'token'.*row 2"),
    ],
)
def test_a_line_that_is_none_is_named(old: str, new: str, said: str) -> None:
    data = table_bytes(GOOD, "csv").decode()
    assert old in data
    refused(data.replace(old, new, 1 if old != "entropy" else -1).encode(), said)


def test_depth_and_length_are_sentences_in_every_place() -> None:
    deep, digits = "[" * 100_000, "9" * 5000
    refused(deep.encode(), "nested too deeply")
    refused(b'{"rows": [], "about": ' + deep.encode(), "nested too deeply")
    refused(b'{"rows": [], "about": {"version": ' + digits.encode() + b"}}", "too large")
    refused(f"road,about\r\nA,{deep}\r\n".encode(), "nested too deeply")
    refused(b"road,about\r\nA," + b"x" * 5_000_000, "line 2 is too long")
    refused(b"," * 4_000_000)
    refused(b'road,about\r\n"A\r\n' + b"x\r\n" * 2_000_000, "line")
    refused(b"road,about\r\n" + b"A,\r\n" * (MOST_ROWS + 2), f"more than {MOST_ROWS:,} rows")
    refused(json.dumps({"rows": [{}] * (MOST_ROWS + 1)}).encode(), f"more than {MOST_ROWS:,} rows")
    for codec in ("utf-16", "utf-32"):
        refused(deep.encode(codec))


def bomb(**writing: Any) -> bytes:
    out = io.BytesIO()
    arrays = writing.pop("table")
    parquet.write_table(arrays, out, **{"compression": "snappy", **writing})
    return out.getvalue()


def of_parquet(count: int = 2, **changed: pa.Array) -> pa.Table:
    """The good table, so many times its first row, with other columns."""
    found = parquet.read_table(io.BytesIO(table_bytes(GOOD, "parquet")))
    found = found if count == 2 else found.take([0] * count)
    for name, array in changed.items():
        found = found.set_column(found.schema.get_field_index(name), name, array)
    return found


def test_a_parquet_file_that_would_unpack_to_too_much_is_refused_by_what_it_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = MOST_ROWS + 1
    nothing = pa.table({"id": pa.nulls(rows, pa.int64())})
    refused(bomb(table=nothing), f"more than {MOST_ROWS:,} rows")
    wide = pa.table({f"c{i}": [1] for i in range(1001)})
    refused(bomb(table=wide), "1001 columns")
    refused(bomb(table=of_parquet(), compression="zstd"), "ZSTD")
    monkeypatch.setattr(table_file, "MOST_UNPACKED", 2_000_000)
    long = bomb(table=of_parquet(text=pa.array(["x" * 3_000_000, "y"])))
    assert len(long) < 300_000
    refused(long, "would unpack to more than 2 MB")


def test_one_long_word_that_is_used_often_is_not_unfolded_and_what_is_unpacked_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A dictionary of one word and ten thousand uses of it would be 10 GB of text."""
    count, word = 10_000, "x" * 1_000_000
    folded = pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array([word]))
    data = bomb(table=of_parquet(count, text=folded))
    assert len(data) < 300_000
    refused(data, "road A has 2 tokens")
    monkeypatch.setattr(table_file, "MOST_UNPACKED", 3_000_000)
    refused(data, "it unpacks to more than 3 MB")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"probability": pa.array(["a", "b"])}, "'probability'.*string"),
        ({"probability": pa.array([float("nan"), 1.0])}, "'probability'.*nan"),
        ({"probability": pa.array([float("inf"), 1.0])}, "'probability'.*inf"),
        ({"text": pa.array([1, 2])}, "'text'.*int64"),
        ({"text": pa.array([["a"], ["b"]])}, "'text'.*list"),
        ({"id": pa.array([1, None])}, "'id'.*None"),
        ({"id": pa.array([1, -2])}, "'id'.*-2"),
    ],
)
def test_a_parquet_column_that_is_none_is_named(changed: dict[str, Any], said: str) -> None:
    refused(bomb(table=of_parquet(**changed)), said)


def test_parquet_without_a_column_or_without_what_made_it_is_a_sentence() -> None:
    refused(bomb(table=of_parquet().drop_columns(["grip"])), "'grip' is missing")
    refused(bomb(table=of_parquet().replace_schema_metadata({})), "metadata 'mindmap'")
    refused(bomb(table=of_parquet().replace_schema_metadata({"mindmap": "[" * 100_000})), "nested too deeply")
    refused(bomb(table=of_parquet().replace_schema_metadata({"mindmap": "NaN"})), "metadata 'mindmap'")


def test_what_another_program_wrote_as_categories_or_long_text_is_read() -> None:
    there = of_parquet(text=pa.array(["a", "b"]).dictionary_encode())
    assert read_table(bomb(table=there)) == GOOD
    assert read_table(bomb(table=of_parquet(text=pa.array(["a", "b"], pa.large_string())))) == GOOD


def test_a_table_of_too_many_rows_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_file, "MOST_ROWS", 3)
    with pytest.raises(UserError, match="too long for one table"):
        table_bytes(table(["a"] * 4), "csv")
    with pytest.raises(UserError, match="no tokens yet"):
        table_bytes(table([]), "json")


def test_no_text_of_a_file_is_a_path_or_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for kind in KINDS:
        read_table(table_bytes(table(HOSTILE), kind))
    assert list(tmp_path.iterdir()) == []


def test_a_cell_fits_its_column_or_does_not() -> None:
    number = Column("p", "number", "", "")
    assert fits(number, 0.5) and fits(number, None) and not fits(Column("p", "number", "", "", needed=True), None)
    assert not any(fits(number, cell) for cell in (1, True, "0.5", math.nan, math.inf))
