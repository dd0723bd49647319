"""How workbooks are dressed: a classification on every printed page, a logo on the first, colours from a look file."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from zipfile import ZipFile

import pytest

from dimm_xl import catalogue
from dimm_xl.page import Book
from dimm_xl.report.organisation import organisation_book
from dimm_xl.report.portfolio import portfolio_book
from dimm_xl.settings import Dress
from tests.test_report import result

PICTURE = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNQAAAAIgAh4+9nCwAAAABJRU5ErkJggg==")
FR = catalogue.words("fr")
ONE = result("32", "14")
BOOKS = {"organisation": organisation_book(ONE, FR), "portfolio": portfolio_book(ONE.model, [ONE] * 6, [], FR)}


def parts(dress: Dress, book: Book) -> dict[str, str]:
    """The XML parts of a dressed workbook as text."""
    with ZipFile(io.BytesIO(dress.written(book))) as opened:
        return {name: opened.read(name).decode("utf-8", "replace") for name in opened.namelist()}


def sheets(dress: Dress, book: Book) -> list[str]:
    found = parts(dress, book)
    return [found[name] for name in sorted(found, key=lambda name: (len(name), name)) if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]


@pytest.mark.parametrize("kind", BOOKS)
@pytest.mark.parametrize(("said", "printed"), [("CONFIDENTIEL", "CONFIDENTIEL"), ("A & B", "A &amp;&amp; B"), ("&D", "&amp;&amp;D")])
def test_the_classification_is_printed_on_every_page_as_it_was_given(kind: str, said: str, printed: str) -> None:
    """On top of each sheet, beside the footer; an ampersand is printed, never a code of the header."""
    headers = [re.search(r"<oddHeader>(.*?)</oddHeader>", sheet) for sheet in sheets(Dress(classification=said), BOOKS[kind])]
    assert [found[1] if found else "" for found in headers] == [f"&amp;C&amp;9&amp;B{printed}"] * len(BOOKS[kind].pages)
    assert not any("oddHeader" in sheet for sheet in sheets(Dress(), BOOKS[kind]))


@pytest.mark.parametrize("kind", BOOKS)
def test_the_logo_stands_on_the_first_page_alone_and_says_what_it_is(kind: str) -> None:
    """One picture, with the workbook's title as its text, on the first sheet's drawing."""
    found = parts(Dress(logo=PICTURE), BOOKS[kind])
    assert [name for name in found if name.startswith("xl/media/")] == ["xl/media/image1.png"]
    pictured = [name for name, text in found.items() if name.startswith("xl/drawings/drawing") and "<xdr:pic>" in text]
    assert pictured == ["xl/drawings/drawing1.xml"]
    assert BOOKS[kind].title in found[pictured[0]]
    assert not [name for name in parts(Dress(), BOOKS[kind]) if "media" in name]


@pytest.mark.parametrize("kind", BOOKS)
def test_colours_of_a_look_file_take_the_place_of_the_shipped_ones(kind: str, tmp_path: Path) -> None:
    """The colour of the organisation itself changes in cells and charts; the others stay."""
    look = tmp_path / "look.yaml"
    look.write_text('colours:\n  you: "#123456"\n', "utf-8")
    shipped, own = (parts(Dress(colours=path), BOOKS[kind]) for path in ("", str(look)))
    was = catalogue.look().colours["you"].lstrip("#")
    for name, text in shipped.items():
        if name == "xl/styles.xml" or name.startswith("xl/charts/chart"):
            assert own[name] == text.replace(was, "123456")
    assert was in shipped["xl/styles.xml"] + shipped["xl/charts/chart1.xml"]
