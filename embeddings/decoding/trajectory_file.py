"""A road as `mindmap trace --json` wrote it, read back and checked: what is needed to drive it again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from embeddings.chat import Message, chat
from embeddings.errors import UserError
from embeddings.steering.steer import WordReward
from embeddings.trajectory import Settings

if TYPE_CHECKING:
    from embeddings.atlas.atlas import Atlas
    from embeddings.decoding.generate import Reward
    from embeddings.model.language_model import LanguageModel

MOST = 50_000_000  # bytes


@dataclass(frozen=True)
class Saved:
    """A road without its readings."""

    messages: tuple[Message, ...]
    settings: Settings
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
        found = _File.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}): name a file that `mindmap trace --json` wrote."
        ) from error
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "its beginning"
        raise UserError(
            f"{path} is not a road: look at {where}, or write it anew with `mindmap trace --json`."
        ) from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is not JSON: name a file that `mindmap trace --json` wrote.") from error
    if found.model.sha256 != model.sha256:
        raise UserError(f"The road in {path} was driven with another model than {model.name}: trace it again.")
    ids = tuple(token.id for token in found.tokens)
    if max(ids) >= len(model.pieces):
        raise UserError(
            f"{path} holds a token that {model.name} does not have: write it anew with `mindmap trace --json`."
        )
    from embeddings.decoding.generate import check_settings

    return Saved(
        messages=chat(messages=[turn.model_dump() for turn in found.messages]),
        settings=check_settings(**found.settings.model_dump()),
        rewards=rewards_from_json(found.rewards, atlas),
        token_ids=ids,
    )


def rewards_from_json(values: object, atlas: Atlas | None = None) -> tuple[Reward, ...]:
    """Rewards from what their `to_json` wrote; a `UserError` says what is wrong with anything else."""
    if not isinstance(values, list):
        raise UserError('Rewards must be a list, such as [{"word": "free", "weight": "ban"}].')
    return tuple(_reward(value, atlas) for value in values)


def _reward(value: object, atlas: Atlas | None) -> Reward:
    from embeddings.steering.region_reward import RegionReward

    if not isinstance(value, dict):
        raise UserError('A reward must be a word and a weight, such as {"word": "free", "weight": "ban"}.')
    if "region" not in value:
        return WordReward.from_json(value)
    if atlas is None:
        raise UserError("These rewards hold a region: give the atlas that it belongs to.")
    return RegionReward.from_json(value, atlas)
