"""Roads as a table, and back: the table of a `Trajectory`, and the `Trajectory` of each road of a
file of either kind, driven again by its tokens and held against the file's own figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings import table_about
from embeddings.decoding.branch import put_in, replay
from embeddings.decoding.trajectory_file import saved_of
from embeddings.errors import UserError
from embeddings.files import write_atomically
from embeddings.model.prompt import forced_ids
from embeddings.request_json import read_request
from embeddings.road_file import bytes_of, is_road
from embeddings.road_table import READINGS, table_in
from embeddings.steering.region_reward import RegionReward
from embeddings.steering.rewards import Reward, rewards_from_json, rewards_of
from embeddings.table import Cell, Table, columns_of, slug
from embeddings.table_file import check_kind, table_bytes
from embeddings.trajectory import Parent, Trajectory

if TYPE_CHECKING:
    from embeddings.atlas.atlas import Atlas
    from embeddings.model.language_model import LanguageModel

PLACES = ("x", "y", "z", "pca_x", "pca_y", "pca_z")
# How far a figure of a file may be from the model's own, on another processor and rounded as a Scene is.
NEAR = {**dict.fromkeys(READINGS, 0.01), **dict.fromkeys(PLACES, 0.05)}
NEAR_SHARE = 0.002  # the same, as a share of large ones

Rows = Iterator[dict[str, Cell]]


def write_trajectories(path: Path | str, trajectories: Trajectory | Sequence[Trajectory], atlas: Atlas) -> None:
    """Write roads as a table, one row a token (docs/table.md).

    Parameters
    ----------
    path
        Ends on .csv, .parquet or .json, which says how it is written.
    trajectories
        One, or up to 26, which become roads A, B, C ...
    atlas
        The map that they lie on.

    Raises
    ------
    UserError
        If the file's name ends otherwise or it cannot be written, there are no roads or too many, or they are of
        another model or layer than the map.
    """
    path = Path(path)
    kind = check_kind(path.suffix.lstrip(".").lower())
    data = table_bytes(table_of(trajectories, atlas), kind)
    try:
        write_atomically(path, data)
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}): name a file in a folder of yours.") from error


def read_trajectories(path: Path | str, model: LanguageModel, atlas: Atlas) -> tuple[Trajectory, ...]:
    """The roads of a file: a table in CSV, Parquet or JSON, or what `mindmap trace --json` wrote.

    Each is driven again by its tokens, under the request and the signs that the file says, and what comes out is held
    against the file: readings within 0.01, places within 0.05, texts exactly.

    Parameters
    ----------
    path
        What the file is called says nothing; how it begins does.
    model, atlas
        Those that the roads were driven with.

    Returns
    -------
    tuple of Trajectory
        In the order of the file, with `parent` where a road is a fork.

    Raises
    ------
    UserError
        If the file is none of these, is larger than 50 MB, was made with another model or map, does not say what a road
        was asked for, or holds another figure than the model gives: the sentence names the file and the place in it.
    """
    path = Path(path)
    data = bytes_of(path)
    table = table_in(data, path)
    _check_made_with(table, path, model, atlas)
    if is_road(data):
        saved = saved_of(data, path, model, atlas)
        found = [(saved.request, saved.rewards, saved.token_ids)]
    else:
        found = [_saved(table, road, path, model, atlas) for road in table.about["roads"]]
    roads = list[Trajectory]()
    for said, (request, rewards, ids) in zip(table.about["roads"], found, strict=True):
        road = replay(model, request, rewards, ids, atlas.layer)
        roads.append(replace(road, parent=_parent(model, road)))
        _hold_against(table, said["road"], roads[-1], atlas, path)
    return tuple(roads)


def _check_made_with(table: Table, path: Path, model: LanguageModel, atlas: Atlas) -> None:
    made = table.about
    if made["model"]["sha256"] != model.sha256:
        raise UserError(
            f"The roads in {path} were driven with {made['model']['name'] or 'another model'!r:.60} and not with "
            f"{model.name}: load that model, or drive them anew."
        )
    if made["atlas"]["sha256"] != atlas.sha256:
        raise UserError(f"The roads in {path} lie on another map than the one that is loaded: drive them anew.")
    if (most := max((id for id in table.cells["id"] if isinstance(id, int)), default=0)) >= len(model.pieces):
        raise UserError(f"{path} holds in its column 'id' a token that {model.name} does not have: {most}.")


def _saved(
    table: Table, road: dict[str, Any], path: Path, model: LanguageModel, atlas: Atlas
) -> tuple[Any, tuple[Reward, ...], tuple[int, ...]]:
    """What drives a road of a table again: its request, its rewards and those that were only read, its tokens."""
    if road["request"] is None:
        raise UserError(
            f"{path} does not say what road {road['road']} was asked for (a sign of it stood on a stretch of a road "
            "that is gone), so that it cannot be driven again."
        )
    if not road["tokens"]:
        raise UserError(f"Road {road['road']} in {path} has no tokens yet: drive it first.")
    request = read_request(road["request"]).checked()
    watched = road["watched"]
    read = () if watched is None else rewards_of(model, atlas, read_request(watched))
    whole = all("word" in reward or "coefficients" in reward for reward in road["rewards"])
    rewards = rewards_from_json(road["rewards"], atlas) if whole else rewards_of(model, atlas, request)
    ids = (table.cells["id"][row] for row in table.rows_of(road["road"]))
    return request, (*rewards, *read), tuple(id for id in ids if isinstance(id, int))


def _parent(model: LanguageModel, road: Trajectory) -> Parent | None:
    """Where a fork left its road, as its request says."""
    branch = road.request.branch
    if branch is None:
        return None
    if max(branch.parent) >= len(model.pieces):
        raise UserError(f"This road leaves one with a token that {model.name} does not have: drive it anew.")
    forced = forced_ids(model, branch)[: len(road) - branch.at]
    said = [token for token in branch.parent if token not in model.end_tokens]
    _, text = put_in(model, tuple(said), len(said))
    return Parent(branch.at, forced, branch.text, branch.parent, text)


def _hold_against(table: Table, letter: str, road: Trajectory, atlas: Atlas, path: Path) -> None:
    """A `UserError` that names the first figure that the model gives otherwise."""
    own = table_of(road, atlas).cells
    for token, row in enumerate(table.rows_of(letter)):
        for name, near in NEAR.items():
            there, here = table.cells[name][row], own[name][token]
            if not isinstance(there, float) or not isinstance(here, float):
                continue  # not known then
            if abs(there - here) > near + NEAR_SHARE * abs(here):
                raise _other(path, letter, token, name, f"{there:g}", f"{here:g}")
        there, here = table.cells["text"][row], own["text"][token]
        last = token == len(road) - 1  # of a road that was stopped half a character may still be to come
        if there is not None and there != here and not last:
            raise _other(path, letter, token, "text", repr(there)[:40], repr(here)[:40])


def _other(path: Path, letter: str, token: int, name: str, there: str, here: str) -> UserError:
    return UserError(
        f"{path} says in column {name!r} of token {token} of road {letter} {there}, and the model gives {here}: the "
        "file was changed, or made by another version of the program."
    )


# -- of a trajectory


def table_of(trajectories: Trajectory | Sequence[Trajectory], atlas: Atlas) -> Table:
    """The table of one road or more; which candidates complete a forbidden word is not known of a `Trajectory`."""
    roads = [trajectories] if isinstance(trajectories, Trajectory) else list(trajectories)
    if not 1 <= len(roads) <= len(ascii_uppercase):
        raise UserError(f"A table has 1 to {len(ascii_uppercase)} roads, not {len(roads)}: write several.")
    for road in roads:
        atlas.accept(road)
    regions, (signs, places) = [region.name for region in atlas.regions], _signs(roads)
    lettered = list(zip(ascii_uppercase, roads, places, strict=False))
    rows = [row for letter, road, place in lettered for row in _rows(letter, road, place, regions, atlas)]
    names = [column.name for column in columns_of(regions, [sign["name"] for sign in signs])]
    about = table_about.checked(
        {
            "model": {"name": roads[0].model_name, "sha256": roads[0].model_sha256},
            "atlas": {"sha256": atlas.sha256, "layer": atlas.layer},
            "regions": regions,
            "signs": signs,
            "request": roads[0].request.to_json() if len(roads) == 1 else None,
            "roads": [_road(letter, road) for letter, road, _ in lettered],
        }
    )
    return Table(about, {name: [row.get(name) for row in rows] for name in names})


def kind_of(road: Trajectory) -> str:
    """What the road is called in a table."""
    if road.parent is not None or road.request.branch is not None:
        return "fork"
    return "signed" if any(reward.weight for reward in road.rewards) else "plain"


def _road(letter: str, road: Trajectory) -> dict[str, Any]:
    return {
        "road": letter,
        "kind": kind_of(road),
        "tokens": len(road),
        "system": road.request.system,
        "user": road.request.question,
        "request": road.request.to_json(),
        "rewards": [reward.to_json() for reward in road.rewards],
    }


def _signs(roads: Sequence[Trajectory]) -> tuple[list[dict[str, Any]], list[list[int]]]:
    """The regions of all roads, each once, and for each region reward of a road the number of its sign, from 1. The
    same region at another weight is the same sign; twice on one road it is two."""
    signs, numbers, places = list[dict[str, Any]](), dict[Any, int](), list[list[int]]()
    for road in roads:
        keys = list[Any]()
        for reward in road.rewards:
            if isinstance(reward, RegionReward):
                probe = (reward.name, reward.kind, reward.intercept, tuple(map(float, reward.coefficients)))
                keys.append((probe, sum(key[0] == probe for key in keys)))
                if keys[-1] not in numbers:
                    signs.append({"name": reward.name, "kind": reward.kind, "auc": reward.auc})
                    numbers[keys[-1]] = len(signs)
        places.append([numbers[key] for key in keys])
    return signs, places


def _rows(letter: str, road: Trajectory, signs: Sequence[int], regions: Sequence[str], atlas: Atlas) -> Rows:
    position, pca, off_map = atlas.positions(road), atlas.pca(road), atlas.off_map(road)
    inside = {f"inside_{slug(name)}": atlas.inside(road, name) for name in regions}
    inside |= {f"inside_sign_{n}": found for n, found in zip(signs, _inside(road), strict=True) if found is not None}
    for i, (names, place) in enumerate(zip(atlas.neighbourhoods(road), position, strict=True)):
        yield {
            "road": letter,
            "kind": kind_of(road),
            "token": i,
            "id": int(road.token_ids[i]),
            "text": road.pieces[i],
            **dict(zip(PLACES, map(float, (*place, *pca[i])), strict=True)),
            "off_map": float(off_map[i]),
            **{name: float(getattr(road, name)[i]) for name in READINGS},
            **{name: bool(found[i]) for name, found in inside.items()},
            "inside_any_sign": bool(road.inside[i]) if signs else None,
            **{f"score_sign_{n}": _known(score) for n, score in zip(signs, road.scores[i], strict=True)},
            **{f"neighbourhood_{n}": name for n, name in enumerate(names.names, 1)},
            "agree": float(names.share),
            "end": road.ended and i == len(road) - 1,
            **_candidates(road, i),
        }


def _known(score: Any) -> float | None:
    return None if np.isnan(score) else float(score)


def _inside(road: Trajectory) -> Iterator[np.ndarray | None]:
    """Whether each crossing scores past half, for each region reward; None where it looks at another layer."""
    before = [None, *road.token_ids[:-1]]
    for reward in road.rewards:
        if isinstance(reward, RegionReward):
            yield reward.score(road.states, before) > 0 if reward.layer == road.layer else None


def _candidates(road: Trajectory, i: int) -> dict[str, Cell]:
    found = dict[str, Cell]()
    for k, (candidate, after) in enumerate(zip(road.candidates[i], road.after[i], strict=True), 1):
        before = f"candidate_{k}_"
        found |= {before + "id": int(candidate.id), before + "text": candidate.text, before + "end": candidate.end}
        found |= {before + "probability": float(candidate.probability)}
        found |= {before + "after": float(after) if road.rewards else None}
    return found
