"""The model side of the mind map navigator: text in, numbers out.

`load_model` and `load_atlas` open what ships; `trace` answers once and returns a `Trajectory`, `stream` yields it step
by step, `branch` takes another turn; `WordReward` and `RegionReward` change the next token. `write_trajectories` makes
a table of roads, `read_trajectories` roads of a table. Torch is imported only when one of them needs a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from embeddings.doors import lazily

if TYPE_CHECKING:
    from embeddings.atlas.atlas import Atlas
    from embeddings.atlas.places import Landmark, Region
    from embeddings.atlas.start import Start
    from embeddings.atlas.store import load_atlas
    from embeddings.decoding.branch import branch
    from embeddings.decoding.generate import stream, trace
    from embeddings.decoding.trajectory_table import read_trajectories, write_trajectories
    from embeddings.errors import UserError
    from embeddings.model.language_model import LanguageModel, load_model
    from embeddings.steering.region_reward import RegionReward
    from embeddings.steering.word_reward import WordReward
    from embeddings.trajectory import Candidate, Step, Trajectory

__all__ = [
    "Atlas",
    "Candidate",
    "Landmark",
    "LanguageModel",
    "Region",
    "RegionReward",
    "Start",
    "Step",
    "Trajectory",
    "UserError",
    "WordReward",
    "branch",
    "load_atlas",
    "load_model",
    "read_trajectories",
    "stream",
    "trace",
    "write_trajectories",
]

_HOMES = {
    "Atlas": "embeddings.atlas.atlas",
    "Candidate": "embeddings.trajectory",
    "Landmark": "embeddings.atlas.places",
    "LanguageModel": "embeddings.model.language_model",
    "Region": "embeddings.atlas.places",
    "RegionReward": "embeddings.steering.region_reward",
    "Start": "embeddings.atlas.start",
    "Step": "embeddings.trajectory",
    "Trajectory": "embeddings.trajectory",
    "UserError": "embeddings.errors",
    "WordReward": "embeddings.steering.word_reward",
    "branch": "embeddings.decoding.branch",
    "load_atlas": "embeddings.atlas.store",
    "load_model": "embeddings.model.language_model",
    "read_trajectories": "embeddings.decoding.trajectory_table",
    "stream": "embeddings.decoding.generate",
    "trace": "embeddings.decoding.generate",
    "write_trajectories": "embeddings.decoding.trajectory_table",
}

if not TYPE_CHECKING:  # a type checker would take every name for Any
    __getattr__ = lazily(__name__, _HOMES)
