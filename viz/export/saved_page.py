"""The page that plays offline: one HTML file with the player, plotly.js, the ground and one scene. Writes text only."""

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any

from viz.export.bundle import PLAYER, bundle

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'unsafe-inline'",
        "style-src 'unsafe-inline'",
        "img-src data: blob:",
        "font-src data:",
        "connect-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
LAYOUT = """html { height: 100%; color-scheme: light dark; }
body { margin: 0; padding: 16px; height: 100dvh; box-sizing: border-box; }
#root { height: 100%; }
@media (max-width: 600px) { body { padding: 8px; } }"""


def page_html(
    scene: dict[str, Any], ground: dict[str, Any], ground_bin: bytes, strings: dict[str, Any], report: dict[str, Any]
) -> str:
    """One HTML file that shows ``scene`` with the same player as the app.

    Parameters
    ----------
    scene, ground, strings, report : dict
        As the player's routes give them; all of them must be JSON with finite numbers.
    ground_bin : bytes
        The ground's columns, as in ``ground-<hash>.bin``.

    Returns
    -------
    str
        HTML. Its content policy forbids every request; words of people and of the model stand in JSON, never in markup.
    """
    parts = {
        "scene": scene,
        "ground": ground,
        "strings": strings,
        "report": report,
        "regions": scene.get("regions", []),
    }
    data = "\n".join(
        f'<script type="application/json" id="{name}">{_json(value)}</script>' for name, value in parts.items()
    )
    points = base64.b64encode(ground_bin).decode("ascii")
    title = str(scene.get("title") or "Mind map navigator").replace("&", "&amp;").replace("<", "&lt;")
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{LAYOUT}
{(PLAYER / "player.css").read_text(encoding="utf-8")}</style>
<div id="root"></div>
{data}
<script type="application/octet-stream" id="points">{points}</script>
<script type="module">
{_script(bundle(PLAYER, "standalone.js"))}
</script>
<script type="text/plain" id="plotly">{_plotly()}</script>
</html>
"""


def _json(value: Any) -> str:
    return (
        json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        .replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def _script(source: str) -> str:
    return source.replace("</script", "<\\/script").replace("<!--", "<\\!--")


@cache
def _plotly() -> str:
    import plotly  # only where a page is written: 0.04 s

    return _script((Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_text(encoding="utf-8"))
