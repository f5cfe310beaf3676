"""What a person does on the harness's page, and what the player tells of it."""

import base64
import io
import json
from typing import Any

import server as harness
from PIL import Image

SAYS = harness.strings()
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}


def frames(page: Any, count: int = 60) -> None:
    """Lets the browser draw so many pictures: in one of them would be seen what must not happen."""
    page.evaluate(
        """(left) => new Promise((done) => {
          const next = () => (left-- > 0 ? requestAnimationFrame(next) : done());
          next();
        })""",
        count,
    )


def still(page: Any) -> None:
    """Until nothing moves any more and nothing is left to be painted."""
    page.wait_for_function("!__mm.player.motions.size && !__mm.player.frames.asked")


def told(page: Any, kind: str) -> Any:
    """What the player has told of one kind."""
    return page.evaluate("(kind) => __mm.events.filter(([name]) => name === kind).map(([, detail]) => detail)", kind)


def load(page: Any, scene: dict[str, Any] | None, *, play: bool = False) -> None:
    page.evaluate("([scene, play]) => __mm.player.load(scene, { play })", [scene, play])


def chips(page: Any) -> Any:
    """The turns in the bar of the crossing."""
    return page.locator(".crossing .chip")


def board(page: Any, condition: str) -> tuple[float, float]:
    """The middle of a name or a post on the stage, in the window."""
    page.wait_for_function(f"__mm.player.boards.some((board) => {condition})")
    x, y = page.evaluate(
        f"""(() => {{ const {{ left, top }} = document.querySelector('.stage').getBoundingClientRect();
        const {{ box }} = __mm.player.boards.find((board) => {condition});
        return [left + (box[0] + box[2]) / 2, top + (box[1] + box[3]) / 2]; }})()"""
    )
    return x, y


def reading(page: Any) -> Any:
    """The box that says what the strip reads."""
    return page.get_by_role("combobox", name=SAYS["strip"]["select"])


def drag_over_words(page: Any, first: int, last: int) -> None:
    spans = page.locator(".words span")
    spans.nth(first).hover()
    page.mouse.down()
    spans.nth(last).hover()
    page.mouse.up()


def touch(page: Any, *places: tuple[float, float], held: int = 30) -> None:
    """A finger that comes down at the first place, rests for ``held`` milliseconds, goes on to the others and is
    lifted. How long it rests is what it does, not something that is waited for."""
    devtools = page.context.new_cdp_session(page)
    for i, (x, y) in enumerate(places):
        said = {"type": "touchMove" if i else "touchStart", "touchPoints": [{"x": x, "y": y}]}
        devtools.send("Input.dispatchTouchEvent", said)
        page.wait_for_timeout(30 if i else held)
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def middle(locator: Any) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def camera_at(page: Any) -> Any:
    return page.evaluate("__mm.player.camera()")["eye"]


def put_camera(page: Any, eye: dict[str, float]) -> None:
    given = {"eye": eye, "center": {"x": 0, "y": 0, "z": 0.1}, "up": {"x": 0, "y": 0, "z": 1}}
    page.evaluate(f"__mm.player.setCamera({json.dumps(given)})")


def picture(page: Any) -> tuple[Any, dict[str, str]]:
    """The PNG that Save would give, and what else is known of it."""
    made = page.evaluate(
        """async () => { const { png, caption, name } = await __mm.player.picture(), reader = new FileReader();
        await new Promise((done) => { reader.onload = done; reader.readAsDataURL(png); });
        return { png: reader.result.split(",")[1], caption, name }; }"""
    )
    return Image.open(io.BytesIO(base64.b64decode(made.pop("png")))), made
