"""The caption of a picture: everything that somebody needs to draw it again, in one paragraph."""

from __future__ import annotations

import math

from viz.drive.job import Fork, Order
from viz.drive.sign import Sign
from viz.strings import text


def caption(order: Order, *, model: str, model_hash: str, layer: int, atlas_hash: str) -> str:
    """The caption of what an order drives."""
    systems = " / ".join(text("scene.default_system") if s is None else quoted(s) for s in order.systems)
    signs = "; ".join(sign_said(sign, order.strength) for sign in order.signs)
    return text(
        "scene.caption",
        model=model,
        model_hash=model_hash[:12],
        systems=sentence(systems),
        question=sentence(quoted(order.question)),
        signs=text("scene.signs", signs=sentence(signs)) if signs else "",
        fork=fork_said(order.fork) if order.fork else "",
        temperature=f"{order.temperature:g}",
        top_p=f"{order.top_p:g}",
        seed=order.seed,
        length=order.max_new_tokens,
        layer=layer,
        atlas_hash=atlas_hash[:12],
    )


def quoted(words: str) -> str:
    return f"“{words}”"


def sentence(words: str) -> str:
    """With a full stop, unless it has an end of its own inside its last quotation mark."""
    return words if words.rstrip("”").endswith((".", "!", "?", "…")) else words + "."


def sign_said(sign: Sign, strength: float) -> str:
    """A sign with its weight."""
    weight, name = sign.nats(strength), sign.name
    if weight == -math.inf:
        return text("scene.ban", word=name)
    key = "scene.region" if sign.region else "scene.word"
    return text(key, name=name, kind=text(f"signs.kinds.{sign.kind}"), weight=signed(weight))


def signed(weight: float) -> str:
    """A number with its sign, a true minus."""
    return "0" if weight == 0 else f"{weight:+g}".replace("-", "−")


def fork_said(fork: Fork) -> str:
    if fork.typed is None:
        return text("scene.fork", at=fork.at + 1)
    return text("scene.fork_typed", at=fork.at + 1, words=sentence(quoted(fork.typed)))
