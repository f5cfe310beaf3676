"""The picture of the first frame: in the page, before Streamlit's code, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from viz.scene import frames
from viz.server import first
from viz.server.http import guarded
from viz.strings import text

PAGE = "<html><head></head><body><div id=root>é</div></body></html>"


def page(request: Request) -> Response:
    if request.headers.get("if-none-match"):
        return Response(status_code=304)
    return HTMLResponse(PAGE, headers={"etag": '"of the file"', "cache-control": "no-cache"})


def in_parts(request: Request) -> Response:
    def parts() -> Iterator[str]:
        yield from (PAGE[:9], PAGE[9:30], PAGE[30:])

    return StreamingResponse(parts(), media_type="text/html")


def client(handler: object = page) -> TestClient:
    routes = [
        Route("/", handler),  # type: ignore[arg-type]
        Route("/other", page),
        Route("/mm/first/{hash}/{name}", guarded(first.picture)),
    ]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(first.FirstFrame)]))


@pytest.mark.parametrize(
    ("query", "step"),
    [("", "map"), ("?step=signs", "signs"), ("?step=3", "start"), ("?step=<img>", "map"), ("?step=%ff", "map")],
)
@pytest.mark.parametrize("handler", [page, in_parts])
def test_the_page_carries_the_picture_of_its_step_and_the_first_sentence(
    handler: object, query: str, step: str
) -> None:
    reply = client(handler).get(f"/{query}")
    before, found, after = reply.text.partition("<body>")
    assert before + found + after.replace(first.snippet(step), "") == PAGE and first.snippet(step) in after
    assert after.startswith('<div id="mindmap-first"') and text("player.opening.text") in after
    assert f"{step}-light.webp" in after and f"{step}-dark.webp" in after and "<img>" not in after
    assert reply.headers.get("content-length", str(len(reply.content))) == str(len(reply.content))
    assert "etag" not in reply.headers


def test_a_page_that_comes_back_has_the_sentence_and_no_picture_of_something_else() -> None:
    reply = client().get("/?step=road&kept=1.x")
    assert text("player.opening.text") in reply.text and "<picture>" not in reply.text


def test_streamlits_code_waits_until_the_picture_is_painted() -> None:
    from streamlit import file_util

    whole = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
    made = first.put_into(whole, first.snippet("map"))
    code = first.CODE.search(whole)
    assert code is not None, "Streamlit's page names its code in another way"
    assert code[0] not in made and made.count(f'src: "{code[1]}"') == 1
    assert made.index("mindmap-first") < made.index(f'src: "{code[1]}"')
    assert first.put_into(PAGE, "<p></p>") == PAGE.replace("<body>", "<body><p></p>")


def test_a_browser_that_has_the_file_gets_the_page_all_the_same() -> None:
    reply = client().get("/", headers={"if-none-match": '"of the file"'})
    assert reply.status_code == 200 and "mindmap-first" in reply.text


def test_nothing_else_is_touched() -> None:
    assert client().get("/other").text == PAGE
    assert client(lambda request: PlainTextResponse(PAGE)).get("/").text == PAGE
    assert client(lambda request: HTMLResponse(PAGE, 404)).get("/").text == PAGE
    assert client(lambda request: HTMLResponse("no body")).get("/").text == "no body"


def test_a_picture_is_fetched_once_and_others_are_not_there() -> None:
    source = f"/mm/first/{frames.pictures_hash()}"
    found = client().get(f"{source}/map-light.webp")
    assert found.headers["content-type"] == "image/webp" and "immutable" in found.headers["cache-control"]
    for name in (f"{source}/made-of.json", "/mm/first/0/map-light.webp", f"{source}/..%2fmade-of.json"):
        assert client().get(name).status_code == 404


def test_without_pictures_the_page_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first, "pictures", dict)
    assert client().get("/").text == PAGE
