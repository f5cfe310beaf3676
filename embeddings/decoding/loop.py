"""The one decoding loop: yields one `Step` a token and applies the rewards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from embeddings.decoding.lookahead import Ahead, leave, look, take
from embeddings.decoding.rollouts import further
from embeddings.decoding.sampling import choose
from embeddings.model.language_model import Cursor, LanguageModel
from embeddings.model.prompt import forced_ids, prompt_ids
from embeddings.model.tokens import Joiner, shown
from embeddings.request import Request, Settings
from embeddings.steering.region_reward import RegionReward
from embeddings.steering.reward import Look
from embeddings.steering.rewards import Reward
from embeddings.steering.steer import Steered, steer
from embeddings.steering.word_reward import WordReward
from embeddings.trajectory import Candidate, Step

CANDIDATES = 10


def steps(
    model: LanguageModel,
    request: Request,
    rewards: tuple[Reward, ...],
    layer: int,
    forced: Sequence[int] | None = None,
) -> Iterator[Step]:
    """Write the answer to a checked request, one `Step` a token.

    The answer begins with the tokens that a branch shares with its parent: they are read at once and not yielded. Then
    come those that it puts in, whatever their probability; then the model chooses. ``max_new_tokens`` counts them all.

    Parameters
    ----------
    rewards
        What the request's interventions were made into; they add, in nats.
    layer
        Which hidden state a step carries.
    forced
        Tokens to put in instead of the branch's.

    Raises
    ------
    UserError
        Before the first token, where the prompt does not fit the context window or a token is none.
    """
    branch = request.branch
    shared = () if branch is None else branch.shared
    put_in = tuple(forced_ids(model, branch) if forced is None else forced)
    prompt = prompt_ids(model, request.chat, len(shared) + len(put_in))
    return _written(model, prompt, request.settings, rewards, layer, shared, put_in)


def _written(
    model: LanguageModel,
    prompt: Sequence[int],
    settings: Settings,
    rewards: tuple[Reward, ...],
    layer: int,
    shared: tuple[int, ...],
    forced: tuple[int, ...],
) -> Iterator[Step]:
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
        # The order is what makes roads comparable: rollouts draw from numbers of their own, the look is undone or
        # reused below, and one uniform is taken for every token, whether it is used or not.
        ids = _looked_at(cursor, regions)
        far = further(model, cursor, regions, ids, settings.seed, index)
        ahead = look(model, cursor, ids.tolist(), max(r.layer for r in regions)) if len(ids) else None
        looks, scores = _rewarded(model, cursor, regions, ids, ahead, far)
        steered = steer(cursor.logprobs.numpy(), words, model.vocabulary, written, looks)
        uniform, given = rng.random(), index - len(shared)
        chosen = choose(steered.logprobs, settings.temperature, settings.top_p, uniform)
        token = forced[given] if given < len(forced) else chosen
        end = token in model.end_tokens
        piece, pending = b"" if end else model.pieces[token], joiner.pending
        text = joiner.push(piece)
        if end or index == count - 1:
            text += joiner.flush()
        yield _step(model, cursor, index, token, text, pending, layer, steered, inside, scores)
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
    pending: bytes,
    layer: int,
    steered: Steered,
    inside: tuple[bool, ...],
    scores: tuple[float | None, ...],
) -> Step:
    logprobs = cursor.logprobs
    probabilities = logprobs.exp()
    best = torch.topk(logprobs, CANDIDATES).indices.tolist()
    candidates = tuple(
        Candidate(i, piece_text(model, i, pending), float(probabilities[i]), i in model.end_tokens) for i in best
    )
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


def piece_text(model: LanguageModel, token_id: int, pending: bytes = b"") -> str:
    """A token alone as people read it after ``pending``, the bytes of a character that is not whole yet; special
    tokens are their name."""
    piece = model.pieces[token_id]
    return shown(piece, pending) if piece else str(model.codec.id_to_token(token_id))
