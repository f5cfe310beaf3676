"""In the app, with the real model: other turns by a click and by typing, signs by every way, strength, on and off."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from viz.strings import text

pytestmark = pytest.mark.browser


def own(guest: Any, before: str) -> dict[str, Any]:
    """The scene of the drive that follows, once it is over."""
    guest.driven(before)
    scene: dict[str, Any] = guest.player("scene()")
    return scene


def put_up(guest: Any, direction: str) -> None:
    guest.page.locator(".st-key-rail").get_by_role("button", name=text(f"signs.{direction}")).click()


@pytest.mark.slow
def test_another_turn_by_a_click_and_by_typing(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=road")
    guest.drive("What is rain?", length=6)
    before = guest.player("scene().id")
    guest.player("go(3)")
    chips = guest.page.locator(".chips .chip")
    taken = guest.page.locator(".chips .chip.taken")
    expect(taken).to_have_count(1)
    chips.and_(guest.page.locator(":not(.taken)")).first.click()
    scene = own(guest, before)
    a, b = scene["roads"]
    assert (b["kind"], b["parent"]["at"], scene["parts_at"]) == ("fork", 3, 3)
    assert a["tokens"][:3] == b["tokens"][:3] and len(a["tokens"]) == 6
    assert scene["apart"]["token"] == b["tokens"][3]["text"] and scene["apart"]["full"] > 0
    assert guest.box("Question").input_value() == "What is rain?"

    before = scene["id"]
    guest.player("go(2)")
    guest.page.get_by_role("button", name=text("player.crossing.own"), exact=True).click()
    guest.page.get_by_role("textbox", name=text("player.crossing.own_label")).fill("nobody knows <|im_end|>")
    guest.page.keyboard.press("Enter")
    scene = own(guest, before)
    turn, kept = scene["roads"]  # the road that is left keeps its letter and its colour
    parent = turn["parent"]
    assert [token["id"] for token in kept["tokens"]] == [token["id"] for token in b["tokens"]]
    assert (turn["label"], kept["label"]) == ("A", "B") and guest.player("which") == 0
    assert parent["at"] == 2 and parent["typed"].strip() == "nobody knows <|im_end|>" and parent["forced"] > 3
    assert "nobody knows <|im_end|>" in turn["text"]
    assert len(scene["old"]) == 3 and all(old["positions"] for old in scene["old"])

    older = guest.page.locator(".st-key-old").get_by_role("button")
    expect(older).to_have_count(2)
    older.last.click()
    guest.until("roads.length === 1 && p.roads[0].tokens.length === 6")
    guest.heard().button(text("history.clear")).click()  # what the player says of the road makes the page run again
    expect(older).to_have_count(0)


@pytest.mark.slow
def test_a_road_goes_on_from_its_end_and_what_was_written_stays(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=road")
    guest.player("go(Infinity)")
    first = guest.drive("Tell me a story about a lost key.", length=6)[0]
    before = guest.player("scene().id")
    guest.player("go(Infinity)")
    guest.page.get_by_role("button", name=text("player.crossing.onward"), exact=True).click()
    (longer,) = own(guest, before)["roads"]
    assert longer["tokens"][:6] == first["tokens"] and len(first["tokens"]) == 6 and len(longer["tokens"]) == 12
    assert longer["settings"]["max_new_tokens"] == 12 and longer["start"] == first["start"]
    assert guest.page.locator(".st-key-old").count() == 0, "the shorter road stands beside itself"


@pytest.mark.slow
def test_another_turn_on_a_recorded_road(app: Any, visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=road")
    before = guest.player("scene().id")
    recorded = app.get(f"mm/scene/{before}.json")
    guest.length(4)
    guest.player("go(1)")
    guest.page.locator(".chips .chip:not(.taken)").first.click()
    scene = own(guest, before)
    assert [token["id"] for token in scene["roads"][0]["tokens"]] == [t["id"] for t in recorded["roads"][0]["tokens"]]
    assert scene["roads"][1]["parent"]["at"] == 1 == scene["parts_at"] and scene["apart"]["map"] > 0


@pytest.mark.slow
def test_signs_by_sentence_and_neighbourhood_their_strength_and_their_switches(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=signs")
    guest.drive("Why do people fight for freedom?", length=4)
    before = guest.player("scene().id")
    guest.box(text("signs.add")).fill("We walked along the quiet sea. The waves were calm.")
    put_up(guest, "toward")
    scene = own(guest, before)
    assert [(s["kind"], s["direction"], s["weight"]) for s in scene["signs"]] == [("text", "toward", 1.5)]

    before = scene["id"]
    guest.page.get_by_role("combobox", name=text("signs.landmark")).click()
    guest.page.get_by_role("option", name=text("signs.region", name="freedom"), exact=True).click()
    put_up(guest, "avoid")
    scene = own(guest, before)
    assert [(s["name"], s["weight"]) for s in scene["signs"][1:]] == [("freedom", -1.5)]
    plain, signed = scene["roads"]
    assert sum(t["inside"][3] for t in signed["tokens"]) <= sum(t["inside"][3] for t in plain["tokens"])
    assert all(len(token["inside"]) == 4 for token in plain["tokens"]) and sum(t["kl"] for t in signed["tokens"]) > 0

    for k, name in enumerate(sign["name"] for sign in scene["signs"]):
        before = scene["id"]
        slider = guest.page.get_by_role("slider", name=text("signs.strength", name=name))
        expect(slider).to_have_value("1.5")  # said as it is, and not as the number of a notch
        slider.press("Home")
        scene = own(guest, before)
        assert scene["signs"][k]["weight"] == 0
    assert [s["weight"] for s in scene["signs"]] == [0, 0] and scene["parts_at"] is None
    expect(guest.page.get_by_text(text("signs.nothing_weighs"))).to_be_visible()

    before = scene["id"]
    guest.page.get_by_role("switch", name=text("signs.active", name="freedom")).press("Space")
    assert len(own(guest, before)["signs"]) == 1


@pytest.mark.slow
def test_a_sign_on_a_neighbourhood_s_name_in_the_stage(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=signs", drawn=True)
    guest.drive("What is rain?", length=4)
    before = guest.player("scene().id")
    guest.until("boards.some((board) => board.landmark)")
    name, box = guest.page.evaluate(
        """() => { const { landmark, box } = __mm.player.boards.find((board) => board.landmark);
            return [landmark.name, box]; }"""
    )
    stage = guest.page.locator(".stage").bounding_box()
    guest.page.mouse.click(stage["x"] + (box[0] + box[2]) / 2, stage["y"] + (box[1] + box[3]) / 2)
    menu = guest.page.get_by_role("menu", name=text("player.menu.label"))
    menu.get_by_text(text("player.signs.toward"), exact=True).click()
    scene = own(guest, before)
    assert [(s["kind"], s["name"], s["direction"]) for s in scene["signs"]] == [("landmark", name, "toward")]
    title = name.rsplit(": ", 1)[-1]
    expect(guest.page.locator(".st-key-signs").get_by_text(f"1 {title}", exact=True)).to_be_visible()
    guest.until(f"boards.some((board) => board.mark?.title === {json.dumps(title)})")


@pytest.mark.slow
def test_a_sign_on_words_that_were_dragged_over(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=signs")
    guest.drive("Why do people fight for freedom?", length=7)
    before = guest.player("scene().id")
    words = guest.page.locator(".words").first.locator("span")
    first, last = words.nth(2).bounding_box(), words.nth(5).bounding_box()
    guest.page.mouse.move(first["x"] + 3, first["y"] + first["height"] / 2)
    guest.page.mouse.down()
    guest.page.mouse.move(last["x"] + last["width"] / 2, last["y"] + last["height"] / 2, steps=6)
    guest.page.mouse.up()
    menu = guest.page.get_by_role("menu", name=text("player.menu.label"))
    menu.get_by_text(text("player.signs.avoid"), exact=True).first.click()
    scene = own(guest, before)
    assert [(s["kind"], s["direction"]) for s in scene["signs"]] == [("stretch", "avoid")]
    said = scene["signs"][0]["name"]
    assert said in " ".join(scene["roads"][0]["text"].split())
    expect(guest.page.locator(".st-key-signs").get_by_text(f"1 {said}", exact=True)).to_be_visible()
    assert json.dumps(scene["roads"][1]["rewards"][0]["kind"]) == '"stretch"'


def choose_landmark(guest: Any, name: str) -> None:
    """Once the page has made a new form: what is typed into one that goes is gone with it."""
    guest.settled().page.get_by_role("combobox", name=text("signs.landmark")).fill(name)
    guest.page.get_by_role("listbox").get_by_role("option").first.click()


@pytest.mark.slow
def test_a_sign_put_up_in_haste_takes_none_before_it_along(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=signs")
    guest.drive("What is rain?", length=4)
    guest.box(text("signs.add")).fill("I am afraid of the dark. Please leave the light on.")
    put_up(guest, "avoid")
    guest.page.locator(".st-key-signs [data-testid=stText]").wait_for()  # the model is still busy with it
    choose_landmark(guest, "coding")
    put_up(guest, "toward")
    guest.until("scene().signs?.length === 2 && p.roads.every((road) => road.state === 'done')")
    assert [sign["direction"] for sign in guest.player("scene().signs")] == ["avoid", "toward"]
    rows = guest.settled().page.locator(".st-key-signs [data-testid=stText]").all_inner_texts()
    assert [row[:6] for row in rows] == ["1 I am", "2 " + rows[1][2:6]] and "coding" in rows[1]


@pytest.mark.slow
def test_a_change_without_effect_is_said_and_the_last_sign_takes_its_road_along(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=signs")
    plain = guest.drive("What is rain?", length=3)[0]
    word = words[0] if (words := plain["tokens"][0]["text"].split()) else "rain"
    _, signed = guest.forbid(word)
    assert signed["rewards"] == [{"word": word, "weight": "ban"}]
    assert not re.search(rf"\b{re.escape(word)}\b", signed["text"], re.IGNORECASE)
    before = guest.player("scene().id")
    guest.box(text("signs.add")).fill("zeppelin")
    put_up(guest, "avoid")
    guest.driven(before)
    expect(guest.page.get_by_text(text("signs.nothing_added"))).to_be_visible()
    for left in (1, 0):
        before = guest.player("scene().id")
        guest.page.locator(".st-key-signs").get_by_role("button").last.click()
        assert len(guest.driven(before)) == 1 + (left > 0)
    assert guest.player("roads[0].tokens.map(({ id }) => id)") == [token["id"] for token in plain["tokens"]]


@pytest.mark.slow
def test_back_goes_to_the_step_before(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=map")
    for step in ("road", "signs"):
        guest.choose_step(text(f"steps.{step}.name"))
        guest.page.wait_for_url(f"**/?step={step}")
    for step in ("road", "map"):
        guest.page.go_back()
        chosen = guest.page.get_by_role("radio", name=text(f"steps.{step}.name"))
        expect(chosen).to_have_attribute("aria-checked", "true")
        guest.settled()
        assert f"step={step}" in guest.page.url


@pytest.mark.slow
def test_on_a_phone_the_stage_comes_into_view_and_a_scene_says_what_to_look_at(
    visit: Callable[..., Any],
) -> None:
    guest = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).open("?step=road")
    guest.drive("What is rain?", length=4)
    top = guest.page.locator(".st-key-stage").bounding_box()["y"]
    assert -40 < top < 300
    guest.recorded("Nearly on rails")
    guest.until("scene().id === 'code'")
    guest.page.wait_for_function("document.querySelector('.st-key-stage').getBoundingClientRect().top > -40")
    note = guest.page.locator(".card > p")
    expect(note).to_be_hidden()
    guest.page.get_by_role("button", name=text("player.card.label")).click()
    expect(note).to_be_visible()
