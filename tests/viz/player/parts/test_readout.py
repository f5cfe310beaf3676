"""What the parts around the map show of the token at the head, and what a head at rest asks for."""

from collections.abc import Callable
from typing import Any

import fake
import pytest
from hand import SAYS, frames, told
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_readout_is_of_the_road_whose_turns_are_shown(visit: Callable[..., Any], call: Any) -> None:
    page = visit("scene=pair&play=0&gl=0")
    page.evaluate("__mm.player.go(6)")
    for which, name in enumerate("AB"):
        page.get_by_role("button", name=SAYS["crossing"]["road"].replace("{road}", name)).click()
        token = fake.scene("pair")["roads"][which]["tokens"][6]
        said = call("words", "percent", token["probability"])
        expect(page.locator(".readout .chance")).to_have_text(f"{name}: probability {said}")
        share = call("words", "percent", token["agree"])
        name = token["neighbourhood"][0].split(": ")[-1]
        expect(page.locator(".readout .near")).to_have_text(f"near {name} ({share})")


def test_a_place_has_one_name_two_or_none(visit: Callable[..., Any], call: Any) -> None:
    """In the status and in the table: the same words; in the status with the share of its neighbours."""
    page = visit("scene=single&play=0&gl=0")
    tokens = fake.scene("single")["roads"][0]["tokens"]
    for index in (1, 5, 9):
        page.evaluate(f"__mm.player.go({index})")
        names = [name.split(": ")[-1] for name in tokens[index]["neighbourhood"]]
        said = {0: "", 1: f"near {names[:1]}", 2: f"between {' and '.join(names)}"}[len(names)]
        said = said.replace("['", "").replace("']", "")
        said += f" ({call('words', 'percent', tokens[index]['agree'])})" if said else ""
        expect(page.locator(".readout .near")).to_have_text(said)
    page.get_by_role("button", name="Table").click()
    for index in (1, 5, 9):
        names = tokens[index]["neighbourhood"]
        said = {0: "–", 1: f"near {'+'.join(names)}", 2: f"between {' and '.join(names)}"}[len(names)]
        expect(page.get_by_role("row").nth(index + 1).get_by_role("cell").nth(2)).to_have_text(said)


def driven(visit: Callable[..., Any]) -> Any:
    """A road that has just come to its end, the head at its sixth token; its turns are not known."""
    page = visit("scene=live&gl=0")
    page.evaluate(
        """(tokens) => {
          __mm.player.arrive({kind: 'tokens', road: 0, from: 0, tokens});
          __mm.player.arrive({kind: 'state', road: 0, state: 'done'});
          __mm.player.go(5);
        }""",
        fake.walk(20, 3)[0],
    )
    return page


def test_a_resting_head_asks_once_for_turns_that_are_missing(visit: Callable[..., Any]) -> None:
    page = driven(visit)
    page.wait_for_function("__mm.events.some(([kind]) => kind === 'rest')")
    frames(page, 60)  # once, and not again
    assert told(page, "rest") == [{"road": 0, "index": 5}]
    page.evaluate(
        "__mm.player.arrive({kind: 'spurs', road: 0, index: 5, positions: [[1, 1, 1], [1, 0, 1], [0, 1, 1]]})"
    )
    page.wait_for_function("__mm.player.picks.filter((pick) => pick.candidate != null && !pick.box).length === 3")


def test_a_head_that_rests_on_a_growing_road_asks_for_its_turns(visit: Callable[..., Any]) -> None:
    page = visit("scene=live&gl=0")
    tokens = fake.walk(60, 3)[0]
    page.evaluate(
        """(tokens) => {
          __mm.player.arrive({kind: 'tokens', road: 0, from: 0, tokens: tokens.slice(0, 10)});
          __mm.player.go(5);
          let from = 10;
          globalThis.growth = setInterval(() => {
            __mm.player.arrive({kind: 'tokens', road: 0, from, tokens: tokens.slice(from, (from += 1))});
          }, 60);
        }""",
        tokens,
    )
    page.wait_for_function("__mm.events.some(([kind]) => kind === 'rest')")
    assert page.evaluate("__mm.player.journey.growing")
    page.evaluate("clearInterval(growth)")
    assert told(page, "rest") == [{"road": 0, "index": 5}]


def test_turns_that_could_not_be_known_are_asked_for_again_with_the_next_news(visit: Callable[..., Any]) -> None:
    page = driven(visit)
    page.wait_for_function("__mm.events.filter(([kind]) => kind === 'rest').length === 1")
    page.evaluate("__mm.player.arrive({kind: 'grip', road: 0, from: 0, values: [1, 1, 1]})")
    page.wait_for_function("__mm.events.filter(([kind]) => kind === 'rest').length === 2")
    page.evaluate(
        "__mm.player.arrive({kind: 'spurs', road: 0, index: 5, positions: [[1, 1, 1], [1, 0, 1], [0, 1, 1]]})"
    )
    page.evaluate("__mm.player.arrive({kind: 'grip', road: 0, from: 3, values: [1, 1, 1]})")
    frames(page, 60)
    assert told(page, "rest") == 2 * [{"road": 0, "index": 5}]
