"""The process that serves: Streamlit hears of no settings but ours, and all ends with the command that started it."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from viz.server.http import NEVER

if TYPE_CHECKING:
    from streamlit import App

RUN = "MINDMAP_RUN"  # names one run of the command, which holds the other end of our standard input
GRACE = 2.0  # seconds to end in good order once the command is gone: nobody is left to wait for


def run(app: App, settings: dict[str, Any]) -> None:
    """Serve until told to end."""
    if os.environ.get(RUN):
        end_with_the_command()
    read_no_settings()
    app.run(config=settings)


async def alive(request: Request) -> Response:
    """By this the command knows its own server from any other that sits at its port."""
    return PlainTextResponse(os.environ.get(RUN, ""), headers=NEVER)


def read_no_settings() -> None:
    """Keep Streamlit from every `.streamlit` folder, of the home, of the folder one is in, and from its later changes.

    They belong to other apps of the user: an address, a port, a theme, secrets that become environment variables.
    Streamlit 1.67 has no option for it, so that the one function which lists such files is replaced.
    """
    from streamlit import config

    config.get_config_files = _none


def _none(file_name: str) -> list[str]:
    return []


def end_with_the_command() -> None:
    """End when the command has, also by `kill -9`: it never writes to our standard input, and its end closes it."""
    held = os.dup(0)  # not inherited: what we start gets an empty input, and no part in this
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    threading.Thread(target=_end_after, args=(held,), name="command", daemon=True).start()


def _end_after(held: int) -> None:
    with suppress(OSError):
        while os.read(held, 1024):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)
