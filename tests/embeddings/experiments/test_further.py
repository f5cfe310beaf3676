"""Looking further than the next token: what a candidate is worth, what a sign pays, the price it is compared at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from embeddings import RegionReward, branch, trace
from embeddings.chat import chat
from embeddings.decoding.rollouts import source_of, values
from embeddings.experiments.curves import questions
from embeddings.experiments.further import at_equal_kl, compared

if TYPE_CHECKING:
    from embeddings.atlas.atlas import Atlas
    from embeddings.model.language_model import LanguageModel


@pytest.fixture(scope="module")
def freedom(atlas: Atlas) -> RegionReward:
    return RegionReward.from_landmark(atlas, "freedom", -3.0, k=8)


def test_a_longer_look_pays_weight_times_value_less_what_is_expected(
    model: LanguageModel, freedom: RegionReward
) -> None:
    sign, asked = freedom.looking(2, 2), {"system": "", "user": questions()["freedom"][1]}
    t = trace(model, **asked, max_new_tokens=3, seed=5, rewards=(sign,))  # type: ignore[arg-type]
    prompt = model.encode(chat(**asked))  # type: ignore[arg-type]
    for i, token in enumerate(t.token_ids):
        cursor = model.prefill([*prompt, *t.token_ids[:i]])
        logprobs = cursor.logprobs.double()
        ids = torch.topk(cursor.logprobs, sign.k).indices
        worth = torch.from_numpy(values(model, cursor, ids.numpy(), sign, source_of(5, i)))
        going = torch.tensor([int(candidate) not in model.end_tokens for candidate in ids])
        share = logprobs[ids].exp() * going
        steered = logprobs.clone()
        steered[ids] += sign.weight * going * (worth - (share @ worth) / share.sum())
        steered = torch.log_softmax(steered, dim=0)
        assert int(steered.argmax()) == token
        assert t.kl[i] == pytest.approx(float(steered.exp() @ (steered - logprobs)), abs=1e-2)
        assert t.inside[i] == (freedom.score(cursor.hidden[sign.layer][None], [t.token_ids[i - 1] if i else None]) > 0)


def test_a_value_is_a_mean_on_the_way_and_leaves_the_road_as_it_was(
    model: LanguageModel, freedom: RegionReward
) -> None:
    prompt = model.encode(chat(system="", user="What is freedom?"))
    cursor = model.prefill(prompt)
    ids = torch.topk(cursor.logprobs, 4).indices.numpy()
    near, far = freedom.looking(1, 1), freedom.looking(3, 2)
    found, again = (values(model, cursor, ids, far, source_of(3, 5)) for _ in range(2))
    other, single = values(model, cursor, ids, far, source_of(3, 6)), values(model, cursor, ids, near, source_of(3, 5))
    states = np.array([model.crossings(prompt, [int(token)], freedom.layer)[-1] for token in ids])
    expected = (freedom.score(states, ids.tolist()) - freedom.mean) / freedom.scale
    np.testing.assert_allclose(single, expected, atol=1e-3)
    assert (found == again).all() and (found != other).any() and (found != single).any()
    fresh = model.decode(model.prefill(prompt), int(ids[0]))
    np.testing.assert_allclose(model.decode(cursor, int(ids[0])).logprobs, fresh.logprobs, atol=1e-3)


def test_an_end_token_has_no_way(model: LanguageModel, freedom: RegionReward) -> None:
    cursor = model.prefill(model.encode(chat(system="", user="What is freedom?")))
    ids = np.array([min(model.end_tokens), 260])
    assert values(model, cursor, ids, freedom.looking(2, 2), source_of(0, 0))[0] == 0.0


@pytest.mark.slow
def test_a_sign_that_looks_further_is_a_sign_in_all_else(
    model: LanguageModel, atlas: Atlas, freedom: RegionReward
) -> None:
    sign, asked = freedom.looking(2, 1), {"system": "", "user": "What is freedom?", "max_new_tokens": 3}
    t = trace(model, **asked, rewards=(sign,))  # type: ignore[arg-type]
    assert t.token_ids == trace(model, **asked, rewards=(sign,)).token_ids  # type: ignore[arg-type]
    again = branch(model, t, at=1, token=t.token_ids[1])
    assert again.token_ids == t.token_ids  # its rollouts do not hang on what was written before
    read = RegionReward.from_json(sign.to_json(), atlas)
    assert (read.reach, read.rollouts, read.weight) == (2, 1, -3.0)
    plain = trace(model, **asked)  # type: ignore[arg-type]
    zero = trace(model, **asked, rewards=(sign.weighted(0.0),))  # type: ignore[arg-type]
    assert (zero.probability == plain.probability).all() and (zero.states == plain.states).all()


@pytest.mark.parametrize("reach", [0, 9, -1, 1.5, True])
def test_a_reach_out_of_range_is_a_sentence(freedom: RegionReward, reach: Any) -> None:
    with pytest.raises(ValueError, match="whole number from 1 to 8"):
        freedom.looking(reach)
    with pytest.raises(ValueError, match="whole number from 1 to 8"):
        freedom.looking(2, reach)


def test_both_looks_are_compared_at_the_same_price() -> None:
    near = np.array([[[0.8, 0.0]] * 3, [[0.4, 20.0]] * 3, [[0.2, 40.0]] * 3])
    far = np.array([[[0.8, 0.0]] * 3, [[0.2, 20.0]] * 3])
    assert at_equal_kl(near, far, 10.0) == pytest.approx(0.5 - 0.6)
    found = compared(near, far)
    assert found["15"]["difference"] == pytest.approx(-0.15) and found["15"]["interval"] == pytest.approx(
        [-0.15, -0.15]
    )
