# ruff: noqa: E501 - lines of JavaScript
"""The whole app in a browser: it opens, plays, keeps its camera, and shows itself in every size, by keys and in words."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.viz.conftest import until
from viz.strings import section, text

pytestmark = pytest.mark.browser

STEPS = {"map": "1 Map", "road": "2 Road", "start": "3 Start", "signs": "4 Signs"}
EYE = {"eye": {"x": 0.9, "y": 0.4, "z": 0.5}, "center": {"x": 0, "y": 0, "z": 0.1}, "up": {"x": 0, "y": 0, "z": 1}}
SMALL = """() => { const all = (root) => [...root.querySelectorAll('*')].flatMap((node) => [node, ...(node.shadowRoot ? all(node.shadowRoot) : [])]);
    return all(document.body).filter((node) => node.matches('button, select, summary, textarea, input:not([type=range])') && node.checkVisibility?.({ visibilityProperty: true, opacityProperty: true }))
        .map((node) => [node.getAttribute('aria-label') || node.innerText, (node.closest('label') ?? node).getBoundingClientRect()])
        .filter(([, box]) => box.width > 2 && box.height > 2 && (box.width < 43.5 || box.height < 43.5)).map(([name, box]) => `${name} ${box.width}x${box.height}`); }"""
PLAYING = """() => { const fetch_ = fetch; globalThis.ready = null; globalThis.fetch = (url, ...rest) => {
    const reply = fetch_(url, ...rest);
    if (String(url).endsWith('mm/ready')) {
        const seen = { time: globalThis.__mm?.player.time ?? 0, tokens: globalThis.__mm?.player.roads[0]?.tokens.length ?? 0 };
        reply.then(() => { ready ??= seen; });
    }
    return reply; }; }"""


def shot(guest: Any) -> np.ndarray:
    """The stage as it is on the screen."""
    import io

    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(guest.page.locator(".stage").screenshot())).convert("RGB")).astype(int)


def at_rest(guest: Any) -> np.ndarray:
    """The stage once nothing in it changes any more: plotly and the canvas have drawn, with all of their pixels."""
    guest.still().until("stage.plotly.plotting === undefined || p.stage.plotly.ratio === p.stage.plotly.fullRatio")
    before, now = shot(guest), shot(guest)
    while not np.array_equal(before, now):  # ended by the test's own limit
        before, now = now, shot(guest)
    return now


# ---- opening and playing


@pytest.mark.slow
def test_a_recorded_road_drives_before_torch_is_imported(cold: Any, browser: Any) -> None:
    page, had = browser.new_page(viewport={"width": 1366, "height": 860}), []
    page.add_init_script(f"({PLAYING})()")

    def pass_on(route: Any) -> None:
        had.append(cold.has_loaded("libtorch"))
        route.continue_()

    page.route("**/mm/ready", pass_on)
    page.goto(cold.url, wait_until="domcontentloaded")
    page.wait_for_function("ready && __mm.player.time > 0", timeout=60_000)
    told = page.evaluate("ready")
    assert told["tokens"] > 8 and told["time"] > 0, "the server was told to import torch before a road was on its way"
    until(lambda: cold.has_loaded("libtorch"), 60)
    assert had == [False]
    page.close()


@pytest.mark.slow
def test_every_step_opens_with_a_scene_of_its_own_and_its_buttons_play_theirs(
    app: Any, visit: Callable[..., Any]
) -> None:
    """Of the signs, whose notes are the longest, all: and there the card lies over no road. Of the other steps, two with
    buttons and one with a menu, the first and the last."""
    listed = app.get("mm/scenes.json")
    assert len(listed) >= 8 and {entry["step"] for entry in listed} == set(STEPS)
    assert all(entry["title"].strip() and entry["note"].strip() for entry in listed)
    guest = visit()
    guest.page.set_viewport_size({"width": 1280, "height": 720})
    guest.open()
    for step, name in STEPS.items():
        guest.choose_step(name)
        first = next(entry for entry in listed if entry["step"] == step)
        guest.until(f"scene().id === {json.dumps(first['id'])}")
        expect(guest.page.locator(".card")).to_contain_text(first["title"])
        expect(guest.page.locator(".st-key-rail")).to_contain_text(text(f"steps.{step}.about"))
    for step in reversed(STEPS):
        guest.choose_step(STEPS[step])
        of_step = [entry for entry in listed if entry["step"] == step]
        for entry in of_step if step == "signs" else (of_step[0], of_step[-1]):
            guest.recorded(entry["title"])
            guest.until(f"scene().id === {json.dumps(entry['id'])} && p.time > 0")
            for road in guest.player("scene().roads"):
                assert road["state"] == "done" and "".join(token["text"] for token in road["tokens"]) == road["text"]
            if step == "signs":
                covers_no_road(guest, entry["title"])


def covers_no_road(guest: Any, title: str) -> None:
    """The card of a recorded scene, at the road's end."""
    guest.player("go(999)")
    guest.still().until("picks.length > 10")
    card, stage = (guest.page.locator(part).bounding_box() for part in (".card", ".stage"))
    at = np.array(guest.player("picks.map(({ at }) => at.slice(0, 2))"))
    low = np.array([card["x"] - stage["x"], card["y"] - stage["y"]])
    high = low + np.array([card["width"], card["height"]])
    assert len(at) > 10 and not ((at > low) & (at < high)).all(axis=1).any(), title


@pytest.mark.slow
def test_the_address_opens_a_step(visit: Callable[..., Any]) -> None:
    guest = visit()
    asked = {
        "?step=4": "4 Signs",
        "?step=<img src=x onerror=alert(1)>": "1 Map",
    }
    for query, name in asked.items():
        guest.open(query)
        expect(guest.page.get_by_role("radio", name=name)).to_be_checked()
        assert guest.page.get_by_role("alert").count() == 0


@pytest.mark.slow
def test_playing_and_scrubbing_ask_the_server_nothing(visit: Callable[..., Any]) -> None:
    guest = visit(motion=True).open("?step=road", drawn=True)
    page, last = guest.page, guest.player("roads[0].tokens.length") - 1
    page.wait_for_load_state("networkidle")  # whatever is on its way has arrived
    guest.asked.clear()
    slider = page.get_by_role("slider", name=text("player.transport.step"))
    slider.press("Home")
    page.get_by_role("combobox", name="Speed").select_option(label="4×")
    page.get_by_role("button", name="Play", exact=True).click()
    guest.until("index > 5")
    page.get_by_role("button", name="Pause", exact=True).click()
    slider.press("End")
    expect(page.locator(".words [aria-current=step]").first).to_be_visible()
    assert guest.player("index") == last
    page.locator(".words").first.get_by_role("button").nth(3).click()
    assert guest.player("index") == 3
    page.evaluate("__mm.player.announce('')")
    box = page.locator(".strip canvas").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
    assert guest.player("index") > 3
    page.get_by_role("combobox", name=text("player.strip.select")).select_option(label="Entropy")
    page.wait_for_function("__mm.player.shell.live.textContent")  # the head has come to rest: turns would be asked for
    assert [url for url in guest.asked if "favicon" not in url] == []  # the browser asks for that when it likes


# ---- the camera


@pytest.mark.slow
def test_the_camera_stays_through_runs_steps_themes_and_a_growing_road(visit: Callable[..., Any]) -> None:
    guest = visit(motion=True, color_scheme="light").open("?step=road", drawn=True)
    page = guest.page
    page.evaluate("(eye) => __mm.player.setCamera(eye)", EYE)
    page.evaluate("globalThis.first = __mm.player")

    def same() -> None:
        assert guest.player("camera()")["eye"] == pytest.approx(EYE["eye"], abs=1e-4)
        assert page.evaluate("first === __mm.player"), "the player was made anew"

    for shown in (1, 0):
        with guest.ran():
            page.get_by_role("switch", name="A | B").press("Space")
        expect(guest.box("Starting point B")).to_have_count(shown)
        same()
    for name in STEPS.values():
        guest.choose_step(name)
        same()
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".mm")).to_have_attribute("data-theme", "dark")
    same()
    roads = guest.drive("What is rain?", length=6)
    assert len(roads[0]["tokens"]) == 6
    same()


@pytest.mark.slow
def test_the_look_is_switched_and_remembered_and_the_player_follows(visit: Callable[..., Any]) -> None:
    guest = visit(color_scheme="light").open("?step=road")
    page, stage = guest.page, guest.page.locator(".mm")
    page.get_by_role("button", name=text("look.dark"), exact=True).click()
    expect(stage).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name=text("look.light"), exact=True).wait_for()
    page.reload(wait_until="domcontentloaded")
    guest.arrived()
    expect(stage).to_have_attribute("data-theme", "dark")
    ground = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    assert page.evaluate(ground) == "rgb(20, 22, 26)"
    page.get_by_role("button", name=text("look.light"), exact=True).click()
    expect(stage).to_have_attribute("data-theme", "light")
    assert page.evaluate(ground) == "rgb(253, 252, 250)"


# ---- regions, trust, table


@pytest.mark.slow
def test_a_region_is_drawn_and_taken_away(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=signs", drawn=True)
    page = guest.page
    page.evaluate("__mm.player.go(0)")
    without = at_rest(guest)
    switch = guest.region("freedom")
    switch.press("Space")
    guest.until("regions.length === 1")
    expect(page.locator("canvas.regions")).to_be_visible()

    def differs() -> float:
        """The share of the stage that is not as it was."""
        return float((np.abs(at_rest(guest) - without).sum(2) > 24).mean())

    changed = differs()
    assert changed > 0.02
    switch.press("Space")
    guest.until("regions.length === 0")
    expect(page.locator("canvas.regions")).to_be_hidden()
    left = differs()  # names may stand where they were moved to
    assert left < 0.03 and left < changed / 3, "the region left something behind"


def test_the_trust_panel_is_one_click_away_and_quotes_this_atlas(app: Any, visit: Callable[..., Any]) -> None:
    report = app.get("mm/report.json")
    guest = visit().open()
    guest.page.get_by_role("button", name="Map trust").click()
    sheet = guest.page.get_by_role("dialog")
    kept = f"{100 * report['neighbours_kept']:.0f} %"
    expect(sheet).to_contain_text(section("player.trust.figures.neighbours_kept").format(value="", percent=kept))
    for part in ("drawn", "place", "lost", "measured", "metaphor", "licences"):
        expect(sheet).to_contain_text(text(f"player.trust.{part}.title"))
    places = guest.player("roads[0].places[3]")
    sheet.get_by_role("button", name="PCA").click()
    guest.until("view === 'pca' && !p.motions.size")
    assert guest.player("roads[0].places[3]") == pytest.approx(guest.player("roads[0].tokens[3].pca"))
    assert guest.player("roads[0].places[3]") != pytest.approx(places)


def test_the_table_says_what_the_road_shows(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=road")
    guest.page.get_by_role("button", name="Table").click()
    table = guest.page.get_by_role("table").first
    for name in ("Token", "Probability", "Neighbourhood", "Grip"):
        expect(table.get_by_role("columnheader", name=name)).to_be_visible()
    tokens = guest.player("roads[0].tokens")
    expect(table.get_by_role("row")).to_have_count(len(tokens) + 1)
    row = table.get_by_role("row").nth(3)
    expect(row).to_contain_text(tokens[2]["text"].strip())
    for index, token in enumerate(tokens[:20]):
        for name in token["neighbourhood"]:
            expect(table.get_by_role("row").nth(index + 1)).to_contain_text(name)
    guest.page.keyboard.press("Escape")
    expect(guest.page.get_by_role("table")).to_have_count(0)


# ---- keys, phone, motion


def test_present_mode_goes_by_keys_through_the_scenes(app: Any, visit: Callable[..., Any]) -> None:
    listed = app.get("mm/scenes.json")
    guest = visit().open()
    keys = guest.page.keyboard
    guest.page.get_by_role("button", name="Present").click()
    expect(guest.page.locator(".mm.present")).to_be_visible()
    guest.asked.clear()
    keys.press("Home")
    at = guest.player("index")
    keys.press("ArrowRight")
    expect(guest.page.locator(".guess")).to_be_visible()
    assert guest.player("index") == at
    keys.press("ArrowRight")
    assert guest.player("index") == at + 1
    expect(guest.page.locator(".words .covered").first).to_be_visible()
    assert "frame" not in guest.asked
    seen = guest.player("scene().id")
    keys.press("End")
    keys.press("PageDown")
    following = [entry["id"] for entry in listed]
    guest.until(f"scene().id === {json.dumps(following[following.index(seen) + 1])}")
    keys.press("PageUp")
    guest.until(f"scene().id === {json.dumps(seen)}")
    keys.press("Escape")
    expect(guest.page.locator(".mm.present")).to_have_count(0)
    expect(guest.page.locator(".words .covered, .words .hidden")).to_have_count(0)


@pytest.mark.slow
def test_a_talk_comes_back_to_a_road_of_one_s_own_and_the_room_may_ask(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=signs")
    guest.recorded("Not that subject")
    guest.page.get_by_role("slider", name="Nats per standard deviation").press("End")  # a sibling, not in Present
    guest.until("scene().id === 'not-that-subject-6'")
    guest.heard()
    guest.drive("What is rain?", length=6)
    text_of = "roads[0].tokens.map(({ text }) => text).join('')"
    own = guest.player(text_of)
    guest.page.keyboard.press("F5")  # held: the tour begins
    guest.until("talk.inLesson && p.scene().id === p.talk.beat.scene")
    guest.page.keyboard.press("Escape")
    guest.until("talk.begun === false")
    guest.heard()
    assert guest.player(text_of) == own
    expect(guest.button(text("history.back", question="What is rain?"))).to_have_count(0)
    guest.page.keyboard.press("F5")
    guest.until("talk.inLesson && p.scene().id === p.talk.beat.scene")
    guest.page.keyboard.press("q")
    guest.page.get_by_role("textbox", name=text("player.ask.label")).fill("What is snow?")
    guest.page.keyboard.press("Enter")
    guest.until("roads[0]?.user === 'What is snow?' && p.roads[0].state === 'done'")
    assert guest.player("present.on")
    guest.page.keyboard.press("Escape")
    guest.until(f"{text_of} === {json.dumps(own)}")


def focused(page: Any) -> dict[str, Any]:
    """What has the focus, shadow roots looked into: its name, and whether one sees that it has it."""
    return page.evaluate("""() => { let node = document.activeElement; while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
        if (!node || node === document.body) return { name: '', seen: true };
        const chain = []; for (let up = node; up && chain.length < 7; up = up.parentElement) chain.push(getComputedStyle(up));
        return { name: node.getAttribute('aria-label') || node.labels?.[0]?.textContent || node.innerText || '', tag: node.tagName,
                 seen: node.matches(':focus-visible') && chain.some((look) => (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== 'none' || look.borderColor.includes('194, 65, 12')) }; }""")


def tab_to(page: Any, name: str, *, key: str = "Tab") -> None:
    passed = []
    for _ in range(120):
        page.keyboard.press(key)
        at = focused(page)
        passed.append(at["name"])
        assert at["seen"], f"the focus on {at} cannot be seen"
        if at["name"].strip().startswith(name) or at["name"].strip().endswith(f"\n{name}"):  # after an icon
            return
    raise AssertionError(f"{name} is not reached by {key}: {passed}")


def test_a_road_is_driven_with_the_keyboard_alone(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=road")
    guest.length(8)
    guest.page.evaluate("document.activeElement.blur()")
    page = guest.page
    page.get_by_test_id("stMain").focus()
    for stop in ("2 Road", text("look.dark")):  # of the steps the chosen one alone, and no anchor before it
        page.keyboard.press("Tab")
        assert focused(page)["name"].strip() == stop
    tab_to(page, "Map of the model")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert guest.player("index") == 1
    tab_to(page, "Starting point")
    page.keyboard.type("You are a pirate.")
    tab_to(page, "Question")
    page.keyboard.type("What is rain?")
    before = guest.player("scene().id")
    tab_to(page, "Drive")
    page.keyboard.press("Enter")
    road = guest.driven(before)[0]
    assert (road["system"], road["user"], len(road["tokens"])) == ("You are a pirate.", "What is rain?", 8)


@pytest.mark.slow
def test_keys_play_and_step_from_the_page_and_leave_typing_alone(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=road")
    keys = guest.page.keyboard
    guest.player("go(0)")
    guest.page.evaluate("document.activeElement.blur()")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    assert guest.player("index") == 2
    keys.press("Space")
    guest.until("playing || p.index > 2")
    guest.player("go(2)")
    guest.box("Question").click()
    keys.type("a b")
    keys.press("ArrowLeft")
    assert guest.box("Question").input_value() == "a b" and guest.player("index") == 2


@pytest.mark.slow
def test_nothing_sticks_out_on_a_phone(visit: Callable[..., Any]) -> None:
    guest = visit(viewport={"width": 390, "height": 844}, color_scheme="light", has_touch=True, is_mobile=True)
    guest.open("?step=signs", drawn=True)
    page = guest.page
    page.get_by_role("switch", name="A | B").press("Space")
    expect(guest.box("Starting point B")).to_be_visible()
    for name, scheme in zip(STEPS.values(), ("dark", "light") * 2, strict=True):
        guest.choose_step(name)
        page.emulate_media(color_scheme=scheme)
        expect(page.locator(".mm")).to_have_attribute("data-theme", scheme)
        out = page.evaluate("""() => { const all = (root) => [...root.querySelectorAll('*')].flatMap((node) => [node, ...(node.shadowRoot ? all(node.shadowRoot) : [])]);
            const wide = all(document.body).filter((node) => node.matches('button, textarea, input, select, label, p, canvas, h1, h2') && node.checkVisibility?.({ visibilityProperty: true }) && !node.closest('.unseen, .chips'))
                .map((node) => [node.tagName, node.className, node.getBoundingClientRect()]).filter(([, , box]) => box.width > 2 && box.height > 2 && (box.right > 391 || box.left < -1)).map(([tag, name, box]) => `${tag}.${name} ${box.left} ${box.right}`);
            return [document.scrollingElement.scrollWidth, ...document.querySelectorAll('[data-testid=stMain]')].map((x) => x.scrollWidth ?? x).concat(wide).filter((x) => typeof x === 'string' || x > 390); }""")
        assert out == []
        small = page.evaluate(SMALL)
        assert small == [], name


def test_reduced_motion_jumps_from_token_to_token(visit: Callable[..., Any]) -> None:
    guest = visit().open("?step=road")
    guest.page.evaluate("__mm.player.go(0); __mm.player.toggle()")
    times = guest.page.evaluate(
        "new Promise((done) => { const seen = []; const look = () => { seen.push(__mm.player.time); seen.at(-1) >= 3 || seen.length > 600 ? done(seen) : requestAnimationFrame(look); }; look(); })"
    )
    assert all(time == int(time) for time in times)
