"""From the start of `mindmap` to a recorded road that plays, and to the first token of one's own."""

from __future__ import annotations

import json
import time

import psutil

from tests.benchmarks.pages import PLAYS, chromium, visit
from tests.benchmarks.rows import Row, spread
from tests.browser.conftest import mindmap

RUNS = 3


def rows() -> list[Row]:
    """Warm: files in the system's cache, weights converted, browser running; its own cache is empty each time, for
    the app has another port each time. The first run is not counted."""
    runs = [_open() for _ in range(RUNS + 1)][1:]
    plays, token, memory = (list(column) for column in zip(*runs, strict=True))
    return [
        Row("process start to a recorded road playing in the browser", spread(plays, "s"), "", "3 s"),
        Row("process start to the first token of one's own, Drive pressed at once", spread(token, "s"), "", "8 s"),
        Row("resident memory of the app after that road", spread(memory, "GB", 2), "", "1.2 GB"),
    ]


def _open() -> tuple[float, float, float]:
    """Seconds to the road that plays, seconds to the first own token, gigabytes."""
    with chromium() as browser:
        began = time.perf_counter()
        with mindmap() as served:
            page = visit(browser, served)
            page.wait_for_function(PLAYS)
            plays = time.perf_counter() - began
            before = page.evaluate("__mm.player.scene().id")
            page.get_by_role("textbox", name="Question", exact=True).fill("What is rain?")
            page.locator(".st-key-rail").get_by_role("button", name="Drive", exact=True).click()
            own = f"__mm.player.scene().id !== {json.dumps(before)} && __mm.player.roads[0]?.tokens.length"
            page.wait_for_function(own)
            token = time.perf_counter() - began
            page.wait_for_function("__mm.player.roads[0].state === 'done'")
            family = psutil.Process(served.process.pid).children(recursive=True)
            return plays, token, sum(child.memory_info().rss for child in family) / 1e9
