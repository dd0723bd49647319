"""Ways through result workbooks: back to the first page, on to every sheet, and nothing stands on top of something else."""

from __future__ import annotations

from itertools import combinations

import pytest

from dimm_xl import catalogue
from dimm_xl.page import Link, Page
from tests.test_golden import book

NAMES = ("organisation", "organisation-again", "consolidated", "consolidated-again")
BOOKS = {name: book(name) for name in NAMES}
FR = catalogue.words("fr")
Area = tuple[int, int, int, int]


def links(one: Page) -> list[str]:
    """The sheets that a page leads to."""
    cells = [put.value for put in one.puts] + [value for table in one.tables for row in table.rows for value in row.values.values()]
    return [value.to.sheet for value in cells if isinstance(value, Link)]


def areas(one: Page) -> list[Area]:
    """Where texts and tables stand: top, left, bottom, right."""
    puts = [(put.row, put.col, put.row + put.rows - 1, put.col + put.cols - 1) for put in one.puts]
    return puts + [(table.row, table.col, table.bottom, table.col + len(table.sheet.columns) - 1) for table in one.tables]


@pytest.mark.parametrize("name", NAMES)
def test_each_sheet_leads_back_and_the_first_to_each(name: str) -> None:
    """One click from anywhere to page one, one from there to any sheet, each named once."""
    first, *rest = BOOKS[name].pages
    assert sorted(links(first)) == sorted(page.name for page in rest)
    assert [links(page) for page in rest] == [[first.name]] * len(rest)
    assert all(FR("result.back", page=first.name) in [str(getattr(put.value, "text", "")) for put in page.puts] for page in rest)


@pytest.mark.parametrize("name", NAMES)
def test_no_text_and_no_table_stands_on_another(name: str) -> None:
    """Titles, notes, links and tables of a sheet share no cell."""
    for page in BOOKS[name].pages:
        for one, other in combinations(areas(page), 2):
            assert one[0] > other[2] or other[0] > one[2] or one[1] > other[3] or other[1] > one[3], (page.name, one, other)


@pytest.mark.parametrize("name", NAMES)
def test_no_title_of_a_chart_or_sheet_is_empty(name: str) -> None:
    """Every sheet but the flat data opens with a title, and every chart says something."""
    pages = BOOKS[name].pages
    untitled = [page.name for page in pages if not any(put.look == "title" and str(put.value).strip() for put in page.puts)]
    assert untitled == [FR("sheet.data")]
    assert all(chart.title.strip() and chart.alt.strip() for page in pages for chart in page.charts)
