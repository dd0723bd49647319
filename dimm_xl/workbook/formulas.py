"""Which cells of a workbook hold formulas: the engine that reads values tells only what they showed when last calculated."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from itertools import islice

import openpyxl

from dimm_xl.findings import Code
from dimm_xl.sheet import text
from dimm_xl.workbook.guard import Refused

MOST_ROWS = 100_000


def formulas(content: bytes) -> Mapping[str, frozenset[str]]:
    """Return the addresses of formulas by sheet, of an .xlsx that the guard let pass; Refused when it does not open."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of what it leaves aside: we only look
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            return {sheet.title: frozenset(_addresses(sheet)) for sheet in book.worksheets}
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, SyntaxError) as problem:
        raise Refused(Code.UNREADABLE, reason=text(problem)[:200] or type(problem).__name__) from None


def _addresses(sheet: object) -> list[str]:
    sheet.reset_dimensions()  # type: ignore[attr-defined]
    rows = islice(sheet.iter_rows(), MOST_ROWS)  # type: ignore[attr-defined]
    return [cell.coordinate for row in rows for cell in row if getattr(cell, "data_type", "") == "f"]
