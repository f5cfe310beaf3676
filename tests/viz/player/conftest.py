"""The player without the app: on a page of its own with made-up data, no model and no Streamlit, in a real browser."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "harness"))  # server, fake, hand

import server as harness

PATIENCE = 60_000  # milliseconds for what takes one or two seconds on an idle machine


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    running = harness.start()
    yield running
    running.shutdown()


@pytest.fixture(scope="session")
def address(server: Any) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


class Page:
    """One page of the harness for all. It is loaded once; every visit after the first has a new player on it."""

    def __init__(self, browser: Any, address: str) -> None:
        self.browser, self.address = browser, address
        self.wrong: list[str] = []
        self.page: Any = None

    def new(self, query: str, width: int, height: int, **options: Any) -> Any:
        page = self.browser.new_page(viewport={"width": width, "height": height}, **options)
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.goto(f"{self.address}/?{query}")
        page.wait_for_function("globalThis.__mm?.player")
        return page

    def show(self, query: str, width: int, height: int) -> Any:
        if self.page is None:
            self.page = self.new(query, width, height)
        else:
            self.page.mouse.move(0, 0)
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.evaluate("(query) => __mm.show(query)", query)
        return self.page


@pytest.fixture(scope="session")
def shared(browser: Any, address: str) -> Iterator[Page]:
    one = Page(browser, address)
    yield one
    if one.page is not None:
        one.page.close()


@pytest.fixture
def visit(shared: Page) -> Iterator[Callable[..., Any]]:
    """Opens the harness; the player is there, and so is plotly unless the query says gl=0. ``fresh``, or any option of
    the browser's: on a page of its own. Whatever went wrong in it fails the test."""
    own = []

    def open_page(query: str = "", *, width: int = 1280, height: int = 800, fresh: bool = False, **options: Any) -> Any:
        if fresh or options:
            page = shared.new(query, width, height, **options)
            own.append(page)
        else:
            page = shared.show(query, width, height)
        if "gl=0" not in query:
            page.wait_for_selector(".stage[data-drawn=plotly]")
        return page

    yield open_page
    for page in own:
        page.close()
    wrong, shared.wrong = shared.wrong, []
    assert wrong == []


@pytest.fixture(scope="session")
def blank(browser: Any, address: str) -> Iterator[Any]:
    """A page without a player, from which its modules can be imported."""
    page = browser.new_page()
    page.goto(f"{address}/strings.json")
    yield page
    page.close()


@pytest.fixture
def call(blank: Any) -> Callable[..., Any]:
    """``call("map/camera", "fit", points, 1.5)``: what a function of the player returns. See harness/values.js for
    functions as arguments; ``then`` are the arguments of a function that is returned."""

    def value(module: str, name: str, *args: Any, then: list[Any] | None = None) -> Any:
        given = [module, name, json.dumps(args), then]
        return json.loads(blank.evaluate("(given) => import('/values.js').then((m) => m.call(...given))", given))

    return value


@pytest.fixture
def repeat(blank: Any) -> Callable[..., Any]:
    """``repeat("state/clock", "tick", clock, changes, 0.01)``: all that it returns, called with its answer again."""

    def values(module: str, name: str, value: Any, changes: list[dict[str, Any]], *args: Any) -> Any:
        given = [module, name, value, changes, *args]
        return blank.evaluate("(given) => import('/values.js').then((m) => m.repeat(...given))", given)

    return values
