"""The model side of the mind map navigator: text in, numbers out.

`load_model` and `load_atlas` open what ships; `trace` answers once and returns a `Trajectory`, `stream` yields it step
by step; `WordReward` changes the next token. Torch is imported only when one of them needs a model.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embeddings.atlas import load_atlas
    from embeddings.errors import UserError
    from embeddings.generate import stream, trace
    from embeddings.interventions import WordReward
    from embeddings.model import load_model

__all__ = ["UserError", "WordReward", "load_atlas", "load_model", "stream", "trace"]

_HOME = {
    "UserError": "embeddings.errors",
    "WordReward": "embeddings.interventions",
    "load_atlas": "embeddings.atlas",
    "load_model": "embeddings.model",
    "stream": "embeddings.generate",
    "trace": "embeddings.generate",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'embeddings' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
