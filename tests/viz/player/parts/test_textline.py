"""System prompt, question, and the answer, one word a token, lit in step with the head."""

from collections.abc import Callable
from typing import Any

import fake
import pytest
from hand import SAYS, load
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_parts_of_one_emoji_belong_together(call: Any) -> None:
    family = ["a", "\U0001f469", "\u200d\U0001f469", "\u200d\U0001f467", " b"]
    together = [[0, 0], [1, 3], [1, 3], [1, 3], [4, 4]]
    assert call("words", "graphemeGroups", family) == together
    assert call("words", "graphemeGroups", ["a", "", "", "\U0001f642", "b"]) == together


def test_the_system_prompt_stands_on_its_flag_before_the_question(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    flags = page.locator(".asked .flag")
    expect(flags).to_have_count(1)
    expect(flags).to_contain_text("You are a pirate.")
    assert flags.bounding_box()["x"] < page.locator(".question").bounding_box()["x"]
    two = fake.scene("pair")
    two["roads"][1]["system"] = "<b>You are a kind nurse.</b>"
    load(page, two)
    expect(flags).to_have_count(2)
    expect(flags.nth(1)).to_contain_text("<b>You are a kind nurse.</b>")
    assert flags.nth(1).locator("b").all_inner_texts() == ["B"]  # a letter of ours, no markup of theirs


@pytest.mark.parametrize(("system", "said"), [("", "no_system"), (None, "default_system")])
def test_a_start_without_words_is_named(visit: Callable[..., Any], system: str | None, said: str) -> None:
    page = visit("scene=single&play=0&gl=0")
    scene = fake.scene("single")
    scene["roads"][0]["system"] = system
    load(page, scene)
    expect(page.locator(".asked .flag")).to_contain_text(SAYS["text"][said])


def test_the_question_is_large_and_its_answer_stands_under_it(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    question, answer = page.locator(".question"), page.locator(".words")
    assert question.evaluate("(node) => getComputedStyle(node).fontSize") == "20px"
    colours = [node.evaluate("(node) => getComputedStyle(node).color") for node in (question, page.locator(".mm"))]
    assert colours[0] == colours[1]
    assert question.bounding_box()["y"] < answer.bounding_box()["y"]


def test_one_key_or_one_click_shows_the_whole_answer_and_moves_nothing(visit: Callable[..., Any]) -> None:
    page = visit("scene=long&play=0&gl=0")
    words, stage = page.locator(".words"), page.locator(".stage")
    cut = "(node) => node.scrollHeight > node.clientHeight + 2"
    before, box = words.evaluate("(node) => node.clientHeight"), stage.bounding_box()
    assert words.evaluate(cut)
    stage.focus()
    page.keyboard.press("w")
    assert words.evaluate("(node) => node.clientHeight") > 4 * before and stage.bounding_box() == box
    page.keyboard.press("w")
    assert words.evaluate("(node) => node.clientHeight") == before and stage.bounding_box() == box
    whole = page.get_by_role("button", name=SAYS["text"]["whole"])
    whole.click()
    expect(whole).to_have_attribute("aria-expanded", "true")
    load(page, fake.scene("single"))
    assert not words.evaluate(cut)
    page.keyboard.press("Escape")
    expect(whole).to_have_attribute("aria-expanded", "false")
    expect(whole).to_be_focused()
