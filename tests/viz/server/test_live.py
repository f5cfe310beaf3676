"""The model and its drives over the wire: drives that begin and stop, streams that resume, and hostile requests."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from embeddings.request import Intervention, Request, Settings
from embeddings.request_json import read_request
from embeddings.table_file import read_table
from tests.viz.conftest import WORDS, Scripted, until
from viz.drive import session
from viz.drive.job import Job
from viz.drive.sign import MAX_SIGNS
from viz.drive.worker import Worker
from viz.server import http, live

RAIN = Request.of(None, "What is rain?")
AGAINST_WATER = Request.of(None, "What is rain?", interventions=(Intervention("water"),))


def events(text: str) -> list[dict]:
    return [item for line in text.splitlines() if line.startswith("data: [") for item in json.loads(line[6:])]


def test_a_stream_carries_the_drive_and_ends(client: TestClient) -> None:
    job = session.drive(RAIN, "me")
    reply = client.get(f"/mm/stream/{job.id}")
    assert (
        reply.headers["content-type"].startswith("text/event-stream") and reply.headers["cache-control"] == "no-store"
    )
    said = "".join(t["text"] for e in events(reply.text) if e["kind"] == "tokens" for t in e["tokens"])
    assert said == "".join(WORDS) and reply.text.endswith("event: end\ndata: 1\n\n")


@pytest.mark.parametrize("last", ["3", "0", "-1", "x", "9" * 40, "²", "999999"])
def test_a_stream_resumes_after_the_last_event_that_was_seen(client: TestClient, last: str) -> None:
    job = session.drive(RAIN, "me")
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
    job, other = session.drive(Request.of(None, "one"), "me"), session.drive(Request.of(None, "two"), "you")
    assert client.post(f"/mm/stop/{job.id}").status_code == 204
    assert not job.wanted() and other.wanted()
    assert client.post("/mm/stop/nobody").status_code == 404
    other.stop()
    side.gate.release(), side.gate.release()


def test_the_scene_of_a_drive_is_what_was_driven(client: TestClient) -> None:
    job = session.drive(AGAINST_WATER, "me")
    client.get(f"/mm/stream/{job.id}")
    scene = client.get(f"/mm/job/{job.id}.json").json()
    assert scene["roads"][0]["text"] == "".join(WORDS) and scene["parts_at"] == 2 and scene["caption"]


def test_a_stream_goes_on_where_the_scene_so_far_ends(client: TestClient) -> None:
    job = session.drive(AGAINST_WATER, "me")
    everything = events(client.get(f"/mm/stream/{job.id}").text)
    told = client.get(f"/mm/job/{job.id}.json").headers["mm-told"]
    assert int(told) == len(everything) - 1
    assert events(client.get(f"/mm/stream/{job.id}?after={told}").text) == []
    assert events(client.get(f"/mm/stream/{job.id}?after=3").text) == everything[4:]
    for hostile in ("", "-1", "x", "9" * 5000, "%00"):
        assert client.get(f"/mm/stream/{job.id}?after={hostile}").status_code == 200
    waiting = Job(RAIN)
    session.jobs().add(waiting, "me")
    assert "mm-told" not in client.get(f"/mm/job/{waiting.id}.json").headers


def test_spurs_are_three_places_or_not_yet(client: TestClient) -> None:
    job = session.drive(RAIN, "me")
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
    assert (
        first["comparison"] is None
        and len(first["start"]["position"]) == 3
        and first["neighbourhood"] == ["once, upon: stories"]
    )
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
    job = session.drive(RAIN, "me")
    until(lambda: job.runs[0].state == "running")
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


@pytest.mark.parametrize(
    "path, most",
    [("start", http.MAX_BODY), ("page", live.MAX_PAGE), ("table?kind=csv", live.MAX_PAGE), ("ready", http.MAX_BODY)],
)
def test_too_much_is_refused(client: TestClient, path: str, most: int) -> None:
    reply = client.post(f"/mm/{path}", content=b" " * (most + 1))
    assert reply.status_code == 413 and f"{most // 1024} KB" in reply.json()["error"]


@pytest.mark.parametrize("path", ["start", "page", "table?kind=json"])
def test_half_a_character_is_refused_with_a_sentence(client: TestClient, worker: Worker, path: str) -> None:
    ready(client, worker)
    for body in (b'{"system": "\\ud800"}', b'{"\\udfff": 1}', b'{"system": "x", "from": "\\ud83d", "box": "\\ud800"}'):
        reply = client.post(f"/mm/{path}", content=body)
        assert reply.status_code == 400 and reply.json()["error"]


def test_an_older_road_is_told_as_places_alone(client: TestClient) -> None:
    job = session.drive(AGAINST_WATER, "me")
    client.get(f"/mm/stream/{job.id}")
    roads = client.get(f"/mm/old/{job.id}.json").json()["roads"]
    assert [np.array(road["positions"]).shape for road in roads] == [(len(WORDS), 3)] * 2


@pytest.mark.parametrize("path", ["page", "table?kind=parquet"])
def test_what_is_no_scene_makes_no_page_and_no_table(client: TestClient, path: str) -> None:
    for body in (b'{"roads": 3}', b"", b"[" * 50_000, b"\xff", b'{"roads": [NaN]}'):
        reply = client.post(f"/mm/{path}", content=body)
        assert reply.status_code == 400 and "not a scene" in reply.json()["error"]


def test_a_closed_tab_stops_the_work(client: TestClient, side: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    from viz.drive import job as drives

    monkeypatch.setattr(drives, "UNHEARD_SECONDS", 0.05)
    monkeypatch.setattr(drives, "ARRIVAL_SECONDS", 0.05)
    side.count, side.gate = 40, type(side.gate)(1)
    job = session.drive(Request.of(None, "What is rain?", settings=Settings(max_new_tokens=40)), "me")
    time.sleep(0.2)
    side.gate.release(), side.gate.release()
    until(lambda: job.done)
    assert len(job.runs[0].tokens) < 5


# -- a drive that is asked for over the wire


def post(client: TestClient, asked: dict[str, Any]) -> Any:
    return client.post("/mm/drive", json=asked)


def test_a_request_over_the_wire_begins_a_drive_whose_scene_holds_it(client: TestClient) -> None:
    asked = Request.of(
        "You are a pirate.",
        "What is rain?",
        settings=Settings(max_new_tokens=4, temperature=0.5, seed=3),
        interventions=(Intervention("water"), Intervention("sea", on=False), Intervention("freedom", "landmark")),
        strength=1.5,
    )
    reply = post(client, asked.to_json())
    assert reply.status_code == 201 and reply.headers["cache-control"] == "no-store"
    id = reply.json()["job"]
    assert client.get(f"/mm/stream/{id}").text.endswith("event: end\ndata: 1\n\n")
    scene = client.get(f"/mm/job/{id}.json").json()
    assert scene["request"] == asked.to_json() and read_request(scene["request"]) == asked
    assert [(road["kind"], len(road["tokens"])) for road in scene["roads"]] == [("plain", 4), ("signed", 4)]
    assert [road["system"] for road in scene["roads"]] == ["You are a pirate."] * 2
    assert [sign["name"] for sign in scene["signs"]] == ["freedom"]
    mapped = {**scene, "atlas": session.atlas().sha256}  # as the player sends it, which knows its map
    assert client.post("/mm/page", json=mapped).status_code == 200  # it can be saved
    for other in (scene, {**mapped, "atlas": "0" * 64}):
        for path in ("page", "table?kind=csv"):
            reply = client.post(f"/mm/{path}", json=other)
            assert reply.status_code == 400 and "another map" in reply.json()["error"]


def test_a_drive_is_taken_away_as_a_table(client: TestClient) -> None:
    job = session.drive(AGAINST_WATER, "me")
    client.get(f"/mm/stream/{job.id}")
    scene = {**client.get(f"/mm/job/{job.id}.json").json(), "atlas": session.atlas().sha256}
    for kind, begins in (("csv", b"road,kind,token,id"), ("parquet", b"PAR1"), ("json", b'{"about":')):
        reply = client.post(f"/mm/table?kind={kind}", json=scene)
        assert reply.status_code == 200 and reply.content.startswith(begins)
        assert reply.headers["content-disposition"] == f'attachment; filename="mind-map.{kind}"'
        assert reply.headers["cache-control"] == "no-store"
        found = read_table(reply.content, kind)
        assert found.cells["text"] == [token["text"] for road in scene["roads"] for token in road["tokens"]]
        assert read_request(found.about["request"]) == read_request(found.about["roads"][1]["request"]) == AGAINST_WATER
    for kind in ("xlsx", "", "../csv", "%0d%0aSet-Cookie:x"):
        reply = client.post(f"/mm/table?kind={kind}", json=scene)
        assert reply.status_code == 400 and "csv, parquet, json" in reply.json()["error"]
    reply = client.post("/mm/table", json={**scene, "roads": []})
    assert reply.status_code == 400 and "drive one first" in reply.json()["error"]


def test_two_prompts_over_the_wire_are_two_roads(client: TestClient) -> None:
    id = post(client, Request.of(None, "What is rain?", beside=("You are a nurse.",)).to_json()).json()["job"]
    client.get(f"/mm/stream/{id}")
    roads = client.get(f"/mm/job/{id}.json").json()["roads"]
    assert [road["system"] for road in roads] == [None, "You are a nurse."]


def test_a_request_may_leave_out_what_is_as_usual(client: TestClient) -> None:
    reply = post(client, {"version": 1, "messages": [{"role": "user", "content": "What is rain?"}]})
    assert session.jobs().get(reply.json()["job"]).request == RAIN  # type: ignore[union-attr]


GOOD = RAIN.to_json()


@pytest.mark.parametrize(
    "wrong",
    [
        {"messages": [{"role": "user", "content": " \n"}]},
        {"messages": [{"role": "user", "content": ""}]},
        {"messages": [{"role": "user", "content": "a\0b"}]},
        {"messages": [{"role": "assistant", "content": "Hi"}]},
        {"messages": []},
        {"messages": "What is rain?"},
        {"version": 2},
        {"version": True},
        {"surprise": 1},
        {"strength": 101},
        {"settings": {"max_new_tokens": 0}},
        {"settings": {"temperature": "hot"}},
        {"settings": {"top_p": 0}},
        {"beside": ["\0"]},
        {"beside": ["a", "b"]},
        {"interventions": [{"value": ""}]},
        {"interventions": [{"value": "x", "weight": 1e9}]},
        {"interventions": [{"value": "is", "kind": "stretch"}]},
        {"interventions": [{"value": "\n".join(["We go."] * 21), "kind": "text"}]},
        {"interventions": [{"value": f"place {i}", "kind": "landmark"} for i in range(MAX_SIGNS + 1)]},
        {"branch": {"parent": [1, 2, 3], "at": 1, "token": 5}},
        {"branch": {"parent": [], "at": 0, "token": 5}},
    ],
)
def test_what_is_no_request_is_a_sentence_and_no_drive(
    client: TestClient, worker: Worker, wrong: dict[str, Any]
) -> None:
    reply = post(client, {**GOOD, **wrong})
    assert reply.status_code == 400 and reply.json()["error"].endswith(".")
    assert len(session.jobs()) == 0 and worker.status.state == "idle"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"nonsense",
        b"\xff",
        b"[" * 50_000,
        b'{"version": 1, "messages": ' + b"[" * 50_000,
        json.dumps(GOOD).replace("3.0", "NaN").encode(),
        json.dumps(GOOD).replace("3.0", "1" + "0" * 400).encode(),
        json.dumps(GOOD).replace("3.0", "1" + "0" * 5000).encode(),
        json.dumps(GOOD).replace("What", "\\ud800").encode(),
    ],
)
def test_what_is_no_json_is_a_sentence_and_no_drive(client: TestClient, worker: Worker, body: bytes) -> None:
    reply = client.post("/mm/drive", content=body)
    assert reply.status_code == 400 and reply.json()["error"].endswith(".")
    assert len(session.jobs()) == 0


def test_a_sign_that_is_down_may_be_one_too_many(client: TestClient) -> None:
    down = [{"value": f"word {i}", "on": i < MAX_SIGNS} for i in range(MAX_SIGNS + 3)]
    assert post(client, {**GOOD, "interventions": down}).status_code == 201


def test_too_large_a_request_is_refused(client: TestClient) -> None:
    assert client.post("/mm/drive", content=b" " * (http.MAX_BODY + 1)).status_code == 413
    assert len(session.jobs()) == 0


def test_spurs_that_were_looked_up_once_are_kept(client: TestClient, side: Scripted) -> None:
    job = session.drive(RAIN, "me")
    client.get(f"/mm/stream/{job.id}")
    first = client.get(f"/mm/spurs/{job.id}/0/2").json()
    side.lookahead = lambda *asked: pytest.fail("it was looked up again")  # type: ignore[method-assign]
    assert client.get(f"/mm/spurs/{job.id}/0/2").json() == first
    assert client.get(f"/mm/job/{job.id}.json").json()["roads"][0]["spurs"]["2"] == first["positions"]
