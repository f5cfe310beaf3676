"""The model and its drives: short answers are made in the worker's thread and awaited here; a drive is streamed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from concurrent.futures import Future
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from embeddings.chat import check_prompt
from viz.drive import session
from viz.drive.job import Job
from viz.drive.sign import MAX_SIGNS
from viz.drive.task import StartQuestion
from viz.server.files import shipped_ground
from viz.server.http import NEVER, Refused, body_of, object_of
from viz.strings import section, text

MAX_PAGE = 1024 * 1024
TABLE_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}
OLD_VIEWS = (("positions", "position"), ("pca", "pca"))


async def ready(request: Request) -> Response:
    """The player is up: now torch may come."""
    await body_of(request)
    session.worker().ready()
    return Response(status_code=204)


async def model_json(request: Request) -> Response:
    worker = session.worker()
    status = worker.status
    said = {"state": status.state, "progress": status.progress, "message": status.message}
    return JSONResponse({**said, "seconds": round(worker.seconds(), 1)}, headers=NEVER)


def _job(request: Request) -> Job:
    job = session.jobs().get(request.path_params["job"])
    if job is None:
        raise Refused(404)
    return job


async def stream(request: Request) -> Response:
    """Server-sent events of one drive; `Last-Event-ID` goes on where a broken connection ended, ``after`` where the
    Scene so far ends."""
    job = _job(request)
    last = request.headers.get("last-event-id", "") or request.query_params.get("after", "")
    after = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else -1

    async def events() -> AsyncIterator[str]:
        async for number, news in job.listen(after):
            yield f"id: {number}\ndata: {json.dumps(news, allow_nan=False)}\n\n" if news else ": still here\n\n"
        yield "event: end\ndata: 1\n\n"

    headers = {**NEVER, "X-Accel-Buffering": "no"}
    return StreamingResponse(events(), media_type="text/event-stream", headers=headers)


async def drive(request: Request) -> Response:
    """Begin what a request asks for (`embeddings.request`, as JSON); the id of its job."""
    from embeddings.request_json import read_request  # its schema takes a moment that a page does not have

    asked = read_request(await object_of(request))
    if len(asked.up) > MAX_SIGNS:
        raise Refused(400, text("signs.many", limit=MAX_SIGNS))
    for sign in asked.up:
        session.check(sign)
    job = session.drive(asked, f"drive/{request.client.host if request.client else ''}")
    return JSONResponse({"job": job.id}, status_code=201, headers=NEVER)


async def stop(request: Request) -> Response:
    _job(request).stop()
    return Response(status_code=204)


async def job_json(request: Request) -> Response:
    """The Scene so far; ``Mm-Told`` is the number of the last event that is in it."""
    job = _job(request)
    told = len(job.told) - 1  # before the Scene is made: what comes meanwhile is told once more
    return JSONResponse(job.scene(), headers={**NEVER, **({"Mm-Told": str(told)} if told >= 0 else {})})


async def old_json(request: Request) -> Response:
    """Where the roads of a drive went, and nothing else of it: an older road is drawn grey."""
    runs = [list(run.tokens) for run in _job(request).runs]
    told = [{view: [token[key] for token in run] for view, key in OLD_VIEWS} for run in runs]
    return JSONResponse({"roads": told}, headers=NEVER)


async def spurs(request: Request) -> Response:
    job = _job(request)
    index, at = request.path_params["road"], request.path_params["index"]
    if index >= len(job.runs):
        raise Refused(404)
    run = job.runs[index]
    if (known := run.spurs_at(at)) is None:
        if (question := run.look_at(at)) is None or session.worker().status.state != "ready":
            raise Refused(409, text("errors.spurs"))
        known = await _answer(request, session.worker().ask(question))
        job.keep_spurs(index, at, known)
    return JSONResponse(known, headers=NEVER)


_asked: dict[str, Future[Any]] = {}  # by box: the newest question takes the place of the one before


async def start(request: Request) -> Response:
    """Where a system prompt starts, and how far that is from the one before."""
    asked = await object_of(request)
    system, before = asked.get("system"), asked.get("from")
    if not all(value is None or isinstance(value, str) for value in (system, before)):
        raise Refused(400, text("errors.start"))
    if system is not None:
        check_prompt(system, "system prompt")
    worker = session.worker()
    if worker.status.state != "ready":
        worker.ready()
        raise Refused(503, worker.status.message)
    box = asked.get("box")
    future = worker.ask(StartQuestion(system, (before,) if "from" in asked else ()))
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
    body = await body_of(request, MAX_PAGE)
    headers = {**NEVER, "Content-Disposition": 'attachment; filename="mind-map.html"'}
    return Response(await run_in_threadpool(_page, body), media_type="text/html; charset=utf-8", headers=headers)


def _page(body: bytes) -> str:
    from viz.export.saved_page import page_html
    from viz.scene.schema import scene

    ground = shipped_ground()
    checked = scene(body, session.atlas().sha256)
    return page_html(checked, json.loads(ground.description), ground.points, section("player"), session.atlas().report)


async def table(request: Request) -> Response:
    """The roads of a scene as a table (docs/table.md); ``kind`` is csv, parquet or json."""
    kind = request.query_params.get("kind", "csv")
    if kind not in TABLE_TYPES:
        raise Refused(400, text("errors.table_kind", kinds=", ".join(TABLE_TYPES)))
    body = await body_of(request, MAX_PAGE)
    headers = {**NEVER, "Content-Disposition": f'attachment; filename="mind-map.{kind}"'}
    return Response(await run_in_threadpool(_table, body, kind), media_type=TABLE_TYPES[kind], headers=headers)


def _table(body: bytes, kind: str) -> bytes:
    from embeddings.table_file import table_bytes
    from viz.export.table import table_of
    from viz.scene.schema import scene

    return table_bytes(table_of(scene(body, session.atlas().sha256)), kind)


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
