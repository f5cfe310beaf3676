"""Films are opened by another program: Debian's ffmpeg."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from films import ask


class Ffmpeg:
    """What another program finds in a film."""

    def streams(self, file: Path) -> dict[str, Any]:
        """What ffprobe says of the only stream, pictures counted, and of the file."""
        asked = ["-count_frames", "-show_streams", "-show_format", "-of", "json"]
        found = json.loads(self.run("ffprobe", *asked, file))
        (stream,) = found["streams"]
        return {**stream, "format": found["format"]}

    def packets(self, file: Path) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.run("ffprobe", "-show_packets", "-of", "json", file))["packets"]
        return found

    def pixels(self, file: Path, size: tuple[int, int]) -> list[bytes]:
        """Every picture, decoded, as bytes of red, green and blue; an error in the film fails."""
        raw = self.run("ffmpeg", "-i", file, "-fps_mode", "passthrough", "-pix_fmt", "rgb24", "-f", "rawvideo", "-")
        long = 3 * size[0] * size[1]
        assert len(raw) % long == 0
        return [raw[at : at + long] for at in range(0, len(raw), long)]

    def sums(self, file: Path) -> list[str]:
        """The hash of every decoded picture."""
        return self.run("ffmpeg", "-i", file, "-f", "framehash", "-").decode().split("\n#")[-1].split("\n")[1:-1]

    def run(self, program: str, *given: Any) -> bytes:
        done = subprocess.run([program, "-v", "error", *map(str, given)], capture_output=True, check=True)
        assert done.stderr == b"", done.stderr.decode()
        return done.stdout


@pytest.fixture(scope="session")
def ffmpeg() -> Ffmpeg:
    if not (shutil.which("ffmpeg") and shutil.which("ffprobe")):
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("No ffmpeg was found on the PATH: install Debian's package ffmpeg to have films opened by another program.")
    return Ffmpeg()


@pytest.fixture
def muxed(blank: Any) -> Callable[..., bytes]:
    """``muxed("webm", chunks, codec="vp8")``: the file that a muxer makes of chunks whose data are bytes."""

    def written(module: str, chunks: list[dict[str, Any]], **about: Any) -> bytes:
        given = [{**chunk, "data": base64.b64encode(chunk["data"]).decode()} for chunk in chunks]
        return base64.b64decode(ask(blank, "muxed", module, given, about))

    return written


@pytest.fixture
def film(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """``film(page, kind="gif", seconds=1)``: what `filmOf` gives, with its ``file``; ``abort``: at which share."""

    def make(page: Any, *, abort: float = 2, **asked: Any) -> dict[str, Any]:
        made: dict[str, Any] = ask(page, "make", asked, abort)
        if "bytes" in made:
            made["bytes"] = base64.b64decode(made["bytes"])
            made["file"] = tmp_path / f"film.{made['kind']}"
            made["file"].write_bytes(made["bytes"])
        return made

    return make
