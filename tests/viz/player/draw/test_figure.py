"""The figure as SVG: mark by mark where the canvas has it, opened by other programs, in every size and look."""

import base64
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import fake
import numpy as np
import pytest
from hand import load, picture, still
from PIL import Image

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"
OUTLINES = Path(__file__).resolve().parents[4] / "assets" / "fonts" / "outlines.json"
CONTROLS = ".card, .tools, .foot, .opening, .keys, .inset, .corner, .notices"
HOSTILE = '</text></svg><script>globalThis.hit = 1</script> & "\u0007\u202eשלום\u202c 🦜 漢字'
REGIONS = "ground=shipped&scene=shipped/not-that-subject&play=0&gl=0"  # a region, its sign, two roads, five posts
TWO = "ground=shipped&scene=shipped/pirate-scientist&play=0&gl=0"
LOST = "ground=shipped&scene=shipped/freedom-forbidden&play=0&gl=0"  # words struck out, posts where a sign bit

# What a picture of the canvas draws, in order: circles, and words with where they are set and where their ends lie.
RECORD = """() => {
  const pen = __mm.player.frames.pen, seen = [], { arc, fillText } = pen;
  pen.arc = function (x, y, r, ...rest) { seen.push(["dot", x, y, r]); return arc.call(this, x, y, r, ...rest); };
  pen.fillText = function (text, x, y) {
    const wide = this.measureText(text).width, left = x - { left: 0, center: wide / 2, right: wide }[this.textAlign];
    const { actualBoundingBoxAscent: up } = this.measureText("x");
    this.textBaseline = "alphabetic";
    const low = this.measureText("x").actualBoundingBoxAscent;
    this.textBaseline = "middle";
    seen.push(["text", x, y + low - up, text, this.textAlign, left, left + wide]);
    return fillText.call(this, text, x, y);
  };
  __mm.player.paint();
  delete pen.arc;
  delete pen.fillText;
  return seen;
}"""
# The same of an SVG that the browser has opened.
OPENED = """() => [...document.querySelectorAll("[data-mark]")].map((mark) => {
  if (mark.dataset.kind === "dot") {
    const { x, y, width } = mark.firstChild.getBBox();
    return ["dot", x + width / 2, y + width / 2, width / 2];
  }
  if (mark.dataset.kind !== "text") return [mark.dataset.kind];
  const text = mark.querySelector("text:not([aria-hidden])");
  const align = { start: "left", middle: "center", end: "right" }[getComputedStyle(text).textAnchor];
  const { x, width } = text.getBBox(), [at, low] = [text.x, text.y].map(({ baseVal }) => baseVal[0].value);
  return ["text", at, low, text.textContent, align, x, x + width];
})"""


def at(page: Any, token: int) -> Any:
    page.evaluate(f"__mm.player.go({token})")
    still(page)
    return page


def in_source_sans(page: Any) -> Any:
    """The player in the app's own type, which is not on every machine."""
    font = base64.b64encode((OUTLINES.parent / "source-sans.woff2").read_bytes()).decode("ascii")
    page.evaluate(
        """async (font) => {
          const source = `url(data:font/woff2;base64,${font})`;
          document.fonts.add(await new FontFace("Source Sans", source, { weight: "400 700" }).load());
          __mm.player.setTheme({ ...__mm.player.theme, font: "Source Sans" });
        }""",
        font,
    )
    return page


def figure(page: Any, *, outlines: bool = False, **choices: Any) -> dict[str, Any]:
    """What figureOf gives, with how long it took in milliseconds."""
    given = [choices, json.loads(OUTLINES.read_text(encoding="utf-8")) if outlines else None]
    made: dict[str, Any] = page.evaluate(
        """async ([choices, outlines]) => {
          const { figureOf } = await import("/player/figure.js"), began = performance.now();
          return { ...figureOf(__mm.player, { ...choices, outlines }), took: performance.now() - began };
        }""",
        given,
    )
    return made


def tree(made: dict[str, Any]) -> ElementTree.Element:
    return ElementTree.fromstring(made["svg"].encode())


def marks(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [group for group in root.iter(f"{SVG}g") if "data-mark" in group.attrib]


def opened(browser: Any, tmp_path: Path, made: dict[str, Any]) -> Any:
    """A page that shows nothing but the file."""
    file = tmp_path / "figure.svg"
    file.write_text(made["svg"], encoding="utf-8")
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(file.as_uri())
    return page


def raster(made: dict[str, Any], zoom: int = 1) -> Any:
    """The file as another program sees it, which has not a line in common with the browser."""
    resvg = pytest.importorskip("resvg_py", reason="pip install resvg-py: figures are opened by a second program")
    png = resvg.svg_to_bytes(svg_string=made["svg"], dpi=96.0, zoom=zoom, background="#ffffff")
    return Image.open(io.BytesIO(bytes(png))).convert("RGB")


@pytest.mark.parametrize(("query", "token"), [(REGIONS, 30), (TWO, 20), (LOST, 25), ("scene=start&play=0&gl=0", 0)])
def test_every_mark_lies_in_order_where_the_canvas_draws_it(
    visit: Callable[..., Any], browser: Any, tmp_path: Path, query: str, token: int
) -> None:
    page = at(visit(query), token)
    drawn, made = page.evaluate(RECORD), figure(page)
    found = marks(tree(made))
    assert [int(mark.attrib["data-mark"]) for mark in found] == list(range(made["marks"])) != []
    assert all(len(mark) for mark in found)
    other = opened(browser, tmp_path, made)
    seen = [mark for mark in other.evaluate(OPENED) if mark[0] in ("dot", "text")]
    other.close()
    assert [mark[0] for mark in seen] == [mark[0] for mark in drawn]
    np.testing.assert_allclose([mark[1:3] for mark in seen], [mark[1:3] for mark in drawn], atol=0.5)
    ours, theirs = ([mark[3:] for mark in marks if mark[0] == "text"] for marks in (seen, drawn))
    assert [mark[:2] for mark in ours] == [mark[:2] for mark in theirs]
    np.testing.assert_allclose([mark[2:] for mark in ours], [mark[2:] for mark in theirs], atol=1.5)


# The display list of the screen beside the marks of its figure: of each its kind, and how far its points are off.
LISTED = """async () => {
  const { figureOf } = await import("/player/figure.js"), { compose } = await import("/player/draw/compose.js"),
    { stateOf } = await import("/player/frame.js"), { player } = __mm,
    { width, height, ref } = player.stage, { palette, scale, least, measure } = player,
    state = stateOf(player), slots = structuredClone(state.slots), controls = player.readout.controlBoxes(),
    project = player.stage.projector(), seen = { project, ref, width, height, palette, scale, least, measure },
    { ink } = compose({ ...seen, view: "map", controls }, { ...state, hover: null, slots }),
    sheet = new DOMParser().parseFromString(figureOf(player, {}).svg, "image/svg+xml"),
    numbers = (text) => (text.match(/-?[\\d.]+(?:e-?\\d+)?/g) ?? []).map(Number);
  const pointsOf = ({ kind, a, via, b, points }) =>
    ({ line: [a, b], curve: [a, via, b], path: points, shape: points })[kind]?.flatMap(([x, y]) => [x, y]);
  return [...sheet.querySelectorAll("[data-mark]")].map((mark, i) => {
    const wanted = pointsOf(ink[i]), got = wanted && numbers(mark.firstElementChild.getAttribute("d"));
    const off = wanted?.map((value, k) => Math.abs(value - got[k])) ?? [0];
    return { kinds: [ink[i].kind, mark.dataset.kind], same: !wanted || wanted.length === got.length,
      off: Math.max(...off), of: ink.length };
  });
}"""


@pytest.mark.parametrize(("query", "token"), [(REGIONS, 30), (LOST, 25)])
def test_all_of_the_display_list_is_there_and_lines_and_shapes_lie_where_they_lay(
    visit: Callable[..., Any], query: str, token: int
) -> None:
    page = at(visit(query), token)
    listed = page.evaluate(LISTED)
    assert len(listed) == listed[0]["of"] and {"line", "path", "shape"} <= {one["kinds"][0] for one in listed}
    assert all(one["kinds"][0] == one["kinds"][1] and one["same"] for one in listed)
    assert max(one["off"] for one in listed) < 0.5


def test_words_of_people_and_of_the_model_are_text(visit: Callable[..., Any], browser: Any, tmp_path: Path) -> None:
    page = visit("scene=single&play=0&gl=0")
    scene = fake.scene("pair")
    scene |= {"title": HOSTILE, "caption": HOSTILE}
    for road in scene["roads"]:
        road["system"] = HOSTILE
        for token in road["tokens"]:
            token["text"] = HOSTILE
            for candidate in token["candidates"]:
                candidate["text"] = HOSTILE
    load(page, scene)
    still(page)
    made = figure(page)
    root = tree(made)
    kept = HOSTILE.replace("\u0007", "")
    assert kept in (root.findtext(f"{SVG}title") or "") and kept in (root.findtext(f"{SVG}desc") or "")
    assert json.loads(root.findtext(f"{SVG}metadata") or "")["title"] == HOSTILE
    assert any("</text>" in "".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    other = opened(browser, tmp_path, made)
    assert other.evaluate("[document.scripts?.length ?? 0, globalThis.hit ?? null]") == [0, None]
    other.close()
    for outlined in (made, figure(page, outlines=True)):
        assert {element.tag.removeprefix(SVG) for element in tree(outlined).iter()} <= {
            *("svg", "title", "desc", "metadata", "defs", "clipPath", "g", "path", "circle", "rect", "text", "use")
        }
        assert not re.search(r'(href|src)="(?!#)', outlined["svg"])


def test_all_points_of_the_map_take_less_than_a_megabyte_and_three_seconds(visit: Callable[..., Any]) -> None:
    page = at(visit(REGIONS), 30)
    page.evaluate("__mm.player.seeAll()")
    still(page)
    made = figure(page, size="174")
    points = [
        dot for group in tree(made).iter(f"{SVG}g") if group.get("id") == "points" for dot in group.iter(f"{SVG}circle")
    ]
    count = page.evaluate("__mm.player.ground.count")
    print(f"{count} points: {len(made['svg']) / 1e6:.2f} MB, {made['took'] / 1000:.2f} s")
    assert len(points) == count
    assert len(made["svg"].encode()) < 1_000_000 and made["took"] < 3000
    assert "<image" not in made["svg"] and "<pattern" not in made["svg"] and "data:" not in made["svg"]


@pytest.mark.slow
def test_another_program_sees_the_same_picture(visit: Callable[..., Any]) -> None:
    page = at(in_source_sans(visit(REGIONS)), 30)
    screen = page.locator(".stage").screenshot(style=f"{CONTROLS} {{ visibility: hidden; }}")
    ours, other = Image.open(io.BytesIO(screen)).convert("RGB"), raster(figure(page, caption=False, outlines=True))
    assert ours.size == other.size
    small = [np.asarray(image.reduce(3), dtype=float) for image in (ours, other)]  # edges are smoothed in other ways
    assert np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1] > 0.95
    assert np.abs(small[0] - small[1]).mean() < 6
    ours, other = (np.asarray(image, dtype=float) for image in (ours, other))
    blue = [np.argwhere((image[:, :, 2] > 180) & (image[:, :, 0] < 90)) for image in (other, ours)]  # B's road
    assert len(blue[0]) == pytest.approx(len(blue[1]), rel=0.2)
    np.testing.assert_allclose(blue[0].mean(axis=0), blue[1].mean(axis=0), atol=8)


@pytest.mark.slow
def test_printed_by_the_browser_it_is_one_page_without_a_bitmap(visit: Callable[..., Any], browser: Any) -> None:
    made = figure(at(visit(REGIONS), 30), size="174", look="print")
    page = browser.new_page()
    page.set_content(f"<style>@page {{ margin: 0 }} body {{ margin: 0 }} svg {{ display: block }}</style>{made['svg']}")
    pdf = page.pdf(width="174mm", height=f"{made['height']}px", print_background=True)
    page.close()
    assert pdf.count(b"/Subtype /Image") == 0 and pdf.count(b"/Type /Page\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize(("size", "wide"), [("85", 85), ("174", 174)])
def test_on_paper_a_figure_has_its_width_and_type_that_can_be_read(
    visit: Callable[..., Any], size: str, wide: int
) -> None:
    page = at(visit(TWO), 20)
    for crop in (False, True):
        root = tree(figure(page, size=size, crop=crop))
        assert root.get("width") == f"{wide}mm" and str(root.get("height")).endswith("mm")
        box = [float(value) for value in str(root.get("viewBox")).split()]
        point = wide / box[2] / 25.4 * 72  # of a pixel
        texts = [text for text in root.iter(f"{SVG}text") if text.text not in ("A", "B")]  # on the heads
        sizes = [float(text.attrib["font-size"]) * point for text in texts]
        assert min(sizes) > 5.9 and max(sizes) < 12
        assert float(str(root.get("height"))[:-2]) == pytest.approx(wide * box[3] / box[2], abs=0.01)


def test_a_slide_is_of_its_size_and_shows_all_that_the_screen_shows(visit: Callable[..., Any]) -> None:
    page = at(visit(TWO, width=1280, height=600), 20)
    made = figure(page, size="wide", caption=False)
    assert (made["width"], made["height"]) == (1280, 720)
    assert tree(made).get("viewBox") == "0 0 1280 720"


@pytest.mark.slow
def test_a_crop_holds_road_flag_and_names(visit: Callable[..., Any]) -> None:
    page = at(visit(TWO), 20)
    whole, made = figure(page, caption=False), figure(page, caption=False, crop=True)
    root = tree(made)
    left, top, wide, high = (float(value) for value in str(root.get("viewBox")).split())
    assert wide * high < 0.9 * whole["width"] * whole["height"]
    heads = page.evaluate("__mm.player.picks.filter((pick) => pick.candidate == null).map(({ at }) => at)")
    flags = page.evaluate(
        "import('/player/draw/compose.js').then((m) => m.flagsOf(__mm.player.journey)).then((flags) =>"
        " flags.map(({ place }) => __mm.player.project(place)))"
    )
    for x, y, _ in heads + flags:
        assert left < x < left + wide and top < y < top + high
    assert {int(mark.attrib["data-mark"]) for mark in marks(root)} <= set(range(made["marks"]))


@pytest.mark.slow
def test_outlines_are_as_wide_as_the_browser_sets_their_text(visit: Callable[..., Any]) -> None:
    page = in_source_sans(visit(TWO))
    texts = ["B wanted “freedom” 99.6 %", "AVATAR Tokyo, Łódź", "heroism and sacrifice", "Привет, Αθήνα → ■"]
    wide = page.evaluate(
        """async ([texts, outlines]) => {
          const { typesetter } = await import("/player/draw/outlines.js"), rulers = [typesetter(outlines), __mm.player];
          const wide = (weight) => texts.map((text) => rulers.map((ruler) => ruler.measure(text, 16, weight)));
          return [400, 600, 700].flatMap(wide);
        }""",
        [texts, json.loads(OUTLINES.read_text(encoding="utf-8"))],
    )
    np.testing.assert_allclose(*zip(*wide, strict=True), atol=0.25)


def test_text_becomes_outlines_where_there_are_any(visit: Callable[..., Any]) -> None:
    page = at(visit(TWO), 20)
    assert not list(tree(figure(page, outlines=True)).iter(f"{SVG}text"))
    scene = fake.scene("start") | {"ghosts": [], "caption": "Łódź, Αθήνα, Москва.\n漢字 🦜"}
    load(page, scene)
    still(page)
    left = ["".join(text.itertext()) for text in tree(figure(page, outlines=True)).iter(f"{SVG}text")]
    assert left == ["漢字 🦜"]


def test_looks_have_their_paper_and_in_print_roads_differ_without_colour(visit: Callable[..., Any]) -> None:
    page = at(visit(TWO), 20)
    for look, paper in {"light": "#ffffff", "print": "#ffffff", "dark": "#151619", "transparent": None}.items():
        sheets = [path for path in tree(figure(page, look=look)).iter(f"{SVG}path") if path.get("id") == "paper"]
        assert [sheet.get("fill") for sheet in sheets] == ([paper] if paper else [])
    hollow = len(marks(tree(figure(page, look="print", size="wide")))) - figure(page, size="wide")["marks"]
    assert hollow >= 15  # a white core in each stretch of B's road


def test_a_figure_says_what_makes_it_again(visit: Callable[..., Any]) -> None:
    page = at(visit(TWO), 20)
    recipe = json.loads(tree(figure(page)).findtext(f"{SVG}metadata") or "")
    assert recipe["program"] == "mindmap-navigator" and recipe["scene"] == "pirate-scientist"
    assert recipe["view"]["token"] == 20 and recipe["view"]["camera"] == page.evaluate("__mm.player.camera()")
    about = page.evaluate("__mm.player.ground.meta.about")
    assert (recipe["version"], recipe["model"]) == (about["version"], about["model"])
    image, _ = picture(page)
    assert json.loads(image.text["Recipe"]) == recipe
