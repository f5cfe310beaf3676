"""One text from the player's modules, for the page that plays from a file, where a module may not import another."""

import re
from pathlib import Path

PLAYER = Path(__file__).resolve().parents[1] / "player"
IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.-]+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) )", re.MULTILINE)
NAME = re.compile(r"^export (?:async )?(?:function|const|class) (\w+)", re.MULTILINE)


def bundle(folder: Path, entry: str) -> str:
    """The modules that ``entry`` needs, in the order of need, each as a closure that returns its exports.

    Parameters
    ----------
    folder : Path
        Where the modules lie, side by side.
    entry : str
        File name of the module that starts everything.

    Returns
    -------
    str
        Plain JavaScript for a ``<script type="module">`` without any import.

    Raises
    ------
    ValueError
        If a module uses another form than ``import { a, b } from "./x.js";`` and ``export function | const | class``,
        or if modules import in a circle.
    """
    done: dict[str, str] = {}
    _add(folder, entry, done, ())
    return "\n".join(done.values())


def _add(folder: Path, name: str, done: dict[str, str], above: tuple[str, ...]) -> None:
    if name in done:
        return
    if name in above:
        raise ValueError(f"Modules import in a circle: {' -> '.join((*above, name))}.")
    source = (folder / name).read_text(encoding="utf-8")
    for _, needed in IMPORT.findall(source):
        _add(folder, needed, done, (*above, name))
    done[name] = _closure(name, source)


def _closure(name: str, source: str) -> str:
    exports = ", ".join(NAME.findall(source))
    body = EXPORT.sub(
        "", IMPORT.sub(lambda found: f"const {{{found[1].replace(' as ', ': ')}}} = {_handle(found[2])};\n", source)
    )
    stray = re.search(r"^(import|export)\b.*", body, re.MULTILINE)
    if stray:
        raise ValueError(f'{name}: "{stray[0]}" is not a form that the bundle knows.')
    return f"const {_handle(name)} = (() => {{\n{body}\nreturn {{ {exports} }};\n}})();"


def _handle(name: str) -> str:
    return "__" + re.sub(r"\W", "_", name.removesuffix(".js"))
