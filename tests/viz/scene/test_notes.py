"""Notes of scenes: figures come from the scene, each against a count of its own, and what is not there is refused."""

from __future__ import annotations

from typing import Any

import pytest

from viz.scene.notes import FIGURES, NOBODY, Family, filled


def token(text: str, **reading: Any) -> dict[str, Any]:
    plain = {"probability": 0.5, "entropy": 1.0, "grip": 0.2, "pull": 0.0, "kl": 0.5, "off_map": 10.0}
    names = {"neighbourhood": [], "inside": [False, True, False], "candidates": []}
    return {"id": int(text.strip() in ("be", "not")), "text": text, **plain, **names, **reading}


def scene(*roads: list[dict[str, Any]], **parts: Any) -> dict[str, Any]:
    return {"id": "made-up", "roads": [{"tokens": road} for road in roads], "signs": [{"name": "a, b: love"}], **parts}


A = [
    token("To", neighbourhood=["a, b: love"], inside=[True, True, False], grip=2.0),
    token(
        " be", neighbourhood=["c: war"], off_map=99.5, entropy=0.05, candidates=[{"text": " go", "probability": 0.004}]
    ),
    token(" or", neighbourhood=["c: war"], entropy=0.01),
    token(" not", neighbourhood=["a, b: love", "c: war"]),
]
B = [
    token("To", kl=0.0),
    token(" go", pull=0.987, kl=2.25, probability=0.125, inside=[False, False, True]),
    token(" on", pull=0.25, grip=None),
]
FAMILY = Family(
    scene(A, B, parts_at=1, apart={"map": 0.617, "full": 1.2}, comparison={"map": 0.42, "full": 0.9}),
    {"−3": scene(A, [token("x", inside=[True, False, True], kl=7.6)])},
    ["freedom", "survival"],
    {"start_moves": 0.5},
    {
        "slope": {"items": 32},
        "settings": {"seeds": 10},
        "curve": [{"token": 0, "pull": {"mean": 0.68}}, {"token": 3, "pull": {"mean": 0.041}}],
    },
)

SAID = {
    "tokens|A": "4",
    "token|A|1": "be",
    "probability|B|1": "13 %",
    "value|A|grip|0|1": "2.0",
    "value|B|pull|-2": "98.7 %",
    "turn|A|1|1": "go",
    "held|A|1|1": "0.4 %",
    "mean|A|grip|:2|1": "1.1",
    "mean|A|grip|-2:": "0.20",
    "total|B|kl": "3",
    "rest|B|pull|1": "25 %",
    "circle|A|period": "2",
    "circle|A|rounds": "2",
    "round|A|entropy|1": "0.53",
    "round|A|entropy|2": "0.51",
    "experiment|items": "32",
    "experiment|seeds": "10",
    "experiment|0": "68 %",
    "experiment|3": "4.1 %",
    "total|B|kl|−3": "8",
    "most|B|pull": "98.7 %",
    "below|A|entropy|0.1": "2",
    "inside|A|survival": "100 %",
    "inside|A|freedom": "25 %",
    "inside|B|love": "33 %",
    "inside|B|love|−3": "100 %",
    "count|A|freedom": "1",
    "named|A": "3",
    "mostly|A": "“war” at 2",
    "mostly|B": NOBODY,
    "first|A": "“love”",
    "last|A": "“war”",
    "last|B": NOBODY,
    "parts": "2",
    "left|B": "go",
    "left held|B": "13 %",
    "pull": "98.7 %",
    "pull|1": "25 %",
    "apart|map": "0.62",
    "moved|full": "0.90",
    "report|start_moves": "0.50",
    "longer|map|start_moves": "less than",
}


@pytest.mark.parametrize(("asked", "said"), SAID.items())
def test_a_figure_is_what_the_scene_says(asked: str, said: str) -> None:
    assert filled(f"It is {{{asked}}}.", FAMILY) == f"It is {said}."


def test_every_figure_is_tested() -> None:
    assert {asked.split("|")[0] for asked in SAID} == set(FIGURES)


@pytest.mark.parametrize(
    "asked",
    [
        "nothing",
        "",
        "tokens",
        "tokens|C",
        "token|A|9",
        "inside|A|peace",
        "inside|B|love|−4",
        "mean|A|mood",
        "mean|B|grip",
        "mean|A|grip|9:",
        "value|A|grip|4",
        "report|x",
        "experiment|1",
        "experiment|slope",
        "circle|A|length",
    ],
)
def test_what_is_not_there_is_refused_and_named(asked: str) -> None:
    with pytest.raises(ValueError, match="made-up does not have"):
        filled(f"It is {{{asked}}}.", FAMILY)


def test_a_template_that_counts_from_one_means_the_same_tokens() -> None:
    from dataclasses import replace

    counted = replace(FAMILY, counted_from=1)
    assert filled("{token|A|2}, {value|B|pull|-2}, {left|B} {left held|B}", counted) == "be, 98.7 %, go 13 %"
    with pytest.raises(ValueError, match="made-up does not have"):
        filled("{token|A|0}", counted)
