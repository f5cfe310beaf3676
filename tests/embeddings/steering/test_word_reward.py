"""A word to reward or forbid is the word, whatever is typed around it or hides in it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from embeddings import UserError, WordReward, trace
from embeddings.cli.main import request_of
from embeddings.model.language_model import LanguageModel
from embeddings.request import Request
from embeddings.steering.rewards import check_rewards

TYPED = [
    "weather\u200b",
    "\ufeffweather",
    "wea\u00adther",
    "ｗｅａｔｈｅｒ",
    "𝐰𝐞𝐚𝐭𝐡𝐞𝐫",
    '"weather"',
    "„weather“",
    "weather,",
    "(weather)",
]


@pytest.mark.parametrize("typed", TYPED)
def test_however_it_is_typed_the_word_is_forbidden(model: LanguageModel, typed: str) -> None:
    plain = model.vocabulary.completing("weather", b"the")
    assert len(plain) and np.array_equal(model.vocabulary.completing(WordReward(typed, -math.inf).word, b"the"), plain)


@pytest.mark.parametrize(
    "typed", ["", "\u200b", "\u3164", " \u2060 ", "\ue000weather", "\u0301", "weather\x07", "\ud800"]
)
def test_what_is_no_word_is_a_sentence(typed: str) -> None:
    with pytest.raises(UserError, match=r"\w{3}.*\.$"):
        WordReward(typed, -math.inf)


def test_the_words_of_a_list_are_a_sign_each_on_the_command_line() -> None:
    asked = Request.of("", "?")
    found = request_of(None, asked, ["雪，雨", "snow, rain", "rain", "No, thanks."], [], [], 1)  # type: ignore[arg-type]
    assert [sign.value for sign in found.up] == ["雪", "雨", "snow", "rain", "No, thanks."]
    assert WordReward(found.up[-1].value, -1).word == "No, thanks" and all(sign.banned for sign in found.up)


def test_one_reward_alone_is_a_list_of_one_and_none_is_a_sentence(model: LanguageModel) -> None:
    reward = WordReward("rain", -3)
    assert check_rewards(model, reward) == check_rewards(model, [reward]) == (reward,)
    assert check_rewards(model, iter([reward])) == (reward,)
    for wrong in (None, 3, "rain", ["rain"], b"x"):
        with pytest.raises(UserError, match=r"\w{3}.*\.$"):
            check_rewards(model, wrong)
    alone = trace(model, user="What is rain?", max_new_tokens=3, rewards=WordReward("rain", -math.inf))
    assert "rain" not in alone.text.casefold()
    assert WordReward("rain", np.float32(-3)) == WordReward("rain", np.int64(-3)) == reward
