"""Step 3, the start: two starting points side by side."""

from __future__ import annotations

from collections.abc import Sequence

from viz.page import sign_panel
from viz.page.state import Cell, Press, Stage

NAME = "start"


def show(cell: Cell, stage: Stage, presses: Sequence[Press]) -> None:
    """Signs stay visible where there are any: they act on both roads."""
    if stage.signs or (stage.gone and stage.gone.sign):
        sign_panel.show(cell, stage, presses)
