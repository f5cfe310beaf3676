"""The shape of a Scene. One that comes from outside (a browser that saves a page) is checked by it before anything is
made of it; the listing in docs/architecture.md is printed from it: ``python -m viz.scene.schema``."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from embeddings.errors import UserError
from embeddings.request_json import read_request
from viz.strings import text

Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)]  # beyond it a drawing overflows
Point = tuple[Number, Number, Number]
Text = Annotated[str, Field(max_length=20_000)]
Label = Annotated[str, Field(max_length=400)]
Index = Annotated[int, Field(ge=0)]
WIDTH = 118  # of the listing
Kind = Literal["landmark", "text", "stretch"]
Reading = Literal["probability", "entropy", "grip", "pull", "region", "kl", "price", "inside"]  # of the player's strip


def _absent(value: object) -> bool:
    """A part that older scenes do not have is left out where it says nothing."""
    return value is None or value == []


def _first(value: object) -> bool:
    """The first turn is not counted."""
    return value == 1


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")  # what we do not know is left out, not passed on


class _Candidate(_Part):
    """A token that could have been taken."""

    id: Index
    text: Label
    probability: Number
    end: bool | None = Field(default=None, exclude_if=_absent)  # unknown in scenes of 0.1.0


class _Token(_Part):
    """One crossing; inside: shipped regions, then signs; after, scores: under signs; agree: votes for its names."""

    id: Index
    text: Label
    position: Point
    pca: Point | None = None
    off_map: Number | None = None
    probability: Number | None = None
    entropy: Number | None = None
    grip: Number | None = None
    pull: Number | None = None
    kl: Number | None = None
    inside: list[bool] = Field(default=[], max_length=16)
    neighbourhood: list[Label] = Field(default=[], max_length=2)
    agree: Number = 0.0
    end: bool = False
    blocked: list[Index] = Field(default=[], max_length=64)
    candidates: list[_Candidate] = Field(default=[], max_length=16)
    after: list[Number] | None = Field(default=None, max_length=16, exclude_if=_absent)
    scores: list[Number | None] | None = Field(default=None, max_length=16, exclude_if=_absent)


class _Message(_Part):
    """What the model read."""

    role: Literal["system", "user", "assistant"]
    content: Text


class _Settings(_Part):
    """How tokens are chosen."""

    max_new_tokens: Index
    temperature: Number
    top_p: Number
    seed: int


class _WordReward(_Part):
    """On a word: nats, or a ban."""

    word: Label
    weight: Literal["ban"] | Number


class _RegionReward(_Part):
    """On a region: nats a standard deviation."""

    region: Label
    kind: Kind
    weight: Number
    k: Index | None = None
    auc: Number | None = None


class _Turn(_Part):
    """A turn that was taken, or not."""

    id: Index
    text: Text
    probability: Number | None = None


class _Parent(_Part):
    """Where a fork left its road, and for which turn; ``turn``: the number of turns that lead to it."""

    at: Index
    typed: Text | None = None
    forced: Index = 1
    turn: Index = Field(default=1, exclude_if=_first)
    token: _Turn
    instead: _Turn


class _Start(_Part):
    """The flag."""

    position: Point
    off_map: Number | None = None
    pca: Point | None = None


class _Road(_Part):
    """One answer; spurs: by crossing, where three candidates lead."""

    label: Label
    kind: Literal["plain", "start", "signed", "fork"]
    system: Text | None = None
    user: Text
    messages: list[_Message] = Field(default=[], max_length=64)
    settings: _Settings | None = None
    parent: _Parent | None = Field(default=None, exclude_if=_absent)
    rewards: list[_WordReward | _RegionReward] = Field(default=[], max_length=64)
    start: _Start | None = None
    text: Text = ""
    tokens: list[_Token] = Field(max_length=2048)
    spurs: dict[str, list[Point]] = {}
    stream: Label | None = None
    state: Literal["done", "running", "stopped", "waiting", "error"] = "done"
    error: Label | None = None


class _Ghost(_Part):
    """Where a flag stood before."""

    position: Point
    label: Text = ""
    pca: Point | None = None


class _Old(_Part):
    """A road driven before, drawn grey."""

    positions: list[Point] = Field(max_length=2048)
    pca: list[Point] | None = Field(default=None, max_length=2048)
    label: Label = ""


class _Sign(_Part):
    """A sign on a region, as it stands on the map; points: those of the ground that are inside."""

    name: Label
    kind: Kind
    value: Text = ""
    direction: Literal["avoid", "toward"]
    weight: Number
    auc: Number | None = None
    weak: bool = False
    position: Point
    pca: Point | None = None
    points: list[Index] = Field(default=[], max_length=50_000, exclude_if=_absent)


class _Apart(_Part):
    """Where two roads part, how likely that turn was, how far apart they end."""

    at: Index
    token: Label
    probability: Number | None = None
    map: Number | None = None
    full: Number | None = None


class _Variant(_Part):
    """A recorded sibling."""

    id: Label
    label: Label


class _Variants(_Part):
    """Siblings for a slider; recorded scenes only."""

    label: Label
    low: Label = ""
    high: Label = ""
    items: list[_Variant] = Field(max_length=16)


class _Comparison(_Part):
    """Two starts: map and full in spreads, behaviour in nats."""

    map: Number | None = None
    full: Number | None = None
    behaviour: Number | None = None


class SceneModel(_Part):
    """One picture. Recorded scenes alone: variants, regions, reading (those it is about). atlas: sha256 of its map.

    Bounds stand on everything that a browser could make large.
    """

    version: Literal[2] = 2
    id: Label = ""
    title: Label = ""
    note: Text = ""
    step: Literal["map", "road", "start", "signs"] = "road"
    reading: Reading | None = Field(default=None, exclude_if=_absent)
    roads: list[_Road] = Field(min_length=0, max_length=2)
    parts_at: Index | None = None
    apart: _Apart | None = Field(default=None, exclude_if=_absent)
    signs: list[_Sign] = Field(default=[], max_length=5, exclude_if=_absent)
    variants: _Variants | None = Field(default=None, exclude_if=_absent)
    ghosts: list[_Ghost] = Field(default=[], max_length=64)
    old: list[_Old] = Field(default=[], max_length=64)
    comparison: _Comparison | None = None
    caption: Text = ""
    regions: list[Label] = Field(default=[], max_length=16)
    atlas: Label | None = Field(default=None, exclude_if=_absent)
    request: dict[str, Any] | None = Field(default=None, exclude_if=_absent)

    @field_validator("request")
    @classmethod
    def _request_reads(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        return None if value is None else read_request(value).to_json()


def scene(data: bytes | dict[str, Any], atlas: str | None = None) -> dict[str, Any]:
    """The checked Scene as plain data; ``atlas``: the sha256 of the map that it has to lie on.

    Raises
    ------
    UserError
        If it is no Scene, the sentence names the first place that is wrong; if it lies on another map, it says so.
    """
    try:
        found = SceneModel.model_validate(data) if isinstance(data, dict) else SceneModel.model_validate_json(data)
    except ValidationError as error:
        if any(one["loc"] == ("version",) and one["input"] == 1 for one in error.errors()):
            raise UserError(text("errors.scene_map")) from None
        where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "JSON"
        raise UserError(text("errors.scene", where=where[:80])) from None
    if atlas is not None and found.atlas != atlas:
        raise UserError(text("errors.scene_map"))
    return found.model_dump(mode="json")


def listing() -> str:
    """The shape in words: a part, its fields (``?``: it may be null), and what it is."""
    lines = list[str]()
    for part in _parts(SceneModel):
        fields = ", ".join(_said(name, field.annotation) for name, field in part.model_fields.items())
        lines += wrap(f"{_name(part)}: {fields}", WIDTH, subsequent_indent="    ")
        lines.append(f"    - {(part.__doc__ or '').splitlines()[0]}")
    return "\n".join(lines)


def _parts(part: type[_Part]) -> Iterator[type[_Part]]:
    """A part and all that it is made of, each once."""
    seen, waiting = [part], [part]
    while waiting:
        now = waiting.pop(0)
        yield now
        for field in now.model_fields.values():
            new = [inner for inner in _within(field.annotation) if inner not in seen]
            seen += new
            waiting += new


def _within(annotation: Any) -> list[type[_Part]]:
    if isinstance(annotation, type) and issubclass(annotation, _Part):
        return [annotation]
    return [part for argument in get_args(annotation) for part in _within(argument)]


def _name(part: type[_Part]) -> str:
    return part.__name__.strip("_").removesuffix("Model")


def _said(name: str, annotation: Any) -> str:
    """A field; what it holds where that is another part or one of a few words."""
    parts, words = " | ".join(map(_name, _within(annotation))), " | ".join(map(str, _words(annotation)))
    held = f"[{parts}]" if parts and get_origin(annotation) is list else parts or words
    return f"{name}{'?' if NoneType in get_args(annotation) else ''}{f' {held}' if held else ''}"


def _words(annotation: Any) -> list[object]:
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    return [word for argument in get_args(annotation) for word in _words(argument)]


if __name__ == "__main__":
    print(listing())
