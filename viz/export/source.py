"""What is exported: a recorded scene by its name, or a file: a Scene, a saved page, a traced road."""

from __future__ import annotations

import json
import re
import stat
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from embeddings.errors import UserError
from viz.drive.embeddings_side import atlas
from viz.export.road import scene_of_road
from viz.scene import schema
from viz.scene.recorded import scene_bytes, scenes
from viz.scene.scene import Json
from viz.strings import short, text

MOST = 20_000_000  # bytes; two roads of 2048 tokens are some ten million
SHOWN = 200  # characters of its name in a sentence
SCENE_BLOCK = re.compile(r'<script type="application/json" id="scene">(.*?)</script>', re.DOTALL)


def read(source: str) -> Json:
    """The Scene that somebody means by a recorded scene's name or by a file.

    Raises
    ------
    UserError
        If there is neither, or the file cannot be read, is too large, holds none of the three, or lies on another map.
    """
    recorded = scene_bytes(source)
    if recorded is not None:
        return dict(json.loads(recorded))
    named = short(source, SHOWN)
    return _checked(_content(named, _bytes(Path(source), named)), named)


def _bytes(path: Path, source: str) -> bytes:
    """A whole file that is one: a pipe would never end, a folder never begin."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise UserError(text("export.not_a_file", source=source))
        if found.st_size > MOST:
            raise UserError(text("export.too_large", source=source, megabytes=MOST // 1_000_000))
        with path.open("rb") as file:
            return file.read(MOST + 1)[:MOST]
    except FileNotFoundError:
        raise _unknown(source) from None
    except (OSError, ValueError) as error:
        if isinstance(error, UserError):
            raise
        why = getattr(error, "strerror", None) or str(error)
        raise UserError(text("export.unreadable", source=source, why=why)) from error


def _unknown(source: str) -> UserError:
    """Neither a scene nor a file: the names that may have been meant, else all."""
    known = [id for entry in scenes() for id in (entry["id"], *entry.get("variants", ()))]
    near = get_close_matches(source.lower(), known, n=3, cutoff=0.6)
    if near:
        return UserError(text("export.unknown_near", source=source, names=", ".join(near)))
    return UserError(text("export.unknown", source=source, names=", ".join(entry["id"] for entry in scenes())))


def _content(source: str, data: bytes) -> Any:
    """What the file says as JSON, in any of Unicode's encodings, as editors leave it; of a page its scene."""
    try:
        words = data.decode(json.detect_encoding(data)).lstrip("\ufeff")
        if words.lstrip().startswith("<"):
            block = SCENE_BLOCK.search(words)
            if block is None:
                raise UserError(text("export.no_scene", source=source))
            words = block[1]
        return from_json(words)
    except UserError:
        raise
    except ValueError as error:  # also where it is nested too deeply
        raise UserError(text("export.not_json", source=source)) from error


def _checked(content: Any, source: str) -> Json:
    if isinstance(content, dict) and "roads" not in content and "tokens" in content:
        content = scene_of_road(content, atlas(), source)
    if not isinstance(content, dict) or "roads" not in content:
        raise UserError(text("export.no_scene", source=source))
    try:
        return schema.scene(content, atlas().sha256)
    except UserError as error:
        raise UserError(text("export.refused", source=source, why=str(error))) from error
