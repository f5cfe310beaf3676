"""What is counted is what is seen: in every recorded scene the filled crossings of the picture, the share in the card,
in the line under the map, on the post and in the strip are one number."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import real
from hand import SAYS
from playwright.sync_api import expect

from embeddings import load_atlas
from embeddings.paths import assets
from viz.recording import agreement
from viz.recording.record import recipes, versions
from viz.scene import notes

pytestmark = pytest.mark.browser
VIEW = {"width": 960, "height": 600, "theme": {"dark": False}}
VIEW |= {"camera": {"center": [0.0, 0.0, 0.02], "azimuth": -0.9, "elevation": 0.45, "distance": 1.6}}
RECIPES = {id: (recipe, version) for recipe in recipes() for id, version in versions(recipe).items()}


@pytest.fixture(scope="module")
def page(browser: Any, address: str) -> Iterator[Any]:
    """A player on the map that ships."""
    one = browser.new_page(viewport={"width": 1280, "height": 800})
    wrong: list[str] = []
    one.on("pageerror", lambda error: wrong.append(str(error)))
    one.goto(f"{address}/?ground=shipped&scene=shipped/bear&gl=0&play=0")
    one.wait_for_function("globalThis.__mm?.player")
    yield one
    one.close()
    assert wrong == []


class Shown:
    """What a scene's picture and words say by itself, and of each row of `inside`. A scene is loaded once for all."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._known: dict[str, list[Any]] = {}

    def of(self, id: str) -> list[Any]:
        """First by itself, then row by row."""
        if id not in self._known:
            self._known[id] = self._page.evaluate(SHOWN, [id, VIEW])
        return self._known[id]

    def row(self, id: str, row: int) -> Any:
        return next(found for found in self.of(id)[1:] if found["row"] == row)


SHOWN = """async ([id, view]) => {
  const { player } = __mm, { drawn } = await import("/drawn.js");
  const said = (row) => {
    const { question } = player, { ink } = drawn(player, view);
    const dots = ink.filter(({ inside }) => inside != null);
    return {
      row,
      question,
      dots: dots.map(({ road, inside, fill, stroke }) => ({ road, inside, fill, stroke })),
      of: player.roads.map(({ tokens }) => tokens.length),
      boards: ink.filter(({ kind }) => kind === "text").map(({ text }) => text),
      lines: document.querySelector(".counted").innerText,
      agreement: player.agreement,
      rows: player.strip.rowsOf,
      strip: player.strip.canvas.getAttribute("aria-label"),
    };
  };
  player.setReading("probability");
  const scene = await (await fetch(`scene/shipped/${id}.json`)).json();
  player.setRegions(scene.regions);
  player.load(scene);
  const found = [said(null)];
  player.setReading("inside");
  for (const { row } of player.strip.rowsOf) {
    player.chooseRow(row);
    found.push(said(row));
  }
  return found;
}"""


@pytest.fixture(scope="module")
def shown(page: Any) -> Shown:
    return Shown(page)


def filled(found: Any, road: int) -> int:
    """Crossings whose colour says yes: filled with their road's own colour, not with the paper's."""
    mine = [dot for dot in found["dots"] if dot["road"] == road]
    assert len(mine) == found["of"][road]  # every crossing has its mark, those to come as well
    paper = "#ffffff"
    assert all((dot["fill"] != paper) == dot["inside"] and dot["fill"] != dot["stroke"] for dot in mine)
    return sum(dot["fill"] != paper for dot in mine)


def percent(share: float) -> str:
    return str(notes.percent(share))


@pytest.mark.parametrize("id", RECIPES)
def test_filled_crossings_are_the_share_in_line_post_and_strip(shown: Shown, id: str) -> None:
    for found in shown.of(id)[1:]:
        row = found["row"]
        assert found["question"] == row
        pair = len(found["of"]) > 1
        for road, of in enumerate(found["of"]):
            count = filled(found, road)
            assert count == sum(token["inside"][row] for token in real.scene(id)["roads"][road]["tokens"])
            letter = f"{'AB'[road]} " if pair else ""
            assert f"{letter}{count} of {of}{'' if pair else ' crossings'} ({percent(count / of)})" in found["lines"]
            assert any(f"{letter}{count} of {of}" in text for text in found["boards"])
            title = next(entry["title"] for entry in found["rows"] if entry["row"] == row)
            said = re.search(re.escape(title) + r" ([^;]*)", found["strip"])
            assert said and f"{letter}{percent(count / of)}" in said[1].split(", ")


@pytest.mark.parametrize("id", RECIPES)
def test_filled_crossings_are_the_share_in_the_card(shown: Shown, id: str) -> None:
    recipe, _ = RECIPES[id]
    regions = [region.name for region in load_atlas().regions]
    family = {one["id"]: one["label"] for one in (real.scene(id).get("variants") or {"items": []})["items"]}
    scenes = {label: real.scene(one) for one, label in family.items()}
    pull = json.loads((assets() / "experiments" / "pull.json").read_text(encoding="utf-8"))
    about = notes.Family(real.scene(recipe["id"]), scenes, regions, load_atlas().report, pull)
    for kind, road, region, *label in re.findall(r"\{(inside|count)\|([AB])\|([^|}]+)(?:\|([^}]+))?\}", recipe["note"]):
        if label[0] and label[0] != family[id]:
            continue  # of a sibling, whose own turn comes
        if not label[0] and id != recipe["id"]:
            continue
        by_itself = shown.of(id)[0]
        rows = [entry["row"] for entry in by_itself["rows"] if entry["title"].split(" ", 1)[-1] == region] or [
            entry["row"] for entry in by_itself["rows"] if entry["title"] == region
        ]
        found = by_itself if by_itself["question"] in rows else shown.row(id, rows[0])
        count, of = filled(found, "AB".index(road)), found["of"]["AB".index(road)]
        template = "{" + "|".join([kind, road, region, *filter(None, label)]) + "}"
        said = notes.filled(template, about)
        assert said == (percent(count / of) if kind == "inside" else str(count))
        assert said in real.scene(id)["note"]


def test_a_scene_that_counts_a_region_asks_it_of_the_crossings_by_itself(shown: Shown) -> None:
    """Those whose card says a share open with the marks that it counts."""
    counting = [id for id, (recipe, _) in RECIPES.items() if re.search(r"\{(inside|count)\|", recipe["note"])]
    assert len(counting) > 10
    assert [id for id in counting if shown.of(id)[0]["question"] is None] == []


def test_the_tint_and_the_marks_do_not_contradict_one_another_without_a_word(shown: Shown) -> None:
    said = re.escape(SAYS["inside"]["differs"]).replace(r"\{count\}", "(\\d+)").replace(r"\{of\}", "(\\d+)")
    known = {found.scene: found for found in agreement.agreements()}  # the same in numpy, for docs/map.md
    for id in RECIPES:
        found = shown.of(id)[0]
        assert (found["question"] is not None) == (id in known)
        if found["question"] is None:
            assert found["agreement"] is None and found["dots"] == []
            continue
        told = re.search(said, found["lines"])
        count, of = found["agreement"]["count"], found["agreement"]["of"]
        assert (known[id].row, known[id].count, known[id].of) == (found["question"], count, of)
        assert bool(told) == (count / of < 0.8)
        assert told is None or told.groups() == (str(count), str(of))


def test_of_several_regions_one_is_chosen_in_the_strip(visit: Callable[..., Any]) -> None:
    page = visit("scene=single&play=0&gl=0&regions=freedom")
    choice = page.get_by_role("combobox", name=SAYS["strip"]["row"])
    expect(choice).to_be_hidden()
    page.evaluate("__mm.player.chooseReading('inside')")
    expect(choice).to_have_value("0")
    expect(page.locator(".counted")).to_contain_text("9 of 60")
    choice.select_option("1")
    expect(page.locator(".counted")).to_contain_text("2 of 60")
    assert page.evaluate("__mm.player.marks.map(({ name }) => name)") == ["freedom", "survival under threat"]


def test_a_sign_on_a_word_leaves_a_post_at_each_crossing_where_it_bit(page: Any) -> None:
    """Where the token that was wanted most is one that it forbids, and another was written."""
    known = {}
    for id in ("freedom-forbidden", "banana", "whack-a-mole", "whack-a-mole-3", "go-this-way", "bear"):
        posts = page.evaluate(
            """async ([id, view]) => {
              const { player } = __mm, { drawn } = await import("/drawn.js");
              player.load(await (await fetch(`scene/shipped/${id}.json`)).json());
              player.go(Infinity);
              return drawn(player, view).ink.filter(({ bite }) => bite).map(({ bite }) => bite);
            }""",
            [id, VIEW],
        )
        tokens = [token for road in real.scene(id)["roads"] for token in road["tokens"]]
        bites = [token for token in tokens if token["candidates"][0]["id"] in token["blocked"]]
        assert posts == ["avoid"] * len(bites)
        known[id] = len(bites)
    assert known["banana"] == known["bear"] == known["go-this-way"] == 0 < known["freedom-forbidden"]
