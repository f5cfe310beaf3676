"""A road in a file: what `mindmap trace --json` writes, and that read back and checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from embeddings.atlas.atlas import Atlas
from embeddings.atlas.start import Start
from embeddings.chat import chat
from embeddings.errors import UserError
from embeddings.model.language_model import LanguageModel
from embeddings.parsed import parsed
from embeddings.request import Request, Settings
from embeddings.request_json import read_request
from embeddings.steering.rewards import Reward, rewards_from_json
from embeddings.trajectory import Trajectory

MOST = 50_000_000  # bytes


@dataclass(frozen=True)
class Saved:
    """A road without its readings; ``request`` is null in files of 0.1.0, and then made from what else they hold."""

    request: Request
    rewards: tuple[Reward, ...]
    token_ids: tuple[int, ...]


class _Model(BaseModel):
    name: str = ""
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


_Number = Annotated[float, Field(allow_inf_nan=False)]
_Position = tuple[_Number, _Number, _Number]


class _Atlas(BaseModel):
    sha256: str
    layer: int


class _Start(BaseModel):
    position: _Position
    off_map: _Number | None = None


class _Candidate(BaseModel):
    id: Annotated[int, Field(ge=0)]
    text: str
    probability: _Number
    end: bool | None = None  # unknown in files of 0.1.0


class _Crossing(_Token):
    text: str
    position: _Position
    off_map: _Number | None = None
    probability: _Number
    entropy: _Number
    grip: _Number
    pull: _Number
    kl: _Number
    inside: bool
    scores: list[_Number | None] = []
    candidates: list[_Candidate] = []
    after: list[_Number] = []


class Road(_File):
    """Everything that a file says of a road, its readings with it."""

    atlas: _Atlas
    parent: dict[str, Any] | None = None
    start: _Start | None = None
    tokens: Annotated[list[_Crossing], Field(min_length=1, max_length=100_000)]  # type: ignore[assignment]

    def asked(self) -> Request:
        """Its request; files of 0.1.0 have what it is made of."""
        return _asked(self)


Shape = TypeVar("Shape", bound=_File)


def read_saved(path: Path, model: LanguageModel, atlas: Atlas) -> Saved:
    """Read the file.

    Raises
    ------
    UserError
        If it cannot be read, is no such file, or was made with another model.
    """
    return saved_of(bytes_of(path), path, model, atlas)


def bytes_of(path: Path) -> bytes:
    """What a file holds; a `UserError` where it cannot be read, or is larger than a road may be."""
    try:
        if path.stat().st_size > MOST:
            raise UserError(f"{path} is too large for a road: name a file that `mindmap trace --json` wrote.")
        return path.read_bytes()
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}): name a file that `mindmap trace --json` wrote."
        ) from error


def saved_of(data: bytes, path: Path, model: LanguageModel, atlas: Atlas) -> Saved:
    """The same from what the file holds."""
    found = _checked(_File, data, path)
    if found.model.sha256 != model.sha256:
        raise UserError(f"The road in {path} was driven with another model than {model.name}: trace it again.")
    ids = tuple(token.id for token in found.tokens)
    if max(ids) >= len(model.pieces):
        raise UserError(
            f"{path} holds a token that {model.name} does not have: write it anew with `mindmap trace --json`."
        )
    return Saved(request=_asked(found), rewards=rewards_from_json(found.rewards, atlas), token_ids=ids)


def is_road(data: bytes) -> bool:
    """Whether a file begins as a road does, and not as a table of them: with its version."""
    text = data[:400].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return re.match(rb'\{\s*"version"\s*:', text) is not None


def road_of(data: bytes, path: Path) -> Road:
    """All that the file of a road says, without a model.

    Raises
    ------
    UserError
        If it is no such file; the sentence names the first place that is wrong.
    """
    if len(data) > MOST:
        raise UserError(f"{path} is too large for a road: name a file that `mindmap trace --json` wrote.")
    return _checked(Road, data, path)


def _asked(found: _File) -> Request:
    if found.request is not None:
        return read_request(found.request).checked()
    turns = chat(messages=[turn.model_dump() for turn in found.messages])
    return Request(turns, Settings(**found.settings.model_dump()))


def _checked(shape: type[Shape], data: bytes, path: Path) -> Shape:
    try:
        return shape.model_validate(parsed(data))
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
