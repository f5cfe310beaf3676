"""The real model, the shipped atlas and the machine's Chromium, made once for the whole run.

Two processes run the tests: what needs the model stays in one, the whole app in the browser in the other, so that each
is made once. The rest goes to whichever is free, the player's tests as one piece. ``-n 0`` runs all in one.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from viz.drive.worker import set_aside

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
COMPOSITING = "--disable-gpu-compositing"  # as Chrome does by itself where there is no GPU; without it a third slower
EXPECTED = 60_000  # milliseconds for what takes under a second on an idle machine: two cores may be shared with others

if TYPE_CHECKING:
    from embeddings.atlas.atlas import Atlas
    from embeddings.model.language_model import LanguageModel


IN_A_BROWSER = {
    **{f"tests/browser/test_{name}.py": "scripted" for name in ("burst", "kept", "leaving")},
    "tests/browser/": "browser",
    "tests/viz/player/": "player",
}
LARGEST = ("browser", "model", "scripted", "tests/embeddings/model/test_weights.py", "player")
ASKS_FOR_THE_MODEL = re.compile(r"def \w+\([^)]*\bmodel\b")


@cache
def group_of(path: str) -> str:
    """What the tests of a file share, and stay together for: the app, a scripted one, a page of the player, the model,
    or nothing."""
    for folder, shared in IN_A_BROWSER.items():
        if path.startswith(folder):
            return shared
    return "model" if ASKS_FOR_THE_MODEL.search((ROOT / path).read_text(encoding="utf-8")) else path


def pytest_configure(config: pytest.Config) -> None:
    """Threads of torch that wait for each other across two processes on two cores take six times as long."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """By file: xdist's own groups are not seen with pytest 9.2, whose node ids it can no longer write to."""
    from xdist.scheduler import LoadScopeScheduling

    class BySharedThing(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid.split("::")[0])

    return BySharedThing(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The large groups first: who begins last with one ends last."""
    place = {group: number for number, group in enumerate(LARGEST)}
    items.sort(key=lambda item: place.get(group_of(item.nodeid.split("::")[0]), len(LARGEST)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Streamlit collects garbage after every run of the page: what stays need not be looked at each time."""
    set_aside()


@pytest.fixture(scope="session")
def model() -> LanguageModel:
    from embeddings import load_model

    loaded = load_model()
    set_aside()
    return loaded


@pytest.fixture(scope="session")
def atlas() -> Atlas:
    from embeddings import load_atlas

    return load_atlas()


def chromium_path() -> str | None:
    """The machine's Chromium."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def chromium(path: str) -> Iterator[Any]:
    """It runs, as all tests and what is run by hand have it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=[*FLAGS, COMPOSITING])
        yield running
        running.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A running Chromium. Skipped where there is none, failed in CI."""
    path = chromium_path()
    if path is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"No Chromium was found on the PATH (looked for {', '.join(NAMES)}): install one to run the browser tests.")
    from playwright.sync_api import expect

    expect.set_options(timeout=EXPECTED)
    with chromium(path) as running:
        yield running
