"""The parts of a workbook that wait for values: cut once from what XlsxWriter wrote, then cast for each book."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from xlsxwriter.utility import xl_col_to_name

from dimm_xl.page import Book, Chart, Link
from dimm_xl.workbook.cells import Cells, Key, Uncast, cleaned, pixels
from dimm_xl.workbook.chart import Point, Remembered, categories, values
from dimm_xl.workbook.escape import attribute, shown
from dimm_xl.workbook.plan import LOT, NO_VALUE, PagePlan, Place
from dimm_xl.workbook.room import LEAST
from dimm_xl.workbook.rows import Filled
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
    """A book on its way into its mould: its pages' values where they stand, its cells, its texts outside cells.

    ``ends`` is, by page, the row that its last table ends at, as people count, and the row of its last cells.
    """

    book: Book
    plans: Sequence[PagePlan]
    filled: Sequence[Filled]
    cells: Cells
    texts: Sequence[str]
    ends: Sequence[tuple[str, str]]

    def points(self, page: int, places: Sequence[Place]) -> tuple[Point, ...]:
        """Return what a chart remembers of cells, rich texts apart."""
        keys = self.filled[page].keys
        seen = ["" if at == NO_VALUE else _point(keys[row][at]) if at is not None and row in keys else None for row, at in places]
        return tuple([point for point in seen if point is None or not point.startswith("<r>") or not point.endswith("</r>")])


def _point(key: Key) -> str:
    match key:
        case str():
            return key
        case None:
            return ""
        case (_, value):
            return cleaned(value) if isinstance(value, str) else str(value + 0)
    return f"{key + 0:.16g}"


class Part(Protocol):
    """A part that waits for values."""

    def cast(self, casting: Casting) -> bytes:
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
        first, *rest = _MARKED.split(text)
        before = (first, *rest[1::2])
        self._first = first.encode()
        self._holes = [
            (int(number), attribute if piece.endswith('"') else shown, after.encode())
            for piece, number, after in zip(before, rest[::2], rest[1::2], strict=False)
        ]

    def cast(self, casting: Casting) -> bytes:
        """Return the part with the texts of a book."""
        parts = [self._first]
        for number, escaped, after in self._holes:
            parts += (escaped(casting.texts[number]).encode(), after)
        return b"".join(parts)


@dataclass(frozen=True)
class Ended:
    """A part that says where a page's open-ended table ends, and nothing else of the book."""

    text: str
    page: int

    def ends(self, casting: Casting) -> str:
        """Return the row where the table ends."""
        return casting.ends[self.page][0]

    def cast(self, casting: Casting) -> bytes:
        """Return the part for as many rows as the table has now."""
        return self.text.replace(_ENDS, casting.ends[self.page][0]).encode()


class Strings:
    """The shared strings, which come after all sheets."""

    def cast(self, casting: Casting) -> bytes:
        """Return the texts of all cells."""
        return casting.cells.part()


class Sheet:
    """A sheet without rows."""

    def __init__(self, text: str, page: int) -> None:
        open_ = _REFERENCES.sub(lambda found: _LAST_ROW.sub(_ENDS, found[0]), text)
        self._page, at = page, open_.index("<sheetData")
        end = open_.index("</sheetData>") + len("</sheetData>") if "</sheetData>" in open_ else open_.index(">", at) + 1
        links = _AFTER_LINKS.search(open_, end)
        assert links is not None
        self._pieces = (open_[:at], open_[end : links.start()], open_[links.start() :])
        self._ended: dict[tuple[str, str], list[bytes]] = {}

    def cast(self, casting: Casting) -> bytes:
        """Return the sheet with its rows and links."""
        return b"".join(self.pieces(casting))

    def pieces(self, casting: Casting) -> Iterator[bytes]:
        """Yield the sheet with its rows and links, piece by piece."""
        plan, filled, ends = casting.plans[self._page], casting.filled[self._page], casting.ends[self._page]
        if ends not in self._ended:
            alone = plan.open and len(casting.book.pages[self._page].tables[-1].rows) < 2
            self._ended[ends] = [piece.encode() for piece in self._between(*ends, alone)]
        head, middle, tail = self._ended[ends]
        rows = plan.cast(filled, casting.cells)
        first = next(rows)
        yield head
        if first or filled.listed:
            yield from (b"<sheetData>", first)
            yield from rows
            yield b"</sheetData>"
        else:
            yield b"<sheetData/>"
        yield from (middle, _links(tuple(sorted(filled.links.items()))), tail)

    def long(self, casting: Casting) -> bool:
        """Say whether the sheet is so long that it is better not held whole."""
        return len(casting.filled[self._page].listed) > LOT

    def _between(self, bottom: str, last: str, alone: bool) -> Iterator[str]:
        """Yield what stands before the rows, between them and the links, and behind, for a table that ends there."""
        for piece, end in zip(self._pieces, (last, bottom, bottom), strict=True):
            ended = piece.replace(_ENDS, end)
            yield _ONE_CELL.sub(r"\1", ended) if alone and piece is not self._pieces[0] else ended


@lru_cache(maxsize=1024)  # they lead to other sheets, from the same cells in all books
def _links(placed: tuple[tuple[tuple[int, int], Link], ...]) -> bytes:
    links = []
    for (row, column), one in placed:
        leads = f'location="{attribute(place(one.to))}" display="{attribute(cleaned(one.text))}"'
        links.append(f'<hyperlink ref="{xl_col_to_name(column)}{row + 1}" {leads}/>')
    return f"<hyperlinks>{''.join(links)}</hyperlinks>".encode() if links else b""


class Drawn:
    """A chart: its title is a text of the book, and it remembers what its cells hold."""

    def __init__(self, text: str, chart: Chart, where: Mapping[str, int], plans: Sequence[PagePlan]) -> None:
        spans = [span for series in chart.series for span in (series.categories, series.values)]
        pieces: list[str] = []
        self._seen: list[tuple[Remembered, str, int, Sequence[Place]]] = []
        at = 0
        for found, span in zip(_REMEMBERED.finditer(text), spans, strict=True):
            pieces.append(text[at : found.start()])
            page = where[span.sheet]
            self._seen.append((categories if found[1] == "cat" else values, found[2], page, plans[page].places(span)))
            at = found.end()
        self._title, self._pieces = Marked(pieces[0]), [piece.encode() for piece in (*pieces[1:], text[at:])]

    def cast(self, casting: Casting) -> bytes:
        """Return the chart of a book."""
        parts = [self._title.cast(casting)]
        for (told, formula, page, places), piece in zip(self._seen, self._pieces, strict=True):
            try:
                parts += (told(formula, casting.points(page, places)), piece)
            except ValueError as problem:
                raise Uncast(f"chart: {problem}") from None
        return b"".join(parts)
