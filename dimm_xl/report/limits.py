"""What a sheet can hold: where a table would pass it, the detail stays in ``data/`` and the sheet says where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dimm_xl.page import Page, Put, Table
from dimm_xl.words import Words


@dataclass(frozen=True)
class Room:
    """The most rows and columns that Excel takes, and the most cells that a sheet can have and still be worked with."""

    rows: int = 1_048_576
    columns: int = 16_384
    cells: int = 2_000_000

    def holds(self, rows: int, columns: int, above: int = 0) -> bool:
        """Say whether a table of so many rows and columns, its header included, fits below ``above`` rows."""
        return above + rows + 1 <= self.rows and columns <= self.columns and (rows + 1) * columns <= self.cells


EXCEL = Room()
WHERE: Mapping[str, str] = {"findings": "findings.csv", "scores": "answers.csv"}
"""The file of ``data/`` that holds what a table shows, by the table's name; scores.csv for all others."""


def within(page: Page, room: Room, words: Words) -> Page:
    """Return a page with only those tables that fit, a sentence in place of the others."""
    beyond = [table for table in page.tables if not _fits(table, room)]
    if not beyond:
        return page
    said = [told(table.name, len(table.rows), len(table.sheet.columns), table.row, len(table.sheet.columns), words) for table in beyond]
    return replace(page, puts=(*page.puts, *said), tables=tuple(table for table in page.tables if table not in beyond))


def _fits(table: Table, room: Room) -> bool:
    return room.holds(len(table.rows), len(table.sheet.columns), table.row)


def told(table: str, rows: int, columns: int, row: int, cols: int, words: Words) -> Put:
    """Return the sentence that stands in place of a table: how large it would be, and which file holds it."""
    facts = {"rows": words.figure(rows), "columns": words.figure(columns), "file": f"data/{WHERE.get(table, 'scores.csv')}"}
    return Put(row, 0, words("portfolio.beyond", **facts), "text", cols=min(cols, 12))
