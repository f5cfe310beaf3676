"""One text from the player's modules, for the page that plays from a file, where a module may not import another."""

import posixpath
import re
from pathlib import Path

PLAYER = Path(__file__).resolve().parents[1] / "player"
IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.{1,2}/[\w./-]+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) )", re.MULTILINE)
NAME = re.compile(r"^export (?:async )?(?:function|const|class) (\w+)", re.MULTILINE)


def bundle(folder: Path, entry: str) -> str:
    """The modules that ``entry`` needs, in the order of need, each as a closure that returns its exports.

    Parameters
    ----------
    folder : Path
        Where the modules lie, in rooms of any depth.
    entry : str
        Path of the module that starts everything, from ``folder`` on.

    Returns
    -------
    str
        Plain JavaScript for a ``<script type="module">`` without any import.

    Raises
    ------
    ValueError
        If a module uses another form than ``import { a, b } from "../room/x.js";`` and ``export function | const |
        class``, a name for which there is no such declaration, if it imports from outside of ``folder``, or if modules
        import in a circle.
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
    for names, path in IMPORT.findall(source):
        found = _resolved(path, name)
        _add(folder, found, done, (*above, name))
        known = NAME.findall((folder / found).read_text(encoding="utf-8"))
        for wanted in (one.split(" as ")[0].strip() for one in names.split(",") if one.strip()):
            if wanted not in known:
                raise ValueError(f'{name}: {found} has no declaration of its own for "{wanted}".')
    done[name] = _closure(name, source)


def _resolved(path: str, importer: str) -> str:
    """The path from the folder on that a module means by a relative one: the name under which it is known here."""
    found = posixpath.normpath(posixpath.join(posixpath.dirname(importer), path))
    if found.startswith("../"):
        raise ValueError(f'{importer}: "{path}" lies outside of the bundle.')
    return found


def _closure(name: str, source: str) -> str:
    def taken(found: re.Match[str]) -> str:
        return f"const {{{found[1].replace(' as ', ': ')}}} = {_handle(_resolved(found[2], name))};\n"

    exports = ", ".join(NAME.findall(source))
    body = EXPORT.sub("", IMPORT.sub(taken, source))
    stray = re.search(r"^(import|export)\b.*", body, re.MULTILINE)
    if stray:
        raise ValueError(f'{name}: "{stray[0]}" is not a form that the bundle knows.')
    return f"const {_handle(name)} = (() => {{\n{body}\nreturn {{ {exports} }};\n}})();"


def _handle(name: str) -> str:
    # Two modules must not share a handle: what is no letter becomes its code, so that a/b.js and a_b.js stay apart.
    return "__" + re.sub(r"[^A-Za-z0-9]", lambda sign: f"_{ord(sign[0]):x}_", name.removesuffix(".js"))
