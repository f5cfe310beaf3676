"""The camera goes with the story: what is told fills what is free of the stage, measured on the display list."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fake
import pytest
from hand import SAYS, frames, load, still

pytestmark = pytest.mark.browser
SCENES = Path(__file__).resolve().parents[3] / "assets" / "scenes"
IDS = sorted(path.stem for path in SCENES.glob("*.json") if path.stem != "index")
SIZES = {"1440x900": (1440, 900), "1280x720": (1280, 720), "1920x1080": (1920, 1080), "phone": (390, 844)}


@pytest.mark.parametrize("size", [*SIZES, "present"])
def test_road_flag_and_the_heads_name_fill_the_free_stage_in_every_recorded_scene(
    visit: Callable[..., Any], size: str
) -> None:
    """The side that is filled more, when a scene begins and when it ends: 0.60 to 0.75 of the free stage. While the
    road is driven a flag far off is left out, and the road alone fills as much."""
    width, height = SIZES.get(size, (1440, 900))
    page = visit("scene=empty&gl=0&play=0&ground=shipped", width=width, height=height)
    if size == "present":
        page.evaluate("__mm.player.present.toggle(true)")
    found = page.evaluate("(ids) => import('/story.js').then((m) => m.story(__mm.player, ids))", IDS)
    if size == "present":
        page.evaluate("__mm.player.present.toggle(false)")
    shares = {(name, beat["shot"], beat["at"]): max(beat["sides"]) for name, beats in found.items() for beat in beats}
    assert len(found) == len(IDS) >= 20 and {shot for _, shot, _ in shares} == {"start", "road", "end"}
    wrong = {key: round(share, 3) for key, share in shares.items() if not 0.60 <= share <= 0.75}
    assert wrong == {}
    assert all(beat["inside"] for beats in found.values() for beat in beats)
