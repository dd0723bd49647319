"""A portfolio larger than a sheet: what does not fit stays in data/, and the sheet says where; tables as Parquet beside CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyarrow import parquet

from dimm_xl import catalogue, columnar
from dimm_xl.assessment import Return, Status
from dimm_xl.findings import Code, Finding
from dimm_xl.page import Book, Page
from dimm_xl.report.limits import EXCEL, Room
from dimm_xl.report.portfolio import portfolio_book
from dimm_xl.report.tables import NUMBERS, write_tables
from dimm_xl.settings import Run
from dimm_xl.words import Words
from tests.test_report import numbers, page, result, texts


@pytest.fixture(params=["fr", "en"])
def words(request: pytest.FixtureRequest) -> Words:
    """The words of each language in turn."""
    return catalogue.words(request.param)


RETURNS = [Return("r.xlsx", "", Status.ACCEPTED, None, tuple(Finding(Code.BAD_VALUE, "r.xlsx", "S", f"B{n}") for n in range(12)))]


def portfolio(words: Words, room: Room = EXCEL, count: int = 10) -> Book:
    """The consolidation of some organisations of four indicators."""
    results = [result("24", "13", name=f"firm {n}") for n in range(count)]
    return portfolio_book(results[0].model, results, RETURNS, words, room=room)


def tables(book: Book) -> dict[str, str]:
    """Every table's sheet by the table's name."""
    return {table.name: each.name for each in book.pages for table in each.tables}


FLAT = 3 + 1 + 2 + 4
"""Columns of the flat table: organisation, sector, size, overall, two levers, four indicators."""


@pytest.mark.parametrize(
    ("room", "gone"),
    [
        (Room(), set()),
        (Room(cells=61 * FLAT), {"ranking"}),
        (Room(cells=61 * FLAT - 1), {"ranking", "scores"}),
        (Room(columns=FLAT), {"ranking"}),
        (Room(columns=FLAT - 1), {"ranking", "scores"}),
        (Room(rows=2 + 61), {"ranking", "heat", "organisations_A", "organisations_B"}),
        (Room(rows=2 + 60), {"ranking", "heat", "organisations_A", "organisations_B", "scores"}),
    ],
)
def test_only_tables_that_pass_a_limit_are_left_to_the_files(room: Room, gone: set[str], words: Words) -> None:
    """Header and rows above count too; every sheet stays, and all other tables with it."""
    whole, cut = (portfolio(words, one, count=60) for one in (EXCEL, room))
    assert [each.name for each in cut.pages] == [each.name for each in whole.pages]
    assert set(tables(whole)) - set(tables(cut)) == gone


@pytest.mark.parametrize(("table", "file"), [("scores", "answers.csv"), ("ranking", "scores.csv"), ("findings", "findings.csv")])
def test_a_sheet_without_its_table_says_how_large_it_is_and_which_file_holds_it(table: str, file: str, words: Words) -> None:
    """The sentence names rows, columns and the file in data/; the way back to the overview stays."""
    whole, cut = portfolio(words), portfolio(words, Room(cells=1))
    sheet, count = tables(whole)[table], 12 if table == "findings" else 10
    columns = next(len(one.sheet.columns) for one in page(whole, sheet).tables if one.name == table)
    said = texts(page(cut, sheet))
    assert words("portfolio.beyond", rows=str(count), columns=str(columns), file=f"data/{file}") in said
    assert words("result.back", page=words("sheet.overview")) in said
    assert numbers(page(cut, sheet)) == []


def test_ten_thousand_organisations_fit_and_a_row_an_answer_would_not() -> None:
    """The flat data of 10,000 organisations with 115 indicators lie within two million cells; answers by row pass Excel's rows."""
    assert EXCEL.holds(10_000, 3 + 7 + 115)
    assert not EXCEL.holds(10_000 * 115, 13)
    assert not EXCEL.holds(20_000, 3 + 7 + 115)
    assert (EXCEL.rows, EXCEL.columns, EXCEL.cells) == (1_048_576, 16_384, 2_000_000)


@pytest.mark.parametrize("count", [10, 60])
def test_charts_are_drawn_over_aggregates_however_many_there_are(count: int, words: Words) -> None:
    """As many charts, series and points for sixty organisations as for ten."""
    drawn = [_drawn(each) for each in portfolio(words, count=count).pages]
    assert drawn == [_drawn(each) for each in portfolio(words, count=11).pages]
    assert max(points for each in drawn for points in each) <= 10


@pytest.mark.parametrize(("count", "drawn"), [(4, 0), (5, 1)])
def test_a_sheet_of_groups_has_a_chart_only_when_some_group_is_large_enough(count: int, drawn: int, words: Words) -> None:
    """Four organisations leave no empty frame; five have their median drawn."""
    book = portfolio(words, count=count)
    assert [len(page(book, words(f"sheet.by_{kind}")).charts) for kind in ("sector", "size")] == [drawn] * 2


def _drawn(one: Page) -> list[int]:
    return [span.bottom - span.top + 1 for chart in one.charts for span in (series.values for series in chart.series)]


# --- Parquet


def rows(path: Path) -> Iterator[dict[str, object]]:
    """The rows of a CSV table, figures as numbers, nothing as None."""
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            yield {key: None if value == "" else float(value) if key in NUMBERS else value for key, value in line.items()}


def test_parquet_beside_csv_holds_the_same_rows(tmp_path: Path) -> None:
    """Each of the four tables, row by row and field by field; the same bytes each time."""
    results = [result("24", "1?", name=f"firm {n}") for n in range(7)]
    written = write_tables(tmp_path, RETURNS, results, catalogue.words("en"))
    assert sorted(path.name for path in written) == sorted(f"{name}.{kind}" for name in TABLES for kind in ("csv", "parquet"))
    for name in TABLES:
        table = parquet.read_table(tmp_path / f"{name}.parquet")
        assert [{k: None if v == "" else v for k, v in line.items()} for line in table.to_pylist()] == list(rows(tmp_path / f"{name}.csv"))
        kinds = {field.name: str(field.type) for field in table.schema}
        assert kinds == {key: "double" if key in NUMBERS else "string" for key in kinds}
    before = (tmp_path / "answers.parquet").read_bytes()
    write_tables(tmp_path, RETURNS, results, catalogue.words("en"))
    assert (tmp_path / "answers.parquet").read_bytes() == before


TABLES = ("returns", "answers", "scores", "findings")


def test_text_that_looks_like_a_formula_stands_in_parquet_as_it_was_typed(tmp_path: Path) -> None:
    """No apostrophe, no lost half of a surrogate pair: what no spreadsheet program opens need not be disarmed."""
    columnar.write_columns(tmp_path / "t.parquet", ("said", "level"), [("=1+1", 3), ("- point\ud800", None)], {"level"})
    assert parquet.read_table(tmp_path / "t.parquet").to_pylist() == [{"said": "=1+1", "level": 3.0}, {"said": "- point?", "level": None}]


def test_many_rows_are_written_in_batches_and_none_is_lost(tmp_path: Path) -> None:
    """More rows than one batch holds, and none at all."""
    count = columnar.BATCH + 10
    for many in (0, count):
        columnar.write_columns(tmp_path / "t.parquet", ("n",), ((n,) for n in range(many)), {"n"})
        assert parquet.read_table(tmp_path / "t.parquet")["n"].to_pylist() == list(range(many))


def test_without_pyarrow_there_is_csv_alone_and_a_later_run_notices_that_it_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CSV needs nothing; installing pyarrow changes what a run is asked, so that the tables are written anew."""
    asked = Run(tmp_path, tmp_path / "out")
    with_it = asked.wanted
    monkeypatch.setattr(columnar, "available", lambda: False)
    written = write_tables(tmp_path, RETURNS, [result("24", "13")], catalogue.words("fr"))
    assert [path.name for path in written] == [f"{name}.csv" for name in TABLES]
    assert asked.wanted != with_it
