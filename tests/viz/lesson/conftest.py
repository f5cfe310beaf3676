"""The lesson that ships with the map under it, and one whose every text is hostile and as long as may be."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from viz.lesson.lesson import Lesson, lesson_of, shipped
from viz.scene.ground import Ground, ground_of
from viz.scene.recorded import scene_bytes

if TYPE_CHECKING:
    from embeddings.atlas.atlas import Atlas

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script></style></title>"


@pytest.fixture(scope="package")
def lesson() -> Lesson:
    return shipped()


@pytest.fixture(scope="package")
def ground(atlas: Atlas) -> Ground:
    return ground_of(atlas)


@pytest.fixture
def hostile(tmp_path: Path) -> Lesson:
    """Every text of its scene and of its own is markup, and as long as is let in."""
    scene = json.loads(scene_bytes("pirate-sea") or b"")
    for road in scene["roads"]:
        road.update(system=EVIL * 30, user=EVIL * 30)
        for number, token in enumerate(road["tokens"]):
            _spoil(token, number)
    scene["title"] = EVIL * 5
    (tmp_path / "evil.json").write_text(json.dumps(scene), encoding="utf-8")
    said = {"title": EVIL[:60], "scene": "evil.json", "text": EVIL * 3, "question": EVIL * 2, "answer": EVIL * 3}
    said = {**said, "notes": EVIL * 50, "reading": "grip"}
    lines = [f"{key} = {json.dumps(value)}" for key, value in said.items()]
    sheet = '[sheet]\nsign = "evil.json"\ngaps = "evil.json"\ngap_tokens = [2, 3, 4, 5, 6, 7]\n'
    return lesson_of("\n".join([f"title = {json.dumps(EVIL)}", "[[beat]]", *lines, sheet]), tmp_path)


def _spoil(token: dict[str, Any], number: int) -> None:
    token["text"] = f" {number}{EVIL * 5}"
    token["candidates"] = [{**deepcopy(one), "text": EVIL * 5} for one in token["candidates"]]
    token["neighbourhood"] = [f"x: {EVIL}{number % 3}"]
