"""The line under the map: one sentence, told politely, and what it says while there is no road to speak of."""

from collections.abc import Callable
from typing import Any

import fake
import pytest
from hand import SAYS, load
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def line(page: Any) -> Any:
    return page.get_by_role("group", name=SAYS["saying"]["label"])


def test_one_sentence_says_what_happens_at_the_head(visit: Callable[..., Any]) -> None:
    page = visit("scene=fork&play=0&gl=0")
    page.evaluate("__mm.player.go(20)")
    expect(line(page)).to_contain_text("Another turn: B takes")
    assert line(page).locator(".at").inner_text() == "21"
    page.evaluate("__mm.player.go(Infinity)")
    expect(line(page)).to_contain_text("The roads end 0.42 of the map apart, as far as pirate from poet.")
    assert page.locator(".saying p:visible").count() == 1


def test_a_screen_reader_is_told_the_sentence_once_the_head_rests(visit: Callable[..., Any]) -> None:
    page = visit("scene=fork&play=0&gl=0")
    page.evaluate("__mm.player.go(20)")
    polite = page.locator("[aria-live=polite]")
    expect(polite).to_contain_text("Token 21 of 60")
    expect(polite).to_contain_text("Another turn: B takes")


def test_while_a_road_plays_what_matters_is_announced_and_the_rest_is_not(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    scene = fake.scene("single")
    tokens = scene["roads"][0]["tokens"]
    for i, token in enumerate(tokens):
        tokens[i] = token | {"neighbourhood": [], "off_map": 1, "blocked": [], "inside": [], "id": i, "entropy": 1}
        tokens[i]["candidates"] = [{"id": i, "text": "x", "probability": 0.9, "end": False}]
    load(page, scene)
    page.evaluate("(() => { __mm.player.announce(''); __mm.player.setSpeed(4); __mm.player.toggle(); })()")
    page.wait_for_function("__mm.player.index > 12")
    assert page.locator("[aria-live=polite]").inner_text() == ""
    assert line(page).inner_text() != ""
    tokens[14] |= {"off_map": 99.9}
    load(page, scene)
    page.evaluate("__mm.player.go(13)")
    page.evaluate("(() => { __mm.player.announce(''); __mm.player.toggle(); })()")
    page.wait_for_function("document.querySelector('[aria-live=polite]').textContent.startsWith('Off the map')")


def test_words_of_the_model_stay_text_in_the_sentence(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    scene = fake.scene("single")
    token = scene["roads"][0]["tokens"][4]
    token |= {"text": " <b>x</b>", "blocked": [], "candidates": [], "neighbourhood": [], "off_map": 1, "entropy": 1}
    load(page, scene)
    page.evaluate("__mm.player.go(4)")
    expect(line(page)).to_contain_text("“<b>x</b>”")
    assert line(page).locator("b").count() == 0


def test_a_running_drive_can_be_stopped_from_the_line(visit: Callable[..., Any]) -> None:
    page = visit("scene=live&gl=0")
    expect(line(page)).to_contain_text(SAYS["states"]["first"])
    line(page).get_by_role("button", name=SAYS["states"]["stop"]).click()
    assert page.evaluate("__mm.events.at(-1)[0]") == "stop"
    page.evaluate("(tokens) => __mm.player.arrive({kind: 'tokens', road: 0, from: 0, tokens})", fake.walk(20, 3)[0])
    expect(line(page)).not_to_contain_text(SAYS["states"]["first"])
    page.evaluate("__mm.player.arrive({kind: 'state', road: 0, state: 'stopped'})")
    page.evaluate("__mm.player.go(Infinity)")
    expect(line(page)).to_contain_text("Stopped after 20 tokens.")
    expect(line(page).get_by_role("button", name=SAYS["states"]["stop"])).to_be_hidden()
