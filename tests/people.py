"""People of a campaign before a spreadsheet program: they look for a header and a code, type, and save as another format."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from dimm_xl.cli import main
from tests.office import Office

Place = tuple[str, int, int]
"""Sheet, row, column (from 0)."""
FIELDS: Mapping[str, tuple[str, ...]] = {
    "level": ("Niveau", "Level"),
    "reason": ("Motif (exigé si S.O.)", "Reason (required if N/A)"),
    "comment": ("Commentaire", "Comment"),
    "confirmed": ("Confirmé", "Confirmed"),
}
"""Columns of a lever's sheet by their headers in both languages."""


def command(*arguments: object) -> Result:
    """Give one command; what it prints and its exit status."""
    return CliRunner().invoke(main, [str(one) for one in arguments])


def grids(path: Path) -> dict[str, list[list[Any]]]:
    """Every sheet of a workbook of any format, as values row by row."""
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def text_of(path: Path) -> str:
    """All that stands in a workbook, a line a row."""
    return "\n".join(" | ".join(str(cell) for cell in row if cell != "") for rows in grids(path).values() for row in rows)


def lines(path: Path) -> list[dict[str, str]]:
    """A table for other programs."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def places(path: Path, fields: Mapping[str, tuple[str, ...]] = FIELDS) -> dict[tuple[str, str], Place]:
    """Where each field of each indicator stands, by the header of its column and the code of its row."""
    found: dict[tuple[str, str], Place] = {}
    for sheet, rows in grids(path).items():
        columns: dict[str, int] = {}
        for n, row in enumerate(rows):
            if "Code" in row:
                columns = {field: row.index(title) for field, titles in fields.items() for title in titles if title in row}
                code = row.index("Code")
            elif columns and row[code]:
                found |= {(str(row[code]), field): (sheet, n, column) for field, column in columns.items()}
    return found


def profile(path: Path) -> dict[str, Place]:
    """Where the answers about who answers stand, by the id of the question."""
    for sheet, rows in grids(path).items():
        for n, row in enumerate(rows):
            if row and row[0] == "id":
                return {str(one[0]): (sheet, n + 1 + k, 2) for k, one in enumerate(rows[n + 1 :]) if one[0]}
    raise AssertionError(f"{path.name} has no profile")


@dataclass(frozen=True)
class Desk:
    """A spreadsheet program and the folder that returns are put into."""

    office: Office
    folder: Path

    def typed(self, path: Path, out: Path, entries: Mapping[Place, Any]) -> Path:
        """Type into a workbook and save it; no cell refuses."""
        out.parent.mkdir(parents=True, exist_ok=True)
        assert self.office.fill(path, out, [(*place, value) for place, value in entries.items()]) == []
        return out

    def answered(self, path: Path, ending: str, levels: int, *, said: Mapping[tuple[str, str], Any] | None = None) -> Path:
        """Fill in a questionnaire: a level for every indicator that is asked, with consent; what is ``said`` instead; send it back."""
        where = places(path)
        codes = [code for code, field in where if field == "level" and (code, "reason") in where and code[-1].isdigit()]
        entries: dict[Place, Any] = {where[code, "level"]: max(0, min(5, levels + n % 3 - 1)) for n, code in enumerate(codes)}
        entries |= {where[key]: value for key, value in (said or {}).items()}
        english = any(sheet == "Start" for sheet in grids(path))
        entries[profile(path)["consent"]] = "Yes" if english else "Oui"
        return self.typed(path, self.folder / f"{path.stem}.{ending}", entries)

    def bettered(self, path: Path, ending: str, *, confirming: bool = False) -> Path:
        """Take up a questionnaire in which answers stand: a level more for every third, 3 where none is, the others confirmed or left."""
        where, sheets = places(path), grids(path)
        entries: dict[Place, Any] = {}
        for n, (code, place) in enumerate(
            (code, place) for (code, field), place in where.items() if field == "level" and code[-1].isdigit()
        ):
            sheet, row, column = place
            stands = sheets[sheet][row][column]
            if stands == "" or n % 3 == 0:
                entries[place] = 3 if stands == "" else min(5, int(stands) + 1)
            elif confirming:
                entries[where[code, "confirmed"]] = "Oui"
        if confirming:
            entries[profile(path)["consent"]] = "Oui"
        return self.typed(path, self.folder / f"{path.stem}.{ending}", entries)


LEADING_OUT = ("HTTP", "CMD|", "WEBSERVICE", "DDE(", "FILE:")


def sound(path: Path) -> None:
    """A result opens in another program, and no formula of it is an error or leads out of the workbook."""
    with warnings.catch_warnings(action="ignore"):  # openpyxl says that it does not know every extension
        book = openpyxl.load_workbook(path)
    formulas = [str(cell.value).upper() for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert book.sheetnames
    assert [one for one in formulas if any(word in one for word in LEADING_OUT)] == []
    assert [
        cell for rows in grids(path).values() for row in rows for cell in row if str(cell).startswith(("#REF", "#NAME", "#DIV", "#VALUE"))
    ] == []
