"""A curve with its interval, as a Vega-Lite specification: what the experiments' findings are drawn with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

COLOURS = ("#d9622b", "#7d848f")  # legible on the light and on the dark ground; the second is dashed as well
DASHES = ([1, 0], [5, 3])
BAND = 0.2
LEGEND = 64  # what a legend of two lines takes off the height


def curves(
    series: Mapping[str, Sequence[tuple[float, float, float, float]]],
    *,
    x: str,
    y: str,
    height: int,
    share: bool = False,
    legend: bool = True,
) -> dict[str, Any]:
    """One or two curves over the same axis.

    Parameters
    ----------
    series
        Name to points (x, value, low, high); the second is drawn dashed.
    x, y
        Titles of the axes; that of y stands above.
    share
        Values are shares, 0 to 1, and written in per cent.
    """
    names = list(series)
    values = [
        {"x": at, "value": value, "low": low, "high": high, "of": name}
        for name, points in series.items()
        for at, value, low, high in points
    ]
    scale = {"domain": names, "range": list(COLOURS[: len(names)])}
    across = {
        "field": "x",
        "type": "quantitative",
        "title": x,
        "axis": {"grid": False, "tickCount": 7, "titlePadding": 4},
    }
    axis = {"tickCount": 4, **({"format": "~%"} if share else {})}
    key = {
        "orient": "top",
        "title": None,
        "labelLimit": 0,
        "columns": 1,
        "symbolType": "stroke",
        "symbolOpacity": 1,
        "symbolFillColor": "transparent",
    }
    legends = {"legend": key if legend else None}
    colour = {"field": "of", "type": "nominal", "scale": scale, **legends}
    dash = {
        **legends,
        "field": "of",
        "type": "nominal",
        "scale": {"domain": names, "range": list(DASHES[: len(names)])},
    }
    tip = [{"field": "of", "title": " "}, {"field": "x", "title": x}]
    tip += [{"field": name, "type": "quantitative", "format": ".2f"} for name in ("value", "low", "high")]
    return {
        "height": height + (LEGEND if legend else 0),
        "title": {"text": y, "anchor": "start", "fontSize": 13, "fontWeight": "normal", "offset": 6},
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "area", "opacity": BAND},
                "encoding": {
                    "x": across,
                    "y": {"field": "low", "type": "quantitative", "title": None, "axis": axis},
                    "y2": {"field": "high"},
                    "color": colour,
                },
            },
            {
                "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 18, "filled": True}},
                "encoding": {
                    "x": across,
                    "y": {"field": "value", "type": "quantitative", "title": None},
                    "color": colour,
                    "strokeDash": dash,
                    "tooltip": tip,
                },
            },
        ],
    }
