"""The parts of a workbook that wait for values: cut once from what XlsxWriter wrote, then cast for each book."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dimm_xl.page import Book, Chart, Formula, Link, Rich, Value
from dimm_xl.workbook.cells import TEXT, Cells, Uncast, cleaned, pixels
from dimm_xl.workbook.chart import Point, categories, values
from dimm_xl.workbook.escape import attribute, shown
from dimm_xl.workbook.plan import NO_VALUE, Filled, PagePlan, Place
from dimm_xl.workbook.room import LEAST
from dimm_xl.workbook.write import place

FIRST, CHART = 2, 4
"""Texts of a book outside cells: title, subject, then of each chart its title, what it shows, the row it ends on, how far below its top."""
BOTTOM = 499
"""The row that a mould's open-ended tables end at, as people count: nothing else may stand that low."""
_MARKED = re.compile("\ue000([0-9]+)\ue001")
_REFERENCES = re.compile(r'(?:\bref|sqref)="[^"]*"|<xm:sqref>[^<]*')
_LAST_ROW = re.compile(rf"(?<=[A-Z]){BOTTOM}(?!\d)")
_ENDS = "\ue002"
_DRAWN = re.compile(r"<xdr:row>\d+</xdr:row><xdr:rowOff>\d+(</xdr:rowOff></xdr:to><xdr:graphicFrame.*?descr=\"\ue000)(\d+)", re.DOTALL)
_UNIT = 9525
"""In which drawings measure a pixel."""
_ONE_CELL = re.compile(r"\b([A-Z]+[0-9]+):\1(?![0-9])")
_AFTER_LINKS = re.compile(r"<(?:printOptions|pageMargins)")
_REMEMBERED = re.compile(r"<c:(cat|val)><c:\w+>(<c:f>.*?</c:f>).*?</c:\1>", re.DOTALL)


@dataclass
class Casting:
    """A book on its way into its mould: its pages' values where they stand, its texts outside cells, and how many cells hold text.

    ``ends`` is, by page, the row that its last table ends at, as people count, and the row of its last cells.
    """

    book: Book
    plans: Sequence[PagePlan]
    filled: Sequence[Filled]
    cells: Cells
    texts: Sequence[str]
    ends: Sequence[tuple[str, str]]
    told: int = 0

    def points(self, page: int, places: Sequence[Place]) -> list[Point]:
        """Return what a chart remembers of cells."""
        values = self.filled[page].values
        seen = ["" if at == NO_VALUE else _point(values[row][at]) if at is not None and row in values else None for row, at in places]
        return [point for point in seen if not isinstance(point, Rich)]


def _point(value: Value) -> Point | Rich:
    match value:
        case str():
            return cleaned(value)
        case int() | float():
            return f"{value + 0:.16g}"
        case None:
            return ""
        case Formula():
            return cleaned(value.value) if isinstance(value.value, str) else value.value + 0
        case Link():
            return cleaned(value.text)
        case Rich():
            return value


class Part(Protocol):
    """A part that waits for values."""

    def cast(self, casting: Casting) -> str:
        """Return the part with the values of a book, as XML."""


def waiting(text: str, page: int | None) -> Part | None:
    """Return what a part waits for, None when it is the same for every book; ``page`` is the one whose table it may describe."""
    text = _DRAWN.sub(
        lambda found: f"<xdr:row>{mark(int(found[2]) + 1)}</xdr:row><xdr:rowOff>{mark(int(found[2]) + 2)}{found[1]}{found[2]}", text
    )
    open_ = _REFERENCES.sub(lambda found: _LAST_ROW.sub(_ENDS, found[0]), text)
    if page is None or open_ == text:
        return Marked(text) if _MARKED.search(text) else None
    return Ended(open_, page)


def mark(number: int) -> str:
    """Return what stands in a mould for a text, by its number; private characters, which no label has."""
    return f"\ue000{number}\ue001"


def chart_end(chart: Chart, heights: Mapping[int, float]) -> tuple[str, str]:
    """Return where a chart ends in its drawing: the row (from 0) and how far below its top, which depend on the rows it lies on."""
    row, left = chart.row, chart.height
    while left >= (tall := pixels(heights.get(row, LEAST))):
        row, left = row + 1, left - tall
    return str(row), str(left * _UNIT)


class Marked:
    """A part with marks for texts: a drawing, the properties."""

    def __init__(self, text: str) -> None:
        self._pieces = _MARKED.split(text)

    def cast(self, casting: Casting) -> str:
        """Return the part with the texts of a book."""
        parts = [self._pieces[0]]
        for number, piece in zip(self._pieces[1::2], self._pieces[2::2], strict=True):
            text = casting.texts[int(number)]
            parts += (attribute(text) if parts[-1].endswith('"') else shown(text), piece)
        return "".join(parts)


@dataclass(frozen=True)
class Ended:
    """A part that says where a page's open-ended table ends, and nothing else of the book."""

    text: str
    page: int

    def ends(self, casting: Casting) -> str:
        """Return the row where the table ends."""
        return casting.ends[self.page][0]

    def cast(self, casting: Casting) -> str:
        """Return the part for as many rows as the table has now."""
        return self.text.replace(_ENDS, casting.ends[self.page][0])


class Strings:
    """The shared strings, which come after all sheets."""

    def cast(self, casting: Casting) -> str:
        """Return the texts of all cells."""
        return casting.cells.part(casting.told)


class Sheet:
    """A sheet without rows."""

    def __init__(self, text: str, page: int) -> None:
        open_ = _REFERENCES.sub(lambda found: _LAST_ROW.sub(_ENDS, found[0]), text)
        self._page, at = page, open_.index("<sheetData")
        end = open_.index("</sheetData>") + len("</sheetData>") if "</sheetData>" in open_ else open_.index(">", at) + 1
        links = _AFTER_LINKS.search(open_, end)
        assert links is not None
        self._head, self._middle, self._tail = open_[:at], open_[end : links.start()], open_[links.start() :]

    def cast(self, casting: Casting) -> str:
        """Return the sheet with its rows and links."""
        plan, filled, (ends, last) = casting.plans[self._page], casting.filled[self._page], casting.ends[self._page]
        rows, lost = plan.cast(filled)
        casting.told += rows.count(TEXT) + lost
        sheet = f"<sheetData>{rows}</sheetData>" if rows else "<sheetData/>"
        middle, tail = self._middle.replace(_ENDS, ends), self._tail.replace(_ENDS, ends)
        if plan.open and len(casting.book.pages[self._page].tables[-1].rows) < 2:
            middle, tail = _ONE_CELL.sub(r"\1", middle), _ONE_CELL.sub(r"\1", tail)
        return "".join((self._head.replace(_ENDS, last), sheet, middle, _links(filled), tail))


def _links(filled: Filled) -> str:
    links = [
        f'<hyperlink ref="{at}" location="{attribute(place(one.to))}" display="{attribute(cleaned(one.text))}"/>'
        for at, one in filled.linked()
    ]
    return f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""


class Drawn:
    """A chart: its title is a text of the book, and it remembers what its cells hold."""

    def __init__(self, text: str, chart: Chart, where: Mapping[str, int], plans: Sequence[PagePlan]) -> None:
        spans = [span for series in chart.series for span in (series.categories, series.values)]
        self._pieces: list[str] = []
        self._seen: list[tuple[bool, str, int, Sequence[Place]]] = []
        at = 0
        for found, span in zip(_REMEMBERED.finditer(text), spans, strict=True):
            self._pieces.append(text[at : found.start()])
            page = where[span.sheet]
            self._seen.append((found[1] == "cat", found[2], page, plans[page].places(span)))
            at = found.end()
        self._title, self._pieces = Marked(self._pieces[0]), [*self._pieces[1:], text[at:]]

    def cast(self, casting: Casting) -> str:
        """Return the chart of a book."""
        parts = [self._title.cast(casting)]
        known: dict[str, str] = {}  # all series of a chart have the same categories
        for (categorical, formula, page, places), piece in zip(self._seen, self._pieces, strict=True):
            if formula not in known:
                points = casting.points(page, places)
                try:
                    known[formula] = (categories if categorical else values)(formula, points)
                except ValueError as problem:
                    raise Uncast(f"chart: {problem}") from None
            parts += (known[formula], piece)
        return "".join(parts)
