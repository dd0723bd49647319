"""Inert charts → XlsxWriter charts: roles become colours and strokes, spans become ranges."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from dimm_xl.page import Chart, Series, Span
from dimm_xl.workbook.escape import shown
from dimm_xl.workbook.style import Styles

DASHES = {"target": "dash", "peers": "square_dot", "last": "long_dash_dot"}
"""Strokes differ besides colours, so that a chart reads in grey."""
TYPES: dict[str, dict[str, str]] = {
    "radar": {"type": "radar"},
    "bar": {"type": "bar"},
    "column": {"type": "column"},
    "stacked": {"type": "bar", "subtype": "percent_stacked"},
}


def draw(book: Any, chart: Chart, styles: Styles, known: Sequence[str] | None = None) -> Any:
    """Return a chart ready to be inserted; it remembers ``known`` as its categories, else what their cells hold."""
    drawn = book.add_chart(TYPES[chart.shape])
    font = {"name": "Arial", "size": 8, "color": styles.colour("ink")}
    for series in chart.series:
        drawn.add_series(_series(chart, series, styles) | ({} if known is None else {"categories_data": [*known]}))
    drawn.set_title({"name": chart.title, "overlay": False, "name_font": {**font, "size": 10, "bold": True}})
    axis = {"num_font": font, "line": {"color": styles.colour("line")}}
    grid = {"major_gridlines": {"visible": True, "line": {"color": styles.colour("line"), "width": 0.5}}}
    scale = {"min": 0, **({"max": chart.highest, "major_unit": chart.highest / 5} if chart.highest else {})}
    if chart.shape == "bar":
        drawn.set_y_axis({**axis, "reverse": True})
        drawn.set_x_axis({**axis, **grid, **scale})
    elif chart.shape == "stacked":
        drawn.set_y_axis({**axis, "reverse": True})
        drawn.set_x_axis({**axis, **grid, "num_format": "0%"})
    else:
        drawn.set_x_axis(
            {**axis, "major_gridlines": {"visible": chart.shape == "radar", "line": {"color": styles.colour("line"), "width": 0.5}}}
        )
        drawn.set_y_axis({**axis, **grid, **scale, "num_format": "0%" if chart.percent else "0"})
    drawn.set_legend({"position": "bottom", "font": font} if chart.legend else {"none": True})
    drawn.set_size({"width": chart.width, "height": chart.height})
    drawn.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
    drawn.show_blanks_as("gap")
    drawn.show_hidden_data()
    return drawn


def _series(chart: Chart, series: Series, styles: Styles) -> dict[str, Any]:
    put: dict[str, Any] = {"name": series.name, "categories": _range(series.categories), "values": _range(series.values), "gap": 60}
    colour = styles.colour(series.role)
    if chart.shape == "radar":
        put["line"] = {"color": colour, "width": 2.5 if series.role == "you" else 1.5}
        if series.role in DASHES:
            put["line"]["dash_type"] = DASHES[series.role]
    else:
        put["fill"] = {"color": colour}
        put["border"] = {"color": styles.colour("paper"), "width": 0.75}
    return put


Point = str | None
"""What a chart remembers of a cell, a number as text; None without a cell."""
Remembered = Callable[[str, tuple[Point, ...]], bytes]


@lru_cache(maxsize=4096)  # names and targets are the same for many
def categories(formula: str, points: tuple[Point, ...]) -> bytes:
    """Return a series' categories as XlsxWriter writes them, with what their cells hold; ValueError when that is no text."""
    if all(point is None or _numeric(point) for point in points):
        raise ValueError("categories are texts")
    return f"<c:cat><c:strRef>{formula}<c:strCache>{_points(points)}</c:strCache></c:strRef></c:cat>".encode()


@lru_cache(maxsize=4096)
def values(formula: str, points: tuple[Point, ...]) -> bytes:
    """Return a series' values as XlsxWriter writes them, with what their cells hold."""
    numbers = _points([point if point is None or _float(point) else "0" for point in points])
    cache = f"<c:numCache><c:formatCode>General</c:formatCode>{numbers}</c:numCache>"
    return f"<c:val><c:numRef>{formula}{cache}</c:numRef></c:val>".encode()


def _numeric(point: str) -> bool:
    return not re.search("[_ ]", point) and _float(point)


def _float(point: str) -> bool:
    try:
        float(point)
    except ValueError:
        return False
    return True


def _points(points: Sequence[Point]) -> str:
    known = ((n, point) for n, point in enumerate(points) if point is not None)
    told = "".join([f'<c:pt idx="{n}"><c:v>{shown(point)}</c:v></c:pt>' for n, point in known])
    return f'<c:ptCount val="{len(points)}"/>{told}'


def _range(span: Span) -> list[str | int]:
    return [span.sheet, span.top, span.left, span.bottom, span.right]
