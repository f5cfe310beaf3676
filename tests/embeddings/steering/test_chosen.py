"""A place that is typed: found, or nearly, or an example sentence, and never one for the other."""

from __future__ import annotations

import pytest

from embeddings import UserError
from embeddings.atlas.atlas import Atlas
from embeddings.cli.main import place_or_text
from embeddings.request import Intervention
from embeddings.steering.chosen import find, near


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("survival under treat", "survival under threat"),
        ("Survival  under Threats.", "survival under threat"),
        ("survival threat", "survival under threat"),
        ("fredom", "freedom"),
        ("philosophy mind", "philosophy of mind"),
        ("obedience and refusals", "obedience and refusal"),
    ],
)
def test_a_slip_is_asked_about_and_never_a_sentence(atlas: Atlas, typed: str, meant: str) -> None:
    with pytest.raises(UserError, match=f"Did you mean .*{meant}.*It has: .*freedom"):
        place_or_text(atlas, typed, "avoid")
    with pytest.raises(UserError, match="Did you mean"):
        find(atlas, typed)


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("Once upon a time there was a king.", ["Once upon a time there was a king."]),
        ("I want to be free. I do.", ["I want to be free.", "I do."]),
        ("从前有一个国王，他住在一座大城堡里。", ["从前有一个国王，他住在一座大城堡里。"]),
        ("むかしむかしあるところに", ["むかしむかしあるところに"]),
        ("กาลครั้งหนึ่งนานมาแล้ว", ["กาลครั้งหนึ่งนานมาแล้ว"]),
        ("هل أنت حر؟", ["هل أنت حر؟"]),
        ("एक राजा था। वह बड़ा था।", ["एक राजा था।", "वह बड़ा था।"]),
        ("He lives under threat of survival, they say.", ["He lives under threat of survival, they say."]),
        ("to be free", ["to be free"]),
    ],
)
def test_a_sentence_is_an_example_of_itself(atlas: Atlas, typed: str, parts: list[str]) -> None:
    made = place_or_text(atlas, typed, "toward", 2)
    assert made == Intervention("\n".join(parts), "text", "toward", reach=2) and not near(atlas, typed)


@pytest.mark.parametrize("typed", ["atlantis", "自由", "มาก"])
def test_one_word_that_is_no_place_is_a_sentence_of_what_is_there(atlas: Atlas, typed: str) -> None:
    with pytest.raises(UserError, match=r"no place named .*It has: freedom; survival under threat") as refused:
        place_or_text(atlas, typed, "avoid")
    assert "Did you mean" not in str(refused.value)


def test_every_place_is_found_by_its_name(atlas: Atlas) -> None:
    for place in atlas.places:
        assert find(atlas, f" {place.name.upper()} ").name == place.name
