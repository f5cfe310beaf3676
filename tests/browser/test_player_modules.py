# ruff: noqa: E501 - lines of JavaScript
"""The player without the app: its pure modules in a real browser, and the whole of it on fake data."""

import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

HARNESS = Path(__file__).parent / "harness"
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(HARNESS))

import fake  # noqa: E402
import server as harness  # noqa: E402

pytestmark = pytest.mark.browser
SAYS = harness.strings()


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    running = harness.start()
    yield running
    running.shutdown()


@pytest.fixture(scope="module")
def address(server: Any) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


@pytest.fixture
def errors() -> list[str]:
    return []


@pytest.fixture
def visit(browser: Any, address: str, errors: list[str]) -> Iterator[Callable[..., Any]]:
    """Opens the harness; the player is there, and so is plotly unless the query says gl=0."""
    pages = []

    def open_page(query: str = "", *, width: int = 1280, height: int = 800, **options: Any) -> Any:
        page = browser.new_page(viewport={"width": width, "height": height}, **options)
        pages.append(page)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/?{query}")
        page.wait_for_function("globalThis.__mm?.player")
        if "gl=0" not in query:
            page.wait_for_selector(".stage[data-drawn=plotly]", timeout=30000)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert errors == []


@pytest.fixture(scope="module")
def blank(browser: Any, address: str) -> Iterator[Any]:
    page = browser.new_page()
    page.goto(f"{address}/strings.json")
    yield page
    page.close()


def run(page: Any, module: str, body: str) -> Any:
    """The value of an expression in which ``m`` is a module of the player."""
    return page.evaluate(f"import('/player/{module}.js').then((m) => {body})")


# ---- pure modules


def test_a_whole_step_hits_its_point_and_half_a_step_lies_between(blank: Any) -> None:
    assert run(blank, "geometry", "m.positionAt([[0, 0, 0], [2, 4, 6]], 0.5)") == [1, 2, 3]
    assert run(blank, "geometry", "m.positionAt([[0, 0, 0], [2, 4, 6]], 9)") == [2, 4, 6]
    assert run(blank, "geometry", "m.positionAt([[7, 8, 9]], -3)") == [7, 8, 9]


def test_the_eye_sees_its_centre_in_the_middle(blank: Any) -> None:
    body = """(() => { const camera = {center: [0.1, -0.2, 0.3], azimuth: 1, elevation: 0.4, distance: 2};
        return import('/player/geometry.js').then((g) => g.projector(m.viewProjection(camera, 1.6), 160, 100)(camera.center)); })()"""
    x, y, depth = run(blank, "camera", body)
    assert (x, y, depth) == (pytest.approx(80), pytest.approx(50), pytest.approx(2))


def test_a_camera_survives_plotlys_form(blank: Any) -> None:
    camera = {"center": [0.1, -0.2, 0.3], "azimuth": 1.0, "elevation": 0.4, "distance": 2.0}
    back = run(blank, "camera", f"m.fromPlotly(m.toPlotly({json.dumps(camera)}))")
    assert (
        back["center"] == pytest.approx(camera["center"])
        and back["azimuth"] == pytest.approx(1)
        and back["distance"] == pytest.approx(2)
    )


@pytest.mark.parametrize("aspect", [0.45, 1.0, 1.9])
def test_the_first_view_holds_nearly_all_points_at_every_aspect(blank: Any, aspect: float) -> None:
    body = f"""import('/player/geometry.js').then((g) => {{
        const points = Array.from({{length: 500}}, (_, i) => [Math.sin(i) * 0.4, Math.cos(i * 1.7) * 0.3, Math.sin(i * 2.3) * 0.15]);
        const project = g.projector(m.viewProjection(m.fit(points, {aspect}), {aspect}), 1, 1);
        return points.filter((point) => {{ const [x, y] = project(point); return x > 0 && x < 1 && y > 0 && y < 1; }}).length; }})"""
    assert run(blank, "camera", body) >= 480


def test_the_clock_stops_at_the_end_of_a_finished_road_only(blank: Any) -> None:
    clock = "{...m.newClock(), last: 5, playing: true, time: 4.9}"
    assert run(blank, "clock", f"m.tick({clock}, 1)")["playing"] is False
    growing = run(blank, "clock", f"m.tick({{...{clock}, growing: true}}, 1)")
    assert growing["playing"] is True and growing["time"] == 5


def test_a_growing_road_is_caught_up_with(blank: Any) -> None:
    body = "(() => { let c = {...m.newClock(), growing: true, playing: true}; for (let i = 0; i < 300; i++) c = m.tick({...c, last: i / 4}, 0.01); return c; })()"
    clock = run(blank, "clock", body)
    assert clock["last"] - clock["time"] < 12


def test_reduced_motion_jumps_from_token_to_token(blank: Any) -> None:
    body = "(() => { let c = {...m.newClock({jumps: true}), last: 9, playing: true}; const out = []; for (let i = 0; i < 40; i++) { c = m.tick(c, 0.05); out.push(c.time); } return out; })()"
    times = run(blank, "clock", body)
    assert times == [int(time) for time in times] and times[-1] >= 5


def test_play_at_the_end_starts_over(blank: Any) -> None:
    assert run(blank, "clock", "m.play({...m.newClock(), last: 5, time: 5})") | {"waited": 0} == {
        "time": 0,
        "last": 5,
        "speed": 1,
        "playing": True,
        "growing": False,
        "jumps": False,
        "waited": 0,
    }


def test_parts_of_one_emoji_belong_together(blank: Any) -> None:
    family = ["a", "\U0001f469", "\u200d\U0001f469", "\u200d\U0001f467", " b"]
    assert run(blank, "textline", f"m.graphemeGroups({json.dumps(family)})") == [[0, 0], [1, 3], [1, 3], [1, 3], [4, 4]]
    assert run(blank, "textline", "m.graphemeGroups(['a', '', '', '\U0001f642', 'b'])") == [
        [0, 0],
        [1, 3],
        [1, 3],
        [1, 3],
        [4, 4],
    ]


def test_unknown_readings_are_gaps_and_the_axis_is_round(blank: Any) -> None:
    assert run(blank, "strip", "m.valuesOf({tokens: [{grip: null}, {grip: 0.5}, {}]}, 'grip')") == [None, 0.5, None]
    assert run(
        blank,
        "strip",
        "[m.axisTop([[0.02]], 0.1), m.axisTop([[0.31, null]], 0.1), m.axisTop([[7]], 1), m.axisTop([[]], 1)]",
    ) == [0.1, 0.5, 10, 1]


def test_a_caption_is_wrapped_and_a_long_word_broken(blank: Any) -> None:
    assert run(blank, "picture", "m.wrap('aa bb cc dddddddd', (text) => text.length, 5, 14)") == [
        "aa bb",
        "cc",
        "ddddd",
        "ddd",
    ]


def test_the_text_of_an_unknown_key_is_the_key(blank: Any) -> None:
    assert run(blank, "dom", "[m.texts({a: {b: 'x {n}'}})('a.b', {n: 3}), m.texts({})('a.b')]") == ["x 3", "a.b"]


# ---- the harness


def test_the_projection_is_plotlys_own(visit: Callable[..., Any]) -> None:
    """A marker drawn by plotly is found where the player says that the point lies."""
    page = visit("scene=empty&play=0")
    page.evaluate("document.querySelector('.overlay').hidden = true")
    page.evaluate("__mm.player.stage.setPalette({ ...__mm.player.palette, groundAlpha: 0 })")
    home = page.locator(".stage").bounding_box()
    for point in [[0.3, 0.2, 0.1], [-2, 1, 0.5], [1.5, -1, -1]]:
        page.evaluate(
            """async ([x, y, z]) => { const gd = document.querySelector('.plot'); if (gd.data.length > 1) await Plotly.deleteTraces(gd, -1);
            await Plotly.addTraces(gd, { type: 'scatter3d', mode: 'markers', x: [x], y: [y], z: [z], marker: { size: 9, color: '#ff00ff', opacity: 1, line: { width: 0 } } }); __mm.player.stage.attach(); }""",
            point,
        )
        for _ in range(20):  # until the marker is on the screen
            page.wait_for_timeout(500)
            pixels = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
            rows, columns = np.nonzero((pixels[..., 0] > 180) & (pixels[..., 1] < 100) & (pixels[..., 2] > 180))
            if len(rows) > 10:
                break
        x, y, _ = page.evaluate("(point) => __mm.player.project(point)", point)
        assert len(rows) > 10
        assert abs(columns.mean() + 0.5 - home["x"] - x) < 1 and abs(rows.mean() + 0.5 - home["y"] - y) < 1


def test_plotly_takes_over_without_a_jump_and_the_road_drives_before_it(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{address}/?scene=single")
    page.wait_for_function("globalThis.__mm?.player.time > 0.3")
    assert page.evaluate("[typeof Plotly, document.querySelector('.stage').dataset.drawn]") == ["undefined", "canvas"]
    before = page.evaluate("__mm.player.project([0.3, 0.2, 0.1])")
    page.wait_for_selector(".stage[data-drawn=plotly]", timeout=30000)
    assert page.evaluate("__mm.player.project([0.3, 0.2, 0.1])") == pytest.approx(before, abs=0.05)
    page.close()


def test_a_growing_road_keeps_the_camera_and_a_pause(visit: Callable[..., Any]) -> None:
    page = visit("scene=live")
    page.evaluate(
        "__mm.player.setCamera({eye: {x: 1, y: 0.2, z: 0.4}, center: {x: 0, y: 0, z: 0.1}, up: {x: 0, y: 0, z: 1}})"
    )
    tokens = fake.walk(120, 3)[0]
    page.evaluate(
        """(tokens) => new Promise((done) => { let i = 0; const timer = setInterval(() => {
        __mm.player.append(0, i, [tokens[i]]); if (++i === 50) { clearInterval(timer); done(); } }, 40); })""",
        tokens,
    )
    assert page.evaluate("__mm.player.roads[0].tokens.length") == 50
    page.wait_for_function("__mm.player.index > 35")
    page.evaluate("document.querySelector('.stage').focus()")
    page.keyboard.press("Space")
    held = page.evaluate("__mm.player.time")
    page.evaluate(
        "(tokens) => { __mm.player.append(0, 40, tokens.slice(40, 90)); __mm.player.setTheme({dark: true}); }", tokens
    )
    page.wait_for_timeout(300)
    assert page.evaluate("[__mm.player.time, __mm.player.playing, __mm.player.roads[0].tokens.length]") == [
        held,
        False,
        90,
    ]
    assert page.evaluate("__mm.player.camera()")["eye"] == pytest.approx({"x": 1, "y": 0.2, "z": 0.4})
    page.set_viewport_size({"width": 1000, "height": 700})
    page.wait_for_timeout(400)
    assert page.evaluate("__mm.player.camera()")["eye"] == pytest.approx({"x": 1, "y": 0.2, "z": 0.4})


def test_keys_drive_and_none_escapes(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("globalThis.escaped = []; document.addEventListener('keydown', (event) => escaped.push(event.key))")
    page.evaluate("document.querySelector('.stage').focus()")
    at = []
    for key in ["ArrowRight", "ArrowRight", "ArrowLeft", "End", "Home", "r", "c"]:
        page.keyboard.press(key)
        at.append(page.evaluate("__mm.player.index"))
    assert at == [1, 2, 1, 59, 0, 0, 0]
    page.get_by_role("button", name="Play").focus()
    page.keyboard.press("r")
    assert page.evaluate("escaped") == []


def test_scrubbing_moves_the_word_and_asks_the_server_nothing(visit: Callable[..., Any], server: Any) -> None:
    page = visit("scene=single&play=0")
    page.wait_for_timeout(300)
    before = len(server.asked)
    page.get_by_role("slider", name=SAYS["transport"]["step"]).press("End")
    assert page.evaluate("__mm.player.index") == 59
    assert page.get_by_role("button", name="end of the answer").get_attribute("aria-current") == "step"
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(400)
    page.get_by_role("button", name="word").first.click()
    assert page.evaluate("__mm.player.index") == 4
    assert len(server.asked) == before


def test_the_pointer_finds_a_crossing_and_a_turn_not_taken(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("__mm.player.go(20)")
    page.wait_for_function("!__mm.player.motions.size && __mm.player.picks.length > 10")
    home = page.locator(".stage").bounding_box()
    x, y, _ = page.evaluate("__mm.player.project(__mm.player.roads[0].tokens[4].position)")
    page.mouse.move(home["x"] + x, home["y"] + y)
    expect(page.locator(".tip")).to_be_visible()
    page.mouse.click(home["x"] + x, home["y"] + y)
    assert abs(page.evaluate("__mm.player.index") - 4) <= 2
    page.wait_for_function("!__mm.player.motions.size && __mm.player.picks.some((pick) => pick.candidate === 1)")
    tip = page.evaluate("__mm.player.picks.find((pick) => pick.candidate === 1).at")
    page.mouse.move(home["x"] + tip[0], home["y"] + tip[1])
    expect(page.locator(".tip")).to_contain_text("turn")


def test_an_idle_player_draws_nothing(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0")
    for _ in range(30):  # what it had to draw at first is drawn at some time
        drawn = page.evaluate("__mm.player.framesDrawn")
        page.wait_for_timeout(700)
        if page.evaluate("__mm.player.framesDrawn") == drawn:
            break
    page.wait_for_timeout(700)
    assert page.evaluate("__mm.player.framesDrawn") == drawn


def test_dragging_turns_the_map_and_reset_brings_it_back(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0")
    home, first = page.locator(".stage").bounding_box(), page.evaluate("__mm.player.camera()")
    page.mouse.move(home["x"] + 500, home["y"] + 300)
    page.mouse.down()
    page.mouse.move(home["x"] + 640, home["y"] + 340, steps=6)
    page.mouse.up()
    turned = page.evaluate("__mm.player.camera()")
    assert abs(turned["eye"]["x"] - first["eye"]["x"]) > 0.05
    page.evaluate("document.activeElement.blur()")
    page.mouse.wheel(0, 200)
    assert page.evaluate("__mm.player.camera()") == turned
    page.get_by_role("button", name=SAYS["stage"]["reset"]).click()
    page.wait_for_function("!__mm.player.motions.size")
    assert page.evaluate("__mm.player.camera()")["eye"] == pytest.approx(first["eye"], abs=1e-6)


def test_the_camera_comes_back_after_a_remount(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate(
        "__mm.player.setCamera({eye: {x: 1, y: 0.2, z: 0.4}, center: {x: 0, y: 0, z: 0.1}, up: {x: 0, y: 0, z: 1}})"
    )
    page.wait_for_timeout(400)
    page.reload()
    page.wait_for_function("globalThis.__mm?.player")
    assert page.evaluate("__mm.player.camera()")["eye"] == pytest.approx({"x": 1, "y": 0.2, "z": 0.4})


def test_the_start_slides_and_leaves_a_ghost(visit: Callable[..., Any]) -> None:
    page = visit("scene=start&gl=0")
    page.evaluate(
        "__mm.player.setStart({position: [1, 1, 0.5], off_map: 3, pca: [1, 1, 0.5]}, {map: 0.4, full: 0.7, behaviour: 0.12}, 'You are a poet.')"
    )
    page.wait_for_function("!__mm.player.motions.size")
    scene = page.evaluate("__mm.player.scene()")
    assert scene["ghosts"][-1]["label"] == "You are a pirate." and scene["roads"][0]["start"]["position"] == [1, 1, 0.5]
    assert "0.12 nats" in page.locator(".compare").inner_text()


def test_a_start_that_stands_there_already_leaves_no_ghost_and_moves_nothing(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    before = page.evaluate("[__mm.player.scene().ghosts, __mm.player.journey.moved]")
    page.evaluate("__mm.player.setStart({ ...__mm.player.roads[0].start }, null, 'You are a pirate.')")
    assert page.evaluate("[__mm.player.scene().ghosts, __mm.player.journey.moved]") == before


def test_words_of_the_model_never_become_markup(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate(
        """() => { const scene = __mm.player.scene(); scene.title = '<img src=x onerror=bad()>'; scene.roads[0].tokens[3] = { ...scene.roads[0].tokens[3], text: ' <script>x</script><b>' }; __mm.player.load(scene); }"""
    )
    page.get_by_role("button", name="Table").click()
    assert page.locator(".words b, .words script, .card img, table script, table b").count() == 0
    assert "<b>" in page.locator(".words").first.inner_text()


def test_the_table_has_a_row_for_each_token(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.get_by_role("button", name="Table").click()
    assert page.get_by_role("row").count() == 61
    page.keyboard.press("Escape")
    assert page.get_by_role("row").count() == 0


def test_the_trust_panel_quotes_the_report_and_shows_the_road_in_pca(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.get_by_role("button", name="map trust").click()
    expect(page.get_by_role("dialog")).to_contain_text("44 %")
    page.get_by_role("button", name="PCA").click()
    page.wait_for_function("!__mm.player.motions.size")
    token = fake.scene("single")["roads"][0]["tokens"][0]
    assert page.evaluate("__mm.player.roads[0].places[0]") == pytest.approx(token["pca"])


def test_present_covers_the_next_token_until_it_is_shown(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.get_by_role("button", name="Present").click()
    assert page.locator(".words .covered").inner_text().strip() == "model"
    assert page.locator(".strip").is_hidden()
    page.keyboard.press("ArrowRight")
    assert page.locator(".words .now").inner_text() == "model"
    page.keyboard.press("PageDown")
    page.wait_for_function("__mm.player.scene().id === 'pair'")
    page.keyboard.press("Escape")
    assert page.locator(".mm.present").count() == 0
    assert page.locator(".words .hidden, .words .covered").count() == 0


def test_present_begins_anew_at_the_end_of_a_road_and_says_its_keys(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("__mm.player.go(Infinity)")
    page.get_by_role("button", name="Present").click()
    assert page.evaluate("__mm.player.index") == 0
    expect(page.locator(".keys")).to_have_text(SAYS["present"]["keys"])
    page.get_by_role("button", name=SAYS["present"]["end"], exact=True).wait_for()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("__mm.player.index") == 1
    page.locator(".presenting").click()
    assert page.locator(".mm.present").count() == 0
    expect(page.locator(".keys")).to_be_hidden()
    page.evaluate("__mm.player.go(7)")
    page.get_by_role("button", name="Present").click()
    assert page.evaluate("__mm.player.index") == 7


def test_a_resting_head_asks_once_for_turns_that_are_missing(visit: Callable[..., Any]) -> None:
    page = visit("scene=live&gl=0")
    page.evaluate(
        "(tokens) => { __mm.player.append(0, 0, tokens); __mm.player.setState(0, 'done'); __mm.player.go(5); }",
        fake.walk(20, 3)[0],
    )
    page.wait_for_function("__mm.events.some(([kind]) => kind === 'rest')")
    page.wait_for_timeout(600)  # once, and not again
    assert page.evaluate("__mm.events.filter(([kind]) => kind === 'rest')") == [["rest", {"road": 0, "index": 5}]]
    page.evaluate("__mm.player.setSpurs(0, 5, [[1, 1, 1], [1, 0, 1], [0, 1, 1]])")
    page.wait_for_function("__mm.player.picks.filter((pick) => pick.candidate != null && !pick.box).length === 3")


def test_the_picture_is_twice_the_stage_in_the_light_theme_with_its_caption(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&theme=dark&regions=freedom")
    size = page.evaluate("""async () => { const { png, caption } = await __mm.player.picture(), image = await createImageBitmap(png), pen = new OffscreenCanvas(1, 1).getContext('2d');
        pen.drawImage(image, 0, 0); const box = document.querySelector('.stage'); return [image.width / box.clientWidth, image.height - 2 * box.clientHeight, [...pen.getImageData(0, 0, 1, 1).data], caption]; }""")
    assert size[0] == 2 and size[1] >= 80 and min(size[2]) > 250 and "SmolLM2" in size[3]


def test_the_picture_carries_the_answers_and_a_name_of_its_own(visit: Callable[..., Any]) -> None:
    page = visit("scene=pair&play=0&gl=0")
    taller = """async () => { const { png, name } = await __mm.player.picture(), image = await createImageBitmap(png);
        return [image.height - 2 * document.querySelector('.stage').clientHeight, name]; }"""
    whole, name = page.evaluate(taller)
    assert name == "mind-map-a-pirate-is-asked-about-the-end"
    page.evaluate("(scene) => __mm.player.load(scene)", {**fake.scene("empty"), "title": '../"<b>.exe \u202e'})
    bare, name = page.evaluate(taller)
    assert whole >= bare + 4 * 40 and name == "mind-map-b-exe"  # each of the two answers fills at least two lines


def test_roads_that_are_the_same_and_answers_that_were_cut_are_said(visit: Callable[..., Any]) -> None:
    page = visit("scene=sign&play=0&gl=0")
    same = SAYS["apart"]["same"]
    expect(page.locator(".compare")).not_to_contain_text(same)
    twice = fake.scene("single")
    road = twice["roads"][0]
    ended = [*road["tokens"][:-1], {**road["tokens"][-1], "end": True}]
    road["tokens"] = [*road["tokens"][:-1], {**road["tokens"][-1], "end": False}]
    twice["roads"].append({**road, "label": "B"})
    page.evaluate("(scene) => __mm.player.load(scene)", twice)
    expect(page.locator(".compare")).to_contain_text(same)
    assert page.locator(".words.cut").count() == 2
    page.evaluate("__mm.player.setState(1, 'running')")
    expect(page.locator(".compare")).not_to_contain_text(same)
    assert page.locator(".words.cut").count() == 1
    expect(page.locator(".words.cut")).to_have_attribute("title", re.compile("60"))
    assert page.locator(".words:not(.cut)").get_attribute("title") is None  # the hint of all answers shows
    road["tokens"] = ended
    page.evaluate("(scene) => __mm.player.load(scene)", twice)
    assert page.locator(".words.cut").count() == 1


def test_the_strip_reads_what_a_drive_is_about_until_somebody_chooses(visit: Callable[..., Any]) -> None:
    page = visit("scene=sign&play=0&gl=0")
    select = page.get_by_role("combobox", name=SAYS["strip"]["select"])

    def load(*rewards: dict[str, Any]) -> None:
        scene = fake.scene("sign")
        scene["roads"][1]["rewards"] = list(rewards)
        page.evaluate("(scene) => __mm.player.load(scene)", scene)

    word, region = {"word": "x", "weight": "ban"}, {"region": "freedom", "weight": -3.0}
    for rewards, reading in (((), "probability"), ((word,), "pull"), ((region,), "region"), ((region, word), "pull")):
        load(*rewards)
        expect(select).to_have_value(reading)
    expect(page.locator(".value .road-b")).to_have_count(1)
    expect(page.locator(".value .road-a")).to_have_count(0)  # nothing is forbidden there, so nothing is read
    select.select_option("entropy")
    load(region)
    expect(select).to_have_value("entropy")
    select.select_option("pull")
    expect(page.locator(".value")).to_have_text(SAYS["strip"]["no_word"])


@pytest.mark.parametrize("changes", [{"prefers": "reduce"}, {}])
def test_motion_is_reduced_where_it_is_asked_for(visit: Callable[..., Any], changes: dict[str, str]) -> None:
    page = visit("scene=single&gl=0", **({"reduced_motion": "reduce"} if changes else {}))
    times = page.evaluate(
        "new Promise((done) => { const seen = []; const look = () => { seen.push(__mm.player.time); seen.length < 40 ? requestAnimationFrame(look) : done(seen); }; look(); })"
    )
    assert all(time == int(time) for time in times) == bool(changes)


def test_the_saved_page_plays_from_a_file_without_a_network(browser: Any, tmp_path: Path) -> None:
    from viz.export.saved_page import page_html

    scene = fake.scene("signs") | {"title": "</script><b>hostile</b>", "note": "\u2028 <!-- <script>"}
    file = tmp_path / "page.html"
    file.write_text(
        page_html(scene, fake.ground(), fake.ground_bin(), harness.strings(), fake.report()), encoding="utf-8"
    )
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_offline(True)
    page, asked, wrong = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(file.as_uri())
    expect(page.locator(".stage[data-drawn=plotly]")).to_be_attached(timeout=60000)
    expect(page.get_by_role("button", name="one", exact=True).first).to_have_class("past", timeout=20000)
    page.locator(".stage").focus()
    page.keyboard.press("End")
    assert page.evaluate("__mm.player.index") == 59
    assert page.locator(".card h2").inner_text() == "</script><b>hostile</b>"
    assert page.evaluate("__mm.player.marks.length") == 5
    assert page.locator(".chip").count() >= 10 and page.locator(".crossing button.chip").count() == 0
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == [] and wrong == []
    context.close()


# ---- turns, signs and what they tell


def told(page: Any, kind: str) -> Any:
    """What the player has told of one kind."""
    return page.evaluate("(kind) => __mm.events.filter(([name]) => name === kind).map(([, detail]) => detail)", kind)


def chips(page: Any) -> Any:
    return page.locator(".crossing .chip")


def board(page: Any, condition: str) -> tuple[float, float]:
    """The middle of a name or a post on the stage, in the window."""
    page.wait_for_function(f"__mm.player.boards.some((board) => {condition})")
    x, y = page.evaluate(
        f"""(() => {{ const {{ left, top }} = document.querySelector('.stage').getBoundingClientRect();
        const {{ box }} = __mm.player.boards.find((board) => {condition}); return [left + (box[0] + box[2]) / 2, top + (box[1] + box[3]) / 2]; }})()"""
    )
    return x, y


def test_a_single_word_is_one_without_space(blank: Any) -> None:
    body = "[' free,', ' un', 'two words', ' \u201cnaïve\u201d', ' .', \" don't\"].map(m.singleWord)"
    assert run(blank, "stretch", body) == ["free", "un", None, "naïve", None, "don't"]


def test_the_price_adds_up_and_the_region_that_is_read_is_the_first_with_values(blank: Any) -> None:
    assert run(blank, "strip", "m.valuesOf({tokens: [{kl: 1}, {kl: 0.5}, {kl: null}, {kl: 2}]}, 'price')") == [
        1,
        1.5,
        None,
        3.5,
    ]
    roads = "[{tokens: [{scores: null}]}, {tokens: [{scores: [null, -0.5]}]}]"
    assert run(blank, "strip", f"[m.readSign({roads}, [{{}}, {{}}]), m.valuesOf({roads}[1], 'region', 1)]") == [
        1,
        [-0.5],
    ]
    inside = "[{inside: [true]}, {inside: [false]}, {inside: [false]}, {inside: []}]"
    assert run(blank, "strip", f"[m.insideShare({inside}, 0), m.insideShare({inside}, 4)]") == [
        pytest.approx(1 / 3),
        None,
    ]


def test_the_bar_lists_the_turns_and_marks_what_was_taken_and_what_is_blocked(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("__mm.player.go(5)")
    token = fake.scene("single")["roads"][0]["tokens"][5]
    assert [text.strip() for text in chips(page).locator("bdi").all_inner_texts()] == [
        candidate["text"].strip() for candidate in token["candidates"]
    ]
    taken = [candidate["id"] for candidate in token["candidates"]].index(token["id"])
    expect(chips(page).nth(taken)).to_have_attribute("aria-current", "true")
    expect(page.locator(".chip.blocked")).to_have_count(1)
    expect(page.locator(".chip.blocked")).to_have_attribute("aria-label", re.compile(SAYS["tip"]["blocked"]))
    assert page.locator(".chip .after:visible").count() == 0


def test_another_chip_forks_by_click_and_by_keys_and_the_taken_one_does_not(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("__mm.player.go(5)")
    token = fake.scene("single")["roads"][0]["tokens"][5]
    ids = [candidate["id"] for candidate in token["candidates"]]
    taken = ids.index(token["id"])
    chips(page).nth(taken).click()
    assert told(page, "fork") == []
    chips(page).nth(3).click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert told(page, "fork") == [{"road": 0, "index": 5, "token": ids[3]}, {"road": 0, "index": 5, "token": ids[4]}]
    page.locator(".words span").nth(7).click()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".chip:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".words span:focus")).to_have_count(1)


def test_own_words_are_driven_on_from_by_enter_and_dropped_by_escape(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("__mm.player.go(5)")
    own = page.get_by_role("button", name=SAYS["crossing"]["own"])
    own.click()
    box = page.get_by_role("textbox", name=SAYS["crossing"]["own_label"])
    expect(box).to_be_focused()
    page.keyboard.type("<b>no")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    own.click()
    expect(box).to_have_value("")
    page.keyboard.press("Enter")
    page.keyboard.type("<b>never\u2026")
    page.keyboard.press("Enter")
    assert told(page, "fork") == [{"road": 0, "index": 5, "text": "<b>never\u2026"}]
    expect(box).to_be_hidden()


@pytest.mark.parametrize("part", ["tip", "label"])
def test_a_click_on_a_spur_forks(visit: Callable[..., Any], part: str) -> None:
    page = visit("scene=single&play=0&gl=0")
    token = fake.scene("single")["roads"][0]["tokens"][20]
    other = next(k for k in (0, 1, 2) if token["candidates"][k]["id"] != token["id"])
    page.evaluate("__mm.player.go(20)")
    label = "" if part == "label" else "!"
    tip = f"__mm.player.picks.find((pick) => pick.index === 20 && pick.candidate === {other} && {label}pick.box)"
    page.wait_for_function(tip)
    home = page.locator(".stage").bounding_box()
    x, y = page.evaluate(f"(({{ at, box }}) => box ? [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2] : at)({tip})")[:2]
    page.mouse.move(home["x"] + x, home["y"] + y)
    expect(page.locator(".tip")).to_contain_text(SAYS["tip"]["drive"])
    page.mouse.click(home["x"] + x, home["y"] + y)
    assert told(page, "fork") == [{"road": 0, "index": 20, "token": token["candidates"][other]["id"]}]


def test_the_bar_stands_still_under_the_pointer_while_the_road_plays(visit: Callable[..., Any]) -> None:
    page = visit("scene=long&play=0&gl=0")
    first = chips(page).locator("bdi").all_inner_texts()
    chips(page).nth(2).hover()
    page.evaluate("__mm.player.toggle()")
    page.wait_for_function("__mm.player.index >= 3")
    assert chips(page).locator("bdi").all_inner_texts() == first
    page.locator(".transport").hover()
    page.wait_for_function("document.querySelectorAll('.chip bdi')[0].textContent !== " + json.dumps(first[0]))


@pytest.mark.parametrize("way", ["own words", "chip"])
def test_the_bar_goes_along_with_a_new_road_although_it_was_just_used(visit: Callable[..., Any], way: str) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.evaluate("__mm.player.go(5)")
    if way == "own words":
        page.get_by_role("button", name=SAYS["crossing"]["own"]).click()
        page.keyboard.type("never")
        page.keyboard.press("Enter")
    else:
        chips(page).nth(3).click()
    before = chips(page).locator("bdi").all_inner_texts()
    page.evaluate("(scene) => __mm.player.load(scene, { play: true })", fake.scene("long"))
    page.wait_for_function("__mm.player.index >= 2")
    assert chips(page).locator("bdi").all_inner_texts() != before
    shown = fake.scene("long")["roads"][0]["tokens"][page.evaluate("__mm.player.crossing.state.index")]
    assert page.evaluate("__mm.player.crossing.state.token.id") == shown["id"]
    assert page.evaluate("__mm.player.crossing.state.index") >= 1


def test_the_readout_is_of_the_road_whose_turns_are_shown(visit: Callable[..., Any]) -> None:
    page = visit("scene=pair&play=0&gl=0")
    page.evaluate("__mm.player.go(10)")
    for which, name in enumerate("AB"):
        page.get_by_role("button", name=SAYS["crossing"]["road"].replace("{road}", name)).click()
        token = fake.scene("pair")["roads"][which]["tokens"][10]
        said = page.evaluate("(p) => import('/player/dom.js').then((m) => m.percent(p))", token["probability"])
        expect(page.locator(".readout .chance")).to_have_text(f"{name}: probability {said}")
        expect(page.locator(".readout .near")).to_contain_text(token["neighbourhood"].split(": ")[-1])


def test_the_bar_follows_the_road_that_was_clicked_last(visit: Callable[..., Any]) -> None:
    page = visit("scene=signs&play=0&gl=0")
    page.locator(".line.road-b .words span").nth(30).click()
    expect(page.locator(".pick.road-b")).to_have_attribute("aria-pressed", "true")
    token = fake.scene("signs")["roads"][1]["tokens"][30]
    assert page.locator(".chip bdi").first.inner_text().strip() == token["candidates"][0]["text"].strip()
    expect(page.locator(".chip").first).to_contain_text("→")
    assert page.locator(".chip .after:visible").count() >= 2
    chips(page).nth(4).click()
    assert told(page, "fork")[0]["road"] == 1


def test_a_page_without_a_model_can_be_read_but_not_driven(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0&drive=0")
    page.evaluate("__mm.player.go(20)")
    expect(chips(page)).to_have_count(10)
    assert page.locator(".crossing button.chip, .crossing .own").count() == 0
    chips(page).nth(3).click()
    page.mouse.click(*board(page, "board.landmark"))
    spans = page.locator(".words span")
    spans.nth(2).hover()
    page.mouse.down()
    spans.nth(6).hover()
    page.mouse.up()
    assert page.locator(".menu.signs:visible").count() == 0
    assert told(page, "fork") == [] and told(page, "sign") == []


def spur_turn(hard: list[list[float]]) -> dict[str, Any]:
    candidates = [{"id": 1, "text": " sea", "probability": 0.5}, {"id": 2, "text": "<|im_end|>", "probability": 0.4}]
    turn = {"head": [99, 99, 1], "tips": [[150, 99, 1], [160, 140, 1]], "token": {"candidates": candidates}, "taken": 1}
    return turn | {"road": 0, "index": 0, "labelled": True, "avoid": {"hard": hard, "soft": []}}


def spur_words(blank: Any, turn: dict[str, Any], width: int = 400) -> list[str]:
    palette = {"roads": ["red", "blue"], "spur": "violet", "bg": "white", "fg": "black", "muted": "grey"}
    frame = f"palette: {json.dumps(palette)}, scale: 1, width: {width}, height: 300, measure: (t) => 7 * t.length"
    body = f"m.drawSpurs({{ project: (p) => p, {frame} }}, {json.dumps(turn)}).ink.map(({{ text }}) => text)"
    return [said for said in run(blank, "spurs", body) if said and "%" not in said]


def test_the_end_of_an_answer_is_no_special_token_on_the_map(blank: Any) -> None:
    assert spur_words(blank, spur_turn(hard=[])) == ["sea", "■"]


def test_labels_of_spurs_cover_nothing_on_a_narrow_stage(blank: Any) -> None:
    everywhere = [[-500, -500, 2000, 2000]]
    assert spur_words(blank, spur_turn(hard=everywhere), width=400) == []
    assert spur_words(blank, spur_turn(hard=everywhere), width=900) == ["sea", "■"]


@pytest.mark.parametrize("direction", ["avoid", "toward"])
def test_a_landmarks_name_opens_the_menu_of_signs(visit: Callable[..., Any], direction: str) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.mouse.click(*board(page, "board.landmark"))
    name = page.evaluate("__mm.player.boards.find((board) => board.landmark).landmark.name")
    menu = page.get_by_role("menu", name=SAYS["menu"]["label"])
    expect(menu).to_contain_text(name)
    expect(menu).to_contain_text(SAYS["signs"]["stands"])
    menu.get_by_text(SAYS["signs"][direction], exact=True).click()
    assert told(page, "sign") == [{"kind": "landmark", "name": name, "direction": direction}]
    expect(menu).to_be_hidden()


def test_a_name_that_stands_on_a_board_stands_on_the_map_once(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    board(page, "board.landmark")
    shown = "__mm.player.boards.filter((board) => board.landmark).map((board) => board.landmark.name)"
    name, *others = page.evaluate(shown)
    page.evaluate(
        """(name) => { const { player } = __mm, far = player.ground.meta.landmarks.filter((one) => one.name !== name)[0];
            const sign = { kind: "landmark", name, direction: "avoid", weight: -3, position: far.position };
            player.load({ ...player.scene(), signs: [sign] }, { play: false }); }""",
        name,
    )
    page.wait_for_function("__mm.player.boards?.some((board) => board.mark)")
    left = page.evaluate(shown)
    assert name not in left and set(left) & set(others)


def test_the_names_on_the_map_can_be_reached_by_keys(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    board(page, "board.landmark")
    page.locator(".stage").focus()
    page.keyboard.press("l")
    name = page.evaluate("__mm.player.named.landmark.name")
    expect(page.locator(".tip")).to_contain_text(name)
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert told(page, "sign") == [{"kind": "landmark", "name": name, "direction": "toward"}]
    expect(page.locator(".stage")).to_be_focused()


def test_dragging_over_words_offers_signs_for_the_stretch(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    spans = page.locator(".words span")
    spans.nth(2).hover()
    page.mouse.down()
    spans.nth(6).hover()
    page.mouse.up()
    assert page.locator(".words .chosen").count() == 5
    assert page.evaluate("__mm.player.index") == 0
    page.locator(".menu.signs").get_by_text(SAYS["signs"]["avoid"], exact=True).click()
    assert told(page, "sign") == [{"kind": "stretch", "road": 0, "start": 2, "stop": 7, "direction": "avoid"}]
    assert page.locator(".words .chosen").count() == 0


PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}


def touch(page: Any, *places: tuple[float, float], held: int = 30) -> None:
    """A finger that comes down at the first place, rests, goes on to the others and is lifted."""
    devtools = page.context.new_cdp_session(page)
    for i, (x, y) in enumerate(places):
        said = {"type": "touchMove" if i else "touchStart", "touchPoints": [{"x": x, "y": y}]}
        devtools.send("Input.dispatchTouchEvent", said)
        page.wait_for_timeout(30 if i else held)
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def middle(locator: Any) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("held", [30, 700])
def test_a_finger_on_a_name_opens_its_menu_and_it_stays_open(visit: Callable[..., Any], held: int) -> None:
    page = visit("scene=single&play=0&gl=0", **PHONE)
    touch(page, board(page, "board.landmark"), held=held)
    page.wait_for_timeout(400)  # what a browser sends after a tap
    page.get_by_role("menu").get_by_text(SAYS["signs"]["avoid"], exact=True).tap()
    assert [sign["kind"] for sign in told(page, "sign")] == ["landmark"]


@pytest.mark.parametrize(("last", "held"), [(4, 30), (4, 600), (2, 700)])
def test_a_finger_on_the_text_chooses_a_stretch(visit: Callable[..., Any], last: int, held: int) -> None:
    page = visit("scene=single&play=0&gl=0", **PHONE)
    spans = page.locator(".words span")
    (x, y), (end, _) = middle(spans.nth(2)), middle(spans.nth(last))
    way = [(x + (end - x) * part / 4, y) for part in range(5)] if last > 2 else [(x, y)]
    touch(page, *way, held=held)
    page.locator(".menu.signs").get_by_text(SAYS["signs"]["avoid"], exact=True).last.tap()
    assert told(page, "sign") == [{"kind": "stretch", "road": 0, "start": 2, "stop": last + 1, "direction": "avoid"}]


def test_a_single_word_offers_the_word_as_well_and_escape_drops_it(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    spans = page.locator(".words span")
    spans.nth(1).click()
    page.keyboard.press("Shift+Enter")
    menu = page.locator(".menu.signs")
    expect(menu.locator(".group")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(spans.nth(1)).to_be_focused()
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Enter")
    word = fake.scene("single")["roads"][0]["tokens"][1]["text"].strip()
    assert told(page, "sign") == [{"kind": "word", "word": word, "direction": "avoid"}]


def test_shift_and_arrows_choose_a_stretch(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    page.locator(".words span").nth(4).click()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert told(page, "sign") == [{"kind": "stretch", "road": 0, "start": 4, "stop": 7, "direction": "toward"}]


def test_five_signs_each_have_a_hatch_a_colour_and_a_post(visit: Callable[..., Any]) -> None:
    page = visit("scene=signs&play=0&gl=0&regions=freedom,survival under threat")
    page.evaluate("__mm.player.go(30)")
    board(page, "board.mark?.number === 5")
    marks = page.evaluate(
        "__mm.player.marks.map(({ shape, number, hatch, tone }) => [shape, number, hatch, __mm.player.palette.marks[tone]])"
    )
    assert len({hatch for _, _, hatch, _ in marks}) == len({color for *_, color in marks}) == 7
    assert [(shape, number) for shape, number, *_ in marks] == [
        ("plain", None),
        ("plain", None),
        ("avoid", 1),
        ("toward", 2),
        ("avoid", 3),
        ("avoid", 4),
        ("toward", 5),
    ]
    boxes = page.evaluate("__mm.player.boards.filter(({ mark }) => mark).map(({ box }) => box)")
    size = page.locator(".stage").bounding_box()
    assert len(boxes) == 7
    assert all(0 <= a < c <= size["width"] and 0 <= b < d <= size["height"] for a, b, c, d in boxes)
    page.mouse.move(*board(page, "board.mark?.sign?.weak"))
    expect(page.locator(".tip")).to_contain_text("0.71")
    expect(page.locator(".tip")).to_contain_text(SAYS["signs"]["stands"])
    expect(page.locator(".compare")).to_contain_text(SAYS["signs"]["all"])
    expect(page.locator("canvas.regions")).to_be_visible()


def test_signs_that_arrive_later_are_drawn_and_saved(visit: Callable[..., Any]) -> None:
    page = visit("scene=sign&play=0")
    traces = page.evaluate("document.querySelector('.plot').data.length")
    page.evaluate("(signs) => __mm.player.setSigns(signs)", fake.signs(2))
    page.wait_for_function(f"document.querySelector('.plot').data.length === {traces} + 2")
    assert [sign["direction"] for sign in page.evaluate("__mm.player.scene().signs")] == ["avoid", "toward"]
    page.evaluate("__mm.player.load(__mm.player.scene())")
    assert page.evaluate("__mm.player.marks.length") == 2


def test_readings_of_region_signs_name_what_they_read(visit: Callable[..., Any]) -> None:
    page = visit("scene=signs&play=0&gl=0")
    page.get_by_role("combobox", name=SAYS["strip"]["select"]).select_option("region")
    expect(page.locator(".value")).to_contain_text(f"1 {fake.THEMES[3]}")
    expect(page.locator(".value .road-a")).to_have_count(0)  # nobody looks ahead on a plain road
    expect(page.locator(".value .road-b")).to_contain_text("sd")
    within = (
        "(node) => node.getBoundingClientRect().bottom <= node.closest('.strip').getBoundingClientRect().bottom + 1"
    )
    assert page.locator(".value .road-b").evaluate(within)
    page.get_by_role("combobox", name=SAYS["strip"]["select"]).select_option("inside")
    page.evaluate("__mm.player.go(0)")
    expect(page.locator(".value .road-a")).to_contain_text("1, 2, 3, 4, 5")
    page.evaluate("__mm.player.load(null)")
    page.get_by_role("combobox", name=SAYS["strip"]["select"]).select_option("region")
    expect(page.locator(".value")).to_contain_text(SAYS["strip"]["no_sign"])


def test_a_region_with_a_sign_on_it_is_one_row_of_the_strip(visit: Callable[..., Any]) -> None:
    page = visit("scene=sign&play=0&gl=0")
    page.get_by_role("combobox", name=SAYS["strip"]["select"]).select_option("inside")
    chart = page.locator("canvas.chart")
    sign = fake.signs(1)[0] | {"name": "freedom", "kind": "landmark"}
    for kind, rows in (("landmark", 2), ("stretch", 3)):  # words that happen to be "freedom" are another region
        page.evaluate("(signs) => __mm.player.setSigns(signs)", [sign | {"kind": kind}])
        expect(chart).to_have_attribute("aria-label", re.compile("^[^;]*" + ";[^;]*" * (rows - 1) + "$"))
        expect(chart).to_have_attribute("aria-label", re.compile(r"\b1 freedom\b"))


def test_a_fork_is_told_in_words(visit: Callable[..., Any]) -> None:
    page = visit("scene=fork&play=0&gl=0")
    expect(page.locator(".compare")).to_contain_text("token 21")
    expect(page.locator(".compare")).to_contain_text("12 %")
    expect(page.locator(".compare")).to_contain_text("0.42")
    page.get_by_role("button", name="Table").click()
    expect(page.locator("caption").last).to_contain_text("fork at token 21")
    page.keyboard.press("Escape")
    page.evaluate("__mm.player.setApart(null)")
    expect(page.locator(".compare")).to_be_hidden()


def test_old_roads_are_kept_beside_what_is_shown_and_saved(visit: Callable[..., Any]) -> None:
    page = visit("scene=sign&play=0&gl=0")
    past = [{"positions": [token["position"] for token in fake.walk(12, 5)[0]], "label": "a third road"}]
    page.evaluate("(past) => __mm.player.setOld(past)", past)
    assert page.evaluate("__mm.player.scene().old.map(({ label }) => label ?? null)") == [None, "a third road"]
    page.mouse.move(*board(page, "board.old?.label === 'a third road'"))
    expect(page.locator(".tip")).to_contain_text("a third road")
    page.evaluate("(scene) => __mm.player.load(scene)", fake.scene("single"))
    assert page.evaluate("__mm.player.scene().old.length") == 1


def test_a_recorded_sibling_is_opened_by_its_slider(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    items = [{"id": "single", "label": "0"}, {"id": "sign", "label": "-3"}]
    page.evaluate(
        "(variants) => __mm.player.load({ ...__mm.player.scene(), variants })",
        {"label": "Weight", "low": "no change", "high": "breaks", "items": items},
    )
    page.evaluate("__mm.player.go(9)")
    page.get_by_role("slider", name="Weight").press("End")
    page.wait_for_function("__mm.player.scene().id === 'sign'")
    assert page.evaluate("__mm.player.index") == 9


def test_an_error_is_said_without_the_buttons_beside_it(visit: Callable[..., Any]) -> None:
    page = visit("scene=live&gl=0")
    page.evaluate("__mm.player.setState(0, 'error', 'The question is too long.')")
    expect(page.get_by_role("alert")).to_have_text("The question is too long.")
    assert page.get_by_role("alert").evaluate("(node) => node.textContent") == "The question is too long."


@pytest.mark.parametrize("known", [True, False])
def test_a_drive_from_the_flag_keeps_its_ghosts(visit: Callable[..., Any], known: bool) -> None:
    page = visit("scene=start&gl=0")
    live = fake.scene("live")
    start = live["roads"][0]["start"]
    if not known:
        live["roads"][0]["start"] = None
    page.evaluate("(scene) => __mm.player.load(scene)", live)
    if not known:
        page.evaluate("(road) => __mm.player.setRoad(0, road)", {**live["roads"][0], "start": start})
    scene = page.evaluate("__mm.player.scene()")
    assert len(scene["ghosts"]) == 2 and scene["comparison"]["map"] == 0.42
    elsewhere = fake.scene("live")
    elsewhere["roads"][0]["start"] = {**start, "position": [2, 2, 2]}
    page.evaluate("(scene) => __mm.player.load(scene)", elsewhere)
    assert page.evaluate("[__mm.player.scene().ghosts.length, __mm.player.scene().comparison]") == [0, None]


def test_two_starts_take_no_ghosts_over(visit: Callable[..., Any]) -> None:
    page = visit("scene=start&gl=0")
    live = fake.scene("live")
    live["roads"].append({**live["roads"][0], "label": "B", "system": "You are a kind nurse."})
    page.evaluate("(scene) => __mm.player.load(scene)", live)
    assert page.evaluate("[__mm.player.scene().ghosts.length, __mm.player.scene().comparison]") == [0, None]


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (390, 844)])
def test_the_first_view_cuts_nothing(visit: Callable[..., Any], size: tuple[int, int]) -> None:
    page = visit("scene=empty&gl=0", width=size[0], height=size[1])
    points = fake.cloud()[0]
    within = (np.abs(points - np.median(points, axis=0)) < 8.5).all(axis=1)  # all but the one stray
    seen = np.array(
        page.evaluate("(points) => points.map((point) => __mm.player.project(point))", points[within].tolist())
    )
    stage = page.locator(".stage").bounding_box()
    assert within.sum() == fake.COUNT - 1
    assert seen[:, 0].min() > 4 and seen[:, 0].max() < stage["width"] - 4
    assert seen[:, 1].min() > 4 and seen[:, 1].max() < stage["height"] - 4


def test_the_stage_keeps_two_thirds_of_a_large_screen(visit: Callable[..., Any]) -> None:
    page = visit(
        "scene=pair&gl=0", width=1440, height=868
    )  # what the app leaves the player of 1440 x 900, and the harness its margin
    assert page.locator(".mm").bounding_box()["height"] == 836
    assert page.locator(".stage").bounding_box()["height"] >= 0.65 * 900


def test_the_bundle_refuses_forms_that_it_does_not_know(tmp_path: Path) -> None:
    from viz.export.bundle import bundle

    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nexport const a = b + 1;\n')
    (tmp_path / "b.js").write_text("export default 3;\n")
    with pytest.raises(ValueError, match="export default 3"):
        bundle(tmp_path, "a.js")
    (tmp_path / "b.js").write_text('import { a } from "./a.js";\nexport const b = 1;\n')
    with pytest.raises(ValueError, match="circle"):
        bundle(tmp_path, "a.js")


def test_no_module_knows_streamlit_but_its_adapters() -> None:
    knows = [
        file.name
        for file in (ROOT / "viz" / "player").glob("*.js")
        if "setTriggerValue" in file.read_text(encoding="utf-8")
    ]
    assert sorted(knows) == ["promptbox.js", "streamlit.js"]
