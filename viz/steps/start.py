"""Step 3, the start: two starting points side by side."""

from __future__ import annotations

from viz import sign_list
from viz.drive.session import Stage

NAME = "start"


def show(stage: Stage) -> None:
    """Signs stay visible where there are any: they act on both roads."""
    if stage.signs:
        sign_list.show(stage)
