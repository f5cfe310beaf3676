"""What the browser fetches by itself, all under `/mm/`: plotly.js, player, ground, recorded scenes, and the stream of a
drive. Short answers from the model (starts, spurs) are made in the worker's thread and awaited here.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from embeddings.errors import UserError
from viz import session
from viz.ground import Ground, ground_of
from viz.strings import ASSETS, readable, section, text

log = logging.getLogger(__name__)
PAGE = Path(__file__).with_name("main.py")
PLAYER = Path(__file__).with_name("player")
MAX_BODY = 256 * 1024
MAX_PAGE = 1024 * 1024
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
NEVER = {"Cache-Control": "no-store"}
TYPES = {".js": "text/javascript", ".css": "text/css"}
OLD_VIEWS = (("positions", "position"), ("pca", "pca"))
SCENE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")

Handler = Callable[[Request], Awaitable[Response]]


class Refused(Exception):
    """An answer that is no success: status and sentence."""

    def __init__(self, status: int, sentence: str = "") -> None:
        super().__init__(sentence)
        self.status = status


# -- files that never change under their name ------------------------------------------------------------------------


@cache
def plotly_url() -> str:
    from importlib.metadata import version

    return f"mm/plotly-{version('plotly')}.min.js"


@cache
def _plotly() -> bytes:
    """plotly.js out of the wheel, compressed; found without importing plotly."""
    from importlib.util import find_spec

    spec = find_spec("plotly")
    assert spec is not None and spec.origin is not None
    return gzip.compress((Path(spec.origin).parent / "package_data" / "plotly.min.js").read_bytes(), 6)


@cache
def _player_files() -> dict[str, bytes]:
    """All that is served of the player, by its path below the folder: what is not in here is not there."""
    files = (path for path in sorted(PLAYER.rglob("*")) if path.suffix in TYPES)
    return {path.relative_to(PLAYER).as_posix(): path.read_bytes() for path in files}


@cache
def player_hash() -> str:
    digest = hashlib.sha256()
    for name, data in _player_files().items():
        digest.update(name.encode() + b"\0" + data)
    return digest.hexdigest()[:16]


def player_url() -> str:
    """Folder of the player's modules; its name changes with their contents."""
    return f"mm/player/{player_hash()}/"


@cache
def _ground() -> Ground:
    return ground_of(session.atlas())


async def plotly(request: Request) -> Response:
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(
            gzip.decompress(await run_in_threadpool(_plotly)), media_type="text/javascript", headers=FOREVER
        )
    headers = {**FOREVER, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(await run_in_threadpool(_plotly), media_type="text/javascript", headers=headers)


async def player_file(request: Request) -> Response:
    name = request.path_params["file"]
    data = _player_files().get(name)
    if data is None or request.path_params["hash"] != player_hash():
        raise Refused(404)
    return Response(data, media_type=TYPES[Path(name).suffix], headers=FOREVER)


async def ground_json(request: Request) -> Response:
    ground = await run_in_threadpool(_ground)
    return Response(ground.description, media_type="application/json", headers={"Cache-Control": "no-cache"})


async def ground_points(request: Request) -> Response:
    ground = await run_in_threadpool(_ground)
    if request.path_params["hash"] != ground.hash:
        raise Refused(404)
    return Response(ground.points, media_type="application/octet-stream", headers=FOREVER)


async def ground_snippets(request: Request) -> Response:
    ground = await run_in_threadpool(_ground)
    if request.path_params["hash"] != ground.hash:
        raise Refused(404)
    return Response(ground.snippets, media_type="application/json", headers=FOREVER)


@cache
def scenes() -> tuple[dict[str, Any], ...]:
    """The recorded scenes: id, title, note, step, and where each is fetched."""
    index = ASSETS / "scenes" / "index.json"
    if not index.is_file():
        return ()
    listed = json.loads(index.read_text(encoding="utf-8"))
    return tuple({**entry, "url": f"mm/scene/{entry['id']}.json"} for entry in listed)


async def scenes_json(request: Request) -> Response:
    return JSONResponse(scenes(), headers={"Cache-Control": "no-cache"})


def scene_bytes(id: str) -> bytes | None:
    """A recorded scene as it was written, or a sibling that its slider leads to; None for any other id."""
    listed = {id for entry in scenes() for id in (entry["id"], *entry.get("variants", ()))}
    if not SCENE_ID.fullmatch(id) or id not in listed:
        return None
    return (ASSETS / "scenes" / f"{id}.json").read_bytes()


async def scene_json(request: Request) -> Response:
    data = await run_in_threadpool(scene_bytes, request.path_params["id"])
    if data is None:
        raise Refused(404)
    return Response(data, media_type="application/json", headers={"Cache-Control": "no-cache"})


async def strings_json(request: Request) -> Response:
    return JSONResponse(section("player"), headers={"Cache-Control": "no-cache"})


async def report_json(request: Request) -> Response:
    return JSONResponse((await run_in_threadpool(session.atlas)).report, headers={"Cache-Control": "no-cache"})


# -- the model and its drives ----------------------------------------------------------------------------------------


async def ready(request: Request) -> Response:
    """The player is up: now torch may come."""
    await _body(request)
    session.worker().ready()
    return Response(status_code=204)


async def model_json(request: Request) -> Response:
    worker = session.worker()
    status = worker.status
    said = {"state": status.state, "progress": status.progress, "message": status.message}
    return JSONResponse({**said, "seconds": round(worker.seconds(), 1)}, headers=NEVER)


def _job(request: Request) -> Any:
    job = session.jobs().get(request.path_params["job"])
    if job is None:
        raise Refused(404)
    return job


async def stream(request: Request) -> Response:
    """Server-sent events of one drive; `Last-Event-ID` goes on where a broken connection ended."""
    job = _job(request)
    last = request.headers.get("last-event-id", "")
    after = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else -1

    async def events() -> AsyncIterator[str]:
        async for number, news in job.listen(after):
            yield f"id: {number}\ndata: {json.dumps(news, allow_nan=False)}\n\n" if news else ": still here\n\n"
        yield "event: end\ndata: 1\n\n"

    headers = {**NEVER, "X-Accel-Buffering": "no"}
    return StreamingResponse(events(), media_type="text/event-stream", headers=headers)


async def stop(request: Request) -> Response:
    _job(request).cancelled.set()
    return Response(status_code=204)


async def job_json(request: Request) -> Response:
    return JSONResponse(_job(request).scene(), headers=NEVER)


async def old_json(request: Request) -> Response:
    """Where the roads of a drive went, and nothing else of it: an older road is drawn grey."""
    roads = [list(road.tokens) for road in _job(request).roads]
    told = [{view: [token[key] for token in road] for view, key in OLD_VIEWS} for road in roads]
    return JSONResponse({"roads": told}, headers=NEVER)


async def spurs(request: Request) -> Response:
    job = _job(request)
    road, index = request.path_params["road"], request.path_params["index"]
    if road >= len(job.roads):
        raise Refused(404)
    found = job.roads[road]
    known = str(index) in found.spurs or index < len(found.states)
    if index >= len(found.tokens) or not known or session.worker().status.state != "ready":
        raise Refused(409, text("errors.spurs"))
    worker = session.worker()
    return JSONResponse(await _answer(request, worker.ask(lambda: worker.spurs(found, index))), headers=NEVER)


_asked: dict[str, Future[Any]] = {}  # by box: the newest question takes the place of the one before


async def start(request: Request) -> Response:
    """Where a system prompt starts, and how far that is from the one before."""
    asked = await _object(request)
    system, before = asked.get("system"), asked.get("from")
    if not all(value is None or isinstance(value, str) for value in (system, before)):
        raise Refused(400, text("errors.start"))
    worker = session.worker()
    if worker.status.state != "ready":
        worker.ready()
        raise Refused(503, worker.status.message)
    box = asked.get("box")
    future = worker.ask(lambda: worker.moved(system, (before,) if "from" in asked else None))
    if isinstance(box, str) and 0 < len(box) <= 64:
        if older := _asked.pop(box, None):
            older.cancel()
        _asked[box] = future
    try:
        return JSONResponse(await _answer(request, future), headers=NEVER)
    finally:
        if isinstance(box, str) and _asked.get(box) is future:
            del _asked[box]


async def page(request: Request) -> Response:
    """The scene as one HTML file that plays without a network."""
    body = await _body(request, MAX_PAGE)
    headers = {**NEVER, "Content-Disposition": 'attachment; filename="mind-map.html"'}
    return Response(await run_in_threadpool(_page, body), media_type="text/html; charset=utf-8", headers=headers)


def _page(body: bytes) -> str:
    from viz.page import page_html
    from viz.validate import scene

    ground = _ground()
    checked = scene(body)
    return page_html(checked, json.loads(ground.description), ground.points, section("player"), session.atlas().report)


async def _answer(request: Request, future: Future[Any]) -> Any:
    """Await the model's thread without holding up anybody; a browser that has gone takes its question back."""
    waiting = asyncio.wrap_future(future)
    try:
        while not (await asyncio.wait({waiting}, timeout=0.25))[0]:
            if await request.is_disconnected():
                raise Refused(499)
        return waiting.result()
    except asyncio.CancelledError:
        if future.cancelled():
            raise Refused(409, text("errors.superseded")) from None
        raise
    finally:
        future.cancel()


# -- what all of them share ------------------------------------------------------------------------------------------


async def _body(request: Request, most: int = MAX_BODY) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > most:
            raise Refused(413, text("errors.large", kilobytes=most // 1024))
    return bytes(data)


async def _object(request: Request) -> dict[str, Any]:
    try:
        found = json.loads(await _body(request))
        readable(json.dumps(found, ensure_ascii=False))
    except UserError:
        raise
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused(400, text("errors.json"))
    return found


def _guarded(handler: Handler) -> Handler:
    """Errors as sentences, and no orders from pages of other sites."""

    async def guarded(request: Request) -> Response:
        if request.method == "POST" and request.headers.get("sec-fetch-site") == "cross-site":
            return Response(status_code=403)
        try:
            return await handler(request)
        except Refused as error:
            return JSONResponse({"error": str(error)}, status_code=error.status, headers=NEVER)
        except UserError as error:
            return JSONResponse({"error": str(error)}, status_code=400, headers=NEVER)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception:
            log.exception("%s failed", request.url.path)
            return JSONResponse({"error": text("errors.server")}, status_code=500, headers=NEVER)

    return guarded


def _route(path: str, handler: Handler, method: str = "GET") -> BaseRoute:
    return Route(path, _guarded(handler), methods=[method], name=handler.__name__)


def routes() -> list[BaseRoute]:
    """All of them, for `st.App`."""
    return [
        _route("/" + plotly_url(), plotly),
        _route("/mm/player/{hash}/{file:path}", player_file),
        _route("/mm/ground.json", ground_json),
        _route("/mm/ground-{hash}.bin", ground_points),
        _route("/mm/snippets-{hash}.json", ground_snippets),
        _route("/mm/scenes.json", scenes_json),
        _route("/mm/scene/{id}.json", scene_json),
        _route("/mm/strings.json", strings_json),
        _route("/mm/report.json", report_json),
        _route("/mm/ready", ready, "POST"),
        _route("/mm/model", model_json),
        _route("/mm/stream/{job}", stream),
        _route("/mm/stop/{job}", stop, "POST"),
        _route("/mm/job/{job}.json", job_json),
        _route("/mm/old/{job}.json", old_json),
        _route("/mm/spurs/{job}/{road:int}/{index:int}", spurs),
        _route("/mm/start", start, "POST"),
        _route("/mm/page", page, "POST"),
    ]
