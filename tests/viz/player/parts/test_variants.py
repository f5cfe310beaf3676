"""The slider over recorded siblings."""

from collections.abc import Callable
from typing import Any

import pytest

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
