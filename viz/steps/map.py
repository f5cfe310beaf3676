"""Step 1, the map: what a dot is and how far to trust it."""

from __future__ import annotations

import streamlit as st

from viz import session, trust
from viz.session import Stage
from viz.strings import text

NAME = "map"


def show(stage: Stage) -> None:
    """The trust panel, folded: one click."""
    with st.expander(text("trust.label"), key="trust"):
        st.caption(text("trust.place"))
        st.caption(text("trust.lost"))
        figures = trust.sentences(session.atlas().report)
        st.caption(text("trust.figures") if figures else text("trust.no_report"))
        for sentence in figures:
            st.text(sentence)
        st.caption(text("trust.measured"))
        st.caption(text("trust.memory"))
        st.caption(text("trust.licences"))
