"""How long films of a recorded scene take, drawn and encoded in a Chromium without a graphics card."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.pages import PATIENCE, chromium
from tests.benchmarks.rows import Row

HARNESS = Path(__file__).resolve().parents[1] / "viz" / "player" / "harness"
PAGE = "?scene=shipped/pirate-sea&ground=shipped&gl=0&play=0"
MAKE = """async (asked) => {
  const { filmOf } = await import("/player/film/film.js"), began = performance.now();
  const made = await filmOf(__mm.player, asked);
  return { ...made, blob: null, size: made.blob.size, seconds: (performance.now() - began) / 1000 };
}"""


def rows() -> list[Row]:
    """Ten seconds of 1280 x 720 as WebM and MP4, and the six seconds of 640 x 360 that a GIF is by itself."""
    sys.path.insert(0, str(HARNESS))
    import server as harness

    running = harness.start()
    with chromium("--disable-gpu-compositing") as browser:
        page = browser.new_page()
        page.set_default_timeout(5 * PATIENCE)
        page.goto(f"http://127.0.0.1:{running.server_address[1]}/{PAGE}")
        page.wait_for_function("globalThis.__mm?.player")
        asked = ({"kind": "webm", "seconds": 10}, {"kind": "mp4", "seconds": 10}, {"kind": "gif"})
        found = [_row(page.evaluate(MAKE, one), one) for one in asked]
    running.shutdown()
    return found


def _row(made: dict[str, Any], asked: dict[str, Any]) -> Row:
    what = f"{made['frames']} pictures of {made['width']} x {made['height']}, {asked['kind']}"
    became = "" if made["kind"] == asked["kind"] else f", became {made['kind']}"
    return Row(f"film: {what}{became}", f"{made['seconds']:.1f} s", f"{made['size'] / 1e6:.1f} MB")
