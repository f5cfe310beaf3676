"""`trace` and `stream`: a question asked of the model, answered once. The loop is in loop.py."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from embeddings.atlas.store import default_layer
from embeddings.chat import Message, chat
from embeddings.decoding.grip import GripReader
from embeddings.decoding.loop import CANDIDATES, steps
from embeddings.errors import UserError
from embeddings.model.language_model import LanguageModel
from embeddings.numbers import real, within
from embeddings.steering.region_reward import RegionReward
from embeddings.steering.rewards import Reward, check_rewards
from embeddings.trajectory import Settings, Step, Trajectory

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
    settings = check_settings(max_new_tokens, temperature, top_p, seed)
    depth = check_layer(model, layer)
    prompt = prompt_ids(model, chat(system=system, user=user, messages=messages))
    return steps(model, prompt, settings, check_rewards(model, rewards), depth)


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
    settings = check_settings(max_new_tokens, temperature, top_p, seed)
    depth = check_layer(model, layer)
    turns = chat(system=system, user=user, messages=messages)
    return answer(model, turns, settings, check_rewards(model, rewards), depth)


def answer(
    model: LanguageModel,
    messages: tuple[Message, ...],
    settings: Settings,
    rewards: tuple[Reward, ...],
    layer: int,
    shared: Sequence[int] = (),
    forced: Sequence[int] = (),
) -> Trajectory:
    """All that `steps` yields for a checked chat, with the grip of the start: the tokens after `shared`."""
    reader, grip = GripReader(model, messages, shared=shared), list[float]()
    found = list[Step]()
    for step in steps(model, prompt_ids(model, messages), settings, rewards, layer, shared, forced):
        found.append(step)
        grip += reader.push(step)
    return collect(model, messages, settings, rewards, layer, found, grip + reader.flush())


def collect(
    model: LanguageModel,
    messages: tuple[Message, ...],
    settings: Settings,
    rewards: tuple[Reward, ...],
    layer: int,
    steps: Sequence[Step],
    grip: Sequence[float],
) -> Trajectory:
    """The `Trajectory` of n >= 0 steps and their n values of grip."""
    regions = sum(isinstance(reward, RegionReward) for reward in rewards)
    return Trajectory(
        messages=messages,
        settings=settings,
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
        scores=np.array([[math.nan if score is None else score for score in step.scores] for step in steps]).reshape(
            len(steps), regions
        ),
        layer=layer,
        model_name=model.name,
        model_sha256=model.sha256,
    )


def prompt_ids(model: LanguageModel, messages: Sequence[Message]) -> list[int]:
    """Token ids of a checked chat; a `UserError` where no token of an answer would fit behind it."""
    ids = model.encode(messages)
    if len(ids) >= model.context:
        raise UserError(
            f"The prompt has {len(ids)} tokens, but the model reads at most {model.context}: shorten the messages."
        )
    return ids


def check_layer(model: LanguageModel, layer: int | None) -> int:
    """`layer`, or the default atlas's; a `UserError` if the model has no such layer."""
    if layer is None:
        return default_layer()
    found = within(layer, 0, model.layers)
    if found is None:
        raise UserError(f"layer must be a whole number from 0 to {model.layers}, not {layer!r:.40}.")
    return found


def check_settings(max_new_tokens: int, temperature: float, top_p: float, seed: int) -> Settings:
    """`Settings` in range, or a `UserError` that names the first that is not."""
    longest, source = within(max_new_tokens, 1), within(seed, 0)
    if longest is None:
        raise UserError(f"max_new_tokens must be a whole number of at least 1, not {max_new_tokens!r:.40}.")
    if source is None:
        raise UserError(f"seed must be a whole number of at least 0, not {seed!r:.40}.")
    heat, mass = real(temperature), real(top_p)
    if not (math.isfinite(heat) and heat >= 0):
        raise UserError(f"temperature must be a number of at least 0, not {temperature!r:.40}.")
    if not 0 < mass <= 1:
        raise UserError(f"top_p must lie above 0 and at most at 1, not {top_p!r:.40}.")
    return Settings(longest, heat, mass, source)
