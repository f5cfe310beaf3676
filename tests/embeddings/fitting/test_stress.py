"""Bending a layout: the gradients are those of the losses, starts come to lie as asked, and the rest stays."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import sparse
from scipy.stats import spearmanr

from embeddings.fitting import stress as of_layout
from embeddings.fitting.stress import Curve, bend, stress, umap_slope

CURVE = Curve(0.6, 1.1)


@pytest.fixture
def places() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(40, 3)) * 3


def test_the_slope_is_that_of_umaps_loss(places: np.ndarray) -> None:
    """Against torch's own derivative of the loss as the paper writes it."""
    rng = np.random.default_rng(1)
    a, b = rng.permutation(40)[:20], rng.permutation(40)[:20]
    b = np.where(a == b, (b + 1) % 40, b)
    others = (a[:, None] + rng.integers(1, 40, (20, 4))) % 40
    at = torch.tensor(places, requires_grad=True)

    def near(first: np.ndarray, second: np.ndarray) -> torch.Tensor:
        far = ((at[first] - at[second]) ** 2).sum(dim=-1)
        return 1 / (1 + CURVE.a * far**CURVE.b)

    loss = -near(a, b).log().mean() - (1 - near(np.repeat(a, 4), others.ravel())).log().sum() / len(a)
    (expected,) = torch.autograd.grad(loss, at)
    np.testing.assert_allclose(umap_slope(places, a, b, others, CURVE), expected.numpy(), atol=1e-9)


def test_the_pull_is_that_of_the_stress(places: np.ndarray) -> None:
    rng = np.random.default_rng(2)
    pairs = rng.integers(0, 20, 60), rng.integers(20, 40, 60)
    wanted = rng.uniform(1, 4, 60)
    at = torch.tensor(places, requires_grad=True)
    length = (at[pairs[0]] - at[pairs[1]]).norm(dim=1)
    loss = (((length - torch.tensor(wanted)) / wanted.mean()) ** 2).mean()
    (expected,) = torch.autograd.grad(loss, at)
    value, slope = stress(places, pairs, wanted)
    assert value == pytest.approx(loss.item())
    np.testing.assert_allclose(slope, expected.numpy(), atol=1e-9)


def test_starts_come_to_lie_as_their_states_do_and_the_same_each_time(
    places: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With as many edges and pairs a step as forty places need, and not nine thousand."""
    monkeypatch.setattr(of_layout, "EDGES", 1000)
    monkeypatch.setattr(of_layout, "PAIRS", 1000)
    rng = np.random.default_rng(3)
    starts, apart = np.arange(25, 40), rng.normal(size=(15, 6)) * [3, 3, 1, 0.1, 0.1, 0.1]
    row, column = rng.integers(0, 25, 200), rng.integers(0, 25, 200)
    graph = sparse.coo_matrix((rng.random(200), (row, column)), shape=(40, 40))

    def agreement(found: np.ndarray) -> float:
        pairs = np.triu_indices(15, 1)
        on_map = np.linalg.norm(found[starts][pairs[0]] - found[starts][pairs[1]], axis=1)
        return float(spearmanr(on_map, np.linalg.norm(apart[pairs[0]] - apart[pairs[1]], axis=1)).statistic)

    bent = bend(places, graph, CURVE, starts, apart, 20.0, 0)
    assert agreement(bent) > 0.85 and agreement(bent) > agreement(places) + 0.3
    np.testing.assert_array_equal(bend(places, graph, CURVE, starts, apart, 20.0, 0), bent)
