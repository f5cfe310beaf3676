"""Present: large type, the next token covered."""

from collections.abc import Callable
from typing import Any

import pytest
from hand import SAYS
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_present_covers_the_next_token_until_it_is_shown(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.get_by_role("button", name="Present").click()
    assert page.locator(".words .covered").inner_text().strip() == "model"
    assert page.locator(".strip").is_hidden()
    page.keyboard.press("ArrowRight")
    assert page.locator(".words .now").inner_text() == "model"
    page.keyboard.press("PageDown")
    page.wait_for_function("__mm.player.scene().id === 'pair'")
    page.keyboard.press("Escape")
    assert page.locator(".mm.present").count() == 0
    assert page.locator(".words .hidden, .words .covered").count() == 0


def test_present_begins_anew_at_the_end_of_a_road_and_says_its_keys(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("__mm.player.go(Infinity)")
    page.get_by_role("button", name="Present").click()
    assert page.evaluate("__mm.player.index") == 0
    expect(page.locator(".keys")).to_have_text(SAYS["present"]["keys"])
    page.get_by_role("button", name=SAYS["present"]["end"], exact=True).wait_for()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("__mm.player.index") == 1
    page.locator(".presenting").click()
    assert page.locator(".mm.present").count() == 0
    expect(page.locator(".keys")).to_be_hidden()
    page.evaluate("__mm.player.go(7)")
    page.get_by_role("button", name="Present").click()
    assert page.evaluate("__mm.player.index") == 7
