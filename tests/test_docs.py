"""What the README says is so: its figures, links, commands, options, and what its Python prints."""

from __future__ import annotations

import doctest
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["README.md", "CONTRIBUTING.md", "docs/architecture.md"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = ["", "trace", "atlas build", "atlas report"]

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
    "trustworthiness",
]


def report() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "assets" / "atlas" / "atlas.json").read_text(encoding="utf-8"))["report"]
    return found


def rows() -> list[list[str]]:
    """The cells of the figures' table, without its head."""
    table = README.split("<!-- figures -->")[1].split("<!-- /figures -->")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def same(printed: str, value: float) -> bool:
    """Whether the report's figure, rounded to the printed digits, is what is printed."""
    return f"{value:.{len(printed.partition('.')[2])}f}" == printed


def test_the_readmes_figures_are_those_of_the_shipped_report() -> None:
    figures = report()
    assert len(rows()) == len(FIGURES)
    for name, (what, here, pca, _) in zip(FIGURES, rows(), strict=True):
        assert same(here, figures[name]), f"{what}: {here} printed, {figures[name]} in the report ({name})"
        assert same(pca, figures["pca"][name]), f"{what}: {pca} printed, {figures['pca'][name]} in the report's PCA"


def test_an_aim_is_called_missed_exactly_where_it_is_missed() -> None:
    for what, here, _, wanted in rows():
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
    named = set(re.findall(r"--[a-z][a-z-]*", "\n".join(lines))) - {"--index-url"}
    run = [sys.executable, "-m", "embeddings.cli"]
    helped = [
        subprocess.run([*run, *command.split(), "--help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for command in COMMANDS
    ]
    assert {"--forbid", "--json", "--system", "--measure", "--out"} <= named
    assert named <= set(re.findall(r"--[a-z][a-z-]*", "\n".join(helped)))


def test_ci_runs_the_readmes_test_command() -> None:
    command = next(line for line in README.splitlines() if line.endswith(".venv/bin/pytest"))
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_readmes_python_prints_what_it_says() -> None:
    block = README.split("```python\n")[1].split("```")[0]
    example = doctest.DocTestParser().get_doctest(block, {}, "README", "README.md", 0)
    said: list[str] = []
    doctest.DocTestRunner(verbose=False).run(example, out=said.append)
    assert not said, "".join(said)
