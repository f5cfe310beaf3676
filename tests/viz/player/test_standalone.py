"""The page that plays from a file."""

from pathlib import Path
from typing import Any

import fake
import pytest
import server as harness
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.slow
def test_the_saved_page_plays_from_a_file_without_a_network(browser: Any, tmp_path: Path) -> None:
    from viz.export.saved_page import page_html

    scene = fake.scene("signs") | {"title": "</script><b>hostile</b>", "note": "\u2028 <!-- <script>"}
    file = tmp_path / "page.html"
    file.write_text(
        page_html(scene, fake.ground(), fake.ground_bin(), harness.strings(), fake.report()), encoding="utf-8"
    )
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_offline(True)
    page, asked, wrong = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(file.as_uri())
    expect(page.locator(".stage[data-drawn=plotly]")).to_be_attached(timeout=60000)
    expect(page.get_by_role("button", name="one", exact=True).first).to_have_class("past", timeout=20000)
    page.locator(".stage").focus()
    page.keyboard.press("End")
    assert page.evaluate("__mm.player.index") == 59
    assert page.locator(".card h2").inner_text() == "</script><b>hostile</b>"
    assert page.evaluate("__mm.player.marks.length") == 5
    assert page.locator(".chip").count() >= 10 and page.locator(".crossing button.chip").count() == 0
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == [] and wrong == []
    context.close()
