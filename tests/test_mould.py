"""Casting: whatever an organisation answered, the cast is the workbook that XlsxWriter writes from the same book, part for part."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openxml_audit import OpenXmlValidator

from dimm_xl import catalogue
from dimm_xl.assessment import Answer, Answered, Assessment, NotApplicable, Return, Status
from dimm_xl.catalogue import look
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Profile
from dimm_xl.page import Bars, Book, Chart, Formula, Link, Page, Put, Rich, Row, Rule, Series, Span, Table, Value
from dimm_xl.questionnaire import Request, questionnaire
from dimm_xl.report.organisation import organisation_book
from dimm_xl.report.portfolio import portfolio_book
from dimm_xl.report.result import Peers
from dimm_xl.results import result_of
from dimm_xl.returns import read_return
from dimm_xl.sample import Drawn, sample
from dimm_xl.scoring import Spread
from dimm_xl.sheet import LONGEST_TEXT, Column, Sheet, text
from dimm_xl.workbook import mould
from dimm_xl.workbook.mould import Foundry, cast, counts
from dimm_xl.workbook.parts import BOTTOM
from dimm_xl.workbook.write import write
from tests.office import Office
from tests.support import assessed, at_level
from tests.test_laws import LAW, assessments

HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2",
    "@SUM(A1)",
    "{=1}",
    "]]>",
    "<r><t>not rich</t></r>",
    "&amp; <b>\"'",
    "_x0041_ \x07\x00 \x1b",
    "\ud800 alone",
    "🏨" * 20_000,
    "x" * 40_000,
    " blanks \n\n at both ends ",
    "%s %d %% {level}",
    "\ue0000\ue001",
    f"M{BOTTOM}",
    "\ufffe\uffff",
    "nan",
)
"""Texts that a formula, an XML part or the mould's own marks might mistake for theirs."""


def parts(content: bytes) -> dict[str, bytes]:
    """The parts of a workbook by name, in their order."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def differing(book: Book) -> list[str]:
    """The parts in which a cast and what XlsxWriter writes are not the same bytes."""
    written, made = parts(write(book, look())), parts(cast(book, look()))
    assert list(written) == list(made)
    return [name for name in written if written[name] != made[name]]


def asked(said: Assessment, score: bool = True) -> Book:
    """The questionnaire of an assessment."""
    words = catalogue.words(said.lang)
    return questionnaire(catalogue.resolved("dimm", said.cut), said, Request(words, score=score, glossary=catalogue.glossary()))


def found(said: Assessment, peers: Peers | None = None, last: Assessment | None = None) -> Book:
    """The result workbook of an assessment."""
    now, then = (result_of("x", Return("retour.xlsx", "0" * 64, Status.ACCEPTED, one), ("dimm",)) for one in (said, last or said))
    return organisation_book(replace(now, peers=peers, last=then if last else None), catalogue.words(said.lang))


def some(count: int = 6, seed: int = 5) -> list[Assessment]:
    """Made-up organisations of many profiles and both languages."""
    return [*sample(Drawn(count, seed))]


# --- the law


@LAW
@given(assessments())
def test_a_prefilled_questionnaire_is_the_one_that_would_be_written(said: Assessment) -> None:
    """Every part of the cast is byte for byte that of the workbook written directly, whatever was answered in whatever characters."""
    assert differing(asked(said)) == []


@LAW
@given(assessments())
def test_a_result_is_the_one_that_would_be_written(said: Assessment) -> None:
    """The same for result workbooks: cells, styles, heights, links, charts and what they remember."""
    assert differing(found(said)) == []


@pytest.mark.parametrize("kind", [asked, found])
@pytest.mark.parametrize(("size", "lang"), [*itertools.product(("micro", "large", "public"), ("fr", "en"))])
def test_every_size_and_language_is_cast(kind: object, size: str, lang: str) -> None:
    """Organisations that answered most of what they were asked, as campaigns return them."""
    assert callable(kind)
    before = counts["direct"]
    for said in sample(Drawn(3, 11, size=size, lang=lang)):
        assert differing(kind(said)) == []
    assert counts["direct"] == before


def test_peers_and_a_time_before_are_cast_too() -> None:
    """A result that compares with others and with the campaign before has more columns, more series, one page more."""
    now, before = some(2)
    before = replace(now, answers={code: Answer(Answered(1)) for code in now.answers})
    spread = {lever.code: Spread(9, 1.5, 2.0, 2.75) for lever in catalogue.load().levers}
    assert differing(found(now, Peers("sector", 9, spread), before)) == []


def test_a_logo_a_classification_and_other_colours_are_cast_too(tmp_path: Path) -> None:
    """What dresses a campaign's results is the same in the cast."""
    from tests.test_workbooks import PICTURE

    (tmp_path / "look.yaml").write_text("font: Georgia\ncolours: {you: '#123456'}\n", "utf-8")
    book = replace(found(some(1)[0]), logo=PICTURE, classification="Interne & confidentiel")
    dressed = look(str(tmp_path / "look.yaml"))
    assert parts(cast(book, dressed)) == parts(write(book, dressed))


@pytest.mark.parametrize("answered", [0, 1, 2])
def test_lists_of_no_row_of_one_and_of_two_are_cast(answered: int) -> None:
    """A table without rows keeps an empty one; addresses of a single cell are written as one."""
    said = {code: Answer(Answered(5), evidence="vu") for code in [*at_level(5)][:answered]}
    assert differing(found(assessed(at_level(5) | said))) == []
    assert differing(found(assessed(said))) == []


# --- hostile texts


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_whatever_is_typed_is_cast_as_text(hostile: str, tmp_path: Path) -> None:
    """No text becomes a formula, XML or a mark of the mould: the parts are those of the direct workbook, and the file is valid."""
    answers = at_level(2) | {"SP1": Answer(Answered(2), None, hostile, hostile, hostile)}
    said = replace(assessed(answers), organisation=hostile)
    for kind in (asked(said), found(said)):
        assert differing(kind) == []
        path = tmp_path / "book.xlsx"
        path.write_bytes(cast(kind, look()))
        assert [str(error) for error in OpenXmlValidator().validate(path).errors] == []
        assert not [name for name, part in parts(path.read_bytes()).items() if re.search(rb"<f>[^<]*HYPERLINK", part)]


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_what_is_cast_is_what_is_read(hostile: str) -> None:
    """Our own reader finds the very texts in a cast, tidied as all texts are, cut where Excel cuts."""
    said = assessed(at_level(2) | {"SP1": Answer(Answered(2), comment=hostile)})
    back = read_return("retour.xlsx", fill(Wanted(), said)).assessment
    assert back is not None
    cut = hostile.encode("utf-16-le", "surrogatepass")[: 2 * LONGEST_TEXT].decode("utf-16-le", "ignore")
    assert back.answer("SP1").comment == text(cut)
    assert back.answer("SP2").level == 2


# --- determinism


def test_the_order_of_jobs_changes_no_byte() -> None:
    """Whichever organisation a mould was made for, each gets the same bytes: in turn, backwards, and each from moulds of its own."""
    books = [kind(said) for said in some(5) for kind in (asked, found)]
    made = [[Foundry(look()).cast(book) for book in books]]
    for order in (range(len(books)), reversed(range(len(books)))):
        foundry = Foundry(look())
        cast_ = {n: foundry.cast(books[n]) for n in order}
        made.append([cast_[n] for n in range(len(books))])
    assert made[0] == made[1] == made[2]


def test_a_mould_remembers_nobody() -> None:
    """A mould that was made for one organisation holds none of its words, and the next cast none of them either."""
    secret = assessed(at_level(4) | {"SP1": Answer(Answered(1), evidence="Zanzibar evidence", comment="Zanzibar comment")})
    foundry = Foundry(look())
    foundry.cast(found(replace(secret, organisation="Zanzibar SA")))
    other = foundry.cast(found(assessed(at_level(4) | {"SP1": Answer(Answered(1))})))
    assert len(foundry._moulds) == 1
    assert not [name for name, part in parts(other).items() if b"Zanzibar" in part]


def test_moulds_are_shared_by_all_sectors() -> None:
    """Sectors differ in texts, thresholds' wording and targets: two organisations of one size share their questionnaire's mould."""
    foundry = Foundry(look())
    for sector in ("tourism", "health", "banking", "retail"):
        foundry.cast(asked(Assessment("x", Profile(sector, "sme"), "dimm", "v2", "fr", answers=at_level(2, Profile(sector, "sme")))))
    assert len(foundry._moulds) == 1


def test_most_results_of_a_campaign_find_their_mould_made() -> None:
    """Lists of any length, findings and answers share a mould: at most one in three of sixty of one size and language makes a new one."""
    foundry = Foundry(look())
    for said in sample(Drawn(60, 3, size="sme", lang="fr")):
        foundry.cast(found(said))
    assert len(foundry._moulds) <= 20


def test_moulds_that_are_not_used_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process keeps a bounded number of moulds, and what was dropped is made again, alike."""
    monkeypatch.setattr(mould, "MOULDS", 2)
    monkeypatch.setattr(mould, "PLANS", 5)
    foundry = Foundry(look())
    books = [asked(said) for said in some(5)]
    first = [foundry.cast(book) for book in books]
    assert len(foundry._moulds) <= 2
    assert len(foundry._plans) <= 5
    assert [foundry.cast(book) for book in books] == first


def test_parts_are_the_same_without_isal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where isal has no wheel, zlib compresses: other bytes in the file, the same parts in it."""
    book = found(some(1)[0])
    fast = Foundry(look()).cast(book)
    monkeypatch.setattr(mould, "deflating", zlib)
    monkeypatch.setattr(mould, "LEAST_LEVEL", 1)
    assert parts(Foundry(look()).cast(book)) == parts(fast)


# --- any page


def small(
    rows: Sequence[Row] = (), puts: tuple[Put, ...] = (), rules: tuple[Rule | Bars, ...] = (), charts: tuple[Chart, ...] = ()
) -> Book:
    """A book of one page with one table."""
    columns = (Column("code", "Code", look="cell"), Column("name", "Name", look="row"), Column("value", "Value", look="row-score"))
    table = Table("things", Sheet("Sheet", "code", columns), tuple(rows), 3, rules=rules)
    return Book("Title", "Subject", "en", (Page("Sheet", puts, (table,), charts),))


VALUES = (
    st.none()
    | st.text(max_size=30)
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(HOSTILE[:9])
    | st.builds(
        lambda value: Formula("LEN({name})+{value}", value),
        st.floats(0, 9) | st.text(max_size=9) | st.sampled_from(("#N/A", 1, 1.0, 0.0, -0.0)),
    )
    | st.builds(Link, st.text(max_size=9), st.just(Span("Sheet", 2, 1, 2, 1)))
)
SAID = st.dictionaries(st.sampled_from(("code", "name", "value")), VALUES)
ROWS = st.lists(st.tuples(SAID, st.booleans()).map(lambda one: Row(*one)), max_size=40)


@settings(LAW, max_examples=60)
@given(ROWS, st.lists(VALUES, max_size=4), st.booleans())
def test_any_values_in_any_cells_are_cast_as_they_are_written(rows: list[Row], values: list[object], bars: bool) -> None:
    """Numbers of any size and sign, texts of any letters, formulas with any stored value, links: over a table, beside it and in it."""
    puts = tuple(Put(n % 3, 2 * n, value, "text", cols=2 if n % 2 else 1) for n, value in enumerate(values))  # type: ignore[arg-type]
    rules = (Bars("value", 0, 5), Rule(("name", "code"), '{value}="x"', "alarm")) if bars else ()
    assert differing(small(rows, puts, rules)) == []


COMMON: tuple[dict[str, Value], ...] = (
    {"code": "C1", "name": "a name that takes more than one line of its column"},
    {"name": "short", "value": 2},
    {"value": None},
)
VALUE: st.SearchStrategy[Value] = st.none() | st.text(max_size=60) | st.floats(0, 9)
OWN = st.dictionaries(st.sampled_from(("code", "name", "value")), VALUE)


def alike(common: dict[str, Value], own: dict[str, Value] | None) -> Row:
    """A row with values in common, beside its own if it has any."""
    return Row(common if own is None else {**own, **common}, common=common)


ALIKE = st.tuples(st.sampled_from(COMMON), st.none() | OWN).map(lambda one: alike(*one))


@settings(LAW, max_examples=60)
@given(st.lists(ALIKE, max_size=20), st.sampled_from((12.0, 40.0)))
def test_rows_that_have_values_in_common_are_cast_as_all_others(rows: list[Row], width: float) -> None:
    """Whether all of a row comes again or it has something of its own, and however often and in however wide a column it came before."""
    book = small(rows)
    assert differing(replace(book, pages=(replace(book.pages[0], widths={1: width}),))) == []


def test_what_rows_have_in_common_is_what_they_say() -> None:
    """Casting takes the fields that are common from there, whatever the row says: in no result may the two differ."""
    tables = [table for said in some() for page in found(said).pages for table in page.tables]
    common = [row for table in tables for row in table.rows if row.common is not None]
    assert len(common) > 500
    assert not [row for row in common if row.common and any(row.values[field] != value for field, value in row.common.items())]
    assert not [row for row in common if row.heading or row.closed]


def test_a_value_that_is_written_over_another_is_cast_once() -> None:
    """A cell outside the table may lie on it (lists in the profile do): the last one stands, the count of texts is that of the writer."""
    rows = [Row({"code": f"C{n}", "name": "first", "value": 1.0}) for n in range(4)]
    puts = (
        Put(5, 1, "second", "cell-entry", entry=True, picks=("second", "third")),
        Put(6, 0, Rich((("a", "strong"), ("b", "small"))), "row"),
    )
    assert differing(small(rows, puts)) == []


@pytest.mark.parametrize("rows", [0, 1, BOTTOM - 6, BOTTOM - 5, BOTTOM - 4, BOTTOM - 3, 3 * BOTTOM])
def test_a_table_longer_than_a_moulds_is_cast(rows: int) -> None:
    """However many rows: tens of thousands of organisations stand in a consolidation."""
    before = counts["cast"]
    lines = [Row({"code": f"C{n}", "name": "named" if n % 3 else None, "value": n / 7}) for n in range(rows)]
    assert differing(small(lines, (Put(0, 0, "A title", "title", cols=3),), (Bars("value", 0, 5),))) == []
    assert counts["cast"] == before + 1


def test_fixed_rows_that_stand_as_low_as_a_mould_ends_are_written_directly() -> None:
    """Rows of several kinds belong to the shape, and a mould has a row that nothing else may stand on."""
    before = counts["direct"]
    assert differing(small([Row({"code": "C"}, heading=n % 9 == 0) for n in range(BOTTOM)])) == []
    assert counts["direct"] == before + 1


def test_a_book_without_a_table_is_written_directly() -> None:
    """A study of too few organisations holds sentences alone."""
    before = counts["direct"]
    assert differing(Book("Title", "", "en", (Page("Sheet", (Put(0, 0, "Too few", "title"), Put(1, 0, 4.0, "row-figure"))),))) == []
    assert counts["direct"] == before + 1


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_consolidation_is_cast(lang: str) -> None:
    """Each part is the one that would be written directly, many organisations or few."""
    words, before = catalogue.words(lang), counts["cast"]
    for said in (some(3), some(40), some(600, seed=6)):
        returns = [Return(f"{n}.xlsx", str(n) * 64, Status.ACCEPTED, one) for n, one in enumerate(said)]
        results = [result_of(str(n), one, ("dimm",)) for n, one in enumerate(returns)]
        assert differing(portfolio_book(catalogue.load(), results, returns, words)) == []
    assert counts["cast"] == before + 3


def test_comments_are_written_directly() -> None:
    """Where a comment's box stands depends on every row above it: a workbook with marked cells is left to the writer, and counted."""
    book = small([Row({"code": "C1"}, notes={"code": "what to do about it"})])
    before = counts["direct"]
    assert parts(cast(book, look())) == parts(write(book, look()))
    assert counts["direct"] == before + 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_a_value_that_no_cell_holds_is_refused_as_the_writer_refuses_it(value: object) -> None:
    """What the writer cannot write is not cast either."""
    book = small([Row({"value": value})])  # type: ignore[dict-item]
    with pytest.raises((TypeError, ValueError)):
        write(book, look())
    with pytest.raises((TypeError, ValueError)):
        cast(book, look())


def test_a_chart_remembers_what_its_cells_hold() -> None:
    """The figures that a preview draws are those of this organisation: texts, numbers, gaps, formulas' values, cells beside the table."""
    spans = Span("Sheet", 4, 1, 8, 1), Span("Sheet", 4, 2, 9, 2)
    chart = Chart("bar", "=A finding", (Series("One", *spans, "you"), Series("Two", *spans, "target")), 12, 4, 300, 200, 'Alt & "text"')
    values = (1.5, None, Formula("{name}", "–"), Formula("{name}", 2.0), "x_1")
    rows = [Row({"code": str(n), "name": f"n{n}", "value": value}) for n, value in enumerate(values)]
    assert differing(small(rows, charts=(chart,))) == []
    assert differing(small([row._replace(values={**row.values, "value": 7}) for row in rows], charts=(chart,))) == []


# --- real spreadsheet programs


def drawn_pairs() -> Iterator[tuple[str, Book]]:
    """A questionnaire and a result with something of everything in them."""
    said = assessed(at_level(3) | {"SP1": Answer(NotApplicable("="), reason="="), "SP2": Answer(Answered(1), comment=HOSTILE[0])})
    yield "questionnaire", asked(said)
    yield "result", found(said)


@pytest.mark.office
def test_a_spreadsheet_program_calculates_a_cast_as_it_calculates_the_direct_workbook(office: Office, tmp_path: Path) -> None:
    """LibreOffice opens both, recalculates everything, and shows the same values in every cell of every sheet, none of them an error."""
    for name, book in drawn_pairs():
        (tmp_path / f"{name}-cast.xlsx").write_bytes(cast(book, look()))
        (tmp_path / f"{name}-direct.xlsx").write_bytes(write(book, look()))
        made, wanted = (office.grids(tmp_path / f"{name}-{way}.xlsx") for way in ("cast", "direct"))
        assert made == wanted
        assert sum(len(row) for grid in made.values() for row in grid) > 1000


@pytest.mark.office
def test_what_is_stored_in_a_cast_is_what_a_spreadsheet_program_calculates(office: Office, tmp_path: Path) -> None:
    """The score that a cast questionnaire stores beside its formulas is the one that is recalculated when somebody opens it."""
    book = asked(assessed(at_level(4)))
    path = tmp_path / "questionnaire.xlsx"
    path.write_bytes(cast(book, look()))
    page = next(page for page in book.pages if any(table.name == "overall" for table in page.tables))
    stored = {field: value for field, value in page.tables[0].rows[0].values.items() if isinstance(value, Formula)}
    spans = [page.tables[0].span(field, 0, 0) for field in stored]
    shown = office.values(path, [(span.sheet, span.top, span.left) for span in spans])
    assert shown == [pytest.approx(one.value) if isinstance(one.value, float) else one.value for one in stored.values()]
