"""A Chromium that runs already, and the app in it: what the benchmarks of the page share."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.browser.conftest import LOADING, Served, mindmap
from tests.conftest import FLAGS, NAMES

SIZE = {"width": 1440, "height": 900}
PATIENCE = 120_000
PLAYS = "globalThis.__mm?.player?.time > 0"


@contextmanager
def chromium(*flags: str) -> Iterator[Any]:
    """A running browser."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise RuntimeError(f"no Chromium was found (looked for {', '.join(NAMES)})")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        yield running
        running.close()


def visit(browser: Any, served: Served, step: str = "map") -> Any:
    """The page of a new visitor, on its way."""
    page = browser.new_context(viewport=SIZE).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{served.url}/?step={step}", wait_until="commit")
    return page


@contextmanager
def loaded() -> Iterator[Served]:
    """The app with its model there, so that nothing else is going on."""
    with mindmap() as served:
        served.post("mm/ready")
        until = time.monotonic() + LOADING
        while (said := served.get("mm/model"))["state"] != "ready":
            if said["state"] == "error" or time.monotonic() > until:
                raise RuntimeError(f"the model did not load: {said}")
            time.sleep(0.2)
        yield served
