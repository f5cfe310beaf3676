"""What region signs stand on: probes, fitted once each and kept. Made in the model's thread, read from any."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from embeddings.errors import UserError
from viz.drive.job import Job, Road
from viz.drive.sign import Sign
from viz.scene.scene import Json, number

if TYPE_CHECKING:
    from viz.drive.worker import ModelSide

KEPT = 48


@dataclass(frozen=True, eq=False)
class Probe:
    """The model side's reward for a region, and how the region is drawn."""

    reward: Any
    drawing: Json


class Probes:
    """Fits what is asked for the first time, which takes up to a second."""

    def __init__(self, side: ModelSide) -> None:
        self._side = side
        self._kept: OrderedDict[Hashable, Probe] = OrderedDict()
        self._refused: dict[Hashable, str] = {}

    def known(self, sign: Sign) -> Probe | None:
        """The probe of a sign, where it was fitted already. From any thread."""
        return self._kept.get(sign.probe)

    def refused(self, sign: Sign) -> str | None:
        """Why the probe of a sign could not be fitted, where that was tried. From any thread."""
        return self._refused.get(sign.probe)

    def of(self, sign: Sign) -> Probe:
        """The probe of a region sign; a `UserError` where there is no such region."""
        if found := self._kept.get(sign.probe):
            self._kept.move_to_end(sign.probe)
            return found
        stretch = sign.stretch
        if stretch is not None and len(stretch.road.states) < stretch.stop:  # of a recorded road
            stretch.road.states = list(self._side.crossings(stretch.road))
        try:
            reward = self._side.region(sign)
        except UserError as error:
            self._refused[sign.probe] = str(error)
            raise
        probe = self._kept[sign.probe] = Probe(reward, self._side.drawn(reward))
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return probe

    def put_up(self, job: Job, road: Road) -> None:
        """Make the rewards of a road, and tell once what the drive's region signs stand on."""
        strength = road.order.strength
        obeyed = [
            self.of(s).reward.weighted(s.nats(strength)) if s.region else self._side.word(s.value, s.nats(strength))
            for s in road.signs
        ]
        road.rewards = (*obeyed, *(self.of(sign).reward.weighted(0.0) for sign in road.plan.watches))
        regions = [sign for sign in road.signs if sign.region] or road.plan.watches
        if regions and not job.signs:
            job.signs = [self._post(sign, sign.nats(strength)) for sign in regions]
            job.emit("signs", value=job.signs)

    def _post(self, sign: Sign, weight: float) -> Json:
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
