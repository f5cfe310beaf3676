"""Which part of the map is meant: a place by its name, or atlas points by their row numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embeddings.atlas.atlas import Atlas
from embeddings.atlas.places import Landmark, Region
from embeddings.chat import check_text
from embeddings.errors import UserError
from embeddings.steering.probe import FOLDS

FEWEST = 20  # atlas points that a probe can be fitted on


def find(atlas: Atlas, name: str) -> Region | Landmark:
    """The region or landmark of a name, else the landmark of a theme, or of a word in its name that no other has."""
    wanted = check_text(name, "name of a region").strip().casefold()
    for entry in atlas.places:
        if entry.name.casefold() == wanted:
            return entry
    for said in (lambda mark: [mark.theme], lambda mark: mark.name.replace(":", ",").split(", ")):
        found = [mark for mark in atlas.landmarks if wanted in [word.casefold() for word in said(mark)]]
        if len(found) == 1:
            return found[0]
    names = "; ".join(dict.fromkeys(entry.name for entry in atlas.places))
    raise UserError(f"The map has no place named {name.strip()!r:.60}. It has: {names}.")


def checked_indices(atlas: Atlas, indices: Sequence[int] | np.ndarray) -> np.ndarray:
    given = np.asarray(indices)
    if given.ndim != 1 or (given.size and given.dtype.kind not in "iu"):
        raise UserError("A region of points needs a list of row numbers of the atlas.")
    if given.size and not (given.min() >= 0 and given.max() < len(atlas.singles)):
        raise UserError(f"A row number is out of range: the atlas has points 0 to {len(atlas.singles) - 1}.")
    chosen = np.unique(given).astype(int)
    chosen = chosen[atlas.answers[chosen] >= 0]  # starts are no crossings
    answers = len(np.unique(atlas.answers[chosen]))
    if len(chosen) < FEWEST or answers < FOLDS:
        raise UserError(
            f"A region needs at least {FEWEST} atlas points of {FOLDS} answers; these are {len(chosen)} of {answers}."
        )
    if len(chosen) > 0.9 * (atlas.answers >= 0).sum():
        raise UserError("This region covers nearly the whole map: leave something outside.")
    return chosen
