"""One road as it grows: what was planned, and what the model's thread has told of it so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from embeddings.request import Stretch
from viz.drive.plan import Plan
from viz.drive.task import LookQuestion
from viz.scene.scene import Json, number, weight_of

SPURS = 3  # candidates of a crossing that are looked ahead from
AFTER_A_BRANCH = 24  # tokens that a branch may at least write of its own


@dataclass
class Run:
    """What grew. Written by its job alone, as events come in; ``tokens`` only ever get longer."""

    plan: Plan
    start: Json | None = None
    tokens: list[Json] = field(default_factory=list)
    states: list[np.ndarray] = field(default_factory=list)  # one (width,) a crossing; may be missing on recorded roads
    parent: Json | None = None  # of a branch: where and how it left the road before it
    forced: int = 0  # tokens that it was given at its crossing
    rewards: tuple[Json, ...] | None = None
    state: str = "waiting"
    error: str | None = None
    spurs: dict[str, list[list[float]]] = field(default_factory=dict)
    spurs_pca: dict[str, list[list[float]]] = field(default_factory=dict)

    @property
    def shared(self) -> int:
        """Tokens that it has in common with the road that it left."""
        branch = self.plan.request.branch
        return 0 if branch is None else branch.at

    @property
    def length(self) -> int:
        """The most tokens it may have, those included that it shares or was given."""
        return length_of(self.plan, self.forced)

    @property
    def text(self) -> str:
        return "".join(token["text"] for token in self.tokens)

    @property
    def token_ids(self) -> tuple[int, ...]:
        return tuple(token["id"] for token in self.tokens)

    def spurs_at(self, index: int) -> Json | None:
        """Where the candidates of a crossing lead, where that is known."""
        key = str(index)
        return {"positions": self.spurs[key], "pca": self.spurs_pca.get(key)} if key in self.spurs else None

    def look_at(self, index: int) -> LookQuestion | None:
        """What is to be asked to know it; None where the crossing is not there, or its states are not."""
        if index >= min(len(self.tokens), len(self.states)):
            return None
        candidates = tuple(c["id"] for c in self.tokens[index]["candidates"][:SPURS])
        return LookQuestion(self.plan.request, self.token_ids[:index], candidates, tuple(self.states[: index + 1]))

    def stretch(self, start: int, stop: int) -> Stretch:
        """Some of its tokens, as what a sign keeps of a road: values, so that it pins no more of it."""
        states = np.array(self.states[:stop]) if len(self.states) >= stop else None
        return Stretch(self.plan.request.messages, self.token_ids[:stop], start, stop, states)

    def header(self) -> Json:
        """The road without its tokens."""
        request, settings = self.plan.request, self.plan.request.settings
        return {
            "label": self.plan.label,
            "kind": self.plan.kind,
            "system": request.system,
            "user": request.question,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            "settings": {
                "max_new_tokens": self.length,
                "temperature": settings.temperature,
                "top_p": settings.top_p,
                "seed": settings.seed,
            },
            "parent": self.parent,
            "rewards": list(rewards_json(self.plan) if self.rewards is None else self.rewards),
            "start": self.start,
            "text": self.text,
            "stream": None,
            "state": self.state,
            "error": self.error,
        }

    def whole(self) -> Json:
        tokens = list(self.tokens)
        return {**self.header(), "tokens": tokens, "spurs": dict(self.spurs)}


def leaving(runs: Sequence[Run]) -> int:
    """Which of a drive's roads goes another way than the other: the branch, else the last. Where a turn was taken back
    each leaves the other, and it is the one that was taken later."""
    if len(runs) == 2 and _leaves(runs[0], runs[1]):
        later = turns_of(runs[0].parent) > turns_of(runs[1].parent)
        return 0 if later or not _leaves(runs[1], runs[0]) else 1
    return len(runs) - 1


def turns_of(parent: Json | None) -> int:
    """How many turns lead to a road."""
    return 0 if parent is None else int(parent.get("turn", 1))


def _leaves(branch: Run, other: Run) -> bool:
    """Whether it shares the other's tokens up to the turn, where that took what the turn was taken instead of."""
    if branch.parent is None:
        return False
    at, instead = branch.parent["at"], branch.parent["instead"]["id"]
    return (*branch.token_ids[:at], instead) == other.token_ids[: at + 1]


def length_of(plan: Plan, forced: int) -> int:
    """The most tokens that a road may have; a branch may always write some of its own."""
    longest, branch = plan.request.settings.max_new_tokens, plan.request.branch
    return longest if branch is None else max(longest, branch.at + forced + AFTER_A_BRANCH)


def rewards_json(plan: Plan, made: Sequence[tuple[int, float] | None] = ()) -> tuple[Json, ...]:
    """The signs that a road obeys, as it tells them; ``made``: k and AUC of each region's probe, null before it is
    fitted."""
    found = list[Json]()
    for i, sign in enumerate(plan.obeys):
        weight = sign.nats(plan.request.strength)
        if not sign.region:
            found.append({"word": sign.value, "weight": weight_of(weight)})
            continue
        known = made[i] if i < len(made) else None
        k, auc = (None, None) if known is None else (known[0], number(known[1], 3))
        found.append({"region": sign.name, "kind": sign.kind, "weight": weight, "k": k, "auc": auc})
    return tuple(found)
