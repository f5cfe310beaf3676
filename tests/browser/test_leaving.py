"""Not for ever: what nobody listens to ends, and a page that comes back finds what it left.

The model side is scripted and slow, and silence is short; page, server and browser are the real ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Guest, Tab
from tests.browser.rounds import scripted
from tests.viz.conftest import until
from viz.strings import text

pytestmark = pytest.mark.browser

LONGEST = 256
SLOW = f"""
import threading, time
from viz.drive import job
job.UNHEARD_SECONDS = job.ARRIVAL_SECONDS = 8.0
side.count, side.gate = {LONGEST}, threading.Semaphore(0)
def drip():
    while True:
        time.sleep(0.1)
        side.gate.release()
threading.Thread(target=drip, daemon=True).start()
"""


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    with scripted(prepare=SLOW) as url:
        yield url


@pytest.fixture
def visit(served: str, browser: Any) -> Iterator[Callable[[], Guest]]:
    guests: list[Guest] = []

    def make() -> Guest:
        guests.append(Guest(Tab(browser), served))
        guests[-1].page.emulate_media(reduced_motion="reduce")
        return guests[-1]

    yield make
    for guest in guests:
        guest.tab.context.close()
    assert [wrong for guest in guests for wrong in guest.wrong] == []


def roads_of(url: str, job: str) -> list[dict[str, Any]]:
    with urlopen(f"{url}/mm/job/{job}.json") as reply:
        return list(json.load(reply)["roads"])


def ended(url: str, job: str) -> list[dict[str, Any]]:
    """The roads of a job once none of them is driven."""
    until(lambda: not {"running", "waiting"} & {road["state"] for road in roads_of(url, job)}, 60)
    return roads_of(url, job)


@pytest.mark.slow
def test_a_closed_tab_stops_the_work(served: str, visit: Callable[[], Guest]) -> None:
    guest = visit().open("?step=road")
    job = guest.begin_two("Tell me a long story.", LONGEST)
    guest.page.close()
    roads = ended(served, job)
    assert {road["state"] for road in roads} == {"stopped"} and len(roads[0]["tokens"]) < LONGEST
    visit().open("?step=road").drive("What is rain?", length=2)  # drives take turns
    assert roads_of(served, job) == roads


@pytest.mark.slow
def test_a_reload_in_mid_drive_comes_back_to_the_road_that_is_driven(served: str, visit: Callable[[], Guest]) -> None:
    guest = visit().open("?step=road")
    job = guest.begin_two("Tell me a long story.", LONGEST)
    guest.page.reload(wait_until="domcontentloaded")
    guest.arrived()
    expect(guest.page.get_by_role("radio", name="2 Road")).to_be_checked()
    guest.until(f"scene().id === '{job}' && p.roads[0].tokens.length > 0")
    guest.page.goto("about:blank")
    guest.page.go_back(wait_until="domcontentloaded")
    guest.arrived()
    guest.until(f"scene().id === '{job}'")
    guest.button(text("drive.stop")).click()
    assert {road["state"] for road in ended(served, job)} == {"stopped"}  # it is this page's again
    road = guest.drive("What is rain?", length=6)[0]
    assert road["user"] == "What is rain?" and len(road["tokens"]) == 6


@pytest.mark.slow
def test_a_stream_that_breaks_off_is_listened_to_again(visit: Callable[[], Guest]) -> None:
    guest = visit().open("?step=road")
    guest.page.route("**/mm/stream/**", lambda route: route.fulfill(status=404), times=1)
    guest.length(30)
    guest.box("Question").fill("Tell me a story.")
    with guest.page.expect_response(lambda reply: "/mm/stream/" in reply.url and reply.status == 200):
        guest.button("Drive").click()
    guest.until("roads[0]?.user === 'Tell me a story.' && p.roads[0].state === 'done'")
    assert guest.player("roads[0].tokens.length") == 30
    guest.settled()
    guest.wrong.clear()  # the 404 of the first stream is ours


@pytest.mark.slow
def test_a_stream_of_a_drive_that_is_gone_ends_the_road(visit: Callable[[], Guest]) -> None:
    guest = visit().open("?step=road")
    guest.page.route("**/mm/stream/**", lambda route: route.fulfill(status=404))
    asked: list[str] = []

    def once(route: Any) -> None:
        asked.append(route.request.url)
        route.continue_() if len(asked) == 1 else route.fulfill(status=404, json={})

    guest.page.route("**/mm/job/**", once)
    guest.length(200)
    guest.box("Question").fill("Tell me a long story.")
    guest.button("Drive").click()
    guest.until("roads[0]?.user === 'Tell me a long story.' && p.roads[0].state === 'stopped'")
    assert not guest.player("journey.growing")
    guest.settled()
    guest.wrong.clear()  # the 404s are ours
