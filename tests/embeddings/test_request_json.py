"""Requests that come from outside: what was written is read, and everything else is a sentence."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.chat import ROLES, Message
from embeddings.errors import UserError
from embeddings.request import (
    DIRECTIONS,
    KINDS,
    MAX_INTERVENTIONS,
    MAX_STRENGTH,
    Branch,
    Intervention,
    Request,
    Settings,
    Stretch,
)
from embeddings.request_json import read_request

IDS = st.integers(0, 2**31 - 1)
TEXTS = st.text(max_size=30)
MESSAGES = st.builds(Message, st.sampled_from(ROLES), TEXTS)


@st.composite
def stretches(draw: st.DrawFn) -> Stretch:
    ids = draw(st.lists(IDS, min_size=1, max_size=12))
    start = draw(st.integers(0, len(ids) - 1))
    stop = draw(st.integers(start + 1, len(ids)))
    return Stretch(tuple(draw(st.lists(MESSAGES, max_size=3))), tuple(ids), start, stop)


@st.composite
def interventions(draw: st.DrawFn) -> Intervention:
    kind = draw(st.sampled_from(KINDS))
    weight = draw(st.none() | st.just(-math.inf) | st.floats(-MAX_STRENGTH, MAX_STRENGTH))
    stretch = draw(stretches()) if kind == "stretch" else None
    direction, on, reach = draw(st.sampled_from(DIRECTIONS)), draw(st.booleans()), draw(st.integers(1, 8))
    return Intervention(draw(TEXTS), kind, direction, on, weight, stretch, reach)


@st.composite
def branches(draw: st.DrawFn) -> Branch:
    ids = tuple(draw(st.lists(IDS, min_size=1, max_size=12)))
    at = draw(st.integers(0, len(ids) - 1))
    return Branch(ids, at, token=draw(IDS)) if draw(st.booleans()) else Branch(ids, at, text=draw(TEXTS))


REQUESTS = st.builds(
    Request,
    messages=st.lists(MESSAGES, min_size=1, max_size=4).map(tuple),
    settings=st.builds(
        Settings,
        st.integers(1, 10**6),
        st.floats(0, 1e6),
        st.floats(0, 1, exclude_min=True),
        st.integers(0, 2**64),
    ),
    interventions=st.lists(interventions(), max_size=4).map(tuple),
    strength=st.floats(0, MAX_STRENGTH),
    beside=st.lists(st.none() | TEXTS, max_size=1).map(tuple),
    branch=st.none() | branches(),
)


@given(REQUESTS)
def test_what_was_written_is_read(asked: Request) -> None:
    told = asked.to_json()
    again = read_request(json.loads(json.dumps(told, allow_nan=False)))
    assert again == asked and hash(again) == hash(asked) and again.to_json() == told


GOOD = Request.of(
    "s",
    "?",
    interventions=(Intervention("x", "stretch", stretch=Stretch((Message("user", "?"),), (1, 2), 0, 1)),),
    branch=Branch((1, 2), 1, token=3),
).to_json()

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def read_or_sentence(value: object) -> Request | None:
    try:
        return read_request(value)
    except UserError as error:
        said = str(error)
        assert said.endswith(".") and "\n" not in said and 10 < len(said) < 300
        return None


@given(JSON)
def test_any_other_json_is_a_sentence(value: object) -> None:
    assert read_or_sentence(value) is None


def places(value: Any, where: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [where, *(found for key, part in inner for found in places(part, (*where, key)))]


def replaced(value: Any, where: tuple[Any, ...], part: object) -> Any:
    if not where:
        return part
    made = copy.deepcopy(value)
    inner = made
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = part
    return made


@settings(max_examples=200)
@given(st.sampled_from(places(GOOD)), JSON)
def test_one_wrong_part_is_a_sentence_or_still_a_request(where: tuple[Any, ...], part: object) -> None:
    found = read_or_sentence(replaced(GOOD, where, part))
    if found is not None:  # it was a fitting part: then what is read can be written and read again
        assert read_request(json.loads(json.dumps(found.to_json(), allow_nan=False))) == found


NUMBERS = [
    ("strength",),
    ("settings", "temperature"),
    ("settings", "top_p"),
    ("settings", "seed"),
    ("settings", "max_new_tokens"),
    ("interventions", 0, "weight"),
    ("interventions", 0, "reach"),
    ("interventions", 0, "stretch", "start"),
    ("interventions", 0, "stretch", "token_ids", 0),
    ("branch", "at"),
    ("branch", "token"),
    ("branch", "parent", 0),
    ("version",),
]


@pytest.mark.parametrize("where", NUMBERS, ids=lambda where: ".".join(map(str, where)))
@pytest.mark.parametrize("part", [True, False, "1", math.nan, math.inf, -math.inf, [1], {}, -(10**400), -1])
def test_a_number_is_a_number_in_its_range(where: tuple[Any, ...], part: object) -> None:
    if part == -1 and where[-1] in ("weight", "reach"):  # a weight; a reach is checked where the region is made
        return
    if part == -(10**400) and where[-1] == "reach":
        return
    with pytest.raises(UserError):
        read_request(replaced(GOOD, where, part))


@pytest.mark.parametrize("where", [w for w in NUMBERS if w[-1] not in ("seed", "max_new_tokens", "reach")])
def test_a_number_that_no_machine_holds_is_a_sentence(where: tuple[Any, ...]) -> None:
    assert read_or_sentence(replaced(GOOD, where, 10**400)) is None


@pytest.mark.parametrize("where", [w for w in places(GOOD) if w == () or isinstance(w[-1], str | int)])
def test_what_nobody_knows_is_refused_everywhere(where: tuple[Any, ...]) -> None:
    inner = GOOD
    for key in where:
        inner = inner[key]
    if isinstance(inner, dict):
        assert read_or_sentence(replaced(GOOD, where, {**inner, "surprise": 1})) is None


@pytest.mark.parametrize("version", [0, 2, None, "1", 1.0, True])
def test_another_version_is_a_sentence_that_says_so(version: object) -> None:
    with pytest.raises(UserError, match="version 1: look at version"):
        read_request({**GOOD, "version": version})


@pytest.mark.parametrize("missing", ["version", "messages"])
def test_what_must_be_there_must(missing: str) -> None:
    with pytest.raises(UserError, match=missing):
        read_request({name: value for name, value in GOOD.items() if name != missing})


def test_the_rest_may_be_left_out() -> None:
    least = {"version": 1, "messages": [{"role": "user", "content": "?"}]}
    assert read_request(least) == Request.of(None, "?")
    assert read_request({**least, "interventions": [{"value": "x"}]}).interventions == (Intervention("x"),)


def nested(depth: int, key: str | None) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value] if key is None else {key: value}
    return value


@pytest.mark.parametrize("key", [None, "stretch", "messages", "interventions"])
@pytest.mark.parametrize("where", [(), ("messages",), ("interventions",), ("branch",), ("beside", 0), ("surprise",)])
def test_what_is_nested_deeply_is_a_sentence(where: tuple[Any, ...], key: str | None) -> None:
    base = {**GOOD, "beside": ["x"]}
    assert read_or_sentence(replaced(base, where, nested(100_000, key))) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"messages": []},
        {"messages": [{"role": "pirate", "content": "?"}]},
        {"messages": [{"role": "user", "content": "\ud800"}]},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": "x" * 1_000_001}]},
        {"messages": [{"role": "user", "content": "?"}] * 1001},
        {"beside": ["a", "b"]},
        {"interventions": [{"value": "x"}] * (MAX_INTERVENTIONS + 1)},
        {"interventions": [{"value": "x", "kind": "region"}]},
        {"interventions": [{"value": "x", "kind": "stretch"}]},
        {"interventions": [{**GOOD["interventions"][0], "kind": "word"}]},
        {"interventions": [{"value": "x", "weight": "Ban"}]},
        {"interventions": [{"value": "x", "weight": 101}]},
        {"interventions": [{"value": "x", "on": 1}]},
        {"branch": {"parent": [1], "at": 1, "token": 1}},
        {"branch": {"parent": [1], "at": 0}},
        {"branch": {"parent": [1], "at": 0, "token": 2**31}},
        {"branch": {"parent": [1] * 100_001, "at": 0, "token": 1}},
    ],
)
def test_what_is_no_request_is_a_sentence(wrong: dict[str, Any]) -> None:
    assert read_or_sentence({**GOOD, **wrong}) is None


@pytest.mark.parametrize("value", [None, 1, "x", b"{}", [], {}, {1: 2}, math.nan, object(), [GOOD], json.dumps(GOOD)])
def test_what_is_no_object_is_a_sentence(value: object) -> None:
    assert read_or_sentence(value) is None


@pytest.mark.parametrize("question", ["", " ", "\0"])
def test_a_request_that_is_still_being_typed_is_read_and_refused_when_it_is_asked(question: str) -> None:
    made = read_request(Request.of(None, question).to_json())
    with pytest.raises(UserError):
        made.checked()
