"""Words of a road that would make a good sign."""

from __future__ import annotations

from typing import Any

from embeddings.request import Request
from viz.drive.job import Job
from viz.page import chips


def road(*said: str, **likely: float) -> Job:
    """A road of these tokens; at each crossing the words of ``likely`` were nearly taken."""
    job = Job(Request.of("", "What is rain?"))
    nearly = [{"text": f" {word}", "probability": share} for word, share in likely.items()]
    first = {"text": said[0], "probability": 0.5}
    token: dict[str, Any] = {"id": 1, "probability": 0.5, "candidates": [first, *nearly]}
    job.runs[0].tokens.extend({**token, "text": word} for word in said)
    return job


def test_what_is_repeated_comes_first_then_what_was_used_then_what_was_nearly() -> None:
    job = road("Clouds", " hold", " water", ",", " and", " Water", " falls", ".", steam=0.2)
    assert chips.words_of(job) == ["water", "Clouds", "hold", "falls", "steam"]


def test_only_words_of_letters_and_only_likely_ones() -> None:
    job = road("ab", " x1y", " 2024", " snow", ice=0.9, sleet=0.16)
    assert chips.words_of(job) == ["snow", "sleet"]  # what was nearly used has four letters
    assert chips.words_of(road(" snow", hail=0.15)) == ["snow"]


def test_six_at_most_and_none_of_a_road_without_words() -> None:
    job = road(*(f" {word}" for word in ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf")))
    assert len(chips.words_of(job)) == chips.CHIPS == 6
    assert chips.words_of(Job(Request.of("", "Why?"))) == []


def test_a_chip_is_a_whole_word_of_its_script() -> None:
    assert chips.words_of(road("नमस्ते दुनिया")) == ["नमस्ते", "दुनिया"]
    assert chips.words_of(road("Don’t panic. It's cafe\u0301 weather2 x_y")) == ["Don’t", "panic", "cafe\u0301"]
    assert chips.words_of(road("从前有一个国王他住在一座大城堡里，国王。")) == ["国王"]


def test_a_word_of_another_script_that_it_nearly_used_is_a_chip_too() -> None:
    assert chips.words_of(road("rain", clouds=0.3, नमस्ते=0.3)) == ["rain", "clouds", "नमस्ते"]
