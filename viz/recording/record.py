"""`python -m viz.recording.record`: make the recorded scenes from prompts and seeds, as a live drive is made.

With ``--notes`` nothing is driven: the scenes that were recorded get the notes and the readings of their recipes. With
``--requests`` they get the request that drives them again, where it is what their roads say that they were asked for.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from embeddings.files import write_atomically
from embeddings.paths import assets
from embeddings.request import STRENGTH, Direction, Intervention, Request, Settings
from viz.drive import forks, session
from viz.drive.caption import signed
from viz.drive.job import Job
from viz.drive.plan import plans_of
from viz.drive.run import Run
from viz.drive.sign import of_text
from viz.drive.task import StartQuestion
from viz.scene import notes, schema
from viz.scene.asked import asked as asked_for
from viz.scene.scene import Json

FOLDER = assets() / "scenes"
RECIPES = "scenes.toml"
INDEX = "index.json"
NOTES, REQUESTS = "--notes", "--requests"


def recipes(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """What is to be recorded, in the order of the rail: the tables of ``scenes.toml``."""
    return list(tomllib.loads((folder / RECIPES).read_text(encoding="utf-8"))["scene"])


def request_of(recipe: dict[str, Any]) -> Request:
    """What the recipe asks the worker to drive."""
    first, *others = recipe["systems"]
    return Request.of(
        first,
        recipe["question"],
        settings=Settings(
            max_new_tokens=recipe.get("max_new_tokens", Settings.max_new_tokens),
            temperature=float(recipe.get("temperature", Settings.temperature)),
            top_p=float(recipe.get("top_p", Settings.top_p)),
            seed=recipe.get("seed", Settings.seed),
        ),
        interventions=tuple(signs_of(recipe)),
        strength=float(recipe.get("weight", STRENGTH)),
        beside=tuple(others),
    ).checked()


def signs_of(recipe: dict[str, Any]) -> Iterator[Intervention]:
    """``forbid``: words; ``reward_words``: words and their nats; ``avoid``, ``toward``: each a neighbourhood's name, or
    a list of example sentences, which are one region together."""
    yield from (Intervention(word) for word in recipe.get("forbid", ()))
    for word, nats in recipe.get("reward_words", {}).items():
        yield Intervention(word, "word", "avoid" if nats < 0 else "toward", weight=float(nats))
    yield from (_region(value, "avoid") for value in recipe.get("avoid", ()))
    yield from (_region(value, "toward") for value in recipe.get("toward", ()))


def _region(value: str | list[str], direction: Direction) -> Intervention:
    """A name is that of a region or landmark of the atlas; anything else is an example."""
    if not isinstance(value, str):
        return Intervention("\n".join(value), "text", direction)
    atlas = session.atlas()
    if value in {place.name for place in atlas.places}:
        return Intervention(value, "landmark", direction)
    typed = of_text(value, direction)
    if typed.kind == "word":
        raise ValueError(f"the atlas has no place named {value!r}, and it is no sentence")
    return typed


def record(recipe: dict[str, Any]) -> Json:
    """Drive one scene, look ahead from every crossing, and check the result as one that came from outside.

    ``atlas`` is the hash of the map that it was placed on: on another one its places mean nothing. The note is the
    recipe's template still: `noted` fills it when the whole family is there.
    """
    job = _driven(recipe, Job(request_of(recipe), kept=True, step=recipe["step"]))
    if "fork" in recipe:
        job = _driven(recipe, _branched(recipe["fork"], job.runs))
    ghosts, comparison = _ghosts(recipe, job)
    scene = {
        **job.scene(),
        **{name: recipe[name] for name in ("id", "title", "note", "step")},
        "reading": recipe.get("reading"),
        "regions": list(recipe.get("regions", ())),
        "ghosts": ghosts,
        "comparison": comparison,
        "variants": _variants(recipe),
    }
    return _ordered({**scene, "atlas": session.atlas().sha256})


def _driven(recipe: dict[str, Any], job: Job) -> Job:
    """The job, once its roads are whole and every crossing has been looked ahead from."""
    worker = session.worker()
    worker.begin(job.task, job)
    job.over.wait()
    for which, run in enumerate(job.runs):
        if run.error or run.state != "done":
            raise RuntimeError(f"{recipe['id']}: {run.error or run.state}")
        for index in range(len(run.tokens)):
            if run.spurs_at(index) is None and (question := run.look_at(index)) is not None:
                job.keep_spurs(which, index, worker.ask(question).result())
    return job


def _branched(turn: dict[str, Any], runs: Sequence[Run]) -> Job:
    """``road``, ``at``, and ``token``, an id or the text of one of the candidates there, or ``text``."""
    run, at, token = runs[turn.get("road", 0)], turn["at"], turn.get("token")
    if isinstance(token, str):
        token = next(c["id"] for c in run.tokens[at]["candidates"] if c["text"] == token)
    return forks.branch(run, at, token=token, typed=turn.get("text"), kept=True)


def versions(recipe: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The recipe of each scene of a slider under the scene's id, in the slider's order.

    ``variants`` has the ``weights`` of the signs, or ``each``: tables of a ``label`` and what differs; ``own`` is the
    place in that order of the scene that is listed.
    """
    slider = recipe.get("variants", {})
    away = -1.0 if recipe.get("avoid") else 1.0
    each = slider.get("each") or [{"label": signed(away * w), "weight": w} for w in slider.get("weights", [])] or [{}]
    own = slider.get("own", 0)
    ids = [recipe["id"] if i == own else f"{recipe['id']}-{i}" for i in range(len(each))]
    return {id: {**recipe, **differs, "id": id} for id, differs in zip(ids, each, strict=True)}


def _variants(recipe: dict[str, Any]) -> Json | None:
    """What the slider leads to: ``label``, what happens at its ``low`` and ``high`` end, and the scenes."""
    if "variants" not in recipe:
        return None
    whole = {**recipe, "id": recipe.get("family", recipe["id"])}
    items = [{"id": id, "label": version["label"]} for id, version in versions(whole).items()]
    return {**{name: recipe["variants"].get(name, "") for name in ("label", "low", "high")}, "items": items}


def _ghosts(recipe: dict[str, Any], job: Job) -> tuple[list[Json], Json | None]:
    """Starts of the prompts that came before, and how far the last one lies from the flag."""
    worker, before = session.worker(), list(recipe.get("before", ()))
    if not before:
        return [], None
    starts = [worker.ask(StartQuestion(prompt)).result()["start"] for prompt in before]
    here = worker.ask(StartQuestion(job.runs[0].plan.system, (before[-1],))).result()
    ghosts = [{**start, "label": prompt or "(empty)"} for prompt, start in zip(before, starts, strict=True)]
    return ghosts, here["comparison"]


def serialised(scene: Json) -> str:
    """The file's text: the same scene gives the same bytes."""
    return json.dumps(scene, ensure_ascii=False, allow_nan=False) + "\n"


def main() -> None:
    """Record all scenes, or those whose ids are named, and write the index."""
    wanted = set(sys.argv[1:]) - {NOTES, REQUESTS}
    if unknown := wanted - {recipe["id"] for recipe in recipes()}:
        sys.exit(f"{RECIPES} has no scene {', '.join(sorted(unknown))}: add it there, or name another.")
    make = renoted if NOTES in sys.argv else requested if REQUESTS in sys.argv else family
    if make is family:
        session.worker().ready()
    for recipe in recipes():
        if not wanted or recipe["id"] in wanted:
            for scene in make(recipe):
                write_atomically(FOLDER / f"{scene['id']}.json", serialised(scene))
                print(f"{scene['id']}: {' | '.join(road['text'][:60] for road in scene['roads'])}", flush=True)
    write_atomically(FOLDER / INDEX, json.dumps(index(), ensure_ascii=False, indent=1) + "\n")


def family(recipe: dict[str, Any]) -> list[Json]:
    """The scenes of one recipe, driven."""
    return noted(recipe, [record(one) for one in versions({**recipe, "family": recipe["id"]}).values()])


def requested(recipe: dict[str, Any]) -> list[Json]:
    """The scenes of one recipe as they were recorded, with the request that drives each again.

    Raises
    ------
    ValueError
        If the recipe asks for something else than a road says that it was asked for: then it has to be driven.
    """
    return [_requested(version, _kept(id)) for id, version in versions(recipe).items()]


def _requested(recipe: dict[str, Any], scene: Json) -> Json:
    wanted, request = plans_of(plain := request_of(recipe)), plain
    if "fork" in recipe:
        runs = [forks.recorded(scene, which) for which in range(len(scene["roads"]))]
        turned = _branched(recipe["fork"], runs)
        wanted, request = (*wanted, turned.plans[-1]), turned.request
    told = [asked_for({**scene, "request": None}, which) for which in range(len(scene["roads"]))]
    if [_said(road) for road in told if road is not None] != [_said(plan.request) for plan in wanted]:
        raise ValueError(f"{recipe['id']} was asked for otherwise than its recipe says: record it again")
    return _ordered({**scene, "request": request.to_json()})


def _said(request: Request) -> tuple[object, ...]:
    """What a road tells of its request: not whether a sign's weight is its own or the strength of all."""
    signs = [(sign.value, sign.kind, sign.direction, sign.nats(request.strength)) for sign in request.up]
    return request.messages, request.settings, request.branch, signs


def renoted(recipe: dict[str, Any]) -> list[Json]:
    """The scenes of one recipe as they were recorded, but for what is only said about them: title, note, reading."""
    kept = [_kept(id) for id in versions(recipe)]
    said = {"title": recipe["title"], **({"reading": recipe["reading"]} if "reading" in recipe else {})}
    bare = [{name: value for name, value in scene.items() if name != "reading"} for scene in kept]
    return noted(recipe, [_ordered({**scene, **said}) for scene in bare])


def _kept(id: str) -> Json:
    found: Json = json.loads((FOLDER / f"{id}.json").read_text(encoding="utf-8"))
    return found


def _ordered(scene: Json) -> Json:
    """Its parts as `record` puts them, so that a note that is written anew moves no other line."""
    return {**schema.scene(scene), "atlas": scene["atlas"]}


def noted(recipe: dict[str, Any], scenes: Sequence[Json]) -> list[Json]:
    """The scenes of one recipe with their note: it is about the one that is listed, and the same for all."""
    own = next(scene for scene in scenes if scene["id"] == recipe["id"])
    items = (own.get("variants") or {"items": []})["items"]
    by_id, atlas = {scene["id"]: scene for scene in scenes}, session.atlas()
    family = notes.Family(
        own,
        {item["label"]: by_id[item["id"]] for item in items},
        [region.name for region in atlas.regions],
        atlas.report,
        json.loads((assets() / "experiments" / "pull.json").read_text(encoding="utf-8")),
    )
    note = notes.filled(recipe["note"], family)
    return [{**scene, "note": note} for scene in scenes]


def index() -> list[Json]:
    """What the page lists, from the recipes and the notes of what was recorded; ``variants``: the other scenes of a
    slider, which are only reached by it."""
    shown = ("id", "title", "step", "regions")
    return [
        {
            **{name: recipe[name] for name in shown if name in recipe},
            "note": _kept(recipe["id"])["note"],
            **({"variants": others} if (others := [id for id in versions(recipe) if id != recipe["id"]]) else {}),
        }
        for recipe in recipes()
    ]


if __name__ == "__main__":
    main()
