# ruff: noqa: E501 - lines of JavaScript
"""Driving in the whole app: the start that moves, the road that grows, two starts, signs, turns, and who else drives."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.viz.conftest import until
from viz.strings import text

pytestmark = pytest.mark.browser

LONG = "Tell me a long story about a lost key."
WATCH = """() => { globalThis.lengths = []; setInterval(() => { const road = __mm.player.roads[0]; if (!road) return;
    if (road.state === 'running' && road.tokens.length && road.tokens.length !== lengths.at(-1)) lengths.push(road.tokens.length); }, 4); }"""


def ids(road: dict[str, Any]) -> list[int]:
    return [token["id"] for token in road["tokens"]]


def first_difference(first: list[int], second: list[int]) -> int | None:
    return next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)


def has_word(said: str, word: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", said, re.IGNORECASE) is not None


# ---- the start


@pytest.mark.slow
def test_the_flag_moves_and_is_compared_while_one_types(visit: Callable[..., Any]) -> None:
    guest = visit(motion=True).open("?step=start", drawn=True)
    guest.until("roads[0]?.start")
    before = guest.player("scene().roads[0].start.position")
    guest.asked.clear()
    box = guest.box("Starting point")
    box.press_sequentially("You guard a lighthouse alone.", delay=15)
    compared = guest.page.locator(".saying")
    for part in ("of the map", "from A’s start"):
        expect(compared).to_contain_text(part)
    guest.until("motions.size === 0")
    typed = guest.player("journey.typed.start.position")
    assert typed != before == guest.player("scene().roads[0].start.position")  # the road's own flag stays
    box.fill("Answer in one word.")
    guest.until("journey.ghosts.at(-1)?.label === 'You guard a lighthouse alone.'")
    assert guest.player("journey.typed.start.position") != typed
    comparison = guest.player("journey.comparison")
    assert all(comparison[name] > 0 for name in ("map", "full", "behaviour"))
    assert "frame" not in guest.asked, "the page ran although nothing was pressed"


@pytest.mark.slow
def test_the_flag_comes_back_to_the_same_place_for_the_same_words(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=start")
    places = []
    for system in ("You guard a lighthouse alone.", "Answer in one word.", "You guard a lighthouse alone."):
        guest.box("Starting point").fill(system)
        guest.until(f"journey.startLabel === {json.dumps(system)}")
        places.append(guest.player("journey.typed.start.position"))
    assert places[0] == places[2] != places[1]


def test_two_starts_get_the_same_question_and_two_roads(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=start")
    guest.page.get_by_role("switch", name="A | B").press("Space")
    guest.box("Starting point B").fill("You are a pirate.")
    a, b = guest.drive("What is rain?", system="You are a kind nurse.", length=8)
    assert (a["system"], b["system"]) == ("You are a kind nurse.", "You are a pirate.")
    assert a["user"] == b["user"] == "What is rain?" and (a["label"], b["label"]) == ("A", "B")
    assert a["start"]["position"] != b["start"]["position"] and a["rewards"] == b["rewards"] == []
    guest.until(f"scene().parts_at === {first_difference(ids(a), ids(b))}")
    expect(guest.page.get_by_role("group", name="Answer of road")).to_have_count(2)


# ---- the road


@pytest.mark.slow
def test_the_road_grows_while_the_model_writes_and_the_page_stays_usable(visit: Callable[..., Any]) -> None:
    guest = visit(motion=True).open("?step=signs")
    guest.page.evaluate(WATCH)
    guest.order(LONG, length=96)
    guest.until("roads[0]?.state === 'running' && p.roads[0].tokens.length > 2")
    guest.region("freedom").press("Space")
    guest.until("regions.length === 1")
    assert guest.player("roads[0].state") == "running", "the page waited for the road"
    guest.until("roads[0].state === 'done'")
    lengths = guest.page.evaluate("lengths")
    assert len(lengths) >= 4 and lengths == sorted(lengths)
    road = guest.player("scene().roads[0]")
    assert road["text"] == "".join(token["text"] for token in road["tokens"])
    guest.until("roads[0].tokens.slice(0, 16).every((token) => token.grip !== null)")


@pytest.mark.slow
def test_stop_ends_the_road_at_a_token(app: Any, visit: Callable[..., Any]) -> None:
    guest, stopped = visit(motion=True).open("?step=road"), {}
    guest.length(256)
    for where in (".st-key-rail", ".stage"):
        before = guest.player("scene().id")
        guest.order(LONG)
        guest.until(
            f"scene().id !== {json.dumps(before)} && p.roads[0]?.state === 'running' && p.roads[0].tokens.length > 3"
        )
        guest.page.locator(where).get_by_role("button", name="Stop", exact=True).click()
        guest.until("roads[0].state === 'stopped'")
        road, job = guest.player("scene().roads[0]"), guest.player("scene().id")
        assert 3 < len(road["tokens"]) < 256
        expect(guest.button("Drive")).to_be_visible()
        stopped[job] = len(road["tokens"])
    guest.drive("What is rain?", length=2)  # drives take turns: one that went on would have had some of them
    for job, tokens in stopped.items():
        assert len(app.get(f"mm/job/{job}.json")["roads"][0]["tokens"]) == tokens, "the model wrote on"


@pytest.mark.slow
def test_the_turns_come_when_the_head_rests_and_are_exact(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=road").greedy()
    road = guest.drive("What is rain?", length=8)[0]
    guest.until(f"scene().roads[0].spurs['{len(road['tokens']) - 1}']")  # the head has rested at the end
    guest.asked.clear()
    guest.page.evaluate("__mm.player.go(5)")
    guest.until("scene().roads[0].spurs['5']")
    tips = guest.player("scene().roads[0].spurs['5']")
    rank = [c["id"] for c in road["tokens"][5]["candidates"][:3]].index(road["tokens"][5]["id"])
    assert len(tips) == 3 and tips[rank] == pytest.approx(road["tokens"][6]["position"], abs=2e-3)
    assert all(tips[i] != tips[j] for i, j in ((0, 1), (0, 2), (1, 2)))
    guest.until("picks.filter((pick) => pick.candidate != null && !pick.box).length === 3")
    asked = [url for url in guest.asked if "/spurs/" in url]
    assert len(asked) == 1 and asked[0].endswith("/0/5")


# ---- signs


def test_a_forbidden_word_is_never_written_and_the_detour_is_marked(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=signs").greedy()
    guest.drive("What is rain?", system="You are a kind nurse.", length=10)
    before = guest.player("scene().id")
    chip = guest.page.get_by_role("radiogroup", name="Words of this road").get_by_role("radio").first
    word = chip.inner_text().strip()
    chip.click()
    a, b = guest.driven(before)
    assert has_word(a["text"], word) and not has_word(b["text"], word)
    assert b["rewards"] == [{"word": word, "weight": "ban"}] and a["rewards"] == []
    assert a["start"]["position"] == b["start"]["position"]
    parts = first_difference(ids(a), ids(b))
    assert parts is not None
    guest.until(f"scene().parts_at === {parts}")
    turn = b["tokens"][parts]
    blocked = {c["text"].strip().casefold() for c in turn["candidates"] if c["id"] in turn["blocked"]}
    assert any(word.casefold().startswith(piece) for piece in blocked if piece) and turn["pull"] > 0 and turn["kl"] > 0
    assert turn["id"] not in turn["blocked"]
    reading = guest.page.get_by_role("combobox", name=text("player.strip.select"))
    expect(reading).to_have_value("pull")  # what this drive is about
    guest.page.evaluate(f"__mm.player.go({parts})")
    expect(guest.page.locator(".strip output .road-b")).not_to_have_text(re.compile(r"B (0 %|0\.0 %|not known)"))
    expect(guest.page.locator(".strip output .road-a")).to_have_count(0)  # nothing is forbidden on A
    assert guest.page.get_by_text(text("signs.nothing_changed")).count() == 0
    expect(guest.page.locator(".st-key-rail")).to_contain_text(text("page.stand_in"))


@pytest.mark.slow
def test_a_sign_that_changes_nothing_says_so(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=signs")
    guest.drive("What is rain?", length=5)
    a, b = guest.forbid("zeppelin")
    expect(guest.page.get_by_text(text("signs.nothing_changed"))).to_be_visible()
    assert ids(a) == ids(b) and guest.player("scene().parts_at") is None


@pytest.mark.slow
def test_inside_tells_what_the_probe_says(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=signs").greedy()
    tokens = guest.drive("Why do people fight for freedom?", system="You long for freedom.", length=20)[0]["tokens"]
    guest.page.get_by_role("combobox", name=text("player.strip.select")).select_option(
        label=text("player.readings.inside.name")
    )
    names = guest.page.evaluate("__mm.player.ground.meta.regions.map((region) => region.name)")
    assert any(any(token["inside"]) for token in tokens) and names == ["freedom", "survival under threat"]
    for index in (0, 7, 15, 19):
        guest.page.evaluate(f"__mm.player.go({index})")
        within = ", ".join(name for name, inside in zip(names, tokens[index]["inside"], strict=True) if inside)
        said = re.escape(f"inside {within}" if within else "outside")
        expect(guest.page.locator(".strip output")).to_have_text(re.compile(rf"(^|\W){said}$"))


@pytest.mark.slow
def test_what_appears_in_the_rail_moves_nothing_that_stands_below_it(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=road")
    guest.length(4)
    field = guest.page.get_by_role("spinbutton", name="Length in tokens")
    field.evaluate("(element) => { element.theSame = true; }")
    guest.drive("What is rain?")  # signs to put up appear
    guest.drive("What is snow?")  # and a road driven before
    expect(guest.page.get_by_text(text("history.label"))).to_be_visible()
    expect(field).to_have_value("4")
    assert field.evaluate("(element) => element.theSame")


# ---- not alone, and not for ever


@pytest.mark.slow
def test_two_visitors_drive_at_once_and_never_meet(visit: Callable[..., Any]) -> None:
    first, second = visit().open("?step=road"), visit().open("?step=road")
    before = [guest.player("scene().id") for guest in (first, second)]
    first.length(4)
    second.length(4)
    first.order("Why is the sky blue?", system="You are a strict judge.")
    second.order("How do I make soup?", system="You are a pirate.")
    together = [guest.driven(old)[0] for guest, old in zip((first, second), before, strict=True)]
    assert first.player("scene().id") != second.player("scene().id")
    assert "soup" not in first.page.locator("body").inner_text() + json.dumps(first.player("scene()"))
    assert "sky" not in second.page.locator("body").inner_text() + json.dumps(second.player("scene()"))
    alone = first.drive("Why is the sky blue?")[0], second.drive("How do I make soup?")[0]
    for road, other in zip(together, alone, strict=True):
        assert ids(road) == ids(other)
        assert [token["position"] for token in road["tokens"]] == [token["position"] for token in other["tokens"]]


def waits_for_end(app: Any, job: str, seconds: float = 45.0) -> dict[str, Any]:
    """The first road of a job once it is no longer driven."""

    def road() -> dict[str, Any]:
        found: dict[str, Any] = app.get(f"mm/job/{job}.json")["roads"][0]
        return found

    until(lambda: road()["state"] not in ("running", "waiting"), seconds)
    return road()


@pytest.mark.slow
def test_a_scene_shown_while_a_road_is_driven_stays_what_it_is(app: Any, visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=road")
    job = guest.begin_two(LONG, 40)
    guest.page.keyboard.press("F5")  # a talk: the drive goes on, and its tokens are kept for later
    guest.until("talk.inLesson && p.scene().id === p.talk.beat.scene")
    recorded = app.get(f"mm/scene/{guest.player('scene().id')}.json")
    assert waits_for_end(app, job)["state"] == "done"
    shown = guest.player("scene()")
    assert [ids(road) for road in shown["roads"]] == [ids(road) for road in recorded["roads"]]
    assert all(road["state"] == "done" for road in shown["roads"])
    guest.page.keyboard.press("Escape")
    guest.until("talk.begun === false && p.roads.length === 2 && p.roads.every(({ state }) => state === 'done')")
    assert [ids(road) for road in guest.player("scene()")["roads"]] == [
        ids(road) for road in app.get(f"mm/job/{job}.json")["roads"]
    ]
