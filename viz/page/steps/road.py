"""Step 2, the road: ask, drive, take one of its words away, and go back to a road driven before."""

from __future__ import annotations

from collections.abc import Sequence

from viz.page import history, sign_panel
from viz.page.places import place
from viz.page.state import Cell, Press, Stage

NAME = "road"


def show(cell: Cell, stage: Stage, presses: Sequence[Press]) -> None:
    """Signs, once there is a road of one's own, and the last roads."""
    with place("history"):
        history.show(cell, stage)
    if stage.shown or stage.signs or (stage.gone and stage.gone.sign):
        sign_panel.show(cell, stage, presses)
