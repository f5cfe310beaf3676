"""The strip: one reading of the road."""

import re
from collections.abc import Callable
from typing import Any

import fake
import pytest
from hand import SAYS, load, reading
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_strip_reads_what_a_drive_is_about_until_somebody_chooses(visit: Callable[..., Any]) -> None:
    page = visit("scene=sign&play=0&gl=0")
    select = reading(page)

    def obey(*rewards: dict[str, Any]) -> None:
        scene = fake.scene("sign")
        scene["roads"][1]["rewards"] = list(rewards)
        load(page, scene)

    word, region = {"word": "x", "weight": "ban"}, {"region": "freedom", "weight": -3.0}
    for rewards, read in (((), "probability"), ((word,), "pull"), ((region,), "region"), ((region, word), "pull")):
        obey(*rewards)
        expect(select).to_have_value(read)
    expect(page.locator(".value .road-b")).to_have_count(1)
    expect(page.locator(".value .road-a")).to_have_count(0)  # nothing is forbidden there, so nothing is read
    select.select_option("entropy")
    obey(region)
    expect(select).to_have_value("entropy")
    select.select_option("pull")
    expect(page.locator(".value")).to_have_text(SAYS["strip"]["no_word"])


def test_a_scene_opens_with_its_own_reading_and_a_slider_leaves_what_was_chosen(visit: Callable[..., Any]) -> None:
    page = visit("scene=sign&play=0&gl=0")
    select = reading(page)
    items = [{"id": id, "label": id} for id in ("one", "two")]
    family = {**fake.scene("sign"), "reading": "kl", "variants": {"label": "x", "low": "", "high": "", "items": items}}
    load(page, family | {"id": "one"})
    expect(select).to_have_value("kl")
    select.select_option("entropy")
    load(page, family | {"id": "two"})
    expect(select).to_have_value("entropy")
    load(page, fake.scene("single") | {"id": "own"})  # a drive of one's own
    expect(select).to_have_value("entropy")
    load(page, fake.scene("single") | {"reading": "grip"})
    expect(select).to_have_value("grip")
    load(page, fake.scene("single") | {"reading": "no such reading"})
    expect(select).to_have_value("probability")


def test_over_a_road_of_ones_own_another_step_reads_what_it_is_about(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0")
    select = reading(page)
    page.evaluate("__mm.player.turnTo('start')")
    expect(select).to_have_value("grip")
    page.evaluate("__mm.player.turnTo('road')")
    expect(select).to_have_value("probability")
    select.select_option("entropy")
    page.evaluate("__mm.player.turnTo('start')")
    expect(select).to_have_value("entropy")


def test_readings_of_region_signs_name_what_they_read(visit: Callable[..., Any]) -> None:
    page = visit("scene=signs&play=0&gl=0")
    reading(page).select_option("region")
    expect(page.locator(".value")).to_contain_text(f"1 {fake.THEMES[3]}")
    expect(page.locator(".value .road-a")).to_have_count(0)  # nobody looks ahead on a plain road
    expect(page.locator(".value .road-b")).to_contain_text("sd")
    within = (
        "(node) => node.getBoundingClientRect().bottom <= node.closest('.strip').getBoundingClientRect().bottom + 1"
    )
    assert page.locator(".value .road-b").evaluate(within)
    reading(page).select_option("inside")
    page.evaluate("__mm.player.go(0)")
    expect(page.locator(".value .road-a")).to_contain_text("1, 2, 3, 4, 5")
    load(page, None)
    reading(page).select_option("region")
    expect(page.locator(".value")).to_contain_text(SAYS["strip"]["no_sign"])


def test_a_region_with_a_sign_on_it_is_one_row_of_the_strip(visit: Callable[..., Any]) -> None:
    page = visit("scene=sign&play=0&gl=0")
    reading(page).select_option("inside")
    chart = page.locator("canvas.chart")
    sign = fake.signs(1)[0] | {"name": "freedom", "kind": "landmark"}
    for kind, rows in (("landmark", 2), ("stretch", 3)):  # words that happen to be "freedom" are another region
        page.evaluate("(signs) => __mm.player.arrive({kind: 'signs', value: signs})", [sign | {"kind": kind}])
        expect(chart).to_have_attribute("aria-label", re.compile("^[^;]*" + ";[^;]*" * (rows - 1) + "$"))
        expect(chart).to_have_attribute("aria-label", re.compile(r"\b1 freedom\b"))


@pytest.mark.parametrize("id", ["shut-down", "whack-a-mole", "not-that-subject"])
def test_what_is_said_beside_the_rows_of_regions_fits(visit: Callable[..., Any], id: str) -> None:
    page = visit(f"ground=shipped&scene=shipped/{id}&play=0&gl=0")
    page.evaluate("__mm.player.go(Infinity)")
    reading(page).select_option("inside")
    bottoms = page.evaluate(
        "[...document.querySelectorAll('.value span')].map((n) => n.getBoundingClientRect().bottom)"
    )
    strip = page.locator(".strip").bounding_box()
    assert len(bottoms) == 2 and max(bottoms) <= strip["y"] + strip["height"] + 1


def test_the_tokens_are_numbered_below_the_chart(visit: Callable[..., Any]) -> None:
    """Measured on the pixels: something is written below the axis, and nothing where no road is."""
    page = visit("scene=single&play=0&gl=0")
    written = """() => {
      const { canvas, context } = __mm.player.strip, ratio = canvas.width / canvas.clientWidth;
      const [left, high] = [56 * ratio, 12 * ratio];
      const { data } = context.getImageData(left, canvas.height - high, canvas.width - left - 4, high);
      return data.filter((value, i) => i % 4 === 3 && value > 0).length;
    }"""
    page.evaluate("__mm.player.go(0)")
    many = page.evaluate(written)
    load(page, None)
    assert many > 60 and page.evaluate(written) < many / 4
