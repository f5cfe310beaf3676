"""Keys, pointer and fingers on the stage."""

from collections.abc import Callable
from typing import Any

import fake
import pytest
from hand import PHONE, SAYS, board, frames, told, touch
from playwright.sync_api import expect

from viz.strings import text

pytestmark = pytest.mark.browser


def test_keys_drive_and_none_escapes(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("globalThis.escaped = []; document.addEventListener('keydown', (event) => escaped.push(event.key))")
    page.evaluate("document.querySelector('.stage').focus()")
    at = []
    for key in ["ArrowRight", "ArrowRight", "ArrowLeft", "End", "Home", "r", "c"]:
        page.keyboard.press(key)
        at.append(page.evaluate("__mm.player.index"))
    assert at == [1, 2, 1, 59, 0, 0, 0]
    page.get_by_role("button", name="Play").focus()
    page.keyboard.press("r")
    assert page.evaluate("escaped") == []


def test_the_pointer_finds_a_crossing_and_a_turn_not_taken(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("__mm.player.go(20)")
    page.wait_for_function("!__mm.player.motions.size && __mm.player.picks.length > 10")
    home = page.locator(".stage").bounding_box()
    x, y, _ = page.evaluate("__mm.player.project(__mm.player.roads[0].tokens[4].position)")
    page.mouse.move(home["x"] + x, home["y"] + y)
    expect(page.locator(".tip")).to_be_visible()
    page.mouse.click(home["x"] + x, home["y"] + y)
    assert abs(page.evaluate("__mm.player.index") - 4) <= 2
    page.wait_for_function("!__mm.player.motions.size && __mm.player.picks.some((pick) => pick.candidate === 1)")
    tip = page.evaluate("__mm.player.picks.find((pick) => pick.candidate === 1).at")
    page.mouse.move(home["x"] + tip[0], home["y"] + tip[1])
    expect(page.locator(".tip")).to_contain_text(text("player.tip.spur"))


@pytest.mark.parametrize("part", ["tip", "label"])
def test_a_click_on_a_spur_forks(visit: Callable[..., Any], part: str) -> None:
    page = visit("scene=single&play=0&gl=0")
    token = fake.scene("single")["roads"][0]["tokens"][20]
    other = next(k for k in (0, 1, 2) if token["candidates"][k]["id"] != token["id"])
    page.evaluate("__mm.player.go(20)")
    label = "" if part == "label" else "!"
    tip = f"__mm.player.picks.find((pick) => pick.index === 20 && pick.candidate === {other} && {label}pick.box)"
    page.wait_for_function(tip)
    home = page.locator(".stage").bounding_box()
    x, y = page.evaluate(f"(({{ at, box }}) => box ? [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2] : at)({tip})")[:2]
    page.mouse.move(home["x"] + x, home["y"] + y)
    expect(page.locator(".tip")).to_contain_text(SAYS["tip"]["drive"])
    page.mouse.click(home["x"] + x, home["y"] + y)
    assert told(page, "fork") == [{"road": 0, "index": 20, "token": token["candidates"][other]["id"]}]


@pytest.mark.parametrize("held", [30, 700])
def test_a_finger_on_a_name_opens_its_menu_and_it_stays_open(visit: Callable[..., Any], held: int) -> None:
    page = visit("scene=single&play=0&gl=0", **PHONE)
    touch(page, board(page, "board.landmark"), held=held)
    frames(page, 24)  # what a browser sends after a tap has come
    page.get_by_role("menu").get_by_text(SAYS["signs"]["avoid"], exact=True).tap()
    assert [sign["kind"] for sign in told(page, "sign")] == ["landmark"]


def test_space_and_arrows_work_from_anywhere_that_does_not_need_them(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("__mm.player.index") == 1
    page.keyboard.press("Space")
    assert page.evaluate("__mm.player.playing")
    page.keyboard.press("Space")
    at = page.evaluate("[__mm.player.index, __mm.player.playing]")
    assert at[1] is False
    for key in ("Control+ArrowRight", "ArrowDown", "End", "+", "l"):
        page.keyboard.press(key)  # these are the map's alone, or the page's
    assert page.evaluate("__mm.player.index") == at[0]
    page.get_by_role("button", name=SAYS["transport"]["follow"]).focus()  # a button of the player needs no arrows
    page.keyboard.press("ArrowRight")
    assert page.evaluate("__mm.player.index") == at[0] + 1
    page.keyboard.press("Space")
    assert page.evaluate("__mm.player.eye.following") and not page.evaluate("__mm.player.playing")


def test_w_shows_the_whole_answer_from_anywhere_and_escape_puts_it_away(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("document.activeElement?.blur()")
    whole = page.get_by_role("button", name=SAYS["text"]["whole"])
    for key, shown in (("w", "true"), ("W", "false"), ("w", "true")):
        page.keyboard.press(key)
        assert whole.get_attribute("aria-expanded") == shown
    page.locator(".stage").focus()
    page.keyboard.press("Escape")
    assert whole.get_attribute("aria-expanded") == "false"


def test_after_a_click_on_a_button_the_space_bar_is_the_roads(visit: Callable[..., Any]) -> None:
    """Who has come to the button with the keys presses it."""
    page = visit("scene=single&play=0&gl=0")
    follow = page.get_by_role("button", name=SAYS["transport"]["follow"])
    follow.click()
    assert page.evaluate("__mm.player.eye.following")
    page.keyboard.press("Space")
    assert page.evaluate("__mm.player.playing && __mm.player.eye.following")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    follow.focus()
    page.keyboard.press("Space")
    assert not page.evaluate("__mm.player.eye.following") and not page.evaluate("__mm.player.playing")


def test_the_words_of_the_answer_are_buttons_for_the_keys_too(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.locator(".words span").nth(6).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("__mm.player.index") == 6
    page.keyboard.press("Space")
    assert page.evaluate("__mm.player.playing")


@pytest.mark.parametrize(
    ("markup", "space", "arrows"),
    [
        ("<textarea></textarea>", True, True),
        ("<input>", True, True),
        ("<select></select>", True, True),
        ("<div contenteditable><b></b></div>", True, True),
        ("<input type=range>", False, True),
        ("<input type=checkbox>", True, False),
        ("<button><i></i></button>", True, False),
        ("<details><summary></summary></details>", True, False),
        ("<div role=radiogroup><button role=radio></button></div>", True, True),
        ("<ul role=listbox><li role=option></li></ul>", True, True),
        ("<dialog><p></p></dialog>", True, True),
        ("<p></p>", False, False),
    ],
)
def test_what_has_a_use_of_its_own_for_a_key_keeps_it(
    visit: Callable[..., Any], markup: str, *, space: bool, arrows: bool
) -> None:
    page = visit("scene=single&play=0&gl=0")
    found = page.evaluate(
        """async (markup) => { const { needs } = await import("./player/parts/hands.js");
            const box = new DOMParser().parseFromString(markup, "text/html").body;
            const node = [...box.querySelectorAll("*")].at(-1);
            return [needs(node, " "), needs(node, "ArrowRight")]; }""",
        markup,
    )
    assert found == [space, arrows]


def test_keys_are_no_longer_heard_once_the_player_is_gone(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0", fresh=True)
    page.evaluate("__mm.player.destroy()")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("__mm.player.index") == 0
