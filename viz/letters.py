"""What every page that is written to a file needs: the letters of the interface, and a script as a policy names it."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from viz.strings import ASSETS


@cache
def letters() -> str:
    """The letters as style, in the style itself: a page on a disk may fetch none, and looks the same anywhere."""
    data = base64.b64encode((ASSETS / "fonts" / "source-sans.woff2").read_bytes()).decode("ascii")
    return (
        '@font-face { font-family: "Source Sans"; font-weight: 200 900; font-display: swap; '
        f'src: url("data:font/woff2;base64,{data}") format("woff2"); }}'
    )


def fingerprint(source: str) -> str:
    """A script as a content policy names it, by its SHA-256."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"
