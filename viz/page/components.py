"""The two components of the page: the player, and the box that sends while one types. `viz/player` has what they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import streamlit as st

from viz.export.bundle import PLAYER
from viz.server.files import player_url, plotly_url
from viz.strings import text


def _source(name: str) -> str:
    return (PLAYER / name).read_text(encoding="utf-8")


_player = st.components.v2.component("mindmap_player", js=_source("streamlit.js"))
_box = st.components.v2.component("mindmap_prompt_box", js=_source("promptbox.js"))


def player(
    key: str,
    data: dict[str, Any],
    *,
    on_done: Callable[[], None],
    on_fork: Callable[[], None],
    on_sign: Callable[[], None],
    on_scene: Callable[[], None],
) -> None:
    """The stage. The key is fixed: the player, its camera and its clock stay through every run of the page."""
    urls = {"assets": player_url(), "plotly": plotly_url()}
    _player(
        key=key,
        data={**data, **urls},
        height="stretch",
        on_done_change=on_done,
        on_fork_change=on_fork,
        on_sign_change=on_sign,
        on_scene_change=on_scene,
    )


def triggered(key: str, name: str) -> Any:
    """What a component sent with its trigger, inside the callback."""
    found = st.session_state.get(key)
    return found.get(name) if found is not None else None


def prompt_box(
    key: str,
    *,
    label: str,
    put: tuple[str, int],
    fixed: str | Literal[False] | None,
    name: str,
    flag: bool,
    on_submit: Callable[[], None],
) -> None:
    """A system prompt. ``put`` is a text and its number: a higher number than before replaces what the box holds.
    ``fixed`` is measured, and called ``name``, instead of what is typed: False for none, ``""`` for an explicitly
    empty prompt, None for the template's own. ``flag``: it moves the flag of road A."""
    data = {
        "label": label,
        "value": prompt_of(key).encode("utf-8", "replace").decode(),
        "put": {"text": put[0], "number": put[1]},
        "fixed": fixed,
        "name": name,
        "flag": flag,
        "placeholder": text("start.placeholder"),
        "hint": text("start.hint"),
        "moved": text("start.moved"),
        "place": text("start.place"),
        "waiting": text("start.waiting"),
        "failed": text("start.failed"),
    }
    _box(key=key, data=data, default={"text": ""}, on_text_change=lambda: None, on_submit_change=on_submit)


def prompt_of(key: str) -> str:
    """What the box holds."""
    found = st.session_state.get(key)
    value = found.get("text") if found is not None else None
    return value if isinstance(value, str) else ""
