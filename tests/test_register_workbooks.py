"""The workbooks of a register open without a warning, and answer as they should when somebody types into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from openxml_audit import OpenXmlValidator

from dimm_xl import catalogue
from dimm_xl.adaptation import Adaptation
from dimm_xl.assessment import Answer, Answered, Assessment, Last
from dimm_xl.campaign import run
from dimm_xl.findings import Code
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Profile
from dimm_xl.page import Formula
from dimm_xl.questionnaire import Request, questionnaire
from dimm_xl.returns import read_return
from dimm_xl.settings import Run
from tests import test_workbooks as workbooks
from tests.office import Office
from tests.registers import HOTEL_ROW, INN_ROW, empty, laid
from tests.support import at_level
from tests.test_collect import lay

INN = Profile("tourism", "micro")
OWN = (Adaptation("SP1", 5, 3, reason="Groupe"), Adaptation("SP4", excluded=True, reason="=Hors du périmètre"))
NAMES = ("register", "register in English", "questionnaire carried over", "consolidated", "organisation")
CHECKS: tuple[Callable[[workbooks.Parts], None], ...] = (
    workbooks.test_sheets_names_and_tables_are_called_as_excel_allows,
    workbooks.test_table_headers_are_what_their_cells_say,
    workbooks.test_merged_cells_tables_and_lists_do_not_run_into_each_other,
    workbooks.test_nothing_passes_the_limits_that_excel_enforces_in_silence,
    workbooks.test_styles_and_strings_that_cells_point_at_exist,
    workbooks.test_formulas_work_in_every_spreadsheet_program,
    workbooks.test_a_workbook_holds_no_macro_and_leads_nowhere_outside,
    workbooks.test_every_sheet_is_ready_to_print,
)


def carried(lang: str = "fr", confirmed: bool = False) -> Assessment:
    """A questionnaire as it is handed out: adapted, with answers of last time."""
    answers = {code: one for code, one in at_level(3, INN).items() if code != "SP4"}
    last = {code: Last(one.state, confirmed) for code, one in answers.items()}
    return Assessment("Auberge", INN, "dimm", "v2", lang, answers=answers, organisation_id="H002", adaptations=OWN, last=last)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One workbook of every kind that a register adds something to."""
    top = tmp_path_factory.mktemp("register")
    lay(top / "returns", {"a.xlsx": fill(Wanted(), carried()), "H001_x.xlsx": b"?"})
    adaptations = [{"indicator": "SP1", "target": 5, "reason": "Groupe"}]
    path = laid(top, {"organisations": [{**HOTEL_ROW, "deadline": "2020-01-01"}, INN_ROW], "adaptations": adaptations})
    run(Run(top / "returns", top / "out", workers=0, register=path))
    return {
        "register": empty(),
        "register in English": empty("en"),
        "questionnaire carried over": fill(Wanted(), carried("en")),
        "consolidated": (top / "out/consolidated.xlsx").read_bytes(),
        "organisation": (top / "out/organisations/H002.xlsx").read_bytes(),
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_validator_of_the_file_format_finds_nothing(books: dict[str, bytes], tmp_path: Path, name: str) -> None:
    """openxml-audit reports neither an error nor a warning."""
    (tmp_path / "book.xlsx").write_bytes(books[name])
    assert [str(error) for error in OpenXmlValidator().validate(tmp_path / "book.xlsx").errors] == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("test_"))
@pytest.mark.parametrize("name", NAMES)
def test_what_holds_for_every_workbook_holds_for_these(books: dict[str, bytes], name: str, check: Callable[..., None]) -> None:
    """Names, headers, lists, limits, styles, formulas, links and printing, as for all others."""
    check(workbooks.Parts(name, books[name]))


def test_the_state_of_a_row_says_whether_it_is_confirmed_in_the_stored_values_too() -> None:
    """A preview, which calculates nothing, shows it."""
    words = catalogue.words("fr")
    for confirmed, shown in ((False, words("invited.state")), (True, words("state.complete"))):
        said = carried(confirmed=confirmed)
        book = questionnaire(catalogue.resolved("dimm", said.cut), said, Request(words))
        rows = [row for page in book.pages for table in page.tables for row in table.rows if "pending" in row.values]
        states = {state.value for row in rows if isinstance(state := row.values["state"], Formula)}
        assert states == {shown}


@pytest.mark.office
@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_confirming_in_a_spreadsheet_program_settles_a_row(office: Office, tmp_path: Path, ending: str) -> None:
    """Yes typed, another level typed, nothing typed: the start sheet counts down, the state follows, and so does what is read."""
    said, words = carried(), catalogue.words("fr")
    model = catalogue.resolved("dimm", said.cut)
    book = questionnaire(model, said, Request(words))
    page = next(page for page in book.pages if page.name.startswith("OF "))
    table = page.tables[0]
    codes = [(n, str(row.values["code"])) for n, row in enumerate(table.rows) if not row.heading]
    (first, yes), (second, changed), (third, left) = codes[:3]

    def cell(field: str, n: int) -> tuple[str, int, int]:
        span = table.span(field, n, n)
        return span.sheet, span.top, span.left

    path, out = tmp_path / "issued.xlsx", tmp_path / f"filled.{ending}"
    path.write_bytes(fill(Wanted(), said))
    assert office.fill(path, out, [(*cell("confirmed", first), "oui"), (*cell("level", second), 1)]) == []
    start = words("sheet.start")
    line, *states = office.values(out, [(start, 5, 0), *(cell("state", n) for n in (first, second, third))])
    assert line == words("invited.some", count=len(said.last) - 2)
    assert states == [words("state.complete"), words("state.complete"), words("invited.state")]
    found = read_return("a.xlsx", out.read_bytes())
    assert found.assessment is not None
    assert set(said.last) - set(found.assessment.unconfirmed) == {yes, changed}
    assert found.assessment.answer(changed) == Answer(Answered(1))
    (note,) = (one for one in found.findings if one.code is Code.UNCONFIRMED)
    assert left in str(note.facts["indicators"])
    assert replace(found.assessment, answers={}, last={}).adaptations == OWN


@pytest.mark.office
@pytest.mark.parametrize("name", NAMES)
def test_a_spreadsheet_program_opens_every_sheet(books: dict[str, bytes], office: Office, tmp_path: Path, name: str) -> None:
    """LibreOffice shows every sheet of them."""
    (tmp_path / "book.xlsx").write_bytes(books[name])
    assert list(office.grids(tmp_path / "book.xlsx")) == list(workbooks.Parts(name, books[name]).sheets)
