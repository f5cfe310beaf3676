"""From what an address, or the browser's storage, has kept to the stage, and from the stage to what is to be kept.

What comes in may be anybody's: `viz.scene.link_json` checks its shape, and here is checked what this page can show.
"""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

from embeddings.errors import UserError
from embeddings.request import Intervention, Request
from viz.drive import session
from viz.page.sign_actions import joined
from viz.page.state import OLD, Box, Cell, Stage, put, shown_job
from viz.scene.link import ATLAS, MOST_DRIVEN, Driven, Kind, Link, written
from viz.scene.recorded import first_scene, scenes, step_of
from viz.strings import text

KEY = re.compile(r"k[0-9a-z]{8,20}")  # stands in the address where the value is in the browser's storage


# -- from the stage


def told(stage: Stage) -> dict[str, Any]:
    """What the player is told to keep, and under which entry of the browser's history: another one each time that
    something else is shown, but a road that is driven again stands where it stood. ``rest``: what an entry keeps that
    is left, for whoever comes back to its road."""
    again, shown = stage.again, stage.shown or stage.missing or stage.scene or ""
    same = again.before.job if again and again.job == stage.shown else shown
    return {
        "asked": asked(stage),
        "rest": asked(rested(stage)),
        "entry": f"{stage.step}/{same}",
        "step": stage.step,
        "opened": stage.opened,
        "session": stage.id,
        "heard": stage.heard,
    }


def asked(stage: Stage) -> str:
    """What is to be kept, as text; "" where it is what every new page has."""
    link, plain = link_of(stage), link_of(put(Stage(step=stage.step), scene=first_scene(stage.step)))
    return "" if link == plain else written(link)


def rested(stage: Stage) -> Stage:
    """The stage whose boxes ask what the road on it was asked: what is typed meanwhile is for the next one."""
    job = shown_job(stage)
    base = job.way.base if job is not None and job.way is not None else None
    if not isinstance(base, Request):
        return stage
    first, second = (
        box if box.system == system else _boxed(box, system)
        for box, system in zip(stage.boxes, (base.system, *(base.beside or (stage.boxes[1].system,))), strict=True)
    )
    return replace(stage, request=base).boxed(first, second, two=bool(base.beside))


def _boxed(box: Box, system: str | None) -> Box:
    kind: Kind = "default" if system is None else "typed" if system else "empty"
    return replace(box, kind=kind, text=system or box.text)


def link_of(stage: Stage) -> Link:
    return Link(
        request=stage.request,
        boxes=((stage.boxes[0].kind, stage.boxes[0].text), (stage.boxes[1].kind, stage.boxes[1].text)),
        two=stage.two,
        form=stage.form,
        scene=stage.scene,
        shown=stage.shown or (None if stage.scene else stage.missing),
        driven=driven_of(stage),
        regions=tuple(sorted(stage.regions - stage.lent)),
    )


def driven_of(stage: Stage) -> tuple[Driven, ...]:
    """The last drives, those first that the server no longer has, and the one on the stage in any case."""
    here = [job.driven for id in stage.driven if (job := session.jobs().get(id)) is not None]
    all = {one.job: one for one in (*stage.lost, *here)}
    kept = list(all.values())[-MOST_DRIVEN:]
    shown = all.get(stage.shown or stage.missing or "")
    return tuple(kept if shown is None or shown in kept else [shown, *kept[1:]])


# -- to the stage


def arrived(stage: Stage, name: str, step: str, kept: str) -> Stage:
    """The stage of a new session, as its address asks for. Where that holds a key, the player will tell the rest, and
    nothing is shown before."""
    stage = replace(stage, id=name, step=step)
    if KEY.fullmatch(kept):
        return stage
    return opened(stage, step, kept) if kept else put(stage, scene=first_scene(step))


def reopen(cell: Cell, kept: str | None, step: str) -> None:
    """All is to be as it was when this was kept; None: the browser has nothing under its key."""
    asked_for = step_of(step)
    if kept is None:
        cell.change(lambda stage: replace(shown(blank(stage, asked_for)), error=text("kept.gone")))
    else:
        cell.change(lambda stage: opened(stage, asked_for, kept))


def opened(stage: Stage, step: str, kept: str) -> Stage:
    """The stage as it was when this was kept, and a sentence where that is not all there."""
    from viz.scene.link_json import read_kept  # its schema takes a moment that a new page does not have

    clean = blank(stage, step)
    if not kept:
        return shown(clean)
    try:
        found = read_kept(kept)
        here = session.atlas()
    except UserError as error:
        return replace(shown(clean), error=str(error))
    link = found.link or link_of(clean)
    filled = _asking(clean, link, found.typed)
    filled, wrong = _signed(filled, link.request.interventions)
    if found.link is not None and found.atlas != here.sha256[:ATLAS]:
        wrong = [text("kept.map"), *wrong]
    names = {region.name for region in here.regions}
    filled = replace(filled, regions=frozenset(link.regions) & names, error=" ".join(wrong) or None)
    return shown(_driven(filled, link), link.scene)


def blank(stage: Stage, step: str) -> Stage:
    """A stage on which nothing was asked for yet, whose widgets are new ones: no request that is on its way, and no
    browser that has held on through the loss of its session, can put back what they held."""
    number = max(time.time_ns() // 1_000_000, stage.opened + 1)
    box = Box(put=number, submitted=number)
    return Stage(
        id=stage.id,
        step=step,
        turned=number,
        boxes=(box, box),
        filled=number,
        rolled=number,
        forms=number,
        chipped=number,
        pressed=stage.pressed,
        heard=stage.heard,
        driven=stage.driven,
        lendings=number,
        revision=number,
        opened=number,
        lost=stage.lost,
    )


def shown(stage: Stage, scene: str | None = None) -> Stage:
    """With this recorded scene; with that of the step where there is no such scene, and no road either."""
    if scene in [entry["id"] for entry in scenes()]:
        return put(stage, scene=scene)
    return stage if stage.shown or stage.missing else put(stage, scene=first_scene(stage.step))


def _asking(stage: Stage, link: Link, typed: dict[str, str]) -> Stage:
    """The boxes as they were, and in them what was being typed."""
    request = link.request
    question = typed.get("question", request.question)
    (kind, words), (kind_b, words_b) = link.boxes
    first, second = stage.boxes
    first = replace(first, kind=kind, text=typed.get("system", words))
    second = replace(second, kind=kind_b, text=typed.get("system_b", words_b))
    form = (typed.get("sign_text", link.form[0]), link.form[1])
    asked = Request.of(None, question, settings=request.settings, strength=request.strength)
    return replace(stage, request=asked, form=form).boxed(first, second, two=link.two)


def _signed(stage: Stage, signs: tuple[Intervention, ...]) -> tuple[Stage, list[str]]:
    """With the signs that can be put up here, and a sentence for each of the others."""
    places, wrong = {place.name for place in session.atlas().places}, list[str]()
    for sign in signs:
        try:
            if sign.kind == "landmark" and sign.value not in places:
                raise UserError(text("kept.sign", name=sign.name))
            stage = joined(stage, sign)
        except UserError as error:
            wrong.append(str(error))
    return stage, list(dict.fromkeys(wrong))


def _driven(stage: Stage, link: Link) -> Stage:
    """With the drives that the server still has; the others are named, to be driven again."""
    jobs = {one.job: session.jobs().back(one.job, stage.id) for one in link.driven}
    known = [id for id, job in jobs.items() if job is not None]
    lost = [one for one in link.driven if jobs[one.job] is None]
    earlier = [one for one in stage.lost if one.job not in jobs]
    before = [id for id in stage.driven if id not in known and session.jobs().get(id) is not None]
    on_stage = jobs.get(link.shown or "")
    return replace(
        stage,
        driven=(*before, *known)[-OLD - 1 :],
        lost=(*earlier, *lost)[-MOST_DRIVEN:],
        shown=None if on_stage is None else on_stage.id,
        running=None if on_stage is None or on_stage.done else on_stage.id,
        missing=link.shown if on_stage is None else None,
    )
