"""What can be taken away, by the real command: other programs open it, and nothing stays behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from embeddings.files import contents_hash
from tests.embeddings.cli.test_main import main
from tests.viz.conftest import until

ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "-c", "import sys; from embeddings.cli.main import main; sys.exit(main())"]
PROXY = "http://127.0.0.1:9"
posix = pytest.mark.skipif(os.name != "posix", reason="signals")
drawn = pytest.mark.browser


def temporary(folder: Path) -> Path:
    """Where the command puts what it needs for a moment: of a path that is short enough for a socket."""
    return Path("/tmp") / f"mm-{contents_hash({str(folder): b''})[:8]}"


@pytest.fixture(autouse=True)
def tidy(tmp_path: Path) -> Iterator[None]:
    """Nothing is left there."""
    place = temporary(tmp_path)
    place.mkdir()
    yield
    left = list(place.iterdir())
    shutil.rmtree(place)
    assert left == []


def begun(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    """The command in a folder of its own, with another for what is temporary, and proxies that lead nowhere."""
    proxies = {name: PROXY for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY")}
    code = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env={**os.environ, **proxies, "PYTHONPATH": code, "TMPDIR": str(temporary(folder)), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run(folder: Path, *arguments: str, **environment: str) -> tuple[int, bytes, str]:
    """Its exit code, and what it says."""
    with begun(folder, *arguments, **environment) as process:
        out, err = process.communicate(timeout=300)
    return process.returncode, out, err.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "bear"),
        ("export", "--svg", "a.svg"),
        ("export", "bear", "--svg", "no/such/folder/a.svg"),
        ("export", "bear", "--svg", "a", "--png", "./a"),
        ("export", "bear", "--svg", "-", "--csv", "-"),
        ("export", "bear", "--png", "-"),
        ("export", "bear", "--svg", "."),
        ("export", "bear", "--svg", "a.svg", "--look", "neon"),
        ("export", "bear", "--svg", "a.svg", "--seconds", "nan"),
        ("film", "bear", "--out", "a.avi"),
        ("film", "bear", "--seconds", "1000"),
        ("sheet", "--pdf", "-"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_done(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(*arguments) == 2
    out, err = capsys.readouterr()
    assert not out and re.fullmatch(r"mindmap: [^\n]+\.\n", err) and list(tmp_path.iterdir()) == []


def test_a_mistake_that_only_the_child_sees_is_its_sentence(tmp_path: Path) -> None:
    old = tmp_path / "old.html"
    old.write_text("old", encoding="utf-8")
    hidden = {"PATH": str(tmp_path), "MINDMAP_BROWSER": "no-such-browser"}
    for arguments in (("bear", "--at", "999", "--html"), ("bear", "--svg", "a.svg", "--html")):
        code, out, err = run(tmp_path, "export", *arguments, str(old), **hidden)
        assert code == 2 and not out and re.fullmatch(r"mindmap: [^\n]+\.\n", err)
    assert old.read_text(encoding="utf-8") == "old" and not (tmp_path / "a.svg").exists()


def test_a_text_goes_to_standard_output_and_a_pipe_hears_nothing_else(tmp_path: Path) -> None:
    code, out, err = run(tmp_path, "export", "bear", "--csv", "-")
    scene = json.loads((ROOT / "assets" / "scenes" / "bear.json").read_text(encoding="utf-8"))
    assert code == 0 and err == "" and len(out.splitlines()) == 1 + len(scene["roads"][0]["tokens"])


def png_text(data: bytes) -> dict[str, Any]:
    """What a PNG says of itself (iTXt)."""
    at = data.index(b"iTXtRecipe\0") + 4
    size = int.from_bytes(data[at - 8 : at - 4])
    return dict(json.loads(data[at : at + size].split(b"\0", 5)[5]))


def opened_pdf(path: Path) -> dict[str, Any]:
    """What another program finds in a PDF."""
    from pypdf import PdfReader

    (page,) = (reader := PdfReader(path)).pages
    metadata = reader.metadata
    assert metadata is not None
    return {
        "title": metadata.title,
        "size": [float(side) for side in page.mediabox[2:]],
        "recipe": json.loads(str(metadata["/Recipe"])),
        "images": len(page.images),
        "text": page.extract_text(),
    }


@drawn
@pytest.mark.slow
def test_several_at_once_each_opened_by_another_program(tmp_path: Path, browser: Any) -> None:
    made = {kind: tmp_path / f"a.{kind}" for kind in ("svg", "pdf", "png", "gif", "html", "csv", "parquet", "json")}
    targets = [part for kind, path in made.items() for part in (f"--{kind}", str(path))]
    choice = ("--size", "174", "--look", "print", "--at", "12", "--seconds", "1", "--width", "320", "--height", "240")
    code, out, err = run(tmp_path, "export", "pirate-sea", *targets, *choice)
    assert (code, out, err) == (0, b"", "")
    svg, png = made["svg"].read_text(encoding="utf-8"), made["png"].read_bytes()
    assert "<image" not in svg and "What a pirate loves" in svg
    assert png_text(png)["scene"] == "pirate-sea" and png_text(png)["view"]["token"] == 11
    assert int.from_bytes(png[16:20]) == round(174 * 600 / 25.4)
    pdf = opened_pdf(made["pdf"])
    assert pdf["title"] == "What a pirate loves" and pdf["images"] == 0
    assert pdf["recipe"] == png_text(png)
    assert pdf["size"][0] == pytest.approx(174 / 25.4 * 72, abs=1) and "You are a pirate." in pdf["text"]
    assert made["gif"].read_bytes().startswith(b"GIF89a") and made["html"].stat().st_size < 6e6
    assert made["parquet"].read_bytes()[:4] == b"PAR1" and json.loads(made["json"].read_text(encoding="utf-8"))
    code, _, err = run(tmp_path, "export", str(made["html"]), "--csv", str(tmp_path / "b.csv"))
    assert code == 0 and (tmp_path / "b.csv").read_bytes() == made["csv"].read_bytes()


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@drawn
@posix
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_stays_where_it_is_ended(number: int, tmp_path: Path) -> None:
    old = tmp_path / "film.webm"
    old.write_bytes(b"old")
    with begun(tmp_path, "film", "bear", "--seconds", "60", "--out", str(old)) as process:
        family: list[psutil.Process] = []

        def drawing() -> bool:
            family[:] = psutil.Process(process.pid).children(recursive=True)
            return any("--type=renderer" in " ".join(one.cmdline()) for one in family if not gone(one))

        until(_quietly(drawing), 60)
        process.send_signal(number)
        assert process.wait(30) == (130 if number == signal.SIGINT else -number)
        until(lambda: all(gone(one) for one in family), 20)
        until(lambda: not list(temporary(tmp_path).iterdir()), 20)
        assert process.stderr is not None and process.stderr.read() == b""
    assert old.read_bytes() == b"old"


def _quietly(ask: Callable[[], bool]) -> Callable[[], bool]:
    """A process may end while it is asked."""

    def asked() -> bool:
        try:
            return ask()
        except psutil.Error:
            return False

    return asked
