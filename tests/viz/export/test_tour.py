"""The lesson from a disk, by a clicker alone: Page Down, Page Up, ".", F5 and Escape are all that is pressed, and no
socket is open."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from viz.export.site import write_site
from viz.lesson.lesson import Lesson, lesson_json, shipped
from viz.lesson.notes_page import notes_html

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CLICKER = {"PageDown", "PageUp", ".", "F5", "Escape"}
AT = "(({ talk }) => [talk.lesson.beats[talk.stop.beat].id, talk.stop.part])(__mm.player)"
STILL = "!player.motions.size && !player.frames.asked && player.opened === player.talk.beat.scene"


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return shipped()


@pytest.fixture(scope="module")
def page(browser: Any, lesson: Lesson, tmp_path_factory: Any) -> Iterator[Any]:
    """The tour of a site on a disk, without a network and without motion."""
    folder: Path = tmp_path_factory.mktemp("tour") / "site"
    write_site(folder, lesson=lesson_json(lesson), notes=notes_html(lesson))
    context = browser.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    context.set_offline(True)
    page = context.new_page()
    page.wrong, page.asked = [], []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto((folder / "tour.html").as_uri())
    settled(page)
    yield page
    assert page.wrong == [] and [url for url in page.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()


def settled(page: Any) -> None:
    """Until the stop that was asked for is on the stage: by evaluation, for the page's policy lets playwright wait for
    none."""
    page.evaluate(
        f"""() => new Promise((done) => {{
          const look = () => {{
            const player = globalThis.__mm?.player;
            return player?.talk.beat && {STILL} ? done() : requestAnimationFrame(look);
          }};
          look();
        }})"""
    )


def press(page: Any, key: str) -> None:
    assert key in CLICKER
    page.keyboard.press(key)
    settled(page)


def test_a_clicker_runs_the_whole_lesson_and_back(page: Any, lesson: Lesson) -> None:
    beats = {beat["id"]: beat for beat in lesson_json(lesson)["beats"]}
    stops = page.evaluate(
        "__mm.player.talk.stops.map(({ beat, part }) => [__mm.player.talk.lesson.beats[beat].id, part])"
    )
    assert len(beats) >= 12 and len(stops) > len(beats)
    press(page, "F5")
    assert page.locator(".mm.present").count() == 1
    for number, stop in enumerate(stops):
        assert page.evaluate(AT) == stop
        shown(page, beats[stop[0]], stop[1])
        if number == 2:
            press(page, ".")
            expect(page.locator(".blank")).to_be_visible()
            press(page, "PageDown")
            expect(page.locator(".blank")).to_be_hidden()
        if number + 1 < len(stops):
            press(page, "PageDown")
    for stop in stops[-2::-1]:
        press(page, "PageUp")
        assert page.evaluate(AT) == stop
    press(page, "F5")  # held: the talk goes on
    press(page, "Escape")
    assert page.locator(".mm.present").count() == 0 and page.evaluate(AT) == stops[0]


def shown(page: Any, beat: dict[str, Any], part: str) -> None:
    """The stage is as the beat says, and gives nothing away."""
    last = page.evaluate("__mm.player.clock.last")
    at = last if beat["token"] is None else beat["token"]
    assert page.evaluate("__mm.player.at") == at + (beat["cover"] and part == "told")
    assert page.evaluate("[__mm.player.scene().id, __mm.player.view]") == [beat["scene"], beat["view"]]
    if beat["reading"]:
        assert page.evaluate("__mm.player.strip.reading") == beat["reading"]
    card = page.locator(".lesson")
    assert beat["text"].replace("\u00a0", " ")[:60] in card.inner_text().replace("\u00a0", " ")
    expect(card.locator(".answers")).to_be_visible(visible=part == "told" and bool(beat["answer"]))
    overflow = card.locator(".beat").evaluate("node => node.scrollHeight - node.clientHeight")
    assert overflow <= 1, "somebody would have to scroll"
    expect(page.locator(".guess")).to_be_visible(visible=beat["cover"])
    if beat["cover"]:
        taken = page.evaluate("(which) => __mm.player.roads[which].tokens[__mm.player.at + 1]?.text", beat["road"])
        expect(page.locator(".guess .share")).to_have_count(0 if part == "covered" else 3)
        assert part == "told" or (taken is not None and page.locator(".words .covered").count() > 0)
