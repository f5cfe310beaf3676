"""Intervals of a mean: against drawing again by hand, and how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from embeddings.experiments.statistics import RESAMPLED, interval, mean_and_interval, summary


@pytest.mark.parametrize("count", [5, 24, 120])
def test_an_interval_is_the_middle_of_the_means_of_items_drawn_again(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    picked = np.random.default_rng(0).integers(0, count, (RESAMPLED, count))
    assert interval(values) == pytest.approx(np.quantile(values[picked].mean(axis=1), [0.025, 0.975]))


def test_nineteen_of_twenty_intervals_hold_the_mean_that_the_values_were_drawn_with() -> None:
    drawn = np.random.default_rng(3).normal(loc=0.4, size=(200, 40))
    held = [low <= 0.4 <= high for low, high in map(interval, drawn)]
    assert 0.88 < np.mean(held) <= 1.0


def test_what_is_not_known_is_left_out_and_counted() -> None:
    known = mean_and_interval(np.array([1.0, np.nan, 3.0, np.nan, 2.0]))
    assert (known["mean"], known["items"]) == (2.0, 3) and known["low"] <= 2.0 <= known["high"]


def test_a_summary_has_each_figure_with_its_interval() -> None:
    found = summary([{"a": 1.0, "b": 0.0}, {"a": 3.0, "b": 0.5}, {"a": 2.0, "b": 1.0}])
    assert found["questions"] == 3 and found["a"] == 2.0 and found["b"] == 0.5
    assert found["a_interval"] == interval(np.array([1.0, 3.0, 2.0]))
