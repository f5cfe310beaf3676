"""The map and the recorded scenes that ship, for the player alone: the harness serves them under ``real/``."""

import json
from functools import cache
from typing import Any

from embeddings import load_atlas
from viz.recording.record import FOLDER, recipes, versions
from viz.scene.ground import Ground, ground_of
from viz.scene.recorded import starts

KINDS = {"ground.json": "application/json", "ground.bin": "application/octet-stream"}
SCENES = [id for recipe in recipes() for id in versions(recipe)]


@cache
def ground() -> Ground:
    return ground_of(load_atlas(), starts())


def scene(id: str) -> Any:
    """A recorded scene as it ships."""
    return json.loads((FOLDER / f"{id}.json").read_text(encoding="utf-8"))


def made(path: str) -> tuple[bytes, str] | None:
    """What the app's own routes give, by the path in the harness."""
    if path == "ground.json":
        told = json.loads(ground().description) | {"url": "ground.bin"}
        return json.dumps(told).encode(), KINDS[path]
    if path == "ground.bin":
        return ground().points, KINDS[path]
    if path == "report.json":
        return json.dumps(load_atlas().report).encode(), KINDS["ground.json"]
    id = path.removeprefix("scene/").removesuffix(".json")
    return (json.dumps(scene(id)).encode(), KINDS["ground.json"]) if id in SCENES else None
