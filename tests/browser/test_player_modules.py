# ruff: noqa: E501 - lines of JavaScript
"""The player without the app: its pure modules in a real browser, and the whole of it on fake data."""

import io
import json
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

SAYS = harness.strings()
pytestmark = pytest.mark.browser


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
    assert run(blank, "strip", "m.valuesOf([{grip: null}, {grip: 0.5}, {}], 'grip')") == [None, 0.5, None]
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
        page.wait_for_timeout(500)
        pixels = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
        rows, columns = np.nonzero((pixels[..., 0] > 180) & (pixels[..., 1] < 100) & (pixels[..., 2] > 180))
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
    assert page.evaluate("__mm.player.index") > 35
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
    page.wait_for_timeout(200)
    home = page.locator(".stage").bounding_box()
    x, y, _ = page.evaluate("__mm.player.project(__mm.player.roads[0].tokens[4].position)")
    page.mouse.move(home["x"] + x, home["y"] + y)
    assert "of" in page.locator(".tip").inner_text() or page.locator(".tip").is_visible()
    page.mouse.click(home["x"] + x, home["y"] + y)
    assert abs(page.evaluate("__mm.player.index") - 4) <= 2
    tip = page.evaluate("__mm.player.picks.find((pick) => pick.candidate === 1)?.at")
    page.mouse.move(home["x"] + tip[0], home["y"] + tip[1])
    assert "turn" in page.locator(".tip").inner_text()


def test_an_idle_player_draws_nothing(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0")
    page.wait_for_timeout(900)
    drawn = page.evaluate("__mm.player.framesDrawn")
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


def test_a_resting_head_asks_once_for_turns_that_are_missing(visit: Callable[..., Any]) -> None:
    page = visit("scene=live&gl=0")
    page.evaluate(
        "(tokens) => { __mm.player.append(0, 0, tokens); __mm.player.setState(0, 'done'); __mm.player.go(5); }",
        fake.walk(20, 3)[0],
    )
    page.wait_for_timeout(600)
    assert page.evaluate("__mm.events.filter(([kind]) => kind === 'rest')") == [["rest", {"road": 0, "index": 5}]]
    page.evaluate("__mm.player.setSpurs(0, 5, [[1, 1, 1], [1, 0, 1], [0, 1, 1]])")
    page.wait_for_function("__mm.player.picks.filter((pick) => pick.candidate != null).length === 3")


def test_the_picture_is_twice_the_stage_in_the_light_theme_with_its_caption(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&theme=dark&regions=freedom")
    size = page.evaluate("""async () => { const { png, caption } = await __mm.player.picture(), image = await createImageBitmap(png), pen = new OffscreenCanvas(1, 1).getContext('2d');
        pen.drawImage(image, 0, 0); const box = document.querySelector('.stage'); return [image.width / box.clientWidth, image.height - 2 * box.clientHeight, [...pen.getImageData(0, 0, 1, 1).data], caption]; }""")
    assert size[0] == 2 and size[1] >= 80 and min(size[2]) > 250 and "SmolLM2" in size[3]


@pytest.mark.parametrize("changes", [{"prefers": "reduce"}, {}])
def test_motion_is_reduced_where_it_is_asked_for(visit: Callable[..., Any], changes: dict[str, str]) -> None:
    page = visit("scene=single&gl=0", **({"reduced_motion": "reduce"} if changes else {}))
    times = page.evaluate(
        "new Promise((done) => { const seen = []; const look = () => { seen.push(__mm.player.time); seen.length < 40 ? requestAnimationFrame(look) : done(seen); }; look(); })"
    )
    assert all(time == int(time) for time in times) == bool(changes)


def test_the_saved_page_plays_from_a_file_without_a_network(browser: Any, tmp_path: Path) -> None:
    from viz.page import page_html

    scene = fake.scene("sign") | {"title": "</script><b>hostile</b>", "note": "\u2028 <!-- <script>"}
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
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == [] and wrong == []
    context.close()


def test_the_bundle_refuses_forms_that_it_does_not_know(tmp_path: Path) -> None:
    from viz.player_bundle import bundle

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
