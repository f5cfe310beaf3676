"""Parts of the rail that may be empty and are always there.

Streamlit's page in the browser forgets what a widget holds when the widget is gone from its place at the end of a run;
one that something appeared above is gone from its place. So whatever comes and goes has a place of its own, and what
stands below keeps its value, its focus and what is being typed into it.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from viz.page.state import Cell
from viz.strings import text


def place(key: str) -> DeltaGenerator:
    """A place by its name."""
    return st.container(key=f"place_{key}", gap="small")


def keyed(name: str, count: int) -> str:
    """The key of a widget into which the page has put something so many times: a new widget each time, which no request
    that is on its way can put back."""
    return name if count == 0 else f"{name}_{count}"


def undo(cell: Cell, what: str, said: str, *, key: str, back: Callable[[Cell], None]) -> None:
    """The way back of what was taken away last, on a line of its own, and words for what that was."""
    line = st.container(key=f"undo_{what}", horizontal=True, vertical_alignment="center", gap="small")
    line.text(said, width="stretch")
    line.button(
        text("page.undo"),
        key=key,
        on_click=back,
        args=(cell,),
        type="tertiary",
        icon=":material/undo:",
    )
