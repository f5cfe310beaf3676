"""Step 2, the road: ask, drive, and take one of its words away."""

from __future__ import annotations

from viz import sign_list
from viz.session import Stage

NAME = "road"


def show(stage: Stage) -> None:
    """Signs, once there is a road of one's own whose words can be forbidden."""
    if stage.shown or stage.signs:
        sign_list.show(stage)
