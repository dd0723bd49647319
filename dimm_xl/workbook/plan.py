"""Which cell stands where on a page, whatever it holds: what pages of one shape have in common, and how values fill it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat

from xlsxwriter.utility import xl_col_to_name

from dimm_xl.page import Bars, Formula, Link, Page, Put, Rich, Span
from dimm_xl.workbook.cells import KEYS, Cells, Fonts, Key, Told, height
from dimm_xl.workbook.offers import address
from dimm_xl.workbook.room import LEAST, room
from dimm_xl.workbook.rows import Filled, Slot, TablePlan
from dimm_xl.workbook.shape import open_ended
from dimm_xl.workbook.write import Names

NUMBER = b"#"
"""Where a cut of many rows waits for the row's number."""
LOT = 1024
"""Rows of a long table that are told in one go."""
BLOCK = 16
"""Rows that share one statement of the columns they span."""
WIDTH = 8.43
"""Of a column that nobody set, in characters."""
DESCENT = ' x14ac:dyDescent="0.25"'
"""What XlsxWriter says of every row of a sheet with bars, which Excel knows since 2010."""
NO_VALUE = -1
Place = tuple[int, int | None]
"""A row, and which of the values written on it a cell shows: :data:`NO_VALUE` when it is empty, None when there is no cell."""


# --- rows


@dataclass(frozen=True)
class Cut:
    """A row cut at its values: ``text`` has a hole for the height and one for each cell that is written, which ``order`` names.

    ``places`` says, by column, which of the values written on the row its cell shows.
    """

    text: bytes
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
        parts.append(f'<c r="{xl_col_to_name(column)}{number}" s="{numbers[look]}"' + ("/>" if at is None else "%s"))
        order += [] if at is None else [at]
    places = {column: NO_VALUE if at is None else at for column, (_, at) in final.items()}
    head = f'<row r="{number}"{attributes[0]}%s{attributes[1]}'
    text = f"{head}>{''.join(parts)}</row>" if parts else head + "/>"
    return Cut(text.encode(), None if order == [*range(written)] else tuple(order), places)


class PutPlan:
    """The cells of one value outside tables, and the room it needs."""

    def __init__(self, put: Put, widths: Mapping[int, float], fonts: Fonts) -> None:
        width = sum(widths.get(n, WIDTH) for n in range(put.col, put.col + put.cols))
        self.room, self._fonts = room(width, put.look) if put.rows == 1 else None, fonts
        self._told: dict[str, Told] = {}

    def fill(self, put: Put, filled: Filled) -> None:
        """Put the value where it stands."""
        key = KEYS[put.value] if put.value.__class__ is str else self._key(put, filled)
        filled.write(put.row, [key], LEAST if self.room is None else self.room.of(put.value))

    def _key(self, put: Put, filled: Filled) -> Key:
        match put.value:
            case Formula() as one:
                known = self._told.get(one.text)
                if known is None or known.at != one.at:
                    names = Names({name: address(span) for name, span in one.at.items()}, str)
                    known = self._told[one.text] = Told(one, names)
                return known.key(one.value)
            case Rich() as rich:
                return self._fonts.runs(rich, put.look)
            case Link() as link:
                filled.links[put.row, put.col] = link
                return KEYS[link.text]
            case value:
                return KEYS[value]


# --- the page


class PagePlan:
    """Where the cells of pages of one shape stand."""

    def __init__(self, page: Page, number: int, fonts: Fonts) -> None:
        self.number, self._numbers = number, fonts.numbers
        widths: dict[int, float] = {}
        for table in page.tables:
            for n, column in enumerate(table.sheet.columns, table.col):
                widths[n] = max(column.width, widths.get(n, 0))
        widths |= page.widths
        self.open = open_ended(page) is not None
        self._descent = DESCENT if any(isinstance(rule, Bars) for table in page.tables for rule in table.rules) else ""
        self.tables = [TablePlan(table, widths, fonts) for table in page.tables]
        self.puts = [PutPlan(put, widths, fonts) for put in page.puts]
        self._slots = self._placed(page)
        self._spans = self._spanned()
        self._cuts: dict[int, Cut] = {}
        self._rows = sorted(self._slots)
        self._text = b"".join([self.cut(row).text for row in self._rows])
        self._orders = {row: order for row in self._rows if (order := self.cut(row).order) is not None}

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
            return replace(self._below, text=self._below.text.replace(NUMBER, b"%d" % (row + 1)))
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
        return cut(NUMBER.decode(), slots, (f' spans="{slots[0][0] + 1}:{slots[-1][0] + 1}"', self._descent), self._numbers)

    def fill(self, page: Page) -> Filled:
        """Put a page's values where they stand."""
        filled = Filled()
        for table, tabled in zip(page.tables, self.tables, strict=True):
            tabled.fill(table.rows, filled)
        for put, placed in zip(page.puts, self.puts, strict=True):
            placed.fill(put, filled)
        filled.heights.update(page.heights)
        if self.open:
            filled.listed = range(page.tables[-1].row + 1, page.tables[-1].row + 1 + len(page.tables[-1].rows))
        return filled

    def cast(self, filled: Filled, cells: Cells) -> Iterator[bytes]:
        """Yield the rows of a sheet as XML, those of a long table by lots."""
        written = filled.keys
        if self._orders:
            written = {**written, **{row: [written[row][n] for n in order] for row, order in self._orders.items()}}

        def told(text: bytes, rows: Sequence[int]) -> bytes:
            heights = map(height, map(filled.heights.get, rows, repeat(LEAST)))
            holes: list[bytes] = []
            for tall, keys in zip(heights, map(written.get, rows, repeat(())), strict=True):
                holes.append(tall)
                holes += map(cells.rests.__getitem__, keys)
            return text % tuple(holes)

        yield told(self._text, self._rows)
        for at in range(0, len(filled.listed), LOT):
            rows = filled.listed[at : at + LOT]
            yield told(b"".join([self.cut(row).text for row in rows]), rows)

    def places(self, span: Span) -> list[Place]:
        """Return the cells of a span."""
        rows, columns = range(span.top, span.bottom + 1), range(span.left, span.right + 1)
        found = [(row, self.cut(row).places if row in self._slots or self.open else {}) for row in rows]
        return [(row, places.get(column)) for row, places in found for column in columns]
