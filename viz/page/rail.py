"""The rail: what all steps share. It draws what is asked for and gathers what the widgets hold; what acts comes after.

What a person or the model wrote is only ever shown by widgets that show plain characters, or goes through
`strings.plain`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from embeddings.request import Settings
from viz.drive import session
from viz.page import again, boxes, history, ordering, scene_menu
from viz.page.places import keyed, place
from viz.page.state import Box, Cell, Stage, shown_job
from viz.strings import plain, text


@dataclass(frozen=True)
class Gathered:
    """What the widgets hold, in one run."""

    before: Stage  # what they were drawn from
    boxes: tuple[Box, Box]
    two: bool
    question: str
    settings: Settings
    submitted: bool

    def into(self, stage: Stage) -> Stage:
        """The stage that asks for it; a text that the page has put in meanwhile stays."""
        first, second = (
            held if now.put == was.put else now
            for held, was, now in zip(self.boxes, self.before.boxes, stage.boxes, strict=True)
        )
        own = stage.filled == self.before.filled
        stage = stage.boxed(first, second, two=self.two if own else stage.two)
        request = stage.request.asking(self.question) if own else stage.request
        settings = self.settings
        if stage.rolled != self.before.rolled:
            settings = replace(settings, seed=request.settings.seed)
        return replace(stage, request=replace(request, settings=settings))


@dataclass(frozen=True)
class Rail:
    """The places of what is drawn once it is known what was asked for."""

    press: DeltaGenerator
    notice: DeltaGenerator
    own: DeltaGenerator
    provenance: DeltaGenerator


def gather(cell: Cell, stage: Stage) -> tuple[Gathered, Rail]:
    """Draw the boxes, the switch and the settings."""
    st.markdown(text(f"steps.{stage.step}.about"))
    scene_menu.recorded(cell, stage)
    with place("back"):
        history.back(cell, stage)
    first, sent, asked = boxes.starting_point(cell, stage, 0)
    other, second = place("second"), stage.boxes[1]
    question = boxes.question(cell, stage)
    question = question if asked is None else asked  # the value of Streamlit's own field comes a moment later
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    press = row.container(key="place_press", width="stretch")
    two = row.toggle(text("drive.two"), value=stage.two, key=keyed("two", stage.filled), help=text("drive.two_hint"))
    if two:
        with other:
            second, also, _ = boxes.starting_point(cell, stage, 1)
            sent = sent or also
    dice, notice, own = place("dice"), place("notice"), place("own")
    settings, provenance = more(stage)
    with dice:
        how(cell, settings)
    return Gathered(stage, (first, second), two, question, settings, sent), Rail(press, notice, own, provenance)


def how(cell: Cell, settings: Settings) -> None:
    """How the tokens of the next road are chosen, and the die: the same with another seed."""
    row = st.container(key="dice", horizontal=True, vertical_alignment="center", gap="small")
    sampled = settings.temperature > 0
    said = text("dice.sampled", temperature=settings.temperature, top_p=settings.top_p, seed=settings.seed)
    row.caption(said if sampled else text("dice.likeliest"), width="stretch")
    row.button(
        text("dice.roll"),
        key="roll",
        help=text("dice.hint" if sampled else "dice.none"),
        on_click=ordering.roll,
        args=(cell,),
        disabled=not sampled,
        type="tertiary",
        icon=":material/casino:",
    )


def more(stage: Stage) -> tuple[Settings, DeltaGenerator]:
    """Settings that most people never need, and a place for where the picture comes from."""
    settings, opened = stage.request.settings, stage.opened
    with st.expander(text("more.label"), key="more"):
        temperature = st.slider(
            text("more.temperature"),
            0.0,
            2.0,
            value=settings.temperature,
            step=0.05,
            key=keyed("temperature", opened),
            help=text("more.temperature_hint"),
        )
        top_p = st.slider(text("more.top_p"), 0.05, 1.0, value=settings.top_p, step=0.05, key=keyed("top_p", opened))
        seed = st.number_input(text("more.seed"), 0, 2**31 - 1, value=settings.seed, key=keyed("seed", stage.rolled))
        length = st.number_input(
            text("more.length"), 1, 256, value=settings.max_new_tokens, key=keyed("length", opened)
        )
        provenance = place("provenance")
    return Settings(max_new_tokens=length, temperature=temperature, top_p=top_p, seed=seed), provenance


def finish(cell: Cell, stage: Stage, rail: Rail) -> None:
    """Draw what follows from what was asked for."""
    with rail.press:
        if stage.running:
            st.button(
                text("drive.stop"),
                key="stop",
                on_click=ordering.halt,
                args=(cell,),
                icon=":material/stop:",
                width="stretch",
            )
        else:
            st.button(
                text("drive.button"),
                key="drive",
                on_click=cell.press,
                args=("drive",),
                type="primary",
                icon=":material/play_arrow:",
                width="stretch",
            )
    with rail.notice:
        with place("error"):
            if stage.error:
                st.error(plain(stage.error))
        with place("kept"):
            again.notice(cell, stage)
        model()
    with rail.provenance:
        if (job := shown_job(stage)) and job.caption:
            st.caption(text("more.provenance"))
            st.text(job.caption)


def model() -> None:
    """How far the model is, until it is there."""
    state = session.worker().status.state
    waiting = state not in ("ready", "error")
    with place("loading"):
        st.fragment(loading, run_every=1.0 if waiting else None)(waiting)
    if state == "error":
        st.warning(text("model.error") + " " + plain(session.worker().status.message))
        st.button(text("model.again"), key="again", on_click=session.worker().ready)


def loading(waiting: bool) -> None:
    """A line that keeps itself up to date without running the page. It is there when the model is, too: the browser may
    ask for it once more, and Streamlit answers nothing, and the page stays grey, where it is gone."""
    if not waiting:
        return
    worker = session.worker()
    status = worker.status
    if status.state in ("ready", "error"):
        st.rerun()
    if status.state == "idle":
        st.caption(text("model.idle"))
    else:
        st.caption(text("model.loading", percent=round(100 * status.progress), seconds=round(worker.seconds())))
