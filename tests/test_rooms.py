"""The house keeps its rooms and floors: what each folder may import, in which direction, and what arrives before a
model is asked for. Every import counts, inside a function and under TYPE_CHECKING too."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"torch", "transformers", "umap", "numba", "sklearn", "pandas"}

# From the ground up: a room may import those below it. A folder inside a room belongs to it.
FLOORS = (
    ("embeddings",),
    ("embeddings.model",),
    ("embeddings.atlas",),
    ("embeddings.steering",),
    ("embeddings.decoding",),
    ("embeddings.fitting",),
    ("embeddings.experiments",),
    ("embeddings.cli",),
    ("viz",),
    ("viz.scene",),
    ("viz.lesson",),
    ("viz.drive",),
    ("viz.export",),
    ("viz.server", "viz.recording"),
    ("viz.page",),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
SEAM = "viz.drive.embeddings_side"
# Of the ground floor: data, which both sides share.
VALUES = {"errors", "files", "paths", "chat", "request", "request_json", "numbers", "typed", "characters"}
VALUES |= {"paths", "table", "table_about", "table_file", "road_file", "road_table"}

# Modules without a test file of their name: where they are tested instead, or in words why nowhere.
TESTED_IN = {
    "embeddings.atlas.layout": "embeddings/atlas/test_atlas.py",
    "embeddings.atlas.lens": "embeddings/fitting/test_build.py",
    "embeddings.atlas.placer": "embeddings/atlas/test_atlas.py",
    "embeddings.atlas.places": "two values without a method",
    "embeddings.atlas.store": "embeddings/fitting/test_build.py",
    "embeddings.characters": "embeddings/test_typed.py",
    "embeddings.chat": "embeddings/test_request.py",
    "embeddings.decoding.grip": "embeddings/decoding/test_generate.py",
    "embeddings.decoding.lookahead": "embeddings/decoding/test_generate.py",
    "embeddings.decoding.loop": "embeddings/decoding/test_generate.py",
    "embeddings.decoding.rollouts": "embeddings/experiments/test_further.py",
    "embeddings.decoding.sampling": "embeddings/steering/test_steer.py",
    "embeddings.doors": "test_rooms.py",
    "embeddings.errors": "one class without a method",
    "embeddings.experiments.curves": "viz/page/test_findings.py",
    "embeddings.experiments.pull": "viz/page/test_findings.py",
    "embeddings.files": "embeddings/model/test_weights.py",
    "embeddings.fitting.answers": "embeddings/fitting/test_build.py",
    "embeddings.fitting.assemble": "embeddings/fitting/test_build.py",
    "embeddings.fitting.clusters": "embeddings/fitting/test_build.py",
    "embeddings.fitting.corpus": "embeddings/fitting/test_build.py",
    "embeddings.fitting.fit": "embeddings/fitting/test_build.py",
    "embeddings.fitting.judge": "embeddings/fitting/test_build.py",
    "embeddings.fitting.samples": "embeddings/fitting/test_build.py",
    "embeddings.model.prompt": "embeddings/decoding/test_branch.py",
    "embeddings.model.spelling": "embeddings/model/test_vocabulary.py",
    "embeddings.parsed": "embeddings/decoding/test_trajectory_file.py",
    "embeddings.paths": "embeddings/fitting/test_build.py",
    "embeddings.road_file": "embeddings/decoding/test_trajectory_file.py",
    "embeddings.steering.probe": "embeddings/steering/test_region_reward.py",
    "embeddings.steering.reward": "embeddings/steering/test_steer.py",
    "embeddings.steering.rewards": "embeddings/steering/test_steer.py",
    "embeddings.table": "embeddings/test_table_file.py",
    "embeddings.table_about": "embeddings/test_table_file.py",
    "embeddings.trajectory": "embeddings/decoding/test_trajectory_file.py",
    "viz.drive.driving": "viz/drive/test_job.py",
    "viz.drive.embeddings_side": "viz/drive/test_worker_live.py",
    "viz.drive.events": "viz/drive/test_job.py",
    "viz.drive.side": "a protocol, which mypy holds the two sides to",
    "viz.drive.starts": "viz/drive/test_worker.py",
    "viz.drive.task": "viz/drive/test_worker.py",
    "viz.export.command": "embeddings/cli/test_products.py",
    "viz.export.headless": "viz/export/test_browser.py",
    "viz.export.pdf": "embeddings/cli/test_products.py",
    "viz.export.saved_page": "viz/player/test_standalone.py",
    "viz.export.site_pages": "viz/export/test_site.py",
    "viz.export.thumbnails": "viz/export/test_site.py",
    "viz.export.words": "viz/player/test_standalone.py",
    "viz.lesson.__main__": "viz/lesson/test_lesson.py",
    "viz.lesson.drawing": "viz/lesson/test_sheet.py",
    "viz.lesson.fields": "viz/lesson/test_lesson.py",
    "viz.lesson.paper": "viz/lesson/test_notes_page.py",
    "viz.lesson.stage": "viz/lesson/test_lesson.py",
    "viz.page.charts": "viz/page/test_findings.py",
    "viz.page.steps.map": "viz/page/test_places.py",
    "viz.page.steps.road": "viz/page/test_places.py",
    "viz.page.steps.signs": "viz/page/test_places.py",
    "viz.page.steps.start": "viz/page/test_places.py",
    "viz.page.theme": "viz/page/test_lost.py",
    "viz.scene.link": "viz/scene/test_link_json.py",
    "viz.scene.recorded": "viz/page/test_scene_menu.py",
    "viz.scene.schema": "viz/scene/test_scene.py",
    "viz.scene.post": "viz/scene/test_ground.py",
    "viz.server.http": "viz/server/test_live.py",
    "viz.server.routes": "viz/server/test_hosts.py",
    "viz.letters": "viz/player/test_standalone.py",
    "viz.strings": "test_rooms.py",
}


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): path for side in ("embeddings", "viz") for path in files(side)}


def room_of(module: str) -> str:
    """The folder of a module, at most one below the side."""
    folder = FILES[module].relative_to(ROOT).parent.parts
    return ".".join(folder[:2])


def imports(path: Path, *, running: bool = False) -> set[str]:
    """Full names that a file imports, anywhere in it; ``running``: not those for a type checker alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {id(inner) for node in ast.walk(tree) if running and _for_types(node) for inner in ast.walk(node)}
    found = set[str]()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: name the room, a relative import hides it"
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in FILES else str(node.module) for name in full}
    return found


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def ours(path: Path) -> set[str]:
    return {name for name in imports(path) if name in FILES}


def is_door(module: str) -> bool:
    """An `__init__`, which only hands names on."""
    return FILES[module].name == "__init__.py"


def circle(arrows: dict[str, set[str]]) -> list[str]:
    """Some names that lead back to the first of them; empty where there are none."""
    done, path = set[str](), list[str]()

    def visit(name: str) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        path.append(name)
        for following in sorted(arrows.get(name, ())):
            if found := visit(following):
                return found
        path.pop()
        done.add(name)
        return []

    return next((found for name in sorted(arrows) if (found := visit(name))), [])


def test_every_folder_is_a_room_with_a_floor_and_a_door() -> None:
    rooms = {room_of(module) for module in FILES}
    assert rooms == set(FLOOR)
    assert [room for room in rooms if not (ROOT / room.replace(".", "/") / "__init__.py").is_file()] == []


@pytest.mark.parametrize("module", [module for module in FILES if not is_door(module)])
def test_no_import_leads_to_a_higher_floor(module: str) -> None:
    here = room_of(module)
    above = {
        other
        for other in ours(FILES[module])
        if room_of(other) != here and FLOOR[room_of(other)] >= FLOOR[here] and not _front_door(other)
    }
    assert not above


def _front_door(module: str) -> bool:
    """`embeddings` itself, the public face that everybody outside uses."""
    return module == "embeddings"


def test_every_module_has_a_test_file_of_its_name_or_says_where_it_is_tested() -> None:
    def own(module: str) -> bool:
        path = FILES[module].relative_to(ROOT)
        return (ROOT / "tests" / path.parent / f"test_{path.name}").is_file()

    assert {module for module in FILES if not is_door(module) and not own(module)} == set(TESTED_IN)
    said = [where for where in TESTED_IN.values() if where.endswith(".py")]
    assert [where for where in said if not (ROOT / "tests" / where).is_file()] == []


def test_a_door_opens_only_on_its_own_room() -> None:
    doors = {module: ours(FILES[module]) for module in FILES if is_door(module) and module != "embeddings"}
    assert {
        module: out
        for module, names in doors.items()
        if (out := {name for name in names if not name.startswith(module) and name != "embeddings.doors"})
    } == {}


def test_no_files_import_in_a_circle() -> None:
    assert circle({module: ours(path) - {module} for module, path in FILES.items() if not is_door(module)}) == []


def test_no_rooms_import_in_a_circle() -> None:
    arrows: dict[str, set[str]] = {room: set() for room in FLOOR}
    for module, path in FILES.items():
        if not is_door(module):
            arrows[room_of(module)] |= {room_of(other) for other in ours(path) if not _front_door(other)}
    assert circle({room: others - {room} for room, others in arrows.items()}) == []


def test_the_circles_are_found_where_there_are_some() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


@pytest.mark.parametrize("path", files("embeddings"), ids=name_of)
def test_the_model_side_imports_no_page_and_no_picture(path: Path) -> None:
    assert not packages(path) & {"streamlit", "plotly", "starlette", "viz"}


@pytest.mark.parametrize("path", files("viz"), ids=name_of)
def test_the_picture_side_imports_no_model(path: Path) -> None:
    assert not packages(path) & {"torch", "transformers", "umap", "numba"}


def test_the_picture_side_meets_the_model_side_in_one_seam() -> None:
    """Values of the ground floor are shared, and types are named; what runs on the model side is called in the seam."""
    shared = {f"embeddings.{name}" for name in VALUES}
    meeting = {
        module: out
        for module, path in FILES.items()
        if module.startswith("viz.") and module != SEAM
        if (out := {name for name in imports(path, running=True) if name.split(".")[0] == "embeddings"} - shared)
    }
    assert meeting == {}


def test_the_ground_floor_needs_no_torch() -> None:
    modules = [module for module in FILES if room_of(module) == "embeddings"]
    assert not _loaded(f"import {', '.join(modules)}") & HEAVY


def test_the_entry_holds_the_page_and_the_routes_and_nothing_else() -> None:
    tree = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    assert not [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert packages(ROOT / "app.py") == {"streamlit", "viz"}


def test_opening_the_page_imports_nothing_heavy() -> None:
    assert not _loaded("import app, viz.page.rail, viz.drive.worker, embeddings, embeddings.request_json") & HEAVY


def _loaded(code: str) -> set[str]:
    """Top-level packages that are there once some code has run."""
    code = f"import sys; {code}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def _constants(path: Path, names: Iterable[str]) -> list[str]:
    """First arguments, where they are plain text, of calls to functions of these names."""
    found = list[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.append(first.value)
    return found


def test_every_text_that_the_code_names_is_in_the_strings_file() -> None:
    from viz.strings import section

    missing = []
    for path in files("viz"):
        for name in _constants(path, ("text", "section")):
            try:
                section(name)
            except (KeyError, TypeError):
                missing.append(name)
    assert not missing
