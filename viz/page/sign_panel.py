"""The signs on the rail: a form to put one up, chips from the road just driven, the list, and what is wrong with it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from viz.drive import session
from viz.drive.job import Job
from viz.drive.session import Stage
from viz.drive.sign import DIRECTIONS, MAX_SIGNS, STRENGTH, STRENGTHS, Sign, contradictory
from viz.page import rail
from viz.page import sign_actions as put_up
from viz.page.chips import words_of
from viz.strings import plain, text

ICONS = {"avoid": ":material/block:", "toward": ":material/arrow_forward:"}


def show(stage: Stage, *, whole: bool = False) -> None:
    """``whole``: also landmarks to choose from, and the strength."""
    job = session.jobs().get(stage.shown) if stage.shown else None
    st.markdown(f"**{text('signs.label')}**", help=text("signs.add_hint"))
    with rail.place("signs"):
        rows(stage)
    form(whole)
    with rail.place("chips"):
        chips(stage, job)
    if whole or any(not sign.banned for sign in stage.signs):
        strength()
    st.caption(text("page.stand_in"))
    warnings(stage, job)


def form(whole: bool) -> None:
    """A word or sentences, or a landmark, and which way."""
    with st.form("sign_form", border=False):
        st.text_input(
            text("signs.add"),
            key="sign_text",
            placeholder=text("signs.add_placeholder"),
            label_visibility="collapsed",
        )
        if whole:
            atlas = session.atlas()
            regions = [region.name for region in atlas.regions]
            st.selectbox(
                text("signs.landmark"),
                regions + [landmark.name for landmark in atlas.landmarks],
                index=None,
                key="sign_landmark",
                format_func=lambda name: text("signs.region", name=name) if name in regions else name,
                placeholder=text("signs.landmark"),
                label_visibility="collapsed",
            )
        pair = st.container(horizontal=True, gap="small")
        for direction in DIRECTIONS:
            pair.form_submit_button(
                text(f"signs.{direction}"),
                key=f"put_up_{direction}",
                on_click=put_up.put_up_form,
                args=(direction,),
                icon=ICONS[direction],
                width="stretch",
            )


def chips(stage: Stage, job: Job | None) -> None:
    """Words of the road just driven, one click from being forbidden."""
    taken = {sign.value.casefold() for sign in stage.signs}
    offered = [word for word in words_of(job) if word.casefold() not in taken] if job else []
    if offered and len(stage.signs) < MAX_SIGNS:
        st.pills(text("signs.chips"), offered, key="chips", on_change=put_up.put_up_chip, width="stretch")


def strength() -> None:
    st.session_state.setdefault("strength", STRENGTH)
    st.select_slider(
        text("signs.strength"),
        STRENGTHS,
        key="strength",
        format_func=said,
        help=text("signs.strength_hint"),
        on_change=put_up.strength_changed,
        persist_state="page",
    )


def said(value: float) -> str:
    """A strength, and at the ends what happens there."""
    ends = {STRENGTHS[0]: "signs.weakest", STRENGTHS[-1]: "signs.strongest"}
    return text(ends[value], value=f"{value:g}") if value in ends else f"{value:g}"


def rows(stage: Stage) -> None:
    """The signs that were put up."""
    if not stage.signs:
        return
    with st.container(key="signs", gap="small"):
        number = 0
        for index, sign in enumerate(stage.signs):
            number += sign.region and sign.on  # as the boards on the map count
            row(index, sign, number if sign.region and sign.on else None)


def row(index: int, sign: Sign, number: int | None) -> None:
    """One sign: which way, what (with its number on the map), on or off, and its removal."""
    line = st.container(horizontal=True, vertical_alignment="center", gap="small")
    line.badge(
        text(f"signs.short.{sign.direction}"),
        icon=ICONS[sign.direction],
        color="gray" if not sign.on else "orange" if sign.direction == "avoid" else "blue",
    )
    line.text(f"{number} {sign.title}" if number else sign.title, width="stretch")
    line.toggle(
        text("signs.active", name=sign.name),  # never shown, only read out, and not as Markdown
        value=sign.on,
        key=f"sign_{index}_{sign.kind}_{sign.direction}_{hash(sign.value)}_{sign.on}",
        on_change=put_up.switch,
        args=(index,),
        help=text("page.stand_in"),
        label_visibility="collapsed",
    )
    line.button(
        text("signs.remove", name=plain(sign.name)),
        key=f"remove_{index}",
        on_click=put_up.remove,
        args=(index,),
        type="tertiary",
        icon=":material/close:",
    )


def warnings(stage: Stage, job: Job | None) -> None:
    """What is wrong with the signs, each in a sentence."""
    for sign in contradictory(stage.signs):
        key = "signs.contradict_region" if sign.region else "signs.contradict_word"
        st.warning(text(key, name=plain(sign.name)))
    probes = session.worker().probes
    for sign in {sign.probe: sign for sign in stage.signs if sign.region}.values():
        if refused := probes.refused(sign):
            st.warning(plain(f"{sign.name}: {refused}"))
        if (probe := probes.known(sign)) and probe.reward.weak:
            st.warning(text("signs.weak", name=plain(sign.name), auc=f"{probe.reward.auc:.2f}"))
    if job and unmoved(job):
        banned = [sign.banned for sign in job.order.signs]
        weightless = job.order.strength == 0 and not any(banned)
        st.info(text(f"signs.nothing_{'weighs' if weightless else 'changed' if all(banned) else 'moved'}"))
    elif job and as_before(stage, job):
        st.info(text("signs.nothing_added"))


def unmoved(job: Job) -> bool:
    """The signs changed no token of a road that was driven to its end."""
    signed = len(job.roads) == 2 and job.roads[1].kind == "signed" and job.roads[0].kind == "plain"
    return signed and job.parts_at is None and all(road.state == "done" for road in job.roads)


def as_before(stage: Stage, job: Job) -> bool:
    """The road of the drive before, under other signs, is word for word the signed road of this one."""
    earlier = [found for id in stage.driven if id != job.id and (found := session.jobs().get(id))]
    if not earlier or not all(road.state == "done" for road in (*earlier[-1].roads, *job.roads)):
        return False
    before = earlier[-1]
    asked = [replace(order, signs=(), strength=STRENGTH) for order in (before.order, job.order)]
    same = asked[0] == asked[1] and before.order.signs != job.order.signs
    return same and job.roads[-1].kind == "signed" == before.roads[-1].kind and ids_of(before) == ids_of(job)


def ids_of(job: Job) -> list[int]:
    return [token["id"] for token in job.roads[-1].tokens]
