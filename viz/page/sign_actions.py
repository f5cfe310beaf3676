"""Putting signs up and taking them down, whoever asks: the rail's form, a chip, the player. Draws nothing."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from embeddings.errors import UserError
from viz.drive import session
from viz.drive.sign import MAX_SIGNS, Direction, Sign, listed
from viz.page import rail
from viz.strings import readable, text

MAX_TYPED = 4000


def put_up(*signs: Sign) -> bool:
    """Put up signs and drive again to see the detour; False, and a sentence on the rail, where they cannot all be."""
    try:
        up = joined(*signs)
    except UserError as error:
        rail.put(error=str(error))
        return False
    rail.put(signs=up, error=None)
    again()
    return True


def joined(*signs: Sign) -> tuple[Sign, ...]:
    """The signs that are up and these; a `UserError` where one of them cannot join."""
    up = rail.stage().signs
    for sign in signs:
        readable(sign.value)
        if any((other.thing, other.direction) == (sign.thing, sign.direction) for other in up):
            raise UserError(text("signs.exists", name=sign.name))
        if len(up) >= MAX_SIGNS:
            raise UserError(text("signs.many", limit=MAX_SIGNS))
        session.check(sign)
        up = (*up, sign)
    return up


def again() -> None:
    """Where a road of one's own is on the stage, drive its question again under the signs as they are now."""
    if rail.stage().shown and st.session_state.get("question"):
        rail.drive()


def put_up_form(direction: Direction) -> None:
    """What is typed (words with commas between them are a sign each) and what is selected. The form keeps what could
    not be put up."""
    state = st.session_state
    typed, landmark = str(state.get("sign_text") or ""), state.get("sign_landmark")
    if not typed.strip() and landmark is None:
        rail.put(error=text("signs.empty"))
        return
    if len(typed) > MAX_TYPED:
        rail.put(error=text("signs.too_long", limit=MAX_TYPED, count=len(typed)))
        return
    if typed.strip() and put_up(*listed(typed, direction)):
        state["sign_text"] = ""
    if landmark is not None and put_up(Sign(landmark, "landmark", direction)):
        state["sign_landmark"] = None


def put_up_chip() -> None:
    word = st.session_state["chips"]
    st.session_state["chips"] = None
    if word:
        put_up(Sign(word))


def switch(index: int) -> None:
    """On or off."""
    signs = rail.stage().signs
    if index < len(signs):
        rail.put(signs=(*signs[:index], replace(signs[index], on=not signs[index].on), *signs[index + 1 :]))
        again()


def remove(index: int) -> None:
    """Taken down; where it was on, the road is driven again without it."""
    signs = rail.stage().signs
    if index < len(signs):
        rail.put(signs=(*signs[:index], *signs[index + 1 :]), error=None)
        if signs[index].on:
            again()


def strength_changed() -> None:
    """Only region signs and wanted words weigh anything; a forbidden word is forbidden."""
    if any(sign.on and not sign.banned for sign in rail.stage().signs):
        again()
