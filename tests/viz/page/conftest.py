"""The page without a browser: its functions with a cell of their own, and whole runs by Streamlit's test harness."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from embeddings.request import Request
from tests.viz.conftest import heard, until
from viz.drive import session
from viz.drive.job import Job
from viz.drive.worker import Worker
from viz.page.state import Cell, Stage
from viz.server.routes import PAGE
from viz.strings import text

QUESTION = "What is rain?"
Page = Callable[..., AppTest]


@pytest.fixture
def ready(worker: Worker) -> Worker:
    """The scripted model, loaded."""
    worker.ready()
    until(lambda: worker.status.state == "ready")
    return worker


@pytest.fixture
def page(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> Page:
    """Opens the page at a step; the model behind it is scripted and ready."""
    monkeypatch.setattr(session, "ready_later", lambda: None)

    def opened(step: str | None = None, *, ready: bool = True) -> AppTest:
        if ready:
            worker.ready()
            until(lambda: worker.status.state == "ready")
        at = AppTest.from_file(str(PAGE), default_timeout=60)
        if step:
            at.query_params["step"] = step
        return at.run()

    return opened


# ---- without a run of the page


def driven(question: str = QUESTION, system: str | None = "", **asked: Any) -> tuple[Job, Cell]:
    """A road that is over, and the cell of the session that drove it."""
    job = session.drive(Request.of(system, question, **asked), "me")
    heard(job)
    return job, Cell(Stage(shown=job.id, driven=(job.id,), id="me", request=Request.of("", question)))


def shown(cell: Cell) -> Job:
    """The road on the stage, once it is over."""
    job = session.jobs().get(cell.stage.shown)
    assert job is not None
    heard(job)
    return job


def signs_of(stage: Stage) -> list[tuple[str, str, str]]:
    return [(sign.kind, sign.direction, sign.value) for sign in stage.signs]


# ---- in runs of the page


def stage_of(at: AppTest) -> Stage:
    found: Stage = at.session_state["cell"].stage
    return found


def job_of(at: AppTest) -> Job:
    job = session.jobs().get(stage_of(at).shown)
    assert job is not None
    return job


def told(at: AppTest) -> dict[str, Any]:
    """What the player was told."""
    return next(data for element in at.get("bidi_component") if "assets" in (data := json.loads(element.proto.json)))


def widget(found: Any, name: str) -> Any:
    """The one of this kind with this key, whatever number the page has given it."""
    (one,) = (entry for entry in found if entry.key and (entry.key == name or entry.key.startswith(f"{name}_")))
    return one


def wait(at: AppTest) -> AppTest:
    """Until the drive that is running is over, as the player would say."""
    job = session.jobs().get(stage_of(at).running)
    if job is not None:
        until(lambda: job.done)
    return at.run()


def drive(at: AppTest, question: str = QUESTION) -> AppTest:
    widget(at.text_area, "question").set_value(question)
    return at.button(key="drive").click().run()


def put_up(at: AppTest, typed: str, direction: str = "avoid", landmark: str | None = None) -> AppTest:
    widget(at.text_input, "sign_text").set_value(typed)
    if landmark:
        widget(at.selectbox, "sign_landmark").set_value(landmark)
    return next(button for button in at.button if button.label == text(f"signs.{direction}")).click().run()
