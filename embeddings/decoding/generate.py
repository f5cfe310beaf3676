"""`trace` and `stream`: a question asked of the model, answered once. The loop is in loop.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from embeddings.atlas.store import default_layer
from embeddings.chat import Message, chat
from embeddings.decoding.grip import GripReader
from embeddings.decoding.loop import CANDIDATES, steps
from embeddings.model.language_model import LanguageModel
from embeddings.numbers import require_whole
from embeddings.request import Request, Settings
from embeddings.steering.region_reward import RegionReward
from embeddings.steering.rewards import Reward, check_rewards
from embeddings.trajectory import Step, Trajectory

Messages = Sequence[Mapping[str, str] | Message]


def stream(
    model: LanguageModel,
    *,
    system: str | None = None,
    user: str | None = None,
    messages: Messages | None = None,
    max_new_tokens: int = 48,
    temperature: float = 0.0,
    top_p: float = 1.0,
    seed: int = 0,
    rewards: Sequence[Reward] = (),
    layer: int | None = None,
) -> Iterator[Step]:
    """Generate, one `Step` a token. To stop, stop iterating: no hook, thread or cache stays behind.

    Parameters
    ----------
    system
        None is the template's own default message, ``""`` an explicitly empty one.
    user
        The message to answer.
    messages
        Instead of the two: a chat of several turns, as mappings with ``role`` and ``content``.
    max_new_tokens
        At least 1; the answer also ends with an end token or with the context window.
    temperature, top_p
        Temperature 0 takes the likeliest token, else tokens are sampled at that temperature (> 0) from the smallest
        set that holds `top_p` in (0, 1] of the mass. Rewards come first, then temperature, then top_p.
    seed
        Whole number >= 0; the same seed gives the same answer.
    rewards
        They add, in nats.
    layer
        Which hidden state a step carries, 0 (the embedding) to the number of blocks; None: the default atlas's.

    Raises
    ------
    UserError
        Before the first token, if an argument is out of range or the prompt does not fit the context window.
    """
    request = _request(system, user, messages, max_new_tokens, temperature, top_p, seed)
    return steps(model, request, check_rewards(model, rewards), check_layer(model, layer))


def trace(
    model: LanguageModel,
    *,
    system: str | None = None,
    user: str | None = None,
    messages: Messages | None = None,
    max_new_tokens: int = 48,
    temperature: float = 0.0,
    top_p: float = 1.0,
    seed: int = 0,
    rewards: Sequence[Reward] = (),
    layer: int | None = None,
) -> Trajectory:
    """Answer once: everything that `stream` yields, as one `Trajectory`, with the grip of the start.

    Parameters and errors as for `stream`.
    """
    request = _request(system, user, messages, max_new_tokens, temperature, top_p, seed)
    return answer(model, request, check_rewards(model, rewards), check_layer(model, layer))


def answer(
    model: LanguageModel,
    request: Request,
    rewards: tuple[Reward, ...],
    layer: int,
    forced: Sequence[int] | None = None,
) -> Trajectory:
    """All that `steps` yields, with the grip of the start; of a branch the tokens after those that are shared."""
    found, grip = list[Step](), list[float]()
    reader = GripReader(model, request.chat, shared=() if request.branch is None else request.branch.shared)
    for step in steps(model, request, rewards, layer, forced):
        found.append(step)
        grip += reader.push(step)
    return collect(model, request, rewards, layer, found, grip + reader.flush())


def collect(
    model: LanguageModel,
    request: Request,
    rewards: tuple[Reward, ...],
    layer: int,
    steps: Sequence[Step],
    grip: Sequence[float],
) -> Trajectory:
    """The `Trajectory` of n >= 0 steps and their n values of grip."""
    regions = sum(isinstance(reward, RegionReward) for reward in rewards)
    return Trajectory(
        request=request,
        rewards=rewards,
        token_ids=tuple(step.token_id for step in steps),
        pieces=tuple(step.text for step in steps),
        ended=bool(steps) and steps[-1].end,
        candidates=tuple(step.candidates for step in steps),
        states=np.array([step.state for step in steps]).reshape(len(steps), model.width),
        probability=np.array([step.probability for step in steps]),
        entropy=np.array([step.entropy for step in steps]),
        grip=np.array(grip),
        pull=np.array([step.pull for step in steps]),
        kl=np.array([step.kl for step in steps]),
        inside=np.array([any(step.inside) for step in steps]),
        after=np.array([step.after for step in steps]).reshape(len(steps), CANDIDATES),
        scores=np.array([step.scores for step in steps], dtype=np.float32).reshape(len(steps), regions),  # None: NaN
        layer=layer,
        model_name=model.name,
        model_sha256=model.sha256,
    )


def _request(
    system: str | None,
    user: str | None,
    messages: Messages | None,
    max_new_tokens: int,
    temperature: float,
    top_p: float,
    seed: int,
) -> Request:
    """What the keywords of `stream` and `trace` ask for, checked."""
    turns = chat(system=system, user=user, messages=messages)
    given = system is not None or (messages is not None and len(turns) == len(messages))
    return Request(turns if given else turns[1:], Settings(max_new_tokens, temperature, top_p, seed))


def check_layer(model: LanguageModel, layer: int | None) -> int:
    """`layer`, or the default atlas's; a `UserError` if the model has no such layer."""
    return default_layer() if layer is None else require_whole(layer, "layer", most=model.layers)
