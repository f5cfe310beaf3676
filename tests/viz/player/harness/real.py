"""The recorded scenes that ship, as the harness serves them under ``scene/shipped/``."""

import json
from typing import Any

from viz.recording.record import FOLDER, recipes, versions

SCENES = [id for recipe in recipes() for id in versions(recipe)]
TITLED = {recipe["id"] for recipe in recipes()}  # without what their sliders lead to


def scene(id: str) -> Any:
    """A recorded scene as it ships."""
    return json.loads((FOLDER / f"{id}.json").read_text(encoding="utf-8"))
