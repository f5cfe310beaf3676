"""What the two experiments found, in words and as curves, out of the files that ship with their numbers."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import streamlit as st

from viz.strings import ASSETS, text

FOLDER = ASSETS / "experiments"
STRENGTH = -3.0  # the weight that the sentence is about


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
                    st.caption(name)
                    st.line_chart(price_rows(entries), x=text("findings.weight"), height=180)
                    st.markdown(price_table(entries))
            st.caption(text("findings.command", command=curves["command"]))
    if pull:
        with st.expander(text("findings.pull"), key="finding_pull"):
            st.markdown(pull_words(pull))
            if st.toggle(text("findings.curves"), key="show_pull"):
                st.line_chart(pull_rows(pull), x=text("findings.since"), height=200)
            st.markdown(text("signs.no_memory"))
            st.caption(text("findings.command", command=pull["command"]))


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


def price_rows(entries: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Share inside against the weight, under the sign and under its placebo."""
    return {
        text("findings.weight"): [entry["weight"] for entry in entries],
        text("findings.sign"): [entry["inside"] for entry in entries],
        text("findings.placebo"): [entry.get("placebo", entry)["inside"] for entry in entries],
    }


def price_table(entries: list[dict[str, Any]]) -> str:
    """All weights as a Markdown table: share inside, KL an answer, mean log-probability, each with its interval."""
    lines = [text("findings.table"), "| --- | --- | --- | --- |"]
    for entry in entries:
        cells = [f"{entry['weight']:g}"]
        for name, digits in (("inside", 2), ("kl", 0), ("logprob", 1)):
            low, high = entry[f"{name}_interval"]
            cells.append(f"{entry[name]:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})")
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


def pull_rows(pull: dict[str, Any]) -> dict[str, list[float]]:
    """Mean pull by tokens since the first block."""
    curve = pull["curve"]
    return {
        text("findings.since"): [entry["token"] for entry in curve],
        text("findings.answer"): [entry["pull"]["mean"] for entry in curve],
        text("findings.placebo_word"): [entry["placebo"]["mean"] for entry in curve],
    }


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"
