"""Where the camera stands: the first view, what a person makes of it, what is kept."""

from collections.abc import Callable
from typing import Any

import fake
import numpy as np
import pytest
from hand import SAYS, camera_at, put_camera, still

pytestmark = pytest.mark.browser


def test_dragging_turns_the_map_and_reset_brings_it_back(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0")
    home, first = page.locator(".stage").bounding_box(), page.evaluate("__mm.player.camera()")
    page.mouse.move(home["x"] + 500, home["y"] + 300)
    page.mouse.down()
    page.mouse.move(home["x"] + 640, home["y"] + 340, steps=6)
    page.mouse.up()
    turned = page.evaluate("__mm.player.camera()")
    assert abs(turned["eye"]["x"] - first["eye"]["x"]) > 0.05
    page.evaluate("document.activeElement.blur()")
    page.mouse.wheel(0, 200)
    assert page.evaluate("__mm.player.camera()") == turned
    page.get_by_role("button", name=SAYS["stage"]["reset"]).click()
    still(page)
    assert page.evaluate("__mm.player.camera()")["eye"] == pytest.approx(first["eye"], abs=1e-6)


def test_the_camera_comes_back_after_a_remount(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0", fresh=True)
    put_camera(page, eye := {"x": 1, "y": 0.2, "z": 0.4})
    page.wait_for_function("sessionStorage.length")
    page.reload()
    page.wait_for_function("globalThis.__mm?.player")
    assert camera_at(page) == pytest.approx(eye)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (390, 844)])
def test_the_first_view_cuts_nothing(visit: Callable[..., Any], size: tuple[int, int]) -> None:
    page = visit("scene=empty&gl=0", width=size[0], height=size[1])
    points = fake.cloud()[0]
    within = (np.abs(points - np.median(points, axis=0)) < 8.5).all(axis=1)  # all but the one stray
    seen = np.array(
        page.evaluate("(points) => points.map((point) => __mm.player.project(point))", points[within].tolist())
    )
    stage = page.locator(".stage").bounding_box()
    assert within.sum() == fake.COUNT - 1
    assert seen[:, 0].min() > 4 and seen[:, 0].max() < stage["width"] - 4
    assert seen[:, 1].min() > 4 and seen[:, 1].max() < stage["height"] - 4
