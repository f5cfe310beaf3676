"""Signs as data: what somebody means by what they type, what a sign weighs, which contradict."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.atlas.atlas import Atlas
from embeddings.request import MAX_NAME, Intervention
from viz.drive.sign import STRONGEST, contradictory, forbids, listed, of_text, sentences, strength_of, weighing


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
    sign = Intervention(value, kind)  # type: ignore[arg-type]
    assert len(sign.name) <= MAX_NAME and "\n" not in sign.name
    assert sign.title == sign.name


def test_a_landmark_is_called_by_its_whole_theme(atlas: Atlas) -> None:
    for landmark in atlas.landmarks:
        sign = Intervention(landmark.name, "landmark")
        assert sign.name == landmark.name
        assert sign.title == landmark.theme


def test_a_forbidden_word_is_banned_and_everything_else_weighs_its_strength() -> None:
    assert Intervention("x").nats(2.0) == -math.inf
    assert Intervention("x", direction="toward").nats(2.0) == 2.0
    assert Intervention("x", "landmark").nats(2.0) == -2.0 and Intervention("x", "text", "toward").nats(0.5) == 0.5
    assert Intervention("x", "landmark", weight=-1.5).nats(6.0) == -1.5


def test_contradictory_are_two_on_the_same_thing_while_both_are_on() -> None:
    away, there, off = (
        Intervention("Free"),
        Intervention("free", direction="toward"),
        Intervention("free", direction="toward", on=False),
    )
    assert contradictory([away, there]) == [away]
    assert contradictory([away, off]) == contradictory([away, Intervention("free", "landmark", "toward")]) == []


def test_a_strength_is_one_scale_and_a_word_is_forbidden_at_its_end() -> None:
    word, wanted = Intervention("rain"), Intervention("rain", direction="toward")
    region = Intervention("freedom", "landmark")
    assert [strength_of(sign, 1.5) for sign in (word, wanted, region)] == [STRONGEST, 1.5, 1.5]
    for value in (0.0, 0.5, 4.0):
        assert [weighing(sign, value).nats(1.5) for sign in (word, wanted, region)] == [-value, value, -value]
        assert [strength_of(weighing(sign, value), 1.5) for sign in (word, wanted, region)] == [value] * 3
    assert [weighing(sign, STRONGEST).nats(1.5) for sign in (word, wanted, region)] == [-math.inf, 6.0, -6.0]
    assert math.copysign(1, weighing(word, 0.0).nats(1.5)) == 1  # no "-0"
    assert forbids(word, 0.0) and forbids(weighing(word, STRONGEST), 0.0) and not forbids(weighing(word, 5.5), 0.0)
