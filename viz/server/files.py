"""What is fetched as a file: plotly.js, the player, the ground, recorded scenes, texts, and the lesson in use."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from embeddings.files import contents_hash
from viz.drive import session
from viz.export.bundle import PLAYER
from viz.lesson.lesson import in_use, lesson_json
from viz.lesson.notes_page import notes_html
from viz.lesson.sheet import sheet_html
from viz.scene.ground import Ground, ground_of
from viz.scene.recorded import scene_bytes, scenes, starts
from viz.server.http import FOREVER, Refused
from viz.strings import ASSETS, section

CHECKED = {"Cache-Control": "no-cache"}
TYPES = {".js": "text/javascript", ".css": "text/css"}


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
    return contents_hash(_player_files())


def player_url() -> str:
    """Folder of the player's modules; its name changes with their contents."""
    return f"mm/player/{player_hash()}/"


@cache
def shipped_ground() -> Ground:
    return ground_of(session.atlas(), starts())


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
    ground = await run_in_threadpool(shipped_ground)
    return Response(ground.description, media_type="application/json", headers=CHECKED)


async def ground_points(request: Request) -> Response:
    ground = await run_in_threadpool(shipped_ground)
    if request.path_params["hash"] != ground.hash:
        raise Refused(404)
    return Response(ground.points, media_type="application/octet-stream", headers=FOREVER)


async def ground_snippets(request: Request) -> Response:
    ground = await run_in_threadpool(shipped_ground)
    if request.path_params["hash"] != ground.hash:
        raise Refused(404)
    return Response(ground.snippets, media_type="application/json", headers=FOREVER)


async def scenes_json(request: Request) -> Response:
    return JSONResponse(scenes(), headers=CHECKED)


async def scene_json(request: Request) -> Response:
    data = await run_in_threadpool(scene_bytes, request.path_params["id"])
    if data is None:
        raise Refused(404)
    return Response(data, media_type="application/json", headers=CHECKED)


async def strings_json(request: Request) -> Response:
    return JSONResponse(section("player"), headers=CHECKED)


async def outlines_json(request: Request) -> Response:
    """Letters as paths, for a figure whose text is to be none."""
    data = await run_in_threadpool((ASSETS / "fonts" / "outlines.json").read_bytes)
    return Response(data, media_type="application/json", headers={"Cache-Control": "no-cache"})


async def report_json(request: Request) -> Response:
    return JSONResponse((await run_in_threadpool(session.atlas)).report, headers=CHECKED)


async def lesson(request: Request) -> Response:
    return JSONResponse(lesson_json(await run_in_threadpool(in_use)), headers=CHECKED)


async def notes(request: Request) -> Response:
    return HTMLResponse(notes_html(await run_in_threadpool(in_use)), headers=CHECKED)


async def sheet(request: Request) -> Response:
    return HTMLResponse(await run_in_threadpool(lambda: sheet_html(in_use(), shipped_ground())), headers=CHECKED)
