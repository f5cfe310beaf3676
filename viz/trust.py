"""The report's figures in plain words, for the trust panel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from viz.strings import section


def sentences(report: Mapping[str, Any]) -> list[str]:
    """One sentence for each figure that the strings file quotes and the report has, in the strings' order."""
    found = []
    for name, sentence in section("trust.quoted").items():
        value = report.get(name)
        if isinstance(value, int | float):
            share = "{share}" in sentence
            found.append(sentence.format(value=f"{value:.2f}", share=f"{100 * value:.0f} %" if share else ""))
    return found
