"""What was kept of a page, as it comes back: from an address that anybody may have written, or out of a storage.

Sizes are bounded before and after it is unpacked, each field is checked, and whatever is wrong is a sentence.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from embeddings.errors import UserError
from embeddings.request import Request
from embeddings.request_json import read_request
from viz.scene.link import ATLAS, DIGEST, MOST_DRIVEN, MOST_TURNS, VERSION, Driven, Kind, Link, Turn, Way
from viz.strings import text

MOST = 400_000  # characters of a value; the browser's storage holds some ten of them
UNPACKED = 2_000_000  # bytes
LONGEST, HOTTEST, STRONGEST = 256, 2.0, 6.0  # tokens, temperature and strength, as on the page

_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_Text = Annotated[str, Field(max_length=400_000)]
_Whole = Annotated[int, Field(ge=0, lt=2**31)]
_Road = tuple[_Whole, Annotated[str, Field(pattern=rf"^[0-9a-f]{{{DIGEST}}}$")]]
_Box = tuple[Kind, _Text]


@dataclass(frozen=True)
class Kept:
    """What was kept: the map it was kept on, what the page kept, if anything, and what was being typed, by box."""

    atlas: str
    link: Link | None
    typed: dict[str, str]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Typed(_Part):
    question: _Text | None = None
    system: _Text | None = None
    system_b: _Text | None = None
    sign_text: _Text | None = None


class _Turn(_Part):
    road: Annotated[int, Field(ge=0, le=1)]
    at: _Whole
    token: _Whole | None = None
    text: Annotated[str, Field(max_length=8_000)] | None = None
    more: Annotated[int, Field(ge=1, le=LONGEST)] | None = None

    def made(self) -> Turn:
        if [self.token, self.text, self.more].count(None) != 2:
            raise ValueError("a turn takes a token or words, or goes on")
        return Turn(self.road, self.at, self.token, self.text, self.more)


class _Way(_Part):
    request: dict[str, Any] | None = None
    scene: _Id | None = None
    turns: Annotated[list[_Turn], Field(max_length=MOST_TURNS)] = []

    def made(self) -> Way:
        turns = tuple(turn.made() for turn in self.turns)
        if (self.request is None) == (self.scene is None) or (self.scene and not turns):
            raise ValueError("a way begins with a request, or leaves a recorded scene")
        return Way(self.scene or _request(self.request), turns)


class _Driven(_Part):
    job: _Id
    way: _Way | None = None
    tokens: Annotated[list[_Road], Field(max_length=2)] = []

    def made(self) -> Driven:
        return Driven(self.job, None if self.way is None else self.way.made(), tuple(self.tokens))


class _Link(_Part):
    request: dict[str, Any]
    boxes: tuple[_Box, _Box]
    two: bool = False
    form: tuple[_Text, _Text | None] = ("", None)
    scene: _Id | None = None
    shown: _Id | None = None
    driven: Annotated[list[_Driven], Field(max_length=MOST_DRIVEN)] = []
    regions: Annotated[list[_Text], Field(max_length=64)] = []

    def made(self) -> Link:
        driven = tuple(one.made() for one in self.driven)
        ids = [one.job for one in driven]
        if len(set(ids)) < len(ids) or (self.shown is not None and (self.shown not in ids or self.scene is not None)):
            raise ValueError("one drive of each id, and what is shown among them")
        return Link(
            request=_request(self.request),
            boxes=self.boxes,
            two=self.two,
            form=self.form,
            scene=self.scene,
            shown=self.shown,
            driven=driven,
            regions=tuple(self.regions),
        )


def _request(value: object) -> Request:
    """A request as the page makes them: a turn is not in it, and its settings are those of the rail."""
    found = read_request(value)
    settings = found.settings
    there = (
        found.branch is None
        and settings.max_new_tokens <= LONGEST
        and settings.seed < 2**31
        and settings.temperature <= HOTTEST
        and settings.top_p >= 0.05
        and found.strength <= STRONGEST
        and found.strength % 0.5 == 0
    )
    if not there:
        raise ValueError("no request of the page")
    return found


def read_kept(value: str) -> Kept:
    """A kept value, checked.

    Raises
    ------
    UserError
        For anything that this version has not written, in a sentence that says what to do.
    """
    if len(value) > MOST:
        raise UserError(text("kept.large", limit=MOST // 1000))
    version = re.match(r"([0-9]{1,6})\.", value)
    if version is None:
        raise UserError(text("kept.damaged"))
    if int(version[1]) != VERSION:
        raise UserError(text("kept.version", version=int(version[1]), own=VERSION))
    try:
        _, atlas, asked, _view, typed = value.split(".")
        if not re.fullmatch(rf"[0-9a-f]{{{ATLAS}}}", atlas):
            raise ValueError("no map")
        link = _Link.model_validate_json(_unpacked(_bytes(asked))).made() if asked else None
        said = _Typed.model_validate_json(_bytes(typed)).model_dump(exclude_none=True) if typed else {}
    except (ValueError, zlib.error):  # what pydantic and a request raise are ValueErrors too
        raise UserError(text("kept.damaged")) from None
    return Kept(atlas, link, said)


def _bytes(packed: str) -> bytes:
    """Out of base64, for which nothing but its own characters will do."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", packed):
        raise ValueError("no base64")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error


def _unpacked(packed: bytes) -> bytes:
    """Inflated, as far as a value may be large: not a byte more is unpacked."""
    inflating = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    data = inflating.decompress(packed, UNPACKED)
    if not inflating.eof or inflating.unused_data:
        raise ValueError("cut off, or larger than a value may be")
    return data
