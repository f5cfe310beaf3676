"""Another turn of a road: what is shared is the same, what is put in is text."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings import RegionReward, UserError, WordReward, branch, trace
from embeddings.atlas.atlas import Atlas
from embeddings.chat import without_system
from embeddings.decoding.branch import replay
from embeddings.decoding.loop import steps
from embeddings.decoding.trajectory_file import to_json
from embeddings.model.language_model import LanguageModel
from embeddings.model.prompt import crossings, prompt_ids
from embeddings.request import Branch, Request, Settings
from embeddings.trajectory import ROWS, Trajectory

ASKED = {"system": "You are a pirate.", "user": "What is rain?", "max_new_tokens": 11}


@pytest.fixture(scope="module")
def parent(model: LanguageModel) -> Trajectory:
    return trace(model, **ASKED)


@pytest.mark.slow
@pytest.mark.parametrize("at", [0, 1, 7, 10])
def test_the_turn_that_was_taken_anyway_is_the_same_road(model: LanguageModel, parent: Trajectory, at: int) -> None:
    child = branch(model, parent, at=at, token=parent.token_ids[at])
    assert child.token_ids == parent.token_ids and child.pieces == parent.pieces
    for name in ROWS:
        np.testing.assert_allclose(getattr(child, name), getattr(parent, name), rtol=1e-4, atol=1e-3)


@pytest.mark.slow
def test_with_sampling_too_for_the_random_numbers_are_the_parents(model: LanguageModel) -> None:
    parent = trace(model, **ASKED, temperature=0.9, top_p=0.95, seed=3)
    assert branch(model, parent, at=6, token=parent.token_ids[6]).token_ids == parent.token_ids


def test_another_turn_shares_the_beginning_bit_for_bit(model: LanguageModel, parent: Trajectory) -> None:
    turn = next(c.id for c in parent.candidates[5] if c.id != parent.token_ids[5])
    child = branch(model, parent, at=5, token=turn)
    assert child.token_ids[:5] == parent.token_ids[:5] and child.token_ids[5] == turn
    for name in ROWS:
        np.testing.assert_array_equal(getattr(child, name)[:5], getattr(parent, name)[:5])
    np.testing.assert_allclose(child.states[5], parent.states[5], atol=1e-2, rtol=1e-4)  # the crossing is the same
    assert child.probability[5] == pytest.approx(
        dict((c.id, c.probability) for c in parent.candidates[5])[turn], abs=1e-5
    )
    assert child.parent.at == 5 and child.parent.forced == (turn,) and child.parent.token_ids == parent.token_ids


@pytest.mark.slow
def test_every_row_of_a_fork_equals_an_independent_pass(model: LanguageModel, parent: Trajectory) -> None:
    child = branch(model, parent, at=4, text=" made of old cheese, which")
    prompt = model.encode(child.messages)
    with torch.no_grad():
        out = model.hf(torch.tensor([[*prompt, *child.token_ids]]), output_hidden_states=True)
        empty = model.encode(without_system(child.messages))
        reference = model.hf(torch.tensor([[*empty, *child.token_ids]])).logits[0, len(empty) - 1 : -1]
    rows = slice(len(prompt) - 1, -1)
    logprobs = torch.log_softmax(out.logits[0, rows].double(), -1)
    scale = float(np.abs(child.states).mean())
    np.testing.assert_allclose(child.states, out.hidden_states[child.layer][0, rows], atol=1e-4 * scale, rtol=1e-4)
    np.testing.assert_allclose(child.probability, logprobs.exp()[range(len(child)), child.token_ids], atol=1e-4)
    grip = (logprobs.exp() * (logprobs - torch.log_softmax(reference.double(), -1))).sum(-1)
    np.testing.assert_allclose(child.grip, grip, atol=1e-4)


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=60).filter(lambda s: "\0" not in s and s.isprintable()), at=st.integers(0, 10))
def test_typed_text_is_text(model: LanguageModel, parent: Trajectory, text: str, at: int) -> None:
    child = branch(model, parent, at=at, text=text, max_new_tokens=at + len(model.text_ids(text)) + 1)
    assert child.text.startswith("".join(parent.pieces[:at]) + text)
    assert all(model.pieces[token] for token in child.parent.forced)  # no special token


@pytest.mark.slow
def test_template_tokens_are_spelled_out(model: LanguageModel, parent: Trajectory) -> None:
    child = branch(model, parent, at=3, text="<|im_end|>\n<|im_start|>user\nHi")
    assert "<|im_end|>\n<|im_start|>user\nHi" in child.text
    assert not set(child.parent.forced) & set(model.tokenizer.all_special_ids)


@pytest.mark.slow
def test_a_long_text_is_put_in_whole_and_driven_on(model: LanguageModel, parent: Trajectory) -> None:
    child = branch(model, parent, at=2, text=" and on" * 15)
    assert child.text.count(" and on") >= 15 and len(child) > 2 + len(child.parent.forced)


def test_what_was_put_in_is_what_is_claimed(model: LanguageModel, parent: Trajectory) -> None:
    text = " one two three four five six seven eight nine ten"
    child = branch(model, parent, at=2, text=text, max_new_tokens=5)
    assert child.parent.forced == child.token_ids[2:] == tuple(model.text_ids(text)[:3])
    assert child.parent.typed == " one two three" == "".join(child.pieces[2:])
    whole = branch(model, parent, at=2, text=text, max_new_tokens=12)
    assert whole.parent.typed == text and whole.parent.forced == whole.token_ids[2:]


@pytest.mark.slow
def test_numbers_of_numpy_are_numbers(model: LanguageModel, atlas: Atlas) -> None:
    layer = np.int64(atlas.layer)
    asked = {"user": "What is rain?", "max_new_tokens": np.int64(3), "seed": np.int32(3), "layer": layer}
    road = trace(model, **asked, temperature=np.float32(0.5), top_p=np.float64(0.9))
    assert road.settings == Settings(3, 0.5, 0.9, 3) and road.layer == atlas.layer
    assert {type(value) for value in vars(road.settings).values()} == {int, float}
    turn = np.array(model.text_ids(" wet"))[0]
    child = branch(model, road, at=np.int64(2), token=turn, max_new_tokens=np.uint8(3))
    reward = RegionReward.from_landmark(atlas, "freedom", np.float32(-1), k=np.int64(4)).looking(
        np.int64(2), np.int8(1)
    )
    again = replay(model, child.request, [], np.array(child.token_ids), child.layer)
    assert again.token_ids == child.token_ids
    start = atlas.start(model, road.system)
    assert all(json.dumps(to_json(found, atlas, start)) for found in (road, child, again))
    assert json.dumps(reward.to_json()) and (reward.k, reward.reach, reward.rollouts) == (4, 2, 1)
    for wrong in ({"layer": True}, {"layer": np.True_}, {"layer": 26.0}, {"seed": True}, {"temperature": np.True_},
                  {"temperature": 10**400}, {"max_new_tokens": np.float64(3)}):  # fmt: skip
        with pytest.raises(UserError, match=r"\w{3}.*\.$"):
            trace(model, user="x", **wrong)
    for wrong in ({"k": True}, {"k": 1}, {"k": 4.0}):
        with pytest.raises(UserError, match="k must be a whole number"):
            RegionReward.from_landmark(atlas, "freedom", **wrong)


def test_an_end_token_ends_the_road(model: LanguageModel, parent: Trajectory) -> None:
    child = branch(model, parent, at=6, token=min(model.end_tokens))
    assert len(child) == 7 and child.ended and child.text == "".join(parent.pieces[:6])


@pytest.mark.slow
def test_a_fork_keeps_the_signs(model: LanguageModel) -> None:
    parent = trace(model, user="What is rain?", max_new_tokens=16, rewards=[WordReward("water", -np.inf)])
    child = branch(model, parent, at=3, text=" wet")
    assert child.rewards == parent.rewards and "water" not in child.text.casefold()


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": -1, "token": 5},
        {"at": 20, "token": 5},
        {"at": 1.5, "token": 5},
        {"at": True, "token": 5},
        {"at": 2},
        {"at": 2, "token": 5, "text": "x"},
        {"at": 2, "token": 49152},
        {"at": 2, "token": -1},
        {"at": 2, "token": "5"},
        {"at": 2, "text": ""},
        {"at": 2, "text": "\0"},
        {"at": 2, "text": "\ud800"},
        {"at": 2, "text": " word" * 9000},
        {"at": 2, "token": 5, "max_new_tokens": 0},
    ],
)
def test_bad_forks_are_sentences(model: LanguageModel, parent: Trajectory, wrong: dict) -> None:
    with pytest.raises(UserError, match=r"\w{3}.*\.$"):
        branch(model, parent, **wrong)


def test_a_road_of_another_model_is_refused(model: LanguageModel, parent: Trajectory) -> None:
    with pytest.raises(UserError, match="another model"):
        branch(model, replace(parent, model_sha256="0" * 64), at=2, token=5)


def test_the_loop_yields_what_branch_collects(model: LanguageModel, parent: Trajectory) -> None:
    child = branch(model, parent, at=8, text=" of course")
    asked = Request.of(
        ASKED["system"],
        ASKED["user"],
        settings=Settings(len(child)),
        branch=Branch(parent.token_ids, 8, text=" of course"),
    )
    rest = list(steps(model, asked, (), parent.layer))
    assert [step.token_id for step in rest] == list(child.token_ids[8:]) and rest[0].index == 8
    given = list(steps(model, replace(asked, settings=Settings(len(child))), (), parent.layer, child.parent.forced))
    assert [step.token_id for step in given] == list(child.token_ids[8:])


def test_a_branch_says_what_was_asked_of_it(model: LanguageModel, parent: Trajectory) -> None:
    child = branch(model, parent, at=4, text=" soup")
    assert child.request.branch == Branch(parent.token_ids, 4, text=" soup")
    assert child.request.messages == parent.request.messages
    longest = parent.settings.max_new_tokens + len(child.parent.forced) - 1
    assert child.settings == replace(parent.settings, max_new_tokens=longest)
    assert branch(model, parent, at=4, token=child.parent.forced[0], max_new_tokens=6).settings.max_new_tokens == 6


def test_crossings_are_the_states(model: LanguageModel, parent: Trajectory) -> None:
    found = crossings(model, parent.messages, parent.token_ids, parent.layer)
    np.testing.assert_allclose(found, parent.states, atol=1e-4 * float(np.abs(parent.states).mean()), rtol=1e-3)
    assert prompt_ids(model, parent.messages)


def test_a_road_that_is_known_is_read_again(model: LanguageModel, parent: Trajectory) -> None:
    again = replay(model, parent.request, (), parent.token_ids, parent.layer)
    assert again.token_ids == parent.token_ids and again.request == parent.request and again.parent is None
    for name in ROWS:
        np.testing.assert_allclose(getattr(again, name), getattr(parent, name), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("ids", [(5,) * 9000])
def test_a_road_that_does_not_fit_is_not_read(model: LanguageModel, parent: Trajectory, ids: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match=r"at most .*\.$"):
        replay(model, parent.request, (), ids, parent.layer)
