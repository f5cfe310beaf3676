"""A figure as PDF: the browser prints the SVG on a sheet of its size, as vectors, with text that can be chosen."""

from __future__ import annotations

import re
from html import escape, unescape

from embeddings.errors import UserError
from viz.export import browser
from viz.strings import text

SIZE = re.compile(r'<svg\b[^>]*?\bwidth="([\d.]+)(px|mm)?"[^>]*?\bheight="([\d.]+)(px|mm)?"')
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<style>@page {{ size: {width} {height}; margin: 0; }}
html, body {{ margin: 0; padding: 0; }}
svg {{ display: block; }}</style>
{svg}
</html>
"""


def of_figure(svg: bytes) -> bytes:
    """The PDF of an SVG that the player has drawn.

    Raises
    ------
    UserError
        If no browser can print it.
    """
    source = svg.decode("utf-8")
    return browser.print_pdf(browser.find(), page(source[source.index("<svg") :]))


def page(svg: str) -> str:
    """The sheet that is printed: one, of the figure's size, titled as it is."""
    found = SIZE.search(svg)
    if found is None:
        raise UserError(text("export.not_printed", name="", said="the figure has no size"))
    width, wide, height, high = found.groups()
    title = TITLE.search(svg)
    named = escape(unescape(title[1])) if title else "Mind map navigator"
    return PAGE.format(title=named, width=f"{width}{wide or 'px'}", height=f"{height}{high or 'px'}", svg=svg)
