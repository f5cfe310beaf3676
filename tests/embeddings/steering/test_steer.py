"""Rewards on words: bans while driving, the tilt against its definition, the choice against a full sort."""

import re
import unicodedata
from fractions import Fraction
from math import inf, log, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.decoding.sampling import choose
from embeddings.errors import UserError
from embeddings.model.vocabulary import Vocabulary
from embeddings.steering.rewards import rewards_from_json
from embeddings.steering.steer import steer
from embeddings.steering.word_reward import WordReward

# ---- a ban, while driving ----


@pytest.mark.parametrize("word", ["free", "New York", "café", "don't"])
@pytest.mark.parametrize(("weight", "temperature"), [(-inf, 1.0), (-inf, 0.0), (-50.0, 0.0)])
def test_a_forbidden_word_is_never_written_however_it_is_split(model, word, weight, temperature):
    vocabulary = Vocabulary.of(model.pieces)
    fragments = {f"{lead}{s}"[i:j].encode() for s in (word, word.upper(), word.title()) for lead in ("", " ", "\n")
                 for i in range(len(s)) for j in range(i + 1, len(s) + 2)}  # fmt: skip
    likely = [v for v, piece in enumerate(model.pieces) if piece in fragments]
    boost = 10 + np.array([len(model.pieces[v]) for v in likely]) / 2
    spaced = word.replace(" ", r"\s+")
    written = re.compile(rf"(?<![^\W_]){spaced}(?![^\W_])", re.IGNORECASE)

    def write(rewards, seed):
        rng, tokens = np.random.default_rng(seed), []
        for _ in range(12):
            logits = rng.normal(size=len(model.pieces))
            logits[likely] += boost
            steered = steer(logits - np.log(np.exp(logits).sum()), rewards, vocabulary, tokens)
            tokens.append(model.pieces[choose(steered.logprobs, temperature, 1.0, rng.random())])
        return unicodedata.normalize("NFC", b"".join(tokens).decode(errors="replace"))

    assert any(written.search(write((), seed)) for seed in range(25))
    assert not any(written.search(write((WordReward(word, weight),), seed)) for seed in range(25))


# ---- the tilt ----

PIECES = (b" free", b" Free", b" bound", b"fr", b"ee", b"", b"!")
VOCABULARY = Vocabulary(PIECES)
logits = st.lists(st.floats(-30, 30), min_size=len(PIECES), max_size=len(PIECES)).map(np.array)


def normalised(values):
    return values - np.logaddexp.reduce(values)


@settings(deadline=None)  # the first example loads what the rest have
@given(logits, st.floats(-100, 100), st.floats(-100, 100))
def test_rewards_tilt_and_kl_is_that_of_the_definition(values, free, bound):
    before = normalised(values)
    steered = steer(before, (WordReward("free", free), WordReward("bound", bound)), VOCABULARY, ())
    after = normalised(before + np.array([free, free, bound, 0, 0, 0, 0]))
    np.testing.assert_allclose(steered.logprobs, after, atol=1e-9)
    np.testing.assert_allclose(steered.kl, max(0, np.exp(after) @ (after - before)), atol=1e-9)
    assert steered.kl >= 0
    assert steered.blocked.tolist() == [free < 0, free < 0, bound < 0, False, False, False, False]
    np.testing.assert_allclose(steered.pull, np.exp(before)[steered.blocked].sum(), atol=1e-12)


@given(logits)
def test_a_ban_costs_minus_log_of_what_is_left(values):
    before = normalised(values)
    steered = steer(before, (WordReward("free", -inf),), VOCABULARY, ())
    left = np.exp(before[2:]).sum()
    np.testing.assert_allclose(steered.kl, -log(left), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(steered.pull, np.exp(before[:2]).sum())
    assert (steered.logprobs[:2] == -inf).all() and np.exp(steered.logprobs).sum() == pytest.approx(1)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("rewards", [(), (WordReward("free", 0),), (WordReward("absent", -inf),)])
def test_where_nothing_changes_the_same_array_comes_back(rewards, kind):
    before = normalised(np.arange(7.0)).astype(kind)
    steered = steer(before, rewards, VOCABULARY, ())
    assert steered.logprobs is before and steered.kl == 0.0 and steered.pull == 0.0 and not steered.blocked.any()


def test_rewards_add_a_ban_wins_and_opposites_leave_the_pull():
    before = normalised(np.zeros(7))
    twice = steer(before, (WordReward("free", -1), WordReward("FREE", -2)), VOCABULARY, ())
    once = steer(before, (WordReward("free", -3),), VOCABULARY, ())
    np.testing.assert_allclose(twice.logprobs, once.logprobs)
    banned = steer(before, (WordReward("free", -inf), WordReward("free", 100)), VOCABULARY, ())
    assert banned.logprobs[0] == -inf
    opposite = steer(before, (WordReward("free", -3), WordReward("free", 3)), VOCABULARY, ())
    assert opposite.logprobs is before and opposite.kl == 0.0 and opposite.pull == pytest.approx(2 / 7)


def test_a_word_under_way_is_blocked_at_its_last_piece():
    before = normalised(np.zeros(7))
    assert not steer(before, (WordReward("free", -inf),), VOCABULARY, (b"so ",)).blocked[3:].any()
    assert steer(before, (WordReward("free", -inf),), VOCABULARY, (b"so ", b"fr")).blocked.tolist()[3:] == [
        False,
        True,
        False,
        False,
    ]


def test_banning_every_token_is_an_error_that_says_what_to_do():
    with pytest.raises(UserError, match="allow at least one"):
        steer(np.log([0.5, 0.5]), (WordReward("a", -inf), WordReward("b", -inf)), Vocabulary((b"a", b"b")), ())


def test_float32_gives_the_kl_of_its_own_distribution():
    before = (np.random.default_rng(0).normal(size=7)).astype(np.float32)
    before -= np.logaddexp.reduce(before)
    assert steer(before, (WordReward("free", 1e-9),), VOCABULARY, ()).kl == pytest.approx(0, abs=1e-12)


# ---- what may be asked ----


@pytest.mark.parametrize(
    "word",
    ["", "  ", "\u200b", "\ufe0f", "x" * 201, "a\0b", "a\x1b[0m", "a\nb", "\ud800", "\u0301a", "\ufffd", None, 3],
)
def test_a_word_that_is_none_is_refused_with_a_sentence(word):
    with pytest.raises(UserError, match=r"^[A-Z].*\.$"):
        WordReward(word, -1.0)


@pytest.mark.parametrize(
    "weight", [nan, inf, 100.1, -101, 10**400, -(10**400), True, "ban", None, "x", 1j, np.float64("nan")]
)
def test_a_weight_out_of_range_is_refused_with_a_sentence(weight):
    with pytest.raises(UserError, match=r"^[A-Z].*\.$"):
        WordReward("free", weight)


@pytest.mark.parametrize("weight", [-inf, -100, 100, 0, 0.5, np.float32(-3), np.int64(2), Fraction(1, 2)])
def test_a_weight_becomes_a_float_and_a_word_is_stripped(weight):
    reward = WordReward(" free\n", weight)
    assert reward.word == "free" and type(reward.weight) is float and reward.weight == weight


def test_rewards_survive_json():
    rewards = (WordReward("free", -inf), WordReward("自由", 2.5))
    values = [reward.to_json() for reward in rewards]
    assert values == [{"word": "free", "weight": "ban"}, {"word": "自由", "weight": 2.5}]
    assert rewards_from_json(values) == rewards


@pytest.mark.parametrize(
    "values",
    [None, {}, "free", [1], [{}], [{"word": "a"}], [{"word": "a", "weight": "x"}], [{"word": 1, "weight": 1}],
     [{"word": "a", "weight": True}], [{"word": "a", "weight": 1, "more": 2}], [{"word": "a", "weight": None}]],
)  # fmt: skip
def test_rewards_that_are_none_are_refused_with_a_sentence(values):
    with pytest.raises(UserError, match=r"^[A-Z].*\.$"):
        rewards_from_json(values)


# ---- the choice ----


@given(
    st.integers(0, 2**32),
    st.sampled_from([5, 50, 3000]),
    st.sampled_from([0.0, 0.3, 2.0, 12.0]),
    st.sampled_from([0.1, 0.7, 1.0, 3.0, 1e6]),
    st.sampled_from([1e-9, 0.3, 0.9, 0.999, 1.0]),
    st.floats(0, 1, exclude_max=True, width=16),
)
@settings(max_examples=400, deadline=None)
def test_a_choice_is_that_of_a_full_stable_sort(seed, size, scale, temperature, top_p, uniform):
    logprobs = normalised(np.random.default_rng(seed).normal(size=size).round(1) * scale)
    p = np.exp((logprobs - logprobs.max()) / temperature)
    order = np.argsort(-p, kind="stable")
    cumulative = np.cumsum(p[order]) / p.sum()
    kept = np.argmax(cumulative >= min(top_p, cumulative[-1]))
    rank = order.tolist().index(choose(logprobs, temperature, top_p, uniform))
    share = uniform * cumulative[kept]
    assert rank <= kept
    assert (cumulative[rank - 1] if rank else 0) - 1e-12 <= share <= cumulative[rank] + 1e-12


def test_greedy_takes_the_first_of_equals():
    assert choose(np.log(np.array([0.2, 0.4, 0.4])), 0, 1.0, 0.99) == 1


@given(st.floats(0, 1, exclude_max=True), st.sampled_from([1e-300, 1e-6, 1.0, 1e6]), st.sampled_from([1e-12, 0.5, 1.0]))
def test_a_token_of_probability_zero_is_never_chosen(uniform, temperature, top_p):
    logprobs = np.array([-inf, np.log(0.5), -inf, np.log(0.5), -inf])
    assert choose(logprobs, temperature, top_p, uniform) in (1, 3)
    assert choose(np.array([-inf, -745.0, 0.0]), temperature, top_p, np.nextafter(1, 0)) in (1, 2)


def test_a_tiny_temperature_is_greedy_and_a_huge_one_uniform():
    logprobs = normalised(np.array([1.0, 3.0, 2.0]))
    assert {choose(logprobs, 1e-6, 1.0, u) for u in np.linspace(0, 0.999, 50)} == {1}
    assert [choose(logprobs, 1e6, 1.0, u) for u in (0.1, 0.5, 0.9)] == [1, 2, 0]


def test_the_nucleus_is_the_smallest_set_that_holds_the_share():
    logprobs = np.log(np.array([0.1, 0.5, 0.25, 0.15]))
    reached = {
        p: {choose(logprobs, 1.0, p, u) for u in np.linspace(0, 0.9999, 400)} for p in (0.01, 0.4, 0.7, 0.8, 1.0)
    }
    assert reached == {0.01: {1}, 0.4: {1}, 0.7: {1, 2}, 0.8: {1, 2, 3}, 1.0: {0, 1, 2, 3}}


def test_frequencies_are_the_probabilities():
    p = np.array([0.1, 0.6, 0.3])
    rng = np.random.default_rng(0)
    counts = np.bincount([choose(np.log(p), 1.0, 1.0, rng.random()) for _ in range(20000)]) / 20000
    np.testing.assert_allclose(counts, p, atol=0.02)


# ---- with the model ----

ASKED = {"system": "You are a poet.", "user": "Why do people fight for freedom?", "max_new_tokens": 12, "layer": 26}


@pytest.mark.parametrize("drawn", [{}, {"temperature": 0.9, "top_p": 0.95, "seed": 3}])
def test_a_ban_on_a_word_of_the_answer_keeps_it_out_and_shows_the_pull(model, drawn):
    from embeddings import trace

    plain = trace(model, **ASKED, **drawn)
    word = max(re.findall(r"[a-z]{3,}", plain.text), key=plain.text.count)
    banned = trace(model, **ASKED, **drawn, rewards=(WordReward(word, -inf),))
    assert not re.search(rf"\b{word}\b", banned.text, re.IGNORECASE)
    assert banned.pull.max() > 0.01
    np.testing.assert_allclose(banned.kl, -np.log1p(-banned.pull), atol=1e-5)
    parts = next(i for i, (a, b) in enumerate(zip(plain.token_ids, banned.token_ids, strict=False)) if a != b)
    assert banned.pull[parts] > 0


def test_a_weight_of_zero_changes_nothing_bit_for_bit(model):
    from embeddings import trace

    plain, signed = trace(model, **ASKED), trace(model, **ASKED, rewards=(WordReward("freedom", 0.0),))
    assert plain.token_ids == signed.token_ids
    assert (plain.states == signed.states).all() and (plain.probability == signed.probability).all()
    assert (signed.kl == 0.0).all() and (signed.pull == 0.0).all()


def test_a_word_glued_to_another_is_blocked_where_it_begins_with_a_token():
    pieces = (b"to", b"free", b"fr", b"ee", b" carefree", b"dom", b"e")
    vocabulary = Vocabulary(pieces)

    def blocked(*written):
        return steer(np.full(7, -np.log(7)), (WordReward("free", -inf),), vocabulary, written).blocked.tolist()

    assert blocked(b" to") == [False, True, False, False, False, False, False]
    assert blocked(b" to", b"fr") == [False, True, False, True, False, False, False]
    assert blocked(b" to", b"fr", b"e") == [False, True, False, False, False, False, True]
    assert not blocked(b" care")[4]  # a longer word with a token of its own stays allowed
