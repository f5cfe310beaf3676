"""The blocks read by our own loop are the model's: to the last bit with `linear`, to rounding with our products."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch.nn.functional import linear

from embeddings.chat import chat
from embeddings.decoding.lookahead import look, take
from embeddings.errors import UserError
from embeddings.model.linear import COUNTS, LINEAR, Products, Times
from embeddings.model.network import Network, matrices

if TYPE_CHECKING:
    from embeddings.model.language_model import LanguageModel

WORDS = " The rain falls on the old town"


@pytest.fixture(scope="module")
def plain(model: LanguageModel) -> LanguageModel:
    return replace(model, products=LINEAR)


@pytest.fixture(scope="module")
def ours(model: LanguageModel) -> LanguageModel:
    return replace(
        model, products=Products({s: dict.fromkeys(COUNTS, Times(2.0, 1.0, 1.0)) for s in matrices(model.hf)})
    )


@torch.inference_mode()
def theirs(model: LanguageModel, prompt: list[int], words: list[int]) -> list[Any]:
    """What transformers says, token by token, with all hidden states."""
    out, found = model.hf(input_ids=torch.tensor([prompt]), use_cache=True), list[Any]()
    for word in words:
        out = model.hf(
            input_ids=torch.tensor([[word]]),
            past_key_values=out.past_key_values,
            use_cache=True,
            output_hidden_states=True,
        )
        found.append(out)
    return found


def test_with_linear_it_is_transformers_to_the_last_bit(plain: LanguageModel) -> None:
    prompt, words = plain.encode(chat(user="What is rain?")), plain.text_ids(WORDS)
    cursor = plain.prefill(prompt)
    for word, out in zip(words, theirs(plain, prompt, words), strict=True):
        cursor = plain.decode(cursor, word)
        assert torch.equal(cursor.logprobs, torch.log_softmax(out.logits[0, -1], dim=-1))
        for layer, states in enumerate(out.hidden_states):
            assert np.array_equal(cursor.hidden[layer], states[0, -1].numpy()), layer


def test_with_our_products_it_is_the_same_to_rounding(plain: LanguageModel, ours: LanguageModel) -> None:
    prompt, words = plain.encode(chat(user="What is rain?")), plain.text_ids(WORDS)
    first, second = plain.prefill(prompt), ours.prefill(prompt)
    assert torch.equal(first.logprobs, second.logprobs)  # a prompt is read by linear
    for word in words:
        first, second = plain.decode(first, word), ours.decode(second, word)
        torch.testing.assert_close(second.logprobs, first.logprobs, atol=1e-3, rtol=1e-4)
    assert not torch.equal(first.logprobs, second.logprobs)


@pytest.mark.parametrize("count", [1, 2, 16, 40])
def test_looking_ahead_is_the_blocks_own_to_the_last_bit(plain: LanguageModel, count: int) -> None:
    """The mask of a tree, one row and many: attention is asked for as transformers asks."""
    prompt = plain.encode(chat(user="What is rain?"))
    cursor = plain.prefill(prompt)
    ids = torch.topk(cursor.logprobs, count).indices.tolist()
    other, inner = plain.prefill(prompt), plain.hf.model
    mask = torch.full((1, 1, count, len(prompt) + count), -torch.inf)
    mask[..., : len(prompt)] = 0.0
    mask[..., len(prompt) :].view(count, count).fill_diagonal_(0.0)
    places = torch.full((1, count), len(prompt))
    with torch.inference_mode():
        rows = inner.embed_tokens(torch.tensor([ids]))
        turned = inner.rotary_emb(rows, position_ids=places)
        for block in inner.layers[:20]:
            rows = block(
                rows,
                attention_mask=mask,
                position_ids=places,
                position_embeddings=turned,
                past_key_values=other.cache,
                use_cache=True,
            )
    assert np.array_equal(look(plain, cursor, ids, 20).states, rows[0].numpy())


def test_only_the_layers_that_are_asked_for_are_kept(plain: LanguageModel) -> None:
    prompt, words = plain.encode(chat(user="What is rain?")), plain.text_ids(WORDS)
    few, all_ = plain.prefill(prompt, [26, 3, 30, 26]), plain.prefill(prompt)
    assert set(all_.hidden) == set(range(plain.layers + 1))
    for word in words[:2]:
        assert set(few.hidden) == {3, 26, 30}
        for layer, state in few.hidden.items():
            assert np.array_equal(state, all_.hidden[layer])
        few, all_ = plain.decode(few, word), plain.decode(all_, word)
    for layer in (0, 3, 26, 30):
        ahead = look(plain, plain.prefill(prompt, [3, 26, 30]), words[:2], layer)
        assert set(take(plain, ahead, 1).hidden) == {3, 26, 30}
    assert plain.prefill(prompt, ()).hidden == {}


def test_a_kept_state_holds_no_more_than_itself(plain: LanguageModel) -> None:
    cursor = plain.decode(plain.prefill(plain.encode(chat(user="What is rain?")), [26]), 5)
    for state in (cursor.hidden[26], plain.prefill([1, 2, 3], [26]).hidden[26]):
        assert torch.from_numpy(state).untyped_storage().nbytes() == 4 * plain.width


def test_where_linear_was_chosen_nothing_else_is_called(plain: LanguageModel) -> None:
    network, rows = plain.network, torch.zeros(1, 1, plain.width)
    assert set(network._chosen(rows)) == {linear}


def test_the_model_is_never_changed(model: LanguageModel, ours: LanguageModel) -> None:
    ours.decode(ours.prefill([1, 2, 3]), 4)
    assert all(type(part).__module__.startswith(("torch", "transformers")) for part in model.hf.modules())
    hooks = [hook for part in model.hf.modules() for hook in part._forward_hooks.values()]
    assert all(hook.__module__.startswith("transformers") for hook in hooks)  # it records hidden states by hooks
    assert not any("forward" in vars(part) for part in model.hf.modules())
    assert ours.network.blocks[0].query is model.hf.model.layers[0].self_attn.q_proj.weight


def test_another_kind_of_model_is_refused() -> None:
    config = SimpleNamespace(model_type="gpt2", attention_bias=False, mlp_bias=False, hidden_act="silu")
    with pytest.raises(UserError, match="gpt2 cannot be driven"):
        Network(SimpleNamespace(config=config, model=None), LINEAR)
