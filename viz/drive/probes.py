"""What region signs stand on: probes, fitted once each and kept. Made in the model's thread, read from any."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embeddings.errors import UserError
from embeddings.request import Intervention
from viz.drive.plan import Plan
from viz.drive.side import ModelSide
from viz.scene.scene import Json, number

if TYPE_CHECKING:
    from embeddings.steering import RegionReward, Reward

KEPT = 48


@dataclass(frozen=True, eq=False)
class Probe:
    """The model side's reward for a region, and how the region is drawn."""

    reward: RegionReward
    drawing: Json


class Probes:
    """Fits what is asked for the first time, which takes up to a second."""

    def __init__(self, side: ModelSide) -> None:
        self._side = side
        self._kept: OrderedDict[Hashable, Probe] = OrderedDict()
        self._refused: OrderedDict[Hashable, str] = OrderedDict()

    def known(self, sign: Intervention) -> Probe | None:
        """The probe of a sign, where it was fitted already. From any thread."""
        return self._kept.get(sign.probe)

    def refused(self, sign: Intervention) -> str | None:
        """Why the probe of a sign could not be fitted, where that was tried. From any thread."""
        return self._refused.get(sign.probe)

    def of(self, sign: Intervention) -> Probe:
        """The probe of a region sign; a `UserError` where there is no such region."""
        if found := self._kept.get(sign.probe):
            self._kept.move_to_end(sign.probe)
            return found
        if sign.probe in self._refused:  # it would be refused again
            raise UserError(self._refused[sign.probe])
        try:
            reward = self._side.region(sign)
        except UserError as error:
            self._refused[sign.probe] = str(error)
            while len(self._refused) > KEPT:
                self._refused.popitem(last=False)
            raise
        probe = self._kept[sign.probe] = Probe(reward, self._side.drawn(reward))
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return probe

    def rewards(self, plan: Plan) -> tuple[Reward, ...]:
        """What a road obeys, and at weight 0 what it only reads."""
        strength = plan.request.strength
        obeyed = [self._reward(sign, strength) for sign in plan.obeys]
        return (*obeyed, *(self.of(sign).reward.weighted(0.0) for sign in plan.watches))

    def posts(self, plan: Plan) -> tuple[Json, ...]:
        """How the regions are drawn that a road obeys, or else reads."""
        regions: Sequence[Intervention] = [sign for sign in plan.obeys if sign.region] or plan.watches
        return tuple(self._post(sign, sign.nats(plan.request.strength)) for sign in regions)

    def made(self, plan: Plan) -> list[tuple[int, float] | None]:
        """Candidates looked at and held-out AUC of each sign that a road obeys; None for a word."""
        probes = [self.of(sign).reward if sign.region else None for sign in plan.obeys]
        return [None if reward is None else (int(reward.k), float(reward.auc)) for reward in probes]

    def _reward(self, sign: Intervention, strength: float) -> Reward:
        return self.of(sign).reward.weighted(sign.nats(strength)) if sign.region else self._side.word(sign, strength)

    def _post(self, sign: Intervention, weight: float) -> Json:
        probe = self.of(sign)
        return {
            "name": sign.name,
            "kind": sign.kind,
            "value": sign.value,
            "direction": sign.direction,
            "weight": weight,
            "auc": number(probe.reward.auc, 3),
            "weak": bool(probe.reward.weak),
            **probe.drawing,
        }
