"""Who is answered: nobody at another name, no other page; our own page, links to it, and who is no browser."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.endpoints import WebSocketEndpoint
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from viz.drive.worker import Worker
from viz.server import hosts, routes

HERE = "127.0.0.1:8642"
REBOUND = [
    "evil.example",
    "evil.example:8642",
    "127.0.0.1",
    "127.0.0.1:8643",
    "0.0.0.0:8642",
    "[::1]:8642",
    "",
    f"x@{HERE}",
]
OTHERS = [
    "http://evil.example",
    "null",
    "http://127.0.0.1:3000",
    "http://localhost:8642",
    "https://127.0.0.1:8642",
    "file://",
    "",
]


class Socket(WebSocketEndpoint):
    pass


def app(host: str) -> Starlette:
    door = Middleware(hosts.Door, host=host)
    return Starlette(routes=[*routes.routes(), WebSocketRoute("/socket", Socket)], middleware=[door])


@pytest.fixture
def client(worker: Worker) -> TestClient:
    return TestClient(app(HERE), base_url=f"http://{HERE}", follow_redirects=False)


@pytest.mark.parametrize("host", REBOUND)
def test_a_name_that_was_not_printed_is_answered_by_one_sentence(client: TestClient, host: str) -> None:
    for reply in (client.get(p, headers={"host": host}) for p in ("/", "/mm/scenes.json", "/_stcore/health")):
        assert reply.status_code == 421 and reply.text == f"Only http://{HERE} is answered here: open that address."
    assert client.post("/mm/ready", headers={"host": host}).status_code == 421


def test_two_names_at_once_are_not_answered(client: TestClient) -> None:
    assert client.get("/mm/scenes.json", headers=[("host", HERE), ("host", "evil.example")]).status_code == 421


def test_who_types_localhost_is_sent_to_the_printed_address(client: TestClient) -> None:
    for name in ("localhost:8642", "LocalHost:8642"):
        reply = client.get("/mm/scenes.json?a=%2F", headers={"host": name})
        assert reply.status_code == 307 and reply.headers["location"] == f"http://{HERE}/mm/scenes.json?a=%2F"
        assert client.post("/mm/ready", headers={"host": name}).status_code == 421
        assert client.get("/", headers={"host": name, "origin": f"http://{name}"}).status_code == 421
    assert client.get("/", headers={"host": "localhost:8643"}).status_code == 421


@pytest.mark.parametrize("origin", OTHERS)
@pytest.mark.parametrize(
    "method, path", [("GET", "/mm/model"), ("POST", "/mm/ready"), ("POST", "/mm/drive"), ("OPTIONS", "/mm/drive")]
)
def test_another_page_is_refused_without_fetch_metadata_too(
    client: TestClient, worker: Worker, origin: str, method: str, path: str
) -> None:
    reply = client.request(method, path, headers={"origin": origin})
    assert reply.status_code == 403 and reply.text.endswith(".") and "\n" not in reply.text
    assert worker.status.state == "idle"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_page_is_refused_by_what_the_browser_says_of_it(client: TestClient, worker: Worker, site: str) -> None:
    assert client.post("/mm/ready", content=b"{}", headers={"sec-fetch-site": site}).status_code == 403
    form = {"sec-fetch-site": site, "sec-fetch-mode": "navigate"}
    assert client.post("/mm/ready", content=b"{}", headers=form).status_code == 403
    assert worker.status.state == "idle"
    assert client.get("/mm/model", headers={"sec-fetch-site": site, "sec-fetch-mode": "no-cors"}).status_code == 403


def test_a_link_to_the_app_opens_it(client: TestClient) -> None:
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert client.get("/mm/scenes.json", headers=link).status_code == 200


def test_our_own_page_and_who_is_no_browser_are_answered(client: TestClient, worker: Worker) -> None:
    page = {"origin": f"http://{HERE}", "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}
    for headers in (page, {}):
        assert client.get("/mm/model", headers=headers).status_code == 200
        assert client.post("/mm/ready", headers=headers).status_code == 204


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example:8642"}, {"host": "localhost:8642"}, *({"origin": origin} for origin in OTHERS)]
)
def test_a_socket_of_another_page_or_name_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/socket", headers={"host": HERE, **headers}):
        pass


@pytest.mark.parametrize("headers", [{}, {"origin": f"http://{HERE}"}])
def test_a_socket_of_our_own_page_is_open(client: TestClient, headers: dict[str, str]) -> None:
    with client.websocket_connect("/socket", headers={"host": HERE, **headers}):
        pass


def test_port_80_is_left_out_by_browsers(worker: Worker) -> None:
    client = TestClient(app("127.0.0.1:80"), base_url="http://127.0.0.1", follow_redirects=False)
    for name in ("127.0.0.1", "127.0.0.1:80"):
        headers = {"host": name, "origin": f"http://{name}"}
        assert client.get("/mm/model", headers=headers).status_code == 200
    assert client.get("/mm/model", headers={"host": "localhost"}).status_code == 307
    assert client.get("/mm/model", headers={"host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(
    "address, host", [("127.0.0.1", "127.0.0.1:8501"), ("::1", "[::1]:8501"), ("0.0.0.0", None), (None, None)]
)
def test_the_printed_address_is_streamlit_s_own(
    monkeypatch: pytest.MonkeyPatch, address: str | None, host: str | None
) -> None:
    from streamlit import config

    monkeypatch.setattr(config, "get_option", {"server.address": address, "server.port": 8501}.__getitem__)
    assert hosts.printed() == host
