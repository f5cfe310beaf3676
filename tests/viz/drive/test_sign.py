"""Signs as data: what somebody means by what they type, what a sign weighs, which contradict."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.atlas.atlas import Atlas
from viz.drive.caption import caption, sentence, signed
from viz.drive.job import Fork, Order
from viz.drive.sign import MAX_NAME, Sign, contradictory, listed, of_text, sentences


@pytest.mark.parametrize("typed", ["freedom", " to be free ", "one two three four", "?", "…", "C++"])
def test_up_to_four_words_without_a_full_stop_are_a_word(typed: str) -> None:
    sign = of_text(typed, "avoid")
    assert (sign.kind, sign.value, sign.region) == ("word", " ".join(typed.split()), False)


@pytest.mark.parametrize("typed", ["Stop.", "Really?", "I want to be free", "one two three four five", "No!", "Well…"])
def test_a_sentence_or_more_than_four_words_are_an_example(typed: str) -> None:
    assert of_text(typed, "toward").kind == "text"


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("snow, heavy rain,hail", ["snow", "heavy rain", "hail"]),
        ("rain, Rain, , RAIN", ["rain"]),
        ("by the way, no", ["by the way, no"]),
        ("No, thanks.", ["No, thanks."]),
        (",", [","]),
        ("rain,", ["rain"]),
        ("1,000", ["1,000"]),
        ("1,000, 2,5", ["1,000", "2,5"]),
    ],
)
def test_words_with_commas_between_them_are_a_sign_each(typed: str, values: list[str]) -> None:
    assert [sign.value for sign in listed(typed, "toward")] == values


def test_sentences_are_a_line_each() -> None:
    assert of_text("I am free. Are you?  Yes! And", "avoid").value.split("\n") == [
        "I am free.",
        "Are you?",
        "Yes!",
        "And",
    ]
    assert sentences("") == []


@given(st.text(), st.sampled_from(["word", "text", "stretch"]))
def test_a_post_has_one_short_line(value: str, kind: str) -> None:
    sign = Sign(value, kind)  # type: ignore[arg-type]
    assert len(sign.name) <= MAX_NAME and "\n" not in sign.name
    assert sign.title == sign.name


def test_a_landmark_is_called_by_its_whole_theme(atlas: Atlas) -> None:
    for landmark in atlas.landmarks:
        sign = Sign(landmark.name, "landmark")
        assert sign.name == landmark.name
        assert sign.title == landmark.theme


def test_a_forbidden_word_is_banned_and_everything_else_weighs_its_strength() -> None:
    assert Sign("x").nats(2.0) == -math.inf
    assert Sign("x", direction="toward").nats(2.0) == 2.0
    assert Sign("x", "landmark").nats(2.0) == -2.0 and Sign("x", "text", "toward").nats(0.5) == 0.5
    assert Sign("x", "landmark", weight=-1.5).nats(6.0) == -1.5


def test_contradictory_are_two_on_the_same_thing_while_both_are_on() -> None:
    away, there, off = Sign("Free"), Sign("free", direction="toward"), Sign("free", direction="toward", on=False)
    assert contradictory([away, there]) == [away]
    assert contradictory([away, off]) == contradictory([away, Sign("free", "landmark", "toward")]) == []


@pytest.mark.parametrize(
    ("words", "said"), [("“You are a pirate.”", "“You are a pirate.”"), ("“rain”", "“rain”."), ("“Why?”", "“Why?”")]
)
def test_a_quotation_that_ends_by_itself_gets_no_second_full_stop(words: str, said: str) -> None:
    assert sentence(words) == said


def test_a_caption_names_prompts_signs_and_fork() -> None:
    order = Order(
        "What is rain?",
        ("You are a pirate.",),
        (Sign("water"), Sign("freedom", "landmark"), Sign("sea", direction="toward")),
        fork=Fork(4, typed="But no."),
    )
    said = caption(order, model="m", model_hash="0" * 64, layer=3, atlas_hash="1" * 64)
    assert ".”." not in said and "?”." not in said
    for part in ("“water” forbidden", "“freedom”, −3 nats", "“sea” wanted, +3 nats", "token 5", "“But no.” Temp"):
        assert part in said
    assert signed(0.0) == "0"
