"""What the page remembers of one browser session: one cell that holds one frozen stage, replaced and never edited.

Streamlit may leave a run, or a callback, wherever it touches Streamlit, and the browser may send again at any time. So
a callback only ever replaces the stage, in plain Python, which cannot be cut; what the widgets hold is gathered in the
run and written in one assignment; and what was pressed waits in the stage until a run that has gathered acts on it
(docs/decisions.md, 30).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from embeddings.request import Intervention, Request, Settings
from viz.drive import session
from viz.drive.job import Job
from viz.scene.link import Driven, Kind, Turn
from viz.scene.recorded import scenes

OLD = 6
# Roads of one's own are sampled: where it always takes the likeliest token a model of this size soon goes in circles.
OWN = Settings(temperature=0.7, top_p=0.9, seed=1)
OWN_STRENGTH = 1.5  # of a region sign: at twice as much answers begin to repeat themselves

KINDS: tuple[Kind, ...] = ("typed", "empty", "default")


@dataclass(frozen=True)
class Again:
    """A road that the server no longer had and that is driven again: what it was, the job that drives it now, and the
    turns that are still to be taken."""

    before: Driven
    job: str
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Box:
    """The box of a starting point: what stands in it, and whether that counts."""

    kind: Kind = "typed"
    text: str = ""
    put: int = 0  # counts the texts that the page has put in
    submitted: int = 0  # the last press of Ctrl+Enter that was acted on

    @property
    def system(self) -> str | None:
        """The system prompt that is asked for: None is the template's own, "" an explicitly empty one."""
        return None if self.kind == "default" else "" if self.kind == "empty" else self.text


@dataclass(frozen=True)
class Press:
    """Something that was pressed, for a run to act on once it knows what the widgets hold."""

    number: int
    what: str


@dataclass(frozen=True)
class Gone:
    """What was taken away last: a sign with its place in the list, or roads driven before."""

    sign: Intervention | None = None
    at: int = 0
    roads: tuple[str, ...] = ()
    lost: tuple[Driven, ...] = ()


@dataclass(frozen=True)
class Stage:
    """All that the page remembers between runs."""

    id: str = ""  # of this session, for the register of jobs
    step: str = "map"
    turned: int = 0  # counts the steps that the address opened
    # what is asked for
    request: Request = field(default_factory=lambda: Request.of("", "", settings=OWN, strength=OWN_STRENGTH))
    boxes: tuple[Box, Box] = (Box(), Box())
    two: bool = False
    filled: int = 0  # counts what the page has put among the question and the switch of two starts
    rolled: int = 0  # counts the seeds that the page has put in
    form: tuple[str, str | None] = ("", None)  # what stands in the form of signs
    forms: int = 0  # counts what the form of signs has put up: each time it is a new one, without what was put up
    chipped: int = 0  # the same for chips
    presses: tuple[Press, ...] = ()
    pressed: int = 0
    heard: int = 0  # the last event of the player that was acted on
    gone: Gone | None = None  # what can be put back
    # what is shown
    running: str | None = None  # the job that is being driven
    shown: str | None = None  # the job on the stage
    scene: str | None = None  # or the recorded scene on the stage: never both
    driven: tuple[str, ...] = ()  # the last jobs of the session, oldest first
    regions: frozenset[str] = frozenset()  # shipped regions that are drawn
    lent: frozenset[str] = frozenset()  # those of them that are drawn only because the recorded scene is about them
    lendings: int = 0
    error: str | None = None
    revision: int = 0  # counts what was put on the stage, so that the same scene can be played again
    # what came out of the address (`viz.page.opening`)
    opened: int = 0  # names the last time that it was opened
    lost: tuple[Driven, ...] = ()  # drives that it named and the server no longer has
    missing: str | None = None  # the one of them that was on the stage
    linked: str | None = None  # the scene or the drive that somebody has sent a link to
    again: Again | None = None

    @property
    def signs(self) -> tuple[Intervention, ...]:
        return self.request.interventions

    def signed(self, signs: tuple[Intervention, ...]) -> Stage:
        """The same with these signs."""
        return replace(self, request=replace(self.request, interventions=signs))

    def boxed(self, *boxes: Box, two: bool) -> Stage:
        """The same with these boxes, whose prompts are what is asked for from now on."""
        request = self.request.under(boxes[0].system)
        request = replace(request, beside=(boxes[1].system,) if two else ())
        return replace(self, boxes=(boxes[0], boxes[1]), two=two, request=request)

    def press(self, what: str) -> Stage:
        """The same with one press more."""
        number = self.pressed + 1
        return replace(self, pressed=number, presses=(*self.presses, Press(number, what)))


@dataclass
class Cell:
    """Of one session, found once a run. A change is whole or not at all, whichever thread makes it."""

    stage: Stage = field(default_factory=Stage)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _runs: int = 0
    _gathered: int = 0

    def change(self, make: Callable[[Stage], Stage]) -> Stage:
        with self._lock:
            self.stage = make(self.stage)
            return self.stage

    def put(self, **changes: Any) -> Stage:
        return self.change(lambda stage: put(stage, **changes))

    def enter(self) -> tuple[int, Stage]:
        """Begin a run: its number, and the stage as it finds it."""
        with self._lock:
            self._runs += 1
            return self._runs, self.stage

    def gather(self, run: int, make: Callable[[Stage], Stage]) -> Stage:
        """Write what a run has gathered, unless a later one was faster."""
        with self._lock:
            if run >= self._gathered:
                self._gathered, self.stage = run, make(self.stage)
            return self.stage

    def take(self, press: Press) -> bool:
        """Whether it is this run that acts on a press: one does."""
        with self._lock:
            waiting = press in self.stage.presses
            self.stage = replace(self.stage, presses=tuple(p for p in self.stage.presses if p != press))
            return waiting

    def forget(self, presses: Sequence[Press]) -> None:
        """Leave presses that nothing on the page has acted on, as of a form that is gone with its step: they are not to
        act on another."""
        for press in presses:
            if press in self.stage.presses:
                self.take(press)

    def press(self, what: str) -> None:
        """A callback: what was pressed waits for the run that follows."""
        self.change(lambda stage: stage.press(what))


def cell() -> Cell:
    """This session's. Written once: whichever copy of the session's state a thread has, it holds this one."""
    found: Cell = st.session_state.setdefault("cell", Cell())
    return found


def put(stage: Stage, **changes: Any) -> Stage:
    """The stage with these changes; the regions that a recorded scene is about come and go with it."""
    after = replace(stage, **changes)
    return after if after.scene == stage.scene else lend(after)


def lend(stage: Stage) -> Stage:
    """Draw the regions that the recorded scene is about, and no longer those that were lent to the one before it. A
    region that somebody has switched on stays."""
    about = frozenset(next((entry.get("regions", []) for entry in scenes() if entry["id"] == stage.scene), []))
    own = stage.regions - stage.lent
    if stage.regions == own | about and stage.lent == about - own:
        return stage
    return replace(stage, regions=own | about, lent=about - own, lendings=stage.lendings + 1)


def old(stage: Stage) -> list[Job]:
    """The roads of this session that are not on the stage and can still be read, oldest first."""
    found = (session.jobs().get(id) for id in stage.driven if id != stage.shown)
    return [job for job in found if job is not None and any(run.tokens for run in job.runs)][-OLD:]


def shown_job(stage: Stage) -> Job | None:
    return session.jobs().get(stage.shown)
