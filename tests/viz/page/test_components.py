"""What comes from the two components is believed only where it can be right."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.viz.page.conftest import Page
from viz.page.components import Said, asked_of, said_of
from viz.page.state import Box
from viz.page.theme import CONFIG, LOOKS
from viz.strings import text

BOX = Box(text="put in", put=2, submitted=5)


@pytest.mark.parametrize("said", [None, "typed", [], {}, {"text": "typed"}, {"number": 2}, {"text": 3, "number": 2}])
def test_what_is_no_text_leaves_what_is_known(said: Any) -> None:
    assert said_of(said, 0, BOX).text == "put in"


@pytest.mark.parametrize(("number", "known"), [(2, "typed"), (1, "put in"), (3, "put in"), ("2", "put in")])
def test_only_what_follows_the_last_text_of_the_page_counts(number: Any, known: str) -> None:
    assert said_of({"text": "typed", "number": number}, 0, BOX).text == known


@pytest.mark.parametrize("submitted", [None, "7", True, 1.5, [7]])
def test_a_count_that_is_none_is_no_press(submitted: Any) -> None:
    assert said_of(None, submitted, BOX) == Said("put in", 0)


def test_the_count_of_presses_is_handed_on() -> None:
    assert said_of({"text": "", "number": 2}, 1_700_000_000_000, BOX) == Said("", 1_700_000_000_000)


def boxes(at: Any) -> list[dict[str, Any]]:
    return [data for element in at.get("bidi_component") if "put" in (data := json.loads(element.proto.json))]


def test_the_first_box_moves_the_flag_and_each_says_what_is_measured(page: Page) -> None:
    at = page("start")
    at.toggle(key="two").set_value(True).run()
    first, second = boxes(at)
    assert (first["flag"], second["flag"]) == (True, False) and first["fixed"] is False
    assert (first["label"], second["label"]) == (text("start.label"), text("start.label_b"))
    at.button_group(key="kind").set_value("default").run()
    at.button_group(key="kind_b").set_value("empty").run()
    first, second = boxes(at)
    assert (first["fixed"], first["name"]) == (None, text("start.default_name"))
    assert (second["fixed"], second["name"]) == ("", text("start.empty_name"))


def test_ctrl_enter_in_the_question_is_a_press_with_what_stood_there() -> None:
    said, box = Said("A pirate.", 0), Box(submitted=7)
    assert asked_of({"text": "Why?", "number": 8}, box, said) == Said("A pirate.", 8, "Why?")
    assert asked_of({"text": "Why?", "number": 8}, box, Said("A pirate.", 9)) == Said("A pirate.", 9)  # a later press
    for old in (
        None,
        "x",
        {},
        {"text": "Why?", "number": 7},
        {"text": "Why?", "number": True},
        {"text": 3, "number": 8},
    ):
        assert asked_of(old, box, said) is said


def test_the_looks_that_the_switch_offers_are_those_of_the_page() -> None:
    for name, base in (("light", 0), ("dark", 1)):
        colours = {key: value for key, value in LOOKS[name].items() if key != "base"}
        assert LOOKS[name]["base"] == base and len(colours) == 5
        assert colours == {key: CONFIG[f"theme.{name}.{key}"] for key in colours}
    assert CONFIG["client.allowedOrigins"] == [f"http://{CONFIG['server.address']}:{CONFIG['server.port']}"]
