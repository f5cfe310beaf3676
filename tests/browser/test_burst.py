"""What was typed is not lost in the browser where a run's messages arrive late and all at once.

Streamlit's page forgets the value of every widget that is not on the page when a run ends. Where the end of one run and
the first half of the next arrive together, and the next has moved a widget to another place, the page is looked at
while the widget is gone from the old place and not yet in the new one: it is then made anew with its default. So no
widget of ours moves (tests/viz/page/test_places.py), and a default is what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.state.common import user_key_from_element_id

from tests.browser.conftest import Guest, Tab
from tests.browser.rounds import run, scripted
from viz.strings import text

pytestmark = pytest.mark.browser

BUSY = "() => void setTimeout(() => { const now = performance.now(); while (performance.now() - now < 2000); }, 0)"
EYE = {"eye": {"x": 0.9, "y": 0.4, "z": 0.5}, "center": {"x": 0, "y": 0, "z": 0.1}, "up": {"x": 0, "y": 0, "z": 1}}
FRAME = "new Promise((done) => requestAnimationFrame(() => done()))"


class Valve:
    """Between server and page: lets messages through, or keeps them until they are handed over."""

    def __init__(self, page: Any) -> None:
        self.open = True
        self.kept: list[bytes] = []
        page.route_web_socket("**/_stcore/stream", self._route)

    def _route(self, socket: Any) -> None:
        self._page, server = socket, socket.connect_to_server()
        socket.on_message(server.send)
        server.on_message(lambda message: socket.send(message) if self.open else self.kept.append(message))

    def ends(self) -> int:
        """How many runs have ended in what is kept."""
        return sum(read(message).HasField("script_finished") for message in self.kept)

    def hand_over(self, count: int | None = None) -> None:
        """The first so many at once; all where no number is given."""
        count = len(self.kept) if count is None else count
        for message in self.kept[:count]:
            self._page.send(message)
        self.kept = self.kept[count:]


def read(message: bytes) -> ForwardMsg:
    found = ForwardMsg()
    found.ParseFromString(message)
    return found


def up_to(key: str, messages: list[bytes]) -> int:
    """The number of messages up to the block of this key, without what is in it."""
    blocks = [i for i, m in enumerate(messages) if user_key_from_element_id(read(m).delta.add_block.id) == key]
    return blocks[-1] + 1


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    with scripted() as url:
        yield url


@pytest.fixture
def guest(served: str, browser: Any) -> Iterator[Guest]:
    made = Guest(Tab(browser), served)
    yield made
    made.tab.context.close()
    assert made.wrong == []


def once(guest: Guest, true: Callable[[], object]) -> None:
    """Until it is true; messages are looked at between two frames of the page."""
    for _ in range(3000):
        if true():
            return
        guest.page.evaluate(FRAME)
    raise AssertionError("it never came")


def note_of(kind: str) -> str:
    """How the sentence under a start's kind begins."""
    return text(f"{kind}_note", message="").split("“")[0].strip()


@pytest.mark.slow
def test_a_committed_number_outlives_a_run_that_ends_while_the_next_arrives(guest: Guest) -> None:
    """Of one kind of start. That no widget moves with any of them is in tests/viz/page/test_places.py."""
    kind = "start.empty"
    valve = Valve(guest.page)
    guest.open("?step=road")
    with guest.ran():
        guest.length(10)
    guest.page.evaluate("(eye) => { globalThis.first = __mm.player; first.setCamera(eye); }", EYE)
    valve.open = False
    seed = guest.page.get_by_role("spinbutton", name=text("more.seed"))
    seed.fill("5")
    seed.press("Enter")
    once(guest, lambda: valve.ends() == 1)
    first = len(valve.kept)
    guest.page.locator(".st-key-kind").get_by_role("radio", name=text(kind)).click()
    once(guest, lambda: valve.ends() == 2)
    guest.page.evaluate(BUSY)
    valve.hand_over(first + up_to("more", valve.kept[first:]))
    expect(guest.page.locator(".st-key-rail").get_by_text(note_of(kind))).to_be_visible()
    valve.hand_over()
    valve.open = True
    with guest.ran():
        guest.page.get_by_role("switch", name="A | B").press("Space")
    for name, value in (("more.length", "10"), ("more.seed", "5")):
        expect(guest.page.get_by_role("spinbutton", name=text(name))).to_have_value(value)
    assert guest.page.evaluate("first === __mm.player"), "the player was made anew"
    assert guest.player("camera()")["eye"] == pytest.approx(EYE["eye"], abs=1e-4)


@pytest.mark.slow
def test_three_rounds_lose_nothing(served: str, browser: Any) -> None:
    """200 of them, on a busy machine: ``python -m tests.browser.rounds``."""
    counted = run(browser, served, 3)
    assert not counted.lost and not counted.said, counted.said
