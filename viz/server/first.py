"""Something to look at before Streamlit and the player are there: the first frame as a picture, in the page's own HTML.

Streamlit's page is a file of its package. `FirstFrame` stands before it and puts a picture of the step's first frame,
and the sentence of what this is, into it; the player takes it away once it has drawn that frame itself.
"""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from viz.scene.frames import THEMES, picture_name, pictures, pictures_hash
from viz.scene.recorded import first_scene, scene_bytes, step_of
from viz.server.http import FOREVER, Refused
from viz.strings import text

# Evaluating Streamlit's code takes a second or more, and a browser that has it would do that before it paints anything.
LATER = """<script>(() => {
  let gone = false;
  const go = () => {
    if (gone) return;
    gone = true;
    const code = { type: "module", crossOrigin: "", src: "%s" };
    document.head.append(Object.assign(document.createElement("script"), code));
  };
  const painted = () => requestAnimationFrame(() => setTimeout(go));
  const image = document.querySelector("#mindmap-first img");
  (image ? image.decode() : Promise.resolve()).then(painted, painted);
  setTimeout(go, 500); // no picture, or a tab that nobody sees
})()</script>"""
# The look that somebody has chosen in the app (lookswitch.js), where it is not the system's.
LOOK = """<script>(() => {
  try {
    const chosen = localStorage.getItem(`stActiveTheme-${location.pathname}-v2`),
      look = /^"(dark|light)/i.exec(chosen)?.[1].toLowerCase(),
      first = document.getElementById("mindmap-first"),
      source = first.querySelector("source");
    if (!look) return;
    first.dataset.look = look;
    if (source) source.media = look === "dark" ? "all" : "not all";
  } catch {} // no storage: as the system has it
})()</script>"""
CODE = re.compile(r'<script type="module"[^>]* src="(\./static/[^"]+)"></script>')
STYLE = Path(__file__).with_name("first.css").read_text(encoding="utf-8")


async def picture(request: Request) -> Response:
    data = pictures().get(request.path_params["name"])
    if data is None or request.path_params["hash"] != pictures_hash():
        raise Refused(404)
    return Response(data, media_type="image/webp", headers=FOREVER)


@cache
def roads(step: str) -> int:
    """How many roads the scene has that a step opens with: on a phone their texts stand below one another."""
    return len(json.loads(scene_bytes(first_scene(step) or "") or b'{"roads": []}')["roads"])


def snippet(step: str, *, kept: bool = False) -> str:
    """What is put into the page: nothing where there is no picture. ``kept``: the page comes back with something of its
    own, so that the picture would be of something else: the sentence alone."""
    light, dark = (picture_name(step, theme) for theme in THEMES)
    if not {light, dark} <= pictures().keys():
        return ""
    source = f"mm/first/{pictures_hash()}/"
    picture = (
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="{source}{dark}">'
        f'<img src="{source}{light}" alt=""></picture>'
    )
    return (
        f'<div id="mindmap-first" class="roads-{roads(step)}" aria-hidden="true"><style>{STYLE}</style>'
        f"{'' if kept else picture}<p>{escape(text('player.opening.text'))}</p>{LOOK}</div>"
    )


def put_into(page: str, inserted: str) -> str:
    """The page with something at the beginning of its body, and Streamlit's code after the picture is painted."""
    head, body, rest = page.partition("<body>")
    if not body or not inserted:
        return page
    code = CODE.search(head)
    later = LATER % code[1] if code else ""
    return CODE.sub("", head, count=1) + body + inserted + later + rest


def asked(query: bytes) -> tuple[str, bool]:
    """The step that the address asks for, as the page reads it, and whether the page comes back with something kept."""
    found = parse_qs(query.decode("latin-1"))
    return step_of(found.get("step", [""])[-1]), "kept" in found


class FirstFrame:
    """Puts the picture into the page, and leaves everything else as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        step, kept = asked(scope["query_string"])
        await self.app(_plainly(scope), receive, _Into(send, snippet(step, kept=kept)))


def _plainly(scope: Scope) -> Scope:
    """The request as one for the whole page, neither compressed nor only if it has changed."""
    unwanted = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name not in unwanted]}


class _Into:
    """Sends on what comes; of a page of HTML the whole at once, with something put in at the beginning of its body."""

    def __init__(self, send: Send, inserted: str) -> None:
        self.send, self.inserted = send, inserted
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._is_page(message):
            self.start = message
        elif message["type"] == "http.response.body" and self.start is not None:
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                await self._page(self.start)
        else:
            await self.send(message)

    def _is_page(self, message: Message) -> bool:
        headers = Headers(raw=message["headers"])
        plain = "content-encoding" not in headers
        return plain and message["status"] == 200 and headers.get("content-type", "").startswith("text/html")

    async def _page(self, start: Message) -> None:
        whole = put_into(self.body.decode("utf-8"), self.inserted).encode("utf-8")
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-length"] = str(len(whole))
        for name in ("etag", "last-modified"):
            if name in headers:
                del headers[name]  # they are of the file, not of this page
        await self.send({**start, "headers": headers.raw})
        await self.send({"type": "http.response.body", "body": whole})
