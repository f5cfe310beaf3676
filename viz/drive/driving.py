"""What drives: the model's thread's own half of a drive. Nobody else ever sees it; what it finds out it tells."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from embeddings.errors import UserError
from embeddings.request import Branch
from viz.drive import events
from viz.drive.events import Event
from viz.drive.plan import Plan
from viz.drive.probes import Probes
from viz.drive.run import length_of, rewards_json
from viz.drive.side import ModelSide, Reader, Walk
from viz.drive.starts import Starts
from viz.drive.task import Behind, Task
from viz.scene.scene import number, parts_at, place_of, token_of
from viz.strings import text

if TYPE_CHECKING:
    from embeddings.atlas import Place
    from embeddings.trajectory import Step

log = logging.getLogger(__name__)


class Channel(Protocol):
    """Where events go; called in the model's thread."""

    def tell(self, event: Event) -> None: ...

    def wanted(self) -> bool:
        """False: nobody needs what is still to come."""


class Ride:
    """The roads of one drive together: what is told once for both, and where they part."""

    def __init__(self, side: ModelSide, probes: Probes, starts: Starts, task: Task, channel: Channel) -> None:
        self.side, self.probes, self.starts = side, probes, starts
        self.channel = channel
        self._request, self._behind = task.request, task.behind
        begun = {known.plan.index: known for known in task.begun}
        self.drivings = [Driving(self, plan, begun.get(plan.index), measured=task.measured) for plan in task.plans]
        self._beside = next(
            (known for known in task.begun if known.plan.index not in {p.index for p in task.plans}), None
        )
        self._parted: int | None = None
        self._told, self._posted = False, False
        self._last_behind: Place | None = None
        self._read = dict[int, Sequence[np.ndarray]]()

    def depart(self) -> None:
        """What the first of them tells for all."""
        if not self._told:
            self.channel.tell(events.Captioned(self.side.caption(self._request, self._branch())))
        self._told = True

    def _branch(self) -> str:
        """The letter of the road that takes the request's turn."""
        plans = [driving.plan for driving in self.drivings]
        return next((plan.label for plan in plans if plan.request.branch == self._request.branch), plans[-1].label)

    def post(self, plan: Plan) -> None:
        """What the drive's regions stand on; both roads have the same."""
        if not self._posted and (signs := self.probes.posts(plan)):
            self._posted = True
            self.channel.tell(events.Posted(signs))

    def bring(self, driving: Driving, walk: Walk) -> None:
        """Bring the walk of a road to the crossing at which it begins here: over the states of the road that a branch
        leaves, or over its own."""
        beside, before = self.beside, driving.begun or self._behind
        if beside is not None and self._last_behind is None:
            self._last_behind = walked(self.side.walk(), self._states(beside), beside.token_ids)
        if before is not None:
            shared = driving.shared
            walked(walk, self._states(before)[: len(shared)], shared)

    def _states(self, road: Behind) -> Sequence[np.ndarray]:
        """From which its tokens were chosen; of a recorded road they are read again, once."""
        key = road.plan.index
        if key not in self._read:
            states: Sequence[np.ndarray] = road.states
            if len(states) < len(road.token_ids):
                states = self.side.crossings(road.plan.request, road.token_ids)
                self.channel.tell(events.Read(key, states))
            self._read[key] = states
        return self._read[key]

    @property
    def beside(self) -> Behind | None:
        """The other road of the drive, where it is over: that which a branch has left, or which has said its last
        word."""
        return self._behind or self._beside

    def part(self, *, ended: bool = False) -> None:
        """Say where the two roads differ, as soon as it is known."""
        pair = self._pair()
        if pair is None or self._parted is not None:
            return
        at = parts_at(pair[0][0], pair[1][0], ended=ended)
        if at is not None:
            self._parted = at
            self.channel.tell(events.Parted(at))

    def over(self) -> None:
        """Once all are over: where they part, how far apart they end, and that nothing more comes."""
        if any(driving.state is None for driving in self.drivings):
            return
        whole = all(driving.state == "done" for driving in self.drivings)
        self.part(ended=whole and (self.beside is None or self.beside.over))
        pair, at = self._pair(), self._parted
        if pair is not None and at is not None and all(len(ids) > at for ids, _ in pair):
            first, second = pair[0][1], pair[1][1]
            if first is not None and second is not None:
                self._apart(first, second)
        self.channel.tell(events.Finished())

    def _apart(self, first: Place, second: Place) -> None:
        try:
            on_map, full = self.side.apart(first, second)
        except Exception:  # the roads are over all the same
            log.exception("how far apart two roads end is not known")
        else:
            self.channel.tell(events.Apart(number(on_map), number(full)))

    def _pair(self) -> tuple[tuple[Sequence[int], Place | None], tuple[Sequence[int], Place | None]] | None:
        """Token ids and last place of both roads; None where there is only one."""
        found = [(driving.token_ids, driving.place) for driving in self.drivings]
        if self.beside is not None:
            found.insert(self.beside.plan.index, (list(self.beside.token_ids), self._last_behind))
        return (found[0], found[1]) if len(found) == 2 else None


class Driving:
    """One road while it is driven."""

    def __init__(self, ride: Ride, plan: Plan, begun: Behind | None, *, measured: bool) -> None:
        self.ride, self.plan, self.begun = ride, plan, begun
        branch = plan.request.branch if begun is None else _end_of(begun)
        self.shared: tuple[int, ...] = () if branch is None else branch.shared
        self._known = 0 if begun is None else len(begun.token_ids)  # tokens that are told already
        self.token_ids: list[int] = list(self.shared)
        self.place: Place | None = None
        self.state: str | None = None  # how it ended
        self._measured = measured
        self._measuring: Generator[None, None, object] | None = None
        self._gripped = len(self.shared)
        self._steps: Iterator[Step] | None = None
        self._walk: Walk | None = None
        self._reader: Reader | None = None

    def advance(self) -> bool:
        """Drive one token further, or measure a part of the flag. True while there is more to come."""
        try:
            if not self.ride.channel.wanted():
                return self._stop()
            if self._steps is None:
                self._depart()
            elif not self._measured:  # a road that is stopped after one token has a flag too
                return self._measure()
            assert self._steps is not None
            step = next(self._steps, None)
            if step is None:
                return self.end("done")
            self._arrive(step)
            return True
        except UserError as error:
            return self.end("error", str(error))
        except Exception:
            log.exception("a road failed")
            return self.end("error", text("errors.road"))

    def end(self, state: str, error: str | None = None) -> bool:
        """The road is over, for whatever reason; False, for there is no more to come."""
        close = getattr(self._steps, "close", None)
        try:
            if close is not None:
                close()
            if self._reader is not None and state != "error":
                self._grip(self._reader.flush())
        except Exception:
            log.exception("the last readings of a road failed")
        self._steps, self._reader = None, None
        self.state = state
        self.ride.channel.tell(events.Ended(self.plan.index, state, error))
        self.ride.over()
        return False

    def _stop(self) -> bool:
        """Nobody needs the rest; a road that has a token gets its flag all the same."""
        if self._steps is not None and not self._measured and self.place is not None:
            while not self._measured:
                self._measure()
        return self.end("stopped")

    def _depart(self) -> None:
        ride, plan = self.ride, self.plan
        ride.depart()
        rewards = ride.probes.rewards(plan)
        ride.post(plan)
        self._walk = ride.side.walk()
        ride.bring(self, self._walk)
        forced = ride.side.forced(plan.request)
        settings = replace(plan.request.settings, max_new_tokens=length_of(plan, len(forced)))
        request = replace(plan.request, settings=settings)
        if self.begun is not None:
            request = replace(request, branch=_end_of(self.begun))
        self._steps = iter(ride.side.steps(request, rewards))
        self._reader = ride.side.reader(request)
        made = ride.probes.made(plan)
        ride.channel.tell(events.Started(plan.index, rewards_json(plan, made), len(forced)))

    def _measure(self) -> bool:
        """A part of the start of a road, once its first token has gone out: nobody need wait for it."""
        if self._measuring is None:
            self._measuring = self._flag()
        try:
            next(self._measuring)
        except StopIteration:
            self._measured, self._measuring = True, None
        return True

    def _flag(self) -> Generator[None, None, None]:
        try:
            start = yield from self.ride.starts.of(self.plan.system)
        except UserError:
            return  # the prompt fits this question, but not the fixed ones: a road without a flag
        self.ride.channel.tell(events.Measured(self.plan.index, place_of(start)))

    def _arrive(self, step: Step) -> None:
        assert self._walk is not None and self._reader is not None
        read = self.token_ids[-1] if self.token_ids else None
        self.place = self._walk.add(step.state, read)
        if len(self.token_ids) < self._known:
            self.token_ids.append(step.token_id)
            self._grip(self._reader.push(step))
            return
        token = token_of(step, self.place, signed=bool(self.plan.obeys))
        self.token_ids.append(token["id"])
        state = np.array(step.state, dtype=np.float32)
        self.ride.channel.tell(events.Token(self.plan.index, token, state))
        self.ride.part()
        self._grip(self._reader.push(step))

    def _grip(self, found: Sequence[float]) -> None:
        """How hard the start still holds: known some tokens later, from one pass over several of them."""
        if not found:
            return
        first = max(self._gripped, self._known)
        values = tuple(number(value) for value in found[first - self._gripped :])
        self._gripped += len(found)
        if values:
            self.ride.channel.tell(events.Grip(self.plan.index, first, values))


def _end_of(begun: Behind) -> Branch:
    """Where a road goes on: its last token, taken again, is the first that the model reads one at a time."""
    return Branch(begun.token_ids, len(begun.token_ids) - 1, token=begun.token_ids[-1])


def walked(walk: Walk, states: Sequence[np.ndarray], token_ids: Sequence[int]) -> Place | None:
    """The place to which a walk comes over the crossings of an answer."""
    place = None
    for i, state in enumerate(states):
        place = walk.add(state, token_ids[i - 1] if i else None)
    return place
