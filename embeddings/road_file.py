"""What `mindmap trace --json` writes, read and checked without a model: a road, all that its file says of it.

A file comes from anybody: what is wrong with it is one sentence that names it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from embeddings.chat import chat
from embeddings.errors import UserError
from embeddings.parsed import parsed
from embeddings.request import Request, Settings
from embeddings.request_json import read_request
from embeddings.table_file import kind_of

MOST = 50_000_000  # bytes
ROWS = re.compile(rb'"rows"\s*:')


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


class Told(BaseModel):
    """What drives a road again."""

    version: Literal[1]
    model: _Model
    messages: list[_Message]
    settings: _Settings
    rewards: list[dict[str, Any]]
    request: dict[str, Any] | None = None
    tokens: Annotated[list[_Token], Field(min_length=1)]

    def asked(self) -> Request:
        """Its request, checked; files of 0.1.0 have what it is made of."""
        if self.request is not None:
            return read_request(self.request).checked()
        turns = chat(messages=[turn.model_dump() for turn in self.messages])
        return Request(turns, Settings(**self.settings.model_dump()))


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


class Road(Told):
    """Everything that a file says of a road, its readings with it."""

    atlas: _Atlas
    parent: dict[str, Any] | None = None
    start: _Start | None = None
    tokens: Annotated[list[_Crossing], Field(min_length=1, max_length=100_000)]  # type: ignore[assignment]


Shape = TypeVar("Shape", bound=Told)


def bytes_of(path: Path) -> bytes:
    """What a file holds; a `UserError` where it cannot be read, or is larger than one of ours may be."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST + 1)  # what has no size, such as a device, may have no end
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}): name a file that `mindmap trace --json` wrote."
        ) from error
    if len(data) > MOST:
        raise UserError(f"{path} is too large for a road: it has more than {MOST // 1_000_000} MB.")
    return data


def is_road(data: bytes) -> bool:
    """Whether a file is to be read as a road; JSON that has rows is a table of them."""
    return kind_of(data) == "json" and ROWS.search(data.replace(b"\0", b"")) is None


def road_of(data: bytes, path: Path) -> Road:
    """All that the file of a road says.

    Raises
    ------
    UserError
        If it is no such file; the sentence names the first place that is wrong.
    """
    return checked(Road, data, path)


def checked(shape: type[Shape], data: bytes, path: Path) -> Shape:
    """What a file says, in a shape; a `UserError` for anything else."""
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
