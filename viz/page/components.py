"""The two components of the page: the player, and the box that sends while one types. `viz/player` has what they do.

What they tell is state, never a trigger: state comes with every request until it changes, a trigger with one, and
Streamlit drops that where the browser sends again before the run has begun.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from embeddings import numbers
from viz.export.bundle import PLAYER
from viz.page.state import Box
from viz.page.theme import LOOKS
from viz.server.files import player_url, plotly_url
from viz.strings import text


def _source(name: str) -> str:
    return (PLAYER / name).read_text(encoding="utf-8")


PLACES = ("place", "place_between", "place_unnamed")  # what is said of where answers begin

_player = st.components.v2.component("mindmap_player", js=_source("streamlit.js"))
_look = st.components.v2.component("mindmap_look_switch", js=_source("lookswitch.js"))
_box = st.components.v2.component("mindmap_prompt_box", js=_source("promptbox.js"))


def player(key: str, data: dict[str, Any]) -> object:
    """The stage; what a person did in it, as a list of numbered events.

    The key is fixed: the player, its camera and its clock stay through every run of the page.
    """
    urls = {"assets": player_url(), "plotly": plotly_url()}
    found = _player(key=key, data={**data, **urls}, height="stretch", default={"told": []}, on_told_change=lambda: None)
    return found.get("told")


def look_switch(key: str) -> None:
    """From the light look to the dark one and back; the browser remembers it."""
    _look(key=key, width="content", data={"light": text("look.light"), "dark": text("look.dark"), "themes": LOOKS})


@dataclass(frozen=True)
class Said:
    """What the box tells."""

    text: str
    submitted: int  # how often Ctrl+Enter was pressed in it, counted from some number on
    question: str | None = None  # what stood in the question where it was pressed there


def prompt_box(key: str, *, label: str, box: Box, fixed: str | Literal[False] | None, name: str, flag: bool) -> Said:
    """A system prompt. A higher ``box.put`` than before replaces what stands in it. ``fixed`` is measured, and called
    ``name``, instead of what is typed: False for none, ``""`` for an explicitly empty prompt, None for the template's
    own. ``flag``: it moves the flag of road A, and hears Ctrl+Enter in the question."""
    words = box.text.encode("utf-8", "replace").decode()
    data = {
        "label": label,
        "put": {"text": words, "number": box.put},
        "fixed": fixed,
        "name": name,
        "flag": flag,
        "placeholder": text("start.placeholder"),
        "hint": text("start.hint"),
        "moved": text("start.moved"),
        "figures": text("start.figures"),
        "empty": text("start.empty_name"),
        "template": text("start.default_name"),
        **{name: text(f"start.{name}") for name in PLACES},
        "waiting": text("start.waiting"),
        "failed": text("start.failed"),
    }
    found = _box(
        key=key,
        data=data,
        default={"said": {"text": words, "number": box.put}, "submitted": 0, "asked": None},
        on_said_change=lambda: None,
        on_submitted_change=lambda: None,
        on_asked_change=lambda: None,
    )
    return asked_of(found.get("asked"), box, said_of(found.get("said"), found.get("submitted"), box))


def said_of(said: object, submitted: object, box: Box) -> Said:
    """What came from the browser, where it is about the text that the page has put in last; else what is known."""
    now = box.text
    if isinstance(said, dict) and said.get("number") == box.put and isinstance(said.get("text"), str):
        now = said["text"]
    return Said(now, numbers.whole(submitted) or 0)


def asked_of(asked: object, box: Box, said: Said) -> Said:
    """What the box tells, with the question where Ctrl+Enter was pressed in that: a press of its own, numbered as those
    in the box."""
    words, number = (asked.get("text"), numbers.whole(asked.get("number"))) if isinstance(asked, dict) else (None, None)
    if number is None or number <= max(box.submitted, said.submitted) or not isinstance(words, str):
        return said
    return Said(said.text, number, words)
