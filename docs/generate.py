"""`python docs/generate.py` writes docs/command-line.md from the command's own help; tests/test_docs.py compares."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from embeddings.cli import main as cli

PAGE = Path(__file__).with_name("command-line.md")
COMMANDS = ("", "trace", "export", "film", "site", "sheet", "doctor", "atlas", "atlas build", "atlas report")
HEAD = """# The command line

What `--help` says, written here by `python docs/generate.py`. [README.md](../README.md) has examples, and the JSON of
`mindmap trace` field by field.
"""


def helped(command: str) -> str:
    """What ``mindmap COMMAND --help`` prints in 80 columns."""
    said = CliRunner().invoke(cli.app, [*command.split(), "--help"], prog_name="mindmap", env={"COLUMNS": "80"})
    return said.output.rstrip("\n")


def command_line() -> str:
    """The whole page."""
    parts = [f"## {' '.join(['mindmap', *command.split()])}\n\n```text\n{helped(command)}\n```" for command in COMMANDS]
    return "\n\n".join([HEAD.rstrip("\n"), *parts]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(command_line(), encoding="utf-8")
