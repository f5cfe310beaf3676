"""The signs on the rail: a form to put one up, chips from the road just driven, the list, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from embeddings.request import DIRECTIONS, Direction, Intervention
from viz.drive import session
from viz.drive.job import Job
from viz.drive.sign import MAX_SIGNS, STEP, STRONGEST, contradictory, forbids, strength_of
from viz.page import sign_actions
from viz.page.chips import words_of
from viz.page.places import keyed, place, undo
from viz.page.state import Cell, Press, Stage, shown_job
from viz.strings import plain, text

ICONS: dict[Direction, str] = {"avoid": ":material/block:", "toward": ":material/arrow_forward:"}


def show(cell: Cell, stage: Stage, presses: Sequence[Press], *, whole: bool = False) -> None:
    """What is asked of the signs is done as it is drawn. ``whole``: also landmarks to choose from."""
    job = shown_job(stage)
    st.markdown(f"**{text('signs.label')}**", help=text("signs.add_hint"))
    with place("signs"):
        rows(cell, stage)
    with place("undo_sign"):
        if stage.gone and stage.gone.sign:
            said = text("signs.gone", name=stage.gone.sign.title)
            undo(cell, "sign", said, key="put_back", back=sign_actions.put_back)
    typed, landmark = form(cell, stage, whole)
    for press in presses:
        if press.what in DIRECTIONS and cell.take(press):
            direction: Direction = "avoid" if press.what == "avoid" else "toward"
            sign_actions.put_up_form(cell, direction, typed, landmark)
    with place("chips"):
        chips(cell, stage, job)
    st.caption(text("page.stand_in"))
    with place("warnings"):
        warnings(stage, job)


def form(cell: Cell, stage: Stage, whole: bool) -> tuple[str, str | None]:
    """A word or sentences, or a landmark, and which way; what it holds. It tells only when it is sent."""
    left, chosen = stage.form
    with st.form("sign_form", border=False):
        typed = st.text_input(
            text("signs.add"),
            value=left,
            key=keyed("sign_text", stage.forms),
            placeholder=text("signs.add_placeholder"),
            label_visibility="collapsed",
        )
        if whole:
            atlas = session.atlas()
            regions = [region.name for region in atlas.regions]
            names = regions + [landmark.name for landmark in atlas.landmarks]
            chosen = st.selectbox(
                text("signs.landmark"),
                names,
                index=names.index(chosen) if chosen in names else None,
                key=keyed("sign_landmark", stage.forms),
                format_func=lambda name: text("signs.region", name=name) if name in regions else name,
                placeholder=text("signs.landmark"),
                label_visibility="collapsed",
            )
        pair = st.container(horizontal=True, gap="small")
        for direction in DIRECTIONS:
            pair.form_submit_button(
                text(f"signs.{direction}"),
                key=f"put_up_{direction}",
                on_click=cell.press,
                args=(direction,),
                icon=ICONS[direction],
                width="stretch",
            )
    return typed, chosen if whole else None


def chips(cell: Cell, stage: Stage, job: Job | None) -> None:
    """Words of the road just driven, one click from being forbidden."""
    taken = {sign.value.casefold() for sign in stage.signs}
    offered = [word for word in words_of(job) if word.casefold() not in taken] if job else []
    if offered and len(stage.signs) < MAX_SIGNS:
        word = st.pills(text("signs.chips"), offered, key=keyed("chips", stage.chipped), width="stretch")
        if word:
            sign_actions.put_up_chip(cell, word)


def rows(cell: Cell, stage: Stage) -> None:
    """The signs that were put up."""
    if not stage.signs:
        return
    with st.container(key="signs", gap="small"):
        number = 0
        for index, sign in enumerate(stage.signs):
            number += sign.region and sign.on  # as the boards on the map count
            row(cell, index, sign, number if sign.region and sign.on else None)
            if sign.on:
                strength(cell, index, sign, stage.request.strength, stage.opened)


def strength(cell: Cell, index: int, sign: Intervention, usual: float, opened: int) -> None:
    """How strongly it steers: for every sign one scale, and at its ends what happens there."""
    now = strength_of(sign, usual)
    with st.container(key=f"strength_{index}", gap=None):
        chosen = st.slider(
            text("signs.strength", name=sign.name),  # never shown, only read out, and not as Markdown
            0.0,
            STRONGEST,
            value=round(now / STEP) * STEP,
            step=STEP,
            format="%.1f",
            key=keyed(f"{of(index, sign)}_weight", opened),
            label_visibility="collapsed",
        )
        ends = st.container(horizontal=True, horizontal_alignment="distribute", gap="small")
        for end in ("weakest", strongest(sign)):
            ends.caption(text(f"signs.ends.{end}"), width="content")
    if abs(chosen - now) >= STEP / 2:
        sign_actions.weigh(cell, sign, chosen)


def strongest(sign: Intervention) -> str:
    """What happens at the end of its scale."""
    return "never" if sign.banned else "breaks"


def of(index: int, sign: Intervention) -> str:
    """A key of this sign in this place: of another one the widget is another."""
    return f"sign_{index}_{sign.kind}_{sign.direction}_{hash(sign.value)}"


def row(cell: Cell, index: int, sign: Intervention, number: int | None) -> None:
    """One sign: which way, what (with its number on the map), on or off, and its removal."""
    line = st.container(horizontal=True, vertical_alignment="center", gap="small")
    line.badge(
        text(f"signs.short.{sign.direction}"),
        icon=ICONS[sign.direction],
        color="gray",  # orange and blue are the roads'
    )
    line.text(f"{number} {sign.title}" if number else sign.title, width="stretch")
    on = line.toggle(
        text("signs.active", name=sign.name),  # never shown, only read out, and not as Markdown
        value=sign.on,
        key=f"{of(index, sign)}_{sign.on}",
        help=text("page.stand_in"),
        label_visibility="collapsed",
    )
    line.button(
        text("signs.remove", name=plain(sign.name)),
        key=f"remove_{index}",
        on_click=sign_actions.remove,
        args=(cell, sign),
        type="tertiary",
        icon=":material/close:",
    )
    if on != sign.on:
        sign_actions.switch(cell, sign)


def warnings(stage: Stage, job: Job | None) -> None:
    """What is wrong with the signs, each in a sentence."""
    for sign in contradictory(stage.signs):
        key = "signs.contradict_word" if forbids(sign, stage.request.strength) else "signs.contradict_region"
        st.warning(text(key, name=plain(sign.name)))
    probes = session.worker().probes
    for sign in {sign.probe: sign for sign in stage.signs if sign.region}.values():
        if refused := probes.refused(sign):
            st.warning(plain(f"{sign.name}: {refused}"))
        if (probe := probes.known(sign)) and probe.reward.weak:
            st.warning(text("signs.weak", name=plain(sign.name), auc=f"{probe.reward.auc:.2f}"))
    if job and unmoved(job):
        request = job.plans[1].request
        forbidden = [forbids(sign, request.strength) for sign in request.up]
        weightless = not any(strength_of(sign, request.strength) for sign in request.up)
        st.info(text(f"signs.nothing_{'weighs' if weightless else 'changed' if all(forbidden) else 'moved'}"))
    elif job and as_before(stage, job):
        st.info(text("signs.nothing_added"))


def unmoved(job: Job) -> bool:
    """The signs changed no token of a road that was driven to its end."""
    signed = [plan.kind for plan in job.plans] == ["plain", "signed"]
    return signed and job.parts_at is None and all(run.state == "done" for run in job.runs)


def as_before(stage: Stage, job: Job) -> bool:
    """The road of the drive before, under other signs, is word for word the signed road of this one."""
    earlier = [found for id in stage.driven if id != job.id and (found := session.jobs().get(id))]
    if not earlier or not all(run.state == "done" for run in (*earlier[-1].runs, *job.runs)):
        return False
    before = earlier[-1]
    asked = [replace(one.request, interventions=()) for one in (before, job)]
    same = asked[0] == asked[1] and before.request.interventions != job.request.interventions
    signed = before.plans[-1].kind == "signed" == job.plans[-1].kind
    return same and signed and before.runs[-1].token_ids == job.runs[-1].token_ids
