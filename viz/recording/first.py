"""`python -m viz.recording.first`: the pictures that stand in the page before the player is there.

Of each step the first frame of the scene that it opens with, light and dark, as the player itself draws it, in a
browser without WebGL. Needs Playwright and its Chromium, which the tests need as well. To be made anew after every
change of the atlas, of those scenes, or of how the map looks.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.files import write_atomically
from viz.drive import session
from viz.export.saved_page import page_html
from viz.scene.frames import FOLDER, MADE_OF, THEMES, picture_name
from viz.scene.ground import ground_of
from viz.scene.recorded import STEPS, first_scene, scene_bytes
from viz.strings import section

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZE = {"width": 1090, "height": 900}  # of a window whose stage is about that of the app at 1440 x 900
CONTROLS = ".card, .tools, .foot, .opening, .keys, .inset { visibility: hidden; }"
READY = "globalThis.__mm?.player && !__mm.player.motions.size && !__mm.player.frames.asked"
TO_WEBP = """async (png) => {
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  return canvas.toDataURL("image/webp", 0.8).split(",")[1];
}"""


def made_of() -> dict[str, str]:
    """What the pictures are of: the atlas, and of each step the scene that it opens with."""
    return {"atlas": session.atlas().sha256, **{step: _hash(_scene(step)) for step in STEPS}}


def _scene(step: str) -> bytes:
    found = scene_bytes(first_scene(step) or "")
    if found is None:
        raise ValueError(f"the step {step} opens with no recorded scene")
    return found


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main() -> None:
    """Make all of them."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        options = ["--no-sandbox", "--disable-gpu", "--disable-3d-apis"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        for step in STEPS:
            file = Path(folder) / f"{step}.html"
            file.write_text(_page(json.loads(_scene(step))), encoding="utf-8")
            for theme in THEMES:
                data = _picture(browser, file, theme)
                (FOLDER / picture_name(step, theme)).write_bytes(data)
                print(f"{picture_name(step, theme)}: {len(data) // 1024} KB", flush=True)
        browser.close()
    write_atomically(FOLDER / MADE_OF, json.dumps(made_of(), indent=1) + "\n")


def _page(scene: dict[str, Any]) -> str:
    ground = ground_of(session.atlas())
    return page_html(scene, json.loads(ground.description), ground.points, section("player"), {})


def _picture(browser: Browser, file: Path, theme: str) -> bytes:
    """The first frame of a saved page, as WebP."""
    scheme: Any = theme
    page = browser.new_page(viewport=SIZE, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)  # type: ignore[arg-type]
    page.goto(file.as_uri())
    page.wait_for_function("globalThis.__mm?.player")
    page.evaluate("(({ player }) => { player.go(0); player.eye.look(player.eye.whole()); })(__mm)")
    page.add_style_tag(content=CONTROLS)
    page.wait_for_function(READY)
    png = page.locator(".stage").screenshot()
    page.close()
    return _webp(browser.new_page(), png)


def _webp(blank: Page, png: bytes) -> bytes:
    packed: str = blank.evaluate(TO_WEBP, base64.b64encode(png).decode("ascii"))
    blank.close()
    return base64.b64decode(packed)


if __name__ == "__main__":
    main()
