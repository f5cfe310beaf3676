"""`mindmap atlas build` and `report`: sample, fit, name, judge, write. The same inputs give the same file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.atlas import store
from embeddings.atlas.atlas import Atlas
from embeddings.files import write_atomically
from embeddings.fitting import judge
from embeddings.fitting.assemble import assembled, aucs, labels_of, regions_of
from embeddings.fitting.corpus import Corpus, load_corpus
from embeddings.fitting.fit import Fitted, MapSettings, fit_map, load_crossings
from embeddings.fitting.lens_fit import LensSettings
from embeddings.fitting.samples import Progress, Samples, Sampling, load_starts, sample, sample_heldout, work_folder
from embeddings.model.language_model import LanguageModel

LIBRARIES = ("torch", "transformers", "umap-learn", "scikit-learn", "numpy")  # whose versions are kept with a map
SAMPLING = Sampling()
MAP = MapSettings()
_LENS = MAP.lens
OTHERS: dict[str, MapSettings] = {
    "the map of 0.2: layer 26, principal components": MapSettings(
        layer=26, lens=LensSettings(slow=None, leading=12, decay=0.88), stress=0.0, placed_by=15, every=18
    ),
    "layer 24, answers as classes, 14 components": MapSettings(
        layer=24, lens=LensSettings(by_question=False, leading=14, decay=0.88), stress=20.0, placed_by=15, every=18
    ),
    "principal components": replace(MAP, lens=replace(_LENS, slow=None)),
    "no starts in the lens": replace(MAP, lens=replace(_LENS, starts=0.0)),
    "no stress on starts": replace(MAP, stress=0.0),
    "another seed": replace(MAP, seed=1),
}
"""The map's recipe, and the others that the report compares it with."""

DRAWS = 1000  # of the report's intervals


def build(
    model: LanguageModel,
    *,
    corpus: Corpus | None = None,
    how: Sampling = SAMPLING,
    recipe: MapSettings = MAP,
    others: Mapping[str, MapSettings] = OTHERS,
    draws: int = DRAWS,
    out: Path | None = None,
    work: Path | None = None,
    progress: Progress | None = None,
) -> Atlas:
    """Build an atlas of `model`, and write it.

    Parameters
    ----------
    corpus, how, recipe
        What is sampled and how a map is made of it; default: as the atlas that ships.
    others
        Other recipes that the report compares with, by name.
    draws
        Of what is held out, for the intervals of the figures.
    out
        Folder for the two files of the atlas; default: where the program reads them.
    work
        Folder for what is sampled; a build that was stopped goes on from there. Default: in the user's cache.
    progress
        Called with a sentence and the fraction done.
    """
    tell = progress or (lambda message, fraction: None)
    corpus = corpus or load_corpus()
    work = work or work_folder(model, corpus, how)
    samples = sample(model, corpus, how, work, lambda message, part: tell(message, 0.7 * part))
    tell("Fitting the map", 0.7)
    fitted = _fit(model, samples, recipe)
    atlas = assembled(model, corpus, how, samples, fitted, draws)
    compared = {}
    for i, (name, settings) in enumerate(others.items()):
        tell(f"Comparing with another recipe: {name}", 0.75 + 0.24 * i / len(others))
        compared[name] = _kept(work, settings, partial(_judged, model, corpus, samples, settings))
    folder = out or store.default_folder()
    made = replace(atlas, report={**atlas.report, "variants": compared})
    store.write(folder, made, {name: version(name) for name in LIBRARIES})
    tell("The atlas is written", 1.0)
    return store.read(folder)


def remeasure(
    model: LanguageModel, atlas: Atlas, *, work: Path | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """The report's figures measured anew on `atlas`, from the files that ship and freshly sampled held-out answers."""
    atlas.check(model)
    corpus = load_corpus()
    tell = progress or (lambda message, fraction: None)
    samples = sample_heldout(model, corpus, SAMPLING, work or work_folder(model, corpus, SAMPLING), tell)
    held = judge.seen_through(atlas.lens, atlas.layer, atlas.themes, corpus, samples)
    return {**judge.figures(judge.points_of(atlas), atlas.naming, held, DRAWS), **aucs(atlas.regions)}


def _fit(model: LanguageModel, samples: Samples, settings: MapSettings) -> Fitted:
    crossings = load_crossings(samples.answers, settings.layer)
    number: dict[str, int] = {}
    question = np.array([number.setdefault(asked.question, len(number)) for asked in samples.asked])
    return fit_map(crossings, question, load_starts(samples.starts, settings.layer), model.embeddings, settings)


def _kept(work: Path, settings: MapSettings, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Figures of one recipe, measured once: a build that was stopped does not measure them again."""
    path = work / f"recipe-{hashlib.sha256(repr(settings).encode()).hexdigest()[:12]}.json"
    if not path.exists():
        write_atomically(path, json.dumps(measure()))
    figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return figures


def _judged(model: LanguageModel, corpus: Corpus, samples: Samples, settings: MapSettings) -> dict[str, Any]:
    fitted = _fit(model, samples, settings)
    held = judge.seen_through(fitted.layout.lens, settings.layer, corpus.themes, corpus, samples)
    labels = labels_of(fitted, corpus, samples.asked)
    return {**judge.of_recipe(fitted, labels, held), **aucs(regions_of(samples, fitted))}
