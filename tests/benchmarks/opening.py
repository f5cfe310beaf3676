"""From the start of `mindmap` to a recorded road that plays, and to the first token of one's own."""

from __future__ import annotations

import json
import time
from typing import Any

import psutil

from tests.benchmarks.pages import PATIENCE, PLAYS, SIZE, chromium
from tests.benchmarks.rows import Row, spread
from tests.browser.conftest import free_port, mindmap

RUNS = 3
PAINTED = """() => { const [page] = performance.getEntriesByType("navigation"), [paint] = performance.getEntriesByName("first-contentful-paint");
  return (paint.startTime - page.responseEnd) / 1000; }"""  # noqa: E501 - JavaScript


def rows() -> list[Row]:
    """Warm: files in the system's cache, weights converted, a browser running that was here before, for the app has
    the same port each time. The first run, which fills its cache, is not counted."""
    port = free_port()
    with chromium() as browser:
        context = browser.new_context(viewport=SIZE)
        runs = [_open(context, port) for _ in range(RUNS + 1)][1:]
    painted, plays, token, memory = (list(column) for column in zip(*runs, strict=True))
    return [
        Row("the page's HTML to something to look at", spread(painted, "s", 2), "", "must 1 s"),
        Row("process start to a recorded road playing in the browser", spread(plays, "s"), "", "3 s"),
        Row("process start to the first token of one's own, Drive pressed at once", spread(token, "s"), "", "8 s"),
        Row("resident memory of the app after that road", spread(memory, "GB", 2), "", "1.0 GB"),
    ]


def _open(context: Any, port: int) -> tuple[float, float, float, float]:
    """Seconds from the page's HTML to its first paint, to the road that plays, to the first own token; gigabytes."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    began = time.perf_counter()
    with mindmap(port) as served:
        page.goto(f"{served.url}/?step=map", wait_until="commit")
        page.wait_for_function(PLAYS)
        plays = time.perf_counter() - began
        painted = float(page.evaluate(PAINTED))
        before = page.evaluate("__mm.player.scene().id")
        page.get_by_role("textbox", name="Question", exact=True).fill("What is rain?")
        page.locator(".st-key-rail").get_by_role("button", name="Drive", exact=True).click()
        own = f"__mm.player.scene().id !== {json.dumps(before)} && __mm.player.roads[0]?.tokens.length"
        page.wait_for_function(own)
        token = time.perf_counter() - began
        page.wait_for_function("__mm.player.roads[0].state === 'done'")
        family = psutil.Process(served.process.pid).children(recursive=True)
        memory = sum(child.memory_info().rss for child in family) / 1e9
    page.close()
    return painted, plays, token, memory
