"""A Scene of a road in a file of `mindmap trace --json`, made without the model.

What only the model could tell is left out: the places in the plain projection, the names of places, which shipped
regions a crossing is in, where untaken turns would have led.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from embeddings.errors import UserError
from embeddings.request import Request, Settings
from embeddings.request_json import read_request
from viz.drive.caption import caption
from viz.scene.ground import drawing
from viz.scene.scene import Json, scene_of
from viz.scene.schema import Index, Label, Number, Point, Text
from viz.strings import text

if TYPE_CHECKING:
    from embeddings.atlas import Atlas

TAKEN = ("id", "text", "position", "off_map", "probability", "entropy", "grip", "pull", "kl", "scores", "after")


class _Model(BaseModel):
    name: Label
    sha256: Label


class _Atlas(BaseModel):
    sha256: Label


class _Message(BaseModel):
    role: Literal["system", "user", "assistant"]
    content: Text


class _Settings(BaseModel):
    max_new_tokens: Index
    temperature: Number
    top_p: Number
    seed: int


class _Candidate(BaseModel):
    id: Index
    text: Label
    probability: Number
    end: bool = False


class _Token(BaseModel):
    id: Index
    text: Label
    position: Point
    off_map: Number
    probability: Number
    entropy: Number
    grip: Number
    pull: Number
    kl: Number
    scores: list[Number | None] = Field(default=[], max_length=16)
    candidates: list[_Candidate] = Field(max_length=16)
    after: list[Number] = Field(default=[], max_length=16)


class _Start(BaseModel):
    position: Point
    off_map: Number


class _Parent(BaseModel):
    at: Index
    forced: list[Index] = Field(min_length=1, max_length=2048)  # the tokens that were put in
    typed: Text | None = None
    token_ids: list[Index] = Field(max_length=2048)


class _Reward(BaseModel):
    word: Label | None = None
    region: Label | None = None
    kind: Literal["landmark", "text", "stretch"] | None = None
    weight: Literal["ban"] | Number
    k: Index | None = None
    auc: Number | None = None


class _Road(BaseModel):
    version: Literal[1]
    model: _Model
    atlas: _Atlas
    settings: _Settings
    messages: list[_Message] = Field(min_length=1, max_length=64)
    rewards: list[_Reward] = Field(max_length=64)
    parent: _Parent | None = None
    request: dict[str, Any] | None = None
    text: Text
    start: _Start
    tokens: list[_Token] = Field(min_length=1, max_length=2048)


def scene_of_road(content: dict[str, Any], atlas: Atlas, source: str) -> Json:
    """The Scene of one road.

    Parameters
    ----------
    content : dict
        What the file holds.
    atlas : Atlas
        The map that it has to lie on.
    source : str
        The file, for sentences.

    Raises
    ------
    UserError
        If it is no such road, or lies on another map.
    """
    try:
        road = _Road.model_validate(content)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise UserError(text("export.no_road", source=source, where=where[:80])) from error
    if road.atlas.sha256 != atlas.sha256:
        raise UserError(text("export.other_map", source=source))
    request = _request(road)
    said = caption(
        request, "A", model=road.model.name, model_hash=road.model.sha256, layer=atlas.layer, atlas_hash=atlas.sha256
    )
    made = scene_of(
        [_json(road, request)],
        id="",
        title=request.question[:400],
        caption=said,
        signs=_signs(road, atlas),
        request=None if road.request is None else request.to_json(),
    )
    return made | {"atlas": atlas.sha256}


def _request(road: _Road) -> Request:
    """What was asked for; of a file of 0.1.0 as far as it says."""
    if road.request is not None:
        return read_request(road.request)
    first, *rest = road.messages
    system = first.content if first.role == "system" else None
    asked = rest[-1].content if rest else first.content
    return Request.of(system, asked, settings=Settings(**road.settings.model_dump()))


def _json(road: _Road, request: Request) -> Json:
    parent = _parent(road)
    kind = "fork" if parent else "signed" if road.rewards else "plain"
    return {
        "label": "A",
        "kind": kind,
        "system": request.system,
        "user": request.question,
        "messages": [message.model_dump() for message in road.messages],
        "settings": road.settings.model_dump(),
        "parent": parent,
        "rewards": [reward.model_dump(exclude_none=True) for reward in road.rewards],
        "start": road.start.model_dump(),
        "text": road.text,
        "tokens": [_token(road, i) for i in range(len(road.tokens))],
        "spurs": {},
        "state": "done",
    }


def _token(road: _Road, i: int) -> Json:
    token = road.tokens[i]
    return {
        **{name: getattr(token, name) for name in TAKEN},
        "scores": token.scores or None,
        "after": token.after if road.rewards else None,
        "candidates": [candidate.model_dump() for candidate in token.candidates],
        "end": i == len(road.tokens) - 1 and token.text == "" and "".join(t.text for t in road.tokens) == road.text,
    }


def _parent(road: _Road) -> Json | None:
    """Where a fork left its road, where the file still says what the turn was taken instead of."""
    given = road.parent
    if given is None or given.at >= min(len(road.tokens), len(given.token_ids)):
        return None
    token = road.tokens[given.at]
    turns = {candidate.id: candidate for candidate in token.candidates}
    instead = turns.get(given.token_ids[given.at])
    if instead is None:
        return None
    return {
        "at": given.at,
        "typed": given.typed,
        "forced": len(given.forced),
        "token": {"id": token.id, "text": token.text, "probability": token.probability},
        "instead": {"id": instead.id, "text": instead.text, "probability": instead.probability},
    }


def _signs(road: _Road, atlas: Atlas) -> list[Json]:
    """Signs on places that the map names; where one on sentences stands, the file does not say."""
    places = {place.name: place for place in reversed(atlas.places)}  # a region that ships before a landmark
    found = list[Json]()
    for reward in road.rewards:
        place = places.get(reward.region or "")
        if place is None or reward.kind != "landmark" or isinstance(reward.weight, str):
            continue
        found.append(
            {
                "name": place.name,
                "kind": reward.kind,
                "value": place.name,
                "direction": "avoid" if reward.weight < 0 else "toward",
                "weight": reward.weight,
                "auc": reward.auc,
                **drawing(atlas, np.asarray(place.indices)),
            }
        )
    return found[:5]
