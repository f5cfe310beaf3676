"""The teacher's notes as a page: beside the projector a second window that follows the stage, on paper a handout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

from viz.lesson.lesson import Aside, Beat, Lesson
from viz.lesson.paper import page
from viz.lesson.stage import FIRST, LETTERS
from viz.strings import text

STYLE = Path(__file__).with_name("notes.css")
HEAD = re.compile(r"(?:([A-Z][A-Z ]{1,19}):)?\s*(.*)")
SCRIPT = Path(__file__).with_name("notes.js")


def notes_html(lesson: Lesson) -> str:
    """All beats with what is shown, what is asked, what the teacher says, and when.

    The page listens to its opener alone: ``{kind: "mindmap:beat", beat: id}`` marks a beat. It tells the opener
    ``{kind: "mindmap:notes"}`` once it can listen, and ``{kind: "mindmap:press", key}`` when a key of the clicker was
    pressed here.
    """
    body = "".join([_clock(), f"<h1>{escape(lesson.title)}</h1>", _about(lesson), *_articles(lesson)])
    style, script = (file.read_text(encoding="utf-8") for file in (STYLE, SCRIPT))
    return page(text("lesson.notes.title", lesson=lesson.title), style, body, script)


def _clock() -> str:
    time, since, again = (escape(text(f"lesson.notes.{name}")) for name in ("time", "since", "again"))
    until = escape(text("lesson.notes.until", minutes="{minutes}"), quote=True)  # the page fills it in
    return (
        f'<div class="clock"><span>{time} <output id="time"></output></span><span>{since} <output id="since"></output>'
        f'</span><output id="plan" data-until="{until}"></output>'
        f'<button type="button" id="again">{again}</button></div>'
    )


def _about(lesson: Lesson) -> str:
    minutes = text("lesson.notes.minutes", beats=len(lesson.beats), minutes=f"{lesson.minutes:g}")
    hint = f'<p class="hint">{escape(text("lesson.notes.waits"))}</p>'
    return f'{hint}<p class="about">{escape(minutes)} {escape(lesson.about)}</p>'


def _articles(lesson: Lesson) -> Iterator[str]:
    """What is before, the beats, what is after, each with the minute at which it begins."""
    begun = 0.0
    if said := _aside(lesson.before, begun):
        yield said
    begun += lesson.before.minutes
    for number, beat in enumerate(lesson.beats, 1):
        yield _beat(beat, number, lesson, begun)
        begun += beat.minutes
    if said := _aside(lesson.after, begun):
        yield said


def _aside(aside: Aside, begun: float) -> str:
    if not (aside.title or aside.notes):
        return ""
    return _article("", "", aside.title, aside.minutes, begun, _notes(aside.notes))


def _beat(beat: Beat, number: int, lesson: Lesson, begun: float) -> str:
    scene = lesson.scenes[beat.scene]
    token = text("lesson.notes.end") if beat.token is None else text("lesson.notes.token", n=beat.token + FIRST)
    road = text("lesson.notes.road", road=LETTERS[beat.road]) if len(scene["roads"]) > 1 else ""
    where = ", ".join(part for part in (f"“{scene['title'] or beat.scene}”", road, token) if part)
    covered = f" {text('lesson.notes.covered')}" if beat.cover else ""
    answer = f" <span>{escape(beat.answer)}</span>" if beat.answer else ""
    asked = f'<p class="asked">{escape(beat.question)}{answer}</p>' if beat.question else ""
    body = (
        f'<p class="shown">{escape(beat.text)}</p>{asked}{_notes(beat.notes)}'
        f'<p class="where">{escape(where + "." + covered)}</p>'
    )
    return _article(beat.id, str(number), beat.title, beat.minutes, begun, body)


def _notes(notes: str) -> str:
    """A paragraph a line; what stands before its colon in capitals (SAY, DO, ASKED) is its head."""
    parts = [HEAD.match(line) for line in notes.splitlines() if line.strip()]
    lines = [f"<p>{f'<b>{escape(part[1])}</b> ' if part[1] else ''}{escape(part[2])}</p>" for part in parts if part]
    return f'<div class="notes">{"".join(lines)}</div>'


def _article(id: str, number: str, title: str, minutes: float, begun: float, body: str) -> str:
    time = text("lesson.notes.at", minutes=f"{minutes:g}", begun=f"{begun:g}")
    now = f'<span class="now-word">{escape(text("lesson.notes.now"))}</span>'
    return (
        f'<article data-beat="{escape(id, quote=True)}" data-minutes="{minutes:g}"><header><b>{number}</b>'
        f'<h2>{escape(title)}</h2>{now}<span class="time">{escape(time)}</span></header>{body}</article>'
    )
