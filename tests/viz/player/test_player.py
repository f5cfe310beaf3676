"""The whole player: what it keeps while a road grows, what it asks, what it draws, and what it must not do."""

from collections.abc import Callable
from typing import Any

import fake
import pytest
from hand import SAYS, board, camera_at, chips, drag_over_words, frames, load, put_camera, still, told
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
EYE = {"x": 1, "y": 0.2, "z": 0.4}


@pytest.mark.slow
def test_a_growing_road_keeps_the_camera_and_a_pause(visit: Callable[..., Any]) -> None:
    page = visit("scene=live")
    put_camera(page, EYE)
    tokens = fake.walk(120, 3)[0]
    page.evaluate(  # as a stream brings them, a picture in between
        """async (tokens) => {
          for (const [i, token] of tokens.entries()) {
            __mm.player.arrive({kind: 'tokens', road: 0, from: i, tokens: [token]});
            await new Promise(requestAnimationFrame);
          }
        }""",
        tokens[:50],
    )
    assert page.evaluate("__mm.player.roads[0].tokens.length") == 50
    page.wait_for_function("__mm.player.index > 35")
    page.evaluate("document.querySelector('.stage').focus()")
    page.keyboard.press("Space")
    held = page.evaluate("__mm.player.time")
    page.evaluate(
        """(tokens) => {
          __mm.player.arrive({kind: 'tokens', road: 0, from: 40, tokens: tokens.slice(40, 90)});
          __mm.player.setTheme({dark: true});
        }""",
        tokens,
    )
    frames(page, 20)
    assert page.evaluate("[__mm.player.time, __mm.player.playing, __mm.player.roads[0].tokens.length]") == [
        held,
        False,
        90,
    ]
    assert camera_at(page) == pytest.approx(EYE)
    page.set_viewport_size({"width": 1000, "height": 700})
    page.wait_for_function("document.querySelector('.plot')._fullLayout.width === __mm.player.stage.width")
    frames(page, 10)
    assert page.evaluate("__mm.player.stage.width") < 1000 and camera_at(page) == pytest.approx(EYE)


def test_scrubbing_moves_the_word_and_asks_the_server_nothing(visit: Callable[..., Any], server: Any) -> None:
    page = visit("scene=single&play=0")
    frames(page, 20)
    before = len(server.asked)
    page.get_by_role("slider", name=SAYS["transport"]["step"]).press("End")
    assert page.evaluate("__mm.player.index") == 59
    assert page.get_by_role("button", name="end of the answer").get_attribute("aria-current") == "step"
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("__mm.player.playing && __mm.player.time > 0.3")
    page.get_by_role("button", name="word").first.click()
    assert page.evaluate("__mm.player.index") == 4
    assert len(server.asked) == before


def test_an_idle_player_draws_nothing(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0")
    # What it has to draw at first: the camera's coarse picture of a software renderer, then the fine one.
    page.wait_for_function("(({ plotly }) => plotly.ratio === plotly.fullRatio)(__mm.player.stage)")
    still(page)
    frames(page, 20)
    drawn = page.evaluate("__mm.player.framesDrawn")
    frames(page, 60)
    assert page.evaluate("__mm.player.framesDrawn") == drawn


@pytest.mark.parametrize("changes", [{"prefers": "reduce"}, {}])
def test_motion_is_reduced_where_it_is_asked_for(visit: Callable[..., Any], changes: dict[str, str]) -> None:
    page = visit("scene=single&gl=0", **({"reduced_motion": "reduce"} if changes else {}))
    if changes:
        page.evaluate("__mm.player.toggle()")
    times = []
    for _ in range(40):
        times.append(page.evaluate("__mm.player.time"))
        frames(page, 1)
    assert all(time == int(time) for time in times) == bool(changes)


@pytest.mark.slow
def test_where_less_motion_is_asked_for_nothing_starts_by_itself(visit: Callable[..., Any]) -> None:
    """The first road lies there whole; what somebody asks for after that plays."""
    page = visit("scene=single&gl=0", reduced_motion="reduce")
    page.wait_for_function("__mm.player.roads.length")
    last = page.evaluate("__mm.player.journey.last")
    assert last > 0 and page.evaluate("[__mm.player.playing, __mm.player.time]") == [False, last]
    page.get_by_role("button", name="Play", exact=True).click()
    assert page.evaluate("__mm.player.playing && __mm.player.time < 2")
    page.evaluate("__mm.player.load(__mm.player.scene(), { play: true })")
    assert page.evaluate("__mm.player.playing && __mm.player.time === 0")


def test_a_road_that_still_grows_is_followed_with_less_motion_too(visit: Callable[..., Any]) -> None:
    page = visit("play=0&gl=0", reduced_motion="reduce")
    page.evaluate("""() => {
        const { player } = __mm, road = { label: "A", kind: "plain", state: "waiting", tokens: [], start: null };
        player.loads = 0;
        player.load({ id: "own", title: "", roads: [road] }, { play: true });
    }""")
    assert page.evaluate("__mm.player.playing")


def test_a_page_without_a_model_can_be_read_but_not_driven(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0&drive=0")
    page.evaluate("__mm.player.go(20)")
    expect(chips(page)).to_have_count(10)
    assert page.locator(".crossing button.chip, .crossing .own").count() == 0
    chips(page).nth(3).click()
    page.mouse.click(*board(page, "board.landmark"))
    drag_over_words(page, 2, 6)
    assert page.locator(".menu.signs:visible").count() == 0
    assert told(page, "fork") == [] and told(page, "sign") == []


def test_the_stage_keeps_two_thirds_of_a_large_screen(visit: Callable[..., Any]) -> None:
    # What the app leaves the player of 1440 x 900, and the harness its margin.
    page = visit("scene=pair&gl=0", width=1440, height=868)
    assert page.locator(".mm").bounding_box()["height"] == 836
    assert page.locator(".stage").bounding_box()["height"] >= 0.65 * 900


@pytest.mark.parametrize("scene", ["single", "pair", "sign"])
def test_a_small_frame_gives_the_map_its_half(visit: Callable[..., Any], scene: str) -> None:
    page = visit(f"scene={scene}&gl=0", width=700, height=500)
    whole = page.locator(".mm").bounding_box()["height"]
    assert page.locator(".stage").bounding_box()["height"] >= whole / 2
    for part in (".words", ".crossing", ".transport", ".strip"):
        box = page.locator(part).first.bounding_box()
        assert box["height"] > 20 and box["y"] + box["height"] <= 500, part


def test_a_large_screen_is_used(visit: Callable[..., Any]) -> None:
    page = visit("scene=pair&gl=0", width=1500, height=1010)
    size = "parseFloat(getComputedStyle(document.querySelector('.words')).fontSize)"
    assert page.evaluate(size) == 20
    page = visit("scene=pair&gl=0", width=1100, height=836)
    assert page.evaluate(size) == 16


SMALL = """() => [...document.querySelectorAll(".mm button, .mm select, .mm input")]
    .filter((node) => node.checkVisibility())
    .map((node) => [node.getAttribute("aria-label") ?? node.textContent, node.getBoundingClientRect()])
    .filter(([, box]) => box.width < 43.5 || box.height < 43.5)
    .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""


@pytest.mark.slow
def test_fingers_find_room_on_a_phone(visit: Callable[..., Any]) -> None:
    phone = {"width": 390, "height": 760, "has_touch": True, "is_mobile": True}
    page = visit("scene=pair&play=0&gl=0", **phone)
    page.evaluate("__mm.player.go(Infinity)")
    assert page.evaluate(SMALL) == []
    page.locator(".stage").focus()
    page.keyboard.press("l")
    page.keyboard.press("Enter")
    page.get_by_role("menu").get_by_text(SAYS["signs"]["avoid"], exact=True).wait_for()
    assert page.evaluate(SMALL) == []
    page = visit("ground=shipped&scene=shipped/pirate-sea&play=0&gl=0&opening=1", **phone)
    page.evaluate("__mm.player.go(Infinity)")
    expect(page.locator(".offer")).to_be_visible()
    assert page.evaluate(SMALL) == []
    page = visit("scene=live&gl=0", **phone)
    expect(page.get_by_role("button", name=SAYS["states"]["stop"])).to_be_visible()
    assert page.evaluate(SMALL) == []
    page = visit("ground=shipped&scene=shipped/not-that-subject&play=0&gl=0", **phone)
    page.locator(".card .more").click()
    expect(page.locator(".variants input")).to_be_visible()
    assert page.evaluate(SMALL) == []


def test_the_word_at_the_head_stays_legible_under_the_pointer(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("__mm.player.go(4)")
    now, look = page.locator(".words .now"), "(node) => getComputedStyle(node).backgroundColor"
    before = now.evaluate(look)
    now.hover()
    assert now.evaluate(look) == before
    other = page.locator(".words span").nth(9)
    plain = other.evaluate(look)
    other.hover()
    assert other.evaluate(look) != plain


def test_words_of_the_model_never_become_markup(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    scene = fake.scene("single")
    scene["title"] = "<img src=x onerror=bad()>"
    scene["roads"][0]["tokens"][3]["text"] = " <script>x</script><b>"
    load(page, scene)
    page.get_by_role("button", name="Table").click()
    assert page.locator(".words b, .words script, .card img, table script, table b").count() == 0
    assert "<b>" in page.locator(".words").first.inner_text()


def test_the_scene_that_was_asked_for_last_is_the_one_that_stays(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    found = page.evaluate(
        """async () => {
          const { player } = __mm, fetched = player.loadScene, slow = [];
          const held = () => new Promise((done) => slow.push(done));
          player.loadScene = async (entry) => {
            if (entry.id === "pair") await held();
            return fetched(entry);
          };
          const [single, pair, sign] = player.scenes, shown = [];
          const late = player.open(pair);
          shown.push(player.opened, player.scene().id);
          await player.open(sign);
          slow.forEach((done) => done());
          await late;
          shown.push(player.opened, player.scene().id);
          return shown;
        }"""
    )
    assert found == ["pair", "single", "sign", "sign"]
    assert told(page, "scene") == [{"id": "sign"}]


def test_a_road_that_grows_is_saved_as_one_that_was_stopped(visit: Callable[..., Any]) -> None:
    page = visit("scene=live&gl=0")
    assert page.evaluate("__mm.player.scene().roads.map(({ state }) => state)") == ["stopped"]


def test_plotly_takes_over_where_there_is_webgl(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0")
    page.wait_for_selector(".stage[data-drawn=plotly]")
