"""A page for paper or a second window: HTML that asks no network, with its font in it, and says what it may run."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape

from viz.strings import ASSETS

FONT = ASSETS / "fonts" / "source-sans.woff2"


def page(title: str, style: str, body: str, script: str = "") -> str:
    """The whole file. ``body`` is HTML, its texts escaped; a policy in it allows this ``script`` and no other."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    run = f"script-src 'sha256-{digest}'; " if script else ""
    policy = f"default-src 'none'; {run}style-src 'unsafe-inline'; font-src data:"
    code = f"<script>{script}</script>" if script else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_font()}{style}</style></head><body>{body}{code}</body></html>\n"
    )


@cache
def _font() -> str:
    """The interface's font, so that a page looks and breaks the same on every machine."""
    packed = base64.b64encode(FONT.read_bytes()).decode()
    return (
        '@font-face{font-family:"Source Sans";font-weight:200 900;'
        f'src:url("data:font/woff2;base64,{packed}") format("woff2")}}'
    )
