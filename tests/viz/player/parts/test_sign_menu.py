"""The small menu that puts up a sign."""

from collections.abc import Callable
from typing import Any

import pytest
from hand import SAYS, board, told
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("direction", ["avoid", "toward"])
def test_a_landmarks_name_opens_the_menu_of_signs(visit: Callable[..., Any], direction: str) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.mouse.click(*board(page, "board.landmark"))
    name = page.evaluate("__mm.player.boards.find((board) => board.landmark).landmark.name")
    menu = page.get_by_role("menu", name=SAYS["menu"]["label"])
    expect(menu).to_contain_text(name)
    expect(menu).to_contain_text(SAYS["signs"]["stands"])
    menu.get_by_text(SAYS["signs"][direction], exact=True).click()
    assert told(page, "sign") == [{"kind": "landmark", "name": name, "direction": direction}]
    expect(menu).to_be_hidden()


def test_the_names_on_the_map_can_be_reached_by_keys(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    board(page, "board.landmark")
    page.locator(".stage").focus()
    page.keyboard.press("l")
    name = page.evaluate("__mm.player.named.landmark.name")
    expect(page.locator(".tip")).to_contain_text(name)
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert told(page, "sign") == [{"kind": "landmark", "name": name, "direction": "toward"}]
    expect(page.locator(".stage")).to_be_focused()
