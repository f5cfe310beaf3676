"""The first second of the page: something to look at, and no jump when the player takes over."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from viz.strings import text

pytestmark = pytest.mark.browser
FIRST = "#mindmap-first"
PLACED = """() => new Promise((done) => {
  const look = () => {
    const image = document.querySelector("#mindmap-first img");
    if (!image?.complete || !image.naturalWidth) return requestAnimationFrame(look);
    const { left, top, right, bottom } = image.getBoundingClientRect();
    done({ box: [left, top, right, bottom], player: Boolean(globalThis.__mm) });
  };
  look();
})"""


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (390, 844)])
def test_a_picture_stands_where_the_stage_will_be_before_the_player_is_there(
    visit: Callable[..., Any], size: tuple[int, int]
) -> None:
    guest = visit(viewport={"width": size[0], "height": size[1]})
    guest.tab.withhold(["*/plotly-*"])
    guest.page.goto(guest.url, wait_until="commit")
    placed = guest.page.evaluate(PLACED)
    assert placed["player"] is False
    expect(guest.page.locator(FIRST)).to_contain_text(text("player.opening.text"))
    guest.arrived()
    expect(guest.page.locator(FIRST)).to_have_count(0)
    stage = guest.page.locator(".stage").bounding_box()
    there = [stage["x"], stage["y"], stage["x"] + stage["width"], stage["y"] + stage["height"]]
    assert placed["box"] == pytest.approx(there, abs=12)


def test_on_a_warm_browser_something_is_painted_within_a_second_of_the_html(visit: Callable[..., Any]) -> None:
    """Painted by the page's HTML and one picture alone: Streamlit's code is withheld, so nothing of it can have been
    waited for."""
    guest = visit()
    guest.open()
    guest.tab.withhold(["*/static/js/*", "*/mm/player/*", "*/plotly-*"])
    guest.page.goto(guest.url, wait_until="commit")
    guest.page.evaluate(PLACED)
    guest.waits("performance.getEntriesByName('first-contentful-paint').length")
    seconds = """() => (performance.getEntriesByName("first-contentful-paint")[0].startTime
      - performance.getEntriesByType("navigation")[0].responseEnd) / 1000"""
    assert guest.page.evaluate(seconds) < 1
