"""Step 4, the signs: not this way, go this way; what a sign is; and the atlas's own regions, drawn on the map."""

from __future__ import annotations

import streamlit as st

from viz.drive import session
from viz.drive.session import Stage
from viz.page import findings
from viz.page import sign_panel as sign_list
from viz.strings import plain, text

NAME = "signs"


def show(stage: Stage) -> None:
    """The signs, then what is folded away."""
    sign_list.show(stage, whole=True)
    with st.expander(text("signs.what"), key="what_a_sign_is"):
        st.markdown(text("signs.short_sighted"))
        st.markdown(text("signs.no_memory"))
    findings.show()
    with st.expander(text("regions.label"), key="regions"):
        regions = session.atlas().regions
        for index, region in enumerate(regions):
            st.toggle(plain(region.name), key=f"region_{index}", persist_state="page")
        st.caption(text("regions.about" if regions else "regions.none"))
