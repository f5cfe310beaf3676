"""Three threads, three rules: one writer to a road, a model's thread that knows no road, and only values between."""

from __future__ import annotations

import ast
import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import viz
from embeddings.request import Intervention, Request, Stretch
from tests.viz.conftest import Scripted, heard
from viz.drive import forks, run, session, task
from viz.drive.job import Job
from viz.drive.run import Run
from viz.drive.worker import Worker

VIZ = Path(viz.__file__).parent
WRITERS = {"job.py", "run.py"}
GROWS = {field.name for field in dataclasses.fields(Run)} - {"plan"}
CHANGES = {"append", "extend", "insert", "update", "clear", "pop", "popitem", "remove", "setdefault", "sort", "reverse"}
MODEL_THREAD = ("driving", "worker", "probes", "starts", "task", "events", "side", "embeddings_side")


def parts(target: ast.expr) -> Iterator[str]:
    """Names of the attributes that are written through, of anything but ``self``'s own."""
    while isinstance(target, ast.Subscript | ast.Attribute | ast.Starred):
        if isinstance(target, ast.Attribute) and not (isinstance(target.value, ast.Name) and target.value.id == "self"):
            yield target.attr
        target = target.value


def written(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign | ast.Delete):
            targets = [t for t in node.targets for t in (t.elts if isinstance(t, ast.Tuple | ast.List) else [t])]
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
            targets = [node.func.value]
        for target in targets:
            yield from ((target.lineno, name) for name in parts(target) if name in GROWS)


@pytest.mark.parametrize("folder", ["drive", "server", "recording", "scene", "export"])
def test_nothing_but_a_job_writes_to_a_road(folder: str) -> None:
    found = {
        f"{path.name}:{line} {name}"
        for path in (VIZ / folder).rglob("*.py")
        if path.name not in WRITERS
        for line, name in written(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert not found


def test_that_rule_sees_what_it_is_to_see() -> None:
    code = """run.state = 1
run.tokens[0] = 2
a.runs[0].spurs["1"] = 3
run.tokens.append(4)
x, run.error = 5, 6
self.state = 7"""
    assert [line for line, _ in sorted(written(ast.parse(code)))] == [1, 2, 3, 4, 5]


def test_while_roads_grow_only_their_job_writes_to_them(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set[tuple[str, str]]()

    def noted(self: Run, name: str, value: object) -> None:
        code = sys._getframe(1).f_code
        if code.co_name != "__init__":
            seen.add((Path(code.co_filename).name, name))
        object.__setattr__(self, name, value)

    monkeypatch.setattr(Run, "__setattr__", noted)
    job = session.drive(Request.of(None, "What is rain?", interventions=(Intervention("water"),)), "me")
    heard(job)
    heard(session.begin(forks.branch(job.runs[1], 3, token=104), "me"))
    assert {file for file, _ in seen} == {"job.py"} and {"state", "start"} <= {name for _, name in seen}


@pytest.mark.parametrize("module", MODEL_THREAD)
def test_the_model_s_thread_knows_no_road_and_no_job(module: str) -> None:
    names = set[str]()
    for node in ast.walk(ast.parse((VIZ / "drive" / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    mine = {name for name in names if name.startswith(("viz.drive.run", "viz.drive.job", "viz.drive.session"))}
    assert mine <= {"viz.drive.run.length_of", "viz.drive.run.rewards_json"}  # which only compute
    assert not {name for name in names if name.split(".")[0] in ("streamlit", "starlette")}
    assert not {name for name in names if name.startswith(("viz.page", "viz.server", "viz.drive.forks"))}


@pytest.mark.parametrize("name", ["length_of", "rewards_json"])
def test_what_it_takes_from_the_road_s_file_only_computes(name: str) -> None:
    (tree,) = ast.parse(__import__("inspect").getsource(getattr(run, name))).body
    assert "Run" not in {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def values(thing: Any, where: str = "it") -> Iterator[str]:
    """What is no value in a thing: what somebody could write to while somebody else reads."""
    if dataclasses.is_dataclass(thing):
        if not type(thing).__dataclass_params__.frozen:  # type: ignore[attr-defined]
            yield where
        for field in dataclasses.fields(thing):
            yield from values(getattr(thing, field.name), f"{where}.{field.name}")
    elif isinstance(thing, tuple):
        for i, part in enumerate(thing):
            yield from values(part, f"{where}[{i}]")
    elif not (thing is None or isinstance(thing, str | int | float | np.ndarray)):
        yield f"{where}: {type(thing).__name__}"


def test_what_the_model_s_thread_is_given_are_values(worker: Worker, side: Scripted) -> None:
    job = session.drive(Request.of(None, "What is rain?", interventions=(Intervention("water"),)), "me")
    heard(job)
    parent = job.runs[1]
    on = Stretch(parent.plan.request.chat, parent.token_ids, 1, 3, np.array(parent.states))
    sign = Intervention("is water", "stretch", stretch=on)
    fork = forks.branch(parent, 3, token=104)
    given = [
        Job(Request.of("a", "?", beside=("b",), interventions=(sign,))).task,
        fork.task,
        parent.look_at(2),
        task.StartQuestion(None, ("x",)),
        task.ProbeQuestion(sign),
    ]
    assert [found for thing in given for found in values(thing)] == []


def test_what_was_given_does_not_change_while_the_road_grows(worker: Worker) -> None:
    job = session.drive(Request.of(None, "What is rain?"), "me")
    heard(job)
    question, branched = job.runs[0].look_at(2), forks.branch(job.runs[0], 3, token=104)
    behind = branched.task.behind
    assert question is not None and behind is not None
    job.runs[0].tokens.clear(), job.runs[0].states.clear()
    assert (len(question.token_ids), len(question.states)) == (2, 3)
    assert (len(behind.token_ids), len(behind.states)) == (6, 6)
