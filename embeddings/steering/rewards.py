"""All rewards that there are: checked, made of what was asked for, and read from what their `to_json` wrote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from embeddings.atlas.atlas import Atlas
from embeddings.chat import chat
from embeddings.errors import UserError
from embeddings.request import Intervention, Request
from embeddings.steering.region_reward import RegionReward
from embeddings.steering.word_reward import WordReward

if TYPE_CHECKING:
    from embeddings.model.language_model import LanguageModel

Reward = WordReward | RegionReward


def check_rewards(model: LanguageModel, rewards: object) -> tuple[Reward, ...]:
    """One reward, or several, as a tuple; a `UserError` for anything else."""
    if isinstance(rewards, WordReward | RegionReward):
        rewards = (rewards,)
    if not isinstance(rewards, Iterable) or isinstance(rewards, str | bytes):
        raise UserError(
            f"rewards must be a list of WordReward and RegionReward, not {type(rewards).__name__}: () is none."
        )
    return tuple(_checked(model, reward) for reward in rewards)


def _checked(model: LanguageModel, reward: object) -> Reward:
    if not isinstance(reward, WordReward | RegionReward):
        raise UserError(f"A reward must be a WordReward or a RegionReward, not {type(reward).__name__}.")
    if isinstance(reward, RegionReward) and reward.model_sha256 != model.sha256:
        raise UserError(f"The region {reward.name!r:.60} was made with another model: make it anew with this one.")
    return reward


def rewards_of(model: LanguageModel, atlas: Atlas, request: Request) -> tuple[Reward, ...]:
    """What the interventions of a request are that are on; see `reward_of`."""
    return tuple(reward_of(model, atlas, intervention, request.strength) for intervention in request.up)


def reward_of(model: LanguageModel, atlas: Atlas, intervention: Intervention, strength: float) -> Reward:
    """The reward that an intervention is at a strength. For a region a probe is fitted, which takes up to a second.

    Raises
    ------
    UserError
        If the word is none, or there is no such region.
    """
    weight = intervention.nats(strength)
    if not intervention.region:
        return WordReward(intervention.value, weight)
    return region_of(model, atlas, intervention).weighted(weight)


def region_of(model: LanguageModel, atlas: Atlas, intervention: Intervention) -> RegionReward:
    """The reward on the region of an intervention, at its default weight."""
    if intervention.kind == "landmark":
        found = RegionReward.from_landmark(atlas, intervention.value)
    elif intervention.kind == "text":
        found = RegionReward.from_text(model, atlas, intervention.value.splitlines())
    else:
        stretch = intervention.stretch
        if stretch is None:
            raise UserError("A stretch needs the road that it lies on: choose it on a road.")
        states = stretch.states
        if states is None:
            from embeddings.model.prompt import crossings  # torch comes with it

            read = stretch.token_ids[: stretch.stop]
            states = crossings(model, chat(messages=stretch.messages), read, atlas.layer)
        found = RegionReward.from_crossings(
            atlas,
            np.array(states[: stretch.stop]),
            stretch.token_ids[: stretch.stop],
            stretch.start,
            stretch.stop,
            name=intervention.name,
        )
    return found.looking(intervention.reach) if intervention.reach != 1 else found


def rewards_from_json(values: object, atlas: Atlas | None = None) -> tuple[Reward, ...]:
    """Rewards from what their `to_json` wrote; a `UserError` says what is wrong with anything else."""
    if not isinstance(values, list):
        raise UserError('Rewards must be a list, such as [{"word": "free", "weight": "ban"}].')
    return tuple(_reward(value, atlas) for value in values)


def _reward(value: object, atlas: Atlas | None) -> Reward:
    if not isinstance(value, dict):
        raise UserError('A reward must be a word and a weight, such as {"word": "free", "weight": "ban"}.')
    if "region" not in value:
        return WordReward.from_json(value)
    if atlas is None:
        raise UserError("These rewards hold a region: give the atlas that it belongs to.")
    return RegionReward.from_json(value, atlas)
