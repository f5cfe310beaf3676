"""Step 4, the signs: not this way, go this way; what a sign is; and the atlas's own regions, drawn on the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from viz.drive import session
from viz.page import findings, sign_panel
from viz.page.places import keyed
from viz.page.state import Cell, Press, Stage
from viz.strings import plain, text

NAME = "signs"


def show(cell: Cell, stage: Stage, presses: Sequence[Press]) -> None:
    """The signs, then what is folded away."""
    sign_panel.show(cell, stage, presses, whole=True)
    with st.expander(text("signs.what"), key="what_a_sign_is"):
        st.markdown(text("signs.short_sighted"))
        st.markdown(text("signs.strength_hint"))
        st.markdown(text("signs.no_memory"))
    findings.show()
    with st.expander(text("regions.label"), key="regions"):
        names = [region.name for region in session.atlas().regions]
        for index, name in enumerate(names):
            key = keyed(f"region_{index}", stage.lendings)
            drawn = st.toggle(plain(name), value=name in stage.regions, key=key)
            if drawn != (name in stage.regions):
                cell.change(lambda now, name=name: switched(now, name))  # type: ignore[misc]
        st.caption(text("regions.about" if names else "regions.none"))


def switched(stage: Stage, name: str) -> Stage:
    """The stage with a region drawn, or no longer; it is somebody's own now."""
    return replace(stage, regions=stage.regions ^ {name}, lent=stage.lent - {name})
