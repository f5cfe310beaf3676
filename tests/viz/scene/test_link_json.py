"""What is kept of a page comes back as it was, and whatever else comes is a sentence: never a crash, never large."""

from __future__ import annotations

import base64
import json
import time
import tracemalloc
import zlib
from typing import Any

import pytest

from embeddings.chat import Message
from embeddings.errors import UserError
from embeddings.request import Branch, Intervention, Request, Settings, Stretch
from viz.scene.link import VERSION, Driven, Link, Turn, Way, digest_of, to_json, written
from viz.scene.link_json import MOST, UNPACKED, Kept, read_kept
from viz.strings import text

RAIN = Request.of("You are a pirate.", "What is rain?", settings=Settings(24, 0.7, 0.9, 3))
STRETCH = Stretch((Message("user", "What is rain?"),), (5, 6, 7), 1, 3)
SIGNS = (
    Intervention("snow"),
    Intervention("freedom", "landmark", "toward", on=False),
    Intervention("We go.\nWe stay.", "text"),
    Intervention(" is water", "stretch", stretch=STRETCH),
)
WHOLE = Link(
    request=Request.of("", "Why? 🙂 <b>\u202e", settings=RAIN.settings, interventions=SIGNS, strength=1.5),
    boxes=(("empty", "hidden"), ("default", "")),
    two=True,
    form=("snow, ha", "freedom"),
    shown="b" * 22,
    driven=(
        Driven("a" * 22, Way(RAIN), ((24, digest_of(range(24))),)),
        Driven("b" * 22, Way(RAIN, (Turn(0, 3, token=9), Turn(1, 8, text="of <i>course</i>"))), ()),
        Driven("c" * 22, Way("pirate-rain", (Turn(1, 0, token=0),)), ((2, "0" * 12), (3, "f" * 12))),
        Driven("d" * 22, None),
    ),
    regions=("freedom",),
)


def kept(
    asked: str = "", *, version: object = VERSION, atlas: str = "0123abcd", view: str = "", typed: str = ""
) -> str:
    return f"{version}.{atlas}.{asked}.{view}.{typed}"


def packed(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(zlib.compress(data, 9, wbits=-15)).rstrip(b"=").decode()


def in_base64(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def changed(**parts: Any) -> str:
    return kept(packed({**to_json(WHOLE), **parts}))


@pytest.mark.parametrize("link", [WHOLE, Link(RAIN), Link(RAIN, scene="pirate-rain")])
def test_what_was_kept_comes_back_as_it_was(link: Link) -> None:
    found = read_kept(kept(written(link), typed=in_base64({"question": "Why n", "sign_text": ""})))
    assert found == Kept("0123abcd", link, {"question": "Why n", "sign_text": ""})


def test_nothing_kept_is_nothing(link: None = None) -> None:
    assert read_kept(kept(view="3_0")) == Kept("0123abcd", None, {})


def test_a_value_is_short_and_needs_no_escape() -> None:
    seven = Link(
        RAIN, shown="0" * 22, driven=tuple(Driven(str(i) * 22, Way(RAIN), ((24, "0" * 12),)) for i in range(7))
    )
    assert len(written(Link(RAIN))) < 300 and len(written(seven)) < 1000
    assert set(written(WHOLE)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_tokens_are_known_again_by_their_digest() -> None:
    assert digest_of([1, 23]) == digest_of((1, 23)) != digest_of([12, 3])
    assert digest_of([]) != digest_of([0]) and len(digest_of([1])) == 12


@pytest.mark.parametrize("version", [0, 2, 999999])
def test_another_version_is_a_sentence_that_names_it(version: int) -> None:
    with pytest.raises(UserError) as said:
        read_kept(f"{version}.whatever it holds")
    assert str(said.value) == text("kept.version", version=version, own=VERSION)


def damaged() -> dict[str, str]:
    good = written(WHOLE)
    fork = Request.of(None, "?", branch=Branch((1, 2), 1, token=3))
    long = Request.of(None, "?", settings=Settings(100_000))
    one = to_json(WHOLE)["driven"][0]
    return {
        "empty": "",
        "no version": "x.0123abcd...",
        "four parts": "1.0123abcd..",
        "six parts": "1.0123abcd....",
        "no map": kept(good, atlas="<script>"),
        "markup": kept("<img src=x onerror=alert(1)>"),
        "no base64": kept(good[:-3] + "%%%"),
        "spaces": kept(" " + good),
        "cut off": kept(good[:-20]),
        "one character": kept("A"),
        "more behind it": kept(packed(zlib.decompress(base64.urlsafe_b64decode(good + "=="), -15)) + "AAAA"),
        "not deflated": kept(in_base64({"request": {}})),
        "no JSON": kept(packed(b"{")),
        "not UTF-8": kept(packed(b'{"request": "\xff"}')),
        "half a character": changed(form=["\ud800", None]),
        "deep": kept(packed(b"[" * 500_000)),
        "deep inside": kept(packed(b'{"request":' + b'{"a":' * 5000 + b"1" + b"}" * 5001)),
        "a list": kept(packed([])),
        "a number": kept(packed(7)),
        "no request": kept(packed({"boxes": [["typed", ""], ["typed", ""]]})),
        "a field too much": changed(more=1),
        "a kind that is none": changed(boxes=[["<b>", ""], ["typed", ""]]),
        "one box": changed(boxes=[["typed", ""]]),
        "a text that is none": changed(boxes=[["typed", 7], ["typed", ""]]),
        "a switch that is none": changed(two=1),
        "a long text": changed(form=["x" * 500_000, None]),
        "an id that is none": changed(shown="../../etc"),
        "shown but not driven": changed(shown="z" * 22),
        "both a scene and a road": changed(scene="pirate-rain"),
        "the same drive twice": changed(driven=[one, one], shown=None),
        "many drives": changed(driven=[{"job": f"{i:022}"} for i in range(9)], shown=None),
        "a digest that is none": changed(driven=[{**one, "tokens": [[3, "<b>"]]}], shown=None),
        "no tokens at all": changed(driven=[{**one, "tokens": [[-1, "0" * 12]]}], shown=None),
        "a way that begins twice": changed(driven=[{**one, "way": {**one["way"], "scene": "x"}}], shown=None),
        "a way that begins nowhere": changed(driven=[{**one, "way": {}}], shown=None),
        "a scene without a turn": changed(driven=[{**one, "way": {"scene": "x"}}], shown=None),
        "a turn to nowhere": changed(driven=[{**one, "way": {**one["way"], "turns": [{"road": 0, "at": 1}]}}]),
        "a third road": changed(driven=[{**one, "way": {**one["way"], "turns": [{"road": 2, "at": 1, "token": 1}]}}]),
        "a request of another version": changed(request={**RAIN.to_json(), "version": 2}),
        "a request with a turn": changed(request=fork.to_json()),
        "a road without end": changed(request=long.to_json()),
        "a temperature beyond": changed(request={**RAIN.to_json(), "settings": {"temperature": 1e308}}),
        "between two strengths": changed(request={**RAIN.to_json(), "strength": 1.3}),
        "no number": kept(packed(json.dumps({**to_json(WHOLE), "request": {**RAIN.to_json(), "strength": 0}}).encode()
                                 .replace(b'"strength": 0', b'"strength": NaN'))),
        "a number without end": kept(packed(b'{"two":' + b"9" * 100_000 + b"}")),
        "typed that is none": kept(good, typed=in_base64(["question"])),
        "typed into another box": kept(good, typed=in_base64({"<b>": "x"})),
        "typed, cut off": kept(good, typed=in_base64({"question": "x"})[:-4]),
    }  # fmt: skip


@pytest.mark.parametrize("name", damaged())
def test_what_is_damaged_or_hostile_is_one_sentence(name: str) -> None:
    with pytest.raises(UserError) as said:
        read_kept(damaged()[name])
    assert str(said.value) == text("kept.damaged")


def test_what_is_too_long_is_not_looked_at() -> None:
    with pytest.raises(UserError) as said:
        read_kept(kept("A" * MOST))
    assert str(said.value) == text("kept.large", limit=MOST // 1000)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = kept(packed(b'{"two": "' + b" " * 30_000_000 + b'"}'))
    assert len(bomb) < MOST
    tracemalloc.start()
    began = time.monotonic()
    with pytest.raises(UserError, match="damaged"):
        read_kept(bomb)
    assert tracemalloc.get_traced_memory()[1] < 4 * UNPACKED and time.monotonic() - began < 5
    tracemalloc.stop()
