"""The command: help that reads well, and errors that are one sentence and exit code 2."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from embeddings.cli import main as cli
from embeddings.errors import UserError
from embeddings.model.language_model import LanguageModel

ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "-c", "import sys; from embeddings.cli.main import main; sys.exit(main())"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=240)


@pytest.mark.parametrize("arguments", [(), ("trace",), ("atlas",), ("atlas", "build"), ("atlas", "report")])
def test_every_command_explains_itself(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(*arguments, "--help") == 0
    said = capsys.readouterr().out
    assert "Usage" in said and "Traceback" not in said and "[/" not in said


def main(*arguments: str) -> int:
    before, sys.argv = sys.argv, ["mindmap", *arguments]
    try:
        return cli.main()
    finally:
        sys.argv = before


@pytest.mark.parametrize(
    "arguments",
    [
        ("trace",),
        ("frobnicate",),
        ("atlas",),
        ("trace", "--user", "x", "--temperature", "hot"),
        ("trace", "--user", "x", "--nonsense"),
        ("trace", "--user", "x", "--forbid", "  "),
        ("--port", "99999999"),
        ("trace", "--user", "x", "--seed", "1.5"),
        ("trace", "--user", "x", "--at", "3"),
        ("trace", "--from", "nowhere.json"),
        ("trace", "--from", "nowhere.json", "--at", "3", "--token", "5"),
        ("trace", "--from", "nowhere.json", "--user", "x", "--at", "3", "--token", "5"),
        ("trace", "--user", "x", "--avoid", "freedom", "--weight", "nan"),
        ("trace", "--user", "x", "--avoid", "freedom", "--weight", "1e9"),
        ("trace", "--user", "x", "--avoid", "freedom", "--reach", "0"),
        ("trace", "--user", "x", "--toward", "atlantis"),
    ],
)
def test_an_error_is_one_sentence_and_code_2(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(*arguments) == 2
    out, err = capsys.readouterr()
    assert not out and re.fullmatch(r"mindmap: [^\n]+\.\n", err)


def test_an_error_of_the_model_side_is_its_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import embeddings

    def refuse() -> None:
        raise UserError("There is no atlas: run `mindmap atlas build`.")

    monkeypatch.setattr(embeddings, "load_atlas", refuse, raising=False)
    assert main("atlas", "report") == 2
    assert capsys.readouterr().err == "mindmap: There is no atlas: run `mindmap atlas build`.\n"


def test_asking_for_help_imports_no_torch() -> None:
    heavy = "{'torch', 'streamlit', 'numpy'}"
    code = f"import sys, embeddings.cli.main, embeddings.cli.serve; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_report_is_printed_as_lines() -> None:
    lines = cli.lines_of({"start_moves": 0.31, "variants": {"pca": {"neighbours_kept": 0.15}}, "ends": [0.2, 0.41]})
    assert [line.split() for line in lines] == [
        ["start", "moves", "0.310"],
        ["variants"],
        ["pca"],
        ["neighbours", "kept", "0.150"],
        ["ends", "0.200", "to", "0.410"],
    ]


@pytest.mark.slow
def test_a_trace_is_the_documented_json(atlas: object) -> None:
    done = run(
        "trace",
        "--system",
        "You are a pirate.",
        "--user",
        "What is rain?",
        "--max-new-tokens",
        "6",
        "--forbid",
        "water",
        "--json",
        "-",
    )
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert set(data) == {
        "version",
        "model",
        "atlas",
        "settings",
        "messages",
        "rewards",
        "parent",
        "request",
        "text",
        "start",
        "tokens",
        "fidelity",
    }
    assert data["version"] == 1 and data["model"]["dtype"] == "float32"
    assert data["rewards"] == [{"word": "water", "weight": "ban"}] and data["parent"] is None
    keys = {"id", "text", "position", "off_map", "probability", "entropy", "grip", "pull", "kl", "candidates"}
    assert all(set(token) == {*keys, "inside", "scores", "after"} for token in data["tokens"])
    assert "".join(token["text"] for token in data["tokens"]) == data["text"]


@pytest.mark.slow
def test_a_saved_road_takes_another_turn_under_its_signs(
    model: LanguageModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("embeddings.load_model", lambda progress: model)  # the real one, read already
    road, child = tmp_path / "road.json", tmp_path / "child.json"
    common = ("--max-new-tokens", "8", "--json", str(road))
    asked = ("trace", "--system", "", "--user", "Why do people fight?", "--avoid", "freedom", "--forbid", "people")
    assert main(*asked, "--weight", "2", *common) == 0
    assert main("trace", "--from", str(road), "--at", "3", "--text", " cheese", "--json", str(child)) == 0
    first, second = (json.loads(path.read_text(encoding="utf-8")) for path in (road, child))
    assert [token["id"] for token in second["tokens"][:3]] == [token["id"] for token in first["tokens"][:3]]
    assert second["parent"]["at"] == 3 and second["parent"]["typed"] == " cheese" and " cheese" in second["text"]
    assert second["rewards"] == first["rewards"] and first["rewards"][1]["region"] == "freedom"
    assert any(token["kl"] > 0 for token in first["tokens"]) and "people" not in second["text"].casefold()
