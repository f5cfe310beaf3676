"""A whole build on a small corpus: killed at random moments it goes on, and the same inputs give the same file."""

from __future__ import annotations

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

from embeddings import UserError
from embeddings.atlas.atlas import Atlas
from embeddings.atlas.lens import recent_mean
from embeddings.atlas.start import jensen_shannon
from embeddings.atlas.store import read
from embeddings.fitting.corpus import heldout_grid, load_corpus, training_grid
from embeddings.fitting.report import behaviour_distances, partial_spearman, spearman
from embeddings.paths import assets

KILLS = 20 if os.environ.get("MINDMAP_LONG") else 2

# The build itself, on the corpus that ships cut down to what takes seconds.
SMALL = """
import sys
from dataclasses import replace
from pathlib import Path
from embeddings import load_model
from embeddings.fitting.build import MAP, build
from embeddings.fitting.corpus import load_corpus
from embeddings.fitting.samples import Sampling
whole = load_corpus()
corpus = replace(
    whole,
    systems=whole.systems[::40],
    questions=whole.questions[::10],
    heldout_systems=whole.heldout_systems[::20],
    heldout_questions=whole.heldout_questions[::12],
    contexts=whole.contexts[:3],
)
build(
    load_model(),
    corpus=corpus,
    how=Sampling(times=2, tokens=9, layers=(26,)),
    recipe=replace(MAP, every=2, epochs=30),
    others={"single states": replace(MAP, decay=0.0, every=2, epochs=30)},
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


@pytest.mark.rebuild
@pytest.mark.timeout(120 * KILLS + 600)
def test_a_build_killed_at_random_moments_goes_on_and_gives_the_same_file(
    built: tuple[Path, list[str], float], tmp_path: Path
) -> None:
    folder, _, seconds = built
    rng, out, work, kills = random.Random(1), tmp_path / "atlas", tmp_path / "work", 0
    while True:
        process = start_build(out, work)
        try:
            wait = rng.uniform(0.1, 1.0) * seconds if kills < KILLS else 550
            _, errors = process.communicate(timeout=wait)
        except subprocess.TimeoutExpired:
            assert kills < KILLS, "the last build took too long"
            process.send_signal(signal.SIGKILL)
            process.communicate()
            kills += 1
            continue
        assert process.returncode == 0, errors
        for name in ("atlas.safetensors", "atlas.json"):
            assert (out / name).read_bytes() == (folder / name).read_bytes(), name
        if kills >= KILLS:
            return
        shutil.rmtree(out)  # it came to its end in between: the next kills are those of a new one
        shutil.rmtree(work, ignore_errors=True)


def test_the_corpus_is_as_large_and_as_varied_as_the_map_needs() -> None:
    corpus = load_corpus()
    assert len(corpus.systems) >= 150 and len(corpus.questions) >= 300 and len(corpus.themes) >= 12
    kinds = {role["kind"] for role in tomllib.loads((assets() / "corpus/systems.toml").read_text())["role"]}
    assert kinds == {"ordinary", "kind", "dark", "absurd", "format", "rule", "language", "assistant", "empty"}
    assert len(corpus.heldout_systems) >= 60 and len(corpus.contexts) >= 16 and len(corpus.start_questions) == 8
    assert ("empty", "") in corpus.systems


def test_nothing_held_out_is_in_the_fit() -> None:
    corpus = load_corpus()
    asked = {question for _, question in corpus.questions} | set(corpus.start_questions)
    held = {question for _, question in corpus.heldout_questions} | {context.user for context in corpus.contexts}
    assert not asked & held
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
    grid = training_grid(corpus, 3, seed=5)
    for _, question in corpus.questions:
        systems = [asked.system for asked in grid if asked.question == question]
        assert len(systems) == 3 and len(set(systems)) >= 2
    uses = [sum(asked.system == prompt for asked in grid) for _, prompt in corpus.systems]
    assert max(uses) - min(uses) <= 1
    assert grid == training_grid(corpus, 3, seed=5)
    assert len(heldout_grid(corpus, seed=7)) == len(corpus.heldout_questions)


def test_the_shipped_report_reaches_what_it_must(atlas: Atlas) -> None:
    report = atlas.report
    assert report["start_behaviour_map"] >= 0.75 and report["start_behaviour_full"] >= 0.9
    assert report["start_moves"] >= 0.25 and report["steps_over_half"] <= 0.03
    assert report["first_step"] <= 0.5 and report["road_width"] >= 0.12
    assert report["neighbours_kept"] >= 0.42
    for name in ("single states", "layer 29", "decay 0.8"):
        assert name in report["variants"]
    assert "start_behaviour_map_given_wording" in report and "trustworthiness" in report and "pca" in report


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
