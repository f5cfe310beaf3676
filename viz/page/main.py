"""The one page: a header with the steps, the stage that is never unmounted, and the rail.

A run draws what is asked for and gathers it, acts on what was pressed, and draws what follows (`viz.page.state`).
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from types import ModuleType
from typing import Any

import streamlit as st

from embeddings.errors import UserError
from viz.drive import session
from viz.lesson import lesson
from viz.page import again, components, history, opening, ordering, player_events, rail, sign_actions, theme
from viz.page.places import keyed
from viz.page.state import Cell, Stage, cell, put
from viz.page.steps import map as map_step
from viz.page.steps import road, signs, start
from viz.scene.recorded import first_scene, step_of
from viz.strings import plain, text

STEPS: dict[str, ModuleType] = {module.NAME: module for module in (map_step, road, start, signs)}


@st.cache_resource(scope="session", show_spinner=False, on_release=session.jobs().release)
def session_id() -> str:
    """Names this browser session in the register of jobs; released when its tab closes."""
    return secrets.token_urlsafe(8)


def stage_data(stage: Stage) -> dict[str, Any]:
    """What the player is told: names only. Everything else it fetches by itself."""
    return {
        "job": stage.shown,
        "scene": stage.scene,
        "old": history.old_roads(stage) if stage.step == road.NAME else [],  # where their list stands
        "step": stage.step,
        "regions": [region.name for region in session.atlas().regions if region.name in stage.regions],
        "revision": stage.revision,
        "missing": stage.missing,
        "error": stage.error,
        "link": opening.told(stage),
    }


def opened(stage: Stage, step: str) -> Stage:
    """Another step, with its recorded scene, unless a road of one's own is there to go on with."""
    stage = replace(stage, step=step)
    return (
        stage
        if stage.shown or stage.missing
        else put(stage, scene=first_scene(step), revision=stage.revision + 1, error=None)
    )


def header(mine: Cell) -> Stage:
    """The title and the steps. A new session begins as its address says; from then on the player writes the address,
    and tells where it has changed (`viz/player/address.js`): what Streamlit knows of it may be an older one."""
    stage = mine.stage
    if not stage.id:
        name, step, kept = (
            session_id(),
            step_of(st.query_params.get("step", "")),
            st.query_params.get("kept", ""),
        )
        stage = mine.change(lambda stage: opening.arrived(stage, name, step, kept))
        if "linked" in st.query_params:
            again.sent(mine)
            stage = mine.stage
    with st.container(key="head", horizontal=True, vertical_alignment="center", gap="medium"):
        st.title(text("page.title"), anchor=False, width="content")
        step = st.segmented_control(
            text("page.steps_label"),
            list(STEPS),
            default=stage.step,
            key=keyed("step", stage.turned),
            required=True,
            format_func=lambda name: text(f"steps.{name}.name"),
            label_visibility="collapsed",
        )
        components.look_switch("look")
    if step and step != stage.step:
        stage = mine.change(lambda stage: opened(stage, step))
    return stage


def act(mine: Cell, what: str) -> None:
    """What a press asks for, now that it is known what the widgets hold."""
    if what == "drive":
        ordering.pressed(mine)
    elif what == "again":
        sign_actions.again(mine)


def page() -> None:
    """Header, stage, rail."""
    st.html(theme.STYLE)
    mine = cell()
    run, before = mine.enter()
    stage = header(mine)
    try:
        session.atlas()
    except UserError as error:
        st.error(plain(str(error)))
        return
    try:
        lesson.in_use()
    except UserError as error:  # its file has been changed since it was checked
        st.warning(plain(str(error)))
    left, right = st.columns([3, 1], gap="small")
    with left:
        stage_place = st.container(key="stage")
    with right, st.container(key="rail"):
        asked, places = rail.gather(mine, stage)
    mine.gather(run, asked.into)
    for press in before.presses:
        if press.what in ("drive", "again") and mine.take(press):
            act(mine, press.what)
    if asked.submitted:
        ordering.pressed(mine)
    again.go_on(mine)
    stage = ordering.settle(mine)
    rail.finish(mine, stage, places)
    with places.own:
        STEPS[stage.step].show(mine, stage, before.presses)
    mine.forget(before.presses)
    with stage_place:
        told = components.player("map", stage_data(stage))
    player_events.hear(mine, told)
    if mine.stage is not stage or stage.filled != before.filled:
        st.rerun()  # something was asked for by what was just drawn, or put into a box that was drawn before
    st.html(theme.ran(run))
    session.ready_later()


st.set_page_config(page_title=text("page.title"), layout="wide", initial_sidebar_state="collapsed")
page()
