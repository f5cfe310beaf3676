"""Choosing a stretch of an answer."""

from collections.abc import Callable
from typing import Any

import fake
import pytest
from hand import PHONE, SAYS, drag_over_words, middle, told, touch
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (" free,", "free"),
        (" un", "un"),
        ("two words", None),
        (" \u201cnaïve\u201d", "naïve"),
        (" .", None),
        (" don't", "don't"),
    ],
)
def test_a_single_word_is_one_without_space(call: Any, text: str, word: str | None) -> None:
    assert call("parts/stretch", "singleWord", text) == word


def test_dragging_over_words_offers_signs_for_the_stretch(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    drag_over_words(page, 2, 6)
    assert page.locator(".words .chosen").count() == 5
    assert page.evaluate("__mm.player.index") == 0
    page.locator(".menu.signs").get_by_text(SAYS["signs"]["avoid"], exact=True).click()
    assert told(page, "sign") == [{"kind": "stretch", "road": 0, "start": 2, "stop": 7, "direction": "avoid"}]
    assert page.locator(".words .chosen").count() == 0


@pytest.mark.parametrize(("last", "held"), [(4, 30), (4, 600), (2, 700)])
def test_a_finger_on_the_text_chooses_a_stretch(visit: Callable[..., Any], last: int, held: int) -> None:
    page = visit("scene=single&play=0&gl=0", **PHONE)
    spans = page.locator(".words span")
    (x, y), (end, _) = middle(spans.nth(2)), middle(spans.nth(last))
    way = [(x + (end - x) * part / 4, y) for part in range(5)] if last > 2 else [(x, y)]
    touch(page, *way, held=held)
    page.locator(".menu.signs").get_by_text(SAYS["signs"]["avoid"], exact=True).last.tap()
    assert told(page, "sign") == [{"kind": "stretch", "road": 0, "start": 2, "stop": last + 1, "direction": "avoid"}]


def test_a_single_word_offers_the_word_as_well_and_escape_drops_it(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    spans = page.locator(".words span")
    spans.nth(1).click()
    page.keyboard.press("Shift+Enter")
    menu = page.locator(".menu.signs")
    expect(menu.locator(".group")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(spans.nth(1)).to_be_focused()
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Enter")
    word = fake.scene("single")["roads"][0]["tokens"][1]["text"].strip()
    assert told(page, "sign") == [{"kind": "word", "word": word, "direction": "avoid"}]


def test_shift_and_arrows_choose_a_stretch(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.locator(".words span").nth(4).click()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert told(page, "sign") == [{"kind": "stretch", "road": 0, "start": 4, "stop": 7, "direction": "toward"}]
