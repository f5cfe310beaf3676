"""The pictures of first frames: of the atlas and the scenes that ship."""

from __future__ import annotations

import json

from viz.recording import first
from viz.scene.frames import FOLDER, MADE_OF


def test_the_pictures_are_of_the_atlas_and_the_scenes_that_ship() -> None:
    known = json.loads((FOLDER / MADE_OF).read_text(encoding="utf-8"))
    assert known == first.made_of(), "made of others: run python -m viz.recording.first"


def test_another_scene_needs_another_picture() -> None:
    made = first.made_of()
    assert list(made) == ["atlas", "map", "road", "start", "signs"] and len(set(made.values())) == 5
