"""The GIF file itself: what is packed comes back, and soft tints show no bands."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from films import ask
from PIL import Image

pytestmark = pytest.mark.browser


def unpacked(packed: list[int], width: int, height: int) -> np.ndarray:
    """Numbers of a picture, as another program reads them out of a GIF of nothing else."""
    data = bytes(packed)
    blocks = b"".join(bytes([len(data[at : at + 255])]) + data[at : at + 255] for at in range(0, len(data), 255))
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    table = bytes(value for k in range(256) for value in (k, k, k))
    head = b"GIF89a" + size + b"\xf7\0\0" + table + b"\x2c\0\0\0\0" + size + b"\0\x08"
    return np.asarray(Image.open(io.BytesIO(head + blocks + b"\0\x3b")).convert("L"))


@pytest.mark.parametrize("kind", ["noise", "one colour", "runs", "one pixel"])
def test_what_is_packed_comes_back(call: Any, kind: str) -> None:
    rng = np.random.default_rng(7)
    width, height = (1, 1) if kind == "one pixel" else (160, 120)
    if kind == "noise":  # fills the table of codes many times
        pixels = rng.integers(0, 256, (height, width))
    elif kind == "runs":
        pixels = np.repeat(rng.integers(0, 4, (height, width // 10)), 10, axis=1)
    else:
        pixels = np.full((height, width), 200)
    packed = call("film/gif", "packed", pixels.flatten().tolist())
    assert np.array_equal(unpacked(packed, width, height), pixels)


def test_soft_tints_show_no_bands_and_a_thin_road_keeps_its_colour(blank: Any) -> None:
    made = ask(blank, "tinted", 320, 160)
    colors = np.array(made["colors"], float)
    assert len(colors) <= 255
    drawn = np.frombuffer(base64.b64decode(made["data"]), np.uint8).reshape(160, 320, 4)[..., :3].astype(float)
    painted = colors[np.frombuffer(base64.b64decode(made["pixels"]), np.uint8).reshape(160, 320)]
    blocks = (painted - drawn)[:144].reshape(18, 8, 40, 8, 3).mean(axis=(1, 3))
    # From afar each patch has its colour, to less than one step of 256 on average: a band would be two off.
    assert np.abs(blocks).mean() < 0.6 and np.abs(blocks).max() < 3
    road = np.abs(drawn - np.array([255, 180, 84])).sum(axis=2) == 0
    assert np.abs(painted[road] - np.array([255, 180, 84])).max() < 12
