# ruff: noqa: E501 - lines of JavaScript
"""Nothing is lost: reload, back and forward, two tabs, a server that began anew, what was only typed; and what somebody
else has put into the address or the storage. The model side is scripted; page, server and browser are the real ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from embeddings.request import Request
from tests.browser.conftest import Guest, Tab, free_port
from tests.browser.rounds import scripted
from tests.viz.scene.test_link_json import damaged, kept
from viz.drive import session
from viz.page.opening import KEY
from viz.scene.link import ATLAS, VERSION, Driven, Link, Way
from viz.scene.link import written as packed
from viz.strings import text

pytestmark = pytest.mark.browser

STEPS = {"map": "1 Map", "road": "2 Road", "start": "3 Start", "signs": "4 Signs"}
EYE = {"eye": {"x": 0.9, "y": 0.4, "z": 0.5}, "center": {"x": 0, "y": 0, "z": 0.1}, "up": {"x": 0, "y": 0, "z": 1}}
NOISE = "".join(chr(0x4E00 + (number * 7919) % 20_000) for number in range(1500))  # hardly to be deflated


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    with scripted() as url:
        yield url


@pytest.fixture(scope="module")
def shared(browser: Any) -> Iterator[Tab]:
    """The tab that one visitor after the other gets; nothing of the one before is left in it."""
    tab = Tab(browser)
    yield tab
    tab.context.close()


@pytest.fixture
def visit(served: str, shared: Tab) -> Iterator[Callable[..., Guest]]:
    """Visitors of one browser: the first at its only tab, others ``beside`` it."""
    guests: list[Guest] = []

    def make(beside: Guest | None = None) -> Guest:
        guests.append(Guest(shared if beside is None else Second(beside.tab), served))
        guests[-1].page.emulate_media(reduced_motion="reduce")
        return guests[-1]

    yield make
    for guest in guests[1:]:
        guest.page.close()
    shared.left()
    assert [wrong for guest in guests for wrong in guest.wrong] == []


class Second(Tab):
    """Another page in the same browser."""

    def __init__(self, first: Tab) -> None:
        self.context = first.context
        self.page = self.context.new_page()
        self._devtools = self.context.new_cdp_session(self.page)
        self._devtools.send("Network.enable")
        self.heard = []


def address(guest: Guest) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(guest.page.url).query).items()}


def written(guest: Guest) -> dict[str, str]:
    """The address, once the player has nothing more to write into it."""
    guest.settled()
    guest.page.evaluate("new Promise((done) => setTimeout(done, 0))")
    guest.page.evaluate("dispatchEvent(new Event('pagehide'))")
    return address(guest)


def again(guest: Guest) -> Guest:
    written(guest)
    guest.page.reload(wait_until="domcontentloaded")
    return guest.arrived()


def asked(guest: Guest) -> list[str]:
    return [guest.box(name).input_value() for name in ("Question", "Starting point")]


def ids(roads: Any) -> list[list[int]]:
    return [[token["id"] for token in road["tokens"]] for road in roads]


def on_stage(guest: Guest, id: str) -> None:
    guest.until(f"scene().id === {json.dumps(id)} && p.roads.every((road) => road.state === 'done')")
    guest.settled()


# ---- reload


def test_a_reload_comes_back_to_the_step_and_the_road(visit: Callable[..., Guest]) -> None:
    guest = visit().open()
    assert "kept" not in written(guest), "a new page has nothing to keep"
    roads = guest.drive("What is rain?", system="You are a pirate.", length=5)
    id = guest.player("scene().id")
    for step in ("map", "signs"):  # one that the address does not name, and one that it does
        name = STEPS[step]
        guest.choose_step(name)
        guest.page.evaluate(
            "(eye) => { const p = __mm.player; p.setCamera(eye); p.go(2); p.chooseReading('entropy'); }", EYE
        )
        before = written(guest)
        assert before.get("step", "map") == step and len(guest.page.url) < 700
        guest.page.evaluate("sessionStorage.clear()")
        again(guest)
        on_stage(guest, id)
        expect(guest.page.get_by_role("radio", name=name)).to_be_checked()
        assert asked(guest) == ["What is rain?", "You are a pirate."] and ids(guest.player("scene().roads")) == ids(
            roads
        )
        guest.until("index === 2 && !p.playing && p.strip.reading === 'entropy'")
        assert guest.player("camera()")["eye"] == pytest.approx(EYE["eye"], abs=2e-3)
        assert written(guest) == before


@pytest.mark.slow
def test_a_reload_comes_back_to_signs_settings_and_a_turn(visit: Callable[..., Guest]) -> None:
    guest = visit().open("?step=signs")
    guest.drive("What is rain?", length=6)
    guest.forbid("water")
    before = guest.player("scene().id")
    guest.page.evaluate("() => { const p = __mm.player; p.onEvent('fork', { road: 1, index: 1, token: 101 }); }")
    guest.until(
        f"scene().id !== {json.dumps(before)} && p.roads.length === 2 && p.roads.every((road) => road.state === 'done')"
    )
    fork, roads = guest.settled().player("scene().id"), ids(guest.player("scene().roads"))
    again(guest)
    on_stage(guest, fork)
    assert ids(guest.player("scene().roads")) == roads
    expect(guest.page.locator(".st-key-signs [data-testid=stText]")).to_have_text(["water"])
    guest.choose_step("2 Road")
    guest.until("journey.old.length > 0")  # the roads before it are grey again, where their list stands
    guest.page.locator(".st-key-rail").get_by_text("More", exact=True).click()
    expect(guest.page.get_by_role("spinbutton", name="Length in tokens")).to_have_value("6")


@pytest.mark.slow
def test_a_recorded_scene_comes_back_with_its_head(visit: Callable[..., Guest]) -> None:
    guest = visit().open("?step=signs")
    guest.recorded("Not that subject")
    guest.until("scene().title === 'Not that subject'")
    guest.page.evaluate("__mm.player.go(7)")
    id = guest.player("scene().id")
    again(guest)
    guest.until(f"scene().id === {json.dumps(id)} && p.index === 7")


@pytest.mark.slow
def test_what_was_only_typed_comes_back(visit: Callable[..., Guest]) -> None:
    guest = visit().open("?step=road")
    guest.box("Starting point").press_sequentially("You are a nurse.")
    guest.box("Question").press_sequentially("Why is the sk")
    again(guest)
    assert asked(guest) == ["Why is the sk", "You are a nurse."]
    guest.box("Starting point").press_sequentially(" Answer <b>")  # and not sent before the tab is gone
    again(guest)
    assert asked(guest) == ["Why is the sk", "You are a nurse. Answer <b>"]
    roads = guest.drive("Why is the sky blue?", length=3)
    assert roads[0]["system"] == "You are a nurse. Answer <b>"


# ---- back and forward


@pytest.mark.slow
def test_back_and_forward_go_between_what_was_shown(visit: Callable[..., Guest]) -> None:
    guest = visit().open("?step=road")
    recorded = guest.player("scene().id")
    guest.drive("One?", length=3)
    one = guest.player("scene().id")
    guest.page.evaluate("__mm.player.go(1)")
    written(guest)
    guest.drive("Two?", length=4)
    two = guest.player("scene().id")
    guest.choose_step("4 Signs")
    guest.page.go_back()
    expect(guest.page.get_by_role("radio", name="2 Road")).to_be_checked()
    assert guest.player("scene().id") == two
    guest.page.go_back()
    on_stage(guest, one)
    assert asked(guest)[0] == "One?" and guest.player("index") == 1
    guest.page.go_back()
    guest.until(f"scene().id === {json.dumps(recorded)}")
    for id, question in ((one, "One?"), (two, "Two?")):
        guest.page.go_forward()
        on_stage(guest, id)
        assert asked(guest)[0] == question
    guest.page.go_forward()
    expect(guest.page.get_by_role("radio", name="4 Signs")).to_be_checked()
    guest.page.go_back()
    expect(guest.page.get_by_role("radio", name="2 Road")).to_be_checked()
    guest.settled()
    guest.drive("Three?", length=2)
    assert asked(guest)[0] == "Three?" and guest.player("roads[0].tokens.length") == 2


def test_a_camera_and_a_head_cost_no_run_and_make_no_entry_of_the_history(visit: Callable[..., Guest]) -> None:
    guest = visit().open("?step=road")
    guest.drive("One?", length=4)
    entries = guest.page.evaluate("history.length")
    guest.asked.clear()
    for index in (0, 2, 1):
        guest.page.evaluate("(at) => __mm.player.go(at)", index)
        written(guest)
    guest.page.evaluate("(eye) => __mm.player.setCamera(eye)", EYE)
    written(guest)
    assert "frame" not in guest.asked
    guest.box("Question").fill("Typed")
    written(guest)
    assert guest.page.evaluate("history.length") == entries


# ---- two tabs


@pytest.mark.slow
def test_two_tabs_with_one_address_do_not_disturb_each_other(visit: Callable[..., Guest]) -> None:
    first = visit().open("?step=road")
    first.drive("One?", length=3)
    one = first.player("scene().id")
    written(first)
    second = visit(beside=first).open(f"?{urlsplit(first.page.url).query}")
    on_stage(second, one)
    second.drive("Two?", length=2)
    two = second.player("scene().id")
    first.settled()
    assert first.player("scene().id") == one and asked(first)[0] == "One?"
    again(first), again(second)
    on_stage(first, one), on_stage(second, two)
    assert asked(first)[0] == "One?" and asked(second)[0] == "Two?"


# ---- what does not fit the address


@pytest.mark.slow
def test_what_is_long_goes_through_the_storage_and_each_tab_has_its_own(visit: Callable[..., Guest]) -> None:
    first = visit().open("?step=road")
    first.drive(NOISE, length=2)
    one = first.player("scene().id")
    key = written(first)["kept"]
    assert KEY.fullmatch(key) and len(first.page.url) < 100
    again(first)
    on_stage(first, one)
    assert asked(first)[0] == NOISE and written(first)["kept"] == key
    second = visit(beside=first).open(f"?step=road&kept={key}")
    on_stage(second, one)
    second.box("Question").fill(NOISE[::-1])
    assert written(second)["kept"] != key
    again(first), again(second)
    assert asked(first)[0] == NOISE and asked(second)[0] == NOISE[::-1]
    first.drive("Short?", length=2)
    first.page.go_back()
    on_stage(first, one)
    assert asked(first)[0] == NOISE


@pytest.mark.slow
def test_a_key_of_another_browser_is_a_sentence(visit: Callable[..., Guest]) -> None:
    guest = visit().open("?step=road&kept=k0123456789ab")
    expect(guest.page.get_by_role("alert").filter(has_text=text("kept.gone"))).to_be_visible()
    assert guest.drive("What is rain?", length=2)


@pytest.mark.slow
def test_where_the_browser_stores_nothing_it_is_said_and_the_page_works(visit: Callable[..., Guest]) -> None:
    guest = visit().open("?step=road")
    guest.page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    said = guest.page.get_by_role("alert").filter(has_text=text("kept.nowhere"))
    assert guest.drive("Short?", length=2)
    expect(said).to_have_count(0)
    assert guest.drive(NOISE, length=2) and "kept" not in written(guest)
    expect(said).to_be_visible()
    assert guest.drive("Short again?", length=2)
    expect(said).to_have_count(0)


def test_the_storage_keeps_a_bounded_number(visit: Callable[..., Guest]) -> None:
    guest = visit().open("?step=road")
    guest.page.evaluate(
        "() => { for (let i = 100; i < 200; i++) localStorage.setItem(`mind-map-kept/k0000000${i}`, 'x'); localStorage.setItem('other', 'y'); }"
    )
    guest.box("Question").fill(NOISE)
    key = written(guest)["kept"]
    names = guest.page.evaluate("Object.keys(localStorage)")
    assert len([name for name in names if name.startswith("mind-map-kept/")]) == 40 and "other" in names
    assert f"mind-map-kept/{key}" in names and "mind-map-kept/k0000000199" in names


# ---- hostile values


@pytest.mark.slow
def test_a_hostile_address_is_a_sentence_and_the_page_works(visit: Callable[..., Guest]) -> None:
    guest = visit()
    values = damaged()
    for name in ("markup", "half a character"):  # all of them: tests/viz/scene/test_link_json.py
        guest.page.goto("about:blank")
        guest.page.goto(f"{guest.url}/?step=road&kept={values[name][:30_000]}", wait_until="domcontentloaded")
        guest.arrived()
        expect(guest.page.get_by_role("alert").filter(has_text=text("kept.damaged")), name).to_be_visible()
        assert guest.page.locator("img[src='x']").count() == 0 and guest.player("roads[0].tokens.length") > 0
    guest.page.goto(f"{guest.url}/?step=road&kept=9.x")
    guest.arrived()
    expect(
        guest.page.get_by_role("alert").filter(has_text=text("kept.version", version=9, own=VERSION))
    ).to_be_visible()
    assert guest.drive("What is rain?", length=2)
    assert not guest.page.get_by_role("alert").filter(has_text="version").count()


@pytest.mark.slow
def test_a_hostile_storage_is_a_sentence(visit: Callable[..., Guest]) -> None:
    guest = visit().open("?step=road")
    for value in ("<img src=x onerror=alert(1)>", kept("A" * 300_000), "A" * 1_000_000):
        guest.page.evaluate("(value) => localStorage.setItem('mind-map-kept/k0123456789ab', value)", value)
        guest.page.goto("about:blank")
        guest.open("?step=road&kept=k0123456789ab")
        said = guest.page.get_by_role("alert").filter(has_text="start from here")
        expect(said).to_be_visible()
        assert guest.page.locator("img[src='x']").count() == 0


def test_markup_in_a_kept_value_is_plain_text(visit: Callable[..., Guest]) -> None:
    words = "<img src=x onerror=alert(1)>**b** [a](javascript:alert(1)) $x$"
    request = Request.of(words, words)
    link = Link(
        request,
        (("typed", words), ("typed", words)),
        True,
        (words, None),
        None,
        "x" * 22,
        (Driven("x" * 22, Way(request)), Driven("y" * 22, Way(request))),
    )
    guest = visit().open(f"?step=road&kept={kept(packed(link), atlas=session.atlas().sha256[:ATLAS])}")
    expect(guest.page.get_by_text("no longer on the server")).to_contain_text("<img src=x")
    assert asked(guest) == [words, words]
    assert guest.page.locator("img[src='x'], a[href^='javascript']").count() == 0


# ---- a server that began anew


@pytest.mark.slow
def test_a_server_that_began_anew_drives_again_on_request(browser: Any) -> None:
    port = free_port()
    guest = Guest(Tab(browser), f"http://127.0.0.1:{port}")
    guest.page.emulate_media(reduced_motion="reduce")
    with scripted(port):
        guest.open("?step=road")
        roads = ids(guest.drive("What is rain?", system="You are a pirate.", length=5))
        before, address_ = guest.player("scene().id"), written(guest)
    with scripted(port):
        # the page has stayed open, as under a closed lid: with the first press the new server knows what was asked
        guest.page.evaluate("globalThis.first = __mm.player")
        guest.waits("document.querySelector('[data-testid=stApp]')?.dataset.testConnectionState === 'CONNECTED'")
        guest.button("Drive").click()
        button = guest.button(text("kept.again"))
        button.wait_for()
        guest.settled()
        assert guest.page.evaluate("first === __mm.player") and guest.player("scene().id") == before
        assert asked(guest) == ["What is rain?", "You are a pirate."]
        assert written(guest)["kept"].split(".")[:3] == address_["kept"].split(".")[:3]
        button.click()
        assert ids(guest.driven(before)) == roads
        expect(guest.page.get_by_text(text("kept.same"), exact=True)).to_be_visible()
        shown = guest.player("scene().id")
        again(guest)
        on_stage(guest, shown)
    with scripted(port, "side.count = 3"):
        guest.page.goto("about:blank")
        guest.open(f"?{urlsplit(guest.url).query}step=road&kept={address_['kept']}")
        button.click()
        assert ids(guest.driven(guest.player("scene().id"))) != roads
        expect(guest.page.get_by_text(text("kept.other"), exact=True)).to_be_visible()
    guest.tab.context.close()
    assert not [wrong for wrong in guest.wrong if wrong.startswith(("error", "dialog"))]
