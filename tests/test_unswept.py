"""Garbage is not looked for while a workbook is written, and is again afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from dimm_xl import catalogue
from dimm_xl.page import Book, Page, Row, Table
from dimm_xl.sheet import NUMBER, Column, Sheet
from dimm_xl.workbook.unswept import unswept
from dimm_xl.workbook.write import write


def book(rows: int, more: float = 0.0) -> Book:
    """A table of so many rows of text and numbers."""
    sheet = Sheet("Données", "name", (Column("name", "Nom", look="row-line"), Column("score", "Score", NUMBER, look="row-figure")))
    lines = tuple(Row({"name": f"Organisation {n} é€", "score": n / 7 + more}) for n in range(rows))
    return Book("Large", "", "fr", (Page("Données", tables=(Table("scores", sheet, lines, 0),)),))


@pytest.fixture(params=[True, False], ids=["on", "off"])
def swept(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether Python looked for garbage before."""
    was = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield bool(request.param)
    (gc.enable if was else gc.disable)()


def test_garbage_is_looked_for_again_as_it_was(swept: bool) -> None:
    """After writing, after a fault in it, and one within another."""
    write(book(3), catalogue.look())
    assert gc.isenabled() is swept
    with pytest.raises(TypeError):
        write(book(3, float("nan")), catalogue.look())
    assert gc.isenabled() is swept
    with unswept(), unswept():
        assert not gc.isenabled()
    assert gc.isenabled() is swept
