"""Bytes → grids → rows: the only place that knows how a returned workbook is opened.

Columns are found by header or alias, never by position; every cell that a column does not allow is a finding at its address.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

import openpyxl
from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from dimm_xl.findings import Code, Fact, Finding, Severity
from dimm_xl.sheet import LONGEST_TEXT, TEXT, Cell, CellError, Column, Sheet, face, text
from dimm_xl.workbook import biff, guard, thorough

HEADER_ROWS = 30
"""How far down a header is looked for."""
LONGEST_HEADER = 100
"""Characters beyond which a cell is no header."""

Grid = Sequence[Sequence[Cell]]


class Grids:
    """The sheets of one workbook, each read when it is asked for.

    ``notes`` are codes of what was left aside (macros, external links), ``changed`` the date of the last saving (ISO, empty when unknown).
    ``engine`` openpyxl is for files on which calamine died.
    ``guard.Refused`` when the content is no workbook, is damaged or built to harm.
    """

    def __init__(self, content: bytes, limits: guard.Limits = guard.DEFAULT, engine: str = "calamine") -> None:
        found = guard.sort(content, limits)
        self.format, self.notes, self.changed = found.format, found.notes, found.changed
        self._errors: Mapping[str, thorough.Cells] = {}
        if found.unusual:
            looked = thorough.look(content, found, limits)
            content, self._errors = looked.content, looked.cells
            engine = "openpyxl" if looked.sparse else engine
        elif found.hidden:
            self._errors = thorough.hidden(found)
        if found.format == "xls":
            self._errors = _of_xls(content)
        try:
            self._book: Engine = _Openpyxl(content) if engine == "openpyxl" and found.format == "xlsx" else _Calamine(content)
        except BaseException as problem:
            raise _refused(problem) from None
        self.names = self._book.names
        guard.within("sheets", len(self.names), limits.sheets)

    def __getitem__(self, name: str) -> Grid:
        try:
            grid = self._book.grid(name)
        except BaseException as problem:
            raise _refused(problem) from None
        errors = self._errors.get(name)
        return _overlaid(grid, errors) if errors else grid


def _of_xls(content: bytes) -> Mapping[str, thorough.Cells]:
    try:
        found = biff.errors(content)
    except biff.Damaged:
        return {}  # the engine says what is wrong with it
    if found is None:
        raise guard.Refused(Code.ENCRYPTED)
    return found


class Engine(Protocol):
    """What opens a workbook: names of its sheets, and the grid of each."""

    names: tuple[str, ...]

    def grid(self, name: str) -> Grid:
        """Return a sheet's cells, row by row from the first row and column."""


class _Calamine:
    def __init__(self, content: bytes) -> None:
        self._book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        self.names = tuple(self._book.sheet_names)

    def grid(self, name: str) -> Grid:
        return self._book.get_sheet_by_name(name).to_python(skip_empty_area=False)


class _Openpyxl:
    """openpyxl, reading only, without trust in the extent that a sheet claims: for sheets whose rectangle is too large for calamine."""

    MOST_ROWS = 100_000

    def __init__(self, content: bytes) -> None:
        self._book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        self.names = tuple(sheet.title for sheet in self._book.worksheets)

    def grid(self, name: str) -> Grid:
        sheet = self._book[name]
        sheet.reset_dimensions()
        rows = islice(sheet.iter_rows(), self.MOST_ROWS)
        return [[CellError(str(cell.value)) if cell.data_type == "e" else cell.value for cell in row] for row in rows]


def _overlaid(grid: Grid, errors: thorough.Cells) -> Grid:
    """Return a grid with what the second look found put where the engine saw blanks."""
    rows: list[list[Cell]] = [list(row) for row in grid]
    for (row, column), error in errors.items():
        if row < _Openpyxl.MOST_ROWS and column < 1000:
            rows += [[] for _ in range(row + 1 - len(rows))]
            rows[row] += [""] * (column + 1 - len(rows[row]))
            if isinstance(error, CellError) or rows[row][column] in ("", None):
                rows[row][column] = error
    return rows


def _refused(problem: BaseException) -> guard.Refused:
    """Turn the engine's trouble into a refusal; a Rust panic is a BaseException and must not end the worker."""
    if isinstance(problem, KeyboardInterrupt | SystemExit | MemoryError | guard.Refused):
        raise problem
    if "password" in str(problem).lower():
        return guard.Refused(Code.ENCRYPTED)
    return guard.Refused(Code.UNREADABLE, reason=text(problem)[:200] or type(problem).__name__)


@dataclass(frozen=True)
class Found:
    """One row as it was read: parsed values by field, the address of each field's cell, the fields that were not understood.

    ``raw`` is what stood in those, as text.
    """

    values: Mapping[str, Any]
    cells: Mapping[str, str]
    faulty: frozenset[str] = frozenset()
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What a grid held of a described sheet.

    ``missing`` are the fields without a column; ``moved`` says that columns stand in another order than described.
    ``top`` is the row of the headers and ``places`` the column of each field (from 0).
    """

    rows: tuple[Found, ...] = ()
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()
    moved: bool = False
    top: int = 0
    places: Mapping[str, int] = field(default_factory=dict)


def read(sheet: Sheet, grid: Grid, name: str) -> Reading | None:
    """Read the rows of ``sheet`` from the grid of a sheet called ``name``; None when its key column is nowhere to be found."""
    header = _header(sheet, grid)
    if header is None:
        return None
    top, places = header
    letters = {name: xl_col_to_name(column) for name, column in places.items()}
    rows: list[Found] = []
    findings: list[Finding] = []
    for r in range(top + 1, len(grid)):
        row = _row(sheet, places, letters, grid[r], r, name, findings)
        if row is not None:
            rows.append(row)
    shown = [column.field for column in sheet.columns if not column.hidden]
    missing = tuple(name for name in shown if name not in places)
    order = [places[name] for name in shown if name in places]
    return Reading(tuple(rows), tuple(findings), missing, order != sorted(order), top, places)


def _header(sheet: Sheet, grid: Grid) -> tuple[int, Mapping[str, int]] | None:
    """Return the row that matches most headers, with the column of each field; it must hold the key."""
    titles = sheet.titles
    best: tuple[int, Mapping[str, int]] | None = None
    for r, cells in enumerate(grid[:HEADER_ROWS]):
        places: dict[str, int] = {}
        for c, cell in enumerate(cells):
            if isinstance(cell, str) and 0 < len(cell) <= LONGEST_HEADER and (found := titles.get(face(cell))):
                places.setdefault(found, c)
        if sheet.key in places and len(places) > (len(best[1]) if best else 1):
            best = (r, places)
            if len(places) == len(sheet.columns):
                break
    return best


def _row(
    sheet: Sheet, places: Mapping[str, int], letters: Mapping[str, str], cells: Sequence[Cell], r: int, name: str, findings: list[Finding]
) -> Found | None:
    key = places[sheet.key]
    if key >= len(cells) or not text(cells[key]):
        return None
    values: dict[str, Any] = {sheet.key: text(cells[key])}
    raw: dict[str, str] = {}
    addresses = {field: f"{letter}{r + 1}" for field, letter in letters.items()}
    for column in sheet.entries:
        c = places.get(column.field, len(cells))
        if c >= len(cells) or cells[c] == "" or cells[c] is None:
            continue
        value, found = _cell(column, cells[c])
        if value is not None:
            values[column.field] = value
        if found:
            findings.append(Finding(found[0], "", name, addresses[column.field], found[1]))
            if found[0].severity is Severity.ERROR:
                raw[column.field] = text(cells[c])[:80]
    return Found(values, addresses, frozenset(raw), raw)


def _cell(column: Column, cell: Cell) -> tuple[Any, tuple[Code, Mapping[str, Fact]] | None]:
    """Return what an entry's cell means, None when nothing or not understood, and what is amiss with it."""
    if column.kind is TEXT:
        if isinstance(cell, CellError):
            return None, (Code.TEXT_LOST, {"value": str(cell), "column": column.title})
        shown = text(cell)
        if len(shown) > LONGEST_TEXT:
            return shown[:LONGEST_TEXT], (Code.TEXT_CUT, {"length": len(shown), "most": LONGEST_TEXT})
        return shown or None, None
    if isinstance(cell, str) and not text(cell):
        return None, None
    try:
        return column.kind.parse(cell), None
    except ValueError:
        return None, (_code(cell), {"value": text(cell)[:80], "column": column.title, "expects": column.kind.expects})


def _code(cell: Cell) -> Code:
    if cell == thorough.UNCALCULATED:
        return Code.UNCALCULATED
    return Code.ERROR_CELL if isinstance(cell, CellError) else Code.BAD_VALUE


def address(row: int, column: int) -> str:
    """Return a place (from 0) as people read it: ``B7``."""
    return str(xl_rowcol_to_cell(row, column))


def keyed(grid: Grid) -> Mapping[str, str]:
    """Return a two-column sheet as a mapping of text, by its first two columns and without a look at headers."""
    return {text(row[0]): text(row[1]) for row in grid if len(row) > 1 and text(row[0])}


def candidates(grids: Grids, hints: Sequence[str]) -> Iterator[str]:
    """Yield the names of sheets, those that are called as expected first."""
    hinted = {face(hint) for hint in hints}
    named = [name for name in grids.names if face(name) in hinted]
    yield from named
    yield from (name for name in grids.names if name not in named)
