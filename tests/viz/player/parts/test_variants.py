"""The slider over recorded siblings."""

from collections.abc import Callable
from typing import Any

import pytest
from hand import SAYS

pytestmark = pytest.mark.browser


def test_a_recorded_sibling_is_opened_by_its_slider(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    items = [{"id": "single", "label": "0"}, {"id": "sign", "label": "-3"}]
    page.evaluate(
        "(variants) => __mm.player.load({ ...__mm.player.scene(), variants })",
        {"label": "Weight", "low": "no change", "high": "breaks", "items": items},
    )
    page.evaluate("__mm.player.go(9)")
    page.get_by_role("slider", name="Weight").press("End")
    page.wait_for_function("__mm.player.scene().id === 'sign'")
    assert page.evaluate("__mm.player.index") == 9


def test_a_slider_that_somebody_moves_stays_where_it_is_while_the_road_plays(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    items = [{"id": "single", "label": "0"}, {"id": "sign", "label": "-3"}]
    variants = {"label": "Weight", "low": "no change", "high": "breaks", "items": items}
    page.evaluate("(variants) => __mm.player.load({ ...__mm.player.scene(), variants }, { play: true })", variants)
    page.evaluate("document.querySelector('.variants input').value = 1")  # held, not yet let go
    page.wait_for_function("__mm.player.index > 3")
    assert page.evaluate("document.querySelector('.variants input').value") == "1"


def test_on_a_low_stage_nothing_lies_on_the_slider_and_the_inset_comes_back(visit: Callable[..., Any]) -> None:
    """As the app has it at 1280 x 720."""
    page = visit("ground=shipped&scene=shipped/not-that-subject&play=0&gl=0", width=924, height=688)
    page.evaluate("__mm.player.go(Infinity)")
    slider, inset = page.get_by_role("slider", name="Nats per standard deviation"), page.locator(".inset")
    box = slider.bounding_box()
    for share in (0.02, 0.5, 0.98):
        at = [box["x"] + share * box["width"], box["y"] + box["height"] / 2]
        assert page.evaluate("([x, y]) => document.elementFromPoint(x, y).type", at) == "range"
    assert inset.is_hidden()
    page.locator(".card").get_by_role("button", name=SAYS["card"]["close"]).click()
    assert inset.is_visible()
