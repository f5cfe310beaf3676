"""Rounds of a typed number, a typed question, a typed system prompt and Drive at once, on a busy machine; what is lost
is counted: ``python -m tests.browser.rounds [ROUNDS] [--burners N] [--seed N]``.

The model side is scripted, so that a round takes a moment; page, server and browser are the real ones.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.request import urlopen

from tests.browser.conftest import Guest, Tab, free_port
from tests.conftest import NAMES, chromium, chromium_path
from tests.viz.conftest import until

PATIENCE = 10_000  # milliseconds for a drive to be on the stage after the press

SERVER = """
from viz.drive import session
from viz.drive.worker import Worker
from tests.viz.conftest import Scripted
side = Scripted()
{prepare}
made = Worker(side)
session.worker = lambda: made
session.ready_later = lambda: None
made.ready()
import streamlit as st
from viz.page import theme
from viz.server.routes import PAGE, routes
st.App(PAGE, routes=routes()).run(config=theme.CONFIG)
"""


@dataclass
class Counted:
    """What happened in the rounds."""

    rounds: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, round_: int, what: str, said: str) -> None:
        self.lost[what] += 1
        self.said.append(f"round {round_}: {what}: {said}")


def _burn() -> None:
    while True:
        pass


@contextmanager
def burning(count: int) -> Iterator[None]:
    """Busy loops beside."""
    burners = [multiprocessing.Process(target=_burn, daemon=True) for _ in range(count)]
    for burner in burners:
        burner.start()
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()


def healthy(url: str) -> bool:
    try:
        urlopen(f"{url}/_stcore/health", timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def scripted(port: int | None = None, prepare: str = "") -> Iterator[str]:
    """The app with a scripted model side, called ``side`` in a line of Python that prepares it."""
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER.format(prepare=prepare)],
        env={**os.environ, "MINDMAP_PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: healthy(url), 60)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def held(guest: Guest) -> list[str]:
    """What the three boxes show."""
    boxes = [guest.page.get_by_role("spinbutton", name="Length in tokens")]
    boxes += [guest.box(name) for name in ("Question", "Starting point")]
    return [box.input_value() for box in boxes]


def one(guest: Guest, number: int, counted: Counted, rng: random.Random) -> None:
    """One round."""
    from playwright.sync_api import TimeoutError as NeverCame

    page = guest.page
    length = page.get_by_role("spinbutton", name="Length in tokens")
    if not length.is_visible():
        page.locator(".st-key-rail").get_by_text("More", exact=True).click()
    wanted = (1 + number % 250, f"What is rain, {number}?", f"You are pirate {number}.")
    drive = guest.button("Drive")
    drive.wait_for()
    parts = [
        lambda: (length.fill(str(wanted[0])), rng.random() < 0.5 and length.press("Enter")),
        lambda: guest.box("Question").fill(wanted[1]),
        lambda: guest.box("Starting point").fill(wanted[2]),
    ]
    rng.shuffle(parts)
    for part in parts:
        part()
    guest.asked.clear()
    started = time.monotonic()
    try:
        with page.expect_response(lambda reply: "/mm/job/" in reply.url, timeout=PATIENCE) as reply:
            drive.click()
    except NeverCame:
        alerts = page.get_by_role("alert").all_inner_texts()
        counted.add(number, "drive", f"no drive; boxes {held(guest)}, alerts {alerts}")
        return
    counted.seconds.append(time.monotonic() - started)
    with urlopen(reply.value.url, timeout=30) as job:
        road = json.load(job)["roads"][0]
    got = (road["settings"]["max_new_tokens"], road["user"], road["system"])
    for what, value, asked in zip(("number", "question", "prompt"), got, wanted, strict=True):
        if value != asked:
            counted.add(number, what, f"drove {value!r} for {asked!r}; boxes {held(guest)}")
    drive.wait_for()
    if len(new := {url for url in guest.asked if "/mm/job/" in url}) > 1:
        counted.add(number, "twice", f"{len(new)} drives")


def run(browser: Any, url: str, rounds: int, seed: int = 0) -> Counted:
    """So many rounds in one page."""
    counted, rng = Counted(), random.Random(seed)
    guest = Guest(Tab(browser), url).open("?step=road")
    for number in range(1, rounds + 1):
        counted.rounds = number
        one(guest, number, counted, rng)
    counted.said.extend(guest.wrong)
    guest.tab.context.close()
    return counted


def main() -> int:
    """Prints what was lost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", type=int, nargs="?", default=200)
    parser.add_argument("--burners", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    path = chromium_path()
    if path is None:
        raise SystemExit(f"No Chromium was found (looked for {', '.join(NAMES)}).")
    with chromium(path) as browser, scripted() as url, burning(given.burners):
        started = time.monotonic()
        counted = run(browser, url, given.rounds, given.seed)
        took = time.monotonic() - started
    print(*counted.said, sep="\n")
    middle = sorted(counted.seconds)[len(counted.seconds) // 2] if counted.seconds else float("nan")
    rounds = f"{counted.rounds} rounds in {took:.0f} s, press to drive {middle * 1000:.0f} ms (median)"
    print(f"{rounds}; lost: {dict(counted.lost)}")
    return 1 if counted.lost else 0


if __name__ == "__main__":
    raise SystemExit(main())
