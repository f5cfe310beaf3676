"""What is said of a crossing: a test a rule, which of them wins, and how long a sentence stays."""

from typing import Any

import pytest
from hand import SAYS

pytestmark = pytest.mark.browser


def token(text: str, *others: tuple[str, float], p: float = 0.6, **more: Any) -> dict[str, Any]:
    """A token that was taken, and the other candidates there, likeliest first; an id is the text's own."""
    turns = sorted([(text, p), *others], key=lambda turn: -turn[1])
    candidates = [{"id": number(words), "text": words, "probability": share, "end": False} for words, share in turns]
    plain = {"id": number(text), "text": text, "probability": p, "entropy": 1.0, "position": [0, 0, 0], "end": False}
    return {**plain, "candidates": candidates, "blocked": [], "inside": [], "neighbourhood": [], **more}


def number(text: str) -> int:
    return int.from_bytes(text.encode()[:5], "big")


def road(*tokens: dict[str, Any], **more: Any) -> dict[str, Any]:
    plain = {"kind": "plain", "state": "done", "rewards": [], "settings": {"temperature": 0}}
    return {**plain, "tokens": [*tokens], **more}


def scene(*roads: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"roads": [*roads], "partsAt": None, "apart": None, "signs": [], "rows": [], "comparison": None, **more}


def words(count: int, **more: Any) -> list[dict[str, Any]]:
    """Tokens of which there is nothing special to say."""
    return [token(f" w{i}", (" x", 0.2), **more) for i in range(count)]


def said(call: Any, shown: dict[str, Any], index: int) -> list[str]:
    """All sentences of a crossing, the weightiest first."""
    return [
        call("harness", "spoken", news, SAYS)
        for news in call("state/saying", "newsAt", {"typed": False, **shown}, index)
    ]


BITE = token(" their", (" freedom", 0.9958), p=0.0028, blocked=[number(" freedom")])
SIGNED: dict[str, Any] = {"kind": "signed", "rewards": [{"word": "freedom", "weight": "ban"}]}


def test_what_a_sign_on_a_word_did(call: Any) -> None:
    shown = scene(road(*words(4)), road(*words(2), BITE, *words(1), **SIGNED), partsAt=2)
    assert said(call, shown, 2)[0] == "Here B wanted “freedom” (99.6 %). The sign made it take “their” (0.3 %)."
    alone = scene(road(*words(2), BITE, *words(1), **SIGNED))
    assert said(call, alone, 2)[0].startswith("Here it wanted “freedom” (99.6 %).")


def test_where_chance_had_a_part_in_it_the_sign_did_not_make_it(call: Any) -> None:
    shown = scene(road(*words(1), BITE, *words(1), **SIGNED, settings={"temperature": 0.7}))
    assert (
        said(call, shown, 1)[0] == "Here it wanted “freedom” (99.6 %), which a sign forbids. It took “their” (0.3 %)."
    )


def test_what_a_sign_on_a_region_did(call: Any) -> None:
    rewards = [{"region": "freedom", "kind": "landmark", "weight": 3.0}]
    turn = token(" story", (" lost", 0.3), p=0.1, after=[0.05, 0.49])
    shown = scene(road(*words(1), turn, *words(1), rewards=rewards))
    made = "Here it wanted “lost” (30 %). The sign made it take “story” (10 %, with the sign 49 %)."
    assert said(call, shown, 1)[0] == made
    chance = scene(road(*words(1), turn, *words(1), rewards=rewards, settings={"temperature": 0.7}))
    assert said(call, chance, 1)[0] == made.replace("The sign made it take", "It took")
    lowered = token(" story", (" lost", 0.3), p=0.1, after=[0.3, 0.08])  # against the sign: chance alone
    other = scene(road(*words(1), lowered, *words(1), rewards=rewards, settings={"temperature": 0.7}))
    assert said(call, other, 1)[0] == "Here it took “story” (10 %), though “lost” was likelier (30 %)."


def test_a_turn_that_somebody_took_is_not_put_down_to_a_sign(call: Any) -> None:
    parent = {
        "at": 1,
        "typed": None,
        "forced": 1,
        "token": {"id": number(" their"), "text": " their", "probability": 0.0028},
        "instead": {"id": number(" freedom"), "text": " freedom", "probability": 0.9958},
    }
    fork = road(*words(1), BITE, *words(1), **{**SIGNED, "kind": "fork"}, parent=parent)
    shown = scene(road(*words(3)), fork, partsAt=1)
    assert said(call, shown, 1)[0] == "Another turn: B takes “their” (0.3 %) instead of “freedom” (99.6 %)."
    fork["parent"] = {**parent, "typed": "what  we are"}
    assert said(call, shown, 1)[0] == "Here B goes on with words it was given: “what we are”."


def test_where_roads_part(call: Any) -> None:
    shown = scene(
        road(*words(1), token(" A", p=0.31), *words(2)), road(*words(1), token(" Rain", p=0.73), *words(2)), partsAt=1
    )
    assert said(call, shown, 1)[0] == "Here the roads part: A takes “A” (31 %), B takes “Rain” (73 %)."
    assert len(said(call, shown, 0)) == 1  # until then they are one, and one of them speaks


def test_an_end_is_told_from_a_cut_and_from_a_stop(call: Any) -> None:
    end = token("", end=True)
    assert said(call, scene(road(*words(3), end)), 3)[0] == "The answer ends here, after 4 tokens."
    assert said(call, scene(road(*words(4))), 3)[0] == "Cut here: the answer reached its limit of 4 tokens."
    assert said(call, scene(road(*words(4), state="stopped")), 3)[0] == "Stopped after 4 tokens."
    assert "Cut" not in said(call, scene(road(*words(4), state="running")), 3)[0]
    two = scene(road(*words(5)), road(*words(2), token(" y"), **SIGNED), partsAt=2)
    assert said(call, two, 2)[1] == "Cut here for B: the answer reached its limit of 3 tokens."


def test_two_roads_that_are_over_are_compared(call: Any) -> None:
    same = scene(road(*words(4)), road(*words(4), **SIGNED))
    assert said(call, same, 3)[0] == "Both roads are the same, token for token."
    bitten = scene(road(*words(4)), road(*words(1), {**BITE, "kl": 5.48}, *words(2), **SIGNED), partsAt=1)
    assert said(call, bitten, 3)[0] == "The sign stood in the way once. The detour cost 5 nats."
    far = scene(road(*words(3)), road(*words(2), token(" z")), partsAt=2, apart={"at": 2, "map": 0.443})
    assert said(call, far, 2)[0] == "The roads end 0.44 of the map apart."
    inside = road(*words(2, inside=[True]), *words(2, inside=[False]))
    outside = road(*words(3, inside=[False]), token(" z", inside=[True]), **SIGNED)
    region = {"signs": [{"name": "a, b: freedom"}], "rows": [{"row": 0, "name": "a, b: freedom"}]}
    shown = scene(inside, outside, partsAt=3, **region)
    assert said(call, shown, 3)[0] == "Inside “freedom”: 50 % of A’s crossings, 25 % of B’s. The detour cost 0 nats."
    growing = scene(road(*words(4)), road(*words(4), **SIGNED, state="running"))
    assert "same" not in said(call, growing, 3)[0]


def test_a_road_that_comes_back_to_the_other(call: Any) -> None:
    a = [[i, 0, 0] for i in range(12)]
    b = [[0, 0, 0], [1, 0, 0], [2, 3, 0], [3, 8, 0], [4, 4, 0], [5, 0.5, 0], [6, 0, 0]]
    assert call("state/saying", "returnAt", a, b, 2) == 5
    assert call("state/saying", "returnAt", a, b[:5], 2) is None
    assert call("state/saying", "returnAt", a, [[i, 2, 0] for i in range(7)], 2) is None  # it was never far
    assert call("state/saying", "returnAt", a, b, None) is None
    roads = [[token(f" {name}{i}", position=at) for i, at in enumerate(way)] for name, way in (("a", a), ("b", b))]
    shown = scene(road(*roads[0]), road(*roads[1]), partsAt=2)
    assert said(call, shown, 5)[0] == "B is back on A’s road, 3 tokens after they parted."
    assert "back" not in said(call, shown, 6)[0]


def test_going_in_circles(call: Any) -> None:
    shown = scene(road(*words(8), *words(8), *words(8), token(" on")))
    assert said(call, shown, 23)[0] == "Circling: the same 8 tokens, 3 times now."
    assert "Circling" not in said(call, shown, 24)[0]


def test_off_the_map(call: Any) -> None:
    shown = scene(road(*words(2, off_map=99.6), *words(2, off_map=40)))
    assert said(call, shown, 1)[0].startswith("Off the map: ")
    assert "Off" not in said(call, shown, 2)[0]


def test_into_a_region_and_out_of_it(call: Any) -> None:
    row = {"rows": [{"row": 1, "name": "freedom"}]}
    inside = [False, False, False, True, True, True, False, True]
    shown = scene(road(*[token(f" w{i}", (" x", 0.2), inside=[True, here]) for i, here in enumerate(inside)]), **row)
    first = [said(call, shown, i)[0] for i in range(7)]
    assert first[3] == "Here it comes into “freedom”." and first[6] == "Here it leaves “freedom”."
    assert not [text for i, text in enumerate(first) if "freedom" in text and i not in (3, 6)]
    assert (
        "freedom" not in said(call, shown, 7)[0] + said(call, {**shown, "rows": []}, 3)[0]
    )  # a flicker; nothing drawn


def test_what_signs_are_is_said_where_roads_under_signs_begin(call: Any) -> None:
    one = scene(road(*words(3)), road(*words(3), **SIGNED))
    assert said(call, one, 0)[0].startswith("The sign is a stand-in for RLHF")
    two = {**one, "signs": [{"name": "a"}, {"name": "b"}]}
    assert said(call, two, 0)[0].startswith("The signs are a stand-in for RLHF")
    assert "RLHF" not in "".join(said(call, scene(road(*words(3))), 0) + said(call, one, 1))


def test_the_grip_of_the_start_is_gone_once(call: Any) -> None:
    values = [1.2] * 10 + [0.5] * 5 + [0.05] * 10
    shown = scene(road(*[token(f" w{i}", (" x", 0.2), grip=grip) for i, grip in enumerate(values)]))
    gone = [i for i in range(25) if "grip" in said(call, shown, i)[0]]
    assert gone == [19]
    assert said(call, shown, 19)[0] == "The grip of the start is gone: 1.2 nats a token at the beginning, 0.05 now."
    weak = scene(road(*[token(f" w{i}", (" x", 0.2), grip=0.1 if i < 10 else 0.0) for i in range(25)]))
    assert not [i for i in range(25) if "grip" in said(call, weak, i)[0]]  # it never had one
    unknown = scene(road(*words(25, grip=None)))
    assert not [i for i in range(25) if "grip" in said(call, unknown, i)[0]]


def test_nearly_a_tie_and_wide_open(call: Any) -> None:
    shown = scene(
        road(
            token(" her", (" him", 0.4), p=0.47),
            token(" her", (" him", 0.25), p=0.47),
            token(" a", (" b", 0.11), p=0.12),
            token(" dire", (" b", 0.08), p=0.089),
            *words(1),
        )
    )
    assert said(call, shown, 0)[0] == "Nearly a tie: “her” 47 %, “him” 40 %."
    assert said(call, shown, 1)[0] == "It takes “her” (47 %); the next candidate was “him” (25 %)."
    assert said(call, shown, 2)[0].startswith("It takes “a”")  # of many, not of two
    assert said(call, shown, 3)[0] == "Wide open: even the likeliest token, “dire”, had only 8.9 %."


def test_on_rails(call: Any) -> None:
    shown = scene(road(*words(1), *words(4, entropy=0.05), *words(2)))
    assert said(call, shown, 3)[0] == "On rails: 3 tokens in a row with hardly another candidate."
    assert said(call, shown, 4)[0] == "On rails: 4 tokens in a row with hardly another candidate."
    assert not [i for i in (1, 2, 5) if "rails" in said(call, shown, i)[0]]
    keys = [call("state/saying", "newsAt", shown, i)[0]["key"] for i in (3, 4)]
    assert keys[0] == keys[1]  # the same is told: it counts on and does not begin anew


def test_another_place(call: Any) -> None:
    names = [["a: rain"], [], ["a: rain"], ["a: rain", "b: sea"], ["b: sea"], ["b: sea"]]
    shown = scene(road(*[token(f" w{i}", (" x", 0.2), neighbourhood=near) for i, near in enumerate(names)], *words(1)))
    assert said(call, shown, 0)[0] == "It stands near “rain”: the dots nearby are answers about it."
    assert said(call, shown, 4)[0] == "It goes from “rain” to “sea”: the dots nearby are answers about it."
    assert not [i for i in (1, 2, 3, 5) if "near" in said(call, shown, i)[0]]


def test_a_start_that_moved(call: Any) -> None:
    figures = {"map": 0.4, "full": 0.7, "behaviour": 0.12}
    known = [{"a": "pirate", "b": "scientist", "map": 0.8}]
    moved = {"comparison": figures, "from": "You are a pirate.", "references": known}
    text = "The start moved 0.40 of the map from “You are a pirate.”, about half as far as pirate from scientist."
    assert said(call, scene(**moved), -1)[0] == text
    assert said(call, scene(road(*words(3)), **moved), 0)[0] == text
    assert text not in said(call, scene(road(*words(3)), **moved), 1)
    # While one types, wherever the head is: and from which start is said.
    typed = "What is typed starts 0.40 of the map from A’s start, no system prompt."
    assert typed in said(call, scene(road(*words(3)), comparison=figures, **{"from": ""}, typed=True), 1)


def test_half_a_character_is_named_by_what_it_became(call: Any) -> None:
    torn = [{"id": 1, "text": "", "end": False, "probability": 0.4}, {"id": 2, "text": "ש", "end": False}]
    first, second = road(*words(2)), road(*words(2))
    second["tokens"] = [{**token, **half} for token, half in zip(second["tokens"], torn, strict=True)]
    text = said(call, scene(first, second, partsAt=0), 0)
    assert any("B takes “\u2068ש\u2069”" in sentence for sentence in text)


def test_the_road_that_turns_off_is_the_one_that_is_spoken_of(call: Any) -> None:
    tie = token(" her", (" him", 0.4), p=0.47)
    shown = scene(road(*words(2), tie, *words(2)), road(*words(1), token(" z"), *words(3), **SIGNED), partsAt=1)
    assert said(call, shown, 2)[0].startswith("B takes")
    both = {**shown, "roads": [shown["roads"][0], {**shown["roads"][1], "kind": "plain"}]}
    assert said(call, both, 2)[0] == "Nearly a tie for A: “her” 47 %, “him” 40 %."


def test_whichever_letter_a_turn_has_it_is_the_one_that_turns_off(call: Any) -> None:
    """A turn that leaves B is A from then on, and B stays B."""
    left = road(*words(5))
    turn = token(" z", (" w1", 0.3))
    parent = {"at": 1, "token": turn, "instead": token(" w1")}
    fork = road(*words(1), turn, *words(3), kind="fork", parent=parent)
    for roads, letter in (((left, fork), "B"), ((fork, left), "A")):
        shown = scene(*roads, partsAt=1)
        assert call("state/places", "leaving", list(roads)) == "AB".index(letter)
        assert said(call, shown, 1)[0].startswith(f"Another turn: {letter} takes “z”")
        assert not any("w0" in sentence and sentence.startswith(letter) for sentence in said(call, shown, 0))
    again = {**fork, "parent": {**parent, "at": 0, "instead": token(" y")}}  # B had left a road before
    assert call("state/places", "leaving", [fork, {**left, "kind": "fork", "parent": again["parent"]}]) == 0
    assert call("state/places", "leaving", [left, {**left, "kind": "signed"}]) == 1


def test_a_road_that_comes_back_is_named_by_its_letter(call: Any) -> None:
    def at(*xs: float) -> list[dict[str, Any]]:
        return [token(f" w{i}", (" x", 0.2), position=[x, 0, 0]) for i, x in enumerate(xs)]

    left = road(*at(0, 1, 2, 3, 4, 5))
    away = at(0, 1, 30, 31, 4)
    fork = road(*away[:2], *[{**t, "id": 7 + i} for i, t in enumerate(away[2:])], kind="fork")
    fork["parent"] = {"at": 2, "token": fork["tokens"][2], "instead": left["tokens"][2]}
    for roads, words_ in (((left, fork), "B is back on A’s road"), ((fork, left), "A is back on B’s road")):
        assert any(sentence.startswith(words_) for sentence in said(call, scene(*roads, partsAt=2), 4))
        marks = [m for m in call("state/saying", "momentsOf", {"typed": False, **scene(*roads, partsAt=2)})]
        assert [(m["rule"], m["road"]) for m in marks if m["rule"] == "returned"] == [
            ("returned", "AB".index(words_[0]))
        ]


def news(rule: str, weight: int, at: int = 0) -> dict[str, Any]:
    return {"rule": rule, "road": 0, "at": at, "weight": weight, "key": f"{rule}/0/{at}", "values": {}}


TAKEN, TIE, BLOCKED = news("taken", 10), news("tie", 45), news("blocked", 100)


def test_a_sentence_stays_until_it_can_be_read(call: Any) -> None:
    held = call("state/saying", "hold", None, TAKEN, 0, True)
    for best, seconds, shown in [
        (news("taken", 10, 1), 0.33, TAKEN),
        (TIE, 0.33, TAKEN),
        (news("taken", 10, 3), 0.33, TAKEN),  # what matters more waits
        (news("taken", 10, 4), 0.33, TIE),
        (BLOCKED, 0.33, TIE),
        (TIE, 0.33, TIE),
        (news("taken", 10, 7), 0.7, BLOCKED),
        (news("taken", 10, 8), 1.3, BLOCKED),  # longer, where nothing that matters comes after it
        (news("taken", 10, 9), 1.2, news("taken", 10, 9)),
    ]:
        held = call("state/saying", "hold", held, best, seconds, True)
        assert held["news"] == shown


def test_where_nothing_plays_the_crossing_itself_counts(call: Any) -> None:
    held = call("state/saying", "hold", {"news": BLOCKED, "since": 0.1, "next": TIE}, TAKEN, 0.1, False)
    assert held == {"news": TAKEN, "since": 0, "next": None}


def test_what_goes_on_is_told_on_without_beginning_anew(call: Any) -> None:
    rails = news("rails", 40, 3)
    held = call("state/saying", "hold", {"news": rails, "since": 0.9, "next": None}, {**rails, "at": 4}, 0.5, True)
    assert held["news"]["at"] == 4 and held["since"] == pytest.approx(1.4)


# ---- what is written on the picture


def moments(call: Any, shown: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [
        (one["rule"], one["road"], one["at"]) for one in call("state/saying", "momentsOf", {"moved": False, **shown})
    ]


def test_moments_are_barriers_partings_returns_and_loops(call: Any) -> None:
    b = road(*words(1), BITE, *[token(f" b{i}") for i in range(3)], BITE, **SIGNED)
    assert moments(call, scene(road(*words(6)), b, partsAt=1)) == [("blocked", 1, 1), ("blocked", 1, 5)]
    parting = scene(road(*words(3)), road(*words(2), token(" z")), partsAt=2)
    assert moments(call, parting) == [("parted", 1, 2)]
    a = [[i, 0, 0] for i in range(8)]
    way = [[0, 0, 0], [1, 0, 0], [2, 8, 0], [3, 8, 0], [4, 0, 0]]
    roads = [
        [token(f" {name}{i}", position=at) for i, at in enumerate(places)] for name, places in (("a", a), ("b", way))
    ]
    assert ("returned", 1, 4) in moments(call, scene(road(*roads[0]), road(*roads[1]), partsAt=2))
    circling = scene(road(token(" on"), *words(8), *words(8), *words(3)))
    assert moments(call, circling) == [("loop", 0, 16)]  # where it has come round once more


def test_of_many_barriers_the_first_and_the_last_are_written(call: Any) -> None:
    listed = [news("blocked", 100, 2), news("parted", 90, 2), *[news("steered", 95, at) for at in (4, 6, 8)]]

    def at(time: float) -> list[tuple[str, int]]:
        return [(one["rule"], one["at"]) for one in call("state/saying", "shownOf", listed, time)]

    assert at(1.9) == []
    assert at(2) == [("blocked", 2), ("parted", 2)]
    assert at(7.5) == [("blocked", 2), ("parted", 2), ("steered", 6)]


def test_where_a_turn_was_taken_back_the_later_one_turns_off(call: Any) -> None:
    one, other = token(" z", (" w1", 0.3)), token(" w1", (" z", 0.6))
    first = road(token(" w0"), one, kind="fork", parent={"at": 1, "token": one, "instead": other})
    back = road(token(" w0"), other, kind="fork", parent={"at": 1, "token": other, "instead": one, "turn": 2})
    assert call("state/places", "leaving", [back, first]) == 0
    assert call("state/places", "leaving", [first, back]) == 1


def test_letters_that_are_written_from_the_right_do_not_move_the_figures_after_them(call: Any) -> None:
    shown = scene(road(token(" \u05e9\u05dc\u05d5\u05dd", (" x", 0.2)), *words(2)))
    assert "“\u2068\u05e9\u05dc\u05d5\u05dd\u2069” (60 %)" in said(call, shown, 0)[0]


def test_at_its_end_a_word_sign_is_counted_as_often_as_it_has_a_post(call: Any) -> None:
    """One that only makes a word less likely, too."""
    bent = token(" hill", (" sea", 0.7), p=0.2, after=[0.1, 0.6], kl=2.0)
    signed = road(*words(1), bent, *words(1), **{**SIGNED, "rewards": [{"word": "sea", "weight": -3}]})
    shown = scene(road(*words(3)), signed, partsAt=1)
    assert said(call, shown, 2)[0].startswith("The sign stood in the way once.")
