"""The player's rooms keep their floors, and each thing its owner: read from the sources, without a browser."""

import re
from pathlib import Path

import pytest

PLAYER = Path(__file__).resolve().parents[3] / "viz" / "player"
FLOORS = ("state", "map", "draw", "film", "parts")  # from below; above them the files of the top that put them together
SOURCES = {path.relative_to(PLAYER).as_posix(): path.read_text(encoding="utf-8") for path in PLAYER.rglob("*.js")}
CODE = {name: re.sub(r"^\s*(//|/?\*).*$|\s//\s.*$", "", source, flags=re.MULTILINE) for name, source in SOURCES.items()}
IMPORT = re.compile(r'\bfrom "([^"]+)"|\bimport "([^"]+)"|\bimport\("([^"]+)"\)')


def imported(name: str) -> list[str]:
    """The modules that one imports, by their path in the player."""
    found = ["".join(groups) for groups in IMPORT.findall(SOURCES[name])]
    assert all(path.startswith(("./", "../")) for path in found), f"{name} imports from outside: {found}"
    return [((PLAYER / name).parent / path).resolve().relative_to(PLAYER).as_posix() for path in found]


def room(name: str) -> str:
    """Its folder; a file of the top that imports nothing is the ground, any other one the roof."""
    if "/" in name:
        return name.split("/")[0]
    return "roof" if imported(name) else "ground"


def test_every_import_leads_to_a_module_and_every_folder_is_on_a_floor() -> None:
    assert {path for name in SOURCES for path in imported(name)} <= set(SOURCES)
    assert {path.name for path in PLAYER.iterdir() if path.is_dir()} == set(FLOORS)


def test_no_module_imports_from_a_higher_floor() -> None:
    order = {name: rank for rank, name in enumerate(("ground", *FLOORS, "roof"))}
    up = [(name, path) for name in SOURCES for path in imported(name) if order[room(name)] < order[room(path)]]
    assert up == []


def test_modules_import_in_no_circle() -> None:
    left = {name: set(imported(name)) for name in SOURCES}
    while free := [name for name, needs in left.items() if not needs & set(left)]:
        for name in free:
            del left[name]
    assert left == {}, f"a circle among {sorted(left)}"


OWNED = (
    "player|journey|clock|stage|plotly|eye|frames|readout|shell|text|crossing|stretch|variants|strip|save|tip|menu|table"
    "|trust|present|transport|saying"
)
ELEMENT = "textContent|hidden|title|style|tabIndex|value|disabled"  # properties of an element, whoever holds it


def test_a_class_alone_writes_to_its_fields() -> None:
    wrong = []
    for name, source in CODE.items():
        for found in re.finditer(rf"\b(?:{OWNED})((?:\.\w+)+)\s*(?:(?:[-+*/]|\?\?|\|\||&&)?=(?![=>])|\+\+|--)", source):
            if not re.search(rf"\.(?:{ELEMENT})\b", found[1]):
                wrong.append((name, found[0]))
        wrong += [(name, found[0]) for found in re.finditer(rf"Object\.assign\((?:this\.)?(?:{OWNED})\b", source)]
    assert wrong == []


@pytest.mark.parametrize(
    "line", ["player.which = 1;", "player.journey.blend ??= 2;", "player.count++;", "Object.assign(player, { a });"]
)
def test_a_field_that_is_written_from_outside_would_be_found(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CODE, "new.js", line)
    with pytest.raises(AssertionError):
        test_a_class_alone_writes_to_its_fields()


def test_one_file_knows_what_plotly_is_inside() -> None:
    inside = re.compile(
        r"\b_fullLayout|\b_scene\b|glplot|dataScale|saveLayout|drawPick|cameraParams|onrender\b|Plotly\."
    )
    assert [name for name, source in CODE.items() if inside.search(source.replace("globalThis.Plotly", ""))] == [
        "map/plotly.js"
    ]


def test_no_module_knows_streamlit_but_its_adapters() -> None:
    assert sorted(name for name, source in CODE.items() if "setStateValue" in source) == [
        "promptbox.js",
        "streamlit.js",
    ]


def test_the_two_components_meet_in_events_and_in_no_global() -> None:
    used = {name: set(re.findall(r"\bglobalThis\b\W*(\w+)", source)) for name, source in CODE.items()}
    assert {name: names for name, names in used.items() if names} == {
        "standalone.js": {"Plotly", "__mm"},
        "streamlit.js": {"Plotly", "__mm"},
        "website.js": {"Plotly", "__mm", "mindmapData"},
    }
    assert not any("__mm." in source for source in CODE.values())  # it is for tests to read, and for nobody else
    sent = set(re.findall(r'CustomEvent\("([\w:]+)"', CODE["promptbox.js"]))
    heard = set(re.findall(r'document\.addEventListener\(\s*"(mindmap:\w+)"', CODE["streamlit.js"]))
    assert sent == heard == {"mindmap:flag", "mindmap:start"}


def test_only_where_a_scene_is_read_a_text_is_asked_whether_it_ends_the_answer() -> None:
    assert [name for name, source in CODE.items() if r"<\|" in source] == ["state/journey.js"]
