"""Present and the lesson, driven by a clicker: Page Down, Page Up, ".", F5, Escape, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest
from hand import SAYS, still, told
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ROAD = "scene=single&play=0&gl=0"
LESSON = f"{ROAD}&lesson=1"


def present(page: Any) -> None:
    page.get_by_role("button", name=SAYS["present"]["label"], exact=True).click()


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        still(page)


def at(page: Any) -> Any:
    """The beat and its part."""
    return page.evaluate("(({ talk }) => [talk.lesson.beats[talk.stop.beat].id, talk.stop.part])(__mm.player)")


def test_page_down_covers_a_token_then_shows_it_and_page_up_goes_back(visit: Callable[..., Any]) -> None:
    page = visit(ROAD)
    present(page)
    expect(page.locator(".guess")).to_be_hidden()
    press(page, "PageDown")
    covered = page.locator(".words .covered")
    expect(page.locator(".guess .options li")).to_have_count(3)
    expect(page.locator(".guess .share")).to_have_count(0)
    assert page.evaluate("__mm.player.index") == 0
    press(page, "PageDown")
    assert page.locator(".words .now").inner_text() == "model"
    assert page.evaluate("__mm.player.index") == 1
    press(page, "PageUp", "PageUp")
    assert page.evaluate("__mm.player.index") == 0
    assert covered.count() == 1


def test_a_covered_token_gives_nothing_away(visit: Callable[..., Any]) -> None:
    page = visit("scene=shipped/pirate-sea&ground=shipped&play=0&gl=0")
    page.evaluate("__mm.player.go(0)")
    present(page)
    wide = set()
    for _ in range(4):
        press(page, "PageDown")
        wide.add(page.locator(".road-a .words .covered").bounding_box()["width"])
        assert page.locator(".road-a .words .hidden").first.is_hidden()
        expect(page.locator(".counted")).to_be_hidden()
        expect(page.locator(".card")).to_be_hidden()
        index = page.evaluate("__mm.player.index")
        state = page.evaluate(
            "import('./player/frame.js').then((m) => m.stateOf(__mm.player).roads.map((r) => r.places.length))"
        )
        assert state == [index + 1, index + 1]
        assert page.evaluate("__mm.player.strip.state.roads.map(({ tokens }) => tokens.length)") == [index + 1] * 2
        press(page, "PageDown")
    assert len(wide) == 1
    expect(page.locator(".strip")).to_be_visible()


def test_the_room_guesses_with_three_keys_and_sees_its_tally_beside_the_model(visit: Callable[..., Any]) -> None:
    page = visit(ROAD)
    present(page)
    press(page, "1")  # nothing is covered yet
    press(page, "PageDown", "1", "2", "2", "4")
    expect(page.locator(".guess .tally")).to_have_text(["room 1", "room 2", ""])
    press(page, "PageDown")
    expect(page.locator(".guess .share")).to_have_count(3)
    expect(page.locator(".guess .tally")).to_have_text(["room 1", "room 2", ""])
    press(page, "1")
    expect(page.locator(".guess .tally")).to_have_text(["room 1", "room 2", ""])  # too late
    press(page, "PageDown", "PageDown")
    expect(page.locator(".guess")).to_be_hidden()  # nobody guessed: the turns of that crossing stand there
    expect(page.locator(".crossing")).to_be_visible()


def test_at_the_end_of_a_road_page_down_is_the_next_scene_and_page_up_the_last(visit: Callable[..., Any]) -> None:
    page = visit(ROAD)
    page.evaluate("__mm.player.go(Infinity)")
    present(page)
    assert page.evaluate("__mm.player.index") == 0  # at the end there would be no next token
    press(page, "End", "PageDown")
    page.wait_for_function("__mm.player.scene().id === 'pair'")
    press(page, "PageUp")
    page.wait_for_function("__mm.player.scene().id === 'single'")
    assert page.evaluate("__mm.player.at === __mm.player.clock.last")
    assert told(page, "scene") == []  # the page around is not led along


def test_escape_returns_to_where_the_talk_was_opened(visit: Callable[..., Any]) -> None:
    page = visit(ROAD)
    page.evaluate(
        """(({ player }) => {
          player.go(7);
          player.chooseReading("entropy");
          player.arrive({ kind: "old", roads: [{ positions: [[0, 0, 0], [1, 1, 1]], label: "x" }] });
        })(__mm)"""
    )
    camera = page.evaluate(
        """(({ player }) => {
          player.setCamera({ eye: { x: 1, y: 0.5, z: 0.4 }, center: { x: 0, y: 0, z: 0 }, up: { x: 0, y: 0, z: 1 } });
          return player.camera();
        })(__mm)"""
    )
    present(page)
    press(page, "End", "PageDown")
    page.wait_for_function("__mm.player.scene().id === 'pair'")
    assert page.evaluate("__mm.player.journey.old.length") == 0
    press(page, "Escape")
    assert page.locator(".mm.present").count() == 0
    assert page.locator(".words .hidden, .words .covered").count() == 0
    assert page.evaluate(
        "[__mm.player.scene().id, __mm.player.index, __mm.player.strip.reading, __mm.player.journey.old.length]"
    ) == ["single", 7, "entropy", 1]
    assert page.evaluate("__mm.player.camera().eye") == pytest.approx(camera["eye"], abs=1e-6)
    assert told(page, "talk") == [{"on": True}, {"on": False, "back": False}]


@pytest.mark.slow
def test_a_road_that_grows_meanwhile_is_whole_when_the_talk_is_over(visit: Callable[..., Any]) -> None:
    page = visit(ROAD)
    page.evaluate(
        """(({ player }) => {
          const scene = player.scene();
          globalThis.more = player.roads[0].tokens[3];
          scene.id = "";
          scene.roads[0].state = "running";
          scene.roads[0].tokens.length = 4;
          player.load(scene);
        })(__mm)"""
    )
    present(page)
    press(page, "End", "PageDown")  # it grows on: there is no next scene yet
    page.evaluate("(({ player }) => player.talk.put('pair', 0))(__mm)")
    page.wait_for_function("__mm.player.scene().id === 'pair'")
    page.evaluate(
        """(({ player }) => {
          player.arrive({ kind: "tokens", road: 0, from: 4, tokens: [more, more] });
          player.arrive({ kind: "state", road: 0, state: "done" });
        })(__mm)"""
    )
    assert page.evaluate("__mm.player.roads.length") == 2
    press(page, "Escape")
    assert page.evaluate(
        "[__mm.player.roads.length, __mm.player.roads[0].tokens.length, __mm.player.roads[0].state]"
    ) == [1, 6, "done"]


def test_a_blank_screen_comes_back_with_the_next_press_which_does_nothing_else(visit: Callable[..., Any]) -> None:
    page = visit(ROAD)
    present(page)
    for key in (".", "b"):
        press(page, key)
        expect(page.locator(".blank")).to_be_visible()
        press(page, "PageDown")
        expect(page.locator(".blank")).to_be_hidden()
        expect(page.locator(".guess")).to_be_hidden()
        press(page, key, key)
        expect(page.locator(".blank")).to_be_hidden()


def test_f5_is_held_where_a_talk_has_begun_and_loads_the_page_anew_elsewhere(visit: Callable[..., Any]) -> None:
    page = visit(LESSON, fresh=True)
    page.evaluate("globalThis.same = true")
    present(page)
    press(page, "F5")
    assert at(page) == ["first", "told"]
    press(page, "PageDown", "Escape", "F5")
    assert page.locator(".mm.present").count() == 1
    assert at(page) == ["guess", "covered"]  # where it was left
    assert page.evaluate("globalThis.same")
    assert page.evaluate(HELD)
    other = visit(ROAD)  # without a lesson
    assert not other.evaluate(HELD)


# A key that a page does not hold is the browser's, which loads the page anew.
HELD = "!document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'F5', bubbles: true, cancelable: true }))"


@pytest.mark.slow
def test_the_lesson_goes_through_its_stops_and_back(visit: Callable[..., Any]) -> None:
    page = visit(LESSON, fresh=True)
    page.get_by_role("button", name=SAYS["lesson"]["open"], exact=True).click()
    still(page)
    card = page.get_by_role("complementary", name=SAYS["lesson"]["label"])
    expect(card.get_by_role("heading")).to_have_text("One")
    present(page)
    press(page, "PageDown")
    assert at(page) == ["guess", "covered"]
    assert page.evaluate("__mm.player.at") == 7
    shown = page.evaluate("__mm.player.roads[0].tokens[8].candidates.slice(0, 3).map(({ text }) => text.trim())")
    assert sorted(page.locator(".guess bdi").all_inner_texts()) == sorted(shown)
    expect(card.get_by_role("button", name=SAYS["lesson"]["uncover"])).to_be_visible()
    press(page, "PageDown")
    assert page.evaluate("__mm.player.at") == 8
    press(page, "PageDown")
    page.wait_for_function("__mm.player.scene().id === 'pair'")
    expect(card).to_contain_text("Why?")
    expect(card).not_to_contain_text("So.")
    press(page, "PageDown")
    expect(card).to_contain_text("So.")
    press(page, "PageDown")
    page.wait_for_function("__mm.player.scene().id === 'sign' && __mm.player.at === __mm.player.clock.last")
    expect(card).to_contain_text("<b>The end</b>")
    press(page, "PageDown")  # there is nothing after it
    assert at(page) == ["last", "told"]
    press(page, "PageUp", "PageUp", "PageUp")
    page.wait_for_function("__mm.player.scene().id === 'single'")
    assert at(page) == ["guess", "told"]


@pytest.mark.slow
def test_words_can_be_read_beside_the_tally_of_a_whole_class(visit: Callable[..., Any]) -> None:
    page = visit("scene=shipped/near-tie&ground=shipped&play=0&gl=0&lesson=1", width=1280, height=720)
    page.evaluate("__mm.player.talk.tour(true), __mm.player.present.toggle(true)")
    for number in page.evaluate("__mm.player.talk.stops.flatMap(({ part }, i) => (part === 'covered' ? [i] : []))"):
        page.evaluate("(number) => __mm.player.talk.to(number, { driven: false })", number)
        page.wait_for_function("__mm.player.guess.token && !__mm.player.frames.motions.has('head')")
        page.evaluate("for (const i of [0, 1, 2]) for (let n = 0; n < 12; n++) __mm.player.guess.vote(i)")
        for uncovered in (False, True):
            if uncovered:
                press(page, "PageDown")
            cut = page.locator(".guess bdi").evaluate_all("all => all.filter((a) => a.scrollWidth > a.clientWidth + 1)")
            assert cut == []
            expect(page.locator(".guess .tally")).to_have_text(["room 12"] * 3)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1280, 720)])
def test_nothing_lies_over_the_way_on_of_the_tour(visit: Callable[..., Any], size: tuple[int, int]) -> None:
    page = visit("scene=shipped/bear&ground=shipped&play=0&gl=0&lesson=1", width=size[0], height=size[1])
    page.evaluate("__mm.player.talk.tour(true)")
    for number in range(page.evaluate("__mm.player.talk.stops.length")):
        page.evaluate("(number) => __mm.player.talk.to(number, { driven: false })", number)
        page.wait_for_function("__mm.player.opened === __mm.player.talk.beat.scene && !__mm.player.coming")
        hit = page.locator(".lesson .primary").evaluate(
            """(button) => {
              const { left, top, width, height } = button.getBoundingClientRect();
              return button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
            }"""
        )
        assert hit, number


@pytest.mark.slow
def test_leaving_the_tour_brings_back_the_road_and_keeps_the_place(visit: Callable[..., Any]) -> None:
    page = visit(LESSON, fresh=True)
    page.evaluate("__mm.player.go(3)")
    tour = page.get_by_role("button", name=SAYS["lesson"]["open"], exact=True)
    tour.click()
    page.get_by_role("button", name=SAYS["lesson"]["next"], exact=True).click()
    still(page)
    assert at(page) == ["guess", "covered"]
    page.get_by_role("button", name=SAYS["lesson"]["leave"]).click()
    still(page)
    assert page.evaluate("[__mm.player.scene().id, __mm.player.at]") == ["single", 3]
    page.reload()
    page.wait_for_function("globalThis.__mm?.player")
    tour.click()
    assert at(page) == ["guess", "covered"]


def test_what_is_put_on_the_stage_by_hand_ends_the_tour(visit: Callable[..., Any]) -> None:
    page = visit(LESSON, fresh=True)
    page.get_by_role("button", name=SAYS["lesson"]["open"], exact=True).click()
    still(page)
    page.evaluate("(({ player }) => player.load({ ...player.scene(), id: 'own' }))(__mm)")
    expect(page.locator(".lesson")).to_be_hidden()
    assert page.evaluate("__mm.player.scene().id") == "own"


@pytest.mark.slow
def test_the_room_asks_and_the_lesson_waits_for_its_road(visit: Callable[..., Any]) -> None:
    page = visit(LESSON, fresh=True)
    present(page)
    press(page, "F5", "q")
    page.get_by_role("textbox", name=SAYS["ask"]["label"]).fill("Why. 1 b?")
    page.keyboard.press("Enter")
    assert told(page, "ask") == [{"question": "Why. 1 b?"}]
    page.evaluate("(({ player }) => player.load({ ...player.scene(), id: '' }, { play: true }))(__mm)")
    press(page, "End", "PageDown")
    assert at(page) == ["first", "told"]
    expect(page.locator(".lesson")).to_contain_text("A map.")
    press(page, "Escape")
    assert told(page, "talk")[-1] == {"on": False, "back": True}


@pytest.mark.parametrize(
    "scene", ["pirate-sea", *(pytest.param(id, marks=pytest.mark.slow) for id in ("whack-a-mole", "sliding-start"))]
)
def test_nothing_is_smaller_than_a_room_can_read(visit: Callable[..., Any], scene: str) -> None:
    page = visit(f"scene=shipped/{scene}&ground=shipped&play=0&gl=0&lesson=1", width=1280, height=720)
    present(page)
    for keys in ((), ("PageDown",), ("PageDown", "End"), ("F5",)):
        press(page, *keys)
        small = page.evaluate(SMALL)
        assert small == []
    sizes = page.evaluate("[__mm.player.least, __mm.player.scale * 16]")
    assert sizes[0] == 20 and sizes[1] >= 22


# What is written anywhere, in elements or on the map, in fewer than 20 pixels.
SMALL = """async () => {
  const { compose } = await import("./player/draw/compose.js"),
    { stateOf } = await import("./player/frame.js"),
    { player } = __mm,
    { width, height, ref } = player.stage,
    { palette, scale, least, measure } = player,
    found = [];
  const walk = document.createTreeWalker(document.querySelector(".mm"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { parentElement: node, textContent: text } = walk.currentNode,
      { width, height } = node.getBoundingClientRect(),
      { fontSize, visibility, clipPath } = getComputedStyle(node);
    const seen = text.trim() && width && height && visibility !== "hidden" && clipPath === "none";
    if (seen && !node.closest(".unseen, option") && parseFloat(fontSize) < 20) found.push([node.className, text]);
  }
  const project = player.stage.projector(),
    frame = { project, ref, width, height, palette, scale, least, measure, view: "map", controls: [] };
  for (const { kind, size, text } of compose(frame, stateOf(player)).ink)
    if (kind === "text" && size < 20) found.push(["on the map", text]);
  for (const node of document.querySelectorAll(".mm select"))
    if (node.offsetWidth && parseFloat(getComputedStyle(node).fontSize) < 20) found.push(["select"]);
  return found;
}"""
