"""The teacher's second window: it follows the stage that opened it and nobody else, and hands on the clicker's keys."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from viz.lesson.lesson import Lesson
from viz.lesson.notes_page import notes_html

STAGE = "<script>var got = [], notes; addEventListener('message', ({ data }) => got.push(data));</script>"
TELL = "(beat) => notes.postMessage({ kind: 'mindmap:beat', beat }, '*')"


def opened(browser: Any, folder: Path, lesson: Lesson) -> tuple[Any, Any]:
    """A stage that has opened the notes, both as files."""
    (folder / "stage.html").write_text(STAGE, encoding="utf-8")
    (folder / "notes.html").write_text(notes_html(lesson), encoding="utf-8")
    stage = browser.new_context().new_page()
    stage.goto((folder / "stage.html").as_uri())
    with stage.context.expect_page() as opening:
        stage.evaluate("notes = window.open('notes.html')")
    return stage, opening.value


def test_it_has_all_that_the_teacher_needs(lesson: Lesson) -> None:
    html = notes_html(lesson)
    beats = re.findall(r'<article data-beat="([^"]*)" data-minutes="([\d.]+)">', html)
    assert [id for id, _ in beats] == ["", *(beat.id for beat in lesson.beats), ""]
    assert sum(float(minutes) for _, minutes in beats) == lesson.minutes
    assert html.count("<b>SAY</b>") > 15 and "The next token is covered." in html


def test_it_follows_the_stage_and_tells_it_what_the_clicker_sent(lesson: Lesson, browser: Any, tmp_path: Path) -> None:
    stage, notes = opened(browser, tmp_path, lesson)
    stage.wait_for_function("got.some(({ kind }) => kind === 'mindmap:notes')")
    stage.evaluate(TELL, "grip")
    expect(notes.locator("article.now h2")).to_have_text("The grip that fades")
    expect(notes.locator("article.next h2")).to_have_text("A sign")
    expect(notes.locator("article.now")).to_be_in_viewport()
    expect(notes.locator("#plan")).to_have_text("this beat until 30:00")
    for key in ("PageDown", "Escape", "Control+PageDown", "."):  # what is not the clicker's stays here
        notes.keyboard.press(key)
    stage.wait_for_function("got.length >= 3")
    assert [one["key"] for one in stage.evaluate("got") if one["kind"] == "mindmap:press"] == ["PageDown", "."]
    stage.context.close()


def test_it_listens_to_nobody_else(lesson: Lesson, browser: Any, tmp_path: Path) -> None:
    stage, notes = opened(browser, tmp_path, lesson)
    stage.wait_for_function("got.length")
    notes.evaluate("postMessage({ kind: 'mindmap:beat', beat: 'grip' }, '*')")  # as a frame of another page would
    for strange in ("no-such-beat", 3, None, {"a": 1}):
        stage.evaluate(TELL, strange)
    stage.evaluate(TELL, "sign")
    expect(notes.locator("article.now")).to_have_count(1)
    expect(notes.locator("article.now h2")).to_have_text("A sign")
    stage.context.close()


def test_alone_it_is_a_handout_and_runs_nothing_of_its_texts(hostile: Lesson, browser: Any, tmp_path: Path) -> None:
    (tmp_path / "notes.html").write_text(notes_html(hostile), encoding="utf-8")
    page, asked = browser.new_page(), list[str]()
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "notes.html").as_uri())
    expect(page.locator("#since")).to_have_text(re.compile(r"^0:0\d"))
    assert page.locator("img, iframe").count() == 0 and page.locator("script").count() == 1
    assert not [url for url in asked if not url.startswith(("data:", "file:"))]
    page.emulate_media(media="print")
    expect(page.locator(".clock")).to_be_hidden()
    page.close()
