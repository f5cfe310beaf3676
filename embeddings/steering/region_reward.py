"""A reward for where a token leads: into a region of the map or out of it. Made from atlas points by a linear probe.

The model is not asked whether it is inside (after a question about freedom every candidate is) but in which direction
each of its likeliest next tokens would take its state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.atlas.atlas import Atlas
from embeddings.atlas.lens import Lens, recent_mean
from embeddings.atlas.places import Landmark, Region
from embeddings.chat import chat, check_text
from embeddings.errors import UserError
from embeddings.numbers import within
from embeddings.steering.chosen import checked_indices, find
from embeddings.steering.probe import Probe, fit_probe
from embeddings.steering.reward import Look, check_weight

if TYPE_CHECKING:
    from embeddings.model.language_model import LanguageModel
    from embeddings.trajectory import Trajectory

LOOKED_AT = 16  # candidates that are looked at by default
MOST_LOOKED_AT = 256
MOST_REACH = 8  # crossings on the way, and rollouts
ALL = 1.0  # share of the probability that is looked at, if k suffices
WEAK = 0.75  # a probe with a lower held-out AUC hardly knows its region
NEAR = 15  # atlas points that an example brings with it
MOST_SENTENCES = 20
BEGINNING = 4  # crossings of an example sentence that are left out: they say more of beginnings than of it
CONTEXT = "Tell me what you think."  # what example sentences answer, under an empty system prompt


WHY = {
    "reach": "",
    "rollouts": "",
    "k": ": a region chooses between the candidates that are looked at, so that one alone changes nothing",
}


@dataclass(frozen=True)
class Terms:
    """What a reward on a region says, whatever its probe: the region's name and how it was made (``kind``), nats a
    standard deviation, and how many candidates are looked at."""

    name: str
    kind: str
    weight: float
    k: int


@dataclass(frozen=True, eq=False)
class RegionReward:
    """A reward on the tokens that lead into a region; made by the ``from_`` functions.

    At each crossing the ``k`` likeliest candidates are looked at, fewer where fewer hold the share ``mass`` of the
    probability, but two. Each gets ``weight`` nats for every standard deviation (over the atlas) that its next state
    scores above the candidates' mean, weighted by their probability: negative keeps out, positive draws in. All other
    tokens, and end tokens, which lead nowhere, get 0. With a ``reach`` above 1 (see `looking`) a candidate's score is
    the mean over that many crossings, of which all but the first are sampled. ``inside`` is a score past half. ``auc``
    is the probe's area under the ROC curve on answers held out of its fit, 0.5 chance, 1 perfect; ``indices`` are the
    atlas points inside.

    Attributes
    ----------
    coefficients : ndarray, shape (d,)
        ``score(z) = coefficients @ z + intercept``, in log odds, of a token-removed single state through the lens.
    mean, scale : float
        Of the score over the atlas points.
    """

    name: str
    kind: str
    weight: float
    k: int
    auc: float
    coefficients: np.ndarray
    intercept: float
    mean: float
    scale: float
    indices: np.ndarray
    lens: Lens
    layer: int
    atlas_sha256: str
    model_sha256: str
    mass: float = ALL
    reach: int = 1
    rollouts: int = 2

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", check_weight(self.weight))
        for said, least, most in (("reach", 1, MOST_REACH), ("rollouts", 1, MOST_REACH), ("k", 2, MOST_LOOKED_AT)):
            value = getattr(self, said)
            found = within(value, least, most)
            if found is None:
                raise UserError(f"{said} must be a whole number from {least} to {most}, not {value!r:.40}{WHY[said]}.")
            object.__setattr__(self, said, found)

    # -- how one is made

    @classmethod
    def from_landmark(cls, atlas: Atlas, name: str, weight: float = -3.0, *, k: int = LOOKED_AT) -> RegionReward:
        """For a region or a landmark of the atlas, by its name or, where that is clear, its theme.

        A landmark stands for its whole theme, as a region does: every crossing of an answer to its questions, not only
        those that are surely called so, from which a probe would ask too much (docs/decisions.md, 41).

        Raises
        ------
        UserError
            If the atlas has none of that name, or the weight or `k` is out of range.
        """
        found = find(atlas, name)
        if isinstance(found, Landmark):
            theme = np.flatnonzero(atlas.labels == atlas.themes.index(found.theme))
            return cls.from_points(atlas, theme, weight, name=found.name, kind="landmark", k=k)
        return _made(atlas, found, Terms(found.name, "landmark", weight, k))

    @classmethod
    def from_points(
        cls,
        atlas: Atlas,
        indices: Sequence[int] | np.ndarray,
        weight: float = -3.0,
        *,
        name: str = "points",
        kind: str = "points",
        k: int = LOOKED_AT,
    ) -> RegionReward:
        """For atlas points, by their row numbers.

        Raises
        ------
        UserError
            If they are fewer than 20, of fewer than five answers, or leave nothing outside.
        """
        chosen = checked_indices(atlas, indices)
        no_examples = np.empty((0, atlas.singles.shape[1]))
        return _fitted(atlas, chosen, no_examples, np.empty(0, int), Terms(name, kind, weight, k))

    @classmethod
    def from_text(
        cls,
        model: LanguageModel,
        atlas: Atlas,
        sentences: Sequence[str],
        weight: float = -3.0,
        *,
        name: str | None = None,
        k: int = LOOKED_AT,
    ) -> RegionReward:
        """For one to twenty example sentences, which the model reads as its own answer.

        The region is where they pass: the crossings of the sentences from the fourth token on (of short ones the
        second half), for their first words say more of beginnings, and the 15 atlas points nearest to each.

        Raises
        ------
        UserError
            If there is no sentence, too many, or an unreadable or empty one; if the model is not the atlas's.
        """
        atlas.check(model)
        if isinstance(sentences, str):
            sentences = [sentences]
        if not 1 <= len(sentences) <= MOST_SENTENCES:
            raise UserError(f"Give one to {MOST_SENTENCES} example sentences, not {len(sentences)}.")
        prefix = model.encode(chat(system="", user=CONTEXT))
        roads, skipped = list[np.ndarray](), list[int]()
        for sentence in sentences:
            ids = model.text_ids(check_text(sentence, "example sentence").strip())
            if not ids:
                raise UserError("An example sentence is empty: type what the model might say there.")
            if len(prefix) + len(ids) >= model.context:
                raise UserError(f"An example sentence has {len(ids)} tokens: shorten it.")
            states = model.crossings(prefix, ids, atlas.layer)
            roads.append(atlas.lens.single(states, [None, *ids]))
            skipped.append(max(1, min(BEGINNING, len(ids) // 2)))
        parts = [slice(first, None) for first in skipped]
        return _around(atlas, roads, parts, Terms(name or sentences[0].strip(), "text", weight, k))

    @classmethod
    def from_trajectory(
        cls,
        model: LanguageModel,
        atlas: Atlas,
        trajectory: Trajectory,
        start: int,
        stop: int,
        weight: float = -3.0,
        *,
        name: str | None = None,
        k: int = LOOKED_AT,
    ) -> RegionReward:
        """For where tokens `start` to `stop` (exclusive) of a road were chosen.

        Raises
        ------
        UserError
            If there is no token in the stretch, or the trajectory is not of the atlas's model and layer.
        """
        atlas.check(model)
        atlas.accept(trajectory)
        name = name or "".join(trajectory.pieces[start:stop]).strip()
        return cls.from_crossings(
            atlas, trajectory.states, trajectory.token_ids, start, stop, weight, name=name or "stretch", k=k
        )

    @classmethod
    def from_crossings(
        cls,
        atlas: Atlas,
        states: np.ndarray,
        token_ids: Sequence[int],
        start: int,
        stop: int,
        weight: float = -3.0,
        *,
        name: str,
        k: int = LOOKED_AT,
    ) -> RegionReward:
        """The same from an answer's states (n, width) of the atlas's layer and its n token ids."""
        if not 0 <= start < stop <= len(states):
            raise UserError(
                f"A stretch from token {start} to {stop} does not lie on a road of {len(states)} tokens: choose at "
                "least one of its words."
            )
        road = atlas.lens.answer(np.asarray(states), tuple(token_ids))
        return _around(atlas, [road], [slice(start, stop)], Terms(name, "stretch", weight, k))

    # -- what it says

    @property
    def weak(self) -> bool:
        """The probe hardly knows its region: its held-out AUC is below 0.75."""
        return self.auc < WEAK

    def weighted(self, weight: float) -> RegionReward:
        """The same region with another weight."""
        return replace(self, weight=weight)

    def looking(self, reach: int, rollouts: int = 2) -> RegionReward:
        """The same region, looking further than the next token: a candidate's score is then the mean over `reach`
        crossings, 1 to 8, of `rollouts` ways, 1 to 8, that the unmodified model samples from there (see
        `rollouts.values`). Far slower; a weight says less, for means differ less."""
        return replace(self, reach=reach, rollouts=rollouts)

    def score(self, states: np.ndarray, read: Sequence[int | None]) -> np.ndarray:
        """Log odds (n,) of states (n, width) of being inside; `read`: the token before each, None: the template."""
        return np.asarray(self.lens.single(states, list(read)) @ self.coefficients + self.intercept)

    def seen(self, logprobs: np.ndarray) -> int:
        """How many of some candidates are looked at; their log-probabilities, likeliest first."""
        enough = int(np.searchsorted(np.exp(logprobs[: self.k]).cumsum(), self.mass)) + 1
        return max(2, min(self.k, enough))

    def look(
        self,
        logprobs: np.ndarray,
        ids: np.ndarray,
        states: np.ndarray,
        ends: frozenset[int],
        values: np.ndarray | None = None,
    ) -> tuple[Look, float]:
        """The reward on candidates, and what the unmodified model expects.

        Parameters
        ----------
        logprobs : ndarray, shape (vocabulary,)
            Of the unmodified model, nats.
        ids : ndarray of int, shape (m,)
            Candidates, likeliest first; those count that are `seen`.
        states : ndarray, shape (m, width)
            Hidden states of the region's layer after each.
        ends
            End tokens.
        values : ndarray, shape (m,)
            What the candidates are rewarded for instead of their own score, in standard deviations.

        Returns
        -------
        tuple
            The rewards, and the expectation under the unmodified model, over the candidates looked at, of the score in
            standard deviations of the atlas (0 is its mean).
        """
        count = self.seen(logprobs[ids])
        ids, states = ids[:count], states[:count]
        going = np.array([token not in ends for token in ids.tolist()])
        standing = (self.score(states, ids.tolist()) - self.mean) / self.scale
        share = np.exp(logprobs[ids].astype(np.float64)) * going
        total = share.sum()
        expected = float(share @ standing / total) if total > 0 else 0.0
        worth, middle = standing, expected
        if values is not None:
            worth = values[:count]
            middle = float(share @ worth / total) if total > 0 else 0.0
        return Look(ids, self.weight * np.where(going, worth - middle, 0.0)), expected

    def to_json(self) -> dict[str, Any]:
        """Everything that the reward needs besides the atlas."""
        return {
            "region": self.name,
            "kind": self.kind,
            "weight": self.weight,
            "k": self.k,
            "auc": self.auc,
            **({"reach": self.reach, "rollouts": self.rollouts} if self.reach > 1 else {}),
            "atlas": self.atlas_sha256,
            "coefficients": [float(value) for value in self.coefficients],
            "intercept": self.intercept,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any], atlas: Atlas) -> RegionReward:
        """What `to_json` wrote, on the same atlas; a `UserError` says what is wrong with anything else."""
        if value.get("atlas") != atlas.sha256:
            raise UserError("A region of these rewards belongs to another atlas: make it anew on this one.")
        damaged = UserError("A region of these rewards is damaged: make it anew.")
        try:
            coefficients = np.array(value["coefficients"], dtype=np.float64)
            probe = Probe(coefficients, float(value["intercept"]), float(value["auc"]))
            name, kind, weight, k = value["region"], value["kind"], value["weight"], value["k"]
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise damaged from error
        if coefficients.shape != (atlas.singles.shape[1],) or not (isinstance(name, str) and isinstance(kind, str)):
            raise damaged
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows becomes infinite, and is refused
            made = _made(atlas, probe, Terms(check_text(name, "name of a region"), kind, weight, k))
        if not np.isfinite([made.mean, made.scale, made.auc]).all():
            raise damaged
        return replace(made, reach=value.get("reach", 1), rollouts=value.get("rollouts", cls.rollouts))


def _around(atlas: Atlas, roads: Sequence[np.ndarray], parts: Sequence[slice], terms: Terms) -> RegionReward:
    """For the crossings in a part of each answer, (n, d) through the lens, and the atlas points around them."""
    chosen = [road[part] for road, part in zip(roads, parts, strict=True)]
    groups = np.concatenate([np.full(len(rows), -2 - i) for i, rows in enumerate(chosen)])
    places = [recent_mean(road, atlas.lens.decay)[part] for road, part in zip(roads, parts, strict=True)]
    near = atlas.nearest(np.concatenate(places), NEAR)
    return _fitted(atlas, near, np.concatenate(chosen), groups, terms)


def _fitted(atlas: Atlas, chosen: np.ndarray, examples: np.ndarray, groups: np.ndarray, terms: Terms) -> RegionReward:
    """A probe between chosen atlas points with examples (m, d), and the other crossings of the atlas."""
    crossing = atlas.answers >= 0
    positive = np.zeros(len(crossing), dtype=bool)
    positive[chosen] = True
    probe = fit_probe(
        np.concatenate([atlas.singles[crossing], examples]),
        np.concatenate([positive[crossing], np.ones(len(examples), bool)]),
        np.concatenate([atlas.answers[crossing], groups]),
        stratified=True,
    )
    return _made(atlas, probe, terms)


def _made(atlas: Atlas, probe: Probe | Region, terms: Terms) -> RegionReward:
    """On a probe that is there: one that was fitted now, or a region's of the atlas."""
    scores = atlas.singles.astype(np.float64) @ probe.coefficients + probe.intercept
    return RegionReward(
        name=terms.name,
        kind=terms.kind,
        weight=terms.weight,
        k=terms.k,
        auc=float(probe.auc),
        coefficients=probe.coefficients,
        intercept=float(probe.intercept),
        mean=float(scores.mean()),
        scale=float(scores.std()) or 1.0,
        indices=np.flatnonzero(scores > 0),
        lens=atlas.lens,
        layer=atlas.layer,
        atlas_sha256=atlas.sha256,
        model_sha256=atlas.model_sha256,
    )
