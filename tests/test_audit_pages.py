"""What an auditor has before them: a block an indicator, open cells where something is asked, plain formulas, pages that print."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from click import UsageError
from hypothesis import given, settings
from hypothesis import strategies as st

from dimm_xl import audit, audit_checks, catalogue
from dimm_xl.assessment import VERDICTS, Answer, Assessment, Blank
from dimm_xl.checks import Given
from dimm_xl.cli.issue import issue
from dimm_xl.findings import Severity
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Profile
from dimm_xl.page import Formula, Page
from dimm_xl.questionnaire import Request, questionnaire
from dimm_xl.workbook.read import address
from tests.audits import an_audit, opened
from tests.support import HOTEL, indicator, small_model

WHOLE = catalogue.load()
MODEL = WHOLE.at(HOTEL)
PLAIN = {
    "AND", "COUNT", "COUNTIF", "FALSE", "FIXED", "IF", "INT", "ISNUMBER", "LEFT", "MAX", "MIN", "NA", "NOT", "OR", "SUBSTITUTE", "SUM",
    "SUMPRODUCT", "TRIM", "TRUE",
}  # fmt: skip
"""Functions that every spreadsheet program has had since before there were dynamic arrays."""
BLANK = replace(an_audit(MODEL, HOTEL, "fr", (None,)), answers={})


def coordinate(place: tuple[int, int]) -> str:
    """A row and a column, from 1, as people read them."""
    return address(place[0] - 1, place[1] - 1)


def pages(said: Assessment) -> dict[str, Page]:
    """The pages of an audit, by name."""
    return {page.name: page for page in questionnaire(MODEL, said, Request(catalogue.words(said.lang))).pages}


def test_every_demand_of_every_indicator_has_a_row_below_its_indicator() -> None:
    """Groupings, indicators and demands stand in the order of the model, each demand with its level and its sentence."""
    found = [row.values for lever in MODEL.levers for row in pages(BLANK)[f"{lever.code} {lever.name['fr']}"[:31]].tables[0].rows]
    wanted: list[object] = []
    for lever in MODEL.levers:
        for grouping in lever.groupings:
            wanted.append(grouping.code)
            for one in grouping.indicators:
                wanted += [one.code, *(audit.key(one.code, level, rank) for level, rank, _ in audit.demands(one))]
    assert [values["code"] for values in found] == wanted
    said = {values["code"]: (values["step"], values["demand"]) for values in found if "step" in values}
    assert said["SP1.3.2"] == (3, MODEL.indicators["SP1"].levels[3][1]["fr"])


def test_open_cells_are_where_something_is_asked() -> None:
    """Verdict and words beside demands, the figure beside an indicator that asks for one; all else is locked, without a password."""
    book, cells = opened(fill(Wanted(), BLANK))
    keys = audit.keys(MODEL)
    asked = {(key, field) for key in keys for field in ("verdict", "reason", "evidence", "comment")}
    asked |= {(code, "measure") for code, one in MODEL.indicators.items() if one.measure}
    rows = {*keys, *MODEL.indicators}
    assert {place for place, cell in cells.items() if place[0] in rows and not cell.protection.locked} == asked
    levers = [book[cells[code, "code"].parent.title] for code in MODEL.indicators]
    assert all(sheet.protection.sheet and not sheet.protection.password for sheet in levers)


@pytest.mark.parametrize("lang", WHOLE.languages)
def test_each_verdict_is_chosen_from_a_list_of_three(lang: str) -> None:
    """The drop-down offers exactly the three verdicts in the language of the audit, beside every demand and nowhere else."""
    book, cells = opened(fill(Wanted(), replace(BLANK, lang=lang)), lang)
    words = catalogue.words(lang)
    offered = '"' + ",".join(words(f"verdict.{verdict}") for verdict in VERDICTS) + '"'
    for lever in MODEL.levers:
        sheet: Any = book[cells[lever.indicators[0].code, "code"].parent.title]
        lists = [each for each in sheet.data_validations.dataValidation if each.type == "list"]
        assert {each.formula1 for each in lists} == {offered}
        places = {cells[audit.key(one.code, *at[:2]), "verdict"].coordinate for one in lever.indicators for at in audit.demands(one)}
        assert {place for each in lists for area in each.sqref.ranges for row in area.rows for place in map(coordinate, row)} == places


def test_definitions_are_notes_and_figures_say_their_thresholds() -> None:
    """An indicator's row holds name, weight and figure with its thresholds; its definition is a note on the name."""
    book, cells = opened(fill(Wanted(), BLANK))
    for code, one in MODEL.indicators.items():
        name = cells[code, "code"].offset(column=2)
        assert name.comment.text == one.definition["fr"]
        assert str(name.value).startswith(one.name["fr"])
        assert f"Poids {one.weight}" in str(name.value)
        assert ("Seuils par niveau" in str(name.value)) == bool(one.measure)
    assert len(book.worksheets) == len(MODEL.levers) + 5


def test_formulas_are_plain() -> None:
    """No function that an older or another spreadsheet program lacks, no array formula, nothing that reaches outside."""
    book, _ = opened(fill(Wanted(), an_audit(MODEL, HOTEL, "fr")))
    formulas = [cell.value for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(formulas) > 2 * len(audit.keys(MODEL))
    assert all(isinstance(formula, str) for formula in formulas), "an array formula"
    names = {name for formula in formulas for name in re.findall(r"([A-Z]+)\(", re.sub(r'"[^"]*"', "", formula))}
    assert names <= PLAIN
    assert not any("[" in formula for formula in formulas)


def test_sheets_print_on_pages_of_one_width_with_headers_repeated() -> None:
    """A4 landscape, one page wide, the header on top of each page; no row is cut off."""
    _, cells = opened(fill(Wanted(), BLANK))
    for sheet in {cells[code, "code"].parent for code in MODEL.indicators}:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == "$5:$5"
        assert all(sheet.row_dimensions[n].height < 150 for n in range(6, sheet.max_row + 1))


def test_a_model_without_demands_cannot_be_audited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command says so instead of issuing an empty sheet."""
    bare = small_model((replace(indicator("AX1"), levels={}),))
    monkeypatch.setattr(catalogue, "load", lambda _: bare)
    with pytest.raises(UsageError, match="no demands"):
        issue.main(["out", "--sector", "tourism", "--size", "sme", "--form", "audit"], standalone_mode=False)


def test_what_is_stored_beside_the_level_is_what_counts() -> None:
    """A preview shows the level that Python derived, a dash while it is open and the mark of what does not apply."""
    said = an_audit(MODEL, HOTEL, "en", ("met", "met", "not_met", None, "not_applicable"))
    rows = [row.values for page in pages(said).values() for table in page.tables for row in table.rows]
    shown = {values["code"]: values["reached"] for values in rows if "reached" in values}
    for code, answer in said.answers.items():
        cell = shown[code]
        assert isinstance(cell, Formula)
        assert cell.value == (answer.level if answer.level is not None else "–" if isinstance(answer.state, Blank) else "N/A")


# --- whatever is typed

SMALL = WHOLE.at(Profile("retail", "sme"), "priorities-10")
codes = st.sampled_from([*SMALL.indicators, *audit.keys(SMALL), "ZZ9", "SP1.9.9", "SP1.1"])
rows = st.builds(
    Given,
    indicator=codes,
    sheet=st.just("S"),
    verdict=st.none() | st.sampled_from(VERDICTS),
    measure=st.none() | st.floats(-10, 1e6),
    reason=st.sampled_from(["", "no stock"]),
    evidence=st.sampled_from(["", "seen"]),
    comment=st.just(""),
    faulty=st.sampled_from([frozenset[str](), frozenset({"verdict"}), frozenset({"measure"})]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(rows, max_size=40))
def test_nothing_that_stands_in_an_audit_raises_or_spills_over(given_: list[Given]) -> None:
    """Any rows in any order give every indicator an answer; one of which no row speaks is blank and bare."""
    found = audit_checks.check(SMALL, given_)
    answers = audit_checks.answers(SMALL, given_, found)
    assert list(answers) == list(SMALL.indicators)
    spoken = {row.indicator.split(".")[0] for row in given_}
    for code, answer in answers.items():
        if code not in spoken:
            assert answer == audit.answered(SMALL.indicators[code], ())
    wrong = {str(one.facts["indicator"]) for one in found if one.code.severity is Severity.ERROR}
    verdicts = {audit.key(code, one.level, one.rank): one.verdict for code, answer in answers.items() for one in answer.demands}
    assert [key for key in wrong if verdicts.get(key)] == []
    assert Answer().demands == ()
