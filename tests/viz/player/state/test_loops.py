"""A text that goes in circles, told from its tokens."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("ids", "found"),
    [
        ([1, 2, 3, *range(10, 18), *range(10, 18)], {"period": 8, "rounds": 2, "since": 3}),
        ([9, *range(10, 18), *range(10, 18), *range(10, 18), *range(10, 18)], {"period": 8, "rounds": 4, "since": 1}),
        ([*range(10, 18), *range(10, 17)], None),  # not yet once round
        ([5, 6, 5, 6, 5, 6], None),  # a turn of phrase
        ([5, 6, 5, 6, 5, 6, 5, 6], {"period": 2, "rounds": 4, "since": 0}),
        ([7] * 7, {"period": 1, "rounds": 7, "since": 0}),
        (list(range(40)), None),
        ([], None),
    ],
)
def test_a_loop_is_found_once_enough_of_it_has_come_again(call: Any, ids: list[int], found: Any) -> None:
    assert call("state/loops", "loopAt", ids, len(ids) - 1) == found


def test_a_loop_is_over_where_the_text_goes_on(call: Any) -> None:
    ids = [*range(8), *range(8), 99]
    assert call("state/loops", "loopAt", ids, 15)["rounds"] == 2
    assert call("state/loops", "loopAt", ids, 16) is None
