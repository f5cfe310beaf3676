"""A page that nobody sees makes pictures and films with the player's own functions. Scene in, bytes of files out.

The page is served on loopback by this process, to this one browser and nobody else: the address holds a secret that
stands in no argument, and the page hands what it has made back the same way.
"""

from __future__ import annotations

import hmac
import json
import queue
import secrets
import socketserver
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from embeddings.errors import UserError
from viz.export import browser
from viz.export.browser import Running
from viz.export.bundle import PLAYER, bundle
from viz.letters import letters
from viz.strings import ASSETS, text

HOST = "127.0.0.1"
UP = 30.0  # seconds for the browser to ask for the page
STUCK = 60.0  # seconds without any news of the work
MOST = 512 * 2**20  # bytes of one product
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src blob:",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Mind map navigator</title>
<link rel="stylesheet" href="page.css">
<div id="root"></div>
<script type="module" src="page.js"></script>
</html>
"""
HERE = Path(__file__).resolve().parent
# The stage alone: what is made shows the map, and the camera need not look past what covers it.
ALONE = """body { margin: 0; }
.mm > :not(.stage), .stage > :not(canvas, .plot) { display: none !important; }
.mm { min-height: 0; }
.mm .stage { min-height: 0; border-radius: 0; }
"""
TOLD = ("progress", "product", "refused", "failed")
TYPES = {"": "text/html", "js": "text/javascript", "css": "text/css", "json": "application/json", "woff2": "font/woff2"}

Json = dict[str, Any]
Progress = Callable[[str, float], None]  # which product, and how much of it is made, 0 to 1


class PageError(RuntimeError):
    """The page broke off: a bug of ours, with what the page says of it."""


@dataclass(frozen=True)
class News:
    """What the page tells: ``here``, ``progress``, ``product``, ``refused`` (this browser cannot) or ``failed``."""

    kind: str
    name: str = ""
    data: bytes = b""


def products(
    kinds: Sequence[str], files: Callable[[], Mapping[str, bytes]], progress: Progress
) -> Iterator[tuple[str, bytes]]:
    """Start a browser and have it make things, each as soon as it is made.

    Parameters
    ----------
    kinds : sequence of str
        What ``job.json`` asks for, in its order.
    files : callable
        Gives what the page fetches, by name: ``job.json`` and what that needs. Called while the browser starts.
    progress : callable
        Told of every product how much of it is made.

    Raises
    ------
    UserError
        If there is no browser, it does not come up, ends by itself or gets stuck. In any case it is gone afterwards.
    PageError
        If the player failed.
    """
    found = browser.find()
    with _desk() as desk, browser.showing(found, desk.address) as running:
        desk.lay(_code())  # read by the browser while the rest is made
        desk.lay(files(), whole=True)
        for kind in kinds:
            yield kind, _product(desk, running, kind, progress)


def _code() -> dict[str, bytes]:
    """The page and the player, without plotly: the canvas draws without WebGL."""
    style = [
        letters(),
        *(path.read_text(encoding="utf-8") for path in (HERE / "look.css", PLAYER / "player.css")),
        ALONE,
    ]
    outlines = (ASSETS / "fonts" / "outlines.json").read_bytes()
    return {
        "": PAGE.encode(),
        "outlines.json": outlines,
        "page.js": bundle(PLAYER, "headless.js").encode(),
        "page.css": "\n".join(style).encode(),
    }


def _product(desk: Desk, running: Running, kind: str, progress: Progress) -> bytes:
    """Wait for one product, as long as there is news of it."""
    until = time.monotonic() + (STUCK if desk.asked else UP)
    while True:
        news = desk.news(0.1)
        if news is not None:
            until = time.monotonic() + STUCK
        elif running.code is not None:
            raise UserError(text("export.browser_ended", name=running.name, code=running.code, said=running.said()))
        elif time.monotonic() > until:
            key = "export.browser_stuck" if desk.asked else "export.browser_silent"
            raise UserError(text(key, name=running.name, seconds=f"{STUCK if desk.asked else UP:.0f}"))
        if news is None or news.kind == "here":
            continue
        if news.kind == "refused":
            raise UserError(text("export.no_film", name=running.name, kind=kind.upper()))
        if news.kind == "failed":
            raise PageError(news.data.decode("utf-8", "replace"))
        if news.kind == "progress":
            progress(*_share(news.data))
        elif news.name == kind:
            return news.data


def _share(data: bytes) -> tuple[str, float]:
    told = json.loads(data)
    return str(told["kind"]), min(1.0, max(0.0, float(told["share"])))


@contextmanager
def _desk() -> Iterator[Desk]:
    desk = Desk()
    thread = threading.Thread(target=desk.serve_forever, kwargs={"poll_interval": 0.02}, name="page", daemon=True)
    thread.start()
    try:
        yield desk
    finally:
        desk.lay({}, whole=True)  # whoever still waits need not
        desk.shutdown()
        desk.server_close()


class Desk(socketserver.ThreadingTCPServer):
    """Serves a few files under a secret path, and takes what comes back."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Handler)
        self.secret = secrets.token_urlsafe(24)
        self.host = f"{HOST}:{self.server_address[1]}"
        self.asked = False
        self._files: dict[str, bytes] = {}
        self._whole = False
        self._laid = threading.Condition()
        self._news: queue.Queue[News] = queue.Queue()

    @property
    def address(self) -> str:
        return f"http://{self.host}/{self.secret}/"

    def lay(self, files: Mapping[str, bytes], *, whole: bool = False) -> None:
        """More that there is to fetch. Until it is ``whole``, who asks for anything else waits."""
        with self._laid:
            self._files |= files
            self._whole |= whole
            self._laid.notify_all()

    def file(self, name: str) -> bytes | None:
        if name == "":
            self.asked = True
            self.tell(News("here"))
        with self._laid:
            self._laid.wait_for(lambda: self._whole or name in self._files)
            return self._files.get(name)

    def tell(self, news: News) -> None:
        self._news.put(news)

    def news(self, seconds: float) -> News | None:
        try:
            return self._news.get(timeout=seconds)
        except queue.Empty:
            return None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that is ended breaks off what it was sending: nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    server: Desk
    protocol_version = "HTTP/1.1"
    server_version = "mindmap"
    sys_version = ""

    def do_GET(self) -> None:
        name = self._name()
        data = None if name is None else self.server.file(name)
        if name is None or data is None:
            return self._answer(404)
        self._answer(200, data, TYPES.get(name.rpartition(".")[2], "application/octet-stream"))

    def do_POST(self) -> None:
        name, length = self._name(), self.headers.get("Content-Length", "")
        if name is None or self.headers.get("Origin") != f"http://{self.server.host}":
            return self._answer(404)
        if not length.isascii() or not length.isdigit() or int(length) > MOST:
            return self._answer(413)
        data = self.rfile.read(int(length))
        kind, _, what = name.partition("/")
        if kind in TOLD:
            self.server.tell(News(kind, what, data))
        self._answer(204 if kind in TOLD or kind == "alive" else 404)

    def _name(self) -> str | None:
        """What is asked for below the secret; None where it is not said, or another host is meant."""
        given, _, name = self.path.removeprefix("/").partition("/")
        known = hmac.compare_digest(given.encode(), self.server.secret.encode())
        return name if known and self.headers.get("Host") == self.server.host else None

    def _answer(self, status: int, data: bytes = b"", kind: str = "text/plain") -> None:
        self.close_connection = status >= 400  # of a body that was not read the rest must not pass for a request
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
            self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads along."""
