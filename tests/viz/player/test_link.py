"""The player's part of what is kept: its view as text and back, checked; a value as a whole; keys of the storage."""

from collections.abc import Callable
from typing import Any

import pytest

from viz.export.bundle import PLAYER
from viz.page.opening import KEY
from viz.scene.link import VERSION
from viz.scene.link_json import MOST, read_kept

ATLAS = "0123abcd" + "e" * 56
CAMERA = {"eye": {"x": 0.9, "y": -0.4, "z": 0.5}, "center": {"x": 0, "y": 0, "z": 0.1}, "up": {"x": 0, "y": 0, "z": 1}}
VIEW = {"head": 12, "road": 1, "reading": "grip", "seen": "pca", "camera": CAMERA}
PLAIN = {"head": None, "road": 0, "reading": "", "seen": "map", "camera": None}
READINGS = ["probability", "grip"]


@pytest.mark.parametrize(
    "view",
    [
        VIEW,
        {**PLAIN, "head": 0},
        {**PLAIN, "head": 3, "road": 1},
        {**PLAIN, "reading": "probability"},
        {**PLAIN, "seen": "pca"},
        {**PLAIN, "camera": CAMERA},
    ],
)
def test_a_view_comes_back_as_it_was(call: Callable[..., Any], view: dict[str, Any]) -> None:
    text = call("link", "pack", {"atlas": ATLAS, "view": view})
    assert call("link", "readView", text, ATLAS, READINGS) == view
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.") and len(text) < 80
    assert read_kept(text).link is None  # and the page takes it for what it is


def test_nothing_to_keep_is_no_value(call: Callable[..., Any]) -> None:
    assert call("link", "pack", {"atlas": ATLAS, "view": PLAIN}) == call("link", "pack", {"atlas": ATLAS}) == ""
    assert call("link", "readView", "", ATLAS, READINGS) is None


def test_the_page_reads_what_the_player_puts_together(call: Callable[..., Any]) -> None:
    typed = {"question": "Why 🙂 <b>\u202e", "system": ""}
    found = read_kept(call("link", "pack", {"atlas": ATLAS, "view": VIEW, "typed": typed}))
    assert (found.atlas, found.typed) == (ATLAS[:8], typed)
    source = (PLAYER / "link.js").read_text(encoding="utf-8")
    assert f"VERSION = {VERSION};" in source and f"MOST = {MOST:_};" in source


def test_what_is_too_long_is_not_kept(call: Callable[..., Any]) -> None:
    assert call("link", "pack", {"atlas": ATLAS, "asked": "A" * (MOST - 13)})
    assert call("link", "pack", {"atlas": ATLAS, "asked": "A" * MOST}) == ""


@pytest.mark.parametrize(
    "text",
    [
        "2.0123abcd..12.",  # another version
        "1.ffffffff..12.",  # another map
        "1.0123abcd..12",
        "1.0123abcd..12..",
        "1.0123abcd..-1.",
        "1.0123abcd..1e3.",
        "1.0123abcd..9999999.",
        "1.0123abcd..1_<b>.",
        "1.0123abcd..1_0_entropy.",  # no reading of this player
        "1.0123abcd..1_0_constructor.",
        "1.0123abcd..1_0_grip_other.",
        "1.0123abcd..____1_2_3.",  # half a camera
        "1.0123abcd..____1_2_3_4_5_NaN.",
        "1.0123abcd..____1_2_3_1_2_3.",  # an eye that looks at itself
        "1.0123abcd..____999999_0_0_0_0_0.",
        "<img src=x>",
    ],
)
def test_a_view_that_is_none_is_left_alone(call: Callable[..., Any], text: str) -> None:
    assert call("link", "readView", text, ATLAS, READINGS) is None


def test_keys_are_in_order_of_time_and_the_page_knows_them(call: Callable[..., Any]) -> None:
    keys = [call("link", "newKey", now, random) for now, random in ((1e12, 0.999), (1.8e12, 0), (9e12, 0.5))]
    assert keys == sorted(keys) and all(KEY.fullmatch(key) and call("link", "isKey", key) for key in keys)
    assert not any(call("link", "isKey", text) for text in ("1.0123abcd...", "", "k/../x", "k" * 40))


# ---- with a player


def done(visit: Callable[..., Any]) -> Any:
    """A player with a road that is over, at rest."""
    page = visit("scene=pair&gl=0", reduced_motion="reduce")
    page.evaluate("() => { const p = __mm.player; if (p.playing) p.toggle(); p.go(2); }")
    return page


def looked(page: Any, bare: bool = False) -> Any:
    return page.evaluate("(bare) => import('/player/link.js').then((m) => m.viewOf(__mm.player, bare))", bare)


@pytest.mark.slow
def test_what_a_person_has_made_of_the_view_is_kept_and_shown_again(visit: Callable[..., Any]) -> None:
    page = done(visit)
    assert looked(page) == {**PLAIN, "head": 2}
    page.evaluate("(camera) => __mm.player.setCamera(camera)", CAMERA)
    page.evaluate("() => { const p = __mm.player; p.chooseReading('entropy'); p.go(4, 1); p.setView('pca'); }")
    kept = looked(page)
    assert (kept["head"], kept["road"], kept["reading"], kept["seen"]) == (4, 1, "entropy", "pca")
    assert kept["camera"]["eye"] == pytest.approx(CAMERA["eye"], abs=1e-6)
    again = done(visit)
    again.evaluate("(view) => import('/player/link.js').then((m) => m.showView(__mm.player, view))", kept)
    assert looked(again)["camera"]["eye"] == pytest.approx(CAMERA["eye"], abs=1e-6)
    assert {**looked(again), "camera": None} == {**kept, "camera": None}


@pytest.mark.slow
def test_a_road_that_plays_or_has_come_to_its_end_by_itself_has_no_head_to_keep(visit: Callable[..., Any]) -> None:
    page = done(visit)
    page.evaluate("__mm.player.go(999)")
    assert looked(page)["head"] > 4 and looked(page, bare=True)["head"] is None
    page.evaluate("() => { __mm.player.go(0); __mm.player.toggle(); }")
    assert looked(page)["head"] is None


def test_of_two_roads_the_head_on_the_longer_one_is_kept(visit: Callable[..., Any]) -> None:
    page = visit("ground=shipped&scene=shipped/pull-falls&gl=0", reduced_motion="reduce")
    page.evaluate("__mm.player.go(15)")
    short = page.evaluate("__mm.player.roads[0].tokens.length")
    assert short < 15 and looked(page)["head"] == 15
    page.evaluate("__mm.player.go(Infinity)")
    assert looked(page, bare=True)["head"] is None


def test_a_road_that_grows_is_not_held_up(visit: Callable[..., Any]) -> None:
    page = done(visit)
    page.evaluate("__mm.player.arrive({kind: 'state', road: 0, state: 'running'})")
    page.evaluate(
        "(view) => import('/player/link.js').then((m) => m.showView(__mm.player, view))", {**PLAIN, "head": 5}
    )
    assert page.evaluate("__mm.player.index") == 2
