"""Answers as lines under the map."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser
RULER = {"$": "length"}  # one a character


def lines(call: Any, pieces: list[str], wide: int) -> tuple[dict[str, Any], list[str]]:
    made = call("film/lines", "layout", pieces, RULER, wide)
    text = made["text"].encode("utf-16-le")  # offsets are a browser's: two bytes each
    return made, [text[2 * start : 2 * end].decode("utf-16-le") for start, end in made["lines"]]


def test_an_answer_breaks_between_words_and_loses_nothing(call: Any) -> None:
    pieces = ["The", " sea", ".", " She", "'s", " my", "\n\n", "home", ", my", " liveli", "hood"]
    made, shown = lines(call, pieces, 12)
    assert shown == ["The sea. ", "She's my ", "home, my ", "livelihood"]  # no word and no comma is torn off
    assert "".join(shown) == made["text"]
    assert made["spans"][1] == [3, 7] and made["spans"][6] == [17, 18]


def test_a_word_that_is_too_long_is_broken_and_never_inside_a_sign(call: Any) -> None:
    family = "\U0001f469\u200d\U0001f467"
    made, shown = lines(call, ["x" * 25, " ", family * 6], 10)
    assert "".join(shown) == made["text"] and all(len(one.strip()) <= 10 for one in shown)
    assert all(not one.startswith("\u200d") for one in shown)


def test_where_no_spaces_are_written_it_breaks_between_words(call: Any) -> None:
    made, shown = lines(call, ["\u6c34\u662f\u751f\u547d", "\u4e4b\u6e90\u3002\u6211\u4eec", "\u559d\u6c34"], 4)
    assert len(shown) >= 3 and "".join(shown) == made["text"]
    assert not any(one.startswith("\u3002") for one in shown)


def test_parts_of_one_sign_are_written_together(call: Any) -> None:
    made, _ = lines(call, ["a", "\U0001f469", "\u200d\U0001f467", " b", ""], 20)
    assert made["spans"][1] == made["spans"][2] == [1, 6]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("\u0645\u0631\u062d\u0628\u0627 x", True),
        ("x \u0645", False),
        ("12 \u05e9", True),
        ("\u6c34", False),
        ("", False),
    ],
)
def test_a_text_runs_as_its_first_letter_does(call: Any, text: str, left: bool) -> None:
    assert call("film/lines", "runsLeft", text) is left


def test_the_line_of_a_token_is_the_one_in_which_its_last_sign_lies(call: Any) -> None:
    made, _ = lines(call, ["aaa", " bbb", " ccc", " ddd"], 7)
    assert [call("film/lines", "lineAt", made, token) for token in (-1, 0, 1, 2, 3, 9)] == [0, 0, 0, 1, 1, 1]
