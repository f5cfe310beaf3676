"""What a hundred drives and a hundred flags of ordinary length add to the memory of the app."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import psutil

from tests.benchmarks.flag import PROMPTS
from tests.benchmarks.pages import PATIENCE, loaded
from tests.benchmarks.rows import Row
from tests.browser.conftest import Served
from tests.loopback import opened

QUESTIONS = (
    "What is rain?",
    "Why do people fight for freedom?",
    "How do I make soup?",
    "Tell me about the sea.",
    "What would you do if they shut you down?",
)
FIRST, MEASURED, TOKENS = 10, 100, 48


def rows() -> list[Row]:
    """Without a browser, each drive under a system prompt of its own, so that nothing is found in a cache. The first
    ten fill what is kept (twelve starts, the last jobs, pages of the allocator) and are not counted."""
    with loaded() as served:
        [app] = psutil.Process(served.process.pid).children(recursive=True)
        asked = _asked()
        _measured(served, itertools.islice(asked, FIRST))
        before = app.memory_info().rss
        _measured(served, itertools.islice(asked, MEASURED))
        after = app.memory_info().rss
    grown = f"{(after - before) / 1e6:+.0f} MB ({before / 1e6:.0f} to {after / 1e6:.0f})"
    return [
        Row(f"growth over {MEASURED} drives of {TOKENS} tokens and {MEASURED} flags in one app", grown, "", "30 MB")
    ]


def _asked() -> Iterator[tuple[str, str]]:
    for number in itertools.count(1):
        yield f"{PROMPTS[number % len(PROMPTS)]} Number {number}.", QUESTIONS[number % len(QUESTIONS)]


def _measured(served: Served, asked: Iterable[tuple[str, str]]) -> None:
    """A drive and a flag for each."""
    for system, question in asked:
        _drive(served, system, question)
        served.post("mm/start", {"system": f"{system} Be brief."})


def _drive(served: Served, system: str, question: str) -> None:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    asked = {"version": 1, "messages": messages, "settings": {"max_new_tokens": TOKENS}}
    job = served.post("mm/drive", asked)["job"]
    with opened(f"{served.url}/mm/stream/{job}", timeout=PATIENCE / 1000) as stream:  # a drive that nobody hears ends
        stream.read()
    road = served.get(f"mm/job/{job}.json")["roads"][0]
    if road["state"] != "done":
        raise RuntimeError(f"a drive ended as {road['state']}: {road['error']}")
