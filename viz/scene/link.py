"""What is kept of a page, in its address or in the browser's storage: what is asked for, shown, and was driven.

One value of one version, as text (docs/link.md): the version, the map, what the page keeps, the player's view, and what
is being typed. Written here as far as it is the page's; `link_json` reads it; `viz/player/link.js` adds the rest.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from embeddings.request import Request

VERSION = 1
DIGEST = 12  # hexadecimal digits of a digest of tokens, and ATLAS of the map's
ATLAS = 8
MOST_DRIVEN = 8
MOST_TURNS = 64

Kind = Literal["typed", "empty", "default"]


@dataclass(frozen=True)
class Turn:
    """Another turn that was taken: which road it left, where, and for which token or words (as they were typed); or
    that all roads went on from their end, by so many tokens more."""

    road: int
    at: int
    token: int | None = None
    text: str | None = None
    more: int | None = None


@dataclass(frozen=True)
class Way:
    """How to come to a drive again: what was asked for, or a recorded scene by its id, and then turn after turn."""

    base: Request | str
    turns: tuple[Turn, ...] = ()

    def turned(self, turn: Turn) -> Way:
        """One turn further."""
        return Way(self.base, (*self.turns, turn))


@dataclass(frozen=True)
class Driven:
    """A drive: its id on the server that drove it, the way to it, and of each road how many tokens it had and their
    digest. No tokens where it was not over."""

    job: str
    way: Way | None
    tokens: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Link:
    """What the page keeps.

    Attributes
    ----------
    request : Request
        What is asked for now, driven or not.
    boxes : tuple of (kind, text)
        What stands in the boxes of the two starting points.
    scene, shown : str or None
        The recorded scene, or the drive, that is on the stage.
    driven : tuple of Driven
        The last drives, oldest first.
    regions : tuple of str
        Shipped regions that somebody has switched on.
    """

    request: Request
    boxes: tuple[tuple[Kind, str], tuple[Kind, str]] = (("typed", ""), ("typed", ""))
    two: bool = False
    form: tuple[str, str | None] = ("", None)
    scene: str | None = None
    shown: str | None = None
    driven: tuple[Driven, ...] = ()
    regions: tuple[str, ...] = ()


def digest_of(token_ids: Sequence[int]) -> str:
    """By this tokens are known again."""
    return hashlib.sha256(",".join(map(str, token_ids)).encode()).hexdigest()[:DIGEST]


def written(link: Link) -> str:
    """What the page keeps as letters, digits, hyphens and underlines: JSON, deflated, in base64."""
    data = json.dumps(to_json(link), ensure_ascii=False, separators=(",", ":")).encode()
    packed = zlib.compress(data, 9, wbits=-zlib.MAX_WBITS)
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def to_json(link: Link) -> dict[str, Any]:
    """As JSON data; what is as on a new page is left out."""
    full = {
        "request": _short(link.request),
        "boxes": [list(box) for box in link.boxes],
        "two": link.two,
        "form": list(link.form),
        "scene": link.scene,
        "shown": link.shown,
        "driven": [_driven(one) for one in link.driven],
        "regions": list(link.regions),
    }
    plain = {"two": False, "form": ["", None], "scene": None, "shown": None, "driven": [], "regions": []}
    return {name: value for name, value in full.items() if name not in plain or value != plain[name]}


def _short(request: Request) -> dict[str, Any]:
    """A request without what it has anyhow."""
    plain = Request.of(None, "").to_json()
    kept = ("version", "messages")
    return {name: value for name, value in request.to_json().items() if name in kept or value != plain[name]}


def _driven(one: Driven) -> dict[str, Any]:
    return {
        "job": one.job,
        **({} if one.way is None else {"way": _way(one.way)}),
        **({"tokens": [list(road) for road in one.tokens]} if one.tokens else {}),
    }


def _way(way: Way) -> dict[str, Any]:
    base = {"scene": way.base} if isinstance(way.base, str) else {"request": _short(way.base)}
    turns = [{name: value for name, value in vars(turn).items() if value is not None} for turn in way.turns]
    return {**base, **({"turns": turns} if turns else {})}
