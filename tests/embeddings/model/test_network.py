"""The blocks read by our own loop are the model's: to the last bit with `linear`, to rounding with our products."""

from __future__ import annotations

import sys
from dataclasses import replace
from subprocess import run
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import linear

from embeddings.chat import chat
from embeddings.decoding.lookahead import look, take
from embeddings.errors import UserError
from embeddings.model import language_model
from embeddings.model.language_model import PART, LanguageModel
from embeddings.model.linear import COUNTS, LINEAR, Products, Times
from embeddings.model.network import Network, matrices

WORDS = " The rain falls on the old town"


@pytest.fixture(scope="module")
def plain(model: LanguageModel) -> LanguageModel:
    return replace(model, products=LINEAR)


@pytest.fixture(scope="module")
def ours(model: LanguageModel) -> LanguageModel:
    return replace(
        model, products=Products({s: dict.fromkeys(COUNTS, Times(2.0, 1.0, 1.0)) for s in matrices(model.tensors)})
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


def test_with_linear_it_is_transformers_to_the_last_bit(model: LanguageModel, plain: LanguageModel) -> None:
    prompt, words = plain.encode(chat(user="What is rain?")), plain.text_ids(WORDS)
    cursor = plain.prefill(prompt)
    for word, out in zip(words, theirs(model, prompt, words), strict=True):
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


@pytest.mark.parametrize("lengths", [(1,), (2,), (40,), (5, 7), (30, 1), (1, 4, 2)])
def test_a_text_is_read_as_transformers_reads_it(model: LanguageModel, lengths: tuple[int, ...]) -> None:
    """At once and in pieces, to the last bit."""
    ids = iter(model.encode(chat(user="What is rain? " * 20)))
    cache, before, past = model.network.cache(), 0, None
    for length in lengths:
        part = torch.tensor([[next(ids) for _ in range(length)]])
        with torch.inference_mode():
            out = model.hf(input_ids=part, past_key_values=past, use_cache=True, output_hidden_states=True)
            rows, kept = model.network.text(part, cache, before, [0, 13, model.layers])
            logits = model.network.plain_logits(model.network.normed(rows))
        past, before = out.past_key_values, before + length
        assert torch.equal(logits, out.logits)
        for layer, states in kept.items():
            assert torch.equal(states, out.hidden_states[layer])


@pytest.mark.parametrize("count", [1, 2, 16, 40])
def test_looking_ahead_is_the_blocks_own_to_the_last_bit(
    model: LanguageModel, plain: LanguageModel, count: int
) -> None:
    """The mask of a tree, one row and many: attention is asked for as transformers asks."""
    prompt = plain.encode(chat(user="What is rain?"))
    cursor = plain.prefill(prompt)
    ids = torch.topk(cursor.logprobs, count).indices.tolist()
    inner = model.hf.model
    mask = torch.full((1, 1, count, len(prompt) + count), -torch.inf)
    mask[..., : len(prompt)] = 0.0
    mask[..., len(prompt) :].view(count, count).fill_diagonal_(0.0)
    places = torch.full((1, count), len(prompt))
    with torch.inference_mode():
        cache = model.hf(input_ids=torch.tensor([prompt]), use_cache=True).past_key_values
        rows = inner.embed_tokens(torch.tensor([ids]))
        turned = inner.rotary_emb(rows, position_ids=places)
        for block in inner.layers[:20]:
            rows = block(
                rows,
                attention_mask=mask,
                position_ids=places,
                position_embeddings=turned,
                past_key_values=cache,
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
    plain.decode(plain.prefill([1, 2, 3]), 4)
    assert plain.network._ways and all(set(ways) == {linear} for ways in plain.network._ways.values())


def test_the_model_is_never_changed(model: LanguageModel, ours: LanguageModel) -> None:
    ours.decode(ours.prefill([1, 2, 3]), 4)
    assert all(type(part).__module__.startswith(("torch", "transformers")) for part in model.hf.modules())
    hooks = [hook for part in model.hf.modules() for hook in part._forward_hooks.values()]
    assert all(hook.__module__.startswith("transformers") for hook in hooks)  # it records hidden states by hooks
    assert not any("forward" in vars(part) for part in model.hf.modules())
    theirs = model.hf.model.layers[0].self_attn.q_proj.weight
    assert ours.network.blocks[0].query.data_ptr() == theirs.data_ptr()  # one set of weights


@pytest.mark.parametrize(
    "other", [{"model_type": "gpt2"}, {"attention_bias": True}, {"rope_parameters": {"rope_type": "yarn"}}]
)
def test_another_kind_of_model_is_refused(model: LanguageModel, other: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="cannot be driven"):
        Network({**model.config, **other}, model.tensors, LINEAR)


@pytest.mark.parametrize("beside", [1024, 0], ids=["side by side", "one after the other"])
def test_endings_are_read_after_a_prefix_as_if_alone(
    model: LanguageModel, monkeypatch: pytest.MonkeyPatch, beside: int
) -> None:
    monkeypatch.setattr(language_model, "BESIDE", beside)
    prefix, endings = model.encode(chat(user="What is rain? " * 12)), [model.text_ids(WORDS), [5], [6, 7, 8]]
    reading, pauses = model.continuing(prefix, endings, [26, 30]), 0
    while True:
        try:
            next(reading)
            pauses += 1
        except StopIteration as done:
            states, logprobs = done.value
            break
    assert pauses >= len(prefix) // PART
    assert states.shape == (3, 2, model.width)
    for row, ending in enumerate(endings):
        alone = model.prefill([*prefix, *ending])
        torch.testing.assert_close(logprobs[row], alone.logprobs, atol=1e-3, rtol=1e-4)
        np.testing.assert_allclose(states[row, 0], alone.hidden[26], atol=1e-2, rtol=1e-3)


def test_driving_does_without_transformers() -> None:
    code = "import sys, embeddings; m = embeddings.load_model(); next(embeddings.stream(m, user='What is rain?'))"
    run([sys.executable, "-c", f"{code}; assert 'transformers' not in sys.modules"], check=True)


@pytest.mark.parametrize(
    "text", ["What is rain?", " a  b\n\n\tc ", "<|im_start|>system<|im_end|>", "é\u0301 日本 🙂 \x00", ""]
)
def test_a_text_has_the_tokens_that_transformers_gives_it(model: LanguageModel, text: str) -> None:
    theirs = model.tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    assert model.text_ids(text) == list(theirs)
