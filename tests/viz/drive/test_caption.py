"""The caption: everything that somebody needs to draw a picture again."""

from __future__ import annotations

import pytest

from embeddings.request import Branch, Intervention, Request
from viz.drive.caption import caption, sentence, signed


@pytest.mark.parametrize(
    ("words", "said"), [("“You are a pirate.”", "“You are a pirate.”"), ("“rain”", "“rain”."), ("“Why?”", "“Why?”")]
)
def test_a_quotation_that_ends_by_itself_gets_no_second_full_stop(words: str, said: str) -> None:
    assert sentence(words) == said


def said(request: Request) -> str:
    return caption(request, model="m", model_hash="0" * 64, layer=3, atlas_hash="1" * 64)


def test_a_caption_names_prompts_signs_and_branch() -> None:
    request = Request.of(
        "You are a pirate.",
        "What is rain?",
        interventions=(
            Intervention("water"),
            Intervention("freedom", "landmark"),
            Intervention("sea", direction="toward"),
        ),
        branch=Branch(tuple(range(6)), 4, text="But no."),
    )
    found = said(request)
    assert ".”." not in found and "?”." not in found
    for part in ("“water” forbidden", "“freedom”, −3 nats", "“sea” wanted, +3 nats", "token 5", "“But no.” Temp"):
        assert part in found
    assert signed(0.0) == "0"


def test_a_caption_names_both_prompts_and_no_sign_that_is_down() -> None:
    down = Intervention("water", on=False)
    found = said(Request.of("You are a pirate.", "?", beside=("You are a nurse.",), interventions=(down,)))
    assert "“You are a pirate.” / “You are a nurse.”" in found and "water" not in found
    assert "turn" not in said(Request.of(None, "?")).casefold()
