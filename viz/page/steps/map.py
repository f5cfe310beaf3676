"""Step 1, the map: what a dot is. How far to trust it stands one click away, in the stage itself."""

from __future__ import annotations

from viz.drive.session import Stage

NAME = "map"


def show(stage: Stage) -> None:
    """Nothing of its own: the recorded scenes and the boxes are what this step needs."""
