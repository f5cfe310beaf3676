"""A figure as PDF: the browser prints the SVG on a sheet of its size, as vectors, with text that can be chosen.

What the browser would write at length is said otherwise first; the picture stays the same.
"""

from __future__ import annotations

import codecs
import re
from html import escape, unescape

from viz.export import browser
from viz.letters import letters

SIZE = re.compile(r'<svg\b[^>]*?\bwidth="([\d.]+)(mm|px)?"[^>]*?\bheight="([\d.]+)(mm|px)?"')
TITLE = re.compile(r"<title\b[^>]*>(.*?)</title>", re.DOTALL)
RECIPE = re.compile(r'<metadata id="recipe">(.*?)</metadata>', re.DOTALL)
TRAILER = re.compile(
    rb"trailer\s*<<(?P<entries>[^<>]*?/Info (?P<info>\d+) 0 R[^<>]*?)>>\s*startxref\s*(?P<start>\d+)\s*%%EOF\s*\Z"
)
DOTS = re.compile(r'<g fill="([^"]+)" fill-opacity="([\d.]+)">((?:<circle cx="[^"]+" cy="[^"]+" r="[^"]+"/>)+)</g>')
DOT = re.compile(r'<circle cx="([^"]+)" cy="([^"]+)" r="([^"]+)"/>')
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; font-src data:">
<title>{title}</title>
<style>{letters}
@page {{ size: {width} {height}; margin: 0; }}
html, body {{ margin: 0; padding: 0; }}
svg {{ display: block; }}</style>
{svg}
</html>
"""


def of_figure(svg: bytes) -> bytes:
    """The PDF of an SVG that the player has drawn, on one page of its size.

    Raises
    ------
    UserError
        If no browser can print it.
    """
    figure = svg.decode("utf-8")
    found = RECIPE.search(figure)
    printed = browser.print_pdf(browser.find(prints=True), sheet(figure))
    return with_recipe(printed, unescape(found[1])) if found else printed


def with_recipe(pdf: bytes, recipe: str) -> bytes:
    """The PDF with what makes it again beside its title, as ``/Recipe``: an update is appended, nothing is changed
    [1]_. One that is built otherwise than the browser builds them stays as it is.

    References
    ----------
    .. [1] ISO 32000-1:2008, 7.5.6 (incremental updates), 14.3.3 (the document information dictionary).
    """
    end = TRAILER.search(pdf)
    about = end and re.search(rb"(?:^|\n)%s 0 obj\n<<(.*?)>>\nendobj" % end["info"], pdf, re.DOTALL)
    if end is None or about is None:
        return pdf
    words = b"<" + (codecs.BOM_UTF16_BE + recipe.encode("utf-16-be")).hex().encode() + b">"
    head = pdf if pdf.endswith(b"\n") else pdf + b"\n"
    entry = b"%s 0 obj\n<<%s\n/Recipe %s>>\nendobj\n" % (end["info"], about[1], words)
    table = b"xref\n0 1\n0000000000 65535 f \n%s 1\n%010d 00000 n \n" % (end["info"], len(head))
    last = b"trailer\n<<%s\n/Prev %s>>\nstartxref\n%d\n%%%%EOF\n"
    return head + entry + table + last % (end["entries"], end["start"], len(head) + len(entry))


def sheet(figure: str) -> str:
    """The page that is printed, titled as the figure is."""
    svg = figure[figure.index("<svg") :]
    size, title = SIZE.search(svg), TITLE.search(svg)
    if size is None or title is None:
        raise ValueError("a figure has a size and a title")
    width, wide, height, high = size.groups()
    return PAGE.format(
        title=escape(unescape(title[1])),
        letters=letters(),
        width=f"{width}{wide or 'px'}",
        height=f"{height}{high or 'px'}",
        svg=DOTS.sub(_dots, svg),
    )


def _dots(group: re.Match[str]) -> str:
    """Points as round ends of lines of no length: as a circle each takes twenty curves in the browser's PDF."""
    color, opacity, circles = group.groups()
    lines = "".join(
        f'<path d="M{x} {y}h.01" stroke-width="{2 * float(radius):g}"/>' for x, y, radius in DOT.findall(circles)
    )
    return f'<g fill="none" stroke="{color}" stroke-opacity="{opacity}" stroke-linecap="round">{lines}</g>'
