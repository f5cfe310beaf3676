"""`python -m viz.record`: make the recorded scenes from prompts and seeds, through the same worker as a live drive."""

from __future__ import annotations

import json
import math
import sys
import time
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

from embeddings.files import write_atomically
from embeddings.paths import assets
from viz import session, validate
from viz.drives import Job, Order, Sign
from viz.scene import Json, number, place_of

FOLDER = assets() / "scenes"
RECIPES = "scenes.toml"
INDEX = "index.json"


def recipes(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """What is to be recorded, in the order of the rail: the tables of ``scenes.toml``."""
    return list(tomllib.loads((folder / RECIPES).read_text(encoding="utf-8"))["scene"])


def order_of(recipe: dict[str, Any]) -> Order:
    """What the recipe asks the worker to drive."""
    return Order(
        question=recipe["question"],
        systems=tuple(recipe["systems"]),
        signs=tuple(Sign(word, -math.inf) for word in recipe.get("forbid", ())),
        max_new_tokens=recipe.get("max_new_tokens", 48),
        temperature=float(recipe.get("temperature", 0.0)),
        top_p=float(recipe.get("top_p", 1.0)),
        seed=recipe.get("seed", 0),
        step=recipe["step"],
    )


def record(recipe: dict[str, Any]) -> Json:
    """Drive one scene, look ahead from every crossing, and check the result as one that came from outside.

    ``atlas`` is the hash of the map that it was placed on: on another one its places mean nothing.
    """
    worker = session.worker()
    job = Job(order_of(recipe), kept=True)
    worker.begin(job)
    while not job.done:
        time.sleep(0.05)
    for road in job.roads:
        if road.error or road.state != "done":
            raise RuntimeError(f"{recipe['id']}: {road.error or road.state}")
        for index in range(len(road.tokens)):
            worker.ask(partial(worker.spurs, road, index)).result()
    ghosts, comparison = _ghosts(recipe, job)
    scene = {
        **job.scene(),
        **{name: recipe[name] for name in ("id", "title", "note", "step")},
        "regions": list(recipe.get("regions", ())),
        "ghosts": ghosts,
        "comparison": comparison,
    }
    return {**validate.scene(scene), "atlas": session.atlas().sha256}


def _ghosts(recipe: dict[str, Any], job: Job) -> tuple[list[Json], Json | None]:
    """Starts of the prompts that came before, and how far the last one lies from the flag."""
    worker, before = session.worker(), list(recipe.get("before", ()))
    if not before:
        return [], None
    starts = [worker.ask(partial(worker.start, prompt)).result() for prompt in before]
    here = worker.ask(lambda: worker.start(job.roads[0].system)).result()
    found = worker.side.compare(starts[-1], here)
    ghosts = [{**place_of(start), "label": prompt or "(empty)"} for prompt, start in zip(before, starts, strict=True)]
    return ghosts, {name: number(value) for name, value in found.items()}


def serialised(scene: Json) -> str:
    """The file's text: the same scene gives the same bytes."""
    return json.dumps(scene, ensure_ascii=False, allow_nan=False) + "\n"


def main() -> None:
    """Record all scenes, or those whose ids are named, and write the index."""
    wanted = set(sys.argv[1:])
    if unknown := wanted - {recipe["id"] for recipe in recipes()}:
        sys.exit(f"{RECIPES} has no scene {', '.join(sorted(unknown))}: add it there, or name another.")
    session.worker().ready()
    for recipe in recipes():
        if not wanted or recipe["id"] in wanted:
            scene = record(recipe)
            write_atomically(FOLDER / f"{recipe['id']}.json", serialised(scene))
            print(f"{recipe['id']}: {' | '.join(road['text'][:60] for road in scene['roads'])}", flush=True)
    index = [
        {name: recipe[name] for name in ("id", "title", "note", "step", "regions") if name in recipe}
        for recipe in recipes()
    ]
    write_atomically(FOLDER / INDEX, json.dumps(index, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
