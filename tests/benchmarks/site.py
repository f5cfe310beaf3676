"""What can be taken away: how long a saved page takes to its first picture, and the site to be written."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path

from tests.benchmarks.pages import PATIENCE, SIZE, chromium
from tests.benchmarks.rows import Row, spread
from tests.conftest import COMPOSITING
from viz.drive import session
from viz.export.saved_page import page_html
from viz.export.site import write_site
from viz.scene.ground import ground_of
from viz.scene.recorded import scene_bytes, scenes, starts
from viz.strings import section

RUNS = 5
FIRST = """() => new Promise((done) => {
  const drawn = () => globalThis.__mm?.player.framesDrawn,
    look = () => (drawn() ? done(performance.now() / 1000) : requestAnimationFrame(look));
  look();
})"""


def rows() -> list[Row]:
    """The page in a browser that has just been started, each time; the site with nothing read before, once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.perf_counter()
        made = write_site(folder / "site")
        wrote = time.perf_counter() - began
        page = folder / "page.html"
        page.write_text(_page(), encoding="utf-8")
        first = [_first(page) for _ in range(RUNS)]
        size = page.stat().st_size / 1e6
        shutil.rmtree(folder / "site")
    return [
        Row("a saved page from a disk to its first picture", spread(first, "s", 2), "", "must 2 s"),
        Row("size of a saved page", f"{size:.1f} MB", "", "must 6 MB"),
        Row("writing the site", f"{wrote:.1f} s", "", "must 20 s"),
        Row(f"size of the site, {len(made.files)} files", f"{made.size / 1e6:.1f} MB", "", "must 12 MB"),
    ]


def _page() -> str:
    ground, scene = ground_of(session.atlas(), starts()), json.loads(scene_bytes(scenes()[0]["id"]) or b"")
    return page_html(scene, json.loads(ground.description), ground.points, section("player"), session.atlas().report)


def _first(page: Path) -> float:
    """Seconds from the address to the first picture."""
    with chromium(COMPOSITING) as browser:
        tab = browser.new_page(viewport=SIZE)
        tab.set_default_timeout(PATIENCE)
        tab.goto(page.as_uri(), wait_until="commit")
        return float(tab.evaluate(FIRST))
