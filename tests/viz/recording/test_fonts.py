"""The type that goes along: a subset that a page can carry, and its outlines."""

from __future__ import annotations

import json
import re

import pytest

from viz.export.bundle import PLAYER
from viz.recording.fonts import FOLDER, HEAVIEST, LIGHTEST, NAME, WEIGHTS
from viz.strings import section

OUTLINES = json.loads((FOLDER / "outlines.json").read_text(encoding="utf-8"))


def test_the_files_are_small_and_lie_beside_their_licence() -> None:
    assert (FOLDER / "source-sans.woff2").stat().st_size < 120_000
    assert (FOLDER / "outlines.json").stat().st_size < 500_000
    assert "SIL OPEN FONT LICENSE" in (FOLDER / "OFL.txt").read_text(encoding="utf-8")


def test_every_weight_of_the_display_list_has_outlines_of_every_sign_of_the_interface() -> None:
    drawn = "".join(path.read_text(encoding="utf-8") for path in (PLAYER / "draw").glob("*.js"))
    assert {int(weight) for weight in re.findall(r"\bweight: (\d00)\b", drawn)} <= set(WEIGHTS)
    shown = {sign for sign in json.dumps(section("player"), ensure_ascii=False) + "■↵⇥␣…" if sign.isprintable()}
    for face in OUTLINES["weights"].values():
        assert shown <= set(face["glyphs"])


def test_the_font_has_its_own_name_and_the_weights_between() -> None:
    fonts = pytest.importorskip("fontTools.ttLib", reason="pip install -e '.[dev]'")
    font = fonts.TTFont(FOLDER / "source-sans.woff2")
    assert "Source" not in (font["name"].getBestFamilyName() or "Source") and font["name"].getBestFamilyName() == NAME
    assert [(axis.axisTag, axis.minValue, axis.maxValue) for axis in font["fvar"].axes] == [
        ("wght", LIGHTEST, HEAVIEST)
    ]
    assert "Adobe" in font["name"].getDebugName(0) and "Open Font License" in font["name"].getDebugName(13)


@pytest.mark.rebuild
def test_made_again_the_outlines_are_the_same() -> None:
    pytest.importorskip("fontTools", reason="pip install -e '.[dev]'")
    from viz.recording.fonts import outlines, subset

    assert json.loads(json.dumps(outlines(subset()))) == OUTLINES
