"""The two boxes: the system prompt, typed, empty or the template's own, and the question. They draw, and say what they
hold; what to do with it is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from embeddings.chat import DEFAULT_SYSTEM
from viz.page import components
from viz.page.places import keyed, place
from viz.page.state import KINDS, Box, Cell, Stage
from viz.scene.link import Kind
from viz.strings import plain, section, text


def starting_point(cell: Cell, stage: Stage, which: int) -> tuple[Box, bool, str | None]:
    """The system prompt, which tells the model while one types; what the box holds now, whether Ctrl+Enter was pressed
    in it or in the question, and what stood in the question then."""
    suffix, box = ("", "_b")[which], stage.boxes[which]
    head = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small")
    head.markdown(f"**{text('start.label' + suffix)}**", width="content")
    with head:
        ideas("systems", f"ideas{suffix}", lambda idea: cell.change(lambda now: filled(now, which, idea)))
    chosen: Kind | None = st.segmented_control(
        text("start.kind" + suffix),
        KINDS,
        default=box.kind,
        key=keyed(f"kind{suffix}", box.put),
        required=True,
        format_func=lambda name: text(f"start.{name}"),
        label_visibility="collapsed",
        width="stretch",
    )
    now = replace(box, kind=chosen or box.kind)
    said = components.prompt_box(
        f"system{suffix}",
        label=text("start.label" + suffix),
        box=box,
        fixed=False if now.kind == "typed" else now.system,
        name=text("start.default_name" if now.kind == "default" else "start.empty_name"),
        flag=which == 0,
    )
    with place(f"note{suffix}"):
        if now.kind != "typed":
            st.caption(note_of(now.kind))
    held = replace(now, text=said.text, submitted=max(said.submitted, box.submitted))
    return held, said.submitted > box.submitted, said.question


def filled(stage: Stage, which: int, words: str) -> Stage:
    """The stage with a text put into a box."""
    boxes = list(stage.boxes)
    boxes[which] = replace(boxes[which], kind="typed", text=words, put=boxes[which].put + 1)
    return stage.boxed(*boxes, two=stage.two)


def note_of(kind: Kind) -> str:
    if kind == "default":
        return text("start.default_note", message=DEFAULT_SYSTEM)
    return text("start.empty_note") if kind == "empty" else ""


def question(cell: Cell, stage: Stage) -> str:
    """What the model is asked."""
    head = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small")
    head.markdown(f"**{text('question.label')}**", width="content")
    with head:
        ideas("questions", "question_ideas", lambda idea: cell.change(lambda now: asking(now, idea)))
    return st.text_area(
        text("question.label"),
        value=stage.request.question,
        key=keyed("question", stage.filled),
        placeholder=text("question.placeholder", example=text("question.example")),
        height=68,
        label_visibility="collapsed",
    )


def asking(stage: Stage, words: str) -> Stage:
    """The stage with a question put into its box."""
    return replace(stage, request=stage.request.asking(words), filled=stage.filled + 1)


def ideas(listed: str, key: str, use: Callable[[str], object]) -> None:
    """A menu of texts to begin with."""
    st.menu_button(
        text("start.ideas"),
        section(f"ideas.{listed}"),
        key=key,
        on_click=chosen_in,
        args=(key, use),
        type="tertiary",
        format_func=plain,
    )


def chosen_in(key: str, use: Callable[[str], object]) -> None:
    """A callback: hand on what was chosen in a menu."""
    try:
        chosen = st.session_state[key]
    except RerunException:  # where Streamlit leaves for a request that has come in; what was chosen counts before it
        chosen_in(key, use)
        raise
    if chosen is not None:
        use(chosen)
