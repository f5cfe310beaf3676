"""A request is one value: frozen, hashable, checked, and the same after a way over the wire."""

from __future__ import annotations

import json
import math
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import numpy as np
import pytest

from embeddings.chat import DEFAULT_SYSTEM, Message
from embeddings.errors import UserError
from embeddings.request import MAX_NAME, Branch, Intervention, Request, Settings, Stretch
from embeddings.request_json import read_request

ASKED = Request.of(
    "You are a pirate.",
    "What is rain?",
    settings=Settings(12, 0.5, 0.9, 3),
    interventions=(
        Intervention("water"),
        Intervention("freedom", "landmark", "toward", on=False, weight=-1.5, reach=2),
        Intervention("is wet", "stretch", stretch=Stretch((Message("user", "?"),), (1, 2, 3), 1, 3)),
    ),
    beside=(None,),
    branch=Branch((4, 5, 6), 1, text=" snow"),
)
SENTENCE = r"^[A-Za].{10,}\.$"


# -- a value


@pytest.mark.parametrize(
    "value", [ASKED, ASKED.settings, ASKED.interventions[0], ASKED.interventions[2].stretch, ASKED.branch]
)
def test_nothing_of_it_can_be_written_to(value: Any) -> None:
    for field in fields(value):
        with pytest.raises(FrozenInstanceError):
            setattr(value, field.name, getattr(value, field.name))


def test_equal_requests_are_one_key_and_what_differs_in_anything_is_another() -> None:
    again = read_request(ASKED.to_json())
    assert again == ASKED and hash(again) == hash(ASKED)
    for other in (
        ASKED.asking("Why?"),
        replace(ASKED, strength=1.0),
        replace(ASKED, settings=replace(ASKED.settings, seed=4)),
        replace(ASKED, interventions=ASKED.interventions[:1]),
        replace(ASKED, beside=()),
        replace(ASKED, branch=None),
    ):
        assert other != ASKED
    assert len({ASKED, again, replace(ASKED, branch=None)}) == 2


def test_states_are_carried_and_not_compared() -> None:
    read, unread = (Stretch((Message("user", "?"),), (1, 2), 0, 1, states) for states in (np.zeros((2, 4)), None))
    assert read == unread and hash(read) == hash(unread) and "states" not in repr(read)
    assert Intervention("x", "stretch", stretch=read).probe == Intervention("x", "stretch", stretch=unread).probe


# -- each range


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_new_tokens": 0},
        {"max_new_tokens": -1},
        {"max_new_tokens": 2.0},
        {"max_new_tokens": True},
        {"max_new_tokens": "12"},
        {"max_new_tokens": None},
        {"temperature": -0.01},
        {"temperature": math.nan},
        {"temperature": math.inf},
        {"temperature": "hot"},
        {"temperature": True},
        {"temperature": 10**400},
        {"top_p": 0.0},
        {"top_p": -1},
        {"top_p": 1.0001},
        {"top_p": math.nan},
        {"top_p": False},
        {"seed": -1},
        {"seed": 0.0},
        {"seed": True},
    ],
)
def test_settings_out_of_range_are_a_sentence_that_names_them(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(UserError, match=rf"^{name} must .*\.$"):
        Settings(**wrong)


def test_settings_at_their_ends_are_settings() -> None:
    made = Settings(np.int64(1), 0, 1, np.int32(0))  # type: ignore[arg-type]
    assert made == Settings(1, 0.0, 1.0, 0)
    assert [type(value) for value in vars(made).values()] == [int, float, float, int]
    Settings(10**9, 1e6, 1e-9, 2**64)


@pytest.mark.parametrize("strength", [-0.1, 100.1, math.nan, math.inf, -math.inf, True, "3", None, 10**400])
def test_a_strength_out_of_range_is_a_sentence(strength: Any) -> None:
    with pytest.raises(UserError, match=SENTENCE):
        replace(ASKED, strength=strength)


@pytest.mark.parametrize("strength", [0, 100, np.float32(1.5)])
def test_a_strength_at_its_ends_is_a_strength(strength: Any) -> None:
    assert type(replace(ASKED, strength=strength).strength) is float


@pytest.mark.parametrize("weight", [math.nan, math.inf, 100.1, -100.1, True, "ban", 10**400])
def test_a_weight_that_is_none_is_a_sentence(weight: Any) -> None:
    with pytest.raises(UserError, match=SENTENCE):
        Intervention("x", weight=weight)


@pytest.mark.parametrize(("start", "stop"), [(-1, 2), (0, 0), (2, 1), (0, 4), (3, 3), (3, 4)])
def test_a_stretch_that_is_not_on_its_road_is_a_sentence(start: int, stop: int) -> None:
    with pytest.raises(UserError, match=SENTENCE):
        Stretch((Message("user", "?"),), (1, 2, 3), start, stop)


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": -1, "token": 1},
        {"at": 3, "token": 1},
        {"at": 1.0, "token": 1},
        {"at": True, "token": 1},
        {"at": "1", "token": 1},
        {"at": 1},
        {"at": 1, "token": 1, "text": "x"},
        {"at": 0, "token": 1, "parent": ()},
    ],
)
def test_a_branch_that_is_none_is_a_sentence(wrong: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=SENTENCE):
        Branch(**{"parent": (1, 2, 3), **wrong})


def test_a_branch_shares_what_comes_before_it() -> None:
    assert [Branch((1, 2, 3), at, token=9).shared for at in range(3)] == [(), (1,), (1, 2)]


# -- whether it can be answered


@pytest.mark.parametrize("question", ["", " ", "\n\t", "a\0b", "a\ud800"])
def test_what_cannot_be_answered_yet_can_be_kept_but_not_asked(question: str) -> None:
    made = Request.of("You are a pirate.", question)
    assert made.question == question and made.under(None).asking("Why?").checked()
    with pytest.raises(UserError, match=r"message"):
        made.checked()


def test_all_its_prompts_are_checked() -> None:
    assert ASKED.checked() is ASKED
    for wrong in (replace(ASKED, beside=("\0",)), ASKED.under("\ud800"), Request(())):
        with pytest.raises(UserError, match=r"\.$"):
            wrong.checked()


def test_no_prompt_is_the_template_s_own_and_an_empty_one_is_empty() -> None:
    none, empty, own = (Request.of(system, "?") for system in (None, "", DEFAULT_SYSTEM))
    assert (none.system, empty.system, own.system) == (None, "", DEFAULT_SYSTEM)
    assert none.chat == own.chat != empty.chat and none != own  # read alike, but kept as they were given
    assert empty.chat == (Message("system", ""), Message("user", "?"))
    assert Request(()).system is None and Request(()).question == ""


def test_under_another_prompt_it_stands_alone_and_asks_the_same() -> None:
    assert ASKED.under(None) == replace(ASKED, messages=(Message("user", "What is rain?"),), beside=())
    assert ASKED.under("").system == "" and ASKED.under("").question == "What is rain?"
    assert ASKED.under(ASKED.system) == replace(ASKED, beside=())
    assert Request.of(None, "?").under("x") == Request.of("x", "?")
    turns = (Message("user", "a"), Message("assistant", "b"), Message("user", "c"))
    assert Request(turns).under("x").messages == (Message("system", "x"), *turns)
    assert Request((Message("system", "y"), *turns)).under(None).messages == turns


def test_asking_changes_the_last_message_alone() -> None:
    turns = (Message("system", "s"), Message("user", "a"), Message("assistant", "b"), Message("user", "c"))
    assert Request(turns).asking("d").messages == (*turns[:-1], Message("user", "d"))
    assert ASKED.asking("Why?").under(None) == ASKED.under(None).asking("Why?")
    assert ASKED.asking(ASKED.question) == ASKED


# -- interventions


def test_only_what_is_on_is_up() -> None:
    assert [intervention.value for intervention in ASKED.up] == ["water", "is wet"]


@pytest.mark.parametrize(
    ("made", "nats"),
    [
        (Intervention("x"), -math.inf),
        (Intervention("x", direction="toward"), 2.0),
        (Intervention("x", "landmark"), -2.0),
        (Intervention("x", "text", "toward"), 2.0),
        (Intervention("x", weight=-1.0), -1.0),
        (Intervention("x", "landmark", weight=0), 0.0),
        (Intervention("x", weight=-math.inf), -math.inf),
    ],
)
def test_what_weighs_nothing_of_its_own_weighs_as_much_as_the_strength(made: Intervention, nats: float) -> None:
    assert made.nats(2.0) == nats
    assert not math.copysign(1.0, Intervention("x", "landmark").nats(0.0)) < 0  # no minus before a nought


def test_a_name_is_one_short_line_but_for_the_atlas_s_own() -> None:
    long = "word " * 40
    assert Intervention(" a\n b ", "text").name == "a b"
    assert len(Intervention(long, "text").name) == MAX_NAME and Intervention(long, "text").name.endswith("…")
    assert Intervention("one, two: a theme", "landmark").title == "a theme"
    assert Intervention("one, two: a theme").title == "one, two: a theme"


# -- JSON


def test_it_is_plain_json_and_a_ban_is_a_word() -> None:
    told = replace(ASKED, interventions=(Intervention("x", weight=-math.inf),)).to_json()
    assert told["interventions"][0]["weight"] == "ban" and told["version"] == 1
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert "states" not in json.dumps(ASKED.to_json())


def test_what_was_told_is_not_part_of_the_request() -> None:
    told = ASKED.to_json()
    told["settings"]["seed"] = told["branch"]["at"] = told["messages"][0]["content"] = 99
    told["branch"]["parent"].clear()
    assert ASKED.to_json() != told and ASKED.settings.seed == 3 and ASKED.branch == Branch((4, 5, 6), 1, text=" snow")
