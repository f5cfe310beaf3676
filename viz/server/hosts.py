"""Who is answered, on every route of the process: who asks at the address that the command prints, from our own page.

A page elsewhere can reach a server of this machine by a name of its own that leads to 127.0.0.1 (DNS rebinding), and
any page can send it requests. `Door` stands before all routes, Streamlit's pages and its websocket included.
"""

from __future__ import annotations

from starlette.datastructures import URL, Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from viz.server.first import FirstFrame
from viz.strings import text

WILDCARDS = ("", "0.0.0.0", "::")


def doors() -> list[Middleware]:
    """What `st.App` puts before all routes."""
    return [Middleware(Door), Middleware(FirstFrame)]


def printed() -> str | None:
    """Host and port of the printed address; None where `streamlit run` listens at more than one."""
    from streamlit import config

    address = str(config.get_option("server.address") or "")
    if address in WILDCARDS:
        return None
    return f"{f'[{address}]' if ':' in address else address}:{config.get_option('server.port')}"


class Door:
    """Turns away what is meant for another address (421) or comes from another page (403), in one plain sentence.

    Parameters
    ----------
    app : ASGI application
    host : str, optional
        The only ``Host`` that is answered, with its port; by default the printed one. ``localhost`` is sent there.
    """

    def __init__(self, app: ASGIApp, host: str | None = None) -> None:
        self.app = app
        self.host = host or printed()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refusal is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await refusal(scope, receive, send)
        else:  # a browser shows nobody why a socket was refused, and uvicorn takes an answer with words for our mistake
            await send({"type": "websocket.close", "code": 1008})

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        asked = [host.lower() for host in headers.getlist("host")]
        origins = headers.getlist("origin")
        if self.host is not None and asked not in _spellings(self.host):
            local = f"localhost:{self.host.rpartition(':')[2]}"
            if _fetches(scope) and asked in _spellings(local) and not origins:
                return RedirectResponse(URL(scope=scope).replace(netloc=self.host), 307, {"Cache-Control": "no-store"})
            return PlainTextResponse(text("errors.host", address=f"http://{self.host}"), 421)
        here = [f"{'https' if scope['scheme'] in ('https', 'wss') else 'http'}://{host}" for host in asked]
        if (origins and [origin.lower() for origin in origins] != here) or _of_another_page(scope, headers):
            return PlainTextResponse(text("errors.origin"), 403)
        return None


def _spellings(host: str) -> list[list[str]]:
    """A ``Host`` as browsers send it, which leave port 80 out."""
    return [[host], *([[host.removesuffix(":80")]] if host.endswith(":80") else [])]


def _fetches(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] in ("GET", "HEAD")


def _of_another_page(scope: Scope, headers: Headers) -> bool:
    """By what the browser says of itself: a request of another page, unless it is a link that was followed to ours."""
    site, mode = headers.get("sec-fetch-site"), headers.get("sec-fetch-mode")
    return site in ("cross-site", "same-site") and not (mode == "navigate" and _fetches(scope))
