"""The figure that is saved: the map in the light theme, the answers and the caption below."""

import base64
import io
from collections.abc import Callable
from typing import Any

import fake
import pytest
from hand import load
from PIL import Image

pytestmark = pytest.mark.browser


def test_a_caption_is_wrapped_and_a_long_word_broken(call: Any) -> None:
    lines = call("draw/picture", "wrap", "aa bb cc dddddddd", {"$": "length"}, 5, 14)
    assert lines == ["aa bb", "cc", "ddddd", "ddd"]


def picture(page: Any) -> tuple[Any, dict[str, str]]:
    """The PNG that Save would give, and what else is known of it."""
    made = page.evaluate(
        """async () => { const { png, caption, name } = await __mm.player.picture(), reader = new FileReader();
        await new Promise((done) => { reader.onload = done; reader.readAsDataURL(png); });
        return { png: reader.result.split(",")[1], caption, name }; }"""
    )
    return Image.open(io.BytesIO(base64.b64decode(made.pop("png")))).convert("RGB"), made


@pytest.mark.slow
def test_the_picture_is_twice_the_stage_in_the_light_theme_with_its_caption(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&theme=dark&regions=freedom")
    image, made = picture(page)
    width, height = page.evaluate("[__mm.player.stage.width, __mm.player.stage.height]")
    assert image.width == 2 * width and image.height - 2 * height >= 80
    assert min(image.getpixel((0, 0))) > 200 and "SmolLM2" in made["caption"]


def test_the_picture_carries_the_answers_and_a_name_of_its_own(visit: Callable[..., Any]) -> None:
    page = visit("scene=pair&play=0&gl=0")
    whole, made = picture(page)
    assert made["name"] == "mind-map-a-pirate-is-asked-about-the-end"
    load(page, {**fake.scene("empty"), "title": '../"<b>.exe \u202e'})
    bare, made = picture(page)
    assert whole.height >= bare.height + 4 * 40  # each of the two answers fills at least two lines
    assert made["name"] == "mind-map-b-exe"
