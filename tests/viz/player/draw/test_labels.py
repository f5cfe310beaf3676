"""Names on the map: pinned for a camera, told at the heads, fading and never hopping."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import real

pytestmark = pytest.mark.browser

CAMERA = {"center": [0.0, 0.0, 0.02], "azimuth": -0.9, "elevation": 0.45, "distance": 1.6}
VIEW = {"width": 960, "height": 600, "camera": CAMERA, "theme": {"dark": False}}
# What a slider leads to differs from its scene in the road under the sign alone: those are slow together.
SCENES = [pytest.param(id, marks=() if id in real.TITLED else pytest.mark.slow) for id in real.SCENES]


@pytest.fixture(scope="module")
def page(browser: Any, address: str) -> Iterator[Any]:
    one = browser.new_page(viewport={"width": 1280, "height": 800})
    one.goto(f"{address}/?ground=shipped&scene=shipped/bear&gl=0&play=0")
    one.wait_for_function("globalThis.__mm?.player")
    yield one
    one.close()


def played(
    page: Any, id: str, view: dict[str, Any] = VIEW, cameras: list[float] | None = None, each: float = 0.5
) -> Any:
    """The names and posts of a picture ``each`` so many tokens while a recorded road plays; with ``cameras``: one at
    each of these azimuths, at the road's end."""
    return page.evaluate(
        """async ([id, view, cameras, each]) => {
          const { player } = __mm, { drawn } = await import("/drawn.js"), slots = new Map(), pictures = [];
          const scene = await (await fetch(`scene/shipped/${id}.json`)).json();
          player.setRegions(scene.regions);
          player.load(scene);
          const at = ({ tokens }, which) => tokens[player.indices[which]]?.neighbourhood ?? [];
          const picture = (given) => {
            const { boards } = drawn(player, given, slots);
            pictures.push({ boards, heads: player.roads.flatMap(at) });
          };
          for (let time = 0; !cameras && time <= player.journey.last; time += each) {
            player.clock = { ...player.clock, time };
            picture(view);
          }
          player.go(Infinity);
          for (const azimuth of cameras ?? []) picture({ ...view, camera: { ...view.camera, azimuth } });
          return pictures;
        }""",
        [id, view, cameras, each],
    )


@pytest.mark.slow
@pytest.mark.parametrize("id", ["bear", "pirate-rain", "go-this-way", "shut-down", "pirate-scientist", "other-turn"])
def test_no_name_and_no_post_moves_while_a_road_plays(page: Any, id: str) -> None:
    """Each stands where it was first seen. One that has faded away may come back on another side of its place."""
    last: dict[str, list[float]] = {}
    pictures = played(page, id)
    seen = 0
    for before, picture in zip([{"boards": []}, *pictures], pictures, strict=False):
        there = {board["name"] for board in before["boards"]}
        for board in picture["boards"]:
            if board["name"] in there:
                assert board["box"] == pytest.approx(last[board["name"]], abs=0.01), board["name"]
                seen += 1
            last[board["name"]] = board["box"]
    assert seen > 10 * len(pictures) / 2 and len(pictures) > 80


def test_a_name_keeps_its_side_while_the_camera_turns(page: Any) -> None:
    """Between two pictures a name moves no further than its place can: it never leaps to another side."""
    pictures = played(page, "bear", cameras=[-0.9 + 0.01 * k for k in range(120)])
    leaps = []
    for before, after in pairwise(pictures):
        old = {board["name"]: board["box"] for board in before["boards"]}
        for board in after["boards"]:
            if board["name"] in old:
                leaps.append(max(abs(a - b) for a, b in zip(board["box"], old[board["name"]], strict=True)))
    assert len(leaps) > 1000 and max(leaps) < 12


@pytest.mark.parametrize("id", SCENES)
def test_the_place_at_a_head_is_always_named_at_full_strength(page: Any, id: str) -> None:
    """By a name on the map or by the post of a region of that name; and what is said is a name of the map."""
    names = {landmark["name"] for landmark in page.evaluate("__mm.player.ground.meta.landmarks")}
    pictures = played(page, id, each=3)
    for picture in pictures:
        shown = {board["name"].split(": ")[-1]: board for board in picture["boards"]}
        for name in picture["heads"]:
            assert name in names
            board = shown[name.split(": ")[-1]]
            assert board.get("alpha") in (None, 1)  # a post has no alpha
            left, top, right, bottom = board["box"]
            assert 0 <= left < right <= VIEW["width"] and 0 <= top < bottom <= VIEW["height"]


def test_a_name_that_gives_way_fades_and_comes_back_where_it_was(page: Any) -> None:
    strengths = [
        {board["name"]: (board["alpha"], board["box"]) for board in picture["boards"] if board.get("alpha")}
        for picture in played(page, "pirate-scientist")
    ]
    steps = [
        abs(after[name][0] - before[name][0])
        for before, after in pairwise(strengths)
        for name in before.keys() & after.keys()
        if 1 not in (before[name][0], after[name][0])  # told at once, where a head comes to be there
    ]
    assert steps and max(steps) <= 0.2 + 1e-6 and max(steps) > 0.05


def test_the_cluster_of_other_languages_has_its_name_in_the_first_view(page: Any) -> None:
    page.wait_for_function("__mm.player.boards.some(({ landmark }) => landmark?.name.endsWith(': other languages'))")


def test_a_place_beside_the_stage_is_named_at_its_edge(page: Any) -> None:
    near = VIEW | {"camera": CAMERA | {"center": [-0.3, 0.3, 0.1], "distance": 0.5}}
    for picture in played(page, "numbers", near, each=9):
        shown = {board["name"]: board for board in picture["boards"]}
        for name in picture["heads"]:
            left, top, right, bottom = shown[name]["box"]
            assert shown[name]["alpha"] == 1 and left >= 0 and top >= 0 and right <= 960 and bottom <= 600


def test_a_place_that_is_told_keeps_off_the_controls_and_so_do_its_words(page: Any) -> None:
    """Its place lies beside the stage, where the buttons are."""
    tools, foot = [700.0, 0.0, 960.0, 56.0], [0.0, 540.0, 960.0, 600.0]
    for center in ([-0.3, 0.3, 0.1], [0.3, -0.2, -0.3], [0.4, 0.4, 0.4]):
        near = VIEW | {"camera": CAMERA | {"center": center, "distance": 0.5}}
        free = played(page, "numbers", near, each=9)
        for before, picture in zip(
            free, played(page, "numbers", near | {"controls": [tools, foot]}, each=9), strict=True
        ):
            shown = {board["name"]: board for board in picture["boards"]}
            for name in picture["heads"]:
                assert not any(overlap(shown[name]["box"], area) for area in (tools, foot)), (center, name)
            assert before["heads"] == picture["heads"]


NARROW = {"width": 372, "height": 330, "camera": CAMERA, "theme": {"dark": False}}


@pytest.mark.parametrize("view", [VIEW, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("id", SCENES)
def test_a_name_that_need_not_be_told_covers_no_crossing_and_no_post(page: Any, id: str, view: dict[str, Any]) -> None:
    found = page.evaluate(
        """async ([id, view]) => {
          const { player } = __mm, { drawn } = await import("/drawn.js");
          player.load(await (await fetch(`scene/shipped/${id}.json`)).json());
          player.go(Infinity);
          const { boards, picks, ink } = drawn(player, view);
          const posts = ink.filter(({ bite }) => bite).map(({ at }) => at);
          const names = boards.filter(({ told }) => told === false);
          return { names, dots: [...picks.map(({ at }) => at), ...posts] };
        }""",
        [id, view],
    )
    for name in found["names"]:
        left, top, right, bottom = name["box"]
        for x, y, *_ in found["dots"]:
            assert not (left < x < right and top < y < bottom), name["name"]


def overlap(a: list[float], b: list[float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
