"""What the menu Save takes away: figures, films, text for the clipboard."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hand import SAYS, told
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SCENE = "scene=shipped/pirate-sea&ground=shipped&play=0&gl=0"


def choose(page: Any, key: str) -> None:
    page.get_by_role("button", name=SAYS["save"]["label"], exact=True).click()
    page.get_by_role("menuitem", name=SAYS["save"][key], exact=True).click()


def pick(page: Any, part: str, key: str) -> None:
    page.locator("dialog[open]").get_by_text(SAYS["figure"][part][key], exact=True).click()


def saved(page: Any, folder: Path, name: str) -> bytes:
    with page.expect_download() as arriving:
        page.locator("dialog[open] .way .primary").click()
    assert arriving.value.suggested_filename == f"mind-map-what-a-pirate-loves.{name}"
    arriving.value.save_as(folder / name)
    return (folder / name).read_bytes()


def test_a_figure_is_the_one_that_was_chosen_and_seen(visit: Callable[..., Any], tmp_path: Path) -> None:
    page = visit(SCENE)
    choose(page, "figure")
    preview = page.get_by_role("img", name=SAYS["figure"]["preview"])
    expect(preview).to_be_visible()
    page.wait_for_function("document.querySelector('dialog[open] img').naturalWidth > 0")
    pick(page, "size", "85")
    pick(page, "look", "dark")
    pick(page, "with", "caption")
    svg = ET.fromstring(saved(page, tmp_path, "svg"))
    assert svg.get("width") == "85mm"
    assert svg.find(".//*[@id='caption']") is None and svg.find(".//*[@id='marks']") is not None
    expect(page.locator("dialog[open]")).to_have_count(0)
    choose(page, "figure")
    pick(page, "file", "png")
    png = saved(page, tmp_path, "png")
    assert png.startswith(b"\x89PNG") and b"mindmap-navigator" in png


def test_a_pdf_is_printed_on_a_sheet_of_the_figures_size(visit: Callable[..., Any]) -> None:
    page = visit(SCENE, fresh=True)
    page.evaluate(
        """Object.defineProperty(HTMLIFrameElement.prototype, "contentWindow", {
          value: { print: () => (globalThis.printed = true), addEventListener: () => {} },
        })"""
    )
    choose(page, "figure")
    pick(page, "file", "pdf")
    pick(page, "size", "174")
    page.locator("dialog[open] .way .primary").click()
    page.wait_for_function("globalThis.printed")
    sheet = page.evaluate("document.querySelector('iframe').srcdoc")
    assert "@page { size: 174mm " in sheet and "<svg" in sheet and "<image" not in sheet


@pytest.mark.slow
def test_a_film_is_made_with_progress_and_can_be_stopped(visit: Callable[..., Any], tmp_path: Path) -> None:
    page = visit(SCENE, fresh=True)
    page.evaluate("__mm.player.shell.live.textContent = ''")
    choose(page, "film")
    sheet = page.locator("dialog[open]")
    sheet.get_by_role("spinbutton").fill("60")
    sheet.get_by_text("GIF", exact=True).click()
    sheet.get_by_role("button", name=SAYS["film"]["make"]).click()
    page.wait_for_function("document.querySelector('dialog[open] progress').value > 0")
    sheet.get_by_role("button", name=SAYS["film"]["stop"]).click()
    expect(sheet.get_by_role("status")).to_have_text(SAYS["film"]["stopped"])
    sheet.get_by_role("spinbutton").fill("0")
    sheet.get_by_role("button", name=SAYS["film"]["make"]).click()  # no film is so short
    expect(sheet.get_by_role("progressbar")).to_be_hidden()
    sheet.get_by_role("spinbutton").fill("1")
    assert saved(page, tmp_path, "gif").startswith(b"GIF89a")


@pytest.mark.parametrize("old", [True, False])
def test_where_there_is_no_clipboard_the_text_is_there_to_be_copied_by_hand(
    visit: Callable[..., Any], old: bool
) -> None:
    page = visit(SCENE, fresh=True)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate(
        "(old) => { document.execCommand = (what) => old && what === 'copy' && Boolean(globalThis.copied = true) }", old
    )
    choose(page, "caption")
    if old:
        page.wait_for_function("globalThis.copied")
        expect(page.locator(".mm > .unseen")).to_have_text(SAYS["save"]["caption_done"])
        return
    area = page.get_by_role("textbox", name=SAYS["copy"]["title"])
    assert area.input_value() == page.evaluate("__mm.player.scene().caption")
    assert page.evaluate("getSelection().toString()") or area.evaluate("node => node.selectionEnd") > 0
    page.keyboard.press("Escape")
    choose(page, "embed")
    assert area.input_value().startswith('<iframe src="mind-map-what-a-pirate-loves.html?embed"')
    page.keyboard.press("Escape")
    choose(page, "link")
    assert area.input_value() == page.url


def test_the_page_and_the_numbers_are_the_servers_business(visit: Callable[..., Any]) -> None:
    page = visit(SCENE)
    for key in ("page", "csv", "parquet", "json"):
        choose(page, key)
    name = "mind-map-what-a-pirate-loves"
    assert told(page, "save-page") == [{"name": name}]
    assert told(page, "save-table") == [{"kind": kind, "name": name} for kind in ("csv", "parquet", "json")]


def test_on_a_phone_all_of_the_menu_can_be_reached(visit: Callable[..., Any]) -> None:
    page = visit(SCENE, width=390, height=700)
    page.get_by_role("button", name=SAYS["save"]["label"], exact=True).click()
    last = page.get_by_role("menuitem", name=SAYS["save"]["caption"], exact=True)
    last.scroll_into_view_if_needed()
    box, stage = last.bounding_box(), page.locator(".stage").bounding_box()
    assert box["y"] + box["height"] <= stage["y"] + stage["height"]
