"""The MP4 file itself, with H.264 that another program has encoded: not every browser can."""

import base64
import struct
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
FPS = 25


def units(stream: bytes) -> list[bytes]:
    """NAL units of a stream with start codes."""
    return [unit.rstrip(b"\0") for unit in stream.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")[1:]]


def recorded(ffmpeg: Any, file: Path) -> tuple[list[dict[str, Any]], bytes]:
    """Pictures with lengths instead of start codes, in the order in which they are decoded; their AVC configuration.
    Some are seen later than they are decoded."""
    source = "testsrc=size=64x48:rate=25:duration=2"
    options = [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-bf",
        2,
        "-g",
        20,
        "-pix_fmt",
        "yuv420p",
        "-x264-params",
        "aud=1",
    ]
    ffmpeg.run("ffmpeg", "-f", "lavfi", "-i", source, *options, "-f", "h264", file)
    packed = file.with_suffix(".mkv")
    ffmpeg.run("ffmpeg", "-f", "lavfi", "-i", source, *options, packed)
    times = [float(packet["pts_time"]) for packet in ffmpeg.packets(packed)]
    pictures: list[list[bytes]] = []
    sets: dict[int, bytes] = {}
    for unit in units(file.read_bytes()):
        kind = unit[0] & 31
        if kind == 9:  # a new picture begins
            pictures.append([])
        elif kind in (7, 8):
            sets[kind] = unit
        else:
            pictures[-1].append(unit)
    first = min(times)
    chunks = [
        {
            "data": b"".join(struct.pack(">I", len(unit)) + unit for unit in picture),
            "timestamp": round(1e6 * (time - first)),
            "key": any(unit[0] & 31 == 5 for unit in picture),
        }
        for picture, time in zip(pictures, times, strict=True)
    ]
    sps, pps = sets[7], sets[8]
    head = bytes([1, *sps[1:4], 0xFF, 0xE1])
    return chunks, head + struct.pack(">H", len(sps)) + sps + b"\1" + struct.pack(">H", len(pps)) + pps


def test_every_picture_comes_back_bit_for_bit_and_in_its_time(muxed: Any, ffmpeg: Any, tmp_path: Path) -> None:
    source, file = tmp_path / "source.h264", tmp_path / "film.mp4"
    chunks, description = recorded(ffmpeg, source)
    about = {"width": 64, "height": 48, "fps": FPS, "title": "Wörter", "comment": '{"scene": "x"}', "space": None}
    film = muxed("mp4", chunks, description=base64.b64encode(description).decode(), **about)
    file.write_bytes(film)
    assert film[4:8] == b"ftyp" and film.index(b"moov") < film.index(b"mdat")  # plays while it is fetched
    found = ffmpeg.streams(file)
    assert (found["codec_name"], int(found["nb_read_frames"]), found["avg_frame_rate"]) == ("h264", 50, "25/1")
    assert float(found["format"]["duration"]) == pytest.approx(2)
    assert found["format"]["tags"]["title"] == "Wörter" and found["format"]["tags"]["comment"] == '{"scene": "x"}'
    assert [line.split(",")[-1] for line in ffmpeg.sums(file)] == [line.split(",")[-1] for line in ffmpeg.sums(source)]
    seen = sorted(float(packet["pts_time"]) for packet in ffmpeg.packets(file))
    assert seen == pytest.approx([k / FPS for k in range(50)])
    assert len({chunk["timestamp"] for chunk in chunks}) == 50 and chunks != sorted(
        chunks, key=lambda one: one["timestamp"]
    )
