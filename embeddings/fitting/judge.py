"""The figures of a map on what is held out: one half chooses settings and thresholds, the other judges. Offline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from embeddings.atlas.atlas import Atlas
from embeddings.atlas.lens import Lens, split
from embeddings.atlas.naming import Enough, Naming
from embeddings.fitting import naming_fit, report
from embeddings.fitting.corpus import Corpus
from embeddings.fitting.fit import Fitted, load_crossings, means_of, through
from embeddings.fitting.samples import Samples, load_starts

CHOOSING, JUDGED = 0, 1  # which half of what is held out does which


def figures(points: report.MapPoints, naming: Naming, held: report.HeldOut, draws: int) -> dict[str, Any]:
    """The figures of a map, on the half of what is held out that nothing was chosen by; the other's: ``chosen_by``."""
    by, judged = held.half(CHOOSING), held.half(JUDGED)
    return {
        **report.fidelity(points, judged),
        **named(naming, judged),
        "intervals": report.intervals(points, judged, draws),
        "chosen_by": {**report.fidelity(points, by), **named(naming, by)},
    }


def named(naming: Naming, held: report.HeldOut) -> dict[str, float]:
    labels = np.array(held.labels)[held.asked[1]]
    return naming_fit.named(naming, naming_fit.votes_of(naming, held), labels)


def points_of(atlas: Atlas) -> report.MapPoints:
    return report.MapPoints(
        atlas.means, atlas.lens.leading, atlas.coordinates, atlas.labels, atlas.answers, atlas.place
    )


def seen_through(lens: Lens, layer: int, themes: Sequence[str], corpus: Corpus, samples: Samples) -> report.HeldOut:
    """What is held out, through a lens; labels are indices into the map's own `themes`."""
    crossings = load_crossings(samples.held_answers, layer)
    means = means_of(through(lens, crossings), crossings.answer, lens.decay)
    states = load_starts(samples.held_starts, layer).astype(np.float64).mean(axis=1)
    return report.HeldOut(
        starts=lens.start(states),
        roles=tuple(role for role, _ in corpus.heldout_systems),
        behaviour=samples.behaviour,
        wording=report.wording_distances([prompt for _, prompt in corpus.heldout_systems]),
        answers=tuple(split(means, crossings.answer)),
        labels=tuple(list(themes).index(asked.theme) for asked in samples.held_asked),
        own_start=report.own_starts(corpus, [asked.system for asked in samples.held_asked]),
    )


def of_recipe(fitted: Fitted, labels: np.ndarray, held: report.HeldOut) -> dict[str, Any]:
    """Figures of another recipe, on both halves; nothing is named on its map."""
    layout = fitted.layout
    return _of_both(
        report.MapPoints(layout.means, layout.lens.leading, layout.coordinates, labels, fitted.answers, layout.place),
        held,
    )


def plain(points: report.MapPoints, fitted: Fitted, held: report.HeldOut) -> dict[str, Any]:
    """Figures of the same points in their plain projection."""
    return _of_both(replace(points, coordinates=fitted.pca, place=fitted.layout.project), held)


def _of_both(points: report.MapPoints, held: report.HeldOut) -> dict[str, Any]:
    return {
        **report.fidelity(points, held.half(JUDGED)),
        "chosen_by": report.fidelity(points, held.half(CHOOSING)),
    }


def enough(voters: Naming, held: report.HeldOut) -> Enough:
    """The thresholds of names, read off the half that chooses."""
    by = held.half(CHOOSING)
    question = by.asked[1]
    return naming_fit.enough_votes(naming_fit.votes_of(voters, by), np.array(by.labels)[question], question)
