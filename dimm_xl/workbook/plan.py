"""Which cell stands where on a page, whatever it holds: what pages of one shape have in common, and how values fill it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from xlsxwriter.utility import xl_col_to_name

from dimm_xl.page import Bars, Formula, Link, Page, Put, Rich, Row, Span, Table, Value
from dimm_xl.workbook.cells import EMPTY, TEXT, Cells, Told, Uncast, height
from dimm_xl.workbook.offers import address
from dimm_xl.workbook.room import HEADING, LEAST, Room, room
from dimm_xl.workbook.shape import open_ended
from dimm_xl.workbook.style import header, wraps
from dimm_xl.workbook.write import Names

NUMBER = "#"
"""Where a cut of many rows waits for the row's number."""
BLOCK = 16
"""Rows that share one statement of the columns they span."""
WIDTH = 8.43
"""Of a column that nobody set, in characters."""
DESCENT = ' x14ac:dyDescent="0.25"'
"""What XlsxWriter says of every row of a sheet with bars, which Excel knows since 2010."""
NO_VALUE = -1
Place = tuple[int, int | None]
"""A row, and which of the values written on it a cell shows: :data:`NO_VALUE` when it is empty, None when there is no cell."""
Slot = tuple[int, str, bool]
"""A cell on a row: its column, its look, and whether a value is written there (a merged range has cells without)."""


# --- what fills them


@dataclass
class Filled:
    """A page's values, put where they stand: rests of cells and values by row, heights, links."""

    rests: dict[int, list[str]] = field(default_factory=dict)
    values: dict[int, list[Value]] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    links: dict[tuple[int, int], Link] = field(default_factory=dict)

    def linked(self) -> Iterable[tuple[str, Link]]:
        """Return the links with the addresses of their cells, in the order of the sheet."""
        return [(f"{xl_col_to_name(column)}{row + 1}", self.links[row, column]) for row, column in sorted(self.links)]

    def write(self, row: int, rests: list[str], values: list[Value]) -> None:
        """Write more cells on a row; the lists are kept."""
        if row in self.rests:
            self.rests[row] += rests
            self.values[row] += values
        else:
            self.rests[row], self.values[row] = rests, values


# --- rows


@dataclass(frozen=True)
class Cut:
    """A row cut at its values: ``text`` has a hole for the height and one for each cell that is written, which ``order`` names.

    ``places`` says, by column, which of the values written on the row its cell shows.
    """

    text: str
    order: tuple[int, ...] | None
    places: Mapping[int, int]


def cut(number: str, slots: Sequence[Slot], attributes: tuple[str, str], numbers: Mapping[str, int]) -> Cut:
    """Cut the row of a number: what is written last into a cell stands there. ``attributes`` stand before and behind the height's."""
    final: dict[int, tuple[str, int | None]] = {}
    written = 0
    for column, look, holds in slots:
        final[column] = (look, written if holds else None)
        written += holds
    order, parts = [], []
    for column, (look, at) in sorted(final.items()):
        parts.append(f'<c r="{xl_col_to_name(column)}{number}" s="{numbers[look]}"' + (EMPTY if at is None else "%s"))
        order += [] if at is None else [at]
    places = {column: NO_VALUE if at is None else at for column, (_, at) in final.items()}
    head = f'<row r="{number}"{attributes[0]}%s{attributes[1]}'
    text = f"{head}>{''.join(parts)}</row>" if parts else head + EMPTY
    return Cut(text, None if order == [*range(written)] else tuple(order), places)


@dataclass(frozen=True)
class Dressed:
    """The cells of one kind of row in a table: their looks, which of them may need room, the room all need."""

    slots: tuple[Slot, ...]
    rooms: tuple[tuple[int, Room], ...]
    least: float

    def tall(self, values: Sequence[Value]) -> float:
        """Return the points that a row with these values needs."""
        tall = self.least
        for n, here in self.rooms:
            value = values[n]
            if value is not None:
                needed = here[value] if value.__class__ is str else here.of(value)
                if needed > tall:  # noqa: PLR1730 - the innermost loop: max() takes twice as long
                    tall = needed
        return tall


class TablePlan:
    """The cells of a table."""

    def __init__(self, table: Table, widths: Mapping[int, float]) -> None:
        self.table, self._widths = replace(table, rows=()), widths
        self.fields = [column.field for column in table.sheet.columns]
        self.titles = [column.title for column in table.sheet.columns]
        self._dressed: dict[tuple[bool, frozenset[str]], Dressed] = {}
        self._told: dict[int, dict[str, Told]] = {}
        self._mixed = False
        self._letters = {name: xl_col_to_name(n) for n, name in enumerate(self.fields, table.col)}
        shown = [(n, column.title) for n, column in enumerate(table.sheet.columns, table.col) if not column.hidden]
        self.room = max([LEAST, *(room(widths[n] - (2 if table.filters else 0), "header")[title] for n, title in shown)])
        looks = [header(column.look, column.entry) for column in table.sheet.columns]
        self.header = tuple((n, look, True) for n, look in enumerate(looks, table.col))

    def dressed(self, heading: bool, closed: frozenset[str]) -> Dressed:
        """Return how a row looks whose fields ``closed`` are locked."""
        if (heading, closed) not in self._dressed:
            self._dressed[heading, closed] = self._dress(heading, closed)
        return self._dressed[heading, closed]

    def _dress(self, heading: bool, closed: frozenset[str]) -> Dressed:
        slots, rooms, least = [], [], LEAST
        for n, column in enumerate(self.table.sheet.columns):
            open_ = column.entry and not heading and column.field not in closed
            look = "heading" if heading else column.look + ("-entry" if open_ else "")
            slots.append((n + self.table.col, look, True))
            if not column.hidden and not heading:
                here = room(self._widths[n + self.table.col], look)
                least = max(least, here.least)
                rooms += [(n, here)] if here.wraps else []
        return Dressed(tuple(slots), tuple(rooms), least)

    def _tell(self, one: Formula, row: int) -> Told:
        names = Names({name: address(span) for name, span in one.at.items()}, lambda name: f"${self._letters[name]}{row + 1}")
        return Told(one, names)

    def fill(self, rows: Sequence[Row], filled: Filled, cells: Cells) -> None:
        """Put the values of ``rows`` where they stand, then the header."""
        plain = self.dressed(heading=False, closed=frozenset())
        heights = filled.heights
        for at, row in enumerate(rows, self.table.row + 1):
            dressed = plain if not row.heading and not row.closed else self.dressed(row.heading, row.closed)
            values = [*map(row.values.get, self.fields)]
            if not self._mixed:
                try:
                    rests = [*map(cells.__getitem__, values)]
                except TypeError:
                    self._mixed = True  # and stays so: most rows of a table are alike
            if self._mixed:
                rests = self._rests(values, at, filled, cells, dressed)
            filled.write(at, rests, values)
            heights[at] = HEADING if row.heading else max(heights.get(at, LEAST), dressed.tall(values))
        head = self.table.row
        filled.write(head, [*map(cells.__getitem__, self.titles)], [*self.titles])
        heights[head] = max(heights.get(head, LEAST), self.room)

    def _rests(self, values: Sequence[Value], at: int, filled: Filled, cells: Cells, dressed: Dressed) -> list[str]:
        """Return the rests of a row with formulas, links or rich texts."""
        rests = []
        told = self._told.setdefault(at, {})
        for n, value in enumerate(values):
            if isinstance(value, Formula):
                known = told.get(value.text)
                if known is None or (known.at is not value.at and known.at != value.at):
                    known = told[value.text] = self._tell(value, at)
                rests.append(known.rest(value.value))
            elif isinstance(value, Rich):
                if not wraps(dressed.slots[n][1]):
                    raise Uncast("rich text in one line")
                rests.append(cells[value, dressed.slots[n][1]])
            elif isinstance(value, Link):
                filled.links[at, n + self.table.col] = value
                rests.append(cells[value.text])
            else:
                rests.append(cells[value])
        return rests


class PutPlan:
    """The cells of one value outside tables, and the room it needs."""

    def __init__(self, put: Put, widths: Mapping[int, float]) -> None:
        width = sum(widths.get(n, WIDTH) for n in range(put.col, put.col + put.cols))
        self.room = room(width, put.look) if put.rows == 1 else None
        self._told: dict[str, Told] = {}

    def fill(self, put: Put, filled: Filled, cells: Cells) -> None:
        """Put the value where it stands."""
        match put.value:
            case Formula() as one:
                known = self._told.get(one.text)
                if known is None or known.at != one.at:
                    names = Names({name: address(span) for name, span in one.at.items()}, str)
                    known = self._told[one.text] = Told(one, names)
                rest = known.rest(one.value)
            case Rich() as rich:
                rest = cells[rich, put.look]
            case Link() as link:
                filled.links[put.row, put.col] = link
                rest = cells[link.text]
            case value:
                rest = cells[value]
        filled.write(put.row, [rest], [put.value])
        if self.room is not None:
            filled.heights[put.row] = max(filled.heights.get(put.row, LEAST), self.room.of(put.value))


# --- the page


class PagePlan:
    """Where the cells of pages of one shape stand."""

    def __init__(self, page: Page, number: int, numbers: Mapping[str, int]) -> None:
        self.number, self._numbers = number, numbers
        widths: dict[int, float] = {}
        for table in page.tables:
            for n, column in enumerate(table.sheet.columns, table.col):
                widths[n] = max(column.width, widths.get(n, 0))
        widths |= page.widths
        self.open = open_ended(page) is not None
        self._descent = DESCENT if any(isinstance(rule, Bars) for table in page.tables for rule in table.rules) else ""
        self.tables = [TablePlan(table, widths) for table in page.tables]
        self.puts = [PutPlan(put, widths) for put in page.puts]
        self._slots = self._placed(page)
        self._spans = self._spanned()
        self._cuts: dict[int, Cut] = {}

    def _placed(self, page: Page) -> Mapping[int, list[Slot]]:
        """Return the cells of each row, as they are written; the rows of an open-ended table only when it is filled."""
        slots: dict[int, list[Slot]] = {row: [] for row in page.heights}
        for table, plan in zip(page.tables, self.tables, strict=True):
            if not self.open or table is not page.tables[-1]:
                for at, row in enumerate(table.rows, table.row + 1):
                    slots.setdefault(at, []).extend(plan.dressed(row.heading, row.closed).slots)
            slots.setdefault(plan.table.row, []).extend(plan.header)
        for put in page.puts:
            for at in range(put.row, put.row + put.rows):
                blanks = [(n, put.look, False) for n in range(put.col, put.col + put.cols) if (at, n) != (put.row, put.col)]
                slots.setdefault(at, []).extend(blanks)
            slots[put.row].append((put.col, put.look, True))
        return slots

    def _spanned(self) -> Mapping[int, str]:
        """Return what rows say of the columns they span, the same for each block of rows."""
        columns: dict[int, set[int]] = {}
        for row, slots in self._slots.items():
            columns.setdefault(row // BLOCK, set()).update(column for column, _, _ in slots)
        return {block: f' spans="{min(found) + 1}:{max(found) + 1}"' for block, found in columns.items() if found}

    def cut(self, row: int) -> Cut:
        """Return a row of the sheet, cut at its values."""
        spans, slots = self._spans.get(row // BLOCK, ""), self._slots.get(row)
        if slots is None and not spans:
            return replace(self._below, text=self._below.text.replace(NUMBER, str(row + 1)))
        if row not in self._cuts:
            here = self._open_slots if slots is None else slots
            self._cuts[row] = cut(str(row + 1), here, (spans, self._descent), self._numbers)
        return self._cuts[row]

    @cached_property
    def _open_slots(self) -> Sequence[Slot]:
        return self.tables[-1].dressed(heading=False, closed=frozenset()).slots

    @cached_property
    def _below(self) -> Cut:
        """Any row of an open-ended table but its first ones; tens of thousands may come, so that none is kept."""
        slots = self._open_slots
        return cut(NUMBER, slots, (f' spans="{slots[0][0] + 1}:{slots[-1][0] + 1}"', self._descent), self._numbers)

    def fill(self, page: Page, cells: Cells) -> Filled:
        """Put a page's values where they stand."""
        filled = Filled()
        for table, tabled in zip(page.tables, self.tables, strict=True):
            tabled.fill(table.rows, filled, cells)
        for put, placed in zip(page.puts, self.puts, strict=True):
            placed.fill(put, filled, cells)
        filled.heights.update(page.heights)
        return filled

    def cast(self, filled: Filled) -> tuple[str, int]:
        """Return the rows of a sheet as XML, and how many texts were written over."""
        parts, lost, cuts, heights = [], 0, self._cuts, filled.heights
        for row in sorted(filled.rests.keys() | self._slots.keys()):
            here, rests = cuts.get(row) or self.cut(row), filled.rests.get(row, ())
            if here.order is not None:
                lost += sum(rest.startswith(TEXT) for n, rest in enumerate(rests) if n not in here.order)
                rests = [rests[n] for n in here.order]
            parts.append(here.text % (height(heights.get(row, LEAST)), *rests))
        return "".join(parts), lost

    def places(self, span: Span) -> list[Place]:
        """Return the cells of a span."""
        rows, columns = range(span.top, span.bottom + 1), range(span.left, span.right + 1)
        found = [(row, self.cut(row).places if row in self._slots or self.open else {}) for row in rows]
        return [(row, places.get(column)) for row, places in found for column in columns]
