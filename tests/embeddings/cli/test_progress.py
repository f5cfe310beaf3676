"""The line of progress: it says what is done, changes only with it, and estimates from what was done in this run."""

from __future__ import annotations

import pytest

from embeddings.cli.progress import Remaining


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> tuple[Remaining, list[float]]:
    """A line of progress, and the time in seconds that its clock shows."""
    shown, time = Remaining(), [0.0]
    monkeypatch.setattr(shown, "_clock", lambda: time[0])
    return shown, time


def test_a_line_is_written_only_where_something_changed(
    line: tuple[Remaining, list[float]], capsys: pytest.CaptureFixture[str]
) -> None:
    shown, _ = line
    for share in (0.1, 0.1, 0.104, 0.11):
        shown("Reading", share)
    shown("Writing", 0.11)
    assert capsys.readouterr().err.splitlines() == [" 10 %  Reading", " 11 %  Reading", " 11 %  Writing"]


def test_the_time_left_is_that_of_the_same_pace_since_this_run_began(
    line: tuple[Remaining, list[float]], capsys: pytest.CaptureFixture[str]
) -> None:
    shown, time = line
    shown("Reading", 0.5)  # an earlier run came this far
    time[0] = 40.0
    shown("Reading", 0.6)
    time[0] = 400.0
    shown("Reading", 0.75)
    said = capsys.readouterr().err.splitlines()
    assert said == [" 50 %  Reading", " 60 %  Reading, about 3 min left", *said[2:]]
    assert said[2] == " 75 %  Reading, about 7 min left"
