"""`mindmap atlas build` and `report`: sample, fit, name, judge, write. The same inputs give the same file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.atlas import store
from embeddings.atlas.atlas import Atlas
from embeddings.atlas.lens import split
from embeddings.atlas.places import Landmark, Region
from embeddings.files import write_atomically
from embeddings.fitting import clusters, report
from embeddings.fitting.corpus import Asked, Corpus, load_corpus
from embeddings.fitting.fit import Fitted, MapSettings, fit_map, load_crossings, means_of, through
from embeddings.fitting.samples import Progress, Samples, Sampling, load_starts, sample, sample_heldout, work_folder
from embeddings.model.language_model import LanguageModel
from embeddings.steering import probe

LIBRARIES = ("torch", "transformers", "umap-learn", "scikit-learn", "numpy")  # whose versions are kept with a map
SNIPPET_BEFORE, SNIPPET_AFTER = 6, 2  # tokens shown around an atlas point

SAMPLING = Sampling()
MAP = MapSettings()
OTHERS: dict[str, MapSettings] = {
    "single states": replace(MAP, decay=0.0),
    "recent mean, token kept": replace(MAP, remove_token=False),
    "single states, token kept": replace(MAP, decay=0.0, remove_token=False),
    "decay 0.8": replace(MAP, decay=0.8),
    "decay 0.95": replace(MAP, decay=0.95),
    "all 50 components": replace(MAP, leading=50),
    "layer 20": replace(MAP, layer=20),
    "layer 23": replace(MAP, layer=23),
    "layer 28": replace(MAP, layer=28),
    "layer 29": replace(MAP, layer=29),
}
"""The map's recipe, and the others that the report compares it with."""


def build(
    model: LanguageModel,
    *,
    corpus: Corpus | None = None,
    how: Sampling = SAMPLING,
    recipe: MapSettings = MAP,
    others: Mapping[str, MapSettings] = OTHERS,
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
    figures = judge(fitted, corpus, samples)
    compared = {}
    for i, (name, settings) in enumerate(others.items()):
        tell(f"Comparing with another recipe: {name}", 0.75 + 0.24 * i / len(others))
        compared[name] = _kept(work, settings, partial(_judged, model, corpus, samples, settings))
    folder = out or store.default_folder()
    made = _assembled(model, corpus, how, samples, fitted, {**figures, "variants": compared})
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
    points = report.MapPoints(
        atlas.means, atlas.lens.leading, atlas.coordinates, atlas.labels, atlas.answers, atlas.place
    )
    crossings = load_crossings(samples.held_answers, atlas.layer)
    single = through(atlas.lens, crossings)
    states = load_starts(samples.held_starts, atlas.layer).mean(axis=1)
    starts = atlas.lens.start(states)
    means = means_of(single, crossings.answer, atlas.lens.decay)
    held = heldout(corpus, samples, starts, split(means, crossings.answer), atlas.themes)
    return report.fidelity(points, held)


def judge(fitted: Fitted, corpus: Corpus, samples: Samples) -> dict[str, Any]:
    """The report's figures of one fitted map, and the same of its plain projection under ``pca``."""
    layout = fitted.layout
    held = held_of(fitted, corpus, samples)
    points = report.MapPoints(
        layout.means,
        layout.lens.leading,
        layout.coordinates,
        _labels(fitted, corpus, samples.asked),
        fitted.answers,
        layout.place,
    )
    figures = report.fidelity(points, held)
    plain = report.fidelity(replace(points, coordinates=fitted.pca, place=layout.project), held)
    return {**figures, "token_explains": fitted.explained, "pca": plain}


def held_of(fitted: Fitted, corpus: Corpus, samples: Samples) -> report.HeldOut:
    """What is held out, through the lens of one fitted map."""
    lens = fitted.layout.lens
    crossings = load_crossings(samples.held_answers, fitted.settings.layer)
    means = means_of(through(lens, crossings), crossings.answer, fitted.settings.decay)
    states = load_starts(samples.held_starts, fitted.settings.layer).astype(np.float64).mean(axis=1)
    return heldout(corpus, samples, lens.start(states), split(means, crossings.answer), corpus.themes)


def heldout(
    corpus: Corpus, samples: Samples, starts: np.ndarray, answers: Sequence[np.ndarray], themes: Sequence[str]
) -> report.HeldOut:
    return report.HeldOut(
        starts=starts,
        roles=tuple(role for role, _ in corpus.heldout_systems),
        behaviour=samples.behaviour,
        wording=report.wording_distances([prompt for _, prompt in corpus.heldout_systems]),
        answers=tuple(answers),
        labels=tuple(list(themes).index(asked.theme) for asked in samples.held_asked),
        own_start=report.own_starts(corpus, [asked.system for asked in samples.held_asked]),
    )


def _fit(model: LanguageModel, samples: Samples, settings: MapSettings) -> Fitted:
    crossings = load_crossings(samples.answers, settings.layer)
    return fit_map(crossings, load_starts(samples.starts, settings.layer), model.embeddings, settings)


def _kept(work: Path, settings: MapSettings, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Figures of one recipe, measured once: a build that was stopped does not measure them again."""
    path = work / f"recipe-{hashlib.sha256(repr(settings).encode()).hexdigest()[:12]}.json"
    if not path.exists():
        write_atomically(path, json.dumps(measure()))
    figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return figures


def _judged(model: LanguageModel, corpus: Corpus, samples: Samples, settings: MapSettings) -> dict[str, Any]:
    return judge(_fit(model, samples, settings), corpus, samples)


def _labels(fitted: Fitted, corpus: Corpus, asked: Sequence[Asked]) -> np.ndarray:
    themes = list(corpus.themes)
    return np.array([themes.index(asked[i].theme) if i >= 0 else -1 for i in fitted.answers], dtype=np.int16)


def _snippets(model: LanguageModel, fitted: Fitted, samples: Samples, corpus: Corpus) -> list[str]:
    """The words around each atlas point; for a start its system prompt."""
    crossings = load_crossings(samples.answers, fitted.settings.layer)
    begins = np.searchsorted(crossings.answer, crossings.answer, side="left")
    ends = np.searchsorted(crossings.answer, crossings.answer, side="right")
    out = []
    for i in fitted.chosen:
        window = crossings.token[max(begins[i], i - SNIPPET_BEFORE) : min(ends[i], i + SNIPPET_AFTER + 1)]
        out.append(b"".join(model.pieces[token] for token in window).decode("utf-8", errors="replace"))
    prompts = [prompt for _, prompt in corpus.systems]
    return out + prompts * (1 + len(fitted.settings.start_parts))


def _named(model: LanguageModel, corpus: Corpus, samples: Samples, fitted: Fitted) -> tuple[Landmark, ...]:
    """The neighbourhoods of a fitted map."""
    snippets, labels = _snippets(model, fitted, samples, corpus), _labels(fitted, corpus, samples.asked)
    found = clusters.clusters(fitted.layout.coordinates, labels, fitted.answers, snippets, corpus.themes)
    return tuple(Landmark(c.name, c.position, fitted.pca[c.indices].mean(axis=0), c.indices, c.theme) for c in found)


def _regions(corpus: Corpus, samples: Samples, fitted: Fitted) -> tuple[Region, ...]:
    """The regions that ship: a probe for each of their themes, and the atlas points inside."""
    crossing, labels = fitted.answers >= 0, _labels(fitted, corpus, samples.asked)
    found = list[Region]()
    for name in probe.SHIPPED:
        positive = labels[crossing] == corpus.themes.index(name)
        fit = probe.fit_probe(fitted.singles[crossing], positive, fitted.answers[crossing])
        inside = np.flatnonzero(crossing & (fitted.singles @ fit.coefficients + fit.intercept > 0.0))
        found.append(Region(name, fit.coefficients, fit.intercept, fit.auc, inside))
    return tuple(found)


def _assembled(
    model: LanguageModel,
    corpus: Corpus,
    how: Sampling,
    samples: Samples,
    fitted: Fitted,
    figures: dict[str, Any],
) -> Atlas:
    return Atlas(
        layout=fitted.layout,
        pca_coordinates=fitted.pca,
        singles=fitted.singles,
        answers=fitted.answers,
        labels=_labels(fitted, corpus, samples.asked),
        snippets=tuple(_snippets(model, fitted, samples, corpus)),
        themes=corpus.themes,
        layer=fitted.settings.layer,
        landmarks=_named(model, corpus, samples, fitted),
        regions=_regions(corpus, samples, fitted),
        start_questions=corpus.start_questions,
        model_name=model.name,
        model_sha256=model.sha256,
        settings={
            **asdict(fitted.settings),
            "times": how.times,
            "tokens": how.tokens,
            "temperature": how.temperature,
            "answers": len(samples.asked),
            "system_prompts": len(corpus.systems),
            "questions": len(corpus.questions),
            "heldout_prompts": len(corpus.heldout_systems),
            "heldout_questions": len(corpus.heldout_questions),
            "contexts": len(corpus.contexts),
        },
        report=figures,
        sha256="",  # of the files, which `store.read` knows
    )
