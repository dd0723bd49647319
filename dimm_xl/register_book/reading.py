"""A register's workbook → lines: what stands in each row, as values or as what is wrong with a cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dimm_xl import layout
from dimm_xl.findings import Code, Finding
from dimm_xl.model import Model
from dimm_xl.sheet import TEXT, CellError, Column, Kind, Sheet, face, text
from dimm_xl.words import Words
from dimm_xl.workbook.guard import Limits, Refused
from dimm_xl.workbook.read import Grid, Grids, Reading, address, candidates, read, wrong

NEEDED = {"organisations": ("name", "sector", "size"), "respondents": ("function",), "adaptations": ("reason",)}
"""Columns without which a sheet is none of a register, besides its key."""
CODES = {
    "sector": Code.REGISTER_SECTOR,
    "size": Code.REGISTER_SIZE,
    "lang": Code.REGISTER_LANGUAGE,
    "deadline": Code.REGISTER_DATE,
    "function": Code.REGISTER_FUNCTION,
    "indicator": Code.REGISTER_INDICATOR,
    "target": Code.REGISTER_TARGET,
    "weight": Code.REGISTER_WEIGHT,
}
"""What a cell that is not understood is called, by field."""
RAW = Kind("kind.text", lambda cell: cell)
Speech = tuple[Words, Sequence[Words]]
"""The language in which columns are called in findings, and those whose headers and labels are understood too."""


@dataclass(frozen=True)
class Line:
    """One row of a sheet: its values by field (those that stand there and are understood), where its cells are, what is wrong with some."""

    sheet: str
    row: int
    values: Mapping[str, Any]
    places: Mapping[str, int]
    wrong: Mapping[str, Finding]

    def get(self, field: str, otherwise: Any = "") -> Any:
        """Return the value of a field, ``otherwise`` when there is none."""
        return self.values.get(field, otherwise)

    def cell(self, field: str) -> str:
        """Return the address of a field's cell; of the row's first one when the sheet has no such column."""
        return address(self.row, self.places.get(field, min(self.places.values())))

    def finding(self, code: Code, field: str, **facts: str | float) -> Finding:
        """Return a finding at the cell of a field."""
        return Finding(code, "", self.sheet, self.cell(field), facts)


@dataclass(frozen=True)
class Lines:
    """Every line of a register by sheet (``organisations``, ``respondents``, ``adaptations``), and what is wrong with the sheets."""

    lines: Mapping[str, Sequence[Line]]
    findings: tuple[Finding, ...] = ()


def lines(content: bytes, model: Model, speech: Speech, limits: Limits) -> Lines:
    """Return what stands in a register; Refused when it is no workbook that can be read, or has no sheet of organisations."""
    grids = Grids(content, limits)
    found: dict[str, Sequence[Line]] = {}
    findings = [Finding(code) for code in grids.notes]
    for name in layout.REGISTER:
        described = layout.register_sheet(name, model, *speech)
        placed = _found(grids, name, described, [spoken(f"register.sheet.{name}") for spoken in (speech[0], *speech[1])])
        if placed is None:
            if name == "organisations":
                raise Refused(Code.NOT_A_REGISTER, sheets=", ".join(grids.names)[:200])
            continue
        shown, reading = placed
        found[name] = list(_lines(described, grids[shown], shown, reading))
        if reading.missing:
            titles = ", ".join(described.column(field).title for field in reading.missing)
            findings.append(Finding(Code.REGISTER_NO_COLUMN, "", shown, facts={"column": titles}))
    return Lines(found, tuple(findings))


def _found(grids: Grids, name: str, described: Sheet, hints: Sequence[str]) -> tuple[str, Reading] | None:
    """Return the sheet that has the columns of ``described``, wherever it stands and whatever it is called."""
    headers = replace(described, columns=tuple(replace(column, kind=RAW, entry=False) for column in described.columns))
    for shown in candidates(grids, hints):
        reading = read(headers, grids[shown], shown)
        if reading is not None and not set(NEEDED[name]) & set(reading.missing):
            return shown, reading
    return None


def _lines(described: Sheet, grid: Grid, shown: str, reading: Reading) -> Iterator[Line]:
    columns = [(column, reading.places[column.field]) for column in described.columns if column.field in reading.places]
    for row in range(reading.top + 1, len(grid)):
        values: dict[str, Any] = {}
        faulty: dict[str, Finding] = {}
        for column, place in columns:
            cell = grid[row][place] if place < len(grid[row]) else None
            if cell is None or cell == "" or (isinstance(cell, str) and not face(cell)):
                continue
            try:
                values[column.field] = _understood(column, cell)
            except ValueError:
                faulty[column.field] = _faulty(column, cell, shown, address(row, place))
        if values or faulty:
            yield Line(shown, row, values, reading.places, faulty)


def _understood(column: Column, cell: Any) -> Any:
    if column.kind is TEXT and isinstance(cell, CellError):
        raise ValueError(text(cell))
    return column.kind.parse(cell)


def _faulty(column: Column, cell: Any, sheet: str, at: str) -> Finding:
    facts = {"value": text(cell)[:80], "column": column.title, "expects": column.kind.expects}
    code = wrong(cell)
    return Finding(code if code is not Code.BAD_VALUE else CODES.get(column.field, code), "", sheet, at, facts)
