"""The one decoding loop: yields one `Step` a token and applies the rewards. `trace` collects what it yields."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch

from embeddings.atlas import default_layer
from embeddings.errors import UserError
from embeddings.interventions import Look, Steered, WordReward, choose, steer
from embeddings.lookahead import Ahead, leave, look, take
from embeddings.messages import Message, chat, without_system
from embeddings.model import Cursor, LanguageModel
from embeddings.pieces import Joiner
from embeddings.region_reward import RegionReward
from embeddings.rollouts import further
from embeddings.trajectory import Candidate, Settings, Step, Trajectory

CANDIDATES = 10
GRIP_CHUNK = 64  # distributions kept until the reference pass reads their tokens together: 12 MB

Messages = Sequence[Mapping[str, str] | Message]
Reward = WordReward | RegionReward


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
        scores=np.array([[score or 0.0 for score in step.scores] for step in steps]).reshape(len(steps), regions),
        layer=layer,
        model_name=model.name,
        model_sha256=model.sha256,
    )


def steps(
    model: LanguageModel,
    prompt: Sequence[int],
    settings: Settings,
    rewards: tuple[Reward, ...],
    layer: int,
    shared: Sequence[int] = (),
    forced: Sequence[int] = (),
) -> Iterator[Step]:
    """The loop. The answer begins with `shared`, which is read at once and not yielded; then the tokens `forced` are
    taken whatever their probability; then the model chooses. ``settings.max_new_tokens`` counts all of them."""
    rng = np.random.default_rng(settings.seed)
    rng.random(len(shared))  # token i always takes the i-th number: roads of one seed stay coupled
    joiner, written = Joiner(), [model.pieces[token] for token in shared]
    for piece in written:
        joiner.push(piece)
    regions = tuple(reward for reward in rewards if isinstance(reward, RegionReward))
    words = tuple(reward for reward in rewards if isinstance(reward, WordReward))
    read = shared[-1] if shared else None
    cursor = model.prefill([*prompt, *shared], [layer, *(region.layer for region in regions)])
    count = min(settings.max_new_tokens, model.context - len(prompt))
    for index in range(len(shared), count):
        inside = tuple(bool(r.score(cursor.hidden[r.layer][None], [read])[0] > 0.0) for r in regions)
        ids = _looked_at(cursor, regions)
        far = further(model, cursor, regions, ids, settings.seed, index)
        ahead = look(model, cursor, ids.tolist(), max(r.layer for r in regions)) if len(ids) else None
        looks, scores = _rewarded(model, cursor, regions, ids, ahead, far)
        steered = steer(cursor.logprobs.numpy(), words, model.vocabulary, written, looks)
        uniform, given = rng.random(), index - len(shared)
        chosen = choose(steered.logprobs, settings.temperature, settings.top_p, uniform)
        token = forced[given] if given < len(forced) else chosen
        end = token in model.end_tokens
        piece = b"" if end else model.pieces[token]
        text = joiner.push(piece)
        if end or index == count - 1:
            text += joiner.flush()
        yield _step(model, cursor, index, token, text, layer, steered, inside, scores)
        if end:
            return
        written.append(piece)
        read = token
        if index < count - 1:
            cursor = _go(model, cursor, token, ids, ahead)


def _looked_at(cursor: Cursor, regions: tuple[RegionReward, ...]) -> np.ndarray:
    """The candidates that the region rewards look at, likeliest first; none at weight 0."""
    active = [region for region in regions if region.weight != 0]
    if not active:
        return np.empty(0, dtype=int)
    best = torch.topk(cursor.logprobs, max(region.k for region in active))
    return np.asarray(best.indices.numpy()[: max(region.seen(best.values.numpy()) for region in active)])


def _rewarded(
    model: LanguageModel,
    cursor: Cursor,
    regions: tuple[RegionReward, ...],
    ids: np.ndarray,
    ahead: Ahead | None,
    far: list[np.ndarray | None],
) -> tuple[list[Look], tuple[float | None, ...]]:
    """What each region reward says about the candidates, and what the unmodified model expects of each."""
    looks, scores = list[Look](), list[float | None]()
    logprobs = cursor.logprobs.numpy()
    for region, worth in zip(regions, far, strict=True):
        if ahead is None or region.weight == 0:
            scores.append(None)
            continue
        found, expected = region.look(logprobs, ids, ahead.states, model.end_tokens, worth)
        looks.append(found)
        scores.append(expected)
    return looks, tuple(scores)


def _go(model: LanguageModel, cursor: Cursor, token: int, ids: np.ndarray, ahead: Ahead | None) -> Cursor:
    """Read the chosen token, if it was not read already when it was looked at."""
    if ahead is None:
        return model.decode(cursor, token)
    rows = np.flatnonzero(ids == token)
    return take(model, ahead, int(rows[0])) if len(rows) else model.decode(leave(ahead), token)


def _step(
    model: LanguageModel,
    cursor: Cursor,
    index: int,
    token: int,
    text: str,
    layer: int,
    steered: Steered,
    inside: tuple[bool, ...],
    scores: tuple[float | None, ...],
) -> Step:
    logprobs = cursor.logprobs
    probabilities = logprobs.exp()
    best = torch.topk(logprobs, CANDIDATES).indices.tolist()
    candidates = tuple(Candidate(i, piece_text(model, i), float(probabilities[i])) for i in best)
    return Step(
        index=index,
        token_id=token,
        text=text,
        state=cursor.hidden[layer],
        probability=float(probabilities[token]),
        entropy=max(0.0, -float(torch.dot(probabilities, logprobs.clamp_min(-1e4)))),
        candidates=candidates,
        pull=steered.pull,
        kl=steered.kl,
        blocked=tuple(i for i in best if steered.blocked[i]),
        after=tuple(float(value) for value in np.exp(steered.logprobs[best])),
        inside=inside,
        scores=scores,
        end=token in model.end_tokens,
        logprobs=logprobs,
    )


def piece_text(model: LanguageModel, token_id: int) -> str:
    """A token alone as people read it: bytes that are no whole character become a replacement character, special
    tokens their name."""
    piece = model.pieces[token_id]
    return piece.decode("utf-8", errors="replace") if piece else str(model.codec.id_to_token(token_id))


class GripReader:
    """Reads an answer again under an explicitly empty system prompt, a chunk of tokens at a time.

    The grip of the start at a crossing is KL(p with the system prompt || p with an empty one) in nats, exact over the
    whole vocabulary, on the same text.
    """

    def __init__(
        self,
        model: LanguageModel,
        messages: tuple[Message, ...],
        chunk: int = GRIP_CHUNK,
        shared: Sequence[int] = (),
    ) -> None:
        """`shared`: tokens that the answer begins with and that nobody asks about."""
        self._model, self._chunk = model, chunk
        self._empty = messages[0].content == ""
        self._unread = [*model.encode(without_system(messages)), *shared]
        self._cache, self._read = model.network.cache(), 0
        self._waiting: list[torch.Tensor] = []
        self._behind: list[int] = []

    def push(self, step: Step) -> list[float]:
        """Take one step; the values that became known, oldest first (often none)."""
        if self._empty:
            return [0.0]
        self._waiting.append(step.logprobs)
        self._behind.append(step.token_id)
        return self.flush() if len(self._waiting) >= self._chunk else []

    @torch.inference_mode()
    def flush(self) -> list[float]:
        """The values of all steps pushed and not yet answered."""
        if not self._waiting:
            return []
        feed = self._unread + self._behind[:-1]
        network = self._model.network
        rows, _ = network.text(torch.tensor([feed]), self._cache, self._read)
        logits = network.plain_logits(network.normed(rows[:, -len(self._waiting) :]))
        reference = torch.log_softmax(logits[0], dim=-1)
        actual = torch.stack(self._waiting)
        divergence = (actual.exp() * (actual - reference)).sum(dim=-1, dtype=torch.float64).clamp_min(0.0)
        self._read, self._unread = self._read + len(feed), self._behind[-1:]
        self._waiting, self._behind = [], []
        return [float(value) for value in divergence]


def lookahead(
    model: LanguageModel,
    prompt: Sequence[int],
    token_ids: Sequence[int],
    candidates: Sequence[int],
    layer: int,
) -> np.ndarray:
    """Hidden states (m, width) from which the token after each of m candidates would be chosen.

    `token_ids` is what the answer already says; each candidate is looked at as its next token, in one batch.
    """
    cursor = model.prefill([*prompt, *token_ids], ())
    return look(model, cursor, candidates, layer).states


def prompt_ids(model: LanguageModel, messages: Sequence[Message]) -> list[int]:
    """Token ids of a checked chat; a `UserError` where no token of an answer would fit behind it."""
    ids = model.encode(messages)
    if len(ids) >= model.context:
        raise UserError(
            f"The prompt has {len(ids)} tokens, but the model reads at most {model.context}: shorten the messages."
        )
    return ids


def check_rewards(model: LanguageModel, rewards: Sequence[Reward]) -> tuple[Reward, ...]:
    """The rewards; a `UserError` for anything else among them."""
    found = tuple(rewards)
    for reward in found:
        if not isinstance(reward, WordReward | RegionReward):
            raise UserError(f"A reward must be a WordReward or a RegionReward, not {type(reward).__name__}.")
        if isinstance(reward, RegionReward) and reward.model_sha256 != model.sha256:
            raise UserError(f"The region {reward.name!r:.60} was made with another model: make it anew with this one.")
    return found


def check_layer(model: LanguageModel, layer: int | None) -> int:
    """`layer`, or the default atlas's; a `UserError` if the model has no such layer."""
    if layer is None:
        return default_layer()
    if isinstance(layer, bool) or not isinstance(layer, int) or not 0 <= layer <= model.layers:
        raise UserError(f"layer must be a whole number from 0 to {model.layers}, not {layer!r}.")
    return layer


def check_settings(max_new_tokens: int, temperature: float, top_p: float, seed: int) -> Settings:
    """`Settings` in range, or a `UserError` that names the first that is not."""
    if _whole(max_new_tokens) < 1:
        raise UserError(f"max_new_tokens must be a whole number of at least 1, not {max_new_tokens!r}.")
    if _whole(seed) < 0:
        raise UserError(f"seed must be a whole number of at least 0, not {seed!r}.")
    heat, mass = _real(temperature), _real(top_p)
    if not (math.isfinite(heat) and heat >= 0):
        raise UserError(f"temperature must be a number of at least 0, not {temperature!r}.")
    if not 0 < mass <= 1:
        raise UserError(f"top_p must lie above 0 and at most at 1, not {top_p!r}.")
    return Settings(_whole(max_new_tokens), heat, mass, _whole(seed))


def _whole(value: object) -> int:
    try:
        return -1 if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return -1


def _real(value: object) -> float:
    try:
        return math.nan if isinstance(value, bool | str) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan
