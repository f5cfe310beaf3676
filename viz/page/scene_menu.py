"""The recorded scenes of a step: a button each, or a menu where they would fill the rail."""

from __future__ import annotations

from typing import Any

import streamlit as st

from viz.drive import session
from viz.page.boxes import chosen_in
from viz.page.state import Cell, Stage, put
from viz.scene.recorded import scenes
from viz.strings import plain, text

BUTTONS = 4  # more recorded scenes than this become a menu


def recorded(cell: Cell, stage: Stage) -> None:
    """Those of the step that is open."""
    listed = [entry for entry in scenes() if entry["step"] == stage.step]
    if not listed:
        return
    with st.container(key="scenes", gap="small"):
        if len(listed) > BUTTONS:
            menu(cell, stage, listed)
            return
        for entry in listed:
            st.button(
                plain(entry["title"]),
                key=f"scene_{entry['id']}",
                help=plain(entry["note"]),
                on_click=play,
                args=(cell, entry["id"]),
                icon=":material/play_arrow:",
                type="primary" if stage.scene == entry["id"] else "secondary",
                width="stretch",
            )


def menu(cell: Cell, stage: Stage, listed: list[dict[str, Any]]) -> None:
    titles = {entry["id"]: entry["title"] for entry in listed}
    st.menu_button(
        plain(titles.get(stage.scene or "", text("page.scenes"))),
        list(titles),
        key="scene_menu",
        on_click=chosen_in,
        args=("scene_menu", lambda chosen: play(cell, chosen)),
        icon=":material/play_arrow:",
        format_func=lambda id: plain(titles[id]),
        width="stretch",
    )


def play(cell: Cell, scene: str) -> None:
    """A callback: put a recorded scene on the stage; the road that was there joins those driven before."""
    session.leave(cell.stage.running)
    cell.change(
        lambda stage: put(stage, scene=scene, shown=None, running=None, error=None, revision=stage.revision + 1)
    )
