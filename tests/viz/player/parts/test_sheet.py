"""The sheets over the player: the table of the roads, and how far to trust the map."""

import re
from collections.abc import Callable
from typing import Any

import fake
import pytest
from hand import SAYS, still
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_table_has_a_row_for_each_token(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.get_by_role("button", name="Table").click()
    assert page.get_by_role("row").count() == 61
    page.keyboard.press("Escape")
    assert page.get_by_role("row").count() == 0


def test_the_trust_panel_quotes_the_report_and_shows_the_road_in_pca(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.get_by_role("button", name="map trust").click()
    expect(page.get_by_role("dialog")).to_contain_text("44 %")
    expect(page.get_by_role("dialog")).to_contain_text("0.78 of 1 (0.71 to 0.83): how well")
    expect(page.get_by_role("dialog")).to_contain_text("0.92 of 1: the same before")  # no interval is known
    # How often a name is right stands beside chance, where it is said what a name is.
    names = page.get_by_role("heading", name=SAYS["trust"]["names"]["title"]).locator("xpath=following-sibling::ul[1]")
    expect(names).to_contain_text(re.compile(r"^81 % of the names .* By chance it would be 4\.3 %\."))
    page.get_by_role("button", name="PCA").click()
    still(page)
    token = fake.scene("single")["roads"][0]["tokens"][0]
    assert page.evaluate("__mm.player.roads[0].places[0]") == pytest.approx(token["pca"])
