"""Every step and every recorded scene, in every size, light and dark, on sheets to look at:
``python -m tests.browser.sheet FOLDER [--only ID ...] [--sizes 1440x900 ...] [--themes light dark]``.

Each picture is kept beside the sheets. A scene is seen at its end, and once half way, where its road is on the way.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.browser.conftest import Guest, Tab, mindmap
from tests.conftest import NAMES, chromium, chromium_path
from viz.scene.recorded import scenes

SIZES = ("1440x900", "1280x720", "1920x1080", "390x844")
THEMES = ("light", "dark")
ACROSS = 4  # pictures in a row of a sheet
WIDTH = 720  # pixels of a picture on a sheet


def seen(guest: Guest, entry: dict[str, str], half: bool) -> None:
    """A recorded scene with its road at the end, or half way, and nothing moving."""
    if guest.player("scene().id") != entry["id"]:
        guest.recorded(entry["title"])
        guest.until(f"scene().id === '{entry['id']}'")
    guest.player("playing && p.toggle()")
    last = guest.player("roads.at(-1).tokens.length") - 1
    guest.player(f"go({last // 2 if half else last})")
    guest.still()


def pictures(
    browser: Any, url: str, size: str, theme: str, only: Sequence[str], folder: Path
) -> list[tuple[str, Path]]:
    """One picture after the other, by what it shows."""
    width, height = (int(number) for number in size.split("x"))
    phone = {"has_touch": True, "is_mobile": True} if width < 600 else {}
    tab = Tab(
        browser,
        viewport={"width": width, "height": height},
        color_scheme=theme,
        reduced_motion="reduce",
        **phone,
    )
    found = list[tuple[str, Path]]()
    try:
        guest, step = Guest(tab, url), ""
        for entry in scenes():
            if only and entry["id"] not in only:
                continue
            if entry["step"] != step:
                step = entry["step"]
                guest.open(f"?step={step}", drawn=True)
            for half in (True, False):
                seen(guest, entry, half)
                name = f"{entry['id']}{', half way' if half else ''}"
                path = folder / f"{size}-{theme}-{entry['id']}{'-half' if half else ''}.png"
                tab.page.screenshot(path=path)
                found.append((name, path))
    finally:
        tab.context.close()
    return found


def sheet(shown: Sequence[tuple[str, Path]], path: Path) -> None:
    """Pictures in rows, each under its name."""
    from PIL import Image, ImageDraw

    first = Image.open(shown[0][1])
    height, head = round(WIDTH * first.height / first.width), 20
    rows = -(-len(shown) // ACROSS)
    whole = Image.new("RGB", (ACROSS * WIDTH, rows * (height + head)), "#777777")
    write = ImageDraw.Draw(whole)
    for i, (name, file) in enumerate(shown):
        x, y = i % ACROSS * WIDTH, i // ACROSS * (height + head)
        write.text((x + 4, y + 4), name, fill="white")
        whole.paste(Image.open(file).convert("RGB").resize((WIDTH, height)), (x, y + head))
    whole.save(path)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.sheet", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", default=[], metavar="ID", help="recorded scenes; all where none is named")
    parser.add_argument("--sizes", nargs="*", default=SIZES, metavar="WIDTHxHEIGHT")
    parser.add_argument("--themes", nargs="*", default=THEMES, choices=THEMES)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    path = chromium_path()
    if path is None:
        raise SystemExit(f"No Chromium was found (looked for {', '.join(NAMES)}).")
    with mindmap() as served, chromium(path) as browser:
        for size in asked.sizes:
            for theme in asked.themes:
                shown = pictures(browser, served.url, size, theme, asked.only, asked.folder)
                whole = asked.folder / f"sheet-{size}-{theme}.png"
                sheet(shown, whole)
                print(whole, f"{len(shown)} pictures", flush=True)


if __name__ == "__main__":
    main()
