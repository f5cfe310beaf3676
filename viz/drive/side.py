"""What a drive asks of the model side: the one seam, as a protocol. `embeddings_side` has the real one."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from embeddings.request import Intervention, Request
from viz.scene.scene import Json

if TYPE_CHECKING:
    from embeddings.atlas import Comparison, Neighbourhood, Place, Start
    from embeddings.steering import RegionReward, Reward
    from embeddings.trajectory import Step


class Walk(Protocol):
    """Places the crossings of one answer, one after the other."""

    def add(self, state: np.ndarray, read: int | None) -> Place: ...
    def peek(self, state: np.ndarray, read: int) -> Place: ...


class Reader(Protocol):
    """Reads along, and answers some tokens later."""

    def push(self, step: Step) -> list[float]: ...
    def flush(self) -> list[float]: ...


class ModelSide(Protocol):
    """Only the model's thread calls it. Requests are checked; a `UserError` is a sentence for a person."""

    def load(self, progress: Callable[[str, float], None]) -> None:
        """Make the model ready; ``progress`` is told a sentence and a share, 0 to 1."""

    def start(self, system: str | None) -> Generator[None, None, Start]:
        """Where answers begin under a system prompt, in parts of well under a second."""

    def compare(self, first: Start, second: Start) -> Comparison: ...

    def neighbourhood(self, point: np.ndarray) -> Neighbourhood: ...

    def word(self, intervention: Intervention, strength: float) -> Reward: ...

    def region(self, intervention: Intervention) -> RegionReward:
        """Fits a probe: up to a second."""

    def drawn(self, reward: RegionReward) -> Json:
        """How the region of a reward is drawn."""

    def forced(self, request: Request) -> tuple[int, ...]:
        """The tokens that a branch puts in."""

    def crossings(self, request: Request, token_ids: Sequence[int]) -> Sequence[np.ndarray]:
        """The states from which the tokens of an answer were chosen, read again."""

    def steps(self, request: Request, rewards: tuple[Reward, ...]) -> Iterator[Step]: ...

    def walk(self) -> Walk: ...

    def reader(self, request: Request) -> Reader: ...

    def lookahead(self, request: Request, token_ids: Sequence[int], candidates: Sequence[int]) -> np.ndarray:
        """States after each candidate, as the token that comes next."""

    def apart(self, first: Place, second: Place) -> tuple[float, float]:
        """How far apart two places are, in spreads of the map and of the full space."""

    def caption(self, request: Request, branch: str) -> str: ...
