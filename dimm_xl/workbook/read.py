"""Bytes → grids → rows: the only place that knows how a returned workbook is opened.

Columns are found by header or alias, never by position; every cell that a column does not allow is a finding at its address.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_rowcol_to_cell

from dimm_xl.findings import Code, Finding
from dimm_xl.sheet import Cell, Sheet, face, text
from dimm_xl.workbook import guard

HEADER_ROWS = 30
"""How far down a header is looked for."""
LONGEST_HEADER = 100
"""Characters beyond which a cell is no header."""

Grid = Sequence[Sequence[Cell]]


class Grids:
    """The sheets of one workbook, each read when it is asked for.

    ``guard.Refused`` when the content is no workbook or is damaged.
    """

    def __init__(self, content: bytes) -> None:
        self.format = guard.sort(content)
        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            self.names: tuple[str, ...] = tuple(self._book.sheet_names)
        except BaseException as problem:
            raise _refused(problem) from None

    def __getitem__(self, name: str) -> Grid:
        try:
            return self._book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except BaseException as problem:
            raise _refused(problem) from None


def _refused(problem: BaseException) -> guard.Refused:
    """Turn the engine's trouble into a refusal; a Rust panic is a BaseException and must not end the worker."""
    if isinstance(problem, KeyboardInterrupt | SystemExit | MemoryError):
        raise problem
    return guard.Refused(Code.UNREADABLE, reason=text(problem)[:200] or type(problem).__name__)


@dataclass(frozen=True)
class Found:
    """One row as it was read: parsed values by field, the address of each field's cell, and the fields that were not understood."""

    values: Mapping[str, Any]
    cells: Mapping[str, str]
    faulty: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reading:
    """What a grid held of a described sheet."""

    rows: tuple[Found, ...] = ()
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = field(default=())


def read(sheet: Sheet, grid: Grid, name: str) -> Reading | None:
    """Read the rows of ``sheet`` from the grid of a sheet called ``name``; None when its key column is nowhere to be found."""
    header = _header(sheet, grid)
    if header is None:
        return None
    top, places = header
    rows: list[Found] = []
    findings: list[Finding] = []
    for r in range(top + 1, len(grid)):
        row = _row(sheet, places, grid[r], r, name, findings)
        if row is not None:
            rows.append(row)
    missing = tuple(column.field for column in sheet.columns if column.field not in places and not column.hidden)
    return Reading(tuple(rows), tuple(findings), missing)


def _header(sheet: Sheet, grid: Grid) -> tuple[int, Mapping[str, int]] | None:
    """Return the row that matches most headers, with the column of each field; it must hold the key."""
    titles = {face(title): column.field for column in sheet.columns for title in (*column.aliases[::-1], column.title)}
    best: tuple[int, Mapping[str, int]] | None = None
    for r, cells in enumerate(grid[:HEADER_ROWS]):
        places: dict[str, int] = {}
        for c, cell in enumerate(cells):
            if isinstance(cell, str | float) and cell != "" and len(str(cell)) <= LONGEST_HEADER and (found := titles.get(face(cell))):
                places.setdefault(found, c)
        if sheet.key in places and len(places) > (len(best[1]) if best else 1):
            best = (r, places)
            if len(places) == len(sheet.columns):
                break
    return best


def _row(sheet: Sheet, places: Mapping[str, int], cells: Sequence[Cell], r: int, name: str, findings: list[Finding]) -> Found | None:
    key = places[sheet.key]
    if key >= len(cells) or not text(cells[key]):
        return None
    values: dict[str, Any] = {}
    addresses: dict[str, str] = {}
    faulty: set[str] = set()
    for column in sheet.columns:
        c = places.get(column.field, len(cells))
        if c >= len(cells) or (column.field != sheet.key and not column.entry):
            continue
        addresses[column.field] = xl_rowcol_to_cell(r, c)
        cell = cells[c]
        if cell is None or cell == "" or (isinstance(cell, str) and not text(cell)):
            continue
        try:
            values[column.field] = column.kind.parse(cell)
        except ValueError:
            faulty.add(column.field)
            facts = {"value": text(cell)[:80], "column": column.title, "expects": column.kind.expects}
            findings.append(Finding(Code.BAD_VALUE, "", name, addresses[column.field], facts))
    return Found(values, addresses, frozenset(faulty))


def keyed(grid: Grid) -> Mapping[str, str]:
    """Return a two-column sheet as a mapping of text, by its first two columns and without a look at headers."""
    return {text(row[0]): text(row[1]) for row in grid if len(row) > 1 and text(row[0])}


def candidates(grids: Grids, hints: Sequence[str]) -> Iterator[str]:
    """Yield the names of sheets, those that are called as expected first."""
    hinted = {face(hint) for hint in hints}
    named = [name for name in grids.names if face(name) in hinted]
    yield from named
    yield from (name for name in grids.names if name not in named)
