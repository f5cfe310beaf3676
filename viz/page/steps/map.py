"""Step 1, the map: what a dot is. How far to trust it stands one click away, in the stage itself."""

from __future__ import annotations

from collections.abc import Sequence

from viz.page.state import Cell, Press, Stage

NAME = "map"


def show(cell: Cell, stage: Stage, presses: Sequence[Press]) -> None:
    """Nothing of its own: the recorded scenes and the boxes are what this step needs."""
