"""A road in a file: what `mindmap trace --json` writes, and that read back and checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from embeddings.atlas.atlas import Atlas
from embeddings.atlas.start import Start
from embeddings.chat import chat
from embeddings.errors import UserError
from embeddings.model.language_model import LanguageModel
from embeddings.request import Request, Settings
from embeddings.request_json import read_request
from embeddings.steering.rewards import Reward, rewards_from_json
from embeddings.trajectory import Trajectory

MOST = 50_000_000  # bytes
MOST_DIGITS = 1000  # of a whole number; a seed may be long


@dataclass(frozen=True)
class Saved:
    """A road without its readings; ``request`` is null in files of 0.1.0, and then made from what else they hold."""

    request: Request
    rewards: tuple[Reward, ...]
    token_ids: tuple[int, ...]


class _Model(BaseModel):
    sha256: str


class _Message(BaseModel):
    role: Literal["system", "user", "assistant"]
    content: str


class _Settings(BaseModel):
    max_new_tokens: int
    temperature: float
    top_p: float
    seed: int


class _Token(BaseModel):
    id: Annotated[int, Field(ge=0)]


class _File(BaseModel):
    version: Literal[1]
    model: _Model
    messages: list[_Message]
    settings: _Settings
    rewards: list[dict[str, Any]]
    request: dict[str, Any] | None = None
    tokens: Annotated[list[_Token], Field(min_length=1)]


def read_saved(path: Path, model: LanguageModel, atlas: Atlas) -> Saved:
    """Read the file.

    Raises
    ------
    UserError
        If it cannot be read, is no such file, or was made with another model.
    """
    try:
        if path.stat().st_size > MOST:
            raise UserError(f"{path} is too large for a road: name a file that `mindmap trace --json` wrote.")
        found = _File.model_validate(_parsed(path.read_bytes()))
    except UserError:
        raise  # a sentence already, though a ValueError too
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}): name a file that `mindmap trace --json` wrote."
        ) from error
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "its beginning"
        raise UserError(
            f"{path} is not a road: look at {where}, or write it anew with `mindmap trace --json`."
        ) from error
    except RecursionError as error:
        raise UserError(
            f"{path} is nested too deeply for a road: write it anew with `mindmap trace --json`."
        ) from error
    except OverflowError as error:
        raise UserError(
            f"{path} holds a number that is too large: write it anew with `mindmap trace --json`."
        ) from error
    except ValueError as error:
        raise UserError(f"{path} is not JSON: name a file that `mindmap trace --json` wrote.") from error
    if found.model.sha256 != model.sha256:
        raise UserError(f"The road in {path} was driven with another model than {model.name}: trace it again.")
    ids = tuple(token.id for token in found.tokens)
    if max(ids) >= len(model.pieces):
        raise UserError(
            f"{path} holds a token that {model.name} does not have: write it anew with `mindmap trace --json`."
        )
    if found.request is not None:
        request = read_request(found.request).checked()
    else:
        turns = chat(messages=[turn.model_dump() for turn in found.messages])
        request = Request(turns, Settings(**found.settings.model_dump()))
    return Saved(request=request, rewards=rewards_from_json(found.rewards, atlas), token_ids=ids)


def _parsed(data: bytes) -> Any:
    """JSON in UTF-8, also with a byte order mark, or in UTF-16 or UTF-32, as editors on Windows leave it."""
    return json.loads(data.decode(json.detect_encoding(data)), parse_int=_whole)


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise OverflowError(digits[:MOST_DIGITS])
    return int(digits)


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
