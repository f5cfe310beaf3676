"""A road as it grows: how long it may be, what it tells, what is to be asked about its crossings."""

from __future__ import annotations

from typing import Any

import numpy as np

from embeddings.request import Branch, Intervention, Request, Settings
from viz.drive.plan import Plan
from viz.drive.run import AFTER_A_BRANCH, SPURS, Run, length_of, rewards_json

ASKED = Request.of(None, "?", settings=Settings(max_new_tokens=6))


def token(i: int) -> dict[str, Any]:
    return {"id": i, "text": f" {i}", "candidates": [{"id": 10 * i + k} for k in range(10)]}


def test_a_branch_may_write_some_of_its_own_however_late_it_comes() -> None:
    late = Request.of(None, "?", settings=Settings(max_new_tokens=6), branch=Branch(tuple(range(6)), 5, token=1))
    assert length_of(Plan(0, "plain", ASKED), 0) == 6
    assert length_of(Plan(1, "fork", late), 3) == 5 + 3 + AFTER_A_BRANCH
    run = Run(Plan(1, "fork", late), forced=3)
    assert (run.shared, run.length) == (5, 5 + 3 + AFTER_A_BRANCH)
    assert run.header()["settings"]["max_new_tokens"] == run.length


def test_only_crossings_with_states_are_asked_about_and_only_once() -> None:
    run = Run(
        Plan(0, "plain", ASKED), tokens=[token(i) for i in range(4)], states=[np.full(4, float(i)) for i in (0, 1, 2)]
    )
    asked = run.look_at(2)
    assert asked is not None and (asked.request, asked.token_ids) == (ASKED, (0, 1))
    assert asked.candidates == (20, 21, 22) and len(asked.candidates) == SPURS and len(asked.states) == 3
    assert run.look_at(3) is None and run.look_at(4) is None
    assert run.spurs_at(2) is None
    run.spurs["2"] = [[0.0, 0.0, 0.0]]
    assert run.spurs_at(2) == {"positions": [[0.0, 0.0, 0.0]], "pca": None}  # a recorded road has no other view of it


def test_rewards_are_told_before_and_after_their_probes_are_fitted() -> None:
    signs = (Intervention("free"), Intervention("freedom", "landmark"))
    plan = Plan(1, "signed", Request.of(None, "?", interventions=signs, strength=2.0))
    word = {"word": "free", "weight": "ban"}
    region = {"region": "freedom", "kind": "landmark", "weight": -2.0}
    assert rewards_json(plan) == (word, {**region, "k": None, "auc": None})
    assert rewards_json(plan, [None, (16, 0.87654)]) == (word, {**region, "k": 16, "auc": 0.877})


def test_a_road_tells_the_messages_as_they_were_given() -> None:
    for system, roles in ((None, ["user"]), ("", ["system", "user"]), ("x", ["system", "user"])):
        header = Run(Plan(0, "plain", Request.of(system, "Why?"))).header()
        assert (header["system"], header["user"]) == (system, "Why?")
        assert [message["role"] for message in header["messages"]] == roles


def test_a_stretch_keeps_no_more_of_the_road_than_it_needs() -> None:
    states = [np.full(4, float(i)) for i in range(4)]
    run = Run(Plan(0, "plain", ASKED), tokens=[token(i) for i in range(4)], states=states)
    found = run.stretch(1, 3)
    assert (found.messages, found.token_ids, found.start, found.stop) == (ASKED.messages, (0, 1, 2), 1, 3)
    assert found.states is not None and found.states.shape == (3, 4)
    run.states.clear()
    assert run.stretch(1, 3).states is None  # of a recorded road: read again where the model is
    assert run.stretch(1, 3) == found
