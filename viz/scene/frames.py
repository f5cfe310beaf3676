"""The pictures of first frames that ship, one for each step and theme: shown until the player has drawn its own."""

from __future__ import annotations

from functools import cache

from embeddings.files import contents_hash
from viz.scene.recorded import STEPS
from viz.strings import ASSETS

FOLDER = ASSETS / "first"
MADE_OF = "made-of.json"
THEMES = ("light", "dark")


def picture_name(step: str, theme: str) -> str:
    """The file of one of them."""
    return f"{step}-{theme}.webp"


@cache
def pictures() -> dict[str, bytes]:
    """All that ship, by their name."""
    names = [picture_name(step, theme) for step in STEPS for theme in THEMES]
    return {name: (FOLDER / name).read_bytes() for name in names if (FOLDER / name).is_file()}


@cache
def pictures_hash() -> str:
    """Changes with any of them."""
    return contents_hash(pictures())
