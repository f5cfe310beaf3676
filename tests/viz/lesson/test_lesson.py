"""Lessons: the one that ships holds what it promises, and each way to get one wrong has its sentence and its line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from embeddings.errors import UserError
from viz.lesson import __main__ as command
from viz.lesson.fields import BEAT, listing, readings
from viz.lesson.lesson import IN_USE, MOST, SHIPPED, Lesson, file_in_use, in_use, lesson_json, lesson_of, read_lesson
from viz.lesson.lesson import shipped as read_shipped
from viz.lesson.stage import readable
from viz.scene.recorded import scene_bytes, scenes

ROOT = Path(__file__).resolve().parents[3]
SMALL = """title = "Mine"

[[beat]]
title = "A bear"
scene = "bear"
text = "Look."
token = 3
"""  # the beat begins on line 3
BEAT_ONLY = SMALL.partition("\n\n")[2]


@pytest.fixture(scope="module")
def shipped() -> Lesson:
    return read_shipped()


def scene(id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(scene_bytes(id) or b"")
    return found


def refusal(written: str | bytes, tmp_path: Path) -> str:
    """The sentence about a lesson that is wrong, without the file's name."""
    file = tmp_path / "mine.toml"
    file.write_bytes(written.encode() if isinstance(written, str) else written)
    with pytest.raises(UserError) as caught:
        read_lesson(file)
    said = str(caught.value)
    assert "\n" not in said and said.endswith((".", "?")) and len(said) < 900
    return said.removeprefix("mine.toml: ")


def test_the_lesson_that_ships_has_room_for_an_hour_and_for_a_projector(shipped: Lesson) -> None:
    assert 12 <= len(shipped.beats) <= 16 and 45 <= shipped.minutes <= 60
    assert f"{shipped.minutes:g} minutes" in shipped.about
    assert len({beat.scene for beat in shipped.beats}) >= 6
    for beat in shipped.beats:
        assert len(beat.text) <= 180 and len(beat.question or "") <= 140 and len(beat.answer or "") <= 160
        assert beat.notes and beat.minutes and "{" not in beat.text + beat.notes + (beat.answer or "")
    assert sum(beat.cover for beat in shipped.beats) >= 5


def test_a_covered_token_is_not_told_before_it_is_guessed(shipped: Lesson) -> None:
    for beat in shipped.beats:
        if beat.cover and beat.token is not None:
            covered = scene(beat.scene)["roads"][beat.road]["tokens"][beat.token + 1]
            assert covered["candidates"] and beat.question and beat.answer
            assert f"“{covered['text'].strip()}”" in beat.answer
            assert f"“{covered['text'].strip()}”" not in beat.text + beat.question


def test_it_tells_what_was_found_against_the_essay(shipped: Lesson) -> None:
    (falls,) = (beat for beat in shipped.beats if beat.id == "falls")
    pull = [token["pull"] for token in scene("pull-falls")["roads"][1]["tokens"]]
    assert pull[5] > 0.9 and max(pull[9:]) < 0.01
    assert "expects" in falls.text and f"{100 * pull[5]:.0f} %" in falls.text


def test_the_player_gets_the_beats_and_never_the_notes(shipped: Lesson) -> None:
    said = lesson_json(shipped)
    assert said["version"] == 1 and said["title"] == shipped.title and said["scenes"] == {}
    names = [
        "id",
        "title",
        "scene",
        "text",
        "token",
        "road",
        "reading",
        "camera",
        "view",
        "question",
        "answer",
        "cover",
    ]
    assert [list(beat) for beat in said["beats"]] == [names] * len(shipped.beats)
    packed = json.dumps(said, ensure_ascii=False)
    told = [line for beat in shipped.beats for line in beat.notes.splitlines() if line]
    told += [*shipped.before.notes.splitlines(), *shipped.after.notes.splitlines(), *shipped.about.splitlines()]
    assert len(told) > 60 and not [line for line in told if line and line in packed]


def test_its_hash_changes_with_what_is_shown_and_not_with_the_notes() -> None:
    one, other = lesson_of(SMALL), lesson_of(SMALL + 'notes = "Wait."\nminutes = 3\n')
    assert (
        lesson_json(one)["hash"]
        == lesson_json(other)["hash"]
        != lesson_json(lesson_of(SMALL + "road = 'A'\ncover = true"))["hash"]
    )


def test_what_is_left_out_has_its_default_and_tokens_count_from_one() -> None:
    (beat,) = lesson_of(SMALL).beats
    assert (beat.id, beat.token, beat.road, beat.reading, beat.camera, beat.view) == (
        "beat-1",
        2,
        0,
        None,
        "story",
        "map",
    )
    assert (beat.question, beat.answer, beat.cover, beat.notes) == (None, None, False, "")
    (end,) = lesson_of(SMALL.replace("token = 3", 'token = "end"')).beats
    assert end.token is None


def test_a_reading_is_known_by_its_name_in_the_app() -> None:
    for key, name in {"entropy": "Entropy", "grip": "grip of the start", "inside": "Inside a region"}.items():
        assert lesson_of(f'{SMALL}reading = "{name}"').beats[0].reading == key


def test_the_readings_of_a_scene_are_those_that_its_strip_can_draw() -> None:
    plain = ["probability", "entropy", "grip"]
    assert readable(scene("bear")) == [*plain, "inside"]
    assert readable(scene("pirate-sea")) == [*plain, "pull", "kl", "price", "inside"]
    assert readable(scene("not-that-subject")) == [*plain, "region", "kl", "price", "inside"]
    assert set(readings()) >= {"probability", "region", "price"}


def test_every_recorded_scene_can_be_a_beat_with_its_own_reading() -> None:
    for listed in scenes():
        recorded = scene(listed["id"])
        assert recorded["reading"] in readable(recorded)
        assert lesson_of(SMALL.replace('"bear"', f'"{listed["id"]}"')).scenes[listed["id"]] == recorded


WRONG = {  # what is added to the beat of SMALL, whose next line is 8, or replaces its token's line, 7
    "token = 90": 'line 7, beat 1, `token`: 90 is beyond the end of “bear”, whose road A has 56 tokens',
    "token = 0": "line 7, beat 1, `token`: 0 is no token",
    'token = "5"': 'line 7, beat 1, `token`: "5" is no token: write a whole number without quotation marks',
    "token = 2.5": "line 7, beat 1, `token`: 2.5 is no token",
    "token = true": "line 7, beat 1, `token`: true is no token",
    "token = 1979-05-27": "line 7, beat 1, `token`: a date or time is no token",
    f"token = {'9' * 400}": "line 7, beat 1, `token`: a huge number",
    "tokn = 3": "line 7, beat 1: there is no field “tokn”: did you mean “token”?",
    "zzz = 3": "line 7, beat 1: there is no field “zzz”: those are “title”",
    'title = "x"': "line 7: this is no TOML (Cannot overwrite a value)",
    "\n\nroad = 'B'": "line 9, beat 1, `road`: the scene “bear” has one road only",
    "road = 'C'": 'line 7, beat 1, `road`: "C" is no road',
    "reading = 'mood'": 'line 7, beat 1, `reading`: "mood" is no reading: choose one of “Probability”, “Entropy”',
    "reading = 'pull'": "line 7, beat 1, `reading`: the scene “bear” has nothing to read for “Pull of the forbidden”",
    "reading = 'region'": "line 7, beat 1, `reading`: the scene “bear” has nothing",
    "camera = [nan, 0, 0, 0, 0, 0]": "line 7, beat 1, `camera`: a list is no camera",
    "camera = [1, 0, 0, 0, 0, inf]": "line 7, beat 1, `camera`",
    "camera = [1, 0, 0, 0, 0, 1e300]": "line 7, beat 1, `camera`",
    "camera = [1, 0, 0, 0, 0]": "line 7, beat 1, `camera`",
    "camera = [1, 0, 0, 1, 0, 0]": "line 7, beat 1, `camera`: the eye is where it looks",
    "camera = 'near'": 'line 7, beat 1, `camera`: "near" is no camera: write "story", "whole", or six numbers',
    "view = '3d'": 'line 7, beat 1, `view`: "3d" is no view',
    "cover = 'yes'": 'line 7, beat 1, `cover`: "yes" is neither true nor false',
    "cover = true": "line 7, beat 1, `cover`: there is no token to cover after this one",
    "minutes = nan": "line 7, beat 1, `minutes`: nan is no number of minutes",
    "minutes = -1": "line 7, beat 1, `minutes`: -1 is no number",
    f'question = """\n\n{"x" * 200}"""\n': "line 7, beat 1, `question`: the text has 200 characters, figures filled in",
    'answer = "Yes."': "line 7, beat 1, `answer`: an answer stands here without its question",
    'notes = "{most|A|mood}"': "line 7, beat 1, `notes`: “bear” has no figure {most|A|mood}",
    'notes = "{token|A|57}"': "line 7, beat 1, `notes`: “bear” has no figure {token|A|57}",
    'notes = "{token|A|0}"': "line 7, beat 1, `notes`: “bear” has no figure {token|A|0}",
    'notes = "{mean|A|grip|1:1}"': "line 7, beat 1, `notes`: “bear” has no figure",
    'notes = "\\u0000"': "line 7, beat 1, `notes`: there is a character that nobody can see",
    'notes = "\\ufffd"': "line 7, beat 1, `notes`: there is a character",
    'notes = "\\ud800"': "line 7: this is no TOML",
    "notes = 3": "line 7, beat 1, `notes`: 3 is no text",
    "id = 'a b'": 'line 7, beat 1, `id`: "a b" cannot be a name',
    "notes = “Look”": "line 7: a text stands in curly quotation marks",
    "notes = 'x": "line 7: this is no TOML (Expected \"'\"",
    "cover = True": "line 7: this is no TOML (Invalid value)",
    '"a\\nb" = 1': "line 7, beat 1: there is no field “a b”",
    '"" = 1': "line 3, beat 1: there is no field “”",
    f"x = {'9' * 5000}": "this is no TOML",
    "x = " + "[" * 5000: "brackets or points in it are nested too deeply",
    "[sheet]\nroad = 'bears'": "line 8, `road`: there is no recorded scene “bears”: did you mean “bear”",
    "[sheet]\ngap_tokens = [1,2,3,4,5,6,7]": "line 8, `gap_tokens`: there are 7 tokens, and at most 6 fit",
    "[sheet]\ngap_tokens = [0]": "line 8, `gap_tokens`: a list is no list of tokens",
    "[sheets]\nroad = 'bear'": "line 7: there is no field “sheets”: did you mean “sheet”?",
    "notes = '''x": "line 7: this is no TOML",
    'notes = """x': "line 7: this is no TOML",
    "[before]\nnote = 'x'": "line 8: there is no field “note”: did you mean “notes”?",
    "[[before]]": "line 7, `before`: this is not a table",
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), WRONG.items(), ids=[f"{n}: {key[:24]!r}" for n, key in enumerate(WRONG)])
def test_what_is_wrong_is_said_with_its_line_and_field(written: str, said: str, tmp_path: Path) -> None:
    assert said in refusal(SMALL.replace("token = 3", written), tmp_path)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "line 1: “title” is missing"),
        ("title = 'x'", "line 1: there are no beats: begin each with a line `[[beat]]`"),
        ("title = 'x'\n[beat]\ntitle = 'y'", "line 2: there are no beats"),
        ("title = 'x'\nbeat = [3]", "line 2, beat 1, `beat`: this is not a table"),
        ("title = 'x'\n[[beat]]\ntitle = 'y'\ntext = 'z'", "line 2, beat 1: “scene” is missing: add a line"),
        (SMALL.replace("Look.", "  "), "line 6, beat 1, `text`: nothing is said here"),
        (SMALL.replace("Look.", "x" * 221), "line 6, beat 1, `text`: the text has 221 characters"),
        (SMALL.replace("Look.", "{mostly|A}" * 20), "line 6, beat 1, `text`: the text has"),
        (SMALL.replace('"bear"', '"baer"'), "line 5, beat 1, `scene`: there is no recorded scene “baer”: did you"),
        (SMALL.replace('"bear"', '"../../strings"'), "line 5, beat 1, `scene`: there is no recorded scene “../../st"),
        (SMALL.replace('"bear"', '"index"'), "line 5, beat 1, `scene`: there is no recorded scene “index”"),
        (SMALL.replace('"bear"', '"../bear.json"'), "line 5, beat 1, `scene`: “../bear.json” cannot be the file"),
        (SMALL.replace('"bear"', "'C:\\\\x.json'"), "line 5, beat 1, `scene`: “C:\\\\x.json” cannot be the file"),
        (SMALL.replace('"bear"', '"/dev/zero.json"'), "line 5, beat 1, `scene`: “/dev/zero.json” cannot be the file"),
        (SMALL.replace('"bear"', '"none.json"'), "line 5, beat 1, `scene`: there is no file “none.json”"),
        (SMALL + BEAT_ONLY * 40, "line 203, beat 41: there are 41 beats, and a lesson has at most 40"),
        (f"{SMALL}id = 'a'\n{BEAT_ONLY}id = 'a'\n", "line 14, beat 2, `id`: “a” is also the name of beat 1"),
        (SMALL.encode("utf-16"), "the file is saved as UTF-16: save it as UTF-8"),
        (SMALL.encode("utf-16-be"), "line 1: this is no TOML"),
        (SMALL.encode() + b'notes = "\xe4"', "line 8: there are bytes that are no UTF-8"),
        (SMALL.encode() + b'notes = "\xed\xa0\x80"', "line 8: there are bytes that are no UTF-8"),
        (b"#" * (MOST + 1), "the file has more than 256 KB"),
        (b"a" + b".a" * 60_000 + b" = 1", "brackets or points in it"),
        (b"x = { a" + b".a" * 60_000 + b" = 1 }", "brackets or points in it"),
    ],
    ids=map(str, range(24)),
)  # fmt: skip
def test_a_file_that_is_no_lesson_is_refused(written: str | bytes, said: str, tmp_path: Path) -> None:
    assert said in refusal(written, tmp_path)


def test_no_file_a_folder_and_fifty_megabytes_are_said_at_once(tmp_path: Path) -> None:
    large = tmp_path / "large.toml"
    with large.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    said = {"none.toml": "no such file", ".": "no such file", "large.toml": "more than 256 KB", "a\0b": "file"}
    for name, sentence in said.items():
        with pytest.raises(UserError, match=sentence):
            read_lesson(tmp_path / name)


def test_a_mark_of_utf_8_and_the_line_ends_of_windows_are_fine(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert read_lesson(file).beats == lesson_of(SMALL).beats
    file.write_bytes(SMALL.replace("token = 3", "token = 99").replace("\n", "\r\n").encode())
    with pytest.raises(UserError, match=r"mine.toml: line 7, beat 1, `token`"):
        read_lesson(file)


def test_markup_and_paths_in_texts_stay_characters() -> None:
    hostile = "<script>alert(1)</script> ../../etc/passwd"
    lesson = lesson_of(SMALL.replace("Look.", hostile))
    assert lesson_json(lesson)["beats"][0]["text"] == hostile


def test_a_scene_of_ones_own_lies_beside_the_lesson_and_travels_with_it(tmp_path: Path) -> None:
    (tmp_path / "my-road.json").write_bytes(scene_bytes("pirate-rain") or b"")
    lesson = lesson_of(SMALL.replace('"bear"', '"my-road.json"') + 'notes = "{token|A|3}"', tmp_path)
    own = lesson_json(lesson)["scenes"]
    assert list(own) == ["my-road.json"] and own["my-road.json"]["roads"] == scene("pirate-rain")["roads"]
    assert lesson.beats[0].notes == "day"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "holds no scene"),
        (b"[" * 100_000, "holds no scene"),
        (b'{"version": 2}', "holds no scene"),
        (b" " * (4 * 1024 * 1024 + 1), "more than 4 MB"),
        ((scene_bytes("bear") or b"").replace(b'"atlas": "', b'"atlas": "0'), "another map"),
        ((scene_bytes("bear") or b"").replace(b"0.114649", b"NaN"), "holds no scene"),
    ],
    ids=["empty", "deep", "another", "large", "other map", "nan"],
)
def test_a_file_that_holds_no_scene_is_refused(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "own.json").write_bytes(data)
    with pytest.raises(UserError, match=rf"line 5, beat 1, `scene`: .*{said}"):
        lesson_of(SMALL.replace('"bear"', '"own.json"'), tmp_path)


def test_the_lesson_in_use_is_read_again_when_its_file_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(SMALL, encoding="utf-8")
    monkeypatch.setenv(IN_USE, str(file))
    file_in_use.cache_clear()
    try:
        assert in_use().title == "Mine" and in_use() is in_use()
        file.write_text(SMALL.replace("Mine", "Another"), encoding="utf-8")
        assert in_use().title == "Another"
        file.unlink()
        with pytest.raises(UserError, match="no such file"):
            in_use()
    finally:
        monkeypatch.delenv(IN_USE)
        file_in_use.cache_clear()
    assert in_use().beats == read_shipped().beats


def test_the_command_checks_copies_and_lists(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    assert command.main(["--copy", str(file)]).startswith(str(file))
    assert file.read_bytes() == SHIPPED.read_bytes()
    assert command.main([str(file)]).endswith("Nothing is wrong with it.")
    for asked in (["--copy", str(file)], ["--copy", str(file / "x")], [], ["--help"], ["a", "b"]):
        with pytest.raises(UserError):
            command.main(asked)
    assert command.main(["--fields"]) == listing()


def test_a_wrong_lesson_is_one_sentence_and_code_2(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(SMALL.replace("3", "99"), encoding="utf-8")
    asked = [sys.executable, "-P", "-m", "viz.lesson", "mine.toml"]
    done = subprocess.run(
        asked, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "") and done.stderr.startswith(
        "mine.toml: line 7, beat 1, `token`: 99 is"
    )
    assert done.stderr.count("\n") == 1


def test_the_documented_fields_are_those_of_the_code() -> None:
    page = (ROOT / "docs" / "lesson.md").read_text(encoding="utf-8")
    said = page.split("<!-- fields -->\n")[1].split("\n<!-- /fields -->")[0]
    assert said == listing(), "run `python -m viz.lesson --fields` and put what it prints into docs/lesson.md"
    assert all(f"`{name}`" in said for name in BEAT)


def test_every_figure_is_documented() -> None:
    from viz.scene.notes import FIGURES

    page = (ROOT / "docs" / "lesson.md").read_text(encoding="utf-8")
    assert [name for name in FIGURES if f"`{{{name}" not in page.replace("\\", "")] == []


@pytest.mark.parametrize("table", ["before", "after"])
def test_what_is_before_and_after_is_the_teachers_alone(table: str) -> None:
    lesson = lesson_of(f'{SMALL}[{table}]\ntitle = "Paper"\nminutes = 6\nnotes = "Hand it out."')
    assert (lesson.minutes, getattr(lesson, table).notes) == (6.0, "Hand it out.")
    assert "Paper" not in json.dumps(lesson_json(lesson))
