"""What the browser fetches: files under names that never change, streams that resume, and hostile requests."""

from __future__ import annotations

import gzip
import json
import time

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.viz.conftest import WORDS, Scripted
from tests.viz.drive.test_job import until
from viz.drive import session
from viz.drive.job import Order
from viz.drive.sign import Sign
from viz.drive.worker import Worker
from viz.scene import recorded
from viz.server import files, http, live, routes
from viz.strings import section


@pytest.fixture
def client(worker: Worker) -> TestClient:
    return TestClient(Starlette(routes=routes.routes()), raise_server_exceptions=False)


def events(text: str) -> list[dict]:
    return [item for line in text.splitlines() if line.startswith("data: [") for item in json.loads(line[6:])]


def test_plotly_comes_out_of_its_wheel_compressed_and_for_ever(client: TestClient) -> None:
    reply = client.get("/" + files.plotly_url())
    assert reply.headers["content-encoding"] == "gzip" and "immutable" in reply.headers["cache-control"]
    assert len(reply.content) > 3_000_000
    plain = client.get("/" + files.plotly_url(), headers={"accept-encoding": "identity"})
    assert plain.content == reply.content == gzip.decompress(files._plotly())


def test_player_files_are_served_under_the_hash_of_all_of_them(client: TestClient) -> None:
    reply = client.get("/" + files.player_url() + "player.js")
    assert reply.status_code == 200 and reply.headers["content-type"].startswith("text/javascript")
    assert client.get("/mm/player/0000/player.js").status_code == 404


@pytest.mark.parametrize(
    "name", ["../routes.py", "..%2froutes.py", "%2e%2e/main.py", "nothing.js", "player.js%00", "routes.py"]
)
def test_nothing_else_is_served_from_the_player_s_folder(client: TestClient, name: str) -> None:
    assert client.get("/" + files.player_url() + name).status_code == 404


@pytest.mark.parametrize("id", ["..%2fstrings", "index", "%2e%2e", "a" * 100, "no-such-scene", "Ä", "a%00b"])
def test_only_listed_scenes_are_read(client: TestClient, id: str) -> None:
    assert client.get(f"/mm/scene/{id}.json").status_code == 404


def test_strings_are_those_of_the_player(client: TestClient) -> None:
    assert client.get("/mm/strings.json").json() == section("player")


def test_a_stream_carries_the_drive_and_ends(client: TestClient) -> None:
    job = session.drive(Order("What is rain?"), "me")
    reply = client.get(f"/mm/stream/{job.id}")
    assert (
        reply.headers["content-type"].startswith("text/event-stream") and reply.headers["cache-control"] == "no-store"
    )
    said = "".join(t["text"] for e in events(reply.text) if e["kind"] == "tokens" for t in e["tokens"])
    assert said == "".join(WORDS) and reply.text.endswith("event: end\ndata: 1\n\n")


@pytest.mark.parametrize("last", ["3", "0", "-1", "x", "9" * 40, "²", "999999"])
def test_a_stream_resumes_after_the_last_event_that_was_seen(client: TestClient, last: str) -> None:
    job = session.drive(Order("What is rain?"), "me")
    everything = events(client.get(f"/mm/stream/{job.id}").text)
    after = int(last) if last in ("3", "0", "999999") else -1
    assert (
        events(client.get(f"/mm/stream/{job.id}", headers={"last-event-id": last.encode()}).text)
        == everything[after + 1 :]
    )


@pytest.mark.parametrize("path", ["stream/{}", "job/{}.json", "old/{}.json", "spurs/{}/0/0"])
@pytest.mark.parametrize("id", ["nobody", "..", "%00", "a" * 5000])
def test_an_unknown_drive_is_not_found(client: TestClient, path: str, id: str) -> None:
    assert client.get("/mm/" + path.format(id)).status_code == 404


def test_stop_ends_a_drive_and_only_that_one(client: TestClient, side: Scripted) -> None:
    side.gate = type(side.gate)(1)
    job, other = session.drive(Order("one"), "me"), session.drive(Order("two"), "you")
    assert client.post(f"/mm/stop/{job.id}").status_code == 204
    assert job.cancelled.is_set() and not other.cancelled.is_set()
    assert client.post("/mm/stop/nobody").status_code == 404
    other.cancelled.set()
    side.gate.release(), side.gate.release()


def test_the_scene_of_a_drive_is_what_was_driven(client: TestClient) -> None:
    job = session.drive(Order("What is rain?", signs=(Sign("water"),)), "me")
    client.get(f"/mm/stream/{job.id}")
    scene = client.get(f"/mm/job/{job.id}.json").json()
    assert scene["roads"][0]["text"] == "".join(WORDS) and scene["parts_at"] == 2 and scene["caption"]


def test_spurs_are_three_places_or_not_yet(client: TestClient) -> None:
    job = session.drive(Order("What is rain?"), "me")
    client.get(f"/mm/stream/{job.id}")
    found = client.get(f"/mm/spurs/{job.id}/0/2").json()
    assert np.array(found["positions"]).shape == np.array(found["pca"]).shape == (3, 3)
    assert client.get(f"/mm/spurs/{job.id}/0/99").status_code == 409
    assert client.get(f"/mm/spurs/{job.id}/5/0").status_code == 404
    assert client.get(f"/mm/spurs/{job.id}/-1/0").status_code == 404


def ready(client: TestClient, worker: Worker) -> None:
    assert client.post("/mm/ready", json={"seconds": 1.2}).status_code == 204
    until(lambda: worker.status.state == "ready")


def test_the_model_is_idle_until_the_player_is_up(client: TestClient, worker: Worker) -> None:
    assert client.get("/mm/model").json()["state"] == "idle"
    ready(client, worker)
    assert client.get("/mm/model").json()["state"] == "ready"


def test_a_start_is_placed_and_compared_with_the_one_before(client: TestClient, worker: Worker) -> None:
    ready(client, worker)
    first = client.post("/mm/start", json={"system": "You are a pirate."}).json()
    assert first["comparison"] is None and len(first["start"]["position"]) == 3 and first["neighbourhood"]
    for before in ("You are a pirate.", ""):
        assert client.post("/mm/start", json={"system": None, "from": before}).json()["comparison"]["map"] is not None
    assert client.post("/mm/start", json={"system": None, "from": None}).json()["comparison"] is None  # it did not move


def test_a_start_before_the_model_is_there_says_so(client: TestClient, side: Scripted) -> None:
    side.loaded.clear()
    reply = client.post("/mm/start", json={"system": "x"})
    side.loaded.set()
    assert reply.status_code == 503 and reply.json()["error"]


def test_a_newer_text_of_the_same_box_takes_the_older_one_s_place(
    client: TestClient, worker: Worker, side: Scripted
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    ready(client, worker)
    side.gate = type(side.gate)(0)
    job = session.drive(Order("What is rain?"), "me")
    until(lambda: job.roads[0].state == "running")
    ask = lambda system: client.post("/mm/start", json={"system": system, "box": "a"})  # noqa: E731
    with ThreadPoolExecutor() as pool:
        older = pool.submit(ask, "older")
        until(lambda: len(worker._asked) == 1)
        newer = pool.submit(ask, "newer")
        assert older.result(10).status_code == 409
        for _ in range(20):
            side.gate.release()
        assert newer.result(10).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"nonsense", b"\xff", b'{"system": 3}', b'{"system": "x", "from": []}', b"[" * 50_000]
)
def test_a_start_that_is_none_is_refused_with_a_sentence(client: TestClient, worker: Worker, body: bytes) -> None:
    ready(client, worker)
    reply = client.post("/mm/start", content=body)
    assert reply.status_code == 400 and reply.json()["error"]


@pytest.mark.parametrize("path, most", [("start", http.MAX_BODY), ("page", live.MAX_PAGE), ("ready", http.MAX_BODY)])
def test_too_much_is_refused(client: TestClient, path: str, most: int) -> None:
    reply = client.post(f"/mm/{path}", content=b" " * (most + 1))
    assert reply.status_code == 413 and f"{most // 1024} KB" in reply.json()["error"]


@pytest.mark.parametrize("path", ["start", "page"])
def test_half_a_character_is_refused_with_a_sentence(client: TestClient, worker: Worker, path: str) -> None:
    ready(client, worker)
    for body in (b'{"system": "\\ud800"}', b'{"\\udfff": 1}', b'{"system": "x", "from": "\\ud83d", "box": "\\ud800"}'):
        reply = client.post(f"/mm/{path}", content=body)
        assert reply.status_code == 400 and reply.json()["error"]


def test_an_older_road_is_told_as_places_alone(client: TestClient) -> None:
    job = session.drive(Order("What is rain?", signs=(Sign("water"),)), "me")
    client.get(f"/mm/stream/{job.id}")
    roads = client.get(f"/mm/old/{job.id}.json").json()["roads"]
    assert [np.array(road["positions"]).shape for road in roads] == [(len(WORDS), 3)] * 2


def test_the_scenes_of_a_slider_are_read_but_not_listed(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first, other, *_ = [entry["id"] for entry in recorded.scenes()]
    monkeypatch.setattr(recorded, "scenes", lambda: ({"id": first, "variants": [other]},))
    assert [entry["id"] for entry in client.get("/mm/scenes.json").json()] == [first]
    assert client.get(f"/mm/scene/{other}.json").status_code == 200


def test_what_is_no_scene_makes_no_page(client: TestClient) -> None:
    reply = client.post("/mm/page", content=b'{"roads": 3}')
    assert reply.status_code == 400 and "not a scene" in reply.json()["error"]


def test_a_closed_tab_stops_the_work(client: TestClient, side: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    from viz.drive import job as drives

    monkeypatch.setattr(drives, "UNHEARD_SECONDS", 0.05)
    monkeypatch.setattr(drives, "ARRIVAL_SECONDS", 0.05)
    side.count, side.gate = 40, type(side.gate)(1)
    job = session.drive(Order("What is rain?", max_new_tokens=40), "me")
    time.sleep(0.2)
    side.gate.release(), side.gate.release()
    until(lambda: job.done)
    assert len(job.roads[0].tokens) < 5
