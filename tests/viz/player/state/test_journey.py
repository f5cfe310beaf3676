"""What the player shows, as data: roads as they grow, flags and ghosts, older roads."""

from collections.abc import Callable
from typing import Any

import fake
import pytest
from hand import board, load, still
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_start_slides_and_leaves_a_ghost(visit: Callable[..., Any]) -> None:
    page = visit("scene=start&gl=0")
    start = {"position": [1, 1, 0.5], "off_map": 3, "pca": [1, 1, 0.5]}
    comparison = {"map": 0.4, "full": 0.7, "behaviour": 0.12}
    page.evaluate("(given) => __mm.player.setStart(...given)", [start, comparison, "You are a poet."])
    still(page)
    scene = page.evaluate("__mm.player.scene()")
    assert scene["ghosts"][-1]["label"] == "You are a pirate." and scene["roads"][0]["start"]["position"] == [1, 1, 0.5]
    assert "0.12 nats" in page.locator(".saying").inner_text()


def test_a_start_that_stands_there_already_leaves_no_ghost_and_moves_nothing(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    before = page.evaluate("[__mm.player.scene().ghosts, __mm.player.journey.moved]")
    page.evaluate("__mm.player.setStart({ ...__mm.player.roads[0].start }, null, 'You are a pirate.')")
    assert page.evaluate("[__mm.player.scene().ghosts, __mm.player.journey.moved]") == before


@pytest.mark.parametrize("known", [True, False])
def test_a_drive_from_the_flag_keeps_its_ghosts(visit: Callable[..., Any], known: bool) -> None:
    page = visit("scene=start&gl=0")
    live = fake.scene("live")
    start = live["roads"][0]["start"]
    if not known:
        live["roads"][0]["start"] = None
    load(page, live)
    if not known:
        page.evaluate("(road) => __mm.player.setRoad(0, road)", {**live["roads"][0], "start": start})
    scene = page.evaluate("__mm.player.scene()")
    assert len(scene["ghosts"]) == 2 and scene["comparison"]["map"] == 0.42
    elsewhere = fake.scene("live")
    elsewhere["roads"][0]["start"] = {**start, "position": [2, 2, 2]}
    load(page, elsewhere)
    assert page.evaluate("[__mm.player.scene().ghosts.length, __mm.player.scene().comparison]") == [0, None]


def test_two_starts_take_no_ghosts_over(visit: Callable[..., Any]) -> None:
    page = visit("scene=start&gl=0")
    live = fake.scene("live")
    live["roads"].append({**live["roads"][0], "label": "B", "system": "You are a kind nurse."})
    load(page, live)
    assert page.evaluate("[__mm.player.scene().ghosts.length, __mm.player.scene().comparison]") == [0, None]


def test_old_roads_are_kept_beside_what_is_shown_and_saved(visit: Callable[..., Any]) -> None:
    page = visit("scene=sign&play=0&gl=0")
    past = [{"positions": [token["position"] for token in fake.walk(12, 5)[0]], "label": "a third road"}]
    page.evaluate("(past) => __mm.player.setOld(past)", past)
    assert page.evaluate("__mm.player.scene().old.map(({ label }) => label ?? null)") == [None, "a third road"]
    page.mouse.move(*board(page, "board.old?.label === 'a third road'"))
    expect(page.locator(".tip")).to_contain_text("a third road")
    load(page, fake.scene("single"))
    assert page.evaluate("__mm.player.scene().old.length") == 1


def ends(page: Any, index: int) -> list[bool]:
    tokens = page.evaluate("__mm.player.scene().roads[0].tokens")
    return [candidate["end"] for candidate in tokens[index]["candidates"]]


@pytest.mark.parametrize("arrives", ["with its scene", "with its road", "token by token"])
def test_of_a_scene_before_0_2_the_text_says_which_turn_ends_the_answer(
    visit: Callable[..., Any], arrives: str
) -> None:
    page = visit("scene=live&gl=0")
    scene = fake.scene("single")
    road = scene["roads"][0]
    for token in road["tokens"]:
        for candidate in token["candidates"]:
            candidate.pop("end", None)
    road["tokens"][5]["candidates"][2]["text"] = "<|im_end|>"
    if arrives == "with its scene":
        load(page, scene)
    elif arrives == "with its road":
        page.evaluate("(road) => __mm.player.setRoad(0, road)", road)
    else:
        page.evaluate("(tokens) => __mm.player.append(0, 0, tokens)", road["tokens"])
    page.evaluate("__mm.player.go(5)")
    assert ends(page, 5) == [i == 2 for i in range(10)] and ends(page, 6) == [False] * 10
    expect(page.locator(".chip").nth(2)).to_contain_text("■")


def test_a_turn_says_itself_whether_it_ends_the_answer(visit: Callable[..., Any]) -> None:
    page = visit("scene=live&gl=0")
    scene = fake.scene("single")
    first, second, third, *_ = scene["roads"][0]["tokens"][5]["candidates"]
    first |= {"text": "<|im_start|>", "end": False}
    second |= {"text": "</s>", "end": True}
    third |= {"text": "<|im_end|>", "end": True}
    load(page, scene)
    page.evaluate("__mm.player.go(5)")
    assert ends(page, 5)[:3] == [False, True, True]
    expect(page.locator(".chip").nth(0)).to_contain_text("<|im_start|>")
    expect(page.locator(".chip").nth(1)).to_contain_text("■")
