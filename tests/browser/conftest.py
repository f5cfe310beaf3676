"""The tests of the whole app share one running `mindmap`, its model loaded; each visit is a browser context of its own
that keeps what went wrong in it, and what it asked the server.
"""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request

import pytest

from tests.loopback import opened
from tests.viz.conftest import until
from viz.strings import text

PATIENCE = 120_000  # milliseconds for what takes under a second on an idle machine: two cores may be shared with others
SIZE = {"width": 1366, "height": 860}
LOADING = 600.0  # seconds for the weights: a first run fetches and converts them


# ---- the app


@dataclass(frozen=True)
class Served:
    """A running `mindmap`."""

    url: str
    process: subprocess.Popen[str]

    def get(self, path: str) -> Any:
        with opened(f"{self.url}/{path}", timeout=60) as reply:
            return json.load(reply)

    def post(self, path: str, body: Any = None) -> Any:
        """What comes back; None where nothing does."""
        request = Request(f"{self.url}/{path}", json.dumps(body or {}).encode(), method="POST")
        with opened(request, timeout=60) as reply:
            said = reply.read()
        return json.loads(said) if said else None

    def has_loaded(self, library: str) -> bool:
        """Whether the process that serves the page has a shared library of that name in its memory."""
        import psutil

        family = psutil.Process(self.process.pid).children(recursive=True)
        assert family, "mindmap runs no server"
        return any(library in Path(mapped.path).name for child in family for mapped in child.memory_maps())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mindmap(port: int | None = None) -> Iterator[Served]:
    """The installed command, on a free port of this machine where none is named; ended by its process id."""
    port = port or free_port()
    command = [Path(sys.executable).with_name("mindmap"), "--no-browser", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        opening = process.stdout.readline()
        assert str(port) in opening, f"mindmap did not start: {opening!r}"
        yield Served(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def cold() -> Iterator[Served]:
    """A server that nobody has visited yet."""
    with mindmap() as served:
        yield served


@pytest.fixture(scope="session")
def app(browser: Any) -> Iterator[Served]:
    """The app with its model loaded, one for all tests."""
    with mindmap() as served:
        served.post("mm/ready")
        until(lambda: served.get("mm/model")["state"] in ("ready", "error"), LOADING)
        assert served.get("mm/model")["state"] == "ready"
        yield served


RUN = """() => { const head = document.querySelector(".st-key-head");
    return head ? Number(getComputedStyle(head).getPropertyValue("--run")) : 0; }"""  # `viz.page.theme.ran`
IDLE = """() => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === 'notRunning'"""


class Tab:
    """A browser context with one page: the place of a visitor. One that is left can be given to the next visitor, who
    finds the code of the page read and compiled there: half of the time that a page takes to open."""

    def __init__(self, browser: Any, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": SIZE, **options})
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self._devtools = self.context.new_cdp_session(self.page)
        self._devtools.send("Network.enable")
        self.heard: list[tuple[str, Callable[[Any], None]]] = []

    def on(self, event: str, call: Callable[[Any], None]) -> None:
        self.page.on(event, call)
        self.heard.append((event, call))

    def withhold(self, patterns: list[str]) -> None:
        """Addresses that are not fetched. Not by routing, which does without the browser's cache."""
        self._devtools.send("Network.setBlockedURLs", {"urls": patterns})

    def left(self) -> None:
        """Nothing of a visitor stays behind, neither in the page nor in what listens to it."""
        for event, call in self.heard:
            self.page.remove_listener(event, call)
        self.heard.clear()
        if self.page.url.startswith("http"):
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.page.goto("about:blank")
        self.page.set_viewport_size(SIZE)
        self.page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        self.page.mouse.move(0, 0)
        self.context.clear_cookies()


class Guest:
    """One visitor at a tab: what it asked the server, and what went wrong in it."""

    def __init__(self, tab: Tab, url: str) -> None:
        self.url, self.tab, self.page = url, tab, tab.page
        self.wrong: list[str] = []
        self.asked: list[str] = []  # requests, and frames sent over the websocket
        tab.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        tab.on("console", self._said)
        tab.on("dialog", self._dialog)
        tab.on("request", lambda request: self.asked.append(request.url))
        tab.on("response", self._answered)
        tab.on("websocket", lambda socket: socket.on("framesent", lambda _: self.asked.append("frame")))

    def _said(self, message: Any) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):  # see `_answered`
            self.wrong.append(f"console: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _answered(self, response: Any) -> None:
        if response.status == 404 or (response.status >= 500 and response.status != 503):
            self.wrong.append(f"{response.status}: {response.url}")

    def open(self, query: str = "", *, drawn: bool = False) -> "Guest":
        """Opens the page. Without ``drawn`` plotly is withheld, two seconds of work, and the canvas draws all."""
        self.tab.withhold([] if drawn else ["*/plotly-*"])
        self.page.goto(f"{self.url}/{query}", wait_until="domcontentloaded")
        return self.arrived(drawn=drawn)

    def arrived(self, *, drawn: bool = False) -> "Guest":
        """The player is up and the page has nothing left to do; ``drawn``: plotly has taken over as well."""
        self.waits("globalThis.__mm?.player")
        if drawn:
            self.page.wait_for_selector(".stage[data-drawn=plotly]")
        return self.settled()

    def settled(self) -> "Guest":
        """The page has run to its end and no run is on its way."""
        self.waits(f"({RUN})() > 0 && ({IDLE})()")
        return self

    @contextmanager
    def ran(self) -> Iterator[None]:
        """What is done in it makes the page run; waits for the end of that run, and of those that it asks for."""
        self.settled()  # no run that began before counts
        before = self.page.evaluate(RUN)
        yield
        self.waits(f"(before) => ({RUN})() > before && ({IDLE})()", before)

    def heard(self) -> "Guest":
        """The page has acted on all that the player has told it so far: a run has begun after that and is over."""
        for _ in range(2):
            with self.ran():
                self.page.get_by_role("switch", name="A | B").press("Space")
        return self

    def still(self) -> "Guest":
        """The picture is painted, and nothing in it moves."""
        self.until("motions.size === 0 && !p.playing && !p.frames.dirty && p.frames.asked === null")
        return self

    # what a person does

    def box(self, label: str) -> Any:
        return self.page.get_by_role("textbox", name=label, exact=True)

    def button(self, name: str) -> Any:
        return self.page.locator(".st-key-rail").get_by_role("button", name=name, exact=True)

    def recorded(self, title: str) -> None:
        """Play a recorded scene, by its button or out of the menu."""
        menu = self.page.locator(".st-key-scene_menu").get_by_role("button")
        self.button(title).or_(menu).first.wait_for()
        with self.ran():
            if menu.count():
                menu.click()
                self.page.get_by_role("menuitem", name=title, exact=True).click()
            else:
                self.button(title).click()

    def region(self, name: str) -> Any:
        """The switch of a shipped region, unfolded."""
        switch = self.page.get_by_role("switch", name=name, exact=True)
        if not switch.is_visible():
            self.page.locator(".st-key-rail").get_by_text(text("regions.label"), exact=True).click()
        return switch

    def choose_step(self, name: str) -> None:
        from playwright.sync_api import expect

        step = self.page.get_by_role("radio", name=name)
        if not step.is_checked():
            with self.ran():
                step.click()
        expect(step).to_be_checked()

    def length(self, tokens: int | str) -> None:
        """The longest answer, under More."""
        field = self.page.get_by_role("spinbutton", name="Length in tokens")
        if not field.is_visible():
            self.page.locator(".st-key-rail").get_by_text("More", exact=True).click()
        field.fill(str(tokens))
        field.press("Enter")

    def greedy(self) -> "Guest":
        """Always the likeliest token from now on, under More."""
        slider = self.page.get_by_role("slider", name="Temperature")
        if not slider.is_visible():
            self.page.locator(".st-key-rail").get_by_text("More", exact=True).click()
        with self.ran():
            slider.press("Home")
        return self

    def order(self, question: str, *, system: str | None = None, length: int | None = None) -> None:
        """Fill in and press Drive, no more."""
        if length is not None:
            self.length(length)
        if system is not None:
            self.box("Starting point").fill(system)
        self.box("Question").fill(question)
        self.button("Drive").click()

    def drive(self, question: str, **given: Any) -> Any:
        """Drive to the end; the road, or the roads where there are two."""
        before = self.player("scene().id")
        self.order(question, **given)
        return self.driven(before)

    def driven(self, before: str) -> Any:
        """The roads of a new drive, once they are done and the page has noticed."""
        own = (
            "!p.scenes.some(({ id }) => id === p.scene().id) && p.roads.length"
            " && p.roads.every((road) => road.state === 'done')"
        )
        self.until(f"scene().id !== {json.dumps(before)} && {own}")
        self.button("Drive").wait_for()
        self.settled()
        return self.player("scene().roads")

    def begin_two(self, question: str, length: int) -> str:
        """Two roads, on their way; their job."""
        self.page.get_by_role("switch", name="A | B").press("Space")
        self.box("Starting point B").fill("You are a pirate.")
        self.order(question, length=length)
        self.until("roads[1]?.tokens.length > 2 && p.roads[0].state === 'running'")
        return str(self.player("scene().id"))

    def forbid(self, word: str) -> Any:
        """Type a word that is forbidden from now on; the roads of the drive that follows."""
        before = self.player("scene().id")
        self.heard()  # a press that meets a run on its way may be dropped (docs/decisions.md, 30)
        field = self.box(text("signs.add"))
        field.fill(word)
        field.press("Enter")
        return self.driven(before)

    # what the player says

    def player(self, expression: str) -> Any:
        return self.page.evaluate(f"(() => {{ const p = __mm.player; return p.{expression}; }})()")

    def until(self, condition: str, timeout: float = PATIENCE) -> None:
        """Waits for a condition of the player, which it calls p after its first word."""
        body = f"(() => {{ const p = globalThis.__mm?.player; return p && p.{condition}; }})()"
        self.waits(body, timeout=timeout)

    def waits(self, condition: str, given: Any = None, timeout: float = PATIENCE) -> None:
        """Until it is so; looked at every 50 ms, for a look at each frame keeps the browser painting."""
        self.page.wait_for_function(condition, arg=given, timeout=timeout, polling=50)


@pytest.fixture(scope="session")
def tabs(browser: Any) -> Iterator[list[Tab]]:
    """The tab that one visitor after the other gets; none before the first."""
    free: list[Tab] = []
    yield free
    for tab in free:
        tab.context.close()


@pytest.fixture
def visit(request: pytest.FixtureRequest, browser: Any, tabs: list[Tab]) -> Iterator[Callable[..., Guest]]:
    """Makes visitors of the app; whatever went wrong in any of them fails the test. The first of a test without
    options of its own gets the tab that stands open; all others get a browser context of their own. Most have asked
    their system for less motion, which half as many pictures are drawn for; ``motion`` is for those that look at it."""
    guests: list[Guest] = []
    shared: list[Tab] = []

    def make(*, motion: bool = False, **options: Any) -> Guest:
        if options or shared:
            tab = Tab(browser, **options)
        else:
            tab = tabs.pop() if tabs else Tab(browser)
            shared.append(tab)
        if not motion:
            tab.page.emulate_media(reduced_motion="reduce")
        guests.append(Guest(tab, request.getfixturevalue("app").url))
        return guests[-1]

    yield make
    wrong = [wrong for guest in guests for wrong in guest.wrong]
    for guest in guests:
        if guest.tab in shared and not guest.page.is_closed() and not wrong:
            guest.tab.left()
            tabs.append(guest.tab)
        else:
            guest.tab.context.close()
    assert wrong == []
