"""The figure that is saved: the map in the light theme, the answers and the caption below."""

from collections.abc import Callable
from typing import Any

import fake
import pytest
from hand import load, picture

pytestmark = pytest.mark.browser


def test_a_caption_is_wrapped_and_a_long_word_broken(call: Any) -> None:
    lines = call("draw/picture", "wrap", "aa bb cc dddddddd", {"$": "length"}, 5, 14)
    assert lines == ["aa bb", "cc", "ddddd", "ddd"]


@pytest.mark.slow
def test_the_picture_is_twice_the_stage_in_the_light_theme_with_its_caption(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&theme=dark&regions=freedom")
    image, made = picture(page)
    width, height = page.evaluate("[__mm.player.stage.width, __mm.player.stage.height]")
    assert image.width == 2 * width and image.height - 2 * height >= 80
    assert min(image.convert("RGB").getpixel((0, 0))) > 200 and "SmolLM2" in made["caption"]


def test_the_picture_carries_the_answers_and_a_name_of_its_own(visit: Callable[..., Any]) -> None:
    page = visit("scene=pair&play=0&gl=0")
    whole, made = picture(page)
    assert made["name"] == "mind-map-a-pirate-is-asked-about-the-end"
    load(page, {**fake.scene("empty"), "title": '../"<b>.exe \u202e'})
    bare, made = picture(page)
    assert whole.height >= bare.height + 4 * 40  # each of the two answers fills at least two lines
    assert made["name"] == "mind-map-b-exe"
