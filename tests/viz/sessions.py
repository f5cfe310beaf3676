"""A browser session of Streamlit without a browser: its real `AppSession` and script threads, requests as a browser
sends them (all that its widgets hold, and what was pressed), and threads held where a test wants them.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import MagicMock

from streamlit import config
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import StringTriggerValue
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.caching.storage.dummy_cache_storage import MemoryCacheStorageManager
from streamlit.runtime.dataframe_source_manager import DataframeSourceManager
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.state.common import user_key_from_element_id

from viz.page.state import Cell

PATIENCE = 20.0
TRIGGERS = {"trigger_value", "string_trigger_value", "json_trigger_value", "chat_input_value"}
NUMBERED = re.compile(r"(step|kind|kind_b|two|question|seed|sign_text|sign_landmark|chips|region_\d+)_\d+")


@dataclass(frozen=True)
class Chosen:
    """An entry of a menu that was chosen: a trigger, like a press."""

    entry: str


class Held:
    """A place where a thread waits until it is let go: ``reached`` tells that one has come."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._free = threading.Event()

    def wait(self) -> None:
        self.reached.set()
        assert self._free.wait(PATIENCE), "nobody let it go"

    def let_go(self) -> None:
        self._free.set()


class Visitor:
    """One session. ``request`` is what a browser sends; a run can be waited for or left on its way."""

    def __init__(self, script: str, step: str) -> None:
        self.step = step  # in the address
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.session: AppSession = self._call(lambda: self._made(script))
        self.drawn: list[ForwardMsg] = []  # what the browser was told since the last request
        tell = self.session._enqueue_forward_msg
        self.session._enqueue_forward_msg = lambda message: (self.drawn.append(message), tell(message))[1]  # type: ignore[method-assign]
        self.state = self.session.session_state
        self.runs: list[threading.Thread] = []
        self._browser: list[WidgetState] = []

    @staticmethod
    def _made(script: str) -> AppSession:
        return AppSession(
            ScriptData(script), MemoryUploadedFileManager("/mock"), ScriptCache(), None, user_info={"email": None}
        )

    def _call(self, function: Callable[[], Any]) -> Any:
        async def called() -> Any:
            return function()

        return asyncio.run_coroutine_threadsafe(called(), self._loop).result(PATIENCE)

    def id(self, name: str) -> str:
        """The element id of a widget by its key, whatever number the page has given it by now."""
        keys = [key for key in self.state._key_id_mapper._key_id_mapping if unnumbered(key) == name]
        assert keys, f"no widget {name}"
        newest = max(keys, key=lambda key: (len(key), key))
        return str(self.state._key_id_mapper.get_id_from_key(newest))

    def send_as_before(self, states: list[WidgetState]) -> None:
        """The browser is back at what it held then: a request that was sent before it was told."""
        self._browser = states

    @property
    def held(self) -> list[WidgetState]:
        """What the browser holds."""
        return list(self._browser)

    def request(self, *, press: str | None = None, fragment: str = "", **values: Any) -> None:
        """What a browser sends: the values that its widgets hold, ``values`` typed anew, and a button pressed; or that
        a fragment is to be drawn again."""
        self.drawn.clear()
        sent = {state.id: state for state in self._browser}
        once = [_trigger(self.id(key), value) for key, value in values.items() if isinstance(value, Chosen)]
        once += [WidgetState(id=self.id(press), trigger_value=True)] if press else []
        for key, value in values.items():
            if not isinstance(value, Chosen):
                sent[self.id(key)] = _proto(self.id(key), value)
        self._browser = list(sent.values())
        states = WidgetStates(widgets=[*self._browser, *once])
        sent_by = ClientState(query_string=f"step={self.step}", widget_states=states, fragment_id=fragment)
        self._call(lambda: self.session.request_rerun(sent_by))
        runner = self.session._scriptrunner
        thread = runner._script_thread if runner else None
        if thread is not None and thread not in self.runs:
            self.runs.append(thread)

    def settled(self) -> None:
        """Until all that was asked for has run; then the browser holds what the server told it."""
        for thread in self.runs:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a run does not end"
        self.runs.clear()
        self._call(lambda: None)
        self._browser = [
            proto
            for id in self.state._new_widget_state.states
            if (proto := self.state._new_widget_state.get_serialized(id)) and proto.WhichOneof("value") not in TRIGGERS
        ]

    def places(self) -> dict[str, tuple[tuple[int, ...], str]]:
        """Where each keyed widget of the last run stands, and its element id; also each keyed block."""
        found = {}
        for message in self.drawn:
            if message.WhichOneof("type") != "delta":
                continue
            path = tuple(message.metadata.delta_path)
            if message.delta.WhichOneof("type") == "new_element":
                element = message.delta.new_element
                id = getattr(getattr(element, element.WhichOneof("type")), "id", "")
            else:
                id = message.delta.add_block.id
            if id and (key := user_key_from_element_id(id)):
                found[key] = (path, id)
        return found

    @property
    def cell(self) -> Cell:
        found: Cell = self.state["cell"]
        return found

    def close(self) -> None:
        self._call(self.session.shutdown)
        for thread in self.runs:
            thread.join(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)


def unnumbered(key: str) -> str:
    """The name of a widget, without the number that the page has given it; see `viz.page.places.keyed`."""
    return key.rpartition("_")[0] if NUMBERED.fullmatch(key) else key


def _trigger(id: str, chosen: Chosen) -> WidgetState:
    return WidgetState(id=id, string_trigger_value=StringTriggerValue(data=chosen.entry))


def _proto(id: str, value: Any) -> WidgetState:
    if isinstance(value, bool):
        return WidgetState(id=id, bool_value=value)
    if isinstance(value, int):
        return WidgetState(id=id, int_value=value)
    if isinstance(value, dict):
        return WidgetState(id=id, json_value=json.dumps(value))
    return WidgetState(id=id, string_value=value)


@contextmanager
def visitor(script: str, *, step: str = "map", fast: bool = False) -> Iterator[Visitor]:
    """A session whose first run is over. ``fast``: a thread for each request, which the app does not allow
    (`viz.page.theme`)."""
    runtime = MagicMock(spec=Runtime)
    runtime.media_file_mgr = MediaFileManager(MemoryMediaFileStorage("/mock/media"))
    runtime.dataframe_source_mgr = DataframeSourceManager()
    runtime.cache_storage_manager = MemoryCacheStorageManager()
    components = BidiComponentManager()
    components.discover_and_register_components(start_file_watching=False)
    runtime.bidi_component_registry = components
    before, Runtime._instance = Runtime._instance, runtime
    options = {"runner.fastReruns": fast, "server.fileWatcherType": "none", "browser.gatherUsageStats": False}
    kept = {name: config.get_option(name) for name in options}
    for name, value in options.items():
        config.set_option(name, value)
    made = Visitor(script, step)
    try:
        made.request()
        made.settled()
        yield made
    finally:
        made.close()
        Runtime._instance = before
        for name, value in kept.items():
            config.set_option(name, value)
