"""Files that never change under their name, and nothing else that lies beside them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from viz.scene import recorded
from viz.server import files
from viz.strings import section


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


def test_every_module_that_the_player_imports_is_served(client: TestClient) -> None:
    served = [name for name in files._player_files() if name.endswith(".js")]
    assert {"player.js", "map/stage.js", "state/clock.js", "draw/ink.js", "parts/dom.js"} <= set(served)
    for name in served:
        reply = client.get("/" + files.player_url() + name)
        assert reply.status_code == 200 and reply.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "name",
    [
        "../routes.py",
        "..%2froutes.py",
        "%2e%2e/main.py",
        "nothing.js",
        "player.js%00",
        "routes.py",
        "map/../../routes.py",
        "map/..%2f..%2fpage.py",
        "map",
        "map/",
        "../player/player.js",
    ],
)
def test_nothing_else_is_served_from_the_player_s_folder(client: TestClient, name: str) -> None:
    assert client.get("/" + files.player_url() + name).status_code == 404


@pytest.mark.parametrize("id", ["..%2fstrings", "index", "%2e%2e", "a" * 100, "no-such-scene", "Ä", "a%00b"])
def test_only_listed_scenes_are_read(client: TestClient, id: str) -> None:
    assert client.get(f"/mm/scene/{id}.json").status_code == 404


def test_strings_are_those_of_the_player(client: TestClient) -> None:
    assert client.get("/mm/strings.json").json() == section("player")


def test_the_scenes_of_a_slider_are_read_but_not_listed(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first, other, *_ = [entry["id"] for entry in recorded.scenes()]
    for listing in (recorded, files):
        monkeypatch.setattr(listing, "scenes", lambda: ({"id": first, "variants": [other]},))
    assert [entry["id"] for entry in client.get("/mm/scenes.json").json()] == [first]
    assert client.get(f"/mm/scene/{other}.json").status_code == 200


def test_the_lesson_its_notes_and_its_sheet_are_served(client: TestClient) -> None:
    lesson = client.get("/mm/lesson.json").json()
    assert len(lesson["beats"]) >= 12 and "notes" not in lesson["beats"][0]
    for name in ("notes", "sheet"):
        reply = client.get(f"/mm/{name}.html")
        assert reply.status_code == 200 and reply.headers["content-type"].startswith("text/html")
        assert lesson["title"] in reply.text and "Content-Security-Policy" in reply.text


def test_a_lesson_that_was_changed_and_is_wrong_now_is_one_sentence(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("title = 3", encoding="utf-8")
    monkeypatch.setattr("viz.lesson.lesson.file_in_use", lambda: file)
    reply = client.get("/mm/lesson.json")
    assert reply.status_code == 400 and reply.json()["error"].startswith("mine.toml: line 1, `title`: 3 is no text")
