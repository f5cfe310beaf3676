"""The model side of the mind map navigator: text in, numbers out.

`load_model` and `load_atlas` open what ships; `trace` answers once and returns a `Trajectory`, `stream` yields it step
by step, `branch` takes another turn; `WordReward` and `RegionReward` change the next token. Torch is imported only when
one of them needs a model.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embeddings.atlas.atlas import load_atlas
    from embeddings.decoding.branch import branch
    from embeddings.decoding.generate import stream, trace
    from embeddings.errors import UserError
    from embeddings.model.language_model import load_model
    from embeddings.steering.region_reward import RegionReward
    from embeddings.steering.steer import WordReward

__all__ = ["RegionReward", "UserError", "WordReward", "branch", "load_atlas", "load_model", "stream", "trace"]

_HOME = {
    "RegionReward": "embeddings.steering.region_reward",
    "UserError": "embeddings.errors",
    "WordReward": "embeddings.steering.steer",
    "branch": "embeddings.decoding.branch",
    "load_atlas": "embeddings.atlas.atlas",
    "load_model": "embeddings.model.language_model",
    "stream": "embeddings.decoding.generate",
    "trace": "embeddings.decoding.generate",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'embeddings' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
