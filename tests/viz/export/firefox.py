"""Firefox, driven over its own Marionette protocol: a socket on loopback, JSON both ways, nothing to install."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

NAMES = ("firefox", "firefox-esr")
PATIENCE = 60.0  # seconds for it to come up, and for a page


def firefox_path() -> str | None:
    """The machine's Firefox."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Firefox:
    """One window. Scripts run in the page, as if they stood in it."""

    def __init__(self, port: int) -> None:
        self.wire = _connected(port)
        self.stream = self.wire.makefile("rb")
        self.number = 0
        self._message()  # it introduces itself
        self.call("WebDriver:NewSession", capabilities={"alwaysMatch": {"acceptInsecureCerts": False}})

    def call(self, command: str, **parameters: Any) -> Any:
        """One command and its answer; a RuntimeError with what Firefox says where it fails."""
        self.number += 1
        sent = json.dumps([0, self.number, command, parameters])
        self.wire.sendall(f"{len(sent.encode())}:{sent}".encode())
        _, _, error, answer = self._message()
        if error:
            raise RuntimeError(error["message"])
        return answer

    def _message(self) -> Any:
        length = b""
        while (sign := self.stream.read(1)) not in (b":", b""):
            length += sign
        return json.loads(self.stream.read(int(length)))

    def open(self, address: str) -> None:
        self.call("WebDriver:Navigate", url=address)

    def size(self, width: int, height: int) -> None:
        self.call("WebDriver:SetWindowRect", width=width, height=height)

    def run(self, script: str) -> Any:
        """What a script returns."""
        return self.call("WebDriver:ExecuteScript", script=script, args=[], sandbox=None)["value"]

    def wait(self, script: str) -> None:
        """Until a condition holds in the page."""
        end = time.monotonic() + PATIENCE
        while not self.run(f"return Boolean({script})"):
            if time.monotonic() > end:
                raise TimeoutError(script)
            time.sleep(0.1)

    def frame(self, number: int | None) -> None:
        """Into a frame of the page, or back to the page."""
        self.call("WebDriver:SwitchToFrame", id=number)

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("WebDriver:TakeScreenshot", full=False)["value"]))


def _connected(port: int) -> socket.socket:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@contextmanager
def firefox(path: str, folder: Path) -> Iterator[Firefox]:
    """It runs with a profile of its own in ``folder`` and can reach nothing: nobody listens where its proxy is."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    wanted = {
        "marionette.port": port,
        "network.proxy.type": 1,
        "network.proxy.http": "127.0.0.1",
        "network.proxy.http_port": 9,
        "network.proxy.ssl": "127.0.0.1",
        "network.proxy.ssl_port": 9,
        "browser.shell.checkDefaultBrowser": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "webgl.force-enabled": True,
    }
    folder.mkdir(parents=True, exist_ok=True)
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in wanted.items())
    (folder / "user.js").write_text("".join(lines), encoding="utf-8")
    command = [path, "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        one = Firefox(port)
        yield one
        with suppress(RuntimeError, OSError, ValueError):
            one.call("Marionette:Quit", flags=["eForceQuit"])
    finally:
        running.terminate()
        running.wait(20)
