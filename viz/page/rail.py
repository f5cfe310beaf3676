"""What every step of the rail shares: recorded scenes, the two boxes, the button, and what is folded away.

Callbacks read widgets and replace the `Stage`; they draw nothing. What a person or the model wrote is only ever shown
by widgets that show plain characters, or goes through `strings.plain`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from embeddings.errors import UserError
from viz.drive import session
from viz.drive.job import Job, Order, Road
from viz.drive.session import OLD, Stage
from viz.drive.sign import STRENGTH
from viz.page import components
from viz.scene.recorded import scenes
from viz.strings import plain, readable, section, text

MAX_SYSTEM = 8000
MAX_QUESTION = 8000
KINDS = ("typed", "empty", "default")
BUTTONS = 4  # more recorded scenes than this become a menu


def stage() -> Stage:
    found: Stage = st.session_state.setdefault("stage", Stage())
    return found


def put(**changes: Any) -> None:
    """Replace the stage by one with these changes; the regions that a recorded scene is about come and go with it."""
    before, after = stage(), replace(stage(), **changes)
    if after.scene != before.scene:
        after = replace(after, lent=lend(before.lent, after.scene))
    st.session_state["stage"] = after


def place(key: str) -> DeltaGenerator:
    """A part of the rail that may be empty and is always there: what stands below keeps its place, its focus and what
    was typed into it.
    """
    return st.container(key=f"place_{key}", gap="small")


# -- recorded scenes -------------------------------------------------------------------------------------------------


def recorded(step: str) -> None:
    """The recorded scenes of this step: a button each, or a menu where they would fill the rail."""
    listed = [entry for entry in scenes() if entry["step"] == step]
    if not listed:
        return
    with st.container(key="scenes", gap="small"):
        if len(listed) > BUTTONS:
            menu(listed)
            return
        for entry in listed:
            st.button(
                plain(entry["title"]),
                key=f"scene_{entry['id']}",
                help=plain(entry["note"]),
                on_click=play,
                args=(entry["id"],),
                icon=":material/play_arrow:",
                type="primary" if stage().scene == entry["id"] else "secondary",
                width="stretch",
            )


def menu(listed: list[dict[str, Any]]) -> None:
    titles = {entry["id"]: entry["title"] for entry in listed}
    st.menu_button(
        plain(titles.get(stage().scene or "", text("page.scenes"))),
        list(titles),
        key="scene_menu",
        on_click=play_chosen,
        icon=":material/play_arrow:",
        format_func=lambda id: plain(titles[id]),
        width="stretch",
    )


def play_chosen() -> None:
    if (chosen := st.session_state["scene_menu"]) is not None:
        play(chosen)


def play(scene: str) -> None:
    """Put a recorded scene on the stage; the road that was there joins those driven before."""
    session.stop(stage().running)
    put(scene=scene, shown=None, running=None, error=None, revision=stage().revision + 1)


def lend(lent: tuple[str, ...], scene: str | None) -> tuple[str, ...]:
    """Draw the regions that a recorded scene is about, and no longer those ``lent`` to the one before it; those that
    are lent now. A region that somebody has switched on stays."""
    about: list[str] = next((entry.get("regions", []) for entry in scenes() if entry["id"] == scene), [])
    if not lent and not about:
        return ()
    new = []
    for i, region in enumerate(session.atlas().regions):
        chosen = bool(st.session_state.get(f"region_{i}")) and region.name not in lent
        if region.name in (*lent, *about):
            st.session_state[f"region_{i}"] = chosen or region.name in about
        if region.name in about and not chosen:
            new.append(region.name)
    return tuple(new)


# -- boxes -----------------------------------------------------------------------------------------------------------


def starting_point(which: str = "") -> None:
    """The system prompt, typed, empty or the template's own; the typed one tells the model while one types."""
    suffix = f"_{which}" if which else ""
    head = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small")
    head.markdown(f"**{text('start.label' + suffix)}**", width="content")
    head.menu_button(
        text("start.ideas"),
        section("ideas.systems"),
        key=f"ideas{suffix}",
        on_click=use_idea,
        args=(suffix,),
        type="tertiary",
        format_func=plain,
    )
    st.session_state.setdefault(f"kind{suffix}", "typed")  # not a default: an idea sets it too
    kind = st.segmented_control(
        text("start.kind" + suffix),
        KINDS,
        key=f"kind{suffix}",
        required=True,
        format_func=lambda name: text(f"start.{name}"),
        label_visibility="collapsed",
        width="stretch",
        persist_state="page",
    )
    components.prompt_box(
        f"system{suffix}",
        label=text("start.label" + suffix),
        put=st.session_state.get(f"put{suffix}", ("", 0)),
        fixed=False if kind == "typed" else system_of(suffix),
        name=text("start.default_name" if kind == "default" else "start.empty_name"),
        flag=not which,
        on_submit=drive,
    )
    if kind != "typed":
        st.caption(note_of(kind or "empty"))


def note_of(kind: str) -> str:
    from embeddings.chat import DEFAULT_SYSTEM

    if kind == "default":
        return text("start.default_note", message=DEFAULT_SYSTEM)
    return text("start.empty_note") if kind == "empty" else ""


def use_idea(suffix: str) -> None:
    """Fill the box."""
    idea = st.session_state[f"ideas{suffix}"]
    if idea is None:
        return
    st.session_state[f"put{suffix}"] = (idea, st.session_state.get(f"put{suffix}", ("", 0))[1] + 1)
    st.session_state[f"kind{suffix}"] = "typed"


def system_of(suffix: str) -> str | None:
    """The system prompt that is asked for: None is the template's own, "" an explicitly empty one."""
    kind = st.session_state.get(f"kind{suffix}", "typed")
    if kind == "default":
        return None
    return "" if kind == "empty" else components.prompt_of(f"system{suffix}")


def question() -> None:
    """What the model is asked."""
    head = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small")
    head.markdown(f"**{text('question.label')}**", width="content")
    head.menu_button(
        text("start.ideas"),
        section("ideas.questions"),
        key="question_ideas",
        on_click=use_question,
        type="tertiary",
        format_func=plain,
    )
    st.text_area(
        text("question.label"),
        key="question",
        placeholder=text("question.placeholder"),
        height=68,
        label_visibility="collapsed",
        persist_state="page",
    )


def use_question() -> None:
    if st.session_state["question_ideas"] is not None:
        st.session_state["question"] = st.session_state["question_ideas"]


# -- the button ------------------------------------------------------------------------------------------------------


def buttons() -> None:
    """Drive, which is Stop while it drives, and the switch that gives the question a second start."""
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    if stage().running:
        row.button(text("drive.stop"), key="stop", on_click=halt, icon=":material/stop:", width="stretch")
    else:
        row.button(
            text("drive.button"),
            key="drive",
            on_click=drive,
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
        )
    row.toggle(text("drive.two"), key="two", help=text("drive.two_hint"), persist_state="page")
    with place("notice"):
        if error := stage().error:
            st.error(plain(error))
        model()


def model() -> None:
    """How far the model is, until it is there."""
    state = session.worker().status.state
    if state == "error":
        st.warning(text("model.error") + " " + plain(session.worker().status.message))
        st.button(text("model.again"), key="again", on_click=session.worker().ready)
    elif state != "ready":
        loading()


@st.fragment(run_every=1.0)
def loading() -> None:
    """A line that keeps itself up to date without running the page."""
    worker = session.worker()
    status = worker.status
    if status.state in ("ready", "error"):
        st.rerun()
    if status.state == "idle":
        st.caption(text("model.idle"))
    else:
        st.caption(text("model.loading", percent=round(100 * status.progress), seconds=round(worker.seconds())))


def order(systems: tuple[str | None, ...] | None = None) -> Order:
    """What the widgets ask for, checked. ``systems``: instead of what the boxes of the start hold.

    Raises
    ------
    UserError
        Where a text is missing or too long; numbers are kept in range by their widgets.
    """
    state = st.session_state
    asked = str(state.get("question") or "")
    if not asked.strip():
        raise UserError(text("question.empty"))
    if len(asked) > MAX_QUESTION:
        raise UserError(text("question.too_long", limit=MAX_QUESTION, count=len(asked)))
    readable(asked)
    systems = systems or tuple(system_of(suffix) for suffix in (("", "_b") if state.get("two") else ("",)))
    for system in systems:
        readable(system or "")
        if system is not None and len(system) > MAX_SYSTEM:
            raise UserError(text("start.too_long", limit=MAX_SYSTEM, count=len(system)))
    return Order(
        question=asked,
        systems=systems,
        signs=tuple(sign for sign in stage().signs if sign.on),
        strength=float(state.get("strength", STRENGTH)),
        max_new_tokens=int(state.get("length", 48)),
        temperature=float(state.get("temperature", 0.0)),
        top_p=float(state.get("top_p", 1.0)),
        seed=int(state.get("seed", 0)),
        step=str(state.get("step") or "road"),
    )


def drive(systems: tuple[str | None, ...] | None = None) -> None:
    """Begin: the player listens to the new job, nothing else on the page waits."""
    session.stop(stage().running)
    try:
        job = session.drive(order(systems), stage().id)
    except UserError as error:
        put(error=str(error), running=None)
        return
    follow(job)


def follow(job: Job) -> None:
    """Put a drive that has begun on the stage."""
    driven = (*stage().driven, job.id)[-OLD - 1 :]
    put(running=job.id, shown=job.id, scene=None, driven=driven, error=None, revision=stage().revision + 1)


def adopt(road: Road, *, always: bool = False) -> bool:
    """Have the boxes ask what a road was asked, where they ask nothing themselves. True where they now do."""
    if st.session_state.get("question") and not always:
        return False
    st.session_state["question"] = road.order.question
    st.session_state["two"] = False
    st.session_state["kind"] = "default" if road.system is None else "typed" if road.system else "empty"
    if road.system:
        st.session_state["put"] = (road.system, st.session_state.get("put", ("", 0))[1] + 1)
    return True


def halt() -> None:
    session.stop(stage().running)
    put(running=None)


# -- folded ----------------------------------------------------------------------------------------------------------


def more() -> None:
    """Settings that most people never need, and where the picture comes from."""
    with st.expander(text("more.label"), key="more"):
        st.slider(
            text("more.temperature"),
            0.0,
            2.0,
            0.0,
            0.05,
            key="temperature",
            help=text("more.temperature_hint"),
            persist_state="page",
        )
        st.slider(text("more.top_p"), 0.05, 1.0, 1.0, 0.05, key="top_p", persist_state="page")
        st.number_input(text("more.seed"), 0, 2**31 - 1, 0, key="seed", persist_state="page")
        st.number_input(text("more.length"), 1, 256, 48, key="length", persist_state="page")
        job = session.jobs().get(stage().shown or "")
        if job and job.caption:
            st.caption(text("more.provenance"))
            st.text(job.caption)
