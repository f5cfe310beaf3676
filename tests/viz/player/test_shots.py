"""The camera goes with the story: what is told fills what is free of the stage, measured on the display list."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import fake
import pytest
import real
from hand import SAYS, frames, load, still

pytestmark = pytest.mark.browser
SCENES = Path(__file__).resolve().parents[3] / "assets" / "scenes"
IDS = sorted(path.stem for path in SCENES.glob("*.json") if path.stem != "index")
# Windows of the harness in which the player is as large as the app's in a window of that size.
APP = {"1440x900": (1084, 868), "1280x720": (924, 688), "1920x1080": (1484, 1040), "phone": (390, 742)}
SIZES = {f"app {name}": size for name, size in APP.items()}
LATER = [pytest.param(size, marks=pytest.mark.slow) for size in (*SIZES, "present") if size != "app phone"]


@pytest.mark.parametrize("size", ["app phone", *LATER])
def test_road_flag_and_the_heads_name_fill_the_free_stage_in_every_recorded_scene(
    visit: Callable[..., Any], size: str
) -> None:
    """The side that is filled more, when a scene begins and when it ends: 0.60 to 0.75 of the free stage. While the
    road is driven a flag far off is left out, and the road alone fills as much."""
    width, height = SIZES.get(size, (1440, 900))
    ids = IDS if size in ("app phone", "app 1440x900") else sorted(real.TITLED)
    page = visit("scene=empty&gl=0&play=0&ground=shipped", width=width, height=height)
    if size == "present":
        page.evaluate("__mm.player.present.toggle(true)")
    found = page.evaluate("(ids) => import('/story.js').then((m) => m.story(__mm.player, ids))", ids)
    if size == "present":
        page.evaluate("__mm.player.present.toggle(false)")
    shares = {(name, beat["shot"], beat["at"]): max(beat["sides"]) for name, beats in found.items() for beat in beats}
    assert len(found) == len(ids) >= 20 and {shot for _, shot, _ in shares} == {"start", "road", "end"}
    wrong = {key: round(share, 3) for key, share in shares.items() if not 0.60 <= share <= 0.75}
    assert wrong == {}
    assert all(beat["inside"] for beats in found.values() for beat in beats)


def camera(page: Any) -> Any:
    return page.evaluate("__mm.player.camera()")


def home(page: Any) -> Any:
    """Where the story wants the camera."""
    return page.evaluate("import('/player/map/camera.js').then((m) => m.toPlotly(__mm.player.eye.home()))")


def far(page: Any) -> float:
    return page.evaluate("__mm.player.eye.camera.distance")


def test_a_scene_that_plays_is_seen_whole_first_and_then_near(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&gl=0&play=0")
    whole, goal = page.evaluate(
        """() => {
          const { player } = __mm;
          player.load(player.scene(), { play: true });
          return [player.eye.camera.distance, player.eye.home().distance];
        }"""
    )
    assert whole > 1.2 * goal
    page.wait_for_function("!__mm.player.motions.has('camera')")
    assert far(page) < whole and camera(page) == home(page)


def test_the_camera_goes_on_at_the_next_beat_and_rests_between(visit: Callable[..., Any]) -> None:
    page = visit("scene=empty&gl=0&play=0")
    scene = fake.scene("single")
    scene["roads"][0]["start"] |= {"position": [8.0, -8.0, 3.0]}  # far off: the road is seen without its flag
    load(page, scene)
    first = home(page)
    assert camera(page) == first
    page.evaluate("__mm.player.go(5)")
    still(page)
    assert camera(page) == first
    page.evaluate("__mm.player.go(30)")
    assert home(page) != first
    still(page)
    assert camera(page) == home(page)


def test_a_persons_own_camera_is_never_taken_from_them_until_they_ask(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&gl=0&play=0")
    page.locator(".stage").focus()
    page.keyboard.press("+")
    own = camera(page)
    page.evaluate("__mm.player.go(30)")
    page.evaluate("__mm.player.load(__mm.player.scene(), { play: true })")
    page.set_viewport_size({"width": 1100, "height": 800})
    frames(page, 20)
    assert camera(page) == own and camera(page) != home(page)
    page.get_by_role("button", name=SAYS["stage"]["reset"]).click()
    page.wait_for_function("!__mm.player.motions.has('camera')")
    assert camera(page)["center"] == pytest.approx(home(page)["center"], abs=1e-6)


def test_turning_the_map_stops_the_camera_on_its_way(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&gl=0&play=0")
    page.evaluate("__mm.player.load(__mm.player.scene(), { play: true })")
    page.locator(".stage").focus()
    page.keyboard.press("Shift+ArrowLeft")
    own = camera(page)
    assert not page.evaluate("__mm.player.motions.has('camera')")
    frames(page, 20)
    assert camera(page) == own


@pytest.mark.slow
def test_reduced_motion_cuts_to_the_next_shot(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&gl=0&play=0", reduced_motion="reduce")
    page.evaluate("__mm.player.go(30)")
    frames(page, 3)
    assert camera(page) == home(page)


def test_a_growing_road_is_framed_anew_only_when_it_has_outgrown_its_frame(visit: Callable[..., Any]) -> None:
    page = visit("scene=empty&gl=0&play=0")
    road = fake.scene("single")["roads"][0]
    tokens = road["tokens"]
    load(page, {"id": "live", "roads": [road | {"tokens": [], "state": "waiting"}]})
    seen = page.evaluate(
        """(tokens) => {
          const { player } = __mm, shots = new Set();
          tokens.forEach((token, i) => {
            player.arrive({kind: 'tokens', road: 0, from: i, tokens: [token]});
            shots.add(player.eye.framed);
          });
          return shots.size;
        }""",
        tokens,
    )
    assert 2 <= seen < len(tokens) / 2
    page.evaluate("__mm.player.arrive({kind: 'state', road: 0, state: 'done'})")
    page.evaluate("__mm.player.go(Infinity)")
    still(page)
    assert camera(page) == home(page)


def test_the_inset_leads_to_the_whole_map_and_back(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&gl=0&play=0")
    near, inset = far(page), page.get_by_role("button", name=SAYS["stage"]["whole"])
    assert inset.get_attribute("aria-pressed") == "false"
    inset.click()
    still(page)
    assert far(page) > near and inset.get_attribute("aria-pressed") == "true"
    page.evaluate("__mm.player.go(30)")
    still(page)
    assert far(page) > near  # it was asked for: the story does not take it away
    inset.click()
    still(page)
    assert camera(page)["eye"] == pytest.approx(home(page)["eye"], abs=1e-6)
    assert inset.get_attribute("aria-pressed") == "false"


def test_a_phone_has_no_inset(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&gl=0&play=0", width=390, height=844)
    assert not page.locator(".inset").is_visible()


def test_numbers_stand_at_crossings_while_nothing_plays(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&gl=0&play=0")
    numbers = """async () => {
      const { drawn } = await import("/drawn.js"), { camera } = __mm.player.eye;
      const { ink } = drawn(__mm.player, { width: 960, height: 600, camera, theme: { dark: false } });
      const texts = ink.filter(({ of, kind }) => of === "road" && kind === "text").map(({ text }) => text);
      return texts.filter((text) => /^[0-9]+$/.test(text)).map(Number);
    }"""
    page.evaluate("__mm.player.go(20)")
    shown = page.evaluate(numbers)
    assert len(shown) > 3 and max(shown) <= 20 and len(set(shown)) == len(shown)
    page.evaluate("__mm.player.toggle()")
    assert page.evaluate(numbers) == []
