"""A page for paper or a second window: HTML that asks no network, with its font in it, and says what it may run."""

from __future__ import annotations

from html import escape

from viz.letters import fingerprint, letters


def page(title: str, style: str, body: str, script: str = "") -> str:
    """The whole file. ``body`` is HTML, its texts escaped; a policy in it allows this ``script`` and no other."""
    run = f"script-src {fingerprint(script)}; " if script else ""
    policy = f"default-src 'none'; {run}style-src 'unsafe-inline'; font-src data:"
    code = f"<script>{script}</script>" if script else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{letters()}{style}</style></head><body>{body}{code}</body></html>\n"
    )
