"""What is said in whole lines: roads that are the same, answers that were cut, forks, errors."""

import re
from collections.abc import Callable
from typing import Any

import fake
import pytest
from hand import SAYS, load
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_roads_that_are_the_same_and_answers_that_were_cut_are_said(visit: Callable[..., Any]) -> None:
    page = visit("scene=sign&play=0&gl=0")
    same = SAYS["saying"]["ended_same"]
    page.evaluate("__mm.player.go(Infinity)")
    expect(page.locator(".saying")).not_to_contain_text(same)
    twice = fake.scene("single")
    road = twice["roads"][0]
    ended = [*road["tokens"][:-1], {**road["tokens"][-1], "end": True}]
    road["tokens"] = [*road["tokens"][:-1], {**road["tokens"][-1], "end": False}]
    twice["roads"].append({**road, "label": "B"})
    load(page, twice)
    page.evaluate("__mm.player.go(Infinity)")
    expect(page.locator(".saying")).to_contain_text(same)
    assert page.locator(".words.cut").count() == 2
    page.evaluate("__mm.player.arrive({kind: 'state', road: 1, state: 'running'})")
    expect(page.locator(".saying")).not_to_contain_text(same)
    assert page.locator(".words.cut").count() == 1
    expect(page.locator(".words.cut")).to_have_attribute("title", re.compile("60"))
    assert page.locator(".words:not(.cut)").get_attribute("title") is None  # the hint of all answers shows
    road["tokens"] = ended
    load(page, twice)
    assert page.locator(".words.cut").count() == 1


def test_a_fork_is_told_in_words(visit: Callable[..., Any]) -> None:
    page = visit("scene=fork&play=0&gl=0")
    page.get_by_role("button", name="Table").click()
    expect(page.locator("caption").last).to_contain_text("another turn at token 21")


def test_an_error_is_said_without_the_buttons_beside_it(visit: Callable[..., Any]) -> None:
    page = visit("scene=live&gl=0")
    page.evaluate("__mm.player.arrive({kind: 'state', road: 0, state: 'error', error: 'The question is too long.'})")
    expect(page.get_by_role("alert")).to_have_text("The question is too long.")
    assert page.get_by_role("alert").evaluate("(node) => node.textContent") == "The question is too long."


def test_a_scene_of_another_map_is_a_sentence_and_draws_nothing(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    load(page, {**fake.scene("pair"), "atlas": "some other map"})
    expect(page.locator("body")).to_contain_text(SAYS["states"]["other_map"])
    assert page.evaluate("__mm.player.roads.every(({ tokens }) => tokens.length === 0)")
    assert page.evaluate("__mm.player.picks.filter(({ index }) => index != null).length") == 0
    load(page, {**fake.scene("pair"), "atlas": fake.ground()["atlas"]})
    expect(page.locator("body")).not_to_contain_text(SAYS["states"]["other_map"])
    assert page.evaluate("__mm.player.roads.map(({ tokens }) => tokens.length)") == [60, 48]
    assert page.evaluate("__mm.player.scene().atlas") == fake.ground()["atlas"]  # what is saved says its map
