"""What a beat asks of a scene, held against the scene: is there such a scene, token, road, reading, figure?"""

from __future__ import annotations

import json
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from embeddings.errors import UserError
from viz.lesson.fields import Spot, listed, readings, said, shown
from viz.scene.notes import Family, NoFigure, filled
from viz.scene.recorded import SCENE_ID, scene_bytes, scenes
from viz.scene.scene import Json
from viz.strings import ASSETS

FILE = ".json"
OWN = 4 * 1024 * 1024  # bytes of a scene beside the lesson; a recorded one has at most 0.7 MB
TOKENS = 512  # of its roads
OWN_SCENES = 6
FIRST = 1  # what a lesson calls the first token, as the strip's axis does
LETTERS = "AB"


class Scenes:
    """The scenes that one lesson asks for, each read once."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.all = dict[str, Json]()
        self.own: tuple[str, ...] = ()

    def family(self, id: str, spot: Spot) -> Family:
        """A scene and what figures about it need: a recorded one by its id, one of the teacher's by its file's name.

        Raises
        ------
        UserError
            If there is none, or the file beside the lesson holds no Scene of this map.
        """
        if id not in self.all:
            self.all[id] = self._of_file(id, spot) if id.endswith(FILE) else _recorded(id, spot)
        scene = self.all[id]
        items = (scene.get("variants") or {"items": []})["items"]
        siblings = {item["label"]: _recorded(item["id"], spot) for item in items}
        map, experiment = _measured()
        return Family(scene, siblings, [region["name"] for region in map["regions"]], map["report"], experiment, FIRST)

    def _of_file(self, name: str, spot: Spot) -> Json:
        if self.folder is None or not SCENE_ID.fullmatch(name.removesuffix(FILE)):
            raise spot.wrong("scene_file_name", name=shown(name))
        if len(self.own) >= OWN_SCENES:
            raise spot.wrong("scene_files", most=OWN_SCENES)
        found = _of_this_map(self.folder / name, spot)
        self.own = (*self.own, name)
        return {**found, "id": name, "variants": None}


def _of_this_map(path: Path, spot: Spot) -> Json:
    """The Scene that a file holds."""
    from viz.scene import schema  # pydantic, which a lesson of recorded scenes does without

    if not path.is_file():
        raise spot.wrong("scene_file_none", name=shown(path.name))
    try:
        with path.open("rb") as file:
            data = file.read(OWN + 1)
    except OSError as error:
        raise spot.wrong("scene_file", name=shown(path.name), why=error.strerror) from None
    if len(data) > OWN:
        raise spot.wrong("scene_file_large", most=OWN // 2**20)
    try:
        found = schema.scene(data, _atlas())
    except (UserError, RecursionError, ValueError) as error:
        raise spot.wrong("scene_file", name=shown(path.name), why=error) from None
    if not found["roads"] or any(not 0 < len(road["tokens"]) <= TOKENS for road in found["roads"]):
        raise spot.wrong("scene_file_roads", name=shown(path.name), most=TOKENS)
    return found


def _recorded(id: str, spot: Spot) -> Json:
    data = scene_bytes(id)
    if data is None:
        known = [one["id"] for one in scenes()]
        near = get_close_matches(id[:80].casefold(), known, n=3, cutoff=0.6)
        raise spot.wrong("scene_near" if near else "scene", scene=shown(id), names=listed(near or known))
    found: Json = json.loads(data)
    return found


@cache
def _measured() -> tuple[Json, Json]:
    """Regions and figures of the map that ships, and the experiment on pull."""
    files = (ASSETS / "atlas" / "atlas.json", ASSETS / "experiments" / "pull.json")
    map, experiment = (json.loads(file.read_text(encoding="utf-8")) for file in files)
    return {name: map[name] for name in ("regions", "report")}, experiment


@cache
def _atlas() -> str:
    """The sha256 of the map that the recorded scenes lie on."""
    found: str = json.loads(scene_bytes(scenes()[0]["id"]) or b"{}")["atlas"]
    return found


def seen(values: dict[str, Any], family: Family, spot: Callable[[str], Spot]) -> None:
    """Whether the scene has the road, the token and the reading that a beat shows.

    Raises
    ------
    UserError
        If it has not.
    """
    scene, roads = values["scene"], family.scene["roads"]
    if values["road"] >= len(roads):
        raise spot("road").wrong("road_b", scene=scene)
    length, at = len(roads[values["road"]]["tokens"]), values["token"]
    if at is not None and at >= length:
        raise spot("token").wrong(
            "beyond", token=said(at + FIRST), scene=scene, count=length, road=LETTERS[values["road"]]
        )
    if values["cover"] and (at is None or at + 1 >= length):
        raise spot("cover").wrong("cover", scene=scene, last=length - 1)
    if values["reading"] and values["reading"] not in (can := readable(family.scene)):
        names = readings()
        raise spot("reading").wrong(
            "reading_of", reading=names[values["reading"]], scene=scene, names=listed(names[key] for key in can)
        )


def readable(scene: Json) -> list[str]:
    """The readings that the strip can draw of a scene, as the player decides it (viz/player/state/readings.js)."""
    roads = scene["roads"]
    tokens = [token for road in roads for token in road["tokens"]]
    against = [reward for road in roads for reward in road["rewards"] if _against(reward)]
    can = {
        **{name: any(token[name] is not None for token in tokens) for name in ("probability", "entropy", "grip")},
        "pull": any("word" in reward for reward in against),
        "region": any(score is not None for token in tokens for score in token.get("scores") or ()),
        **{name: any(road["rewards"] for road in roads) for name in ("kl", "price")},
        "inside": any(token["inside"] for token in tokens),
    }
    return [name for name in readings() if can[name]]


def _against(reward: Json) -> bool:
    return reward["weight"] == "ban" or reward["weight"] < 0


def figures(template: str | None, family: Family, most: int, spot: Spot) -> str | None:
    """A text with its figures, computed from the scene; it has to fit with them."""
    if not template:
        return template
    try:
        said = filled(template, family)
    except NoFigure as error:
        raise spot.wrong("figure", asked=shown(error.asked), scene=shown(str(family.scene["id"]))) from None
    if len(said) > most:
        raise spot.wrong("long", count=len(said), most=most)
    return said
