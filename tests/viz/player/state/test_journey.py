"""What the player shows, as data: roads as they grow, flags and ghosts, older roads."""

from collections.abc import Callable
from typing import Any

import fake
import pytest
from hand import SAYS, board, load, still
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


POET = {"position": [1, 1, 0.5], "off_map": 3, "pca": [1, 1, 0.5]}
ROBOT = {"position": [-1, 1, 0.5], "off_map": 3, "pca": [-1, 1, 0.5]}
COMPARED = {"map": 0.4, "full": 0.7, "behaviour": 0.12}


def type_start(page: Any, start: dict[str, Any], system: str, comparison: dict[str, float] | None = COMPARED) -> None:
    page.evaluate("(given) => __mm.player.setStart(...given)", [start, comparison, system])
    still(page)


def flags(page: Any) -> Any:
    """The flags of the picture: [road (None: what is typed), place], and the ghosts' labels."""
    return page.evaluate(
        """async () => {
          const { stateOf } = await import("/player/frame.js"), { flags, ghosts } = stateOf(__mm.player);
          return [flags.map(({ road, place }) => [road, place]), ghosts.map(({ label }) => label)];
        }"""
    )


def test_the_flag_of_a_road_stays_while_another_start_is_typed(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    own = page.evaluate("__mm.player.roads[0].start.position")
    type_start(page, POET, "You are a poet.")
    assert flags(page) == [[[0, own], [None, POET["position"]]], []]
    type_start(page, ROBOT, "You are a robot.")
    assert flags(page) == [[[0, own], [None, ROBOT["position"]]], ["You are a poet."]]
    said = page.locator(".saying .news")
    expect(said).to_contain_text("0.40 of the map from A’s start, “You are a pirate.”, about half as far as pirate")
    scene = page.evaluate("__mm.player.scene()")  # what is typed is no part of it yet
    assert (scene["ghosts"], scene["comparison"], scene["roads"][0]["start"]["position"]) == ([], None, own)
    type_start(page, {**ROBOT, "position": own}, "You are a pirate.", {"map": 0.0, "full": 0.0, "behaviour": 0.0})
    assert flags(page) == [[[0, own]], ["You are a poet.", "You are a robot."]]
    assert page.evaluate("__mm.player.journey.comparison") is None


def test_what_was_typed_becomes_the_flag_of_the_road_that_is_driven_from_it(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    type_start(page, POET, "You are a poet.")
    live = fake.scene("live")
    live["roads"][0] |= {"start": POET, "system": "You are a poet."}
    load(page, live)
    assert flags(page) == [[[0, POET["position"]]], ["You are a pirate."]]
    assert page.evaluate("__mm.player.journey.comparison") == COMPARED


def test_other_figures_of_a_distance_are_there_on_request(visit: Callable[..., Any]) -> None:
    page = visit("scene=start&gl=0")
    expect(page.get_by_text("nats apart")).to_be_hidden()
    page.get_by_text(SAYS["compare"]["more"]).click()
    expect(page.get_by_text("nats apart")).to_be_visible()


def test_without_a_road_the_flag_itself_moves_and_leaves_a_ghost(visit: Callable[..., Any]) -> None:
    page = visit("scene=empty&gl=0")
    type_start(page, POET, "You are a poet.", None)
    type_start(page, ROBOT, "You are a robot.")
    assert flags(page) == [[[0, ROBOT["position"]]], ["You are a poet."]]
    expect(page.locator(".saying .news")).to_contain_text("moved 0.40 of the map from “You are a poet.”")


def test_a_start_that_stands_there_already_leaves_no_ghost_and_moves_nothing(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    before = page.evaluate("[__mm.player.scene().ghosts, __mm.player.journey.typed]")
    page.evaluate("__mm.player.setStart({ ...__mm.player.roads[0].start }, null, 'You are a pirate.')")
    assert page.evaluate("[__mm.player.scene().ghosts, __mm.player.journey.typed]") == before


@pytest.mark.parametrize("known", [True, False])
def test_a_drive_from_the_flag_keeps_its_ghosts(visit: Callable[..., Any], known: bool) -> None:
    page = visit("scene=start&gl=0")
    live = fake.scene("live")
    start = live["roads"][0]["start"]
    if not known:
        live["roads"][0]["start"] = None
    load(page, live)
    if not known:
        page.evaluate(
            "(road) => __mm.player.arrive({kind: 'road', road: 0, value: road})", {**live["roads"][0], "start": start}
        )
    scene = page.evaluate("__mm.player.scene()")
    assert len(scene["ghosts"]) == 2 and scene["comparison"]["map"] == 0.42
    elsewhere = fake.scene("live")
    elsewhere["roads"][0]["start"] = {**start, "position": [2, 2, 2]}
    load(page, elsewhere)
    assert page.evaluate("[__mm.player.scene().ghosts.length, __mm.player.scene().comparison]") == [0, None]


def test_two_starts_take_no_ghosts_over(visit: Callable[..., Any]) -> None:
    page = visit("scene=start&gl=0")
    live = fake.scene("live")
    live["roads"].append({**live["roads"][0], "label": "B", "system": "You are a kind nurse."})
    load(page, live)
    assert page.evaluate("[__mm.player.scene().ghosts.length, __mm.player.scene().comparison]") == [0, None]


def test_a_recorded_scene_takes_no_ghosts_over_and_another_step_leaves_its_own_alone(visit: Callable[..., Any]) -> None:
    left = "[__mm.player.scene().ghosts.length, __mm.player.scene().comparison?.map ?? null]"
    page = visit("scene=start&gl=0")
    assert page.evaluate(left) == [2, 0.42]
    page.evaluate("__mm.player.setStart({ position: [1, 1, 0.5], off_map: 3, pca: [1, 1, 0.5] }, { map: 0.1 }, 'x')")
    assert page.evaluate(left) == [3, 0.1]
    page.evaluate("__mm.player.tidy()")
    assert page.evaluate(left) == [2, 0.42]
    live = fake.scene("live")
    load(page, {**live, "id": "recorded", "title": "A recorded scene"})
    assert page.evaluate(left) == [0, None]


def test_old_roads_are_kept_beside_what_is_shown_and_saved(visit: Callable[..., Any]) -> None:
    page = visit("scene=sign&play=0&gl=0")
    past = [{"positions": [token["position"] for token in fake.walk(12, 5)[0]], "label": "a third road"}]
    page.evaluate("(past) => __mm.player.arrive({kind: 'old', roads: past})", past)
    assert page.evaluate("__mm.player.scene().old.map(({ label }) => label ?? null)") == [None, "a third road"]
    page.mouse.move(*board(page, "board.old?.label === 'a third road'"))
    expect(page.locator(".tip")).to_contain_text("a third road")
    load(page, fake.scene("single"))
    assert page.evaluate("__mm.player.scene().old.length") == 1


def ends(page: Any, index: int) -> list[bool]:
    tokens = page.evaluate("__mm.player.scene().roads[0].tokens")
    return [candidate["end"] for candidate in tokens[index]["candidates"]]


@pytest.mark.parametrize("arrives", ["with its scene", "with its road", "token by token"])
def test_of_a_scene_before_0_2_the_text_says_which_turn_ends_the_answer(
    visit: Callable[..., Any], arrives: str
) -> None:
    page = visit("scene=live&gl=0")
    scene = fake.scene("single")
    road = scene["roads"][0]
    for token in road["tokens"]:
        for candidate in token["candidates"]:
            candidate.pop("end", None)
    road["tokens"][5]["candidates"][2]["text"] = "<|im_end|>"
    if arrives == "with its scene":
        load(page, scene)
    elif arrives == "with its road":
        page.evaluate("(road) => __mm.player.arrive({kind: 'road', road: 0, value: road})", road)
    else:
        page.evaluate("(tokens) => __mm.player.arrive({kind: 'tokens', road: 0, from: 0, tokens})", road["tokens"])
    page.evaluate("__mm.player.go(5)")
    assert ends(page, 5) == [i == 2 for i in range(10)] and ends(page, 6) == [False] * 10
    expect(page.locator(".chip").nth(2)).to_contain_text("■")


def test_a_turn_says_itself_whether_it_ends_the_answer(visit: Callable[..., Any]) -> None:
    page = visit("scene=live&gl=0")
    scene = fake.scene("single")
    first, second, third, *_ = scene["roads"][0]["tokens"][5]["candidates"]
    first |= {"text": "<|im_start|>", "end": False}
    second |= {"text": "</s>", "end": True}
    third |= {"text": "<|im_end|>", "end": True}
    load(page, scene)
    page.evaluate("__mm.player.go(5)")
    assert ends(page, 5)[:3] == [False, True, True]
    expect(page.locator(".chip").nth(0)).to_contain_text("<|im_start|>")
    expect(page.locator(".chip").nth(1)).to_contain_text("■")


def test_roads_go_on_where_the_same_tokens_have_more_to_come(call: Any) -> None:
    def roads(*ids: list[int], state: str = "waiting") -> list[dict[str, Any]]:
        return [{"state": state, "tokens": [{"id": one} for one in some]} for some in ids]

    def goes_on(before: list[Any], after: list[Any]) -> Any:
        return call("state/journey", "goesOn", before, after)

    assert goes_on(roads([1, 2]), roads([1, 2])) and goes_on(roads([1], [1, 2]), roads([1], [1, 2, 3]))
    for before, after in (
        ([], roads([1])),
        (roads([1, 2]), roads([1])),
        (roads([1, 2]), roads([1, 3])),
        (roads([1]), roads([1], [1])),
        (roads([]), roads([])),
        (roads([1, 2]), roads([1, 2], state="done")),
    ):
        assert not goes_on(before, after)


def test_an_end_is_cut_where_more_was_to_be_said(call: Any) -> None:
    def cut(state: str, *tokens: dict[str, Any]) -> Any:
        return call("state/journey", "isCut", {"state": state, "tokens": list(tokens)})

    assert cut("done", {"end": False}) and cut("stopped", {})
    assert not any((cut("done", {"end": True}), cut("running", {}), cut("error", {}), cut("done")))
