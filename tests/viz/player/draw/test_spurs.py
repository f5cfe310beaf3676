"""Turns not taken: their names beside the head."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser
PALETTE = {"roads": ["red", "blue"], "spur": "violet", "bg": "white", "fg": "black", "muted": "grey"}


def words(call: Any, hard: list[list[float]], width: int = 400) -> list[str]:
    """The names that are drawn where `hard` must stay free, without the shares beside them."""
    candidates = [
        {"id": 1, "text": " sea", "probability": 0.5, "end": False},
        {"id": 2, "text": "<|im_end|>", "probability": 0.4, "end": True},
    ]
    turn = {
        "head": [99, 99, 1],
        "tips": [[150, 99, 1], [160, 140, 1]],
        "token": {"candidates": candidates},
        "taken": 1,
        "road": 0,
        "index": 0,
        "labelled": True,
        "avoid": {"hard": hard, "soft": []},
    }
    frame = {"palette": PALETTE, "scale": 1, "width": width, "height": 300}
    frame |= {"project": {"$": "itself"}, "measure": {"$": "seven"}}
    said = [item.get("text") for item in call("draw/spurs", "drawSpurs", frame, turn)["ink"]]
    return [text for text in said if text and "%" not in text]


def test_the_end_of_an_answer_is_no_special_token_on_the_map(call: Any) -> None:
    assert words(call, hard=[]) == ["sea", "■"]


def test_labels_of_spurs_cover_nothing_on_a_narrow_stage(call: Any) -> None:
    everywhere = [[-500, -500, 2000, 2000]]
    assert words(call, hard=everywhere, width=400) == []
    assert words(call, hard=everywhere, width=900) == ["sea", "■"]
