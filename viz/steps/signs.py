"""Step 4, the signs: forbid words, and see regions drawn on the map."""

from __future__ import annotations

import streamlit as st

from viz import session, sign_list
from viz.session import Stage
from viz.strings import plain, text

NAME = "signs"


def show(stage: Stage) -> None:
    """The forbidden words, then the regions that the atlas ships."""
    sign_list.show(stage)
    st.markdown(f"**{text('regions.label')}**")
    regions = session.atlas().regions
    if not regions:
        st.caption(text("regions.none"))
        return
    for index, region in enumerate(regions):
        st.toggle(plain(region.name), key=f"region_{index}", persist_state="page")
    st.caption(text("regions.about"))
