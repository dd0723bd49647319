"""Large workbooks: the same cells as small ones, whatever waits on the disk; nothing of the machine is left changed."""

from __future__ import annotations

import gc
import io
import zipfile
from collections.abc import Iterator

import pytest

from dimm_xl import catalogue
from dimm_xl.page import Book, Page, Row, Table
from dimm_xl.sheet import NUMBER, Column, Sheet
from dimm_xl.workbook import large
from dimm_xl.workbook.large import unswept
from dimm_xl.workbook.write import write


def book(rows: int, more: float = 0.0) -> Book:
    """A table of so many rows of text and numbers."""
    sheet = Sheet("Données", "name", (Column("name", "Nom", look="row-line"), Column("score", "Score", NUMBER, look="row-figure")))
    lines = tuple(Row({"name": f"Organisation {n} é€", "score": n / 7 + more}) for n in range(rows))
    return Book("Large", "", "fr", (Page("Données", tables=(Table("scores", sheet, lines, 0),)),))


def parts(content: bytes) -> dict[str, bytes]:
    """A workbook's parts by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.mark.parametrize(("rows", "is_large"), [(10, False), (99_999, False), (100_000, True)])
def test_a_workbook_is_large_by_its_cells(rows: int, is_large: bool) -> None:
    """Two columns: rows count twice."""
    assert large.large(book(rows)) is is_large


def test_what_waits_on_the_disk_holds_the_same_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Written with a lower limit: every part is the same, byte for byte, and so is the file a second time."""
    small = write(book(500), catalogue.look())
    monkeypatch.setattr(large, "MANY_CELLS", 100)
    waited = write(book(500), catalogue.look())
    assert parts(waited) == parts(small)
    assert write(book(500), catalogue.look()) == waited


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
