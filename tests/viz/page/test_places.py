"""Every keyed widget of the page keeps its place and its element, whatever appears above it: what moves is made anew in
the browser, and then holds its default instead of what was typed (tests/browser/test_burst.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from embeddings.request import Intervention, Request
from tests.viz.conftest import Scripted, until
from tests.viz.sessions import Visitor, unnumbered, visitor
from viz.drive import session
from viz.drive.worker import Status, Worker
from viz.page.state import KINDS, Box, Stage
from viz.scene.recorded import scenes
from viz.server.routes import PAGE

STEPS = ("map", "road", "start", "signs")
SIGNS = (
    Intervention("rain"),
    Intervention("water", "word", "toward"),
    Intervention("It is about freedom.", "text"),
)
CROSSED = (Intervention("rain"), Intervention("rain", "word", "toward"))  # a warning
LISTED = ("old_", "remove_", "sign_0", "sign_1", "sign_2", "scene_", "region_")  # in lists with a place of their own
Place = tuple[int, ...]


@pytest.fixture
def guest(ready: Worker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    monkeypatch.setattr(session, "ready_later", lambda: None)
    with visitor(str(PAGE)) as made:
        yield made


class Watch:
    """Where each widget was drawn first, and what has moved since."""

    def __init__(self, guest: Visitor) -> None:
        self.guest = guest
        self.first: dict[str, Place] = {}
        self.ids: dict[str, str] = {}
        self.moved: list[str] = []

    def run(self, said: str, stage: Stage) -> set[str]:
        """One run of the page from a stage, with every widget that the page puts something into put in anew."""
        count = len(self.moved) + self.guest.cell.stage.filled + 1
        boxes = [replace(box, put=count) for box in stage.boxes]
        self.guest.cell.stage = replace(stage, boxes=(boxes[0], boxes[1]), filled=count, turned=count)
        self.guest.step = stage.step
        self.guest.send_as_before([])
        self.guest.request()
        self.guest.settled()
        assert self.guest.cell.stage.boxes[1].kind == stage.boxes[1].kind
        assert (self.guest.cell.stage.two, self.guest.cell.stage.error) == (stage.two, stage.error)
        found = {key: place for key, place in self.guest.places().items() if not key.startswith(LISTED)}
        for key, (place, id) in found.items():
            if self.first.setdefault(unnumbered(key), place) != place or self.ids.setdefault(key, id) != id:
                self.moved.append(f"{said}: {key}")
        return {unnumbered(key) for key in found}


def states(stage: Stage, worker: Worker) -> Iterator[tuple[str, Stage]]:
    """Each state of the rail, told in words; every one starts from the plain page."""
    order = Request.of("", "What is rain?")
    job = session.drive(order, stage.id)
    other = session.drive(order.asking("Why?"), stage.id)
    signed = session.drive(replace(order, interventions=SIGNS[:1]), stage.id)
    for one in (job, other, signed):
        until(lambda one=one: one.done)
    job.caption = "how"
    for kind in KINDS:
        yield f"start {kind}", stage.boxed(Box(kind), Box(), two=False)
        yield f"two starts, second {kind}", stage.boxed(Box(), Box(kind), two=True)
        yield f"two starts, both {kind}", stage.boxed(Box(kind), Box(kind), two=True)
    on = replace(stage, shown=job.id, scene=None, driven=(other.id, job.id))
    yield "an error", replace(stage, error="That did not work.")
    yield "a road", on
    yield "a road and an error", replace(on, error="That did not work.")
    yield "a road left for a scene", replace(on, shown=None, scene=scenes()[0]["id"])
    yield "nothing on the stage", replace(stage, scene=None)
    for name, signs in (("a word", SIGNS[:1]), ("three signs", SIGNS), ("crossed signs", CROSSED)):
        yield name, stage.signed(signs)
        yield f"{name}, a road", on.signed(signs)
    yield "signs without effect", replace(on, shown=signed.id).signed(SIGNS[:1])
    for state in ("idle", "loading", "error", "ready"):
        worker.status = Status(state, 0.5, "It failed.")
        yield f"model {state}", stage
    worker.status = Status("ready")


@pytest.mark.parametrize("step", STEPS)
def test_each_keyed_widget_keeps_its_place(guest: Visitor, ready: Worker, step: str) -> None:
    watch, stage = Watch(guest), replace(guest.cell.stage, step=step)
    watch.run("at first", stage)
    for said, state in states(stage, ready):
        watch.run(said, state)
    assert len(watch.first) > 12 and len(watch.ids) > len(watch.first)
    assert not watch.moved, "\n".join(watch.moved)


def test_while_a_road_is_driven_every_widget_keeps_its_place(guest: Visitor, side: Scripted) -> None:
    watch, stage = Watch(guest), replace(guest.cell.stage, step="signs")
    watch.run("at first", stage)
    side.gate = type(side.gate)(2)
    job = session.drive(Request.of("", "What is rain?"), stage.id)
    until(lambda: len(job.runs[0].tokens) == 2)
    seen = watch.run("driving", replace(stage, running=job.id, shown=job.id, scene=None, driven=(job.id,)))
    assert "stop" in seen and "drive" not in seen and watch.first["stop"] == watch.first["drive"]
    assert not watch.moved
    side.gate.release(20)


def test_what_all_steps_share_keeps_its_place_from_step_to_step(guest: Visitor) -> None:
    watch = Watch(guest)
    seen = [watch.run(step, replace(guest.cell.stage, step=step)) for step in STEPS]
    shared = set.intersection(*seen)
    assert {
        "step",
        "question",
        "length",
        "seed",
        "temperature",
        "top_p",
        "system",
        "kind",
        "two",
        "drive",
        "map",
    } <= shared
    assert not [moved for moved in watch.moved if unnumbered(moved.rpartition(": ")[2]) in shared]
