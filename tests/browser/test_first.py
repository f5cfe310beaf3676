"""Before the player is there: something to look at, and no jump when it takes over."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from viz.server.first import STYLE, roads
from viz.strings import text

pytestmark = pytest.mark.browser
FIRST = "#mindmap-first"
PLACED = """() => new Promise((done) => {
  const look = () => {
    const image = document.querySelector("#mindmap-first img"), late = Boolean(globalThis.__mm);
    if (late && !image) return done({ box: [], player: true });
    if (!image?.complete || !image.naturalWidth) return requestAnimationFrame(look);
    const { left, top, right, bottom } = image.getBoundingClientRect();
    done({ box: [left, top, right, bottom], player: Boolean(globalThis.__mm) });
  };
  look();
})"""


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1440, 900), (1280, 720)])
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


PHONES = [*(("map", size) for size in ((768, 1024), (412, 915), (390, 844), (360, 740))), ("road", (390, 844))]


@pytest.mark.slow
@pytest.mark.parametrize(("step", "size"), PHONES)
def test_on_a_phone_it_stands_about_where_the_stage_will_be(
    visit: Callable[..., Any], step: str, size: tuple[int, int]
) -> None:
    """How many lines there are above the stage depends on the phone's letters."""
    guest = visit()
    guest.page.set_viewport_size({"width": size[0], "height": size[1]})
    guest.open(f"?step={step}")
    guest.until("roads.length > 0")
    assert guest.player("roads.length") == roads(step)
    there = guest.page.evaluate(
        """([style, roads]) => {
          const made = { id: "mindmap-first", className: `roads-${roads}` },
            div = Object.assign(document.createElement("div"), made);
          div.append(Object.assign(document.createElement("style"), { textContent: style }));
          document.body.append(div);
          const [{ top, bottom }, stage] = [div, __mm.player.shell.stage].map((node) => node.getBoundingClientRect());
          div.remove();
          return [top - stage.top, bottom - stage.bottom];
        }""",
        [STYLE, roads(step)],
    )
    assert there == pytest.approx([0, 0], abs=30)
