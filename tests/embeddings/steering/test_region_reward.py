"""Region rewards on the real model: what they do to the next token, how they are made, what bad input gets."""

from __future__ import annotations

import math
import tomllib
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings import RegionReward, UserError, WordReward, stream, trace
from embeddings.atlas.atlas import Atlas
from embeddings.atlas.start import whole
from embeddings.chat import chat
from embeddings.cli.main import place_or_text
from embeddings.decoding.lookahead import leave, look, take
from embeddings.decoding.sampling import choose
from embeddings.experiments import curves
from embeddings.experiments.curves import measured, questions
from embeddings.model.language_model import LanguageModel
from embeddings.paths import assets
from embeddings.steering.chosen import find
from embeddings.steering.steer import steer

QUESTION = {"system": "", "user": "Why do people fight for freedom?"}


@pytest.fixture(scope="module")
def freedom(atlas: Atlas) -> RegionReward:
    return RegionReward.from_landmark(atlas, "freedom", -3.0)


@pytest.fixture(scope="module")
def text(model: LanguageModel) -> tuple[list[int], list[int]]:
    """A prompt and the ids of some words after it."""
    return model.encode(chat(**QUESTION)), model.text_ids("People often fight for freedom because they")


# -- looking ahead


@pytest.mark.parametrize("layer", [0, 13, 26, 30])
def test_looking_ahead_is_reading(model: LanguageModel, text: tuple[list[int], list[int]], layer: int) -> None:
    prompt, words = text
    cursor = model.prefill([*prompt, *words])
    ids = torch.topk(cursor.logprobs, 16).indices.tolist()
    ahead = look(model, cursor, ids, layer)
    for row in (0, 7, 15):
        alone = model.prefill([*prompt, *words, ids[row]])
        scale = float(np.abs(alone.hidden[layer]).mean())
        np.testing.assert_allclose(ahead.states[row], alone.hidden[layer], atol=2e-3 * scale, rtol=1e-3)
    taken = take(model, ahead, 7)
    alone = model.prefill([*prompt, *words, ids[7]])
    assert set(taken.hidden) == set(alone.hidden) == set(range(model.layers + 1))
    for kept, state in alone.hidden.items():
        np.testing.assert_allclose(taken.hidden[kept], state, atol=2e-3 * float(np.abs(state).mean()), rtol=1e-3)
    np.testing.assert_allclose(taken.logprobs, alone.logprobs, atol=1e-3)
    further = model.decode(taken, words[0])  # and the cache is that of a text that was read
    np.testing.assert_allclose(further.logprobs, model.prefill([*prompt, *words, ids[7], words[0]]).logprobs, atol=1e-3)


def test_leaving_puts_the_cache_back(model: LanguageModel, text: tuple[list[int], list[int]]) -> None:
    prompt, words = text
    cursor = model.prefill(prompt)
    back = leave(look(model, cursor, [5, 6, 7], 26))
    for token in words[:3]:
        back = model.decode(back, token)
    np.testing.assert_allclose(back.logprobs, model.prefill([*prompt, *words[:3]]).logprobs, atol=1e-3)


# -- what a reward does


def test_weight_0_is_the_plain_road_bit_for_bit_and_knows_what_is_inside(
    model: LanguageModel, atlas: Atlas, freedom: RegionReward
) -> None:
    plain = trace(model, **QUESTION, max_new_tokens=12)
    zero = trace(model, **QUESTION, max_new_tokens=12, rewards=[freedom.weighted(0.0)])
    assert zero.token_ids == plain.token_ids
    np.testing.assert_array_equal(zero.states, plain.states)
    np.testing.assert_array_equal(zero.probability, plain.probability)
    assert (zero.kl == 0.0).all() and np.isnan(zero.scores).all()
    np.testing.assert_array_equal(zero.inside, atlas.inside(plain, "freedom"))
    assert zero.inside.any() and not plain.inside.any()


def test_the_kl_is_exact_and_readings_stay_the_unmodified_models(model: LanguageModel, freedom: RegionReward) -> None:
    t = trace(model, **QUESTION, max_new_tokens=8, rewards=[freedom, WordReward("people", -2.0)])
    prompt = model.encode(t.messages)
    with torch.no_grad():
        logits = model.hf(torch.tensor([[*prompt, *t.token_ids]])).logits[0, len(prompt) - 1 : -1].double()
    logprobs = torch.log_softmax(logits, -1).numpy()
    np.testing.assert_allclose(t.probability, np.exp(logprobs[range(len(t)), t.token_ids]), atol=1e-4)
    for i in (0, 5):
        prefix = [*prompt, *t.token_ids[:i]]
        ids = np.argsort(-logprobs[i])[:16]
        states = whole(model.continuing(prefix, [[int(c)] for c in ids], [freedom.layer]))[0][:, 0]
        standing = (freedom.score(states, ids.tolist()) - freedom.mean) / freedom.scale
        going = ~np.isin(ids, list(model.end_tokens))
        share = np.exp(logprobs[i, ids]) * going
        expected = share @ standing / share.sum()
        reward = np.zeros(len(logprobs[i]))
        reward[ids] = -3.0 * np.where(going, standing - expected, 0.0)
        reward[model.vocabulary.completing_after("people", [model.pieces[k] for k in t.token_ids[:i]])] -= 2.0
        changed = logprobs[i] + reward - np.logaddexp.reduce(logprobs[i] + reward)
        assert t.kl[i] == pytest.approx(float(np.exp(changed) @ (changed - logprobs[i])), rel=2e-3, abs=2e-3)
        assert t.scores[i, 0] == pytest.approx(expected, abs=2e-3)
        after = {c.id: p for c, p in zip(t.candidates[i], t.after[i], strict=True)}
        for token, probability in after.items():
            assert probability == pytest.approx(float(np.exp(changed[token])), abs=2e-3)


@pytest.mark.slow
def test_signs_add(model: LanguageModel, freedom: RegionReward) -> None:
    whole = trace(model, **QUESTION, max_new_tokens=5, rewards=[freedom.weighted(-2.0)])
    halves = trace(model, **QUESTION, max_new_tokens=5, rewards=[freedom.weighted(-1.5), freedom.weighted(-0.5)])
    assert whole.token_ids == halves.token_ids
    np.testing.assert_allclose(whole.kl, halves.kl, atol=1e-4)
    against = trace(model, **QUESTION, max_new_tokens=5, rewards=[freedom.weighted(2.0), freedom.weighted(-2.0)])
    assert against.token_ids == trace(model, **QUESTION, max_new_tokens=5).token_ids
    np.testing.assert_allclose(against.kl, 0.0, atol=1e-6)


def test_more_penalty_never_raises_the_penalised_expectation(
    model: LanguageModel, freedom: RegionReward, text: tuple[list[int], list[int]]
) -> None:
    prompt, words = text
    for length in range(0, len(words) + 1, 3):
        cursor = model.prefill([*prompt, *words[:length]])
        ids = torch.topk(cursor.logprobs, 16).indices.numpy()
        states, logprobs = look(model, cursor, ids.tolist(), freedom.layer).states, cursor.logprobs.numpy()
        nats = freedom.weighted(1.0).look(logprobs, ids, states, model.end_tokens)[0].nats
        before = math.inf
        for weight in (3.0, 0.0, -0.5, -1.0, -2.0, -4.0, -8.0, -100.0):
            given = freedom.weighted(weight).look(logprobs, ids, states, model.end_tokens)[0]
            after = np.exp(steer(logprobs, [], model.vocabulary, [], [given]).logprobs)
            expectation = float(after[ids] @ nats)
            assert expectation <= before + 1e-6
            before = expectation


@pytest.mark.slow
def test_one_seed_couples_plain_and_signed_roads(model: LanguageModel, freedom: RegionReward) -> None:
    """Common random numbers: a sign that hardly changes the distribution hardly ever changes the choice."""
    common: dict = {**QUESTION, "max_new_tokens": 11, "temperature": 0.9}
    for weight, least in ((-0.005, 10), (-0.02, 9)):
        own, foreign = 0, 0
        numbers, others = (np.random.default_rng(seed).random(11) for seed in (4, 5))
        for step in stream(model, **common, seed=4, rewards=[freedom.weighted(weight)]):
            logprobs = step.logprobs.numpy()
            own += step.token_id == choose(logprobs, 0.9, 1.0, float(numbers[step.index]))
            foreign += step.token_id == choose(logprobs, 0.9, 1.0, float(others[step.index]))
        assert own >= least and own > foreign


def test_pull_has_no_memory(model: LanguageModel) -> None:
    """The same text, read at once instead of driven under the sign, has the same pull."""
    t = trace(
        model,
        user="What is 2 + 2?",
        system="",
        max_new_tokens=20,
        rewards=[WordReward("4", -np.inf), WordReward("four", -np.inf)],
    )
    assert t.pull.max() > 0.1
    prompt = model.encode(t.messages)
    for i in range(0, len(t), 4):
        probabilities = model.prefill([*prompt, *t.token_ids[:i]]).logprobs.exp().numpy()
        written = [model.pieces[token] for token in t.token_ids[:i]]
        forbidden = np.unique([k for word in ("4", "four") for k in model.vocabulary.completing_after(word, written)])
        assert t.pull[i] == pytest.approx(float(probabilities[forbidden].sum()), abs=1e-4)


@pytest.mark.slow
def test_it_keeps_out_and_draws_in(
    model: LanguageModel, freedom: RegionReward, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The must itself is measured over all questions by `python -m embeddings.experiments.curves`; here is one."""
    monkeypatch.setattr(curves, "TOKENS", 10)
    question = questions()["freedom"][0]
    plain, kept = (measured(model, question, freedom, freedom.weighted(w)) for w in (0.0, -3.0))
    assert kept["inside"] < 0.6 * plain["inside"] and kept["kl"] < 60
    rain = "Tell me about soup."
    drawn = measured(model, rain, freedom, freedom.weighted(2.0))
    assert drawn["inside"] > measured(model, rain, freedom, freedom.weighted(0.0))["inside"]


def test_the_questions_are_nobodys_else() -> None:
    known = {
        question for path in (assets() / "corpus").glob("*.toml") for question in path.read_text("utf-8").split('"')
    }
    asked = [question for listed in questions().values() for question in listed]
    assert len(asked) >= 20 and not set(asked) & known
    assert tomllib.loads((assets() / "experiments" / "questions.toml").read_text("utf-8"))


# -- how one is made


@pytest.mark.slow
def test_made_from_points_landmarks_text_and_a_stretch(model: LanguageModel, atlas: Atlas) -> None:
    landmark = next(mark for mark in atlas.landmarks if mark.theme == "stories")
    by_name = RegionReward.from_landmark(atlas, landmark.name, -1.0)
    theme = np.flatnonzero(atlas.labels == atlas.themes.index("stories"))
    assert set(landmark.indices) < set(np.flatnonzero(atlas.answers >= 0)) and len(theme) > 2 * len(landmark.indices)
    by_points = RegionReward.from_points(atlas, theme, -1.0)
    np.testing.assert_array_equal(by_name.coefficients, by_points.coefficients)
    assert RegionReward.from_landmark(atlas, "Stories").name == landmark.name
    own = atlas.labels[by_name.indices] == atlas.themes.index("stories")
    assert own.mean() > 3 * (atlas.labels == atlas.themes.index("stories")).mean()
    said = RegionReward.from_text(
        model, atlas, ["Once upon a time a princess lived in a castle.", "The dragon slept."], 2.0
    )
    themes, base = atlas.labels[said.indices], (atlas.labels == atlas.themes.index("stories")).mean()
    assert said.weight == 2.0 and (themes == atlas.themes.index("stories")).mean() > 2 * base
    t = trace(model, **QUESTION, max_new_tokens=12)
    stretch = RegionReward.from_trajectory(model, atlas, t, 4, 10)
    assert stretch.score(t.states, [None, *t.token_ids[:-1]])[4:10].mean() > 0
    same = RegionReward.from_crossings(atlas, t.states, t.token_ids, 4, 10, name="x")
    np.testing.assert_array_equal(same.coefficients, stretch.coefficients)
    for region in (by_name, said, stretch):
        assert 0.0 <= region.auc <= 1.0 and region.weak == (region.auc < 0.75)


def test_the_auc_is_held_out(atlas: Atlas) -> None:
    """Points chosen by chance, a few of each answer, cannot be known on answers that the probe did not see."""
    crossing = np.flatnonzero(atlas.answers >= 0)
    picked = np.random.default_rng(0).choice(crossing, 200, replace=False)
    chance = RegionReward.from_points(atlas, picked)
    assert 0.3 < chance.auc < 0.7 and chance.weak


def test_json_there_and_back(atlas: Atlas, freedom: RegionReward) -> None:
    again = RegionReward.from_json(freedom.to_json(), atlas)
    np.testing.assert_allclose(again.coefficients, freedom.coefficients)
    assert (again.name, again.weight, again.k, again.auc) == (freedom.name, freedom.weight, freedom.k, freedom.auc)
    np.testing.assert_array_equal(again.indices, freedom.indices)
    for wrong in (
        {"atlas": "0"},
        {"coefficients": [1.0]},
        {"coefficients": "x"},
        {"weight": 1e9},
        {"k": 1},
        {"intercept": math.nan},
    ):
        with pytest.raises(UserError):
            RegionReward.from_json({**freedom.to_json(), **wrong}, atlas)


@pytest.mark.parametrize("weight", [math.nan, math.inf, -math.inf, 1e9, -100.5, "3", None, True])
def test_bad_weights_are_sentences(atlas: Atlas, weight: object) -> None:
    with pytest.raises(UserError, match="weight must be"):
        RegionReward.from_landmark(atlas, "freedom", weight)  # type: ignore[arg-type]


@pytest.mark.parametrize("k", [1, 0, -1, 2.0, True, 257])
def test_bad_k_is_a_sentence(atlas: Atlas, k: object) -> None:
    with pytest.raises(UserError, match="k must be"):
        RegionReward.from_landmark(atlas, "freedom", k=k)  # type: ignore[arg-type]


def test_bad_regions_are_sentences(model: LanguageModel, atlas: Atlas) -> None:
    t = trace(model, **QUESTION, max_new_tokens=4)
    everything = np.arange(len(atlas.singles))
    foreign = replace(RegionReward.from_landmark(atlas, "freedom"), model_sha256="0")
    one_answer = np.flatnonzero(atlas.answers == atlas.answers[atlas.answers >= 0][0])
    for make in (
        lambda: RegionReward.from_landmark(atlas, "atlantis"),
        lambda: RegionReward.from_landmark(atlas, ""),
        lambda: RegionReward.from_points(atlas, []),
        lambda: RegionReward.from_points(atlas, [1, 2, 3]),
        lambda: RegionReward.from_points(atlas, one_answer),
        lambda: RegionReward.from_points(atlas, everything),
        lambda: RegionReward.from_points(atlas, [10**9]),
        lambda: RegionReward.from_points(atlas, [0.5, 1.5]),
        lambda: RegionReward.from_text(model, atlas, []),
        lambda: RegionReward.from_text(model, atlas, ["x"] * 21),
        lambda: RegionReward.from_text(model, atlas, ["  "]),
        lambda: RegionReward.from_text(model, atlas, ["\0"]),
        lambda: RegionReward.from_text(model, atlas, ["word " * 9000]),
        lambda: RegionReward.from_trajectory(model, atlas, t, 2, 2),
        lambda: RegionReward.from_trajectory(model, atlas, t, -1, 2),
        lambda: RegionReward.from_trajectory(model, atlas, t, 0, 5),
        lambda: RegionReward.from_trajectory(model, atlas, replace(t, layer=3), 0, 2),
        lambda: place_or_text(atlas, "nowhere", "avoid"),
        lambda: trace(model, **QUESTION, rewards=["freedom"]),
        lambda: trace(model, **QUESTION, rewards=[foreign]),
    ):
        with pytest.raises(UserError, match=r"\w{3}.*\.$"):
            make()


def test_names_are_found_by_name_theme_or_word(atlas: Atlas) -> None:
    for landmark in atlas.landmarks:
        assert find(atlas, landmark.name.upper()) is landmark
        assert find(atlas, f"  {landmark.theme} ").name in (landmark.name, landmark.theme)


@settings(max_examples=5, deadline=None)
@given(weight=st.sampled_from([-100.0, -50.0, 50.0, 100.0]), k=st.sampled_from([2, 3, 64]))
def test_extreme_signs_still_write(model: LanguageModel, atlas: Atlas, weight: float, k: int) -> None:
    region = RegionReward.from_landmark(atlas, "freedom", weight, k=k)
    bans = [WordReward(word, -np.inf) for word in ("freedom", "people", "the", "rights")]
    t = trace(model, **QUESTION, max_new_tokens=4, rewards=[region, *bans, region.weighted(-weight / 2)])
    assert 1 <= len(t) <= 4 and np.isfinite(t.kl).all() and np.isfinite(t.probability).all()
