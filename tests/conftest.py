"""The real model, the shipped atlas and the machine's Chromium, made once for the whole run.

Two processes run the tests: what needs the model stays in one, what needs the browser in the other, so that each is
made once, and the rest goes to whichever is free. ``-n 0`` runs all in one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
COMPOSITING = "--disable-gpu-compositing"  # as Chrome does by itself where there is no GPU; without it a third slower
EXPECTED = 60_000  # milliseconds for what takes under a second on an idle machine: two cores may be shared with others

if TYPE_CHECKING:
    from embeddings.atlas.atlas import Atlas
    from embeddings.model.language_model import LanguageModel


GROUPS = {"browser": "browser", "model": "model"}  # a fixture, and the process that its tests share


def pytest_configure(config: pytest.Config) -> None:
    """Threads of torch that wait for each other across two processes on two cores take six times as long."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The groups, and the large ones first: who begins last with one ends last."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        group = next((name for fixture, name in GROUPS.items() if fixture in fixtures), None)
        if group is not None:
            item.add_marker(pytest.mark.xdist_group(group))
    order = [*GROUPS.values(), None]
    items.sort(key=lambda item: order.index(_group(item)))


def _group(item: pytest.Item) -> str | None:
    mark = item.get_closest_marker("xdist_group")
    return None if mark is None else str(mark.args[0])


@pytest.fixture(scope="session")
def model() -> LanguageModel:
    from embeddings import load_model

    return load_model()


@pytest.fixture(scope="session")
def atlas() -> Atlas:
    from embeddings import load_atlas

    return load_atlas()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A running Chromium. Skipped where there is none, failed in CI."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"No Chromium was found on the PATH (looked for {', '.join(NAMES)}): install one to run the browser tests.")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=EXPECTED)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=[*FLAGS, COMPOSITING])
        yield running
        running.close()
