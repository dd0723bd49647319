"""Bytes → grids → rows: the only place that knows how a returned workbook is opened.

Columns are found by header or alias, never by position; every cell that a column does not allow is a finding at its address.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import openpyxl
from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_rowcol_to_cell

from dimm_xl.findings import Code, Fact, Finding, Severity
from dimm_xl.sheet import LONGEST_NAME, LONGEST_TEXT, TEXT, Cell, CellError, Column, Sheet, faced, text
from dimm_xl.workbook import biff, glance, guard, thorough
from dimm_xl.workbook.addresses import Addresses

HEADER_ROWS = 30
"""How far down a header is looked for."""
MOST_STRAY = 200
"""Characters that are told of what was written where nothing is read."""

Grid = Sequence[Sequence[Cell]]


class Grids:
    """The sheets of one workbook, each read when it is asked for.

    ``notes`` are codes of what was left aside (macros, external links), ``changed`` the date of the last saving (ISO, empty when unknown).
    ``engine`` openpyxl is for files on which calamine died. ``first`` are the faces of the sheets that will be read in a workbook as
    it was issued: only these are unpacked, until another one is asked for.
    ``guard.Refused`` when the content is no workbook, is damaged or built to harm.
    """

    def __init__(self, content: bytes, limits: guard.Limits = guard.DEFAULT, engine: str = "calamine", first: Collection[str] = ()) -> None:
        self._content, self._limits, self._engine = content, limits, engine
        self._found = found = glance.sort(content, limits)
        self.format, self.notes, self.changed = found.format, found.notes, found.changed
        self._paths = thorough.sheets(found.parts) if found.format == "xlsx" and not found.unusual else {}
        self._open({name for name in self._paths if faced(name) in first} or set(self._paths))
        guard.within("sheets", len(self.names), limits.sheets)

    def _open(self, names: Collection[str]) -> None:
        """Open the workbook in an engine that is given the sheets called ``names`` and no part that was not looked at."""
        looked = self._look(names)
        self._errors, self._opened = looked.cells, names
        engine = "openpyxl" if looked.sparse else self._engine
        try:
            self._book: Engine = _Openpyxl(looked.content) if engine == "openpyxl" and self.format == "xlsx" else _Calamine(looked.content)
        except BaseException as problem:
            raise _refused(problem) from None
        self.names = self._book.names

    def _look(self, names: Collection[str]) -> thorough.Looked:
        if self.format == "xls":
            return thorough.Looked(self._content, _of_xls(self._content))
        parts, paths = self._found.parts, {name: self._paths[name] for name in names}
        hidden = {name: glance.hidden(parts[path]) if path in parts and path.isascii() else None for name, path in paths.items()}
        if self._found.unusual or None in hidden.values():
            return thorough.look(self._content, self._found, self._limits)
        content = glance.package(parts, paths.values()) if self._engine == "calamine" else self._content
        return thorough.Looked(content, {name: thorough.placed(found) for name, found in hidden.items() if found})

    def __getitem__(self, name: str) -> Grid:
        if name in self._paths and name not in self._opened:
            self._open(self._paths)
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


class Found(NamedTuple):
    """One row as it was read: parsed values by field, the address of each field's cell, the fields that were not understood.

    ``raw`` is what stood in those, as text. A tuple, since a campaign makes millions: a frozen dataclass takes four times as long.
    """

    values: Mapping[str, Any]
    cells: Mapping[str, str]
    faulty: frozenset[str] = frozenset()
    raw: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Reading:
    """What a grid held of a described sheet.

    ``missing`` are the fields without a column; ``moved`` says that columns stand in another order than described.
    ``top`` is the row of the headers and ``places`` the column of each field (from 0). ``stray`` is what was written where nothing
    is read, by the address of its first cell: in each row without a key, and below each header that nobody knows.
    """

    rows: tuple[Found, ...] = ()
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()
    moved: bool = False
    top: int = 0
    places: Mapping[str, int] = field(default_factory=dict)
    stray: Mapping[str, str] = field(default_factory=dict)


def read(sheet: Sheet, grid: Grid, name: str) -> Reading | None:
    """Read the rows of ``sheet`` from the grid of a sheet called ``name``; None when its key column is nowhere to be found."""
    header = _header(sheet, grid)
    if header is None:
        return None
    top, places = header
    rows: list[Found] = []
    findings: list[Finding] = []
    lost: dict[tuple[str, int], tuple[str, list[str]]] = {}
    entries = [(column, places[column.field]) for column in sheet.entries if column.field in places]
    known, at = set(places.values()), places[sheet.key]
    for r in range(top + 1, len(grid)):
        cells = grid[r]
        key = text(cells[at]) if at < len(cells) else ""
        if key:
            rows.append(_row({sheet.key: key}, entries, cells, Addresses(places, r + 1), name, findings))
        if not key or len(cells) > len(known):
            apart = known if key else {places[one] for one in sheet.calculated if one in places}
            for c, said in _unread(cells, apart):
                lost.setdefault(("column", c) if key else ("row", r), (address(r, c), []))[1].append(said)
    shown = [column.field for column in sheet.columns if not column.hidden]
    missing = tuple(name for name in shown if name not in places)
    order = [places[name] for name in shown if name in places]
    stray = {first: " | ".join(told)[:MOST_STRAY] for first, told in lost.values()}
    return Reading(tuple(rows), tuple(findings), missing, order != sorted(order), top, places, stray)


def _unread(cells: Sequence[Cell], apart: Collection[int]) -> Iterator[tuple[int, str]]:
    """Yield what stands in a row but for the columns ``apart``, with its column."""
    for c, cell in enumerate(cells):
        if c not in apart and (shown := text(cell)):
            yield c, shown


def _header(sheet: Sheet, grid: Grid) -> tuple[int, Mapping[str, int]] | None:
    """Return the row that matches most headers, with the column of each field; it must hold the key."""
    titles = sheet.titles
    best: tuple[int, Mapping[str, int]] | None = None
    for r, cells in enumerate(grid[:HEADER_ROWS]):
        places: dict[str, int] = {}
        for c, cell in enumerate(cells):
            if cell and isinstance(cell, str) and len(cell) <= LONGEST_NAME and (found := titles.get(faced(cell))):
                places.setdefault(found, c)
        if sheet.key in places and len(places) > (len(best[1]) if best else 1):
            best = (r, places)
            if len(places) == len(sheet.columns):
                break
    return best


def _row(
    values: dict[str, Any],
    entries: Sequence[tuple[Column, int]],
    cells: Sequence[Cell],
    addresses: Addresses,
    name: str,
    findings: list[Finding],
) -> Found:
    """Return a row whose key stands in ``values``; what is amiss with its cells is added to ``findings``."""
    raw: dict[str, str] = {}
    for column, c in entries:
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
        return None, (wrong(cell), {"value": text(cell)[:80], "column": column.title, "expects": column.kind.expects})


def wrong(cell: Cell) -> Code:
    """Return what is wrong with a cell that its column does not understand."""
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
    hinted = {faced(hint) for hint in hints}
    named = [name for name in grids.names if faced(name) in hinted]
    yield from named
    yield from (name for name in grids.names if name not in named)
