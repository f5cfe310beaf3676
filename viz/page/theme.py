"""How the page looks: the server's theme settings and the one block of style that Streamlit's own widgets need."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

PORT = int(os.environ.get("MINDMAP_PORT", "8501"))
# Only this machine is served, nothing is watched, nothing is reported to anybody. The port comes from `mindmap`, which
# waits for it there: `App.run` itself reads no STREAMLIT_SERVER_PORT.
CONFIG: dict[str, Any] = {
    "server.port": PORT,
    "server.address": "127.0.0.1",
    "server.headless": True,
    "server.fileWatcherType": "none",
    "runner.fastReruns": False,  # one script thread a session: two over one state lose what is typed (decisions, 30)
    "client.toolbarMode": "minimal",
    "browser.gatherUsageStats": False,
    "client.allowedOrigins": [f"http://127.0.0.1:{PORT}"],  # our own page alone may set its theme: lookswitch.js
    "theme.light.primaryColor": "#c2410c",
    "theme.light.backgroundColor": "#fdfcfa",
    "theme.light.secondaryBackgroundColor": "#f3f0ea",
    "theme.light.textColor": "#22201c",
    "theme.light.borderColor": "#d9d4c8",
    "theme.dark.primaryColor": "#ffb454",
    "theme.dark.backgroundColor": "#14161a",
    "theme.dark.secondaryBackgroundColor": "#1f2228",
    "theme.dark.textColor": "#e9e6df",
    "theme.dark.borderColor": "#3a3e46",
}

DARK = 1  # Streamlit's number of a dark base

LOOKS = {
    name: {"base": int(name == "dark") * DARK}
    | {key.rpartition(".")[2]: value for key, value in CONFIG.items() if key.startswith(f"theme.{name}.")}
    for name in ("light", "dark")
}

# A constant of ours: no data ever comes near it.
STYLE = f"<style>{Path(__file__).with_name('page.css').read_text(encoding='utf-8')}</style>"


def ran(run: int) -> str:
    """The last that a run writes, where nothing is left to do: its number, for whoever waits for it. Style alone, which
    takes no room."""
    return f"<style>.st-key-head {{ --run: {run} }}</style>"
