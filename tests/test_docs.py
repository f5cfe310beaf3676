"""What README and docs say is so: figures, links, commands, options, files, fields, and what the Python prints."""

from __future__ import annotations

import doctest
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from embeddings import trace
from embeddings.atlas.atlas import Atlas
from embeddings.decoding.trajectory_file import to_json
from embeddings.model.language_model import LanguageModel

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["README.md", "CONTRIBUTING.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAP = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
FIELDS_OF_JSON = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")

# The rows of the table of figures, in order, and where the report holds each.
FIGURES = [
    "start_behaviour_map",
    "start_behaviour_full",
    "start_moves",
    "steps_over_half",
    "first_step",
    "start_to_first_crossing",
    "road_width",
    "neighbours_kept",
    "neighbours_kept_all_components",
    "theme_agreement",
    "theme_chance",
    "named_share",
    "named_right",
    "trustworthiness",
]


def report() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "assets" / "atlas" / "atlas.json").read_text(encoding="utf-8"))["report"]
    return found


def rows() -> list[list[str]]:
    """The cells of the figures' table, without its head."""
    table = MAP.split("<!-- figures -->")[1].split("<!-- /figures -->")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def same(printed: str, value: float) -> bool:
    """Whether the report's figure, rounded to the printed digits, is what is printed."""
    return f"{value:.{len(printed.partition('.')[2])}f}" == printed


def test_the_figures_are_those_of_the_shipped_report() -> None:
    figures = report()
    assert len(rows()) == len(FIGURES)
    for name, (what, here, between, other, pca, _) in zip(FIGURES, rows(), strict=True):
        ends = figures["intervals"].get(name, [])
        for printed, value in [
            (here, figures[name]),
            (other, figures["chosen_by"][name]),
            (pca, figures["pca"].get(name)),
            *zip(between.split(" to ") if ends else [], ends, strict=True),
        ]:
            assert same(printed, value) if value is not None else printed == "", f"{what}: {printed}, not {value}"


def test_an_aim_is_called_missed_exactly_where_it_is_missed() -> None:
    for what, here, *_, wanted in rows():
        bound = re.search(r"aim (\d+\.\d+)", wanted)
        if bound:
            low = "step" in what  # steps are wanted short
            missed = float(here) > float(bound[1]) if low else float(here) < float(bound[1])
            assert missed == ("not reached" in wanted), what


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)\)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).is_file()] == []


def test_every_option_in_the_readme_is_in_the_help() -> None:
    lines = [line for line in README.splitlines() if re.match(r"mindmap\b", line) or "`--" in line]
    named = set(re.findall(r"--[a-z][a-z-]*", "\n".join(lines))) - {"--index-url", "--disable-gpu-compositing"}
    helped = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert {"--forbid", "--json", "--system", "--measure", "--out"} <= named
    assert named <= set(re.findall(r"--[a-z][a-z-]*", helped))


def test_the_page_of_the_command_line_is_the_help() -> None:
    code = "import sys; sys.path.insert(0, 'docs'); import generate; print(generate.command_line(), end='')"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert said == page, "the help has changed: run `python docs/generate.py`"


def test_ci_runs_the_readmes_test_command() -> None:
    command = next(line for line in README.splitlines() if line.endswith(".venv/bin/pytest"))
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_contributing_gives_the_plain_lines_of_make() -> None:
    targets = re.findall(r"^(\w+):\n\t(.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    said = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert len(targets) == 5
    assert [target for target, line in targets if not re.search(rf"make {target} +# {re.escape(line)}\n", said)] == []


def test_the_architecture_prints_the_shape_of_a_scene_from_its_models() -> None:
    from viz.scene.schema import listing

    said = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert said.split("<!-- scene -->")[1].split("<!-- /scene -->")[0] == f"\n```\n{listing()}\n```\n"


def test_the_page_of_the_table_prints_its_dictionary_of_columns() -> None:
    from embeddings.table import listing

    said = (ROOT / "docs" / "table.md").read_text(encoding="utf-8")
    assert said.split("<!-- columns -->")[1].split("<!-- /columns -->")[0] == f"\n{listing()}\n"


def test_the_architecture_names_every_file() -> None:
    said = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tree = said.split("## The tree")[1].split("```")[1]
    files = [path for side in ("embeddings", "viz") for path in (ROOT / side).rglob("*.py") if path.stem[0] != "_"]
    files = [path for path in files if "steps" not in path.parts]
    assert [str(path) for path in sorted(files) if path.stem not in re.findall(r"\w+", tree)] == []


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


def test_the_readmes_figures_of_the_map_are_the_reports() -> None:
    figures = report()
    said = README.split("## How the map is made")[1].split("\n## ")[0]
    for name in ("start_behaviour_map", "start_behaviour_full", "neighbours_kept"):
        assert f"{figures[name]:.2f}" in said, name
    for name in ("start_behaviour_map", "neighbours_kept"):
        assert f"{figures['pca'][name]:.2f}" in said, name


def test_the_readme_counts_what_the_map_was_made_from() -> None:
    made = json.loads((ROOT / "assets" / "atlas" / "atlas.json").read_text(encoding="utf-8"))["settings"]
    sentence = f"answered {made['questions']} questions under {made['system_prompts']} system prompts"
    assert sentence in README and f"the state after layer {made['layer']}" in README


def test_the_fields_of_the_json_are_named(model: LanguageModel, atlas: Atlas) -> None:
    road = to_json(trace(model, user="What is rain?", max_new_tokens=1), atlas, atlas.start(model, None))
    table = FIELDS_OF_JSON
    rows = [line.split("|")[1:3] for line in table.splitlines() if line.startswith("| ")][1:]
    named = [(name.strip().startswith("-"), field) for name, _ in rows for field in re.findall(r"`(\w+)`", name)]
    assert [field for inner, field in named if not inner] == list(road)
    assert [field for inner, field in named if inner] == list(road["tokens"][0])
    for field in ("model", "atlas", "settings", "start"):
        said = next(what for name, what in rows if f"`{field}`" in name)
        assert set(re.findall(r"`(\w+)`", said)) == set(road[field]), field


@pytest.mark.slow
def test_the_readmes_python_prints_what_it_says() -> None:
    block = README.split("```python\n")[1].split("```")[0]
    example = doctest.DocTestParser().get_doctest(block, {}, "README", "README.md", 0)
    said: list[str] = []
    doctest.DocTestRunner(verbose=False).run(example, out=said.append)
    assert not said, "".join(said)


def test_the_readme_says_what_the_experiments_found() -> None:
    folder = ROOT / "assets" / "experiments"
    regions = json.loads((folder / "curves.json").read_text(encoding="utf-8"))["regions"]
    table = README.split("<!-- signs -->")[1].split("<!-- /signs -->")[0]
    for name, entries in regions.items():
        at = {entry["weight"]: entry for entry in entries}
        plain, signed, other = at[0.0], at[-3.0], at[-3.0]["placebo"]
        row = f"| {name} | {plain['inside']:.2f} | {signed['inside']:.2f} | {signed['kl']:.0f} nats |"
        assert f"{row} {other['inside']:.2f} | {other['kl']:.0f} nats |" in table
    decisions = (ROOT / "docs/decisions.md").read_text(encoding="utf-8")
    further = json.loads((folder / "further.json").read_text(encoding="utf-8"))["regions"]
    for entry in further.values():
        found = entry["at_equal_kl"]["30"]
        low, high = (-value for value in reversed(found["interval"]))
        assert f"{-found['difference']:.2f} (" in README and f"{low:.2f} to {high:.2f}" in README
        for found in entry["at_equal_kl"].values():
            low, high = found["interval"]
            assert f"{found['difference']:.2f} ({low:.2f} to {high:.2f})" in decisions
    pull = json.loads((folder / "pull.json").read_text(encoding="utf-8"))
    said = " ".join(README.split("## What the signs do")[1].split("## ")[0].split())
    for found in (pull["slope"], pull["placebo_slope"]):
        mean, low, high = (f"{1000 * found[name]:.1f}" for name in ("mean", "low", "high"))
        assert mean in said and f"{low} to {high}" in said
    for token in (0, 3):
        assert f"{100 * pull['curve'][token]['pull']['mean']:.0f} %" in said
