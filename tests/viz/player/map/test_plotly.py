"""Plotly's part of the picture: the one file that knows its inside is right about it."""

import io
from collections.abc import Callable
from typing import Any

import fake
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


# Puts one marker of plotly's own at a place, in the stead of the one before.
MARKER = """async ([x, y, z]) => {
  const gd = document.querySelector(".plot"), marker = { size: 9, color: "#ff00ff", opacity: 1, line: { width: 0 } };
  if (gd.data.length > 1) await Plotly.deleteTraces(gd, -1);
  await Plotly.addTraces(gd, { type: "scatter3d", mode: "markers", x: [x], y: [y], z: [z], marker });
  __mm.player.stage.plotly.attach();
}"""


@pytest.mark.slow
def test_the_projection_is_plotlys_own(visit: Callable[..., Any]) -> None:
    """A marker drawn by plotly is found where the player says that the point lies."""
    page = visit("scene=empty&play=0")
    page.evaluate("document.querySelector('.overlay').hidden = true")
    page.evaluate("__mm.player.stage.setPalette({ ...__mm.player.palette, groundAlpha: 0 })")
    home = page.locator(".stage").bounding_box()
    for point in [[0.3, 0.2, 0.1], [-2, 1, 0.5], [1.5, -1, -1]]:
        page.evaluate(MARKER, point)
        page.wait_for_function("(({ plotly }) => plotly.ratio === plotly.fullRatio)(__mm.player.stage)")
        for _ in range(40):  # until the marker is on the screen: a picture takes a tenth of a second
            pixels = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
            rows, columns = np.nonzero((pixels[..., 0] > 180) & (pixels[..., 1] < 100) & (pixels[..., 2] > 180))
            if len(rows) > 10:
                break
        else:
            pytest.fail(f"the marker at {point} never came onto the screen")
        x, y, _ = page.evaluate("(point) => __mm.player.project(point)", point)
        assert abs(columns.mean() + 0.5 - home["x"] - x) < 1 and abs(rows.mean() + 0.5 - home["y"] - y) < 1


@pytest.mark.slow
def test_plotly_takes_over_without_a_jump_and_the_road_drives_before_it(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{address}/?scene=single")
    page.wait_for_function("globalThis.__mm?.player.time > 0.3")
    assert page.evaluate("[typeof Plotly, document.querySelector('.stage').dataset.drawn]") == ["undefined", "canvas"]
    page.evaluate("__mm.player.setCamera(__mm.player.camera())")  # a person's own: the story's would go on
    before = page.evaluate("__mm.player.project([0.3, 0.2, 0.1])")
    page.wait_for_selector(".stage[data-drawn=plotly]", timeout=60_000)
    assert page.evaluate("__mm.player.project([0.3, 0.2, 0.1])") == pytest.approx(before, abs=0.05)
    page.close()


def test_signs_that_arrive_later_are_drawn_and_saved(visit: Callable[..., Any]) -> None:
    page = visit("scene=sign&play=0")
    expect(page.locator("canvas.regions")).to_be_hidden()
    page.evaluate("(signs) => __mm.player.arrive({kind: 'signs', value: signs})", fake.signs(2))
    expect(page.locator("canvas.regions")).to_be_visible()
    tinted = """() => {
      const { hatch } = __mm.player.stage, { width, height } = hatch.canvas;
      return hatch.getImageData(0, 0, width, height).data.some((value, i) => i % 4 === 3 && value > 60);
    }"""
    page.wait_for_function(tinted)
    assert [sign["direction"] for sign in page.evaluate("__mm.player.scene().signs")] == ["avoid", "toward"]
    page.evaluate("__mm.player.load(__mm.player.scene())")
    assert page.evaluate("__mm.player.marks.length") == 2
