"""The WebM file itself, with pictures that another program has encoded."""

import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser


def pictures(ffmpeg: Any, seconds: int, file: Path) -> list[bytes]:
    """VP9 of a test picture, three a second, one key picture in all."""
    source = f"testsrc=size=64x48:rate=3:duration={seconds}"
    encoder = ["-c:v", "libvpx-vp9", "-pix_fmt", "yuv420p", "-g", 9999, "-deadline", "realtime"]
    ffmpeg.run("ffmpeg", "-f", "lavfi", "-i", source, *encoder, "-f", "ivf", file)
    raw, at, out = file.read_bytes(), 32, []
    while at < len(raw):
        (size,) = struct.unpack_from("<I", raw, at)
        out.append(raw[at + 12 : at + 12 + size])
        at += 12 + size
    return out


def test_every_picture_comes_back_bit_for_bit_and_in_time_however_long_it_lasts(
    muxed: Any, ffmpeg: Any, tmp_path: Path
) -> None:
    source, file = tmp_path / "source.ivf", tmp_path / "film.webm"
    data = pictures(ffmpeg, 36, source)  # longer than a block's sixteen bits of time
    chunks = [{"data": one, "timestamp": round(1e6 * k / 3), "key": k == 0} for k, one in enumerate(data)]
    about = {
        "codec": "vp09.00.10.08",
        "width": 64,
        "height": 48,
        "fps": 3,
        "title": "a < b",
        "comment": "\u2028 ü",
        "space": None,
    }
    file.write_bytes(muxed("webm", chunks, **about))
    assert [line.split(",")[-1] for line in ffmpeg.sums(file)] == [line.split(",")[-1] for line in ffmpeg.sums(source)]
    found = ffmpeg.streams(file)
    assert float(found["format"]["duration"]) == pytest.approx(36, abs=1e-3)
    assert found["format"]["tags"]["TITLE"] == "a < b" and found["format"]["tags"]["COMMENT"] == "\u2028 ü"
    times = [float(packet["pts_time"]) for packet in ffmpeg.packets(file)]
    assert len(times) == 108 and all(b - a == pytest.approx(1 / 3, abs=2e-3) for a, b in pairwise(times))


def test_cues_lead_to_clusters_that_begin_with_a_key_picture(muxed: Any) -> None:
    chunks = [{"data": bytes([k]) * 300, "timestamp": 40_000 * k, "key": k % 50 == 0} for k in range(120)]
    about = {"codec": "vp8", "width": 64, "height": 48, "fps": 25, "title": "", "comment": "", "space": None}
    film = muxed("webm", chunks, **about)
    segment = film.index(b"\x18\x53\x80\x67")
    start = segment + 4 + _width(film[segment + 4])
    cues = film[film.index(b"\x1c\x53\xbb\x6b") : film.index(b"\x1f\x43\xb6\x75")]
    places = [
        int.from_bytes(cues[at + 2 : at + 10], "big") for at in range(len(cues)) if cues[at : at + 2] == b"\xf1\x88"
    ]
    assert len(places) == 3
    for place, k in zip(places, (0, 50, 100), strict=True):
        cluster = film[start + place :]
        assert cluster.startswith(b"\x1f\x43\xb6\x75")
        block = cluster.index(b"\xa3")
        head = block + 1 + _width(cluster[block + 1])
        assert cluster[head : head + 4] == b"\x81\x00\x00\x80" and cluster[head + 4] == k


def _width(first: int) -> int:
    """Bytes of a number that tells its own width."""
    return 9 - first.bit_length()


def test_a_colour_space_is_written_and_an_unknown_one_left_out(
    muxed: Any, call: Any, tmp_path: Path, ffmpeg: Any
) -> None:
    space = {"matrix": "bt709", "transfer": "iec61966-2-1", "primaries": "bt709", "fullRange": True}
    assert call("film/webm", "colourCodes", space) == {"matrix": 1, "transfer": 13, "primaries": 1, "full": True}
    assert (
        call("film/webm", "colourCodes", {**space, "matrix": "new"}) is None
        and call("film/webm", "colourCodes", None) is None
    )
    data = pictures(ffmpeg, 1, tmp_path / "source.ivf")
    chunks = [{"data": one, "timestamp": 200_000 * k, "key": k == 0} for k, one in enumerate(data)]
    about = {"codec": "vp09", "width": 64, "height": 48, "fps": 3, "title": "", "comment": ""}
    file = tmp_path / "film.webm"
    file.write_bytes(muxed("webm", chunks, space=space, **about))
    found = ffmpeg.streams(file)
    assert (found["color_primaries"], found["color_transfer"]) == ("bt709", "iec61966-2-1")
