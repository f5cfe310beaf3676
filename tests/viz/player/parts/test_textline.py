"""The answer, one word a token, lit in step with the head."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_parts_of_one_emoji_belong_together(call: Any) -> None:
    family = ["a", "\U0001f469", "\u200d\U0001f469", "\u200d\U0001f467", " b"]
    together = [[0, 0], [1, 3], [1, 3], [1, 3], [4, 4]]
    assert call("parts/textline", "graphemeGroups", family) == together
    assert call("parts/textline", "graphemeGroups", ["a", "", "", "\U0001f642", "b"]) == together
