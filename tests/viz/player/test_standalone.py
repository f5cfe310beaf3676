"""The page that plays from a file."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import fake
import pytest
import server as harness
from playwright.sync_api import expect

from tests.conftest import COMPOSITING, FLAGS, chromium_path
from viz.export.saved_page import page_html
from viz.scene.recorded import scene_bytes

pytestmark = pytest.mark.browser

MEGABYTES = 6
SECONDS = 2  # of work until the first picture, in a browser that has just been started
FIRST = """() => new Promise((done) => {
  const look = () => (globalThis.__mm?.player.framesDrawn ? done() : requestAnimationFrame(look));
  look();
})"""


def whole(id: str, **changed: Any) -> str:
    """The page of a recorded scene, on the map that ships."""
    scene = json.loads(scene_bytes(id) or b"") | changed
    ground = harness.shipped()
    return page_html(scene, json.loads(ground.description), ground.points, harness.strings(), fake.report())


def test_the_saved_page_plays_from_a_file_without_a_network(browser: Any, tmp_path: Path) -> None:
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
    assert page.evaluate("""document.fonts.check('600 16px "Source Sans"')""")
    expect(page.locator(".told .caption")).to_have_text(scene["caption"])
    script = "Object.assign(document.createElement('script'), { textContent: 'globalThis.ran = 1' })"
    page.evaluate(f"document.head.append({script})")
    assert page.evaluate("globalThis.ran") is None  # its policy knows two scripts, and no other one
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == [] and wrong == []
    context.close()


def test_where_nothing_unpacks_plotly_the_road_is_driven_on_the_canvas(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(whole("banana"), encoding="utf-8")
    context = browser.new_context(viewport={"width": 900, "height": 700})
    context.add_init_script("delete globalThis.DecompressionStream")
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(file.as_uri())
    expect(page.locator(".words .past").nth(3)).to_be_attached()
    expect(page.locator(".stage[data-drawn=canvas]")).to_be_attached()
    assert page.evaluate("globalThis.Plotly") is None and wrong == []
    context.close()


class Words(HTMLParser):
    """What a page says without scripts, and the JSON that it carries."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.at, self.said, self.data, self.given = "", "", dict[str, str](), dict[str, str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.at = told.get("id") or "code" if tag in ("script", "style") else ""
        if tag == "meta" and told.get("name"):
            self.given[str(told["name"])] = told.get("content") or ""

    def handle_endtag(self, tag: str) -> None:
        self.at = ""

    def handle_data(self, data: str) -> None:
        if self.at:
            self.data[self.at] = self.data.get(self.at, "") + data
        else:
            self.said += data


def test_the_page_carries_its_words_its_letters_and_what_makes_it_again() -> None:
    scene = json.loads(scene_bytes("freedom-forbidden") or b"")
    html = whole("freedom-forbidden")
    assert len(html.encode()) < MEGABYTES * 1e6 / 2 and "http-equiv" in html and "data:font/woff2;base64," in html
    page = Words(html)
    told = [
        scene["title"],
        scene["caption"],
        scene["roads"][0]["user"],
        "System prompt",
        scene["roads"][1]["text"].strip(),
    ]
    assert [part for part in told if part.replace(" %", "\u00a0%") not in page.said.replace(" %", "\u00a0%")] == []
    assert scene["roads"][0]["user"] in page.given["description"]
    recipe = json.loads(page.data["recipe"])
    assert (recipe["program"], recipe["atlas"], recipe["scene"]) == ("mindmap-navigator", scene["atlas"], scene["id"])
    assert recipe["version"] and recipe["request"] == scene.get("request")
    assert json.loads(page.data["scene"]) == scene


def test_hostile_words_stay_words_and_half_a_character_stops_nothing() -> None:
    hostile = '</title><script>alert(1)</script><!-- \ud800 "\u2028'
    scene = json.loads(scene_bytes("banana") or b"")
    roads = [road | {"user": hostile, "system": hostile} for road in scene["roads"]]
    for road in roads:
        road["tokens"] = [token | {"text": hostile} for token in road["tokens"][:3]]
    html = whole("banana", title=hostile, note=hostile, caption=hostile, roads=roads)
    html.encode()  # it can be written
    page, plain = Words(html), Words(whole("banana"))
    assert set(page.data) == set(plain.data) and page.data["code"] == plain.data["code"]
    assert json.loads(page.data["scene"])["title"] == hostile and page.said.count("<script>alert(1)</script>") >= 6


def test_the_first_picture_takes_less_than_two_seconds(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(whole("pirate-sea"), encoding="utf-8")
    fresh = browser.browser_type.launch(executable_path=chromium_path(), args=[*FLAGS, COMPOSITING])
    page = fresh.new_page(viewport={"width": 1280, "height": 800})
    told = page.context.new_cdp_session(page)
    told.send("Performance.enable")
    page.goto(file.as_uri(), wait_until="commit")
    page.evaluate(FIRST)
    metrics = {metric["name"]: metric["value"] for metric in told.send("Performance.getMetrics")["metrics"]}
    fresh.close()
    # Of the thread that does it all: on a quiet machine that is what the clock says, on a busy one the clock says more.
    assert 0 < metrics["ThreadTime"] < SECONDS
