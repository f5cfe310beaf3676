"""What is exported comes from a name or a file; whatever else lies there is one sentence."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from embeddings.errors import UserError
from viz.drive import session
from viz.export import source
from viz.export.saved_page import page_html
from viz.scene.recorded import scene_bytes


def recorded(id: str = "pirate-sea") -> dict[str, Any]:
    return dict(json.loads(scene_bytes(id) or b"{}"))


def refused(path: Path | str) -> str:
    with pytest.raises(UserError) as caught:
        source.read(str(path))
    sentence = str(caught.value)
    assert "\n" not in sentence and len(sentence) < 900 and sentence.endswith((".", "?"))
    return sentence


def test_a_recorded_scene_is_read_by_its_name() -> None:
    assert source.read("pirate-sea") == recorded()


def test_a_scene_and_a_saved_page_give_the_scene_back(tmp_path: Path) -> None:
    scene = recorded()
    hostile = "</script><b>&amp;\u2028 <!--"
    scene["roads"][0]["tokens"][0]["text"] = scene["title"] = hostile
    (tmp_path / "scene.json").write_text(json.dumps(scene), encoding="utf-16")
    (tmp_path / "page.html").write_text(page_html(scene, {"url": ""}, b"", {}, {}), encoding="utf-8")
    for name in ("scene.json", "page.html"):
        found = source.read(str(tmp_path / name))
        assert found["title"] == hostile and found["roads"][0]["tokens"][0]["text"] == hostile
        assert [t["position"] for t in found["roads"][1]["tokens"]] == [
            t["position"] for t in scene["roads"][1]["tokens"]
        ]


def test_a_name_that_is_nearly_one_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "did you mean pirate-sea" in refused("pirate-see")
    assert "bear" in refused("atlantis")


@pytest.mark.parametrize("name", ["../../etc/passwd", "pirate-sea/../bear", "\0", "a" * 5000, "", "~", "-", "index"])
def test_a_name_is_a_scene_a_file_or_a_sentence(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused(name)


def damaged() -> dict[str, bytes]:
    whole = json.dumps(recorded()).encode()
    return {
        "empty": b"",
        "no text": b"\xff\x00\xfe\x80",
        "truncated": whole[: len(whole) // 2],
        "deep": b"[" * 200_000,
        "deep in a scene": b'{"roads": ' + b'{"a":' * 100_000,
        "not finite": whole.replace(b'"probability": 0.221585', b'"probability": NaN', 1),
        "huge number": b'{"roads": [], "version": 1' + b"0" * 100_000 + b"}",
        "no scene": b'{"hello": 1}',
        "a list": b"[1, 2]",
        "another version": whole.replace(b'"version": 2', b'"version": 1', 1),
        "another map": whole.replace(session.atlas().sha256.encode(), b"0" * 64),
        "a page of others": b"<!doctype html><p>hello</p>",
        "a page of a wrong scene": b'<script type="application/json" id="scene">{"roads": 3}</script>',
        "many roads": json.dumps({**recorded(), "roads": recorded()["roads"] * 2}).encode(),
        "a request of others": json.dumps({**recorded(), "request": {"version": 99}}).encode(),
    }


@pytest.mark.parametrize("name", list(damaged()))
def test_a_damaged_file_is_a_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(damaged()[name])
    refused(path)


def test_what_is_no_file_or_too_large_is_not_read(tmp_path: Path) -> None:
    refused(tmp_path)
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(50_000_000)
    assert "20 MB" in refused(large)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        refused(tmp_path / "pipe")
