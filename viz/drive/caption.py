"""The caption of a picture: everything that somebody needs to draw it again, in one paragraph."""

from __future__ import annotations

import math

from embeddings.request import Branch, Intervention, Request
from viz.strings import text


def caption(request: Request, branch: str = "B", *, model: str, model_hash: str, layer: int, atlas_hash: str) -> str:
    """The caption of what a request drives. ``branch``: the letter of the road that takes its turn."""
    given = (request.system, *request.beside)
    systems = " / ".join(text("scene.default_system") if s is None else quoted(s) for s in given)
    signs = "; ".join(sign_said(sign, request.strength) for sign in request.up)
    settings = request.settings
    return text(
        "scene.caption",
        model=model,
        model_hash=model_hash[:12],
        systems=sentence(systems),
        question=sentence(quoted(request.question)),
        signs=text("scene.signs", signs=sentence(signs)) if signs else "",
        fork=branch_said(request.branch, branch) if request.branch else "",
        temperature=f"{settings.temperature:g}",
        top_p=f"{settings.top_p:g}",
        seed=settings.seed,
        length=settings.max_new_tokens,
        layer=layer,
        atlas_hash=atlas_hash[:12],
    )


def quoted(words: str) -> str:
    return f"“{words}”"


def sentence(words: str) -> str:
    """With a full stop, unless it has an end of its own inside its last quotation mark."""
    return words if words.rstrip("”").endswith((".", "!", "?", "…")) else words + "."


def sign_said(sign: Intervention, strength: float) -> str:
    """A sign with its weight."""
    weight, name = sign.nats(strength), sign.name
    if weight == -math.inf:
        return text("scene.ban", word=name)
    key = "scene.region" if sign.region else "scene.word"
    return text(key, name=name, kind=text(f"signs.kinds.{sign.kind}"), weight=signed(weight))


def signed(weight: float) -> str:
    """A number with its sign, a true minus."""
    return "0" if weight == 0 else f"{weight:+g}".replace("-", "−")


def branch_said(branch: Branch, road: str) -> str:
    if branch.text is None:
        return text("scene.fork", road=road, at=branch.at + 1)
    return text("scene.fork_typed", road=road, at=branch.at + 1, words=sentence(quoted(branch.text)))
