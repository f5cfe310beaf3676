"""The one seam between the picture side and the model side: every call that needs the model is made here.

`embeddings` brings torch only when the model is loaded, which the worker's thread does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from embeddings.request import STRENGTH, Intervention, Request
from viz.drive import caption
from viz.drive.side import Reader, Walk
from viz.scene.ground import drawing
from viz.scene.scene import Json

if TYPE_CHECKING:
    from embeddings import Atlas, LanguageModel
    from embeddings.atlas import Comparison, Neighbourhood, Place, Start
    from embeddings.steering import RegionReward, Reward
    from embeddings.trajectory import Step

GRIP_CHUNK = 16  # tokens between two readings of the grip, which make a road pause

_first = threading.Lock()


class EmbeddingsSide:
    """The real model side. Only the worker's thread calls it."""

    def __init__(self) -> None:
        self._loaded: LanguageModel | None = None

    @property
    def _model(self) -> LanguageModel:
        assert self._loaded is not None, "the worker asks only once the model is loaded"
        return self._loaded

    def load(self, progress: Callable[[str, float], None]) -> None:
        from embeddings import load_model

        self._loaded = load_model(progress=progress)

    def start(self, system: str | None) -> Generator[None, None, Start]:
        return atlas().starting(self._model, system)

    def compare(self, first: Start, second: Start) -> Comparison:
        return atlas().compare(first, second)

    def neighbourhood(self, point: np.ndarray) -> Neighbourhood:
        return atlas().neighbourhood(point)

    def word(self, intervention: Intervention, strength: float) -> Reward:
        from embeddings.steering.rewards import reward_of

        return reward_of(self._model, atlas(), intervention, strength)

    def region(self, intervention: Intervention) -> RegionReward:
        from embeddings.steering.rewards import region_of

        return region_of(self._model, atlas(), intervention)

    def drawn(self, reward: RegionReward) -> Json:
        return drawing(atlas(), np.asarray(reward.indices))

    def forced(self, request: Request) -> tuple[int, ...]:
        from embeddings.model.prompt import forced_ids

        return forced_ids(self._model, request.branch)

    def crossings(self, request: Request, token_ids: Sequence[int]) -> Sequence[np.ndarray]:
        from embeddings.model.prompt import crossings

        return list(crossings(self._model, request.chat, token_ids, atlas().layer))

    def steps(self, request: Request, rewards: tuple[Reward, ...]) -> Iterator[Step]:
        from embeddings.decoding.loop import steps
        from embeddings.steering.rewards import check_rewards

        return steps(self._model, request, check_rewards(self._model, rewards), atlas().layer)

    def walk(self) -> Walk:
        return atlas().placer(self._model)

    def reader(self, request: Request) -> Reader:
        from embeddings.decoding.grip import GripReader

        shared = () if request.branch is None else request.branch.shared
        return GripReader(self._model, request.chat, chunk=GRIP_CHUNK, shared=shared)

    def lookahead(self, request: Request, token_ids: Sequence[int], candidates: Sequence[int]) -> np.ndarray:
        from embeddings.decoding.lookahead import lookahead
        from embeddings.model.prompt import prompt_ids

        prompt = prompt_ids(self._model, request.chat, len(token_ids))
        return lookahead(self._model, prompt, token_ids, candidates, atlas().layer)

    def apart(self, first: Place, second: Place) -> tuple[float, float]:
        on_map = float(np.linalg.norm(first.position - second.position)) / atlas().spread
        return on_map, float(np.linalg.norm(first.mean - second.mean)) / atlas().full_spread

    def caption(self, request: Request, branch: str) -> str:
        model = self._model
        return caption.caption(
            request, branch, model=model.name, model_hash=model.sha256, layer=atlas().layer, atlas_hash=atlas().sha256
        )


def atlas() -> Atlas:
    """The shipped map, read once a process, by whoever asks first."""
    with _first:
        return _atlas()


@cache
def _atlas() -> Atlas:
    from embeddings import load_atlas

    return load_atlas()


def check_word(sign: Intervention) -> None:
    """A `UserError` where no reward can be made of a word; no model is needed to know."""
    from embeddings import WordReward

    WordReward(sign.value, sign.nats(STRENGTH))
