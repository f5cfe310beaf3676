"""The page that plays offline: one HTML file with the player, plotly.js, the ground and one scene. Writes text only."""

import base64
import gzip
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from embeddings.paths import program_version
from viz.export.bundle import PLAYER, bundle
from viz.export.words import HEAD, json_text, policy, script_text, short_caption, told, words
from viz.letters import fingerprint, letters
from viz.strings import text

HERE = Path(__file__).resolve().parent


def page_html(
    scene: dict[str, Any], ground: dict[str, Any], ground_bin: bytes, strings: dict[str, Any], report: dict[str, Any]
) -> str:
    """One HTML file that shows ``scene`` with the same player as the app; with ``?embed`` as a frame of another page.

    Parameters
    ----------
    scene, ground, strings, report : dict
        As the player's routes give them; all of them must be JSON with finite numbers.
    ground_bin : bytes
        The ground's columns, as in ``ground-<hash>.bin``.

    Returns
    -------
    str
        HTML, some 3 MB. Its content policy forbids every request, and every script but the two that are meant, by their
        hash; words of people and of the model stand in it as text and as JSON, never as markup.
    """
    data = {
        "scene": scene,
        "ground": ground,
        "strings": strings,
        "report": report,
        "regions": scene.get("regions", []),
        "recipe": recipe(scene, ground),
        "told": {"caption": short_caption(scene), "full": scene.get("caption") or ""},
    }
    player = _player()
    return _LAYOUT.format_map(
        {
            "policy": policy(f"{fingerprint(player)} {_plotly_fingerprint()}"),
            "title": words(scene.get("title") or text("page.title")),
            "description": words(short_caption(scene)),
            "style": _style(),
            "noscript": words(text("saved.noscript")),
            "told": told(scene),
            "data": "\n".join(_data(name, value) for name, value in data.items()),
            "points": base64.b64encode(ground_bin).decode("ascii"),
            "player": player,
            "plotly": _packed_plotly(),
        }
    )


# The player begins before the parser comes to plotly.js, which is packed and most of the page.
_LAYOUT = (
    HEAD
    + """<style>{style}</style>
<noscript><p>{noscript}</p></noscript>
<div id="root"></div>
{told}
{data}
<script type="text/plain" id="points">{points}</script>
<script>{player}</script>
<script type="text/plain" id="plotly">{plotly}</script>
</html>
"""
)


def _data(name: str, value: Any) -> str:
    return f'<script type="application/json" id="{name}">{json_text(value)}</script>'


def recipe(scene: Mapping[str, Any], ground: Mapping[str, Any]) -> dict[str, Any]:
    """What makes the picture again: program, model, map, and the request where one is known."""
    about = ground.get("about") or (ground.get("meta") or {}).get("about") or {}
    return {
        "program": "mindmap-navigator",
        "version": about.get("version") or program_version(),
        "model": about.get("model"),
        "atlas": scene.get("atlas") or ground.get("atlas"),
        "scene": scene.get("id") or "",
        "title": scene.get("title") or "",
        "request": scene.get("request"),
    }


@cache
def _style() -> str:
    """Letters, paper, player."""
    sheets = (HERE / "look.css", HERE / "saved_page.css", PLAYER / "player.css", PLAYER / "embed.css")
    return "\n".join((letters(), *(sheet.read_text(encoding="utf-8") for sheet in sheets)))


@cache
def _player() -> str:
    return script_text(f'(() => {{\n"use strict";\n{bundle(PLAYER, "standalone.js")}\n}})();')


@cache
def plotly_source() -> str:
    """plotly.js as it lies in its wheel."""
    import plotly  # only where a page is written: 0.04 s

    return (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


@cache
def _plotly_fingerprint() -> str:
    return fingerprint(plotly_source())


@cache
def _packed_plotly() -> str:
    """As gzip in base64: 2 MB instead of 5."""
    return base64.b64encode(gzip.compress(plotly_source().encode(), 9, mtime=0)).decode("ascii")
