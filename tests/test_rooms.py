"""The house keeps its rooms apart: what each side may import, and what arrives before a model is asked for."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"torch", "transformers", "umap", "numba", "sklearn", "pandas"}


def imported(path: Path) -> set[str]:
    """Top-level packages that a file imports, anywhere in it."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return found


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", files("embeddings"), ids=lambda path: path.name)
def test_the_model_side_imports_no_page_and_no_picture(path: Path) -> None:
    assert not imported(path) & {"streamlit", "plotly", "starlette", "viz"}


@pytest.mark.parametrize("path", files("viz"), ids=lambda path: path.name)
def test_the_picture_side_imports_no_model(path: Path) -> None:
    assert not imported(path) & {"torch", "transformers", "umap", "numba"}


def test_only_the_seam_and_what_it_needs_knows_the_model_side() -> None:
    knowing = {path.name for path in files("viz") if "embeddings" in imported(path)}
    assert knowing <= {
        "session.py", "strings.py", "worker.py", "validate.py", "routes.py", "rail.py", "sign_list.py", "main.py",
        "ground.py", "record.py", "forks.py", "sign.py", "chips.py", "put_up.py", "probes.py", "player_events.py",
    }  # fmt: skip


def test_the_entry_holds_the_page_and_the_routes_and_nothing_else() -> None:
    tree = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    assert not [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert imported(ROOT / "app.py") == {"streamlit", "viz"}


def test_opening_the_page_imports_nothing_heavy() -> None:
    code = "import sys, app, viz.rail, viz.worker, embeddings; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & HEAVY


def test_no_file_of_code_is_longer_than_a_reader_can_hold() -> None:
    long = {p.name: n for p in [*files("embeddings"), *files("viz")] if (n := len(p.read_text().splitlines())) > 400}
    assert not long


def test_every_text_that_the_code_names_is_in_the_strings_file() -> None:
    from viz.strings import section

    missing = []
    for path in files("viz"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("text", "section"):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant):
                    try:
                        section(first.value)
                    except (KeyError, TypeError):
                        missing.append(first.value)
    assert not missing
