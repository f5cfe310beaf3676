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
    polite = page.locator(".unseen[aria-live=polite]")
    expect(polite).to_contain_text(f"Token 21 of {len(fake.scene('fork')['roads'][1]['tokens'])}")
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
    assert page.locator(".unseen[aria-live=polite]").inner_text() == ""
    assert line(page).inner_text() != ""
    tokens[14] |= {"off_map": 99.9}
    load(page, scene)
    page.evaluate("__mm.player.go(13)")
    page.evaluate("(() => { __mm.player.announce(''); __mm.player.toggle(); })()")
    page.wait_for_function("document.querySelector('.unseen[aria-live=polite]').textContent.startsWith('Off the map')")


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


def test_what_was_said_just_before_the_end_can_be_read_before_the_end_is_told(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    scene = fake.scene("single")
    tokens = scene["roads"][0]["tokens"][:6]
    for i, token in enumerate(tokens):
        tokens[i] = token | {"neighbourhood": [], "off_map": 1, "blocked": [], "inside": [], "id": i, "entropy": 1}
        tokens[i]["candidates"] = [{"id": i, "text": "x", "probability": 0.9, "end": False}]
    for token in tokens[3:5]:
        token |= {"off_map": 99.9}
    scene["roads"][0]["tokens"] = tokens
    load(page, scene)
    page.evaluate(
        """() => {
          const { player } = __mm, text = document.querySelector(".saying .news");
          player.go(3);
          globalThis.spoken = [[performance.now(), text.textContent]];
          new MutationObserver(() => spoken.push([performance.now(), text.textContent]))
            .observe(text, { childList: true, characterData: true, subtree: true });
          player.setSpeed(4);
          player.toggle();
        }"""
    )
    page.wait_for_function("spoken.some(([, text]) => text.startsWith('Cut here') || text.includes('ends here'))")
    spoken = page.evaluate("spoken")
    off = next(at for at, text in spoken if text.startswith("Off the map"))
    end = next(at for at, text in spoken if "ends here" in text or text.startswith("Cut here"))
    assert end - off >= 1100
    page.evaluate("() => { __mm.player.go(3); __mm.player.toggle(); }")
    page.wait_for_function("!__mm.player.playing")
    page.evaluate("__mm.player.go(Infinity)")  # somebody wants to see the end: it is told at once
    assert page.evaluate("document.querySelector('.saying .news').textContent") == spoken[-1][1]


def test_a_button_that_goes_leaves_the_focus_on_the_map(visit: Callable[..., Any]) -> None:
    page = visit("scene=live&gl=0")
    line(page).get_by_role("button", name=SAYS["states"]["stop"]).focus()
    page.evaluate("__mm.player.arrive({kind: 'state', road: 0, state: 'stopped'})")
    assert page.evaluate("document.activeElement.className") == "stage"


def test_of_two_roads_one_that_failed_does_not_silence_the_other(visit: Callable[..., Any]) -> None:
    page = visit("scene=live&gl=0")
    live = fake.scene("live")
    live["roads"].append({**live["roads"][0], "label": "B"})
    load(page, live)
    page.evaluate("__mm.player.arrive({kind: 'state', road: 0, state: 'error', error: 'Too long.'})")
    expect(line(page)).to_contain_text("Too long.")
    page.evaluate("(tokens) => __mm.player.arrive({kind: 'tokens', road: 1, from: 0, tokens})", fake.walk(9, 3)[0])
    expect(line(page)).not_to_contain_text("Too long.")
    expect(line(page).get_by_role("button", name=SAYS["states"]["stop"])).to_be_visible()
    page.evaluate("__mm.player.arrive({kind: 'state', road: 1, state: 'done'})")
    expect(line(page)).to_contain_text("Too long.")
