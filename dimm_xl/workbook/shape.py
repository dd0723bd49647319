"""What must be equal for two pages to be cast into one mould: everything but values, heights and what charts say."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from operator import itemgetter

from dimm_xl.page import Page, Row, Rule, Table
from dimm_xl.sheet import Sheet
from dimm_xl.workbook.cells import Uncast

_beside = itemgetter(slice(1, 7))
_NOTHING = _beside(Row({}))
"""What rows have beside values, and those that have nothing."""


def open_ended(page: Page) -> Table | None:
    """Return the table below which nothing stands, and whose rows are all alike: how many they are is no matter of shape."""
    if not page.tables:
        return None
    table = page.tables[-1]
    if not _plain(table.rows) and any(row.heading or row.closed or row.bounds for row in table.rows):
        return None
    if any(column.entry and column.kind.picks and column.field not in table.lists for column in table.sheet.columns):
        return None
    lowest = max([put.row + put.rows - 1 for put in page.puts] + [other.bottom for other in page.tables[:-1]] + [*page.heights], default=0)
    return table if lowest <= table.row else None


def shape(page: Page) -> Hashable:
    """Return what must be equal for two pages to be cast into one mould: everything but values, heights and what charts say."""
    last = open_ended(page)
    return (
        page.name,
        tuple(page.widths.items()),
        tuple(page.heights),
        page.freeze,
        (page.portrait, page.tall, page.protect, page.hidden, page.footer, page.tab),
        tuple([(put.row, put.col, put.look, put.rows, put.cols, put.picks) for put in page.puts]),
        tuple([_shape_of(table, table is last) for table in page.tables]),
        tuple(
            [(one.shape, one.series, one.row, one.col, one.width, one.height, one.highest, one.legend, one.percent) for one in page.charts]
        ),
    )


def _shape_of(table: Table, alike: bool) -> Hashable:
    plain = _plain(table.rows)
    if table.notes or not (plain or all(not row.notes and not row.hints for row in table.rows)):
        raise Uncast(f"comments in table {table.name}")
    if not plain and any(row.looks for row in table.rows):
        raise Uncast(f"cells of looks of their own in table {table.name}")
    rows: Hashable = len(table.rows) if plain else tuple([(row.heading, row.closed, *row.bounds.items()) for row in table.rows])
    rows = None if alike else rows
    rules = tuple(
        [(rule,) if not isinstance(rule, Rule) else (rule.fields, rule.formula, rule.look, *rule.at.items()) for rule in table.rules]
    )
    return (table.name, numbered(table.sheet), table.row, table.col, rules, table.filters, table.room, tuple(table.lists.items()), rows)


def _plain(rows: Sequence[Row]) -> bool:
    """Say whether rows have nothing but values, as most have: without a line of Python a row."""
    return [*map(_beside, rows)].count(_NOTHING) == len(rows)


_sheets: dict[int, tuple[Sheet, int]] = {}
_equal: dict[Hashable, int] = {}


def numbered(sheet: Sheet) -> int:
    """Return a number that sheets share that are written alike: descriptions are long, and mostly the very same object comes again."""
    known = _sheets.get(id(sheet))
    if known is None:
        if len(_sheets) > 4096:
            _sheets.clear()
        said = tuple(
            [(one.field, one.title, one.entry, one.look, one.width, one.hidden, one.says, one.kind.picks) for one in sheet.columns]
        )
        known = _sheets[id(sheet)] = (sheet, _equal.setdefault(said, len(_equal)))
    return known[1]
