"""A whole build on a small corpus: killed at random moments it goes on, and the same inputs give the same file."""

from __future__ import annotations

import math
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from embeddings import UserError, WordReward, trace
from embeddings.atlas.atlas import Atlas
from embeddings.atlas.lens import recent_mean
from embeddings.atlas.start import jensen_shannon
from embeddings.atlas.store import default_folder, read
from embeddings.fitting.answers import Sampled, sample_answers, texts
from embeddings.fitting.corpus import Asked, heldout_grid, load_corpus, second_turns, signed_grid, training_grid
from embeddings.fitting.report import HeldOut, behaviour_distances, own_starts, partial_spearman, spearman
from embeddings.fitting.samples import prompted
from embeddings.model.language_model import LanguageModel
from embeddings.paths import assets

KILLS = 20 if os.environ.get("MINDMAP_LONG") else 2

# The build itself, on the corpus that ships cut down to what takes seconds: four themes, those of the shipped regions
# among them, in small parts, so that there are many places to go on from.
SMALL = """
import sys
from dataclasses import replace
from pathlib import Path
from embeddings import load_model
from embeddings.fitting import answers, samples, stress
from embeddings.fitting.build import MAP, build
from embeddings.fitting.corpus import load_corpus
from embeddings.fitting.samples import Sampling
from embeddings.steering.probe import SHIPPED
whole = load_corpus()
themes = (*SHIPPED, "love", "war")
def few(questions, each):
    return tuple(one for theme in themes for one in [one for one in questions if one[0] == theme][:each])
corpus = replace(
    whole,
    systems=whole.systems[::55],
    questions=few(whole.questions, 4),
    heldout_systems=whole.heldout_systems[:12],
    heldout_questions=few(whole.heldout_questions, 2),
    contexts=whole.contexts[:2],
    start_questions=whole.start_questions[:2],
)
answers.BATCH, samples.PROMPTS_A_PART = 16, 6
stress.EDGES = stress.PAIRS = 2000  # a step, of some two hundred points
SMALL = replace(MAP, every=2, epochs=30)
build(
    load_model(),
    corpus=corpus,
    how=Sampling(times=2, turns=3, signed=1, tokens=9, layers=(MAP.layer,)),
    recipe=SMALL,
    others={"single states": replace(SMALL, lens=replace(SMALL.lens, decay=0.0))},
    draws=20,
    out=Path(sys.argv[1]),
    work=Path(sys.argv[2]),
    progress=lambda message, part: print(f"{part:.3f} {message}", flush=True),
)
"""


def start_build(out: Path, work: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SMALL, str(out), str(work)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], float]:
    folder = tmp_path_factory.mktemp("whole")
    began = time.monotonic()
    process = start_build(folder / "atlas", folder / "work")
    out, errors = process.communicate(timeout=550)
    assert process.returncode == 0, errors
    return folder / "atlas", out.splitlines(), time.monotonic() - began


@pytest.mark.rebuild
def test_a_build_tells_how_far_it_is_and_writes_an_atlas_that_opens(built: tuple[Path, list[str], float]) -> None:
    folder, lines, _ = built
    parts = [float(line.split()[0]) for line in lines]
    assert parts == sorted(parts) and parts[-1] == 1.0
    assert any("min left" in line for line in lines)
    atlas = read(folder)
    assert np.isfinite(atlas.coordinates).all() and len(atlas.snippets) == len(atlas.coordinates)
    assert set(atlas.report["variants"]) == {"single states"}
    assert np.isfinite(atlas.place(atlas.means[:3])).all()


def kill_at(process: subprocess.Popen[str], part: float, delay: float) -> int:
    """Kill a build so many seconds after it has told that it is as far as that; 0 where it came to its end before."""
    assert process.stdout is not None
    next((line for line in process.stdout if float(line.split()[0]) >= part), None)
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    _, errors = process.communicate(timeout=550)
    assert process.returncode in (0, -signal.SIGKILL), errors
    return process.returncode


@pytest.mark.rebuild
@pytest.mark.timeout(120 * KILLS + 600)
def test_a_build_killed_at_random_moments_goes_on_and_gives_the_same_file(
    built: tuple[Path, list[str], float], tmp_path: Path
) -> None:
    """Moments over the whole build, each a share of the progress that is told and a while after it: by the clock alone
    a build that goes on is mostly over before its moment comes."""
    folder, lines, seconds = built
    rng, out, work = random.Random(1), tmp_path / "atlas", tmp_path / "work"
    killed = [
        kill_at(start_build(out, work), (number + rng.random()) / KILLS, rng.uniform(0.0, 2.0) * seconds / len(lines))
        for number in range(KILLS)
    ]
    assert killed[0] != 0, "no build was killed"
    _, errors = (last := start_build(out, work)).communicate(timeout=550)
    assert last.returncode == 0, errors
    for name in ("atlas.safetensors", "atlas.json"):
        assert (out / name).read_bytes() == (folder / name).read_bytes(), name


def test_the_corpus_is_as_large_and_as_varied_as_the_map_needs() -> None:
    corpus = load_corpus()
    assert len(corpus.systems) >= 400 and len(corpus.questions) >= 800 and len(corpus.themes) >= 20
    assert len(corpus.heldout_questions) >= 240 and {t for t, _ in corpus.heldout_questions} == set(corpus.themes)
    assert len({role for role, _ in corpus.heldout_systems}) >= 60
    assert {"other languages", "games", "school", "money", "illness", "love", "war", "machines"} <= set(corpus.themes)
    assert len(corpus.followups) >= 30 and set(corpus.forbidden) == set(corpus.themes)
    kinds = {role["kind"] for role in tomllib.loads((assets() / "corpus/systems.toml").read_text())["role"]}
    assert kinds == {"ordinary", "kind", "dark", "absurd", "format", "rule", "language", "assistant", "empty"}
    assert len(corpus.contexts) >= 16 and len(corpus.start_questions) == 8
    assert ("empty", "") in corpus.systems


def test_nothing_held_out_is_in_the_fit() -> None:
    corpus = load_corpus()
    shown = (
        assets() / "scenes/scenes.toml",
        assets() / "experiments/questions.toml",
        assets() / "experiments/facts.toml",
    )
    elsewhere = " ".join(path.read_text() for path in (*shown, assets().parent / "README.md"))
    asked = {question for _, question in corpus.questions} | {*corpus.start_questions, *corpus.followups}
    held = {question for _, question in corpus.heldout_questions}
    contexts = {context.user for context in corpus.contexts}
    assert not asked & (held | contexts) and not held & contexts
    assert [question for question in held if question in elsewhere] == []
    assert not set(corpus.start_questions) & {question for _, question in corpus.questions}
    assert not {prompt for _, prompt in corpus.systems} & {prompt for _, prompt in corpus.heldout_systems}
    assert not {role for role, _ in corpus.systems} & {role for role, _ in corpus.heldout_systems}


def test_the_wordings_of_a_held_out_role_share_no_content_word() -> None:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    by_role: dict[str, list[set[str]]] = {}
    for role, prompt in load_corpus().heldout_systems:
        by_role.setdefault(role, []).append(set(re.findall(r"\w{3,}", prompt.lower())) - ENGLISH_STOP_WORDS)
    for role, wordings in by_role.items():
        assert len(wordings) == 3
        for i, words in enumerate(wordings):
            for other in wordings[:i]:
                assert not words & other, (role, words & other)


def test_every_question_is_asked_few_times_under_different_prompts() -> None:
    corpus = load_corpus()
    grid = training_grid(corpus, 2, seed=5)
    for _, question in corpus.questions:
        systems = [asked.system for asked in grid if asked.question == question]
        assert len(systems) == len(set(systems)) == 2
    uses = [sum(asked.system == prompt for asked in grid) for _, prompt in corpus.systems]
    assert max(uses) - min(uses) <= 1
    assert grid == training_grid(corpus, 2, seed=5)


def test_the_halves_of_what_is_held_out_share_no_question_and_no_role() -> None:
    """One half chooses, the other judges."""
    corpus = load_corpus()
    grid = heldout_grid(corpus, seed=7)
    assert sorted(asked.question for asked in grid) == sorted(question for _, question in corpus.heldout_questions)
    roles = [{asked.role for asked in grid[half::2]} for half in (0, 1)]
    assert not roles[0] & roles[1] and min(map(len, roles)) == 30
    systems = [prompt for _, prompt in corpus.heldout_systems]
    held = HeldOut(
        starts=np.arange(len(systems))[:, None],
        roles=tuple(role for role, _ in corpus.heldout_systems),
        behaviour=np.zeros((len(systems), len(systems))),
        wording=np.zeros((len(systems), len(systems))),
        answers=tuple(np.full((3, 1), i) for i in range(len(grid))),
        labels=tuple(range(len(grid))),
        own_start=own_starts(corpus, [asked.system for asked in grid]),
    )
    for half in (0, 1):
        found = held.half(half)
        assert found.labels == tuple(range(half, len(grid), 2)) and set(found.roles) == roles[half]
        for label, answer, start in zip(found.labels, found.answers, found.own_start, strict=True):
            assert answer[0, 0] == label and systems[int(found.starts[start, 0])] == grid[label].system


def test_second_turns_and_answers_under_signs_are_of_every_kind() -> None:
    corpus = load_corpus()
    grid = training_grid(corpus, 2, seed=5)
    turns, signed = second_turns(corpus, grid, 240, seed=9), signed_grid(corpus, 6, seed=10)
    assert len({turn.after for turn in turns}) == 240 and {turn.then for turn in turns} == set(corpus.followups)
    assert len({turn.theme for turn in turns}) == len(corpus.themes)
    for turn in turns:
        assert (turn.system, turn.question, turn.theme) == (
            grid[turn.after].system, grid[turn.after].question, grid[turn.after].theme,
        )  # fmt: skip
    assert [asked.theme for asked in signed] == [theme for theme in corpus.themes for _ in range(6)]
    assert all(asked.forbidden == corpus.forbidden[asked.theme] for asked in signed)


@pytest.mark.slow
def test_answers_after_a_first_turn_and_under_a_sign_are_what_the_model_says(
    model: LanguageModel, tmp_path: Path
) -> None:
    """Batched and padded they are what `trace` and a pass of its own say, and hold none of the forbidden words."""
    asked = [
        Asked("", "empty", "Why do people fight for freedom?", "freedom"),
        Asked("", "empty", "Why do people fight for freedom?", "freedom", "And then?", 0),
        Asked("You are a pirate.", "p", "What is freedom?", "freedom", forbidden=("freedom", "free")),
    ]
    said = {0: "Because they must."}
    prompts = [prompted(model, i, one, said) for i, one in enumerate(asked)]
    how = Sampled((24, 26), tokens=12, temperature=1e-4, seed=1)
    (path,) = sample_answers(model, prompts, tmp_path, how, lambda done, total: None)
    found, told = load_file(path), texts(model, [path])
    rewards = [WordReward("freedom", -math.inf), WordReward("free", -math.inf)]
    turns = [{"role": "user", "content": asked[1].question}, {"role": "assistant", "content": said[0]}]
    traces = [
        trace(model, system="", user=asked[0].question, max_new_tokens=12, layer=24),
        trace(
            model,
            messages=[{"role": "system", "content": ""}, *turns, {"role": "user", "content": "And then?"}],
            max_new_tokens=12,
            layer=24,
        ),
        trace(model, system=asked[2].system, user=asked[2].question, max_new_tokens=12, rewards=rewards, layer=24),
    ]
    for i, t in enumerate(traces):
        rows = found["answer"] == i
        assert tuple(found["token"][rows]) == t.token_ids
        np.testing.assert_allclose(found["states.24"][rows], t.states, atol=1e-2, rtol=1e-3)
        assert told[i] == t.text
    assert "free" not in told[2].lower().split()


def test_the_shipped_report_reaches_what_it_must(atlas: Atlas) -> None:
    report = atlas.report
    assert report["start_behaviour_map"] >= 0.84 and report["start_behaviour_full"] >= 0.9
    assert report["theme_agreement"] >= 0.38 and report["named_right"] >= 0.8 and report["named_share"] >= 0.5
    assert report["start_moves"] >= 0.25 and report["steps_over_half"] <= 0.01
    assert report["first_step"] <= 0.2 and round(report["road_width"], 2) >= 0.17
    assert report["neighbours_kept"] >= 0.48
    older = report["variants"]["the map of 0.2: layer 26, principal components"]
    for name in ("start_behaviour_map", "theme_agreement", "neighbours_kept"):
        assert report[name] > older[name] + 0.05
    for region in ("freedom", "survival under threat"):
        assert report[f"auc_{region}"] >= older[f"auc_{region}"] - 0.01
    for name in ("start_behaviour_map", "theme_agreement", "neighbours_kept", "road_width"):
        low, high = report["intervals"][name]
        assert low < report[name] < high
    for name in ("start_behaviour_map_given_wording", "trustworthiness", "pca", "chosen_by"):
        assert name in report
    assert len(atlas.coordinates) < 10_000 and sum(f.stat().st_size for f in default_folder().iterdir()) < 25e6


def test_a_recent_mean_starts_at_its_first_row_and_forgets() -> None:
    rows = np.random.default_rng(0).normal(size=(30, 4))
    means = recent_mean(rows, 0.88)
    np.testing.assert_allclose(means[0], rows[0])
    weights = 0.88 ** np.arange(9, -1, -1)
    np.testing.assert_allclose(means[9], weights @ rows[:10] / weights.sum())
    np.testing.assert_allclose(recent_mean(rows, 0.0), rows)


def test_rank_correlations_equal_scipys() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(3)
    a, noise = rng.normal(size=200), rng.normal(size=200)
    b = a + noise
    assert spearman(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert abs(partial_spearman(a, b, noise)) > abs(spearman(a, b))  # what noise explains of b is taken out
    assert spearman(a, np.zeros(200)) == 0.0


def test_behaviour_distances_are_mean_jensen_shannon_divergences() -> None:
    logits = np.random.default_rng(4).normal(size=(5, 3, 50)) * 3
    logprobs = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    distances = behaviour_distances(logprobs)
    for i in range(5):
        for j in range(5):
            expected = jensen_shannon(logprobs[i], logprobs[j]).mean() if i != j else 0.0
            assert distances[i, j] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("damage", ["missing", "no table", "not toml"])
def test_a_broken_corpus_is_refused_with_a_sentence(tmp_path: Path, damage: str) -> None:
    folder = Path(shutil.copytree(assets() / "corpus", tmp_path / "corpus"))
    if damage == "missing":
        (folder / "start.toml").unlink()
    else:
        (folder / "systems.toml").write_text("x = 1" if damage == "no table" else "= =")
    with pytest.raises(UserError, match="corpus"):
        load_corpus(folder)
