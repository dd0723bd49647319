"""What a cell offers to choose from and refuses to take: the data validations of a table."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from xlsxwriter.utility import quote_sheetname, xl_range_abs

from dimm_xl.page import Span, Table
from dimm_xl.sheet import Column

LONGEST_LIST = 255
Offer = tuple[tuple[int, int, int, int], dict[str, Any]]
"""The cells (top, left, bottom, right) and what XlsxWriter is told about them."""


@cache
def address(span: Span) -> str:
    """Return a span as a formula writes it: ``'S Stratégie'!$B$2:$B$9``."""
    return f"{quote_sheetname(span.sheet)}!{xl_range_abs(span.top, span.left, span.bottom, span.right)}"


def offered(choices: Span | tuple[str, ...], says: str) -> dict[str, Any]:
    """Return the validation that offers ``choices``, ``says`` is the answer to anything else; ValueError for more than Excel takes."""
    if isinstance(choices, Span):
        return {"validate": "list", "source": "=" + address(choices), "error_message": says}
    if len(",".join(choices)) > LONGEST_LIST:
        raise ValueError(f"a list of {len(','.join(choices))} characters: Excel takes {LONGEST_LIST}")
    return {"validate": "list", "source": list(choices), "error_message": says}


def offers(table: Table) -> Iterator[Offer]:
    """Yield what the cells of a table offer: lists for whole fields, else by row where a row is not closed."""
    for n, column in enumerate(table.sheet.columns, table.col):
        if column.field in table.lists:
            yield (table.row + 1, n, max(table.bottom, table.row + table.room), n), offered(table.lists[column.field], column.says)
        elif column.entry:
            yield from _by_row(table, column, n)


def _by_row(table: Table, column: Column, col: int) -> Iterator[Offer]:
    for n, row in enumerate(table.rows, table.row + 1):
        if row.heading or column.field in row.closed:
            continue
        if column.kind.picks:
            yield (n, col, n, col), offered(column.kind.picks, column.says)
        elif bounds := row.bounds.get(column.field):
            rule = {"validate": "decimal", "criteria": "between", "minimum": bounds[0], "maximum": bounds[1]}
            yield (n, col, n, col), {**rule, "error_message": column.says}
