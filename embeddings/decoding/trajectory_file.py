"""A road in a file: what `mindmap trace --json` writes, and that read back and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.atlas.atlas import Atlas
from embeddings.atlas.start import Start
from embeddings.errors import UserError
from embeddings.model.language_model import LanguageModel
from embeddings.request import Request
from embeddings.road_file import Told, bytes_of, checked
from embeddings.steering.rewards import Reward, rewards_from_json
from embeddings.trajectory import Trajectory


@dataclass(frozen=True)
class Saved:
    """A road without its readings; ``request`` is null in files of 0.1.0, and then made from what else they hold."""

    request: Request
    rewards: tuple[Reward, ...]
    token_ids: tuple[int, ...]


def read_saved(path: Path, model: LanguageModel, atlas: Atlas) -> Saved:
    """Read the file.

    Raises
    ------
    UserError
        If it cannot be read, is no such file, or was made with another model.
    """
    return saved_of(bytes_of(path), path, model, atlas)


def saved_of(data: bytes, path: Path, model: LanguageModel, atlas: Atlas) -> Saved:
    """The same from what the file holds."""
    found = checked(Told, data, path)
    if found.model.sha256 != model.sha256:
        raise UserError(f"The road in {path} was driven with another model than {model.name}: trace it again.")
    ids = tuple(token.id for token in found.tokens)
    if max(ids) >= len(model.pieces):
        raise UserError(
            f"{path} holds a token that {model.name} does not have: write it anew with `mindmap trace --json`."
        )
    return Saved(request=found.asked(), rewards=rewards_from_json(found.rewards, atlas), token_ids=ids)


def to_json(trajectory: Trajectory, atlas: Atlas, start: Start) -> dict[str, Any]:
    """The trajectory on `atlas` as JSON data, version 1 (docs/json.md)."""
    positions, off_map = atlas.positions(trajectory), atlas.off_map(trajectory)
    parent = trajectory.parent
    return {
        "version": 1,
        "model": {"name": trajectory.model_name, "sha256": trajectory.model_sha256, "dtype": "float32"},
        "atlas": {"sha256": atlas.sha256, "layer": atlas.layer},
        "settings": vars(trajectory.settings).copy(),
        "messages": [vars(message).copy() for message in trajectory.messages],
        "rewards": [reward.to_json() for reward in trajectory.rewards],
        "parent": None if parent is None else vars(parent).copy(),
        "request": trajectory.request.to_json(),
        "text": trajectory.text,
        "start": {"position": _floats(start.position), "off_map": float(start.off_map)},
        "tokens": [_token(trajectory, i, positions[i], off_map[i]) for i in range(len(trajectory))],
        "fidelity": atlas.report,
    }


def _token(trajectory: Trajectory, i: int, position: np.ndarray, off_map: float) -> dict[str, Any]:
    return {
        "id": trajectory.token_ids[i],
        "text": trajectory.pieces[i],
        "position": _floats(position),
        "off_map": float(off_map),
        **{name: float(getattr(trajectory, name)[i]) for name in ("probability", "entropy", "grip", "pull", "kl")},
        "inside": bool(trajectory.inside[i]),
        "scores": [None if np.isnan(score) else float(score) for score in trajectory.scores[i]],
        "candidates": [vars(candidate).copy() for candidate in trajectory.candidates[i]],
        "after": _floats(trajectory.after[i]),
    }


def _floats(values: Sequence[float] | np.ndarray) -> list[float]:
    return [float(value) for value in values]
