"""The one loop that writes an answer, what reads along, and the file that a road is kept in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embeddings.doors import lazily

if TYPE_CHECKING:
    from embeddings.decoding.branch import branch
    from embeddings.decoding.generate import stream, trace
    from embeddings.decoding.grip import GripReader

__all__ = ["GripReader", "branch", "stream", "trace"]

_HOMES = {
    "GripReader": "embeddings.decoding.grip",
    "branch": "embeddings.decoding.branch",
    "stream": "embeddings.decoding.generate",
    "trace": "embeddings.decoding.generate",
}

if not TYPE_CHECKING:  # a type checker would take every name for Any
    __getattr__ = lazily(__name__, _HOMES)
