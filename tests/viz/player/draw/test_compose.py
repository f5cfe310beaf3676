"""The display list of whole pictures, compared as JSON with what is checked in under snapshots/.

After a change of the picture that is meant, and was looked at: ``RENEW_SNAPSHOTS=1 python -m pytest
tests/viz/player/draw/test_compose.py`` writes them anew; what changed is then in the diff, one item of ink a line.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fake
import pytest
from hand import load

pytestmark = pytest.mark.browser
SNAPSHOTS = Path(__file__).parents[1] / "snapshots"
CAMERA = {"center": [0.0, 0.0, 0.02], "azimuth": -0.9, "elevation": 0.45, "distance": 0.9}
DESK = {"width": 960, "height": 600, "camera": CAMERA, "theme": {"dark": False}}
PICTURES: dict[str, tuple[str, int, list[str], dict[str, Any]]] = {  # scene, token, regions that are on, how it is seen
    "single": ("single", 20, [], {}),
    "pair-dark": ("pair", 40, [], {"theme": {"dark": True}}),
    "fork": ("fork", 24, [], {"hover": {"road": 0, "index": 9}}),
    "signs": ("signs", 30, ["survival under threat"], {}),
    "signs-narrow": ("signs", 30, [], {"width": 390, "height": 560, "camera": CAMERA | {"distance": 1.3}}),
    "end": ("single", 59, [], {}),
    "start": ("start", 0, [], {}),
    "pca": ("sign", 12, ["freedom"], {}),
}


@pytest.fixture(scope="module")
def drawn(shared: Any) -> Iterator[Callable[[str], Any]]:
    """A picture by its name: {ink, picks, boards}, its numbers rounded. All on one page."""
    page = shared.show("scene=empty&gl=0&play=0", 1280, 800)
    known: dict[str, Any] = {}

    def picture(name: str) -> Any:
        if name not in known:
            scene, index, regions, changes = PICTURES[name]
            load(page, fake.scene(scene))
            known[name] = rounded(
                page.evaluate(
                    """async ([regions, index, blend, given]) => {
                      const { player } = __mm, { drawn } = await import("/drawn.js");
                      player.setRegions(regions);
                      player.journey.setBlend(blend);
                      player.go(index);
                      return drawn(player, given);
                    }""",
                    [regions, index, int(name == "pca"), DESK | changes],
                )
            )
        return known[name]

    yield picture


def rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 2) + 0.0  # no "-0.0"
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return {key: rounded(one) for key, one in value.items()} if isinstance(value, dict) else value


def lines(picture: dict[str, list[Any]]) -> str:
    """JSON with one item a line."""
    parts = []
    for name, items in picture.items():
        inside = ",\n".join(f"  {json.dumps(item, ensure_ascii=False)}" for item in items)
        parts.append(f'"{name}": [\n{inside}\n]')
    return "{" + ",\n".join(parts) + "}\n"


def apart(found: Any, kept: Any, where: str = "") -> list[str]:
    """Where two values differ, numbers by more than two hundredths of a pixel: processors round differently."""
    if isinstance(found, dict) and isinstance(kept, dict):
        keys = sorted({*found, *kept})
        return [line for key in keys for line in apart(found.get(key), kept.get(key), f"{where}.{key}")]
    if isinstance(found, list) and isinstance(kept, list) and len(found) == len(kept):
        return [line for i, (a, b) in enumerate(zip(found, kept, strict=True)) for line in apart(a, b, f"{where}[{i}]")]
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (found, kept))
    same = abs(found - kept) <= 0.02 if numbers else found == kept
    return [] if same else [f"{where}: {kept!r} became {found!r}"]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_as_it_was(drawn: Callable[[str], Any], name: str) -> None:
    file, found = SNAPSHOTS / f"{name}.json", drawn(name)
    if os.environ.get("RENEW_SNAPSHOTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(lines(found), encoding="utf-8")
    kept = json.loads(file.read_text(encoding="utf-8"))
    counted = {part: len(items) for part, items in found.items()}
    assert counted == {part: len(items) for part, items in kept.items()}
    assert apart(found, kept)[:20] == []


def texts(picture: Any) -> list[str]:
    return [item["text"] for item in picture["ink"] if item["kind"] == "text"]


def test_every_item_of_ink_is_plain_data_that_stands_somewhere(drawn: Callable[[str], Any]) -> None:
    places = {
        "line": "ab",
        "path": (),
        "curve": ("a", "via", "b"),
        "dot": ("at",),
        "text": ("at",),
        "shape": (),
        "board": (),
    }
    for name in PICTURES:
        for item in drawn(name)["ink"]:
            numbers = [value for key in places[item["kind"]] for value in item[key][:2]]
            numbers += [value for point in item.get("points", []) for value in point] + item.get("box", [])
            assert len(numbers) >= 2 and all(isinstance(value, int | float) for value in numbers), (name, item)


@pytest.mark.parametrize("name", ["pair-dark", "fork", "signs", "end"])
def test_no_number_of_a_crossing_stands_on_a_name_or_a_post(drawn: Callable[[str], Any], name: str) -> None:
    picture = drawn(name)
    boxes = [board["box"] for board in picture["boards"] if "box" in board]
    found = [
        item["at"]
        for item in picture["ink"]
        if item["kind"] == "text" and item["text"].isdigit() and item.get("of") == "road"
    ]
    assert boxes and found
    for x, y in found:
        assert not [box for box in boxes if box[0] < x < box[2] and box[1] < y < box[3]], (x, y)


def test_two_roads_have_two_named_heads_and_one_road_an_unnamed_one(drawn: Callable[[str], Any]) -> None:
    assert {"A", "B"} <= set(texts(drawn("pair-dark")))
    assert not {"A", "B"} & set(texts(drawn("single")))


def test_a_finished_answer_ends_in_a_square(drawn: Callable[[str], Any]) -> None:
    squares = {
        name: [item for item in drawn(name)["ink"] if item["kind"] == "shape" and len(item["points"]) == 4]
        for name in ("single", "end")
    }
    assert squares["single"] == [] and len(squares["end"]) == 1


def test_boards_tell_by_their_shape_which_way_a_sign_points(drawn: Callable[[str], Any]) -> None:
    boards = [item for item in drawn("signs")["ink"] if item["kind"] == "board"]
    assert sorted(board["shape"] for board in boards) == ["avoid"] * 3 + ["plain"] + ["toward"] * 2
    assert len({board["hatch"] for board in boards}) == len({board["color"] for board in boards}) == 6
    for board in boards:
        left, top, right, bottom = board["box"]
        assert 0 <= left < right <= DESK["width"] and 0 <= top < bottom <= DESK["height"]


def test_a_blocked_turn_is_struck_and_what_is_to_come_is_faint(drawn: Callable[[str], Any]) -> None:
    assert [item["text"] for item in drawn("single")["ink"] if item.get("struck")] != []  # every fifth token blocks one
    ahead = [item for item in drawn("single")["ink"] if item["kind"] == "dot" and item.get("alpha") == 0.32]
    assert len(ahead) >= 30


def test_ghosts_lead_to_the_flag_by_one_arrow(drawn: Callable[[str], Any]) -> None:
    arrows = [item for item in drawn("start")["ink"] if item["kind"] == "curve"]
    assert len(arrows) == 1 and arrows[0]["arrow"] > 0


def test_a_narrow_stage_has_few_names_and_no_words_on_its_boards(drawn: Callable[[str], Any]) -> None:
    wide, narrow = (
        [i for i in drawn(name)["ink"] if i["kind"] == "text" and i["size"] == 13 and i["weight"] == 600]
        for name in ("signs", "signs-narrow")
    )
    counted = "A 30 of 60 · B 28 of 56"  # of the sign that the crossings are asked about
    assert len(wide) == 6 and [item["text"] for item in narrow] == [counted]


def test_old_roads_lie_below_everything_and_are_not_picked(drawn: Callable[[str], Any]) -> None:
    old = [i for i, item in enumerate(drawn("fork")["ink"]) if item["kind"] == "line" and item.get("alpha") == 0.8]
    assert old[:10] == list(range(10))
    assert {pick["road"] for pick in drawn("fork")["picks"]} == {0, 1}
