"""What stands where on a sheet to be written: texts, tables, charts, as inert values that the writer renders.

Rows and columns count from 0. Addresses as people see them (B7) are the writer's business alone: a formula names fields of its
own row or spans of cells, in braces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from dimm_xl.sheet import Sheet

NONE: Mapping[str, Any] = MappingProxyType({})
"""What a mapping is that nobody gave. What pages hold by the hundred are named tuples: they are made faster than dataclasses."""


class Span(NamedTuple):
    """A rectangle of cells on a named sheet, bounds included."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int


_span = lru_cache(maxsize=16384)(Span)
"""The same cells again and again: books of one shape share their spans."""


class Formula(NamedTuple):
    """A living cell: ``text`` without ``=``, names in braces, and the value it has now, which is stored beside it.

    A name in braces is a key of ``at``, else a field of the same table row.
    """

    text: str
    value: str | float
    at: Mapping[str, Span] = NONE


class Link(NamedTuple):
    """A text that leads to cells of the same workbook."""

    text: str
    to: Span


@dataclass(frozen=True)
class Rich:
    """Text in several looks: pairs of text and the name of a font look."""

    parts: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "".join(text for text, _ in self.parts)


Value = str | float | int | None | Formula | Link | Rich


class Put(NamedTuple):
    """One value at one place, merged over ``rows`` × ``cols`` cells; ``entry`` unlocks it, ``picks`` offers a list."""

    row: int
    col: int
    value: Value
    look: str
    rows: int = 1
    cols: int = 1
    entry: bool = False
    picks: tuple[str, ...] = ()


class Row(NamedTuple):
    """One row of a table: values by field; ``heading`` rows title those below; ``closed`` entry fields stay locked here.

    ``bounds`` are what figures may be; ``notes`` mark cells and say what to do about them. ``looks`` are those of cells that look
    otherwise than their column; ``hints`` are comments on cells that are not amiss. ``common`` is the part of the values that rows of
    many books have in common, the very same mapping in all of them, of texts and numbers: what casting makes of it is made once.
    Whoever replaces one of these values gives no ``common``.
    """

    values: Mapping[str, Value]
    heading: bool = False
    closed: frozenset[str] = frozenset()
    bounds: Mapping[str, tuple[float, float]] = NONE
    notes: Mapping[str, str] = NONE
    looks: Mapping[str, str] = NONE
    hints: Mapping[str, str] = NONE
    common: Mapping[str, Value] | None = None


@dataclass(frozen=True)
class Rule:
    """A look that a range takes while a formula holds (names in braces: fields of the row, as in :class:`Formula`)."""

    fields: tuple[str, ...]
    formula: str
    look: str
    at: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True)
class Bars:
    """Bars in the cells of a field, from ``lowest`` to ``highest``."""

    field: str
    lowest: float
    highest: float


@dataclass(frozen=True)
class Shades:
    """A scale of shades over the cells of several fields, from the palest at ``pale`` to the deepest at ``deep`` (which may be lower)."""

    fields: tuple[str, ...]
    pale: float
    deep: float


Rules = tuple[Rule | Bars | Shades, ...]


@dataclass(frozen=True)
class Table:
    """A described sheet's rows, placed: the header at (``row``, ``col``), a real Excel table called ``name``.

    ``lists`` are what the cells of a field offer: these texts, or what stands in cells elsewhere. ``notes`` are comments on headers.
    ``room`` rows in all are ready to be typed into: lists are offered so far down, and the columns take text as text.
    """

    name: str
    sheet: Sheet
    rows: tuple[Row, ...]
    row: int
    col: int = 0
    rules: Rules = ()
    filters: bool = True
    lists: Mapping[str, Span | tuple[str, ...]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    room: int = 0

    def span(self, field: str, first: int = 0, last: int | None = None) -> Span:
        """Return where a field's values stand, for the rows from ``first`` to ``last`` (both included; all by default)."""
        column = self.col + self.sheet.place(field)
        end = len(self.rows) - 1 if last is None else last
        return _span(self.sheet.name, self.row + 1 + first, column, self.row + 1 + end, column)

    @property
    def bottom(self) -> int:
        """The last row that the table takes (a table without rows still has one empty row)."""
        return self.row + max(len(self.rows), 1)


class Series(NamedTuple):
    """One line, bar or area of a chart; ``role`` decides its colour and stroke."""

    name: str
    categories: Span
    values: Span
    role: str


@dataclass(frozen=True)
class Chart:
    """A chart over cells: its title states the finding, ``alt`` says in words what it shows. Sizes in pixels."""

    shape: Literal["radar", "bar", "column", "stacked"]
    title: str
    series: tuple[Series, ...]
    row: int
    col: int
    width: int
    height: int
    alt: str
    highest: float | None = None
    legend: bool = True
    percent: bool = False


@dataclass(frozen=True)
class Page:
    """One sheet to be written, whole.

    ``widths`` in characters by column; ``heights`` in points by row (rows not named fit their text). ``freeze`` is the first
    cell that scrolls. ``tall`` pages is what printing may take (0: as many as needed; one page wide always).
    """

    name: str
    puts: tuple[Put, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    widths: Mapping[int, float] = field(default_factory=dict)
    heights: Mapping[int, float] = field(default_factory=dict)
    freeze: tuple[int, int] = (0, 0)
    portrait: bool = False
    tall: int = 0
    protect: bool = False
    hidden: bool = False
    footer: str = ""
    tab: str = ""


@dataclass(frozen=True)
class Book:
    """A workbook to be written: pages in order, title, language; each look is a name of ``workbook/style.py``.

    ``classification`` is printed on top of every page; ``logo`` (PNG or JPEG) stands on the first.
    """

    title: str
    subject: str
    lang: str
    pages: tuple[Page, ...]
    classification: str = ""
    logo: bytes = b""
