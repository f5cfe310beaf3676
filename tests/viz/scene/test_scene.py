"""The Scene: what is written is finite and complete, and what comes back from a browser is checked."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import UserError
from embeddings.paths import assets
from embeddings.request import Intervention, Request
from embeddings.trajectory import Candidate
from viz.scene import schema as validate
from viz.scene.scene import number, parts_at, place_of, point, scene_of, token_of, weight_of


@given(st.floats())
def test_a_number_is_finite_or_unknown(value: float) -> None:
    json.dumps(number(value), allow_nan=False)


@pytest.mark.parametrize("bad", [[1.0, 2.0], [1.0, 2.0, float("nan")], [1.0, 2.0, float("inf")], [1.0] * 4])
def test_a_place_that_is_none_is_refused(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="three finite"):
        point(bad)


def test_a_ban_is_a_word() -> None:
    assert weight_of(-float("inf")) == "ban" and weight_of(-3) == -3.0


@given(st.lists(st.integers(0, 3)), st.lists(st.integers(0, 3)))
def test_roads_part_at_the_first_difference(first: list[int], second: list[int]) -> None:
    at = parts_at(first, second, ended=True)
    assert parts_at(second, first, ended=True) == at
    if at is None:
        assert first == second
    else:
        assert first[:at] == second[:at] and first[at : at + 1] != second[at : at + 1]


def test_roads_that_still_grow_part_only_where_both_have_a_token() -> None:
    assert parts_at([1, 2], [1], ended=False) is None


def road() -> dict:
    token = {
        "id": 1,
        "text": "a",
        "position": [0, 0, 0],
        "probability": 0.5,
        "neighbourhood": ["n", "m"],
        "agree": 0.9,
        "grip": None,
        "pull": 0.0,
        "kl": 0.0,
        "off_map": 1.0,
    }
    return {"label": "A", "kind": "plain", "system": None, "user": "?", "tokens": [token], "text": "a"}


def test_a_scene_of_ours_passes_its_own_check() -> None:
    start = SimpleNamespace(position=np.zeros(3), off_map=1.0, pca=np.ones(3))
    made = scene_of([{**road(), "start": place_of(start)}], id="x", title="A road")
    assert validate.scene(json.dumps(made).encode())["roads"][0]["start"]["pca"] == [1.0, 1.0, 1.0]


def test_what_is_written_is_what_the_shape_knows_and_nothing_else() -> None:
    start = SimpleNamespace(position=np.zeros(3), off_map=1.0, pca=np.ones(3))
    written = token_of(step(ends=True), PLACE, signed=True)  # type: ignore[arg-type]
    made = scene_of([{**road(), "tokens": [written], "start": place_of(start)}], id="x", title="")
    validate.SceneModel.model_validate(made, extra="forbid")
    shape = validate.SceneModel.model_fields
    assert set(written) == set(fields(shape["roads"], "tokens"))
    assert set(place_of(start)) == set(fields(shape["roads"], "start"))
    assert set(shape) - set(made) == {"variants", "regions", "reading", "atlas"}  # a recording adds them


def fields(of: Any, *names: str) -> Any:
    """The fields of a part of the shape, found by the names that lead to it."""
    for name in names:
        of = get_args(of.annotation)[0].model_fields[name]
    return get_args(of.annotation)[0].model_fields


SHIPPED = [path for path in sorted((assets() / "scenes").glob("*.json")) if path.stem != "index"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scene_has_the_shape_and_nothing_else(path: Path) -> None:
    validate.SceneModel.model_validate(json.loads(path.read_text(encoding="utf-8")), extra="forbid")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"null", b"[]", b"{}", b"\xff\xfe", b'{"roads": 3}', b"[" * 100_000,
        json.dumps({**scene_of([road()] * 3, id="x", title="")}).encode(),
        json.dumps({**scene_of([road()], id="x", title=""), "version": 3}).encode(),
        b'{"roads": [{"label": "A", "kind": "plain", "user": "", "start": {"position": [NaN, 0, 0]}, "tokens": []}]}',
    ],
)  # fmt: skip
def test_what_is_no_scene_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(UserError, match="not a scene"):
        validate.scene(data)


def test_what_a_scene_does_not_know_is_left_out() -> None:
    made = {**scene_of([road()], id="x", title=""), "surprise": "<script>"}
    assert "surprise" not in validate.scene(made)


def sign(**parts: object) -> dict:
    made = {"name": "freedom", "kind": "landmark", "value": "freedom", "direction": "avoid", "weight": -3.0, "auc": 0.9}
    return {**made, "weak": False, "position": [0, 0, 0], "pca": None, "points": [3, 5], **parts}


def test_what_older_scenes_do_not_have_is_left_out_where_it_says_nothing() -> None:
    checked = validate.scene(scene_of([road()], id="x", title=""))
    assert not {"signs", "apart", "variants"} & set(checked)
    assert not {"parent"} & set(checked["roads"][0]) and not {"after", "scores"} & set(checked["roads"][0]["tokens"][0])


def test_signs_forks_and_readings_pass_the_check_unchanged() -> None:
    turn = {"id": 1, "text": "a", "probability": None}
    parent = {"at": 0, "typed": "x", "forced": 2, "token": turn, "instead": turn}
    rewards = [{"word": "x", "weight": "ban"}, {"region": "r", "kind": "text", "weight": 1.0, "k": 16, "auc": 0.8}]
    token = {**road()["tokens"][0], "after": [0.5], "scores": [None, 0.3], "inside": [True, False, True]}
    branched = {**road(), "kind": "fork", "parent": parent, "rewards": rewards, "tokens": [token]}
    apart = {"at": 0, "token": "a", "probability": 0.1, "map": 1.0, "full": None}
    made = scene_of([branched], id="x", title="", signs=[sign()] * 5, apart=apart)
    made["variants"] = {"label": "w", "low": "a", "high": "b", "items": [{"id": "x", "label": "0"}]}
    checked = validate.scene(made)
    assert {name: checked["roads"][0][name] for name in ("parent", "rewards")} == {"parent": parent, "rewards": rewards}
    assert all(checked["roads"][0]["tokens"][0][name] == token[name] for name in ("after", "scores", "inside"))
    assert all(checked[name] == made[name] for name in ("apart", "variants")) and len(checked["signs"]) == 5
    assert validate.scene(json.dumps(checked).encode()) == checked


@pytest.mark.parametrize(
    "signs",
    [
        [sign()] * 6, [sign(kind="word")], [sign(direction="up")], [sign(weight=float("inf"))], [sign(position=[0, 0])],
        [sign(points=[-1])], [sign(points=[0.5])], [sign(points=[0] * 50_001)], "x", [3],
    ],
)  # fmt: skip
def test_signs_that_cannot_be_drawn_are_refused(signs: object) -> None:
    with pytest.raises(UserError, match="not a scene"):
        validate.scene({**scene_of([road()], id="x", title=""), "signs": signs})


# -- what a live drive's scene holds besides


def step(*, ends: bool) -> SimpleNamespace:
    candidates = tuple(Candidate(i, f" {i}", 0.1, end=i == 2 and ends) for i in range(10))
    return SimpleNamespace(
        token_id=1, text=" 1", probability=0.5, entropy=1.0, candidates=candidates, pull=0.0, kl=0.0, blocked=(),
        after=(0.1,) * 10, inside=(True,), scores=(None,), end=False,
    )  # fmt: skip


SAID = SimpleNamespace(names=("n",), share=0.62)
PLACE = SimpleNamespace(position=np.zeros(3), pca=np.ones(3), off_map=1.0, inside=(False, True), neighbourhood=SAID)


def test_a_candidate_says_whether_it_would_end_the_answer() -> None:
    told = token_of(step(ends=True), PLACE)  # type: ignore[arg-type]
    assert [candidate["end"] for candidate in told["candidates"]] == [False, False, True] + [False] * 7
    checked = validate.scene(scene_of([{**road(), "tokens": [told]}], id="x", title=""))["roads"][0]["tokens"][0]
    assert [bool(candidate.get("end")) for candidate in checked["candidates"]] == [False, False, True] + [False] * 7
    assert not any(c["end"] for c in token_of(step(ends=False), PLACE)["candidates"])  # type: ignore[arg-type]


def test_a_place_is_told_by_its_names_and_their_votes() -> None:
    told = token_of(step(ends=False), PLACE)  # type: ignore[arg-type]
    assert (told["neighbourhood"], told["agree"]) == (["n"], 0.62)
    checked = validate.scene(scene_of([{**road(), "tokens": [told]}], id="x", title=""))["roads"][0]["tokens"][0]
    assert (checked["neighbourhood"], checked["agree"]) == (["n"], 0.62)


def test_a_scene_of_another_map_is_refused_with_a_sentence() -> None:
    made = {**scene_of([road()], id="x", title=""), "atlas": "a" * 64}
    assert validate.scene(made, "a" * 64)["atlas"] == "a" * 64
    older = {**made, "version": 1, "roads": [{**road(), "tokens": [{**road()["tokens"][0], "neighbourhood": "n"}]}]}
    for wrong, atlas in ((made, "b" * 64), ({**made, "atlas": None}, "b" * 64), (older, None)):
        with pytest.raises(UserError, match="another map"):
            validate.scene(wrong, atlas)


def test_after_and_scores_are_only_told_of_a_road_under_signs() -> None:
    plain, signed = (token_of(step(ends=False), PLACE, signed=signed) for signed in (False, True))  # type: ignore[arg-type]
    assert plain["after"] is None and signed["after"] == [0.1] * 10
    assert plain["scores"] is None and plain["inside"] == [False, True, True]


def test_a_scene_s_request_is_checked_and_written_as_it_was() -> None:
    asked = Request.of(None, "?", interventions=(Intervention("x", weight=-np.inf),)).to_json()
    made = scene_of([road()], id="x", title="", request=asked)
    assert validate.scene(json.dumps(made).encode())["request"] == asked
    assert "request" not in validate.scene(scene_of([road()], id="x", title=""))


@pytest.mark.parametrize("request_", [{}, {"version": 2}, "x", {"version": 1, "messages": []}, [[]], {"version": True}])
def test_a_scene_whose_request_is_none_is_refused(request_: object) -> None:
    with pytest.raises(UserError, match="not a scene"):
        validate.scene(scene_of([road()], id="x", title="", request=request_))
