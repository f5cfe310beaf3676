"""Which part of the map is meant: a place by its name, or atlas points by their row numbers."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np

from embeddings.atlas.atlas import Atlas
from embeddings.atlas.places import Landmark, Region
from embeddings.chat import check_text
from embeddings.errors import UserError
from embeddings.steering.probe import FOLDS
from embeddings.typed import bare, ends

ALIKE = 0.8  # of two spellings of one name, of 1: a letter or two of ten
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
    meant = near(atlas, name)
    asked = f" Did you mean {' or '.join(map(repr, meant))}?" if meant else ""
    raise UserError(f"The map has no place named {name.strip()!r:.60}.{asked} It has: {names}.")


def near(atlas: Atlas, name: str) -> list[str]:
    """Names that somebody who typed this may have meant: spelled nearly so [1]_, or with words left out.

    References
    ----------
    .. [1] Ratcliff and Metzener, Pattern matching: the gestalt approach, 1988: `difflib`.
    """
    wanted = " ".join(bare(name).casefold().split())
    said = dict[str, str]()
    for entry in atlas.places:
        themes = [entry.theme, *entry.name.replace(":", ",").split(",")] if isinstance(entry, Landmark) else []
        for spelled in (entry.name, *themes):
            said.setdefault(spelled.strip().casefold(), spelled.strip())
    found = get_close_matches(wanted, said, n=3, cutoff=ALIKE)
    words = set(wanted.split())
    if len(words) > 1 and not ends(name):
        found += [spelled for spelled in said if words < set(spelled.split())]
    return list(dict.fromkeys(said[spelled] for spelled in found))[:3]


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
