"""Runs the app as a child process: waits until it answers, opens the browser, ends it cleanly. Knows only its file.

The child ends with us however we end: its standard input is a pipe that we hold and never write to, and it watches it
(`viz/server/process.py`).
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from embeddings.errors import UserError
from embeddings.paths import app_file, code

HOST = "127.0.0.1"
PORT = 8642  # the same each time: the browser still has the page's files, and a bookmark goes on working
PATIENCE = 60.0  # seconds for the server to come up: a cold disk is slow
GRACE = 5.0
LESSON = "MINDMAP_LESSON"  # viz/lesson/lesson.py reads it


class Taken(UserError):
    """The port was free, and somebody else's when the app wanted it."""


def serve(*, port: int | None = None, browser: bool = True, lesson: Path | None = None) -> None:
    """Open the app and stay until it ends or Ctrl-C ends it; ``lesson``: the file of the lesson that it has.

    Raises
    ------
    UserError
        If something in the lesson is wrong, the port is taken, or the app does not come up.
    """
    taught = {} if lesson is None else {LESSON: str(_checked_lesson(lesson))}
    try:
        _run(_free() if port is None else _checked(port), browser, taught)
    except Taken:
        if port is not None:
            raise
        _run(_any(), browser, taught)


def _checked_lesson(path: Path) -> Path:
    """The whole path of a lesson that is right: the other side of the house reads it, in a process of its own."""
    whole = Path(os.path.abspath(path))
    done = subprocess.run(
        [sys.executable, "-P", "-X", "utf8", "-m", "viz.lesson", str(whole)],
        env=ours(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode == 2:
        raise UserError(done.stderr.strip())
    if done.returncode:
        raise RuntimeError(f"the lesson could not be checked:\n{done.stderr}")
    return whole


def _run(port: int, browser: bool, taught: dict[str, str]) -> None:
    """The app from its start to its end, at a port that was free a moment ago."""
    child: subprocess.Popen[bytes] | None = None
    previous = [(number, signal.signal(number, _interrupt)) for number in _endings()]
    try:
        run = secrets.token_hex(8)
        child = subprocess.Popen(
            [sys.executable, "-P", str(app_file())],
            env=_environment(port, run) | taught,
            stdin=subprocess.PIPE,  # its other end is ours alone
            stdout=subprocess.DEVNULL,
            start_new_session=os.name == "posix",  # Ctrl-C reaches us alone, and we end it
        )
        _await(child, port, run)
        url = f"http://{HOST}:{port}"
        print(f"Mind map navigator: {url}   (Ctrl-C ends it)", flush=True)
        if browser and not _opened(url):
            print("No browser could be opened: open that address in one.", flush=True)
        code = child.wait()
        if code:
            raise UserError(f"The app ended with code {code}: see the lines above, and start it again.")
    except KeyboardInterrupt:
        pass
    finally:
        if child is not None:
            end(child)
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


def _opened(url: str) -> bool:
    try:
        return webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False


def ours() -> dict[str, str]:
    """The environment of a child without what another project tells Streamlit, without a lesson that nobody named, and
    without empty parts of PYTHONPATH: they mean the folder one is in, with whatever lies there."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("STREAMLIT_", LESSON))}
    path = [str(code()), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**kept, "PYTHONPATH": os.pathsep.join(path)}


def _environment(port: int, run: str) -> dict[str, str]:
    """Of the app's process."""
    # One core stays free for the browser: threads that wait for each other while it draws drive six times slower.
    threads = str(max(1, (os.cpu_count() or 2) - 1))
    return {"OMP_NUM_THREADS": threads, **ours(), "MINDMAP_PORT": str(port), "MINDMAP_RUN": run}


def _free() -> int:
    """The usual port, or any other where something listens on it."""
    try:
        return _bound(PORT)
    except OSError:
        return _any()


def _any() -> int:
    try:
        return _bound(0)
    except OSError as error:
        raise UserError(
            f"No port of {HOST} can be used ({error.strerror}): the app needs one of this machine."
        ) from error


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


def _await(child: subprocess.Popen[bytes], port: int, run: str) -> None:
    """Until this very child answers; how it does not is said where it never does."""
    until = time.monotonic() + PATIENCE
    said = "nothing is there yet"
    while time.monotonic() < until:
        if child.poll() is not None:
            raise _ended(child.returncode, port)
        try:
            if (answer := _answer(port)) == run:
                return
            said = f"{answer[:40]!r} is no answer of ours"
        except (OSError, HTTPException) as error:
            said = str(error) or type(error).__name__
        time.sleep(0.05)
    raise UserError(
        f"The app did not answer at http://{HOST}:{port} within {PATIENCE:.0f} s ({said}): start it again, with "
        "another --port where something else answers there, or look for what keeps the machine busy."
    )


def _answer(port: int) -> str:
    """What the server there calls its run. Asked without any proxy, which knows nothing of this machine's loopback."""
    connection = HTTPConnection(HOST, port, timeout=1.0)
    try:
        connection.request("GET", "/mm/alive")
        return connection.getresponse().read(64).decode("ascii", "replace")
    finally:
        connection.close()


def _ended(code: int, port: int) -> UserError:
    try:
        _bound(port)
    except OSError:
        return Taken(f"Port {port} was taken by another program while the app started: name another with --port.")
    return UserError(f"The app did not start (code {code}): see the lines above.")


def end(child: subprocess.Popen[bytes], grace: float = GRACE) -> None:
    """Ask it to go, wait so many seconds, then insist."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(grace)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    for pipe in (child.stdin, child.stderr):
        if pipe:
            pipe.close()
