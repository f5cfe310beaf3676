"""The real model, the shipped atlas and the machine's Chromium, made once for the whole run."""

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
