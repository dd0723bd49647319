"""Workbooks of hundreds of thousands of cells: what waits on the disk, and what is not looked for while they are written."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

from dimm_xl.page import Book

MANY_CELLS = 200_000
"""Cells from which a workbook is large: a consolidation of some thousand organisations."""


def large(book: Book) -> bool:
    """Say whether a book has so many cells that the XML of its sheets waits on the disk: Python takes up to four bytes a character."""
    return sum(len(table.rows) * len(table.sheet.columns) for page in book.pages for table in page.tables) >= MANY_CELLS


@contextlib.contextmanager
def unswept() -> Iterator[None]:
    """Look for no garbage meanwhile: all that a writer makes is needed to its end, and looking takes a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
