"""Where the shipped files are: beside the code in an installed package, at the top of the tree in a checkout; and which
version of the program this is."""

import tomllib
from functools import cache
from importlib.metadata import version
from pathlib import Path

PROGRAM = "mindmap-navigator"
_PACKAGE = Path(__file__).resolve().parent
_TREE = _PACKAGE.parent


def assets() -> Path:
    """Folder of the atlas, the corpus, the recorded scenes and the strings."""
    return _first(_PACKAGE / "assets", _TREE / "assets")


def code() -> Path:
    """Folder of our packages."""
    return _TREE


def app_file() -> Path:
    """The Streamlit entry, `app.py`."""
    return _first(_TREE / "viz" / "app.py", _TREE / "app.py")


@cache
def program_version() -> str:
    """Of the code that runs: a checkout's own, whatever was noted down when it was installed."""
    project = _TREE / "pyproject.toml"
    if not project.is_file():
        return version(PROGRAM)
    return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])


def _first(installed: Path, checkout: Path) -> Path:
    return installed if installed.exists() else checkout
