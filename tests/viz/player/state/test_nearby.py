"""The nearest points of the ground and what share of them is of a region, against all distances in numpy."""

from typing import Any

import fake
import numpy as np
import pytest

pytestmark = pytest.mark.browser

COUNT = 700


def ground() -> dict[str, Any]:
    """The first points of the harness's map, a stray among them."""
    points, _, _ = fake.cloud()
    low, high = np.quantile(points[:COUNT], [0.01, 0.99], axis=0)
    return {"count": COUNT, "map": points[:COUNT].T.tolist(), "meta": {"bounds": np.stack([low, high], 1).tolist()}}


@pytest.mark.parametrize("place", [[0, 0, 0], [3.0, -2.0, 1.0], [9, 9, 9], [-40, 0, 12], [0, 0, -7.5]])
def test_the_nearest_are_the_nearest_wherever_one_asks(call: Any, place: list[float]) -> None:
    gaps = np.linalg.norm(fake.cloud()[0][:COUNT].astype(float) - place, axis=1)
    for count in (1, 30, COUNT):
        assert (
            call("state/nearby", "nearest", ground(), place, count) == np.argsort(gaps, kind="stable")[:count].tolist()
        )


def test_a_tint_is_the_share_of_the_thirty_nearest(call: Any) -> None:
    points, inside = fake.cloud()[0][:COUNT].astype(float), list(range(0, COUNT, 3))
    flags = np.isin(np.arange(COUNT), inside)
    near = np.argsort(((points[:, None] - points[None]) ** 2).sum(2), axis=1, kind="stable")[:, :30]
    found = call("state/nearby", "tintOf", ground(), inside)
    np.testing.assert_allclose(found, flags[near].mean(1), atol=1e-6)
    assert call("state/nearby", "shareNear", ground(), inside, points[5].tolist()) == pytest.approx(
        flags[near[5]].mean()
    )


def test_a_map_of_few_points_has_a_tint_as_well(call: Any) -> None:
    few = {"count": 2, "map": [[0, 1], [0, 0], [0, 0]], "meta": {"bounds": [[0, 1], [0, 0], [0, 0]]}}
    assert call("state/nearby", "tintOf", few, [1]) == [0.5, 0.5]
