"""Step 3, the start: two starting points side by side."""

from __future__ import annotations

from viz.drive.session import Stage
from viz.page import sign_panel as sign_list

NAME = "start"


def show(stage: Stage) -> None:
    """Signs stay visible where there are any: they act on both roads."""
    if stage.signs:
        sign_list.show(stage)
