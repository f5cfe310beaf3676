"""Words of a road that would make a good sign are whole words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from viz.page.chips import words_of


def road(text: str, *likely: str) -> Any:
    candidates = [{"text": word, "probability": 0.3} for word in ("", *likely)]
    return SimpleNamespace(roads=[SimpleNamespace(text=text, tokens=[{"candidates": candidates}])])


def test_a_chip_is_a_whole_word_of_its_script() -> None:
    assert words_of(road("नमस्ते दुनिया")) == ["नमस्ते", "दुनिया"]
    assert words_of(road("Don’t panic. It's cafe\u0301 weather2 x_y")) == ["Don’t", "panic", "cafe\u0301"]
    assert words_of(road("从前有一个国王他住在一座大城堡里，国王。")) == ["国王"]


def test_a_word_it_nearly_used_is_a_chip_too() -> None:
    assert words_of(road("rain", " clouds", " \u0928\u092e\u0938\u094d\u0924\u0947")) == ["rain", "clouds", "नमस्ते"]
