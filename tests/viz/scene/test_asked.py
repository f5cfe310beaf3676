"""What one road of a Scene was asked for: found in a Scene of any age, and the same as what was driven."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from embeddings.paths import assets
from embeddings.request import Branch, Intervention, Request, Settings, Stretch
from tests.viz.conftest import Scripted
from viz.drive import forks, session
from viz.drive.job import Job
from viz.drive.worker import Worker
from viz.scene import schema
from viz.scene.asked import asked, watched

RAIN = Request.of("You are a pirate.", "What is rain?", settings=Settings(4, 0.5, 0.9, 7))
SIGNS = (
    Intervention("water"),
    Intervention("sea", "word", "toward", weight=2.0),
    Intervention("freedom", "landmark", reach=3),
    Intervention("We go.", "text", "toward", on=False),
    Intervention("is water", "stretch", stretch=Stretch(RAIN.messages, (1, 2, 3), 1, 3)),
)


def driven(job: Job) -> dict[str, Any]:
    session.worker().begin(job.task, job)
    job.over.wait()
    return schema.scene(job.scene())


def up(request: Request | None) -> Request:
    """Without the signs that are down, which a road does not tell."""
    assert request is not None
    return replace(request, interventions=request.up)


@pytest.mark.parametrize("signs", [(), SIGNS[:1], SIGNS])
def test_a_road_is_asked_for_as_its_plan_was(worker: Worker, signs: tuple[Intervention, ...]) -> None:
    job = Job(replace(RAIN, interventions=signs, strength=1.5), kept=True)
    scene = driven(job)
    for which, plan in enumerate(job.plans):
        assert asked(scene, which) == up(plan.request)
    if signs == SIGNS:
        read = watched(scene, 0)
        assert read is not None and [(s.value, s.weight) for s in read.up] == [("freedom", 0.0), ("is water", 0.0)]
    assert watched(scene, len(job.plans) - 1) is None


def test_two_starts_are_two_requests_of_one(worker: Worker) -> None:
    job = Job(replace(RAIN, beside=(None,), interventions=SIGNS[:1]), kept=True)
    scene = driven(job)
    assert [asked(scene, which) for which in (0, 1)] == [up(plan.request) for plan in job.plans]
    assert [request.system for which in (0, 1) if (request := asked(scene, which))] == ["You are a pirate.", None]


@pytest.mark.parametrize("turn", [{"token": 104}, {"typed": "no snow"}])
def test_a_fork_is_asked_for_with_its_turn_and_so_is_a_fork_of_it(worker: Worker, turn: dict[str, Any]) -> None:
    first = Job(RAIN, kept=True)
    driven(first)
    second = forks.branch(first.runs[0], 2, kept=True, **turn)
    scene = driven(second)
    assert asked(scene, 0) == RAIN
    assert asked(scene, 1) == up(
        replace(second.request, settings=replace(RAIN.settings, max_new_tokens=second.runs[1].length))
    )
    third = driven(forks.branch(second.runs[1], 3, token=105, kept=True))
    again = asked(third, 1)  # the road that was left: its own parent is not in the Scene any more
    ids = tuple(token["id"] for token in third["roads"][1]["tokens"])
    assert again is not None and again.branch is not None
    assert (again.branch.shared, again.branch.text) == (ids[:2], asked(scene, 1).branch.text)  # type: ignore[union-attr]
    assert asked(third, 0).branch == Branch(ids, 3, token=105)  # type: ignore[union-attr]


def test_a_scene_of_before_it_held_its_request_has_the_signs_from_its_posts(worker: Worker) -> None:
    for path in (assets() / "scenes").glob("*.json"):
        if path.stem != "index":
            scene = schema.scene(path.read_bytes())
            for which in range(len(scene["roads"])):
                new, old = asked(scene, which), asked({**scene, "request": None}, which)
                assert new is not None and old is not None
                for one in (new, old):
                    assert one.messages == tuple(Request.of(scene["roads"][which]["system"], one.question).messages)
                said = [[(s.value, s.kind, s.nats(r.strength)) for s in r.up] for r in (new, old)]
                assert said[0] == said[1] and (new.settings, new.branch) == (old.settings, old.branch)


def test_a_sign_on_a_stretch_of_a_road_that_is_gone_is_said_to_be_unknown(worker: Worker, side: Scripted) -> None:
    scene = driven(Job(replace(RAIN, interventions=SIGNS), kept=True))
    scene.pop("request")
    assert asked(scene, 1) is None and asked(scene, 0) == RAIN and watched(scene, 0) is None
    json.dumps(scene, allow_nan=False)
