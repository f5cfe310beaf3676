"""What the page says of the two experiments is what their files say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from embeddings.experiments import curves as experiment
from embeddings.experiments import pull as other
from viz.page import findings
from viz.page.findings import FOLDER
from viz.strings import text


def shipped(name: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def test_the_sign_keeps_out_at_the_price_that_it_must() -> None:
    """At weight -3 the share inside falls by at least 40 % of its value, with under 60 nats an answer."""
    regions = shipped("curves")["regions"]
    assert sum(entries[0]["questions"] for entries in regions.values()) >= 20
    assert set(regions) == set(experiment.questions())
    for entries in regions.values():
        at = {entry["weight"]: entry for entry in entries}
        assert at[-3.0]["inside"] <= 0.6 * at[0.0]["inside"] and at[-3.0]["kl"] < 60
        assert at[-3.0]["inside_interval"][1] < at[-3.0]["placebo"]["inside"]
        assert at[0.0]["kl"] == 0.0 and [entry["weight"] for entry in entries] == list(experiment.WEIGHTS)


def test_the_words_hold_the_numbers() -> None:
    for name, entries in shipped("curves")["regions"].items():
        at = {entry["weight"]: entry for entry in entries}
        said = findings.price(name, entries)
        for value in (at[0.0]["inside"], at[-3.0]["inside"], at[-3.0]["placebo"]["inside"]):
            assert f"{100 * value:.0f} %" in said
        assert f"{at[-3.0]['kl']:.0f} nats" in said and "{" not in said


def test_figures_of_an_earlier_map_are_called_so() -> None:
    curves, older = shipped("curves"), text("findings.older")
    assert older not in findings.measured_by(curves, curves["atlas"])
    assert findings.measured_by(curves, "another").startswith(older)
    assert curves["command"] in findings.measured_by(curves, "another")


def test_the_table_has_every_weight() -> None:
    for entries in shipped("curves")["regions"].values():
        lines = findings.price_table(entries).splitlines()[2:]
        assert [-float(line.split("|")[1]) for line in lines] == list(experiment.WEIGHTS)
        assert all(len(line.split("|")) == 6 and "to" in line for line in lines)


def test_the_verdict_is_what_the_interval_says() -> None:
    pull = shipped("pull")
    assert pull["slope"]["items"] >= 30 and pull["settings"]["seeds"] >= 10 and pull["settings"]["tokens"] == 60
    assert pull["verdict"] == other.verdict(pull["slope"])
    said = findings.pull_words(pull)
    assert f"{1000 * pull['slope']['mean']:+.2f}" in said and "{" not in said


@pytest.mark.parametrize("reading", findings.READINGS)
def test_the_chart_draws_sign_and_placebo_with_their_intervals(reading: str) -> None:
    for entries in shipped("curves")["regions"].values():
        drawn = findings.price_chart(entries, reading)["data"]["values"]
        sign, placebo = (drawn[: len(entries)], drawn[len(entries) :])
        assert [point["x"] for point in sign] == [-entry["weight"] for entry in entries]
        assert [point["value"] for point in sign] == [entry[reading] for entry in entries]
        assert [[point["low"], point["high"]] for point in sign] == [entry[f"{reading}_interval"] for entry in entries]
        expected = [entry["placebo"][reading] for entry in entries if "placebo" in entry]
        assert [point["value"] for point in placebo if point["x"] > 0] == expected
        assert all(point["low"] <= point["value"] <= point["high"] for point in drawn)


def test_the_chart_of_the_pull_draws_both() -> None:
    pull = shipped("pull")
    drawn = findings.pull_chart(pull)["data"]["values"]
    means = [entry[field]["mean"] for field in ("pull", "placebo") for entry in pull["curve"]]
    assert [point["value"] for point in drawn] == means and len({point["of"] for point in drawn}) == 2


@pytest.mark.parametrize(("low", "high", "verdict"), [(0.1, 0.2, "grows"), (-0.2, -0.1, "falls"), (-0.1, 0.1, "flat")])
def test_verdicts(low: float, high: float, verdict: str) -> None:
    assert other.verdict({"low": low, "high": high}) == verdict
    said = findings.pull_words(
        {
            "verdict": verdict,
            "settings": {"seeds": 10},
            "slope": {"mean": 0.0, "low": low, "high": high, "items": 31},
            "placebo_slope": {"mean": 0.0, "low": 0.0, "high": 0.0, "items": 31},
            "difference": {"mean": 0.0, "low": 0.0, "high": 0.0, "items": 31},
            "curve": [{"token": j, "pull": {"mean": 0.5}} for j in range(4)],
        }
    )
    assert not re.search(r"[{}]", said) and "31" in said
