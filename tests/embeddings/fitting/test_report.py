"""The figures of a map, on points made up so that each is known beforehand; their intervals hold them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from embeddings.fitting.report import HeldOut, MapPoints, fidelity, intervals, measured

THEMES, POINTS = 4, 400


@pytest.fixture(scope="module")
def points() -> MapPoints:
    """Themes far apart, a map that is three of the six components."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(THEMES), POINTS // THEMES)
    means = rng.normal(size=(POINTS, 6))
    means[np.arange(POINTS), labels] += 9
    return MapPoints(
        means, 6, means[:, :3].astype(np.float32), labels, np.arange(POINTS) // 5, lambda rows: rows[:, :3]
    )


@pytest.fixture(scope="module")
def held() -> HeldOut:
    rng = np.random.default_rng(1)
    starts = rng.normal(size=(36, 6))
    roles = tuple(f"role {i // 3}" for i in range(36))
    apart = np.linalg.norm(starts[:, None] - starts[None], axis=-1)
    answers, labels = [], []
    for i in range(20):
        road = np.cumsum(rng.normal(size=(70 if i % 2 else 30, 6)) * 0.05, axis=0)
        road[:, i % THEMES] += 9
        answers.append(road)
        labels.append(i % THEMES)
    wording = rng.random((36, 36))
    return HeldOut(starts, roles, apart, wording + wording.T, tuple(answers), tuple(labels), tuple(range(20)))


def test_the_figures_are_what_was_made_up(points: MapPoints, held: HeldOut) -> None:
    figures = fidelity(points, held)
    assert figures["start_behaviour_full"] == pytest.approx(1.0)  # behaviour is the distance in all six
    pairs = np.triu_indices(36, 1)
    on_map = np.linalg.norm(held.starts[:, None, :3] - held.starts[None, :, :3], axis=-1)[pairs]
    assert figures["start_behaviour_map"] == pytest.approx(spearmanr(on_map, held.behaviour[pairs]).statistic)
    assert figures["theme_agreement"] > 0.7 and figures["theme_chance"] == pytest.approx(1 / THEMES)
    assert figures["neighbours_kept_all_components"] == figures["neighbours_kept"]
    steps = np.concatenate([np.linalg.norm(np.diff(a[:, :3], axis=0), axis=1) for a in held.answers]) / points.spread
    assert figures["steps_median"] == pytest.approx(np.median(steps)) and figures["steps_over_half"] == 0.0
    first = [np.linalg.norm(a[1, :3] - a[0, :3]) / points.spread for a in held.answers]
    assert figures["first_step"] == pytest.approx(np.median(first))
    long = [a[:60, :3] for a in held.answers if len(a) >= 60]
    widths = [np.linalg.norm(a - a.mean(axis=0), axis=1).mean() / points.spread for a in long]
    assert figures["road_width"] == pytest.approx(np.median(widths))


def test_intervals_hold_the_figures_and_are_numbers(points: MapPoints, held: HeldOut) -> None:
    figures, found = fidelity(points, held), intervals(points, held, 200)
    assert found == intervals(points, held, 200)
    for name, (low, high) in found.items():
        assert low <= figures[name] + 1e-9 and figures[name] - 1e-9 <= high, name
    one = replace(held, roles=tuple("ab"[i >= 33] for i in range(36)))  # a draw of one role alone is drawn anew
    assert np.isfinite([end for ends in intervals(points, one, 50).values() for end in ends]).all()


def test_a_prompt_drawn_twice_is_not_compared_with_itself(points: MapPoints, held: HeldOut) -> None:
    """Else a bootstrap would count pairs at distance 0, and call any map true."""
    found = measured(points, held)
    noise = np.random.default_rng(3).random((36, 36))
    blind = replace(found, behaviour=noise + noise.T)
    twice = np.concatenate([np.arange(36), np.arange(36)])
    assert abs(blind.of_starts(twice)["start_behaviour_map"]) < 0.15
