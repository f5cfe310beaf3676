"""Posts of the regions and the names on the map."""

from collections.abc import Callable
from typing import Any

import fake
import pytest
from hand import SAYS, board, load
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_five_signs_and_a_region_each_have_a_hatch_a_colour_and_a_post(visit: Callable[..., Any]) -> None:
    page = visit("scene=signs&play=0&gl=0&regions=freedom,survival under threat")
    page.evaluate("__mm.player.go(30)")
    board(page, "board.mark?.number === 5")
    marks = page.evaluate("__mm.player.marks.map(({ shape, number, hatch, tone }) => ({ shape, number, hatch, tone }))")
    colors = page.evaluate("__mm.player.palette.marks")
    assert len({mark["hatch"] for mark in marks}) == len({colors[mark["tone"]] for mark in marks}) == 6
    assert [(mark["shape"], mark["number"]) for mark in marks] == [  # freedom is one region, and has a sign on it
        ("plain", None),
        ("avoid", 1),
        ("toward", 2),
        ("avoid", 3),
        ("avoid", 4),
        ("toward", 5),
    ]
    boxes = page.evaluate("__mm.player.boards.filter(({ mark }) => mark).map(({ box }) => box)")
    size = page.locator(".stage").bounding_box()
    assert len(boxes) == 6
    assert all(0 <= a < c <= size["width"] and 0 <= b < d <= size["height"] for a, b, c, d in boxes)
    page.mouse.move(*board(page, "board.mark?.sign?.weak"))
    expect(page.locator(".tip")).to_contain_text("0.71")
    expect(page.locator(".tip")).to_contain_text(SAYS["signs"]["stands"])
    page.evaluate("__mm.player.go(0)")
    expect(page.locator(".saying")).to_contain_text(SAYS["saying"]["signs"])
    expect(page.locator("canvas.regions")).to_be_visible()


def test_a_name_that_stands_on_a_board_stands_on_the_map_once(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    board(page, "board.landmark")
    shown = "__mm.player.boards.filter((board) => board.landmark).map((board) => board.landmark.name)"
    name, *others = page.evaluate(shown)
    far = next(one for one in fake.ground()["landmarks"] if one["name"] != name)
    sign = {"kind": "landmark", "name": name, "direction": "avoid", "weight": -3, "position": far["position"]}
    load(page, fake.scene("single") | {"signs": [sign]})
    page.wait_for_function("__mm.player.boards?.some((board) => board.mark)")
    left = page.evaluate(shown)
    assert name not in left and set(left) & set(others)
