"""Putting signs up and taking them down, whoever asks: the rail's form, a chip, the player. Draws nothing."""

from __future__ import annotations

from dataclasses import replace

from embeddings.errors import UserError
from embeddings.request import Direction, Intervention
from viz.drive import session
from viz.drive.sign import MAX_SIGNS, listed, weighing
from viz.page import ordering
from viz.page.state import Cell, Gone, Stage
from viz.strings import readable, text

MAX_TYPED = 4000


def put_up(cell: Cell, *signs: Intervention) -> bool:
    """Put up signs and drive again to see the detour; False, and a sentence on the rail, where they cannot all be."""
    try:
        cell.change(lambda stage: replace(joined(stage, *signs), error=None))
    except UserError as error:
        cell.put(error=str(error))
        return False
    again(cell)
    return True


def joined(stage: Stage, *signs: Intervention) -> Stage:
    """The stage with these signs too; a `UserError` where one of them cannot join."""
    up = stage.signs
    for sign in signs:
        readable(sign.value)
        if any((other.thing, other.direction) == (sign.thing, sign.direction) for other in up):
            raise UserError(text("signs.exists", name=sign.name))
        if len(up) >= MAX_SIGNS:
            raise UserError(text("signs.many", limit=MAX_SIGNS))
        session.check(sign)
        up = (*up, sign)
    return replace(stage.signed(up), gone=None)


def again(cell: Cell) -> None:
    """Where a road of one's own is on the stage, drive its question again under the signs as they are now."""
    if cell.stage.shown and cell.stage.request.question:
        ordering.drive(cell)


def put_up_form(cell: Cell, direction: Direction, typed: str, landmark: str | None) -> None:
    """What is typed (words with commas between them are a sign each) and what is selected. The form keeps what could
    not be put up."""
    if not typed.strip() and landmark is None:
        cell.put(error=text("signs.empty"))
        return
    if len(typed) > MAX_TYPED:
        cell.put(error=text("signs.too_long", limit=MAX_TYPED, count=len(typed)))
        return
    left, chosen = typed, landmark
    if typed.strip() and put_up(cell, *listed(typed, direction)):
        left = ""
    if landmark is not None and put_up(cell, Intervention(landmark, "landmark", direction)):
        chosen = None
    cell.change(lambda stage: replace(stage, form=(left, chosen), forms=stage.forms + 1))


def put_up_chip(cell: Cell, word: str) -> None:
    cell.change(lambda stage: replace(stage, chipped=stage.chipped + 1))
    put_up(cell, Intervention(word))


def switch(cell: Cell, sign: Intervention) -> None:
    """On or off."""
    turned = replace(sign, on=not sign.on)
    cell.change(lambda stage: stage.signed(tuple(turned if one == sign else one for one in stage.signs)))
    again(cell)


def remove(cell: Cell, sign: Intervention) -> None:
    """A callback: taken down; where it was on, the road is driven again without it."""
    left = cell.change(lambda stage: without(stage, sign))
    if sign.on and sign not in left.signs:
        cell.press("again")


def without(stage: Stage, sign: Intervention) -> Stage:
    """The stage without a sign, which can be put back."""
    if sign not in stage.signs:
        return stage
    rest = tuple(one for one in stage.signs if one != sign)
    return replace(stage.signed(rest), gone=Gone(sign, stage.signs.index(sign)), error=None)


def put_back(cell: Cell) -> None:
    """A callback: the sign that was taken down last stands where it stood; where it is on, the road is driven again."""
    before = cell.stage.gone
    cell.change(returned)
    if before and before.sign and before.sign.on and before.sign in cell.stage.signs:
        cell.press("again")


def returned(stage: Stage) -> Stage:
    """The stage with the sign that was taken down last."""
    gone = stage.gone
    if gone is None or gone.sign is None:
        return stage
    signs = (*stage.signs[: gone.at], gone.sign, *stage.signs[gone.at :])
    return replace(stage.signed(signs), gone=None, error=None)


def weigh(cell: Cell, sign: Intervention, strength: float) -> None:
    """A sign steers more strongly, or less."""
    weighed = weighing(sign, strength)
    cell.change(lambda stage: stage.signed(tuple(weighed if one == sign else one for one in stage.signs)))
    if sign.on:
        again(cell)
