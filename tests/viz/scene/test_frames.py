"""The pictures of first frames that ship: all there, small, and known by what is in them."""

from __future__ import annotations

from viz.scene import frames
from viz.scene.recorded import STEPS, scenes


def test_there_is_one_for_each_step_and_theme_and_each_is_small() -> None:
    assert len(frames.pictures()) == len(STEPS) * len(frames.THEMES)
    for name, data in frames.pictures().items():
        assert data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) < 120_000, name
    assert [entry["step"] for entry in scenes()] == sorted(
        (entry["step"] for entry in scenes()), key=STEPS.index
    )  # the steps of the rail, in its order
    assert len(frames.pictures_hash()) == 16
