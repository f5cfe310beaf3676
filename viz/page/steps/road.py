"""Step 2, the road: ask, drive, take one of its words away, and go back to a road driven before."""

from __future__ import annotations

from viz.drive.session import Stage
from viz.page import history, rail
from viz.page import sign_panel as sign_list

NAME = "road"


def show(stage: Stage) -> None:
    """Signs, once there is a road of one's own, and the last roads."""
    with rail.place("history"):
        history.show(stage)
    if stage.shown or stage.signs:
        sign_list.show(stage)
