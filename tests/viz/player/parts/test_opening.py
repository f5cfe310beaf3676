"""The first sentence of all, and what the first road invites to at its end."""

from collections.abc import Callable
from typing import Any

import fake
import pytest
import real
from hand import SAYS, load, told
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def first(**changes: Any) -> dict[str, Any]:
    """A first road; its question is about turns."""
    scene = fake.scene("single")
    scene["roads"][0] |= {"user": "What would likely roads be?", **changes}
    return scene


def test_one_sentence_says_what_this_is_until_the_road_is_on_its_way(visit: Callable[..., Any]) -> None:
    page = visit("scene=empty&gl=0&opening=1")
    load(page, first())
    opening, card = page.get_by_text(SAYS["opening"]["text"]), page.locator(".card")
    expect(opening).to_be_visible()
    expect(card).to_be_hidden()
    assert float(opening.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")) >= 20
    page.evaluate("__mm.player.go(20)")
    expect(opening).to_be_hidden()
    expect(card).to_be_visible()
    page.evaluate("__mm.player.go(0)")
    expect(opening).to_be_visible()
    load(page, fake.scene("pair"))
    expect(opening).to_be_hidden()


def test_the_end_of_the_first_road_invites_and_one_click_does_it(visit: Callable[..., Any]) -> None:
    page = visit("scene=empty&gl=0&opening=1")
    load(page, first())
    offer = page.locator(".offer")
    expect(offer).to_be_hidden()
    page.evaluate("__mm.player.go(Infinity)")
    expect(offer).to_have_text(SAYS["offer"]["word"].replace("{word}", "likely"))
    offer.click()
    assert told(page, "sign") == [{"kind": "word", "word": "likely", "direction": "avoid"}]


def test_two_first_roads_invite_as_well(visit: Callable[..., Any]) -> None:
    """The scene that the map opens with."""
    page = visit("ground=shipped&scene=empty&gl=0&opening=1")
    load(page, real.scene("pirate-sea"))
    page.evaluate("__mm.player.go(Infinity)")
    page.get_by_role("button", name=SAYS["offer"]["word"].replace("{word}", "love")).click()
    assert told(page, "sign") == [{"kind": "word", "word": "love", "direction": "avoid"}]


def test_without_a_word_to_forbid_it_is_another_turn(visit: Callable[..., Any]) -> None:
    page = visit("scene=empty&gl=0&opening=1")
    scene = first(user="Go on.")
    token = scene["roads"][0]["tokens"][2]
    token["text"] = " writes"
    token["candidates"] = [{"id": token["id"], "text": " writes", "probability": 0.5, "end": False}]
    token["candidates"] += [{"id": 77, "text": " speaks", "probability": 0.98, "end": False}]
    load(page, scene)
    page.evaluate("__mm.player.go(Infinity)")
    page.get_by_role("button", name="Take another turn: “speaks” (98 %) instead of “writes”").click()
    assert told(page, "fork") == [{"road": 0, "index": 2, "token": 77}]


@pytest.mark.parametrize("query", ["opening=0", "opening=1&drive=0"])
def test_a_road_that_is_not_the_first_or_cannot_be_driven_from_invites_to_nothing(
    visit: Callable[..., Any], query: str
) -> None:
    page = visit(f"scene=empty&gl=0&{query}")
    load(page, first())
    page.evaluate("__mm.player.go(Infinity)")
    expect(page.locator(".saying")).to_contain_text("The answer ends here")
    expect(page.locator(".offer")).to_be_hidden()
