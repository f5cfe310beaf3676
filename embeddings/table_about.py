"""What a table of roads says once: what its roads were made with and from, so that they can be made again.

JSON data, checked, whether it was just put together or comes from a file."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from embeddings.errors import UserError
from embeddings.paths import PROGRAM, program_version
from embeddings.request_json import read_request

MOST_ROADS = 26

_Number = Annotated[float, Field(allow_inf_nan=False)]
_Point = tuple[_Number, _Number, _Number]
_Text = Annotated[str, Field(max_length=1_000_000)]
_Label = Annotated[str, Field(max_length=1000)]
_Count = Annotated[int, Field(ge=0, le=1_000_000)]


def _absent(value: object) -> bool:
    return value is None


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Program(_Part):
    name: _Label = PROGRAM
    version: _Label = Field(default_factory=program_version)


class _Model(_Part):
    name: _Label
    sha256: _Label


class _Atlas(_Part):
    sha256: _Label
    layer: _Count


class _Scene(_Part):
    id: _Label = ""
    title: _Label = ""
    caption: _Text = ""


class _Reward(_Part):
    """On a word, or on a region; with its probe where the region is known by nothing else."""

    word: _Text | None = Field(default=None, exclude_if=_absent)
    region: _Text | None = Field(default=None, exclude_if=_absent)
    kind: _Label | None = Field(default=None, exclude_if=_absent)
    weight: Literal["ban"] | _Number
    k: _Count | None = Field(default=None, exclude_if=_absent)
    auc: _Number | None = Field(default=None, exclude_if=_absent)
    reach: _Count | None = Field(default=None, exclude_if=_absent)
    rollouts: _Count | None = Field(default=None, exclude_if=_absent)
    atlas: _Label | None = Field(default=None, exclude_if=_absent)
    coefficients: list[_Number] | None = Field(default=None, max_length=10_000, exclude_if=_absent)
    intercept: _Number | None = Field(default=None, exclude_if=_absent)


class _Sign(_Part):
    """A region that was steered by, or only read."""

    name: _Text
    kind: _Label | None = None
    auc: _Number | None = None


class _Start(_Part):
    position: _Point
    off_map: _Number | None = None
    pca: _Point | None = None


class _Road(_Part):
    """``request`` is null where it is not known any more; ``watched``: a request whose signs were only read here."""

    road: Annotated[str, Field(pattern=r"^[A-Z]$")]
    kind: _Label
    tokens: _Count
    system: _Text | None = None
    user: _Text = ""
    request: dict[str, Any] | None = None
    watched: dict[str, Any] | None = None
    rewards: list[_Reward] = Field(default=[], max_length=64)
    start: _Start | None = None
    state: _Label = "done"

    @field_validator("request", "watched")
    @classmethod
    def _reads(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        return None if value is None else read_request(value).to_json()


class _About(_Part):
    format: Literal["mindmap-table"] = "mindmap-table"
    version: Literal[1] = 1
    program: _Program = Field(default_factory=_Program)
    model: _Model
    atlas: _Atlas
    scene: _Scene = _Scene()
    regions: list[_Label] = Field(default=[], max_length=64)
    signs: list[_Sign] = Field(default=[], max_length=64)
    request: dict[str, Any] | None = None
    roads: list[_Road] = Field(min_length=1, max_length=MOST_ROADS)

    @field_validator("request")
    @classmethod
    def _reads(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        return None if value is None else read_request(value).to_json()

    @field_validator("roads")
    @classmethod
    def _letters(cls, value: list[_Road]) -> list[_Road]:
        if len({road.road for road in value}) != len(value):
            raise ValueError("a letter stands for two roads")
        return value


def checked(value: object) -> dict[str, Any]:
    """What is said of a table, as JSON data.

    Raises
    ------
    UserError
        If it is no such thing: the sentence names the first place that is wrong.
    """
    try:
        return _About.model_validate(value).model_dump(mode="json")
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])[:80] or "its beginning"
        raise UserError(f"What the roads were made from is not said as it should be: look at {where}.") from None
