"""`python -m viz.recording.fonts`: the type that goes along with what is taken away, out of Streamlit's Source Sans.

A subset with its weight axis as woff2, for pages, and the outlines of its signs at the weights that the map is drawn
with, for figures whose text is to be paths. Needs fontTools and brotli, which are among the tools for developing.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.files import write_atomically
from embeddings.paths import assets

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

FOLDER = assets() / "fonts"
NAME = (
    "Mind Map Sans"  # "Source" is reserved for what its makers give away; a page is free to call the family as it likes
)
WEIGHTS = (400, 600, 700)  # of the display list; a test reads them from the player
LIGHTEST, HEAVIEST = 400, 700
BLOCKS = (
    (0x20, 0x7E),  # Latin
    (0xA0, 0x17F),  # Latin-1, Latin Extended-A
    (0x218, 0x21B),  # Romanian
    (0x2C6, 0x2C7),  # accents that stand alone
    (0x2D8, 0x2DD),
    (0x300, 0x304),  # and those that are put on letters
    (0x306, 0x30C),
    (0x386, 0x3CE),  # Greek
    (0x400, 0x45F),  # Cyrillic
    (0x490, 0x491),
    (0x2010, 0x205E),  # punctuation
    (0x20AC, 0x20AC),
    (0x2190, 0x2193),  # arrows
    (0x2122, 0x2122),
    (0x2202, 0x2265),  # mathematics
    (0x25A0, 0x25CF),  # shapes
    (0x1E80, 0x1E85),
    (0x1E9E, 0x1E9E),
)
FEATURES = ("ccmp", "kern", "liga", "locl", "mark", "mkmk", "tnum")


def source() -> Path:
    """Streamlit's own upright Source Sans, a variable font.

    Raises
    ------
    FileNotFoundError
        If this Streamlit brings another font.
    """
    import streamlit

    media = Path(streamlit.__file__).parent / "static" / "static" / "media"
    found = sorted(media.glob("SourceSansVF-Upright*.woff2"))
    if not found:
        raise FileNotFoundError(f"no SourceSansVF-Upright in {media}")
    return found[0]


def subset() -> TTFont:
    """The signs of BLOCKS and our own, in the weights from LIGHTEST to HEAVIEST, under a name of its own."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(source())
    options = Options(
        layout_features=list(FEATURES), name_IDs=["*"], name_languages=["*"], hinting=False, notdef_outline=True
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for low, high in BLOCKS for code in range(low, high + 1)])
    subsetter.subset(font)
    font = instantiateVariableFont(font, {"wght": (LIGHTEST, LIGHTEST, HEAVIEST)})
    _add_signs(font)
    _rename(font)
    return font


def _rename(font: TTFont) -> None:
    """Copyright, licence and makers stay, the names become ours, and what named features that are gone goes."""
    names = font["name"]
    ours = {
        1: NAME,
        2: "Regular",
        3: f"{NAME} 1",
        4: NAME,
        6: NAME.replace(" ", ""),
        16: NAME,
        25: NAME.replace(" ", ""),
    }
    kept = {*ours, 0, 5, 7, 8, 9, 11, 13, 14} | {axis.axisNameID for axis in font["fvar"].axes}
    for instance in font["fvar"].instances:
        kept.add(instance.subfamilyNameID)
        instance.postscriptNameID = 0xFFFF
    kept |= {value.ValueNameID for value in font["STAT"].table.AxisValueArray.AxisValue}
    kept |= {axis.AxisNameID for axis in font["STAT"].table.DesignAxisRecord.Axis}
    names.names = [one for one in names.names if one.nameID in kept and one.langID in (0, 0x409)]
    for id, text in ours.items():
        names.setName(text, id, 3, 1, 0x409)


# Signs that stand for white space and that Source Sans has not: strokes of 64 units, alike in every weight.
RETURN = [
    [
        (60, 245),
        (250, 400),
        (292, 350),
        (202, 277),
        (526, 277),
        (526, 540),
        (590, 540),
        (590, 213),
        (202, 213),
        (292, 140),
        (250, 90),
    ]
]
TAB = [
    [(60, 277), (424, 277), (334, 350), (376, 400), (566, 245), (376, 90), (334, 140), (424, 213), (60, 213)],
    [(590, 440), (654, 440), (654, 50), (590, 50)],
]
SPACE = [[(60, -140), (60, 60), (124, 60), (124, -76), (476, -76), (476, 60), (540, 60), (540, -140)]]
SIGNS = {0x21B5: ("return", 650, RETURN), 0x21E5: ("tab", 714, TAB), 0x2423: ("blank", 600, SPACE)}


def _add_signs(font: TTFont) -> None:
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    for code, (name, advance, contours) in SIGNS.items():
        pen = TTGlyphPen(None)
        for contour in contours:
            pen.moveTo(contour[0])
            for point in contour[1:]:
                pen.lineTo(point)
            pen.closePath()
        font["glyf"][name] = pen.glyph()
        font["hmtx"][name] = (advance, min(x for contour in contours for x, _ in contour))
        font["gvar"].variations[name] = []
        for table in font["cmap"].tables:
            table.cmap[code] = name
    font.setGlyphOrder(font["glyf"].glyphOrder)
    del font["HVAR"]  # it knows no width of theirs; without it widths come with the outlines


def outlines(font: TTFont) -> dict[str, Any]:
    """The signs of a variable font as paths.

    Returns
    -------
    dict
        ``unit``: units of an em; ``middle``: how far the middle of the em box lies above the baseline (CSS: "middle");
        ``weights``: of each weight ``glyphs``, a character to ``[advance, path]``, the path as SVG path data with y
        downwards, or to the character that it looks like, and ``kern``, ``{left, right, pairs}``: the classes of
        characters, and of each left class what each right class is moved by. Units of the em throughout.
    """
    ascent, descent = font["OS/2"].sTypoAscender, -font["OS/2"].sTypoDescender
    unit = font["head"].unitsPerEm
    return {
        "unit": unit,
        "middle": round(unit * (ascent / (ascent + descent) - 0.5)),
        "weights": {str(weight): _weight(font, weight) for weight in WEIGHTS},
    }


def _weight(font: TTFont, weight: int) -> dict[str, Any]:
    from copy import deepcopy

    from fontTools.varLib.instancer import instantiateVariableFont

    still = instantiateVariableFont(deepcopy(font), {"wght": weight})
    glyphs, names = still.getGlyphSet(), still.getBestCmap()
    drawn: dict[str, Any] = {}
    first: dict[tuple[int, str], str] = {}  # a Cyrillic A is the Latin one
    for code, name in sorted(names.items()):
        shape = (glyphs[name].width, _path(glyphs, name))
        drawn[chr(code)] = first.get(shape) or list(shape)
        first.setdefault(shape, chr(code))
    return {"glyphs": drawn, "kern": _kerning(still)}


def _path(glyphs: Any, name: str) -> str:
    from fontTools.pens.recordingPen import DecomposingRecordingPen

    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    steps, at = list[tuple[str, list[int]]](), (0, 0)
    for kind, points in pen.value:
        flipped = [(round(x), -round(y)) for x, y in points]
        if kind == "moveTo":
            steps.append(("M", list(flipped[0])))
        elif kind == "lineTo":
            steps.append(_line(flipped[0][0] - at[0], flipped[0][1] - at[1]))
        elif kind == "qCurveTo":
            for control, end in _quadratics(flipped):
                steps.append(("q", [value - at[axis] for point in (control, end) for axis, value in enumerate(point)]))
                at = end
        else:
            steps.append(("z", []))
        at = flipped[-1] if flipped else at
    return _path_data(steps)


def _line(dx: int, dy: int) -> tuple[str, list[int]]:
    if dy == 0:
        return "h", [dx]
    return ("v", [dy]) if dx == 0 else ("l", [dx, dy])


def _path_data(steps: list[tuple[str, list[int]]]) -> str:
    """SVG path data as short as it can be: a letter that goes on stands once, a minus parts two numbers."""
    text, before = "", ""
    for letter, numbers in steps:
        text += "" if letter == before else letter
        for value in numbers:
            text += f" {value}" if value >= 0 and text[-1].isdigit() else f"{value}"
        before = letter
    return text


def _quadratics(points: list[tuple[int, int]]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Controls and ends of a TrueType curve, whose ends between two controls are left out."""
    controls, last = points[:-1], points[-1]
    ends = [(round((a + c) / 2), round((b + d) / 2)) for (a, b), (c, d) in pairwise(controls)]
    return list(zip(controls, [*ends, last], strict=True))


def _kerning(still: TTFont) -> dict[str, Any]:
    """Which characters are moved towards each other, as classes of characters that are alike."""
    import numpy as np

    names = still.getBestCmap()
    characters = [chr(code) for code in sorted(names)]
    at = {name: [] for name in names.values()}  # type: dict[str, list[int]]
    for row, character in enumerate(characters):
        at[names[ord(character)]].append(row)
    table = np.zeros((len(characters), len(characters)), dtype=int)
    done = np.zeros_like(table, dtype=bool)
    for pairs in _pair_tables(still):
        _fill(table, done, pairs, at)
    left, right = _classes(table), _classes(table.T)
    rows = [int(np.flatnonzero(np.asarray(left) == k)[0]) for k in range(max(left) + 1)]
    columns = [int(np.flatnonzero(np.asarray(right) == k)[0]) for k in range(max(right) + 1)]
    small = table[np.ix_(rows, columns)]
    pairs = [{str(column): int(value) for column, value in enumerate(row) if value} for row in small]
    return {"left": _named(left, characters), "right": _named(right, characters), "pairs": pairs}


def _named(classes: list[int], characters: list[str]) -> list[str]:
    members = [
        [character for character, one in zip(characters, classes, strict=True) if one == k] for k in set(classes)
    ]
    return ["".join(characters) for characters in members]


def _classes(table: Any) -> list[int]:
    """Of each row the number of its kind, in the order in which kinds are met."""
    known: dict[bytes, int] = {}
    return [known.setdefault(row.tobytes(), len(known)) for row in table]


def _pair_tables(still: TTFont) -> list[Any]:
    gpos = still["GPOS"].table
    wanted = {
        i for one in gpos.FeatureList.FeatureRecord if one.FeatureTag == "kern" for i in one.Feature.LookupListIndex
    }
    tables = [sub for i in sorted(wanted) for sub in gpos.LookupList.Lookup[i].SubTable]
    inner = [sub.ExtSubTable if sub.LookupType == 9 else sub for sub in tables]
    return [sub for sub in inner if sub.LookupType == 2]


def _fill(table: Any, done: Any, pairs: Any, at: dict[str, list[int]]) -> None:
    """Writes what one table of pairs says into those that no table before has spoken of."""

    def put(left: str, right: str, value: Any) -> None:
        for row in at.get(left, ()):
            for column in at.get(right, ()):
                if not done[row, column]:
                    table[row, column] = (value.XAdvance if value and hasattr(value, "XAdvance") else 0) or 0
                    done[row, column] = True

    for k, left in enumerate(pairs.Coverage.glyphs):
        if pairs.Format == 1:
            for record in pairs.PairSet[k].PairValueRecord:
                put(left, record.SecondGlyph, record.Value1)
        elif left in at:
            row = pairs.Class1Record[pairs.ClassDef1.classDefs.get(left, 0)].Class2Record
            for right in at:
                put(left, right, row[pairs.ClassDef2.classDefs.get(right, 0)].Value1)


def main() -> None:
    """Write both files."""
    font = subset()
    text = json.dumps(outlines(font), ensure_ascii=False, separators=(",", ":"))
    write_atomically(FOLDER / "outlines.json", text + "\n")
    font.flavor = "woff2"
    font["head"].modified = font["head"].created  # the same bytes whenever it is made
    font.recalcTimestamp = False
    font.save(FOLDER / "source-sans.woff2")
    for name in ("source-sans.woff2", "outlines.json"):
        print(f"{name}: {(FOLDER / name).stat().st_size // 1000} KB")


if __name__ == "__main__":
    main()
