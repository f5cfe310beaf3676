"""The one page: a header with the steps, the stage that is never unmounted, and the rail."""

from __future__ import annotations

import secrets
from types import ModuleType
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from embeddings.errors import UserError
from viz.drive import session
from viz.drive.session import Stage
from viz.page import components, history, player_events, rail, theme
from viz.page.steps import map as map_step
from viz.page.steps import road, signs, start
from viz.scene.recorded import scenes
from viz.strings import plain, text

STEPS: dict[str, ModuleType] = {module.NAME: module for module in (map_step, road, start, signs)}


@st.cache_resource(scope="session", show_spinner=False, on_release=session.jobs().release)
def session_id() -> str:
    """Names this browser session in the register of jobs; released when its tab closes."""
    return secrets.token_urlsafe(8)


def stage_data(stage: Stage) -> dict[str, Any]:
    """What the player is told: names only. Everything else it fetches by itself."""
    regions = session.atlas().regions
    return {
        "job": stage.shown,
        "scene": stage.scene,
        "old": history.old(stage),
        "regions": [r.name for i, r in enumerate(regions) if st.session_state.get(f"region_{i}")],
        "revision": stage.revision,
    }


def step_changed() -> None:
    """Open a step with its recorded scene, unless a road of one's own is there to go on with."""
    stage = rail.stage()
    if not stage.shown:
        rail.put(scene=first_scene(st.session_state["step"]), revision=stage.revision + 1, error=None)


def first_scene(step: str) -> str | None:
    """The recorded scene that a step opens with."""
    listed = scenes()
    own = [entry["id"] for entry in listed if entry["step"] == step]
    return own[0] if own else (listed[0]["id"] if listed else None)


def settle() -> None:
    """Bring the stage up to date: a first scene for a new session, and a drive that ended unseen."""
    stage = rail.stage()
    if not stage.id:
        step = st.session_state.get("step") or "map"
        rail.put(id=session_id(), scene=first_scene(step))
    job = session.jobs().get(stage.running) if stage.running else None
    if stage.running and (job is None or job.done):
        rail.put(running=None)


def header() -> str:
    """The title and the steps; the step is in the address, so that a reload or a link opens it."""
    context = get_script_run_ctx()
    if "step" not in st.session_state:
        st.session_state["step"] = asked_step()
    elif context and context.is_history_navigation and st.session_state["step"] != asked_step():  # back or forward
        st.session_state["step"] = asked_step()
        step_changed()
    with st.container(key="head", horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"# {text('page.title')}", width="content")
        step = st.segmented_control(
            text("page.steps_label"),
            list(STEPS),
            key="step",
            required=True,
            format_func=lambda name: text(f"steps.{name}.name"),
            label_visibility="collapsed",
            on_change=step_changed,
        )
    step = step or "map"
    if st.query_params.get("step", "map") != step:
        st.query_params["step"] = step
    return step


def asked_step() -> str:
    """The step that the address names, by name or by number."""
    asked = st.query_params.get("step", "")
    asked = {str(number): name for number, name in enumerate(STEPS, 1)}.get(asked, asked)
    return asked if asked in STEPS else "map"


def page() -> None:
    """Header, stage, rail."""
    st.html(theme.STYLE)
    step = header()
    try:
        session.atlas()
    except UserError as error:
        st.error(plain(str(error)))
        return
    settle()
    left, right = st.columns([3, 1], gap="small")
    with left, st.container(key="stage"):
        components.player(
            "map",
            stage_data(rail.stage()),
            on_done=player_events.done,
            on_fork=player_events.fork,
            on_sign=player_events.sign,
            on_scene=player_events.scene,
        )
    with right, st.container(key="rail"):
        st.markdown(text(f"steps.{step}.about"))
        rail.recorded(step)
        with rail.place("back"):
            history.back(rail.stage())
        rail.starting_point()
        with rail.place("second"):
            if st.session_state.get("two"):
                rail.starting_point("b")
        rail.question()
        rail.buttons()
        with rail.place("own"):
            STEPS[step].show(rail.stage())
        rail.more()
    session.ready_later()


st.set_page_config(page_title=text("page.title"), layout="wide", initial_sidebar_state="collapsed")
page()
