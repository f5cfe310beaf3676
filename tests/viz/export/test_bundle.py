"""One text from modules that lie in rooms: what is followed, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from viz.export.bundle import bundle


def lay(folder: Path, **modules: str) -> Path:
    """Modules by their path, in which two underscores stand for a slash."""
    for name, source in modules.items():
        path = folder / f"{name.replace('__', '/')}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return folder


def test_modules_in_rooms_are_found_from_where_they_are_named(tmp_path: Path) -> None:
    lay(
        tmp_path,
        start='import { b } from "./map/b.js";\nimport { c } from "./c.js";\nconst all = b + c;\n',
        map__b='import { c } from "../c.js";\nimport { d as e } from "./d.js";\nexport const b = c + e;\n',
        map__d="export const d = 3;\n",
        c="export const c = 1;\n",
    )
    text = bundle(tmp_path, "start.js")
    assert "import" not in text and "export" not in text
    order = [text.index(part) for part in ("const c = 1", "const d = 3", "const b = c + e", "const all = b + c")]
    assert order == sorted(order) and text.count("const c = 1") == 1


def test_modules_of_nearly_one_name_stay_apart(tmp_path: Path) -> None:
    lay(
        tmp_path,
        start='import { a } from "./map/a.js";\nimport { a as b } from "./map_a.js";\nconst all = [a, b];\n',
        map__a="export const a = 1;\n",
        map_a="export const a = 2;\n",
    )
    text = bundle(tmp_path, "start.js")
    handles = {line.split(" = ")[0] for line in text.splitlines() if line.startswith("const __")}
    assert len(handles) == 3


def test_forms_that_it_does_not_know_are_refused(tmp_path: Path) -> None:
    lay(tmp_path, a='import { b } from "./b.js";\nexport const a = b + 1;\n', b="export default 3;\n")
    with pytest.raises(ValueError, match="export default 3"):
        bundle(tmp_path, "a.js")
    for form in (
        'import * as b from "./b.js";',
        'import { b } from "b";',
        'import { b } from "/b.js";',
        'import "./b.js";',
    ):
        lay(tmp_path, a=f"{form}\nexport const a = 1;\n", b="export const b = 3;\n")
        with pytest.raises(ValueError, match="not a form"):
            bundle(tmp_path, "a.js")


def test_a_name_without_a_declaration_of_its_own_is_refused(tmp_path: Path) -> None:
    lay(tmp_path, a='import { b, c } from "./b.js";\nexport const a = b + c;\n', b="export const b = 1,\n  c = 2;\n")
    with pytest.raises(ValueError, match=r'a\.js: b\.js has no declaration of its own for "c"'):
        bundle(tmp_path, "a.js")
    lay(tmp_path, b="export const b = 1;\nexport const c = 2;\n")
    assert "const c = 2" in bundle(tmp_path, "a.js")


def test_a_circle_is_refused_across_rooms_too(tmp_path: Path) -> None:
    lay(tmp_path, a='import { b } from "./map/b.js";\nexport const a = b;\n')
    lay(tmp_path, map__b='import { a } from "../a.js";\nexport const b = 1;\n')
    with pytest.raises(ValueError, match="circle"):
        bundle(tmp_path, "a.js")


def test_nothing_outside_of_the_folder_is_taken_in(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    lay(tmp_path, out="export const o = 1;\n")
    lay(tmp_path / "in", a='import { o } from "../out.js";\nexport const a = o;\n')
    with pytest.raises(ValueError, match="outside"):
        bundle(tmp_path / "in", "a.js")
