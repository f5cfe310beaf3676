"""What a road that is over invites to."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def token(text: str, *others: tuple[str, float], p: float = 0.6) -> dict[str, Any]:
    turns = [{"id": i, "text": words, "probability": share} for i, (words, share) in enumerate([(text, p), *others])]
    return {"id": 0, "text": text, "probability": p, "candidates": turns}


def test_a_word_of_the_question_that_the_answer_says_most_often(call: Any) -> None:
    said = [token(text) for text in ("The", " bear", " is", " chas", "ing", " you", ".", " A", " Bear", "!")]
    road = {"user": "A bear is chasing me: what should I do?", "tokens": said}
    assert call("state/offers", "offerOf", road) == {"kind": "word", "word": "bear"}
    assert call("state/offers", "offerOf", {**road, "tokens": said[:7]}) == {"kind": "word", "word": "chasing"}


def test_else_the_likeliest_turn_that_was_not_taken(call: Any) -> None:
    tokens = [
        token(" walking", (" running", 0.2)),
        token(" dog", (" puppy", 0.5)),  # too short
        token(" forest", (" garden", 0.25)),
        {**token(" house", (" street", 0.4)), "candidates": [{"id": 9, "text": "", "probability": 0.4, "end": True}]},
    ]
    found = call("state/offers", "offerOf", {"user": "Go on.", "tokens": tokens})
    assert (found["kind"], found["at"], found["token"]["text"], found["instead"]["text"]) == (
        "turn",
        2,
        " garden",
        " forest",
    )


def test_a_road_without_either_invites_to_nothing(call: Any) -> None:
    assert call("state/offers", "offerOf", {"user": None, "tokens": [token(" a", (" the", 0.3))]}) is None
    assert call("state/offers", "offerOf", {"user": "Why?", "tokens": [token(" walking", (" running", 0.05))]}) is None
