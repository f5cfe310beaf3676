"""A page of ours in somebody else's: the text that puts it there, and how it behaves in a frame."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import fake
import pytest
import server as harness
from playwright.sync_api import expect

from viz.strings import text

pytestmark = pytest.mark.browser

SIZES = {
    (700, 438): 0.78,
    (390, 244): 0.68,
    (1000, 625): 0.8,
}  # of the frame, and the share of its height that is the map's
HOSTILE = "\"><script>alert(1)</script><b title='&"
# What a finger would meet at a grid of places on the map, and what is seen of the player's own elements outside of it.
OVER_THE_MAP = """() => {
  const stage = document.querySelector(".stage"), box = stage.getBoundingClientRect(), met = new Set();
  for (let x = box.left + 2; x < box.right; x += 12)
    for (let y = box.top + 2; y < box.bottom; y += 12) {
      const node = document.elementFromPoint(x, y);
      const land = node === stage || node.matches(".stage > canvas, .stage > .plot, .stage > .plot *");
      if (!land) met.add(node.className || node.tagName);
    }
  return [...met];
}"""
SEEN = """() => [...document.querySelectorAll("button, select, input, summary, a")]
  .filter((node) => node.getBoundingClientRect().width > 1 && node.checkVisibility()).map((node) => node.className)"""


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_text_is_one_frame_whatever_the_title_and_the_address_hold(call: Callable[..., str]) -> None:
    html = call(
        "embed",
        "embedSnippet",
        {"src": f"https://example.org/a b.html?x={HOSTILE}#part", "title": HOSTILE, "width": 640},
    )
    ((tag, given),) = Tags(html).found
    assert (
        tag == "iframe"
        and given["title"] == HOSTILE
        and given["src"] == f"https://example.org/a b.html?x={HOSTILE}&embed#part"
    )
    assert (given["width"], given["height"], given["loading"], given["sandbox"]) == (
        "640",
        "400",
        "lazy",
        "allow-scripts",
    )
    assert "aspect-ratio:16/10" in (given["style"] or "")
    for src, wanted in (
        ("page.html", "page.html?embed"),
        ("page.html?embed", "page.html?embed"),
        ("p?a=1#b", "p?a=1&embed#b"),
    ):
        assert Tags(call("embed", "embedSnippet", {"src": src, "title": "\ud800"})).found[0][1]["src"] == wanted


@pytest.mark.parametrize(
    "src", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "java\nscript:alert(1)"]
)
def test_an_address_that_would_be_code_makes_no_frame(blank: Any, src: str) -> None:
    made = "(src) => import('/player/embed.js').then((m) => m.embedSnippet({ src, title: '' }))"
    assert blank.evaluate(f"(src) => ({made})(src).catch((error) => error.name)", src) == "TypeError"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: Any) -> Path:
    """A saved page with hostile words, from a disk."""
    from viz.export.saved_page import page_html

    scene = fake.scene("pair") | {"title": HOSTILE, "caption": f"Caption. {HOSTILE} " * 8}
    file: Path = tmp_path_factory.mktemp("saved") / "page.html"
    file.write_text(
        page_html(scene, fake.ground(), fake.ground_bin(), harness.strings(), fake.report()), encoding="utf-8"
    )
    return file


def article(file: Path, snippet: str) -> Path:
    """A page of somebody else's with a frame of ours, far down."""
    page = file.with_name("article.html")
    far = '<p style="height: 1600px">Words.</p>'
    page.write_text(f'<!doctype html><body style="margin: 20px">{far}{snippet}{far}', encoding="utf-8")
    return page


@pytest.mark.slow
def test_in_a_frame_there_is_the_map_one_line_one_button_and_the_caption(browser: Any, saved: Path) -> None:
    context = browser.new_context(reduced_motion="reduce")
    context.set_offline(True)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(saved.as_uri() + "?embed")
    go = page.locator("button.go")
    expect(go).to_have_attribute("aria-label", text("player.embed.again"))  # less motion: the road lies there whole
    for (width, height), share in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator(".stage")).to_have_css("width", f"{width}px")
        stage = page.locator(".stage").bounding_box()
        assert stage["height"] / height >= share, (width, stage)
        assert page.evaluate(OVER_THE_MAP) == []
        assert page.evaluate(SEEN) == ["primary go", "what"]
        under = page.locator(".under").bounding_box()
        assert (
            under["y"] >= stage["y"] + stage["height"]
            and page.evaluate("document.documentElement.scrollHeight") <= height
        )
        line = page.locator(".saying .news, .under .waiting").filter(visible=True)
        assert line.count() == 1 and line.bounding_box()["x"] > go.bounding_box()["x"]
    page.get_by_role("button", name=text("player.embed.what")).click()
    expect(page.locator(".caption .short")).to_contain_text(HOSTILE)
    assert page.locator(".stage").bounding_box()["height"] > 250 and page.evaluate(OVER_THE_MAP) == []
    go.click()
    expect(go).to_have_attribute("aria-label", text("player.embed.pause"))
    context.close()
    assert wrong == []


@pytest.mark.slow
def test_it_starts_when_it_is_seen_stops_when_it_has_gone_and_takes_no_key_of_the_page(
    browser: Any, saved: Path, call: Callable[..., str]
) -> None:
    snippet = call("embed", "embedSnippet", {"src": saved.name, "title": "A road"})
    context = browser.new_context(viewport={"width": 760, "height": 600})
    context.set_offline(True)
    page = context.new_page()
    page.goto(article(saved, snippet).as_uri())
    frame = page.frame_locator("iframe")
    go = frame.locator("button.go")
    page.evaluate("scrollTo(0, 900)")  # near, so that a lazy frame is loaded, and not yet seen
    expect(go).to_have_attribute("aria-label", text("player.embed.play"))
    page.evaluate("scrollTo(0, 1500)")
    expect(go).to_have_attribute("aria-label", text("player.embed.pause"))
    page.evaluate("scrollTo(0, 0)")
    expect(go).to_have_attribute("aria-label", text("player.embed.play"))
    before = page.evaluate("scrollY")
    page.keyboard.press("Space")
    page.wait_for_function("(before) => scrollY > before + 100", arg=before)  # it scrolls, as on any page
    page.evaluate("scrollTo(0, 1500)")
    expect(go).to_have_attribute("aria-label", text("player.embed.pause"))  # it goes on where it was
    go.click()  # somebody stops it: then it stays
    page.evaluate("scrollTo(0, 0)")
    page.evaluate("scrollTo(0, 1500)")
    expect(go).to_have_attribute("aria-label", text("player.embed.play"))
    page.keyboard.press("Space")  # the frame has the focus now
    expect(go).to_have_attribute("aria-label", text("player.embed.pause"))
    context.close()
