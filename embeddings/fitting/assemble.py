"""From a fitted map to an atlas: its places named, its regions fitted, its figures measured. Offline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from embeddings.atlas.atlas import Atlas
from embeddings.atlas.naming import Enough, Naming
from embeddings.atlas.places import Landmark, Region
from embeddings.fitting import clusters, judge
from embeddings.fitting.corpus import Asked, Corpus
from embeddings.fitting.fit import Fitted, load_crossings
from embeddings.fitting.samples import Samples, Sampling
from embeddings.model.language_model import LanguageModel
from embeddings.steering import probe

SNIPPET_BEFORE, SNIPPET_AFTER = 6, 2  # tokens shown around an atlas point


def assembled(
    model: LanguageModel, corpus: Corpus, how: Sampling, samples: Samples, fitted: Fitted, draws: int
) -> Atlas:
    """The atlas of a fitted map: its places named, its regions fitted, its figures measured."""
    layout, settings = fitted.layout, fitted.settings
    labels, snippets = labels_of(fitted, corpus, samples.asked), tuple(_snippets(model, fitted, samples, corpus))
    held = judge.seen_through(layout.lens, settings.layer, corpus.themes, corpus, samples)
    crossing = fitted.answers >= 0
    voters = Naming(layout.means[crossing], labels[crossing], corpus.themes, Enough(0.0, 0.0))
    enough = judge.enough(voters, held)
    atlas = Atlas(
        layout=layout,
        pca_coordinates=fitted.pca,
        singles=fitted.singles,
        answers=fitted.answers,
        labels=labels,
        snippets=snippets,
        themes=corpus.themes,
        layer=settings.layer,
        landmarks=_landmarks(fitted, replace(voters, enough=enough), snippets, corpus.themes),
        enough=enough,
        regions=regions_of(samples, fitted),
        start_questions=corpus.start_questions,
        model_name=model.name,
        model_sha256=model.sha256,
        settings={**asdict(settings), **_sizes(corpus, how, samples)},
        report={},
        sha256="",  # of the files, which `store.read` knows
    )
    points = judge.points_of(atlas)
    figures = judge.figures(points, atlas.naming, held, draws)
    pca = judge.plain(points, fitted, held)
    return replace(atlas, report={**figures, **aucs(atlas.regions), "token_explains": fitted.explained, "pca": pca})


def aucs(regions: Sequence[Region]) -> dict[str, float]:
    """How well each region is told apart, on answers held out of its fit."""
    return {f"auc_{region.name}": region.auc for region in regions}


def _sizes(corpus: Corpus, how: Sampling, samples: Samples) -> dict[str, Any]:
    """How much the map was made from and judged by."""
    return {
        **asdict(how),
        "answers": len(samples.asked),
        "system_prompts": len(corpus.systems),
        "questions": len(corpus.questions),
        "heldout_prompts": len(corpus.heldout_systems),
        "heldout_questions": len(corpus.heldout_questions),
        "contexts": len(corpus.contexts),
    }


def labels_of(fitted: Fitted, corpus: Corpus, asked: Sequence[Asked]) -> np.ndarray:
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


def _landmarks(fitted: Fitted, naming: Naming, snippets: Sequence[str], themes: Sequence[str]) -> tuple[Landmark, ...]:
    """Where each theme lies, by the rule that names places: the votes of the points of other answers."""
    answers = fitted.answers[fitted.answers >= 0]
    called = np.full(len(fitted.answers), -1)
    for i, mean in enumerate(naming.means):
        said = naming.said(naming.votes(mean, but=answers == answers[i])).names
        if len(said) == 1:
            called[i] = list(themes).index(said[0])
    found = clusters.clusters(fitted.layout.coordinates, called, fitted.answers, snippets, themes)
    return tuple(Landmark(c.name, c.position, fitted.pca[c.indices].mean(axis=0), c.indices, c.theme) for c in found)


def regions_of(samples: Samples, fitted: Fitted) -> tuple[Region, ...]:
    """The regions that ship: a probe for each of their themes, and the atlas points inside."""
    crossing, found = fitted.answers >= 0, list[Region]()
    for name in probe.SHIPPED:
        positive = np.array([samples.asked[i].theme == name for i in fitted.probed_answers])
        fit = probe.fit_probe(fitted.probed, positive, fitted.probed_answers)
        inside = np.flatnonzero(crossing & (fitted.singles @ fit.coefficients + fit.intercept > 0.0))
        found.append(Region(name, fit.coefficients, fit.intercept, fit.auc, inside))
    return tuple(found)
