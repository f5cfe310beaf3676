"""What a road that is over invites to."""

from typing import Any

import pytest
import real

from viz.scene.recorded import first_scene

pytestmark = pytest.mark.browser


def token(text: str, *others: tuple[str, float], p: float = 0.6) -> dict[str, Any]:
    turns = [{"id": i, "text": words, "probability": share} for i, (words, share) in enumerate([(text, p), *others])]
    return {"id": 0, "text": text, "probability": p, "candidates": turns}


def test_a_word_of_the_question_that_the_answer_says_most_often(call: Any) -> None:
    said = [token(text) for text in ("The", " bear", " is", " chas", "ing", " you", ".", " A", " Bear", "!")]
    road = {"user": "A bear is chasing me: what should I do?", "tokens": said}
    assert call("state/offers", "offerOf", [road]) == {"kind": "word", "word": "bear"}
    assert call("state/offers", "offerOf", [{**road, "tokens": said[:7]}]) == {"kind": "word", "word": "chasing"}


def test_a_word_that_has_a_sign_already_is_not_offered_again(call: Any) -> None:
    said = [token(text) for text in (" Bear", " bear", " chasing")]
    plain = {"user": "A bear is chasing me.", "tokens": said}
    signed = {**plain, "rewards": [{"word": "Bear", "weight": "ban"}, {"region": "love", "weight": -3}]}
    assert call("state/offers", "offerOf", [plain, signed]) == {"kind": "word", "word": "chasing"}


@pytest.mark.parametrize("step", ["map", "road", "start", "signs"])
def test_the_first_scene_of_every_step_invites_to_something(call: Any, step: str) -> None:
    scene = real.scene(first_scene(step) or "")
    found = call("state/offers", "offerOf", scene["roads"])
    said = "".join(token["text"] for token in scene["roads"][0]["tokens"]).lower()
    assert found["kind"] == "turn" or (found["word"] in said and found["word"] in scene["roads"][0]["user"].lower())


def test_else_the_likeliest_turn_that_was_not_taken(call: Any) -> None:
    tokens = [
        token(" walking", (" running", 0.2)),
        token(" dog", (" puppy", 0.5)),  # too short
        token(" forest", (" garden", 0.25)),
        {**token(" house", (" street", 0.4)), "candidates": [{"id": 9, "text": "", "probability": 0.4, "end": True}]},
    ]
    found = call("state/offers", "offerOf", [{"user": "Go on.", "tokens": tokens}])
    assert (found["kind"], found["at"], found["token"]["text"], found["instead"]["text"]) == (
        "turn",
        2,
        " garden",
        " forest",
    )


def test_a_road_without_either_invites_to_nothing(call: Any) -> None:
    assert call("state/offers", "offerOf", [{"user": None, "tokens": [token(" a", (" the", 0.3))]}]) is None
    assert (
        call("state/offers", "offerOf", [{"user": "Why?", "tokens": [token(" walking", (" running", 0.05))]}]) is None
    )
