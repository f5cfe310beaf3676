"""What the two experiments found, in words and as curves, out of the files that ship with their numbers."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import streamlit as st

from viz.drive import session
from viz.page import charts
from viz.strings import ASSETS, text

FOLDER = ASSETS / "experiments"
STRENGTH = -3.0  # the weight that the sentence is about
READINGS = ("inside", "kl", "logprob")
HEIGHT = 190


@cache
def found(name: str) -> dict[str, Any] | None:
    """The results of one experiment; None where they were never measured."""
    path = FOLDER / f"{name}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def show() -> None:
    """Both, folded; the curves only when they are asked for."""
    curves, pull = found("curves"), found("pull")
    if curves:
        with st.expander(text("findings.price"), key="finding_price"):
            for name, entries in curves["regions"].items():
                st.markdown(price(name, entries))
            if st.toggle(text("findings.curves"), key="show_price"):
                for name, entries in curves["regions"].items():
                    st.markdown(f"**{name}**")
                    for reading in READINGS:
                        draw(price_chart(entries, reading))
                    with st.container(key=f"numbers_{name.split()[0]}"):
                        st.markdown(price_table(entries))
            st.caption(measured_by(curves, session.atlas().sha256))
    if pull:
        with st.expander(text("findings.pull"), key="finding_pull"):
            st.markdown(pull_words(pull))
            if st.toggle(text("findings.curves"), key="show_pull"):
                draw(pull_chart(pull))
            st.markdown(text("signs.no_memory"))
            st.caption(text("findings.command", command=pull["command"]))


def measured_by(found: dict[str, Any], atlas: str) -> str:
    """The command behind figures of regions, and whether these were an earlier map's."""
    said = text("findings.command", command=found["command"])
    return said if found["atlas"] == atlas else f"{text('findings.older')} {said}"


def price(name: str, entries: list[dict[str, Any]]) -> str:
    """What a sign of the usual strength does, costs, and what a random direction does."""
    plain = next(entry for entry in entries if entry["weight"] == 0)
    signed = next(entry for entry in entries if entry["weight"] == STRENGTH)
    low, high = signed["inside_interval"]
    return text(
        "findings.price_words",
        name=name,
        questions=plain["questions"],
        strength=f"{-STRENGTH:g}",
        before=percent(plain["inside"]),
        after=percent(signed["inside"]),
        low=percent(low),
        high=percent(high),
        kl=f"{signed['kl']:.0f}",
        placebo=percent(signed["placebo"]["inside"]),
        placebo_kl=f"{signed['placebo']['kl']:.0f}",
    )


def draw(chart: dict[str, Any]) -> None:
    st.vega_lite_chart(spec=chart, width="stretch")


def price_chart(entries: list[dict[str, Any]], reading: str) -> dict[str, Any]:
    """One reading against the strength, under the sign and under its placebo; without a sign the two are one."""
    series = {
        text("findings.sign"): [point(entry, entry, reading) for entry in entries],
        text("findings.placebo"): [point(entry, entry.get("placebo", entry), reading) for entry in entries],
    }
    return charts.curves(
        series,
        x=text("findings.strength"),
        y=text(f"findings.axes.{reading}"),
        height=HEIGHT,
        share=reading == "inside",
        legend=reading == READINGS[0],
    )


def point(entry: dict[str, Any], measured: dict[str, Any], reading: str) -> tuple[float, float, float, float]:
    low, high = measured[f"{reading}_interval"]
    return -entry["weight"] + 0.0, measured[reading], low, high


def price_table(entries: list[dict[str, Any]]) -> str:
    """All strengths as a Markdown table: share inside, KL an answer, mean log-probability, each with its interval."""
    lines = [text("findings.table"), "| --- | --- | --- | --- |"]
    for entry in entries:
        cells = [f"{-entry['weight'] + 0.0:g}"]
        for name, digits in zip(READINGS, (2, 0, 1), strict=True):
            low, high = entry[f"{name}_interval"]
            cells.append(f"{entry[name]:.{digits}f} ({low:.{digits}f}\u00a0to\u00a0{high:.{digits}f})")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def pull_words(pull: dict[str, Any]) -> str:
    """The verdict, with its numbers: slopes are per ten tokens, in percentage points."""
    slope, other, apart = pull["slope"], pull["placebo_slope"], pull["difference"]
    at = {entry["token"]: entry["pull"]["mean"] for entry in pull["curve"]}
    return (
        text(f"findings.{pull['verdict']}")
        + " "
        + text(
            "findings.pull_words",
            first=percent(at[0]),
            later=percent(at[3]),
            items=slope["items"],
            seeds=pull["settings"]["seeds"],
            **{name: f"{1000 * slope[name]:+.2f}" for name in ("mean", "low", "high")},
            **{f"placebo_{name}": f"{1000 * other[name]:+.2f}" for name in ("mean", "low", "high")},
            **{f"apart_{name}": f"{1000 * apart[name]:+.2f}" for name in ("low", "high")},
        )
    )


def pull_chart(pull: dict[str, Any]) -> dict[str, Any]:
    """Mean pull by tokens since the first block."""
    series = {
        text(f"findings.{name}"): [
            (entry["token"], entry[field]["mean"], entry[field]["low"], entry[field]["high"]) for entry in pull["curve"]
        ]
        for name, field in (("answer", "pull"), ("placebo_word", "placebo"))
    }
    return charts.curves(series, x=text("findings.since"), y=text("findings.axes.pull"), height=HEIGHT, share=True)


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"
