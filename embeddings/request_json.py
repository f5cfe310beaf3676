"""A request that comes from outside, as JSON data: its shape is checked here, its values by the request itself."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from embeddings.chat import Message
from embeddings.errors import UserError
from embeddings.request import (
    MAX_INTERVENTIONS,
    STRENGTH,
    VERSION,
    Branch,
    Direction,
    Intervention,
    Kind,
    Request,
    Settings,
    Stretch,
)

_Id = Annotated[int, Field(ge=0, lt=2**31)]
_Ids = Annotated[list[_Id], Field(max_length=100_000)]
_Text = Annotated[str, Field(max_length=1_000_000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Message(_Part):
    role: Literal["system", "user", "assistant"]
    content: _Text

    def made(self) -> Message:
        return Message(self.role, self.content)


class _Settings(_Part):
    max_new_tokens: int = 48
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


class _Stretch(_Part):
    messages: list[_Message]
    token_ids: _Ids
    start: _Id
    stop: _Id

    def made(self) -> Stretch:
        return Stretch(tuple(m.made() for m in self.messages), tuple(self.token_ids), self.start, self.stop)


class _Intervention(_Part):
    value: _Text
    kind: Kind = "word"
    direction: Direction = "avoid"
    on: bool = True
    weight: Annotated[float, Field(allow_inf_nan=False)] | Literal["ban"] | None = None
    stretch: _Stretch | None = None
    reach: int = 1

    def made(self) -> Intervention:
        weight = -math.inf if self.weight == "ban" else self.weight
        if (self.kind == "stretch") != (self.stretch is not None):
            raise UserError("A stretch needs the road that it lies on, and nothing else has one.")
        stretch = None if self.stretch is None else self.stretch.made()
        return Intervention(self.value, self.kind, self.direction, self.on, weight, stretch, self.reach)


class _Branch(_Part):
    parent: _Ids
    at: _Id
    token: _Id | None = None
    text: _Text | None = None


class _File(_Part):
    version: Annotated[int, Field(ge=VERSION, le=VERSION)]  # `Literal` would take true for 1
    messages: Annotated[list[_Message], Field(min_length=1, max_length=1000)]
    settings: _Settings = _Settings()
    interventions: Annotated[list[_Intervention], Field(max_length=MAX_INTERVENTIONS)] = []
    strength: float = STRENGTH
    beside: Annotated[list[_Text | None], Field(max_length=1)] = []
    branch: _Branch | None = None

    def made(self) -> Request:
        branch = self.branch
        return Request(
            messages=tuple(message.made() for message in self.messages),
            settings=Settings(**self.settings.model_dump()),
            interventions=tuple(intervention.made() for intervention in self.interventions),
            strength=self.strength,
            beside=tuple(self.beside),
            branch=None if branch is None else Branch(tuple(branch.parent), branch.at, branch.token, branch.text),
        )


def read_request(value: object) -> Request:
    """What `Request.to_json` wrote; a `UserError` that names the first place that is wrong in anything else."""
    try:
        return _File.model_validate(value).made()
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])[:80] or "its beginning"
        raise UserError(f"This is no request of version {VERSION}: look at {where}.") from None
    except RecursionError:
        raise UserError("This is no request: it is nested too deeply.") from None
