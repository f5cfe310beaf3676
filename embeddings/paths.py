"""Where the shipped files are: beside the code in an installed package, at the top of the tree in a checkout."""

from pathlib import Path

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


def _first(installed: Path, checkout: Path) -> Path:
    return installed if installed.exists() else checkout
