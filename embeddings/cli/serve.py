"""Runs the app as a child process: waits until it answers, opens the browser, ends it cleanly. Knows only its file."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from urllib.error import URLError
from urllib.request import urlopen

from embeddings.errors import UserError
from embeddings.paths import app_file

HOST = "127.0.0.1"
PORT = 8642  # the same each time: the browser still has the page's files, and a bookmark goes on working
PATIENCE = 60.0  # seconds for the server to come up: a cold disk is slow
GRACE = 5.0


def serve(*, port: int | None = None, browser: bool = True) -> None:
    """Open the app and stay until it ends or Ctrl-C ends it.

    Raises
    ------
    UserError
        If the port is taken or the app does not come up.
    """
    chosen = _free() if port is None else _checked(port)
    url = f"http://{HOST}:{chosen}"
    child = subprocess.Popen(
        [sys.executable, "-P", str(app_file())],
        env=_environment(chosen),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=os.name == "posix",  # Ctrl-C reaches us alone, and we end it
    )
    previous = [(number, signal.signal(number, _interrupt)) for number in _endings()]
    try:
        _await(child, url)
        print(f"Mind map navigator: {url}   (Ctrl-C ends it)", flush=True)
        if browser:
            webbrowser.open(url)
        code = child.wait()
        if code:
            raise UserError(f"The app ended with code {code}: see the lines above, and start it again.")
    except KeyboardInterrupt:
        pass
    finally:
        _end(child)
        for number, handler in previous:
            signal.signal(number, handler)


def _endings() -> list[signal.Signals]:
    """The signals that end the app: SIGINT also where the shell that started us in the background has it ignored, that
    of a closed terminal not where `nohup` has."""
    found = [signal.SIGTERM, signal.SIGINT]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        found.append(signal.SIGHUP)
    return found


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _environment(port: int) -> dict[str, str]:
    tree = str(app_file().parent)
    path = os.pathsep.join(part for part in (tree, os.environ.get("PYTHONPATH", "")) if part)
    # One core stays free for the browser: threads that wait for each other while it draws drive six times slower.
    threads = str(max(1, (os.cpu_count() or 2) - 1))
    return {"OMP_NUM_THREADS": threads, **os.environ, "MINDMAP_PORT": str(port), "PYTHONPATH": path}


def _free() -> int:
    """The usual port, or any other where something listens on it."""
    try:
        return _bound(PORT)
    except OSError:
        return _bound(0)


def _checked(port: int) -> int:
    try:
        return _bound(port)
    except OSError as error:
        raise UserError(f"Port {port} cannot be used ({error.strerror}): leave --port out, or name another.") from error


def _bound(port: int) -> int:
    """The port, bound for a moment: an `OSError` where it cannot be."""
    with socket.socket() as probe:
        if os.name == "posix":  # elsewhere the option would let us sit down on a chair that is taken
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        return int(probe.getsockname()[1])


def _await(child: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if child.poll() is not None:
            raise UserError(f"The app did not start (code {child.returncode}): see the lines above.")
        try:
            with urlopen(f"{url}/_stcore/health", timeout=1.0) as reply:
                if reply.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.05)
    raise UserError(
        f"The app did not answer within {PATIENCE:.0f} s: start it again, or look for what keeps the machine busy."
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ask it to go, wait a little, then insist."""
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
