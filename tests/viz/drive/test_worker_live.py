"""A live drive and `trace` say the same, with the real model and atlas: tokens, places, readings, turns not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from embeddings.request import Intervention, Request, Settings
from tests.viz.conftest import heard, until
from viz.drive import session
from viz.drive.job import Job

if TYPE_CHECKING:
    from embeddings.atlas.atlas import Atlas
    from embeddings.model.language_model import LanguageModel

PATIENCE = 300.0  # seconds: the machine may be busy
pytestmark = pytest.mark.slow
ASKED = {"system": "You are a pirate.", "user": "Why do people fight for freedom?", "max_new_tokens": 18}


def short(question: str) -> Job:
    return session.drive(Request.of(None, question, settings=Settings(max_new_tokens=10)), "live")


@pytest.fixture(scope="module")
def job() -> object:
    signs, settings = (Intervention("freedom"),), Settings(max_new_tokens=ASKED["max_new_tokens"])
    made = session.drive(Request.of(ASKED["system"], ASKED["user"], interventions=signs, settings=settings), "live")
    heard(made, seconds=PATIENCE)
    return made


def test_both_roads_are_what_trace_writes(job, model: LanguageModel, atlas: Atlas) -> None:  # type: ignore[no-untyped-def]
    from embeddings import WordReward, trace

    for road, rewards in zip(job.runs, ((), (WordReward("freedom", -np.inf),)), strict=True):
        found = trace(model, **ASKED, rewards=rewards, layer=atlas.layer)
        assert road.state == "done" and road.token_ids == found.token_ids and road.text == found.text
        for name in ("probability", "entropy", "grip", "pull", "kl"):
            np.testing.assert_allclose([t[name] for t in road.tokens], getattr(found, name), atol=2e-4)
        np.testing.assert_allclose([t["position"] for t in road.tokens], atlas.positions(found), atol=2e-4)
        np.testing.assert_allclose([t["off_map"] for t in road.tokens], atlas.off_map(found), atol=0.1)
        for i, region in enumerate(atlas.regions):
            assert [t["inside"][i] for t in road.tokens] == atlas.inside(found, region.name).tolist()


def test_they_part_where_the_first_token_differs(job) -> None:  # type: ignore[no-untyped-def]
    a, b = (road.token_ids for road in job.runs)
    assert job.parts_at == next(i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
    assert job.runs[1].tokens[job.parts_at]["blocked"]


def test_the_turn_that_was_taken_leads_to_the_next_crossing(job) -> None:  # type: ignore[no-untyped-def]
    worker, road = session.worker(), job.runs[0]
    for index in (0, 5, len(road.tokens) - 2):
        question = road.look_at(index)
        assert question is not None
        spurs = worker.ask(question).result(PATIENCE)
        ids = [candidate["id"] for candidate in road.tokens[index]["candidates"][:3]]
        taken = ids.index(road.tokens[index]["id"])  # greedy: the likeliest
        np.testing.assert_allclose(spurs["positions"][taken], road.tokens[index + 1]["position"], atol=5e-3)


def test_two_drives_at_once_are_what_each_would_be_alone(job) -> None:  # type: ignore[no-untyped-def]
    first, second = (short(q) for q in ("What is rain?", "What is 2+2?"))
    until(lambda: first.done or second.done or (first.runs[0].tokens and second.runs[0].tokens), PATIENCE)
    assert not (first.done and not second.runs[0].tokens)  # both are under way
    heard(first, seconds=PATIENCE), heard(second, seconds=PATIENCE)
    alone = short("What is rain?")
    heard(alone, seconds=PATIENCE)
    assert alone.runs[0].token_ids == first.runs[0].token_ids != second.runs[0].token_ids


def test_a_prompt_beyond_the_window_is_a_sentence(job) -> None:  # type: ignore[no-untyped-def]
    long = short("🂡" * 8000)  # few characters, many tokens
    assert "tokens" in next(e["error"] for e in heard(long, seconds=PATIENCE) if e["kind"] == "state")
