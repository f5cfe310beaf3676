"""The signs on the rail: a word to type, chips from the road just driven, and the list of what is forbidden."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from embeddings.errors import UserError
from viz import rail, session
from viz.drives import Job
from viz.session import Stage
from viz.strings import section, text

MAX_SIGNS = 12
MAX_WORD = 60
CHIPS = 6


def show(stage: Stage) -> None:
    """Forbidden words: one to type, chips from the road just driven, and the list."""
    st.markdown(f"**{text('signs.label')}**")
    job = session.jobs().get(stage.shown) if stage.shown else None
    taken = {word.casefold() for word, _ in stage.signs}
    offered = [word for word in words_of(job) if word.casefold() not in taken] if job else []
    if offered:
        st.pills(text("signs.chips"), offered, key="chips", on_change=forbid_chip, width="stretch")
    st.text_input(
        text("signs.add"),
        key="word",
        placeholder=text("signs.add_placeholder"),
        on_change=forbid_typed,
        label_visibility="visible" if not offered else "collapsed",
    )
    if not stage.signs:
        st.caption(text("signs.none"))
    for index, (word, on) in enumerate(stage.signs):
        row = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small")
        row.text(f"{word}")
        row.toggle(
            text("signs.active"),
            value=on,
            key=f"sign_{index}_{word}_{on}",
            on_change=switch,
            args=(word,),
            help=text("page.stand_in"),
        )
        row.button(
            text("signs.remove"),
            key=f"remove_{index}_{word}",
            on_click=remove,
            args=(word,),
            type="tertiary",
            icon=":material/close:",
        )
    st.caption(text("page.stand_in"))
    if job and unmoved(job):
        st.info(text("signs.nothing_changed"))


def unmoved(job: Job) -> bool:
    """The signs changed no token of a road that was driven to its end."""
    signed = len(job.roads) == 2 and job.roads[1].kind == "signed" and job.roads[0].kind == "plain"
    return signed and job.parts_at is None and all(road.state == "done" for road in job.roads)


def words_of(job: Job) -> list[str]:
    """Words that the road just driven used, and ones it nearly used, that could be forbidden: letters only."""
    stop = set(section("chips.stop_words").split())
    road = job.roads[0]
    used = re.findall(r"[^\W\d_]{3,}", road.text)
    likely = [
        c["text"].strip()
        for token in road.tokens
        for c in token["candidates"][1:3]
        if c["text"].startswith(" ") and (c["probability"] or 0) > 0.15
    ]
    found: dict[str, str] = {}
    for word in [*_spread(used, CHIPS), *used, *(w for w in likely if re.fullmatch(r"[^\W\d_]{4,}", w))]:
        if word.casefold() not in stop:
            found.setdefault(word.casefold(), word)
    return list(found.values())[:CHIPS]


def _spread(words: Sequence[str], count: int) -> list[str]:
    """The most frequent words first, then in their order: what a road circles around is the best sign."""
    counts: dict[str, int] = {}
    for word in words:
        counts[word.casefold()] = counts.get(word.casefold(), 0) + 1
    return sorted((word for word in words if counts[word.casefold()] > 1), key=lambda w: -counts[w.casefold()])[:count]


def forbid(word: str) -> None:
    """Put up a sign; where a road of one's own is on the stage, drive again at once to see the detour."""
    word = word.strip()
    if not word:
        return
    current = rail.stage().signs
    if any(word.casefold() == other.casefold() for other, _ in current):
        rail.put(error=text("signs.exists"))
        return
    if len(current) >= MAX_SIGNS:
        rail.put(error=text("signs.many", limit=MAX_SIGNS))
        return
    try:
        session.check_word(word)
    except UserError as error:
        rail.put(error=str(error))
        return
    rail.put(signs=(*current, (word, True)), error=None)
    if rail.stage().shown and not rail.stage().running and st.session_state.get("question"):
        rail.drive()


def forbid_chip() -> None:
    word = st.session_state["chips"]
    st.session_state["chips"] = None
    if word:
        forbid(word)


def forbid_typed() -> None:
    word = st.session_state["word"]
    st.session_state["word"] = ""
    forbid(word[:MAX_WORD])


def switch(word: str) -> None:
    rail.put(signs=tuple((other, not on if other == word else on) for other, on in rail.stage().signs))


def remove(word: str) -> None:
    rail.put(signs=tuple(sign for sign in rail.stage().signs if sign[0] != word), error=None)
