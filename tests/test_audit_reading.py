"""Audits on their way back: what was written is read again, however the workbook was treated, and what is amiss is said at its cell."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from dimm_xl import audit, catalogue
from dimm_xl.assessment import Answered, Assessment, Blank, NotApplicable
from dimm_xl.findings import Code, Finding, Severity
from dimm_xl.issuing import Wanted, fill
from dimm_xl.layout import IDENTITY, verdict_kind
from dimm_xl.model import Profile
from dimm_xl.returns import read_return
from dimm_xl.scoring import score
from tests.audits import MIXED, Entries, an_audit, every_verdict, opened, saved, typed
from tests.office import Office
from tests.support import HOTEL

WHOLE = catalogue.load()
MODEL = WHOLE.at(HOTEL)
EACH = [(size.id, lang) for size in WHOLE.sizes for lang in WHOLE.languages]
SAID = an_audit(MODEL, HOTEL, "fr")


def read_from(content: bytes) -> Assessment:
    """What a workbook says once read."""
    read = read_return("a.xlsx", content)
    assert read.assessment is not None, read.findings
    return read.assessment


def findings(content: bytes, code: Code) -> list[Finding]:
    """The findings of one kind that reading gives."""
    return [one for one in read_return("a.xlsx", content).findings if one.code is code]


@pytest.mark.parametrize(("size", "lang"), EACH)
def test_an_audit_is_read_as_it_was_written(size: str, lang: str) -> None:
    """For every size and language: each verdict, reason, evidence, comment and figure, and so each level, comes back."""
    profile = Profile("health", size)
    said = an_audit(WHOLE.at(profile), profile, lang, (*MIXED, None))
    read = read_return("a.xlsx", fill(Wanted(), said))
    assert read.assessment == said
    assert {one.code for one in read.findings if one.code.severity is not Severity.INFO} <= {Code.SMALL_SHARE}


@pytest.mark.parametrize("lang", WHOLE.languages)
def test_a_blank_audit_says_nothing(lang: str) -> None:
    """An audit as it was issued is of its form, and every indicator is blank, never 0."""
    said = read_from(fill(Wanted(), replace(SAID, answers={}, respondent={}, lang=lang)))
    assert said.form == "audit"
    assert {answer.state for answer in said.answers.values()} == {Blank()}


@pytest.mark.parametrize("ending", ["ods", "xls", "xlsx"])
@pytest.mark.office
def test_an_audit_saved_by_another_program_in_any_format_says_the_same(office: Office, tmp_path: Path, ending: str) -> None:
    """Opened and saved by LibreOffice, nothing of an audit is lost."""
    source, out = tmp_path / "audit.xlsx", tmp_path / f"again.{ending}"
    source.write_bytes(fill(Wanted(), SAID))
    assert office.fill(source, out, []) == []
    assert read_from(out.read_bytes()) == SAID


@pytest.mark.parametrize("lang", WHOLE.languages)
def test_an_audit_is_a_valid_workbook(tmp_path: Path, lang: str) -> None:
    """A validator of the file format finds nothing in a blank and in a filled audit."""
    for name, said in {"blank": replace(SAID, answers={}, lang=lang), "filled": replace(SAID, lang=lang)}.items():
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(fill(Wanted(), said))
        assert [str(error) for error in OpenXmlValidator().validate(path).errors] == [], name


MET = ("Satisfaite", "SATISFAITE", " satisfaite ", "satisfait", "oui", "Oui", "O", "o", "x", "X", "Met", "met", "yes", "Y", "✓", "conforme")
NOT_MET = ("Non satisfaite", "non  satisfaite", "non", "NON", "n", "no", "Not met", "not_met", "pas satisfaite", "unmet", "ko")
ASIDE = ("Sans objet", "sans objet", "S.O.", "so", "s/o", "n/a", "N/A", "na", "Not applicable", "non applicable", "doesn't apply")


@pytest.mark.parametrize("lang", WHOLE.languages)
@pytest.mark.parametrize(("verdict", "spellings"), [("met", MET), ("not_met", NOT_MET), ("not_applicable", ASIDE)])
def test_a_verdict_is_understood_as_people_type_it(lang: str, verdict: str, spellings: tuple[str, ...]) -> None:
    """Case, accents, blanks, short forms and the other language's words do not matter."""
    kind = verdict_kind(*catalogue.words_of(lang, WHOLE.languages))
    assert {spelling: kind.parse(spelling) for spelling in spellings} == dict.fromkeys(spellings, verdict)
    assert kind.parse(kind.show(verdict)) == verdict


NO_VERDICTS = (0, 1, 3.5, True, "?", "peut-être", "en partie", "-", "oui/non", "2", "partly", "4")


def test_what_is_no_verdict_is_a_finding_at_its_cell_and_counts_as_none() -> None:
    """Nothing is guessed: each such demand is open, and so the indicator, where that decides."""
    codes = list(MODEL.indicators)[: len(NO_VERDICTS)]
    entries = {(f"{code}.3.1", "verdict"): value for code, value in zip(codes, NO_VERDICTS, strict=True)}
    content = typed(every_verdict("met"), entries)
    cells = opened(content)[1]
    found = {str(one.facts["indicator"]): (one.sheet, one.cell) for one in findings(content, Code.BAD_VALUE)}
    assert found == {key: (cells[key, field].parent.title, cells[key, field].coordinate) for key, field in entries}
    said = read_from(content)
    assert [code for code, answer in said.answers.items() if answer.state == Blank()] == codes


SE1 = next(code for code, one in MODEL.indicators.items() if one.measure and one.measure.highest == 100)
RULES: tuple[tuple[Code, Entries, str, str, object], ...] = (
    (Code.NO_REASON, {("SP1.2.1", "verdict"): "Sans objet"}, "SP1.2.1", "reason", Blank()),
    (Code.ERROR_CELL, {("SP1.2.1", "verdict"): "#N/A"}, "SP1.2.1", "verdict", Blank()),
    (Code.UNCALCULATED, {("SP1.2.1", "verdict"): "=A1"}, "SP1.2.1", "verdict", Blank()),
    (Code.IMPOSSIBLE_FIGURE, {(SE1, "measure"): 140}, SE1, "measure", Blank()),
    (Code.BAD_VALUE, {(SE1, "measure"): "beaucoup"}, SE1, "measure", Blank()),
    (Code.SMALL_SHARE, {(SE1, "measure"): 0.5}, SE1, "measure", Answered(0)),
    (Code.MISPLACED, {("SP1", "verdict"): "Satisfaite"}, "SP1", "verdict", Answered(5)),
    (Code.MISPLACED, {("SP1.1.1", "measure"): 12}, "SP1.1.1", "measure", Answered(5)),
    (Code.MISPLACED, {("SP1", "comment"): "à part"}, "SP1", "comment", Answered(5)),
    (Code.UNKNOWN_CODE, {("SP1.5.1", "code"): "ZZ1.1.1"}, "ZZ1.1.1", "code", Blank()),
    (Code.LEVEL_GAP, {("SP1.2.1", "verdict"): "non"}, "SP1", "", Answered(1)),
)


@pytest.mark.parametrize(("code", "entries", "row", "field", "state"), RULES)
def test_each_rule_speaks_at_its_cell_and_the_answer_is_what_stands(
    code: Code, entries: Entries, row: str, field: str, state: object
) -> None:
    """What is amiss is told with the row and the cell, and only what is in doubt is left out."""
    content = typed(every_verdict("met"), entries)
    (found,) = findings(content, code)
    assert found.facts["indicator"] == row
    if field:
        assert found.cell == opened(content)[1][row, field].coordinate
    indicator = next(iter(entries))[0].split(".")[0]
    assert read_from(content).answers[indicator].state == state


def test_a_demand_judged_twice_differently_has_no_verdict_and_twice_alike_has_one() -> None:
    """A second row that says otherwise takes the verdict out; one that says the same, or nothing, changes nothing."""
    said = every_verdict("met")
    (found,) = findings(typed(said, {}, {("SP1.1.1", "verdict"): "Non satisfaite"}), Code.TWICE)
    assert found.facts["indicator"] == "SP1.1.1"
    assert read_from(typed(said, {}, {("SP1.1.1", "verdict"): "Non satisfaite"})).answers["SP1"].state == Blank()
    assert "S Stratégie!" in str(found.facts["other"])


def test_claims_that_count_are_asked_for_evidence() -> None:
    """From level 4, demands met without evidence are listed, a line a level; not those above the level that counts."""
    said = every_verdict("met")
    bare = {(key, "evidence"): None for key in ("SP1.4.1", "SP1.5.2", "SP2.5.1")}
    content = typed(said, {**bare, ("SP2.4.1", "verdict"): "Non satisfaite"})
    assert [one.facts for one in findings(content, Code.NO_EVIDENCE)] == [
        {"level": 4, "indicators": "SP1.4.1"},
        {"level": 5, "indicators": "SP1.5.2"},
    ]


def test_an_audit_of_what_does_not_apply_is_out_of_the_score_with_its_reasons() -> None:
    """Where every demand is set aside with a reason, the indicator is not applicable for that reason; all of them, nothing is expected."""
    said = read_from(fill(Wanted(), every_verdict("not_applicable")))
    assert {answer.state for answer in said.answers.values()} == {NotApplicable("aucun stock")}
    assert score(MODEL, said).overall.expected == 0


# --- what people and programs do to a workbook


def as_texts(cells: Iterable[Any]) -> None:
    """Keep text that begins with = a text, as it was typed."""
    for cell in cells:
        if str(cell.value).startswith("="):
            cell.data_type = "s"


def renamed(book: Any) -> None:
    for n, sheet in enumerate(book.worksheets):
        sheet.title = f"Feuil{n}"


def without_identity(book: Any) -> None:
    del book[IDENTITY]


def moved_down(book: Any) -> None:
    for sheet in book.worksheets:
        if sheet.title[1:2] == " " or sheet.title[2:3] == " ":
            sheet.insert_rows(1, 3)


def column_inserted(book: Any) -> None:
    book["S Stratégie"].insert_cols(1)


def swapped(book: Any) -> None:
    words = catalogue.words("fr")
    for sheet in book.worksheets:
        heads = {cell.value: cell.column for row in sheet.iter_rows(max_row=6) for cell in row if isinstance(cell.value, str)}
        if words("audit.column.verdict") in heads:
            one, other = heads[words("audit.column.evidence")], heads[words("audit.column.comment")]
            for row in sheet.iter_rows(min_row=5):
                row[one - 1].value, row[other - 1].value = row[other - 1].value, row[one - 1].value
                as_texts(row)


def in_english(book: Any) -> None:
    french, english = catalogue.words("fr"), catalogue.words("en")
    titles = {french(f"audit.column.{field}"): english(f"audit.column.{field}") for field in ("verdict", "reason", "evidence", "measure")}
    for cell in (cell for sheet in book.worksheets for cell in sheet[5] if cell.value in titles):
        cell.value = titles[cell.value]


def levers_in_one_sheet(book: Any) -> None:
    first, *rest = [sheet for sheet in book.worksheets if sheet["A5"].value == "Code"]
    for sheet in rest:
        for row in sheet.iter_rows(min_row=6, values_only=True):
            first.append(row)
            as_texts(first[first.max_row][6:9])
        del book[sheet.title]


DAMAGE = (renamed, without_identity, moved_down, column_inserted, swapped, in_english, levers_in_one_sheet)


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_an_audit_survives_what_people_do_to_it(damage: Callable[[Any], None]) -> None:
    """Sheets renamed or put together, identity gone, rows and columns moved, headers in the other language: the answers are the same."""
    book, _ = opened(fill(Wanted(), SAID))
    damage(book)
    said = read_from(saved(book))
    assert (said.form, said.profile, said.answers) == ("audit", SAID.profile, SAID.answers)


def test_an_audit_without_its_identity_is_known_by_its_keys_in_either_language() -> None:
    """Form and language are told by codes and headers, with a warning; a self-assessment without its identity stays one."""
    for lang in WHOLE.languages:
        book, _ = opened(fill(Wanted(), replace(SAID, lang=lang)), lang)
        without_identity(book)
        read = read_return("a.xlsx", saved(book))
        assert read.assessment is not None
        assert (read.assessment.form, read.assessment.lang) == ("audit", lang)
        assert Code.NO_IDENTITY in {one.code for one in read.findings}
    book = openpyxl.load_workbook(io.BytesIO(fill(Wanted(), replace(SAID, form="self"))))
    without_identity(book)
    assert read_from(saved(book)).form == "self"


def test_a_form_of_tomorrow_is_refused_and_named() -> None:
    """A questionnaire of a form that this program does not know is none of its questionnaires."""
    book, _ = opened(fill(Wanted(), SAID))
    (cell,) = [row[1] for row in book[IDENTITY].iter_rows() if row[0].value == "form"]
    cell.value = "interview"
    assert [one.code for one in read_return("a.xlsx", saved(book)).findings] == [Code.OTHER_MODEL]


def test_a_lever_that_is_gone_leaves_its_demands_without_a_verdict() -> None:
    """One warning an indicator names the demands that have no row; the others keep their levels."""
    book, _ = opened(fill(Wanted(), every_verdict("met")))
    del book["S Stratégie"]
    content = saved(book)
    strategy = {one.code for lever in MODEL.levers if lever.code == "S" for one in lever.indicators}
    gone = findings(content, Code.MISSING_DEMAND)
    assert {one.facts["indicator"] for one in gone} == strategy
    assert sum(str(one.facts["demands"]).count(",") + 1 for one in gone) == sum(key[0] in strategy for key in audit.keys(MODEL).values())
    assert {code for code, answer in read_from(content).answers.items() if answer.state == Blank()} == strategy


def test_a_column_that_is_gone_is_named() -> None:
    """Without the verdicts' header nothing is guessed from what stands below it."""
    content = typed(every_verdict("met"), {("Code", "verdict"): None})
    (found,) = findings(content, Code.NO_COLUMN)
    assert found.facts["column"] == "Verdict"
