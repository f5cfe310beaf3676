"""Lines of a TOML file, against files that are written here and know where each key went."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from viz.lesson.lines import lines_of

KEYS = ["token", "text", "title", "a b", "x.y", "ü"]
NASTY = st.lists(
    st.sampled_from(["[[beat]]", "[sheet]", "token = 3", "#", "'", '"', "\\", "]", "{", "a", "ü", "=", " "]), max_size=6
).map("".join)


def quoted(said: str) -> str:
    return '"' + said.replace("\\", "\\\\").replace('"', '\\"') + '"'


def longer(lines: list[str]) -> str:
    """Several lines in three quotation marks, some of them escaped."""
    body = "\n".join(lines).replace("\\", "\\\\").replace('"""', '\\"\\"\\"').removesuffix('"')
    return f'"""{body}"""'


VALUE = st.one_of(
    st.integers(0, 99).map(str),
    NASTY.map(quoted),
    st.lists(NASTY, max_size=4).map(longer),
    st.lists(NASTY.map(lambda said: said.replace("'", "")), max_size=4).map(
        lambda lines: f"'''{chr(10).join(lines)}'''"
    ),
    st.lists(NASTY.map(quoted), max_size=3).map(lambda texts: "[\n" + ",  # ]\n".join(texts) + "\n]"),
    NASTY.map(lambda said: f"{{ token = {quoted(said)} }}"),
)
PAIRS = st.lists(st.tuples(st.sampled_from(KEYS), VALUE), max_size=4, unique_by=lambda pair: pair[0])
BETWEEN = st.sampled_from(["", "\n", "# [[beat]]\n", "  # token = 1\n"])


def key(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else quoted(name)


@settings(max_examples=60, deadline=None)
@given(top=PAIRS, beats=st.lists(PAIRS, max_size=4), sheet=PAIRS, between=BETWEEN)
def test_each_key_is_found_on_the_line_on_which_it_was_written(
    top: list[Any], beats: list[Any], sheet: list[Any], between: str
) -> None:
    written, wanted = "", dict[tuple[str, int, str], int]()

    def put(table: str, which: int, pairs: list[Any]) -> None:
        nonlocal written
        for name, value in pairs:
            written += between
            wanted[table, which, name] = written.count("\n") + 1
            written += f"{key(name)} = {value}\n"

    put("", 0, top)
    for which, pairs in enumerate(beats):
        wanted["beat", which, ""] = written.count("\n") + 1
        written += "[[beat]]\n"
        put("beat", which, pairs)
    wanted["sheet", 0, ""] = written.count("\n") + 1
    written += "[ sheet ]  # [[beat]]\n"
    put("sheet", 0, sheet)
    tomllib.loads(written)
    assert lines_of(written).found == wanted


def test_what_is_not_written_has_the_line_of_its_table() -> None:
    lines = lines_of('title = "x"\n\n[[beat]]\ntoken = 1\n[[beat]]\n[beat.more]\ntoken = 2\n')
    assert [lines.of("beat", 0, "text"), lines.of("beat", 1, "token"), lines.of("beat", 7), lines.of("sheet")] == [
        3,
        5,
        1,
        1,
    ]
    assert lines.of("beat", 1, "more") == 6
    assert lines_of("beat = [\n{ token = 1 }]\n").of("beat", 0, "token") == 1
