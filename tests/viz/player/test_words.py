"""Texts of the interface, and how shares and tokens are said."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_the_text_of_an_unknown_key_is_the_key(call: Any) -> None:
    assert call("words", "texts", {"a": {"b": "x {n}"}}, then=["a.b", {"n": 3}]) == "x 3"
    assert call("words", "texts", {}, then=["a.b"]) == "a.b"


@pytest.mark.parametrize(
    ("text", "end", "shown"),
    [(" sea", False, "sea"), ("\n", False, "↵"), ("  ", False, "␣"), ("", False, "…"), ("", True, "■")],
)
def test_a_token_is_shown_on_one_line(call: Any, text: str, end: bool, shown: str) -> None:
    assert call("words", "visible", text, end) == shown
