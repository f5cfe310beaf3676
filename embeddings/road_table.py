"""A saved road as a table, as it was written: neither model nor map is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from embeddings import table_about
from embeddings.errors import UserError
from embeddings.road_file import Road, bytes_of, is_road, road_of
from embeddings.table import CANDIDATES, Cell, Table, columns_of
from embeddings.table_file import inner, read_table, table_bytes

READINGS = ("probability", "entropy", "grip", "pull", "kl")


def converted(path: Path, kind: str) -> bytes:
    """The file of a table of what another file holds: what `mindmap trace --json` wrote, or a table of any kind.

    Raises
    ------
    UserError
        If it is neither, cannot be read, or `kind` is none.
    """
    return table_bytes(table_in(bytes_of(path), path), kind)


def table_in(data: bytes, path: Path) -> Table:
    """The table that a file of ours holds, a road or a table; see `converted`."""
    if not is_road(data):
        return read_table(data, name=str(path))
    road = road_of(data, path)
    try:
        return table_of_road(road)
    except UserError as error:
        raise UserError(f"{path} is not a road: {inner(str(error))}") from None


def table_of_road(road: Road) -> Table:
    """The table of a road, as it was written. What its file does not say is missing: the plain projection, the names of
    places, regions that ship, and of several signs which one it is in."""
    signs = [reward for reward in road.rewards if "region" in reward]
    rows = list(_road_rows(road, len(signs)))
    names = [column.name for column in columns_of([], [str(sign["region"]) for sign in signs])]
    request = road.asked()
    about = table_about.checked(
        {
            "model": road.model.model_dump(),
            "atlas": road.atlas.model_dump(),
            "signs": [{"name": sign["region"], "kind": sign.get("kind"), "auc": sign.get("auc")} for sign in signs],
            "request": request.to_json(),
            "roads": [
                {
                    "road": "A",
                    "kind": rows[0]["kind"],
                    "tokens": len(rows),
                    "system": request.system,
                    "user": request.question,
                    "request": request.to_json(),
                    "rewards": road.rewards,
                    "start": None if road.start is None else road.start.model_dump(),
                }
            ],
        }
    )
    return Table(about, {name: [row.get(name) for row in rows] for name in names})


def _road_rows(road: Road, signs: int) -> Iterator[dict[str, Cell]]:
    steered = any(reward.get("weight") for reward in road.rewards)
    kind = "fork" if road.parent is not None else "signed" if steered else "plain"
    for i, token in enumerate(road.tokens):
        own = next((candidate for candidate in token.candidates if candidate.id == token.id), None)
        row: dict[str, Cell] = {"road": "A", "kind": kind, "token": i, "id": token.id, "text": token.text}
        row |= dict(zip("xyz", token.position, strict=True))
        row |= {name: getattr(token, name) for name in ("off_map", *READINGS)}
        row |= {"inside_any_sign": token.inside if signs else None, "end": None if own is None else own.end}
        row |= {"inside_sign_1": token.inside} if signs == 1 else {}
        row |= {f"score_sign_{n}": score for n, score in enumerate(token.scores[:signs], 1)}
        for k, candidate in enumerate(token.candidates[:CANDIDATES], 1):
            row |= {f"candidate_{k}_{name}": getattr(candidate, name) for name in ("id", "text", "probability", "end")}
            row[f"candidate_{k}_after"] = token.after[k - 1] if road.rewards and k <= len(token.after) else None
        yield row
