"""Points between points."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_a_whole_step_hits_its_point_and_half_a_step_lies_between(call: Any) -> None:
    assert call("geometry", "positionAt", [[0, 0, 0], [2, 4, 6]], 0.5) == pytest.approx([1, 2, 3])
    assert call("geometry", "positionAt", [[0, 0, 0], [2, 4, 6]], 9) == [2, 4, 6]
    assert call("geometry", "positionAt", [[7, 8, 9]], -3) == [7, 8, 9]
