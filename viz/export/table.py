"""The roads of a Scene as a table, one row a token: CSV, Parquet or JSON, as `embeddings.table_file` writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from embeddings import table_about
from embeddings.errors import UserError
from embeddings.table import CANDIDATES, Cell, Table, columns_of, slug
from embeddings.table_file import table_bytes as written
from viz.drive import session
from viz.scene import schema
from viz.scene.asked import asked, watched
from viz.scene.scene import Json
from viz.strings import text

READINGS = ("off_map", "probability", "entropy", "grip", "pull", "kl", "agree")


def table_bytes(scene: dict[str, Any], kind: str) -> bytes:
    """The file of a Scene's roads; the same Scene gives the same bytes.

    Parameters
    ----------
    scene
        A Scene on the map that is loaded; it is checked here.
    kind
        csv, parquet or json.

    Raises
    ------
    UserError
        If it is no Scene, lies on another map, has no road, or `kind` is another.
    """
    return written(table_of(schema.scene(scene, session.atlas().sha256)), kind)


def table_of(scene: Json) -> Table:
    """The table of a checked Scene: what is not known is missing. Of a token the ten likeliest candidates are kept,
    which is all that the model side tells."""
    if not any(road["tokens"] for road in scene["roads"]):
        raise UserError(text("errors.table_empty"))
    regions = [region.name for region in session.atlas().regions]
    signs = _signs(scene, len(regions))
    rows = [row for road in scene["roads"] for row in _rows(road, regions, len(signs))]
    names = [column.name for column in columns_of(regions, [sign["name"] for sign in signs])]
    return Table(_about(scene, regions, signs), {name: [row.get(name) for row in rows] for name in names})


def _about(scene: Json, regions: Sequence[str], signs: Sequence[Json]) -> Json:
    atlas = session.atlas()
    return table_about.checked(
        {
            "model": {"name": atlas.model_name, "sha256": atlas.model_sha256},
            "atlas": {"sha256": atlas.sha256, "layer": atlas.layer},
            "scene": {name: scene[name] for name in ("id", "title", "caption")},
            "regions": regions,
            "signs": signs,
            "request": scene.get("request"),
            "roads": [_road(scene, which) for which in range(len(scene["roads"]))],
        }
    )


def _road(scene: Json, which: int) -> Json:
    road = scene["roads"][which]
    request, read = asked(scene, which), watched(scene, which)
    return {
        "road": road["label"],
        **{name: road[name] for name in ("kind", "system", "user", "rewards", "start", "state")},
        "tokens": len(road["tokens"]),
        "request": None if request is None else request.to_json(),
        "watched": None if read is None else read.to_json(),
    }


def _signs(scene: Json, regions: int) -> list[Json]:
    """The regions that are read at each crossing after those that ship; one without a post is only numbered."""
    posts = [{name: post[name] for name in ("name", "kind", "auc")} for post in scene.get("signs") or ()]
    widest = max((len(token["inside"]) for road in scene["roads"] for token in road["tokens"]), default=0)
    more = range(len(posts) + 1, widest - regions + 1)
    return [*posts, *({"name": f"sign {number}"} for number in more)]


def _rows(road: Json, regions: Sequence[str], signs: int) -> Iterator[dict[str, Cell]]:
    for number, token in enumerate(road["tokens"]):
        inside = dict(enumerate(token["inside"]))
        own = {n: inside[len(regions) + n - 1] for n in range(1, signs + 1) if len(regions) + n - 1 in inside}
        yield {
            "road": road["label"],
            "kind": road["kind"],
            "token": number,
            **{name: token[name] for name in ("id", "text", "end", *READINGS)},
            **dict(zip("xyz", token["position"], strict=True)),
            **dict(zip(("pca_x", "pca_y", "pca_z"), token["pca"] or (), strict=False)),
            **{f"inside_{slug(name)}": inside.get(i) for i, name in enumerate(regions)},
            **{f"inside_sign_{n}": found for n, found in own.items()},
            "inside_any_sign": any(own.values()) if own else None,
            **{f"score_sign_{n}": score for n, score in enumerate((token.get("scores") or ())[:signs], 1)},
            **{f"neighbourhood_{n}": name for n, name in enumerate(token["neighbourhood"], 1)},
            **_candidates(token),
        }


def _candidates(token: Json) -> dict[str, Cell]:
    found = dict[str, Cell]()
    after = dict(enumerate(token.get("after") or ()))
    for i, candidate in enumerate(token["candidates"][:CANDIDATES]):
        before = f"candidate_{i + 1}_"
        found |= {before + name: candidate.get(name) for name in ("id", "text", "probability", "end")}
        found |= {before + "after": after.get(i), before + "blocked": candidate["id"] in token["blocked"]}
    return found
