"""The bar of one crossing: its turns as chips, and a box for one's own words."""

import json
import re
from collections.abc import Callable
from typing import Any

import fake
import pytest
from hand import SAYS, chips, load, told
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_bar_lists_the_turns_and_marks_what_was_taken_and_what_is_blocked(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("__mm.player.go(5)")
    token = fake.scene("single")["roads"][0]["tokens"][5]
    assert [text.strip() for text in chips(page).locator("bdi").all_inner_texts()] == [
        candidate["text"].strip() for candidate in token["candidates"]
    ]
    taken = [candidate["id"] for candidate in token["candidates"]].index(token["id"])
    expect(chips(page).nth(taken)).to_have_attribute("aria-current", "true")
    expect(page.locator(".chip.blocked")).to_have_count(1)
    expect(page.locator(".chip.blocked")).to_have_attribute("aria-label", re.compile(SAYS["tip"]["blocked"]))
    assert page.locator(".chip .after:visible").count() == 0


def test_another_chip_forks_by_click_and_by_keys_and_the_taken_one_does_not(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("__mm.player.go(5)")
    token = fake.scene("single")["roads"][0]["tokens"][5]
    ids = [candidate["id"] for candidate in token["candidates"]]
    taken = ids.index(token["id"])
    chips(page).nth(taken).click()
    assert told(page, "fork") == []
    chips(page).nth(3).click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert told(page, "fork") == [{"road": 0, "index": 5, "token": ids[3]}, {"road": 0, "index": 5, "token": ids[4]}]
    page.locator(".words span").nth(7).click()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".chip:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".words span:focus")).to_have_count(1)


def test_own_words_are_driven_on_from_by_enter_and_dropped_by_escape(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("__mm.player.go(5)")
    own = page.get_by_role("button", name=SAYS["crossing"]["own"])
    own.click()
    box = page.get_by_role("textbox", name=SAYS["crossing"]["own_label"])
    expect(box).to_be_focused()
    page.keyboard.type("<b>no")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    own.click()
    expect(box).to_have_value("")
    page.keyboard.press("Enter")
    page.keyboard.type("<b>never\u2026")
    page.keyboard.press("Enter")
    assert told(page, "fork") == [{"road": 0, "index": 5, "text": "<b>never\u2026"}]
    expect(box).to_be_hidden()


def test_the_bar_stands_still_under_the_pointer_while_the_road_plays(visit: Callable[..., Any]) -> None:
    page = visit("scene=long&play=0&gl=0")
    first = chips(page).locator("bdi").all_inner_texts()
    chips(page).nth(2).hover()
    page.evaluate("__mm.player.toggle()")
    page.wait_for_function("__mm.player.index >= 3")
    assert chips(page).locator("bdi").all_inner_texts() == first
    page.locator(".transport").hover()
    page.wait_for_function("document.querySelectorAll('.chip bdi')[0].textContent !== " + json.dumps(first[0]))


def test_escape_while_an_input_method_composes_is_not_ours(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("__mm.player.go(5)")
    page.get_by_role("button", name=SAYS["crossing"]["own"]).click()
    box = page.get_by_role("textbox", name=SAYS["crossing"]["own_label"])
    box.fill("にほん")
    box.dispatch_event("keydown", {"key": "Escape", "isComposing": True, "bubbles": True})
    expect(box).to_be_visible()
    expect(box).to_have_value("にほん")
    box.press("Escape")
    expect(box).to_be_hidden()


@pytest.mark.parametrize("way", ["own words", "chip"])
def test_the_bar_goes_along_with_a_new_road_although_it_was_just_used(visit: Callable[..., Any], way: str) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("__mm.player.go(5)")
    if way == "own words":
        page.get_by_role("button", name=SAYS["crossing"]["own"]).click()
        page.keyboard.type("never")
        page.keyboard.press("Enter")
    else:
        chips(page).nth(3).click()
    before = chips(page).locator("bdi").all_inner_texts()
    load(page, fake.scene("long"), play=True)
    page.wait_for_function("__mm.player.index >= 2")
    assert chips(page).locator("bdi").all_inner_texts() != before
    index, token = page.evaluate("(({ index, token }) => [index, token.id])(__mm.player.crossing.state)")  # it plays on
    assert index >= 1 and token == fake.scene("long")["roads"][0]["tokens"][index]["id"]


def test_the_bar_follows_the_road_that_was_clicked_last(visit: Callable[..., Any]) -> None:
    page = visit("scene=signs&play=0&gl=0")
    page.locator(".line.road-b .words span").nth(30).click()
    expect(page.locator(".pick.road-b")).to_have_attribute("aria-pressed", "true")
    token = fake.scene("signs")["roads"][1]["tokens"][30]
    assert page.locator(".chip bdi").first.inner_text().strip() == token["candidates"][0]["text"].strip()
    expect(page.locator(".chip").first).to_contain_text("→")
    assert page.locator(".chip .after:visible").count() >= 2
    chips(page).nth(4).click()
    assert told(page, "fork")[0]["road"] == 1


def test_at_the_end_of_a_road_that_was_cut_one_can_drive_on(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    scene = fake.scene("single")
    tokens = scene["roads"][0]["tokens"]
    tokens[-1]["end"] = False
    onward = page.get_by_role("button", name=SAYS["crossing"]["onward"])
    load(page, scene)
    expect(onward).to_be_hidden()  # the head is not there
    page.evaluate("__mm.player.go(Infinity)")
    page.keyboard.press("Tab")
    onward.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name=SAYS["crossing"]["own"])).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(onward).to_be_focused()
    page.keyboard.press("Enter")
    assert told(page, "onward") == [{}]
    longer = [*tokens, *[dict(token) for token in tokens[:9]]]
    going = {**scene, "id": "longer", "roads": [{**scene["roads"][0], "state": "waiting"}]}
    load(page, going, play=True)
    assert page.evaluate("[__mm.player.index, __mm.player.playing]") == [len(tokens) - 1, True]
    expect(onward).to_be_hidden()
    page.evaluate(
        "([from, more]) => __mm.player.arrive({kind: 'tokens', road: 0, from, tokens: more})",
        [len(tokens), longer[len(tokens) :]],
    )
    page.wait_for_function(f"__mm.player.index >= {len(tokens)}")
    tokens[-1]["end"] = True
    load(page, scene)
    page.evaluate("__mm.player.go(Infinity)")
    expect(onward).to_be_hidden()
    assert page.evaluate("__mm.player.index") == len(tokens) - 1
