"""The site: what is written, that all of it hangs together, and that it plays from a disk with nothing to reach."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parent))  # firefox

from firefox import NAMES, firefox, firefox_path

from embeddings.errors import UserError
from viz.export import site as module
from viz.export.site import MARKER, write_site
from viz.export.site_pages import Pages
from viz.export.thumbnails import Flat, box_around, smooth
from viz.scene.recorded import scene_bytes, scenes
from viz.strings import text

MEGABYTES = 12
SECONDS = 20
PATIENCE = 60_000  # milliseconds for what takes a second on an idle machine
HOSTILE = '</script><img src="x" onerror="alert(1)">\ud800 “{braces}” &amp;'
IDS = [id for entry in scenes() for id in (entry["id"], *entry.get("variants", ()))]
LESSON = {
    "version": 1,
    "title": f"A tour {HOSTILE}",
    "hash": "0",
    "beats": [
        {
            "id": "one",
            "title": HOSTILE,
            "scene": "bear",
            "token": 3,
            "road": 0,
            "reading": None,
            "camera": "whole",
            "view": "map",
            "text": HOSTILE,
            "question": HOSTILE,
            "answer": HOSTILE,
            "cover": False,
        },
        {"id": "two", "title": "Off the list", "scene": "../../etc/passwd", "text": "No such scene."},
    ],
}


class Read(HTMLParser):
    """What a page says, what it runs, and where it leads."""

    LEADS = ("href", "src", "srcset", "action", "poster", "data")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.text, self.tags, self.ids = "", list[tuple[str, dict[str, str | None]]](), set[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.ids |= {value for name, value in attrs if name == "id" and value}
        self.inside = [tag] if tag in ("script", "style") else []

    def handle_endtag(self, tag: str) -> None:
        self.inside = []

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.text += data

    @property
    def addresses(self) -> list[str]:
        return [value or "" for _, given in self.tags for name, value in given.items() if name in self.LEADS]


def said(data: str) -> str:
    """As a page says it: figures keep their sign, half a character is lost."""
    return re.sub("[\ud800-\udfff]", "\ufffd", data.replace(" %", "\u00a0%"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Any) -> Path:
    """A whole site, written in time."""
    folder: Path = tmp_path_factory.mktemp("made") / "site"
    told, began = list[tuple[str, float]](), time.monotonic()
    sheet = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Sheet</title>'
    made = write_site(folder, lambda *news: told.append(news), lesson=LESSON, sheet=sheet, notes=sheet)
    assert time.monotonic() - began < SECONDS
    shares = [share for _, share in told]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.relative_to(folder).as_posix() for path in files} == set(made.files)
    assert made.size == sum(path.stat().st_size for path in files) < MEGABYTES * 1e6
    assert [path.name for path in folder.parent.iterdir()] == ["site"]  # nothing half-made stays beside it
    return folder


def test_every_address_is_relative_and_leads_to_a_file_of_the_site(folder: Path) -> None:
    pages = {path: Read(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}
    assert len(pages) == len(IDS) + 4
    for path, page in pages.items():
        for address in page.addresses:
            parts = urlsplit(address)
            assert not parts.scheme and not parts.netloc and not parts.path.startswith("/"), (path, address)
            to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert to.is_file() and to.is_relative_to(folder), (path, address)
            assert not parts.fragment or parts.fragment in pages[to].ids, (path, address)
    for sheet in folder.rglob("*.css"):
        assert all(url.startswith("data:") for url in re.findall(r'url\("?([^")]+)', sheet.read_text(encoding="utf-8")))


def test_without_scripts_every_scene_is_there_in_words(folder: Path) -> None:
    index = Read((folder / "index.html").read_text(encoding="utf-8"))
    for entry in scenes():
        assert said(entry["title"]) in index.text and said(entry["note"]) in index.text
    assert {f"roads/{entry['id']}.html" for entry in scenes()} | {"tour.html", "sheet.html", "notes.html"} <= set(
        index.addresses
    )
    for id in IDS:
        page = Read((folder / "roads" / f"{id}.html").read_text(encoding="utf-8"))
        scene = json.loads(scene_bytes(id) or b"")
        told = [scene["title"], scene["caption"], scene["roads"][0]["user"]]
        told += ["".join(token["text"] for token in road["tokens"]).strip() for road in scene["roads"]]
        assert all(part.replace(" %", "\u00a0%") in page.text.replace(" %", "\u00a0%") for part in told), id


def test_what_others_wrote_is_text_and_never_a_tag(folder: Path) -> None:
    tour = Read((folder / "tour.html").read_text(encoding="utf-8"))
    assert tour.text.count(said(HOSTILE)) >= 4 and "img" not in [tag for tag, _ in tour.tags]
    assert not any("passwd" in address for address in tour.addresses)
    scene = json.loads(scene_bytes("bear") or b"")
    hostile = scene | {"title": HOSTILE, "note": HOSTILE, "caption": HOSTILE}
    hostile["roads"] = [road | {"user": HOSTILE, "system": HOSTILE} for road in scene["roads"]]
    flat = Flat(np.zeros(3), np.eye(3)[:2], 1.0, np.zeros(2), (1.0, 1.0))
    page = Read(Pages(flat, {"landmarks": []}, {"bear": hostile}).road("bear"))
    assert [given.get("src") for tag, given in page.tags if tag == "script"] == [
        "../data/base.js",
        "../data/bear.js",
        "../code/player.js",
    ]
    assert "img" not in [tag for tag, _ in page.tags] and page.text.count(said(HOSTILE)) >= 5
    laid = module._laid("scene/bear", hostile).decode()
    assert laid.isprintable() is False and laid.count("\n") == 1 and "<" not in laid


def test_an_earlier_site_is_replaced_and_what_others_put_there_stays(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(
        module, "files", lambda *given: iter([("index.html", b"new", 0.5), ("roads/a.html", b"a", 1.0)])
    )
    folder = tmp_path / "site"
    folder.mkdir()
    write_site(folder)  # an empty folder is as good as none
    (folder / "CNAME").write_text("example.org", encoding="utf-8")
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref", encoding="utf-8")
    (folder / "roads" / "mine.html").write_text("mine", encoding="utf-8")
    (folder / "roads" / "a.html").write_text("old", encoding="utf-8")
    monkeypatch.setattr(module, "files", lambda *given: iter([("index.html", b"newer", 1.0)]))
    write_site(folder)
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert left == {"index.html", MARKER, "CNAME", ".git/HEAD", "roads/mine.html"}
    assert (folder / "index.html").read_bytes() == b"newer" and len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_is_none_of_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UserError, match="is a file"):
        write_site(tmp_path / "file")
    for marker in (
        None,
        "[]",
        "{}",
        '{"program": "another", "files": []}',
        "[" * 100_000,
        '{"program": "mindmap-navigator"}',
    ):
        folder = tmp_path / "mine"
        folder.mkdir(exist_ok=True)
        (folder / "thesis.txt").write_text("years", encoding="utf-8")
        if marker:
            (folder / MARKER).write_text(marker, encoding="utf-8")
        with pytest.raises(UserError, match="no earlier site"):
            write_site(folder)
        assert (folder / "thesis.txt").read_text(encoding="utf-8") == "years"


def test_a_writer_that_fails_leaves_the_earlier_site(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "files", lambda *given: iter([("index.html", b"old", 1.0)]))
    write_site(tmp_path / "site")

    def full(*given: Any) -> Iterator[Any]:
        yield "index.html", b"new", 0.5
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "files", full)
    with pytest.raises(UserError, match="No space left"):
        write_site(tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1


def test_a_curve_passes_through_its_places_and_a_picture_holds_its_road() -> None:
    places = np.random.default_rng(1).normal(size=(9, 2)) * 100
    ends = [tuple(map(float, bend.split()[-2:])) for bend in re.split("[MC]", smooth(places))[1:]]
    np.testing.assert_allclose(ends, places, atol=0.06)
    x, y, width, height = box_around(places)
    assert ((places > [x, y]) & (places < [x + width, y + height])).all() and width / height == pytest.approx(1.6)


@pytest.fixture(scope="module")
def offline(browser: Any) -> Iterator[Any]:
    """A page that can reach nothing; ``asked`` are the addresses that were wanted, ``wrong`` what went wrong."""
    context = browser.new_context(viewport={"width": 1000, "height": 640})
    context.set_offline(True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.asked, page.wrong = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("console", lambda message: page.wrong.append(message.text) if message.type == "error" else None)
    yield page
    outside = [url for url in page.asked if not url.startswith(("file:", "data:", "blob:"))]
    context.close()
    assert outside == [] and page.wrong == []


def until(page: Any, condition: str) -> None:
    """Until a condition holds in the page: by evaluation, for the page's own policy lets playwright wait for none."""
    look = f"() => ({condition}) ? done() : requestAnimationFrame(look)"
    page.evaluate(f"() => new Promise((done) => {{ const look = {look}; look(); }})")


@pytest.mark.slow
@pytest.mark.browser
def test_the_first_page_drives_its_road_and_follows_the_look(folder: Path, offline: Any) -> None:
    offline.goto((folder / "index.html").as_uri())
    until(offline, "globalThis.__mm?.player.time > 1")
    assert offline.evaluate("__mm.player.scene().id") == scenes()[0]["id"]
    assert offline.evaluate("document.documentElement.scrollWidth") <= 1000
    offline.get_by_role("button", name=text("look.dark"), exact=True).click()
    expect(offline.locator(".mm")).to_have_attribute("data-theme", "dark")
    offline.get_by_role("button", name=text("look.light"), exact=True).click()
    expect(offline.locator(".mm")).to_have_attribute("data-theme", "light")
    offline.get_by_role("link", name="A bear in the forest").click()
    expect(offline.locator(".card h2")).to_have_text("A bear in the forest")


OPENED = """async (ids) => {
  const { player } = __mm, found = [];
  for (const id of ids) {
    await player.open({ id });
    found.push([player.scene().id, player.shell.live.textContent]);
  }
  return found;
}"""


@pytest.mark.slow
@pytest.mark.browser
def test_every_recorded_scene_opens_inside_the_player_from_a_disk(folder: Path, offline: Any) -> None:
    offline.goto((folder / "roads" / "not-that-subject.html").as_uri() + "?scene=../../x#<script>alert(1)</script>")
    until(offline, "globalThis.__mm?.player.framesDrawn")
    assert offline.evaluate("__mm.player.scene().id") == "not-that-subject"
    offline.locator(".variants input").focus()
    offline.keyboard.press("End")
    until(offline, "__mm.player.scene().id === 'not-that-subject-6'")
    last = json.loads(scene_bytes("not-that-subject-6") or b"")
    expect(offline.locator("article.told dd").last).to_have_text(last["roads"][1]["text"].strip())
    assert [id for id, _ in offline.evaluate(OPENED, IDS)] == IDS
    before = len(offline.asked)
    odd = ["../../x", "__proto__", "constructor", "<script>", "bear.js?", "base"]
    assert offline.evaluate(OPENED, odd) == [[IDS[-1], text("player.states.scene_failed")]] * len(odd)
    assert [url for url in offline.asked[before:] if "/data/" in url] == []


@pytest.mark.slow
@pytest.mark.browser
def test_the_site_plays_from_a_disk_in_firefox(folder: Path, tmp_path: Path) -> None:
    path = firefox_path()
    if path is None:
        pytest.skip(f"No Firefox was found on the PATH (looked for {', '.join(NAMES)}): install one to run this test.")
    with firefox(path, tmp_path / "profile") as window:
        for name in ("index.html", "roads/other-turn.html", "roads/not-that-subject-6.html?embed", "tour.html"):
            page, _, query = name.partition("?")
            window.open((folder / page).as_uri() + (f"?{query}" if query else ""))
            window.wait("globalThis.__mm && __mm.player.framesDrawn > 3 && __mm.player.time > 0.5")
            assert window.run("""return document.fonts.check('16px "Source Sans"')""")
            asked = window.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")
            assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)
        window.open((folder / "roads" / "bear.html").as_uri())
        window.wait("globalThis.__mm")
        window.run("__mm.player.open({ id: 'numbers' })")
        window.wait("__mm.player.scene().id === 'numbers'")
