"""What the command prints arrives, or a sentence says why; what it writes is whole, or what was there stays."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from embeddings.cli import main as cli
from embeddings.cli.output import check_target, shown, write
from embeddings.errors import UserError

COMMAND = [sys.executable, "-c", "import sys; from embeddings.cli.main import main; sys.exit(main())"]


def test_what_a_console_cannot_show_is_a_question_mark_and_json_is_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="cp1252"))
    with shown():
        print("é 你好")
        write("-", json.dumps({"text": "你好"}, ensure_ascii=False))
    assert raw.getvalue() == "é ??\n".encode("cp1252") + '{"text": "你好"}'.encode()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("atlas", "report"), ("--help",), ("atlas", "report", "--json", "-")])
def test_a_full_standard_output_is_a_sentence(arguments: tuple[str, ...], unbuffered: str) -> None:
    with open("/dev/full", "w") as full:
        environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
        done = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, env=environment)
    assert done.returncode == 2
    assert done.stderr.startswith("mindmap: Standard output cannot be written") and done.stderr.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="pipes")
def test_a_pipe_that_nobody_reads_is_no_matter_of_words() -> None:
    read, written = os.pipe()
    os.close(read)
    done = subprocess.run([*COMMAND, "atlas", "report"], stdout=written, stderr=subprocess.PIPE, text=True)
    os.close(written)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(os.name != "posix", reason="limits")
def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "road.json"
    target.write_text("old", encoding="utf-8")
    limited = (
        "import resource, signal; resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512));"
        "import sys; from embeddings.cli.main import main;"
        f"sys.argv = ['mindmap', 'atlas', 'report', '--json', {str(target)!r}];"
        "sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", limited], capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.startswith(f"mindmap: {target} cannot be written (File too large)")
    assert target.read_text(encoding="utf-8") == "old" and [path.name for path in tmp_path.iterdir()] == ["road.json"]


def test_a_file_that_is_replaced_keeps_its_rights_and_a_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "road.json", tmp_path / "link.json"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    link.symlink_to(target)
    write(str(link), "neu: é")
    assert link.is_symlink() and target.read_bytes() == "neu: é".encode()
    assert os.name != "posix" or target.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.name != "posix", reason="devices")
def test_a_device_is_written_to_and_never_replaced() -> None:
    write(os.devnull, "x")
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize("name", ["", "missing/road.json"])
def test_a_file_that_cannot_be_written_is_said_before_the_drive(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import embeddings

    def never() -> None:
        raise AssertionError("nothing is loaded")

    monkeypatch.setattr(embeddings, "load_atlas", never, raising=False)
    target = str(tmp_path / name)
    with pytest.raises(UserError, match="cannot be written"):
        check_target(target)
    monkeypatch.setattr(sys, "argv", ["mindmap", "trace", "--user", "Hello", "--json", target])
    assert cli.main() == 2
    assert capsys.readouterr().err.startswith(f"mindmap: {target} cannot be written")
