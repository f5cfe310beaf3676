"""Screenshots of the harness: ``python tests/viz/player/harness/look.py FOLDER [NAME]``. For eyes, not for a test."""

import shutil
import sys
from pathlib import Path

from hand import frames
from playwright.sync_api import sync_playwright
from server import start

# Nothing moves, all pixels are drawn, no colour is on its way to another.
RESTS = """(() => {
  const { motions, frames, stage } = __mm.player, { ratio, fullRatio } = stage.plotly;
  return !motions.size && !frames.asked && ratio === fullRatio && !document.getAnimations().length;
})()"""
SIZES = {"desk": (1440, 900), "small": (1280, 720), "phone": (390, 844)}
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
SHOTS = {
    "single-light": ("desk", "scene=single", 33),
    "single-dark": ("desk", "scene=single&theme=dark", 33),
    "pair-light": ("desk", "scene=pair&regions=freedom,survival under threat", 40),
    "sign-dark": ("small", "scene=sign&theme=dark&regions=freedom", 35),
    "phone-light": ("phone", "scene=single", 25),
    "phone-dark": ("phone", "scene=pair&theme=dark", 25),
    "start-light": ("small", "scene=start", 0),
    "canvas-light": ("small", "scene=single&gl=0&regions=freedom", 20),
    "empty-dark": ("small", "scene=empty&theme=dark", 0),
    "long-dark": ("desk", "scene=long&theme=dark", 250),
}


def main(folder: Path, names: list[str]) -> None:
    """Opens each page, lets plotly arrive, goes to a token and takes the picture."""
    server = start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name in names or SHOTS:
            size, query, index = SHOTS[name]
            width, height = SIZES[size]
            page = browser.new_page(viewport={"width": width, "height": height})
            page.on("console", lambda message, name=name: print(name, message.type, message.text))
            page.on("pageerror", lambda error, name=name: print(name, "ERROR", error))
            page.goto(f"http://127.0.0.1:{server.server_address[1]}/?play=0&{query}")
            page.wait_for_function("globalThis.__mm?.player")
            if "gl=0" not in query:
                page.wait_for_selector(".stage[data-drawn=plotly]", timeout=20000)
            page.evaluate(f"__mm.player.go({index})")
            page.wait_for_function(RESTS)
            frames(page, 30)  # until plotly has drawn what it was told
            page.screenshot(path=folder / f"{name}.png")
            page.close()
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    main(Path(sys.argv[1]), sys.argv[2:])
