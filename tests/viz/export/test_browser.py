"""A browser is found or missed with a sentence, and ends with all that it started, however it behaves."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from embeddings.errors import UserError
from viz.export import browser, headless
from viz.export.headless import Desk

posix = pytest.mark.skipif(os.name != "posix", reason="a script in its place")


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No browser, and a folder for what is temporary."""
    monkeypatch.setattr(browser, "_places", lambda: iter(browser.NAMES))
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.delenv(browser.NAMED, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(browser, "LONGEST", 400)  # so that it is used
    (tmp_path / "temporary").mkdir()
    return tmp_path


def stand_in(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some other program that is named as the browser."""
    path = folder / "stand-in"
    path.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setenv(browser.NAMED, str(path))


def asked_for() -> list[tuple[str, bytes]]:
    return list(headless.products(["png"], lambda: {"job.json": b"{}"}, lambda kind, share: None))


def processes(folder: Path) -> list[str]:
    """Those that have something to do with a folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if any(str(folder) in part for part in process.info["cmdline"] or ()):
            found.append(" ".join(process.info["cmdline"]))
    return found


def test_without_a_browser_a_sentence_says_what_to_install(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"install Chromium.*MINDMAP_BROWSER\.$"):
        browser.find()
    (nowhere / "firefox").write_bytes(b"")
    (nowhere / "firefox").chmod(0o755)
    monkeypatch.setenv(browser.NAMED, str(nowhere / "firefox"))
    assert browser.find().firefox
    with pytest.raises(UserError, match="prints no PDF"):
        browser.find(prints=True)
    monkeypatch.setenv(browser.NAMED, "nothing-of-the-kind")
    with pytest.raises(UserError, match="nothing-of-the-kind"):
        browser.find()


@posix
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo Missing library >&2; exit 3", r"ended by itself \(code 3\).*Missing library"),
        ("sleep 600 & sleep 600", "did not come up within 0 s"),
        ("trap '' TERM INT HUP; while :; do sleep 600; done", "did not come up within 0 s"),
    ],
)
def test_one_that_ends_or_hangs_is_a_sentence_and_gone(
    nowhere: Path, script: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(nowhere, script, monkeypatch)
    monkeypatch.setattr(headless, "UP", 0.3)
    with pytest.raises(UserError, match=said):
        asked_for()
    assert processes(nowhere) == [] and list((nowhere / "temporary").iterdir()) == []


@posix
def test_what_fails_meanwhile_ends_it_too(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(nowhere, "sleep 600", monkeypatch)

    def fails() -> dict[str, bytes]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(headless.products(["png"], fails, lambda kind, share: None))
    assert processes(nowhere) == [] and list((nowhere / "temporary").iterdir()) == []


@posix
def test_no_argument_holds_the_address(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(nowhere, f'echo "$@" >{nowhere}/arguments; exit 1', monkeypatch)
    monkeypatch.setattr(headless.secrets, "token_urlsafe", lambda size: "the-secret")
    with pytest.raises(UserError):
        asked_for()
    arguments = (nowhere / "arguments").read_text(encoding="utf-8")
    assert "start.html" in arguments and "127.0.0.1:" not in arguments and "the-secret" not in arguments


# ---- who is answered


@pytest.fixture
def desk() -> Iterator[Desk]:
    with headless._desk() as running:
        running.lay({"": b"page", "job.json": b"job"}, whole=True)
        yield running


def status(desk: Desk, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> int:
    connection = HTTPConnection("127.0.0.1", desk.server_address[1], timeout=5)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return connection.getresponse().status
    finally:
        connection.close()


def test_only_who_knows_the_path_is_answered(desk: Desk) -> None:
    whole = f"/{desk.secret}/job.json"
    assert status(desk, whole) == 200
    for path in (
        "/",
        "/job.json",
        "//job.json",
        whole[:-10],
        whole.upper(),
        f"/{desk.secret}/../job.json",
        "/x" + whole,
    ):
        assert status(desk, path) == 404
    assert status(desk, whole, Host="evil.example") == 404
    assert status(desk, whole, "DELETE") == 501


def test_only_its_page_may_hand_something_in(desk: Desk) -> None:
    path, ours = f"/{desk.secret}/product/png", f"http://{desk.host}"
    assert status(desk, path, "POST", b"x") == 404
    assert status(desk, path, "POST", b"x", Origin="http://evil.example") == 404
    assert status(desk, f"/{desk.secret}/etc/passwd", "POST", b"x", Origin=ours) == 404
    assert status(desk, path, "POST", Origin=ours, Content_Length="9" * 20) == 413
    assert desk.news(0.1) is None
    assert status(desk, path, "POST", b"x", Origin=ours) == 204
    news = desk.news(1.0)
    assert news is not None and (news.kind, news.name, news.data) == ("product", "png", b"x")
