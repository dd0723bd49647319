"""What cannot be an answer is flagged at its cell, in words, and is never counted, guessed or taken for a blank."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from dimm_xl import catalogue
from dimm_xl.assessment import Answer, Answered, Blank, Return, Status
from dimm_xl.describe import message, repair
from dimm_xl.findings import Code, Finding, Severity
from dimm_xl.returns import read_return
from dimm_xl.sheet import LONGEST_TEXT
from dimm_xl.workbook import glance
from tests.office import Office
from tests.support import at_level, questionnaire_bytes

COLUMNS = {"code": "A", "measure": "H", "level": "I", "reason": "J", "evidence": "K", "comment": "L"}
ONE, SHARE, DELAY = "SP1", "SE1", "OFC4"
"""An indicator without a figure, one whose figure is a share in percent, one whose figure has no upper bound."""
ELSEWHERE = "ORM1"
CONTENT = questionnaire_bytes(at_level(3))
PLAIN = read_return("plain.xlsx", CONTENT)


def rezipped(content: bytes, change: Callable[[str, bytes], bytes | None], more: Mapping[str, bytes] | None = None) -> bytes:
    """A workbook with each part changed (left out for None), and more parts."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if (part := change(name, old.read(name))) is not None:
                new.writestr(name, part)
        for name, part in (more or {}).items():
            new.writestr(name, part)
    return out.getvalue()


def places(content: bytes) -> dict[str, tuple[str, int]]:
    """Where the row of each code stands in a questionnaire as the program wrote it: the sheet's name, the row as people count."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    grids = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    return {str(row[0]): (name, r) for name, rows in grids.items() for r, row in enumerate(rows, 1) if row}


PLACES = places(CONTENT)
NAMES = list(CalamineWorkbook.from_filelike(io.BytesIO(CONTENT)).sheet_names)


def part_of(sheet: str) -> str:
    """The part of a sheet in a workbook as the program wrote it."""
    return f"xl/worksheets/sheet{NAMES.index(sheet) + 1}.xml"


def typed(content: bytes, cells: Mapping[tuple[str, str], str]) -> bytes:
    """A questionnaire in which the XML of cells, by code and field, is replaced; ``@`` stands for the cell's address."""

    def change(name: str, part: bytes) -> bytes:
        for (code, field), xml in cells.items():
            sheet, row = PLACES[code]
            if name == part_of(sheet):
                address = f"{COLUMNS[field]}{row}".encode()
                part, found = re.subn(b'<c r="%b"[^>]*?(/>|>.*?</c>)' % address, lambda _: xml.encode().replace(b"@", address), part)  # noqa: B023
                assert found == 1
        return part

    return rezipped(content, change)


def said(text: str) -> str:
    """The XML of a cell that holds a text."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<c r="@" t="inlineStr"><is><t xml:space="preserve">{escaped}</t></is></c>'


def with_row(sheet: str, cells: Mapping[str, str]) -> bytes:
    """The questionnaire with a row 200 below the table of a sheet, its texts by field."""
    row = "".join(said(text).replace("@", f"{COLUMNS[field]}200") for field, text in cells.items())
    closed = f'<row r="200">{row}</row></sheetData>'.encode()
    return rezipped(CONTENT, lambda name, part: part.replace(b"</sheetData>", closed) if name == part_of(sheet) else part)


def place(code: str, field: str) -> str:
    """A cell's address as people read it, after the file's name."""
    sheet, row = PLACES[code]
    return f"{sheet}!{COLUMNS[field]}{row}"


def flagged(read: Return) -> list[tuple[str, Code]]:
    """The place and code of every finding that is more than information."""
    return [("!".join(filter(None, (one.sheet, one.cell))), one.code) for one in read.findings if one.code.severity is not Severity.INFO]


def say(finding: Finding) -> Iterable[str]:
    """The message and the repair of a finding in both languages, after a look at its gaps."""
    for words in map(catalogue.words, ("fr", "en")):
        wanted = {name for _, name, _, _ in Formatter().parse(words.labels[f"finding.{finding.code.name}.message"]) if name}
        assert wanted <= finding.facts.keys()
        yield f"{message(finding, words)} {repair(finding, words)}"


class Case(NamedTuple):
    """Cells of one indicator, by field, and what comes of them: the field and code of the finding, words of it, the answer that stands."""

    code: str
    cells: Mapping[str, str]
    field: str
    flag: Code
    shown: tuple[str, ...]
    stands: Answer


def others(read: Return, *codes: str) -> dict[str, Answer]:
    """Every answer but some."""
    assert read.assessment is not None
    return {code: answer for code, answer in read.assessment.answers.items() if code not in codes}


def at(field: str, xml: str, code: Code, *shown: str, of: str = ONE, beside: Mapping[str, str] | None = None, **stands: Any) -> Case:
    """A case: a cell with its finding there, other cells of its row, and what stands of the answer (blank when nothing is said)."""
    return Case(of, {field: xml, **(beside or {})}, field, code, shown, Answer(**stands))


V, TEXT = '<c r="@"><v>{}</v></c>'.format, said
TRUE, DAY, WRONG = '<c r="@" t="b"><v>1</v></c>', '<c r="@" t="d"><v>2026-05-03</v></c>', '<c r="@" t="e"><v>#NAME?</v></c>'
ABOVE, IMPOSSIBLE, UNCALCULATED, BAD, ERROR = Code.ABOVE_FIGURE, Code.IMPOSSIBLE_FIGURE, Code.UNCALCULATED, Code.BAD_VALUE, Code.ERROR_CELL
THREE = Answered(3)
CASES: Mapping[str, Case] = {
    "7": at("level", V("7"), BAD, "7"),
    "6 as text": at("level", TEXT("6"), BAD, "6"),
    "-1": at("level", V("-1"), BAD, "-1"),
    "2.5": at("level", V("2.5"), BAD, "2.5"),
    "2,5 as text": at("level", TEXT("2,5"), BAD, "2,5"),
    "TRUE": at("level", TRUE, BAD, "True"),
    "a date": at("level", DAY, BAD, "2026-05-03"),
    "a date and time": at("level", '<c r="@" t="d"><v>2026-05-03T12:00:00</v></c>', BAD, "2026-05-03"),
    "a time": at("level", '<c r="@" t="d"><v>12:30:00</v></c>', BAD, "12:30"),
    "infinite": at("level", V("1e999"), BAD, "inf"),
    "not a number": at("level", V("NaN"), BAD, "nan"),
    "free text": at("level", TEXT("entre 2 et 3, à voir"), BAD, "entre 2 et 3, à voir"),
    "two levels": at("level", TEXT("3 ou 4"), BAD, "3 ou 4"),
    "a dash": at("level", TEXT("-"), BAD, "-"),
    "an error as text": at("level", TEXT("#N/A"), BAD, "#N/A"),
    "a hostile text": at("level", TEXT("=cmd|'/c calc'!A1"), BAD, "=cmd|'/c calc'!A1"),
    "#N/A": at("level", '<c r="@" t="e"><v>#N/A</v></c>', ERROR, "#N/A"),
    "#DIV/0!": at("level", '<c r="@" t="e"><f>1/0</f><v>#DIV/0!</v></c>', ERROR, "#DIV/0!"),
    "an error in single quotes": at("level", "<c r='@' t='e'><v>#REF!</v></c>", ERROR, "#REF!"),
    "an error with spaces": at("level", '<c r="@" t = "e"><v>#NAME?</v></c>', ERROR, "#NAME?"),
    "never calculated": at("level", '<c r="@"><f>1+2</f></c>', UNCALCULATED),
    "never calculated, empty": at("level", '<c r="@"><f>1+2</f><v></v></c>', UNCALCULATED),
    "never calculated, closed": at("level", '<c r="@" s="3"><f>1+2</f><v/></c>', UNCALCULATED),
    "never calculated, shared": at("level", '<c r="@"><f t="shared" si="0"/></c>', UNCALCULATED),
    "never calculated, array": at("level", '<c r="@"><f t="array" ref="@">1+2</f></c>', UNCALCULATED),
    "never calculated, indented": at("level", '<c r="@">\n <f>1+2</f>\n <v/>\n</c>', UNCALCULATED),
    "never calculated, single quotes": at("level", "<c r='@'><f>1+2</f><v/></c>", UNCALCULATED),
    "never calculated, in a section": at("level", '<c r="@"><f><![CDATA[1+2]]></f></c>', UNCALCULATED),
    "figure: free text": at("measure", TEXT("environ un tiers"), BAD, "environ un tiers", of=SHARE),
    "figure: two": at("measure", TEXT("10-20"), BAD, "10-20", of=SHARE),
    "figure: TRUE": at("measure", TRUE, BAD, "True", of=SHARE),
    "figure: a date": at("measure", DAY, BAD, "2026-05-03", of=SHARE),
    "figure: infinite": at("measure", V("1e999"), BAD, "inf", of=SHARE),
    "figure: an error": at("measure", WRONG, ERROR, "#NAME?", of=SHARE),
    "figure: never calculated": at("measure", '<c r="@"><f>1+2</f></c>', UNCALCULATED, of=SHARE),
    "figure: impossible": at("measure", V("150"), IMPOSSIBLE, "150", of=SHARE),
    "figure: impossible as text": at("measure", TEXT("150 %"), IMPOSSIBLE, "150", of=SHARE),
    "figure: negative": at("measure", V("-2"), IMPOSSIBLE, "-2", of=DELAY),
    "level above its share": at("level", V("3"), ABOVE, "3", "2", of=SHARE, beside={"measure": V("8.5")}),
    "level above its delay": at("level", V("3"), ABOVE, "3", "1", "30", of=DELAY, beside={"measure": V("30")}),
    "no reason": at("reason", '<c r="@"/>', Code.NO_REASON, beside={"level": TEXT("S.O.")}),
    "blanks for a reason": at("reason", TEXT(" \u00a0\u200b "), Code.NO_REASON, beside={"level": TEXT("n/a")}),
    "a small share": at("measure", V("0.5"), Code.SMALL_SHARE, "50", of=SHARE, beside={"level": V("0")}, state=Answered(0), measure=0.5),
    "an error as evidence": at("evidence", WRONG, Code.TEXT_LOST, "#NAME?", state=THREE),
    "an error as comment": at("comment", WRONG, Code.TEXT_LOST, "#NAME?", state=THREE),
    "a text too long": at("comment", TEXT("é" * 40_000), Code.TEXT_CUT, "40000", state=THREE, comment="é" * LONGEST_TEXT),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_an_answer_is_flagged_at_its_cell_and_not_counted(case: str) -> None:
    """One finding at the cell, in both languages, with what stood there; the indicator is blank (or stands as said), all others as were."""
    code, cells, field, flag, shown, stands = CASES[case]
    found = glance.sort(CONTENT)
    plain = not found.unusual and all(glance.hidden(found.parts[name]) is not None for name in found.parts if "worksheets/sheet" in name)
    assert plain, "the file must be one that the cheap pass calls plain"
    read = read_return("odd.xlsx", typed(CONTENT, {(code, name): xml for name, xml in cells.items()}))
    assert flagged(read) == [(place(code, field), flag)]
    assert read.status is Status.ACCEPTED_WITH_FINDINGS
    assert read.assessment is not None
    assert read.assessment.answers[code] == stands
    assert others(read, code) == others(PLAIN, code)
    (finding,) = (one for one in read.findings if one.code is flag)
    about = (code,) if "{indicator}" in catalogue.words("fr").labels[f"finding.{flag.name}.message"] else ()
    assert all(fact in words for words in say(finding) for fact in (*about, *shown))


@pytest.mark.parametrize("hidden", ["<!-- 7 -->3", "<![CDATA[3]]>", "&#51;"])
def test_a_level_that_the_engine_cannot_see_is_never_a_silent_blank(hidden: str) -> None:
    """XML allows comments, sections and references inside a value: it is read, flagged or the file refused."""
    read = read_return("odd.xlsx", typed(CONTENT, {(ONE, "level"): f'<c r="@"><v>{hidden}</v></c>'}))
    assert read.assessment is None or read.assessment.answers[ONE].level == 3 or flagged(read)


def test_a_calculated_formula_counts_by_its_value() -> None:
    """A formula with its value 4, or with the text 4, is level 4; nothing is flagged."""
    cells = {(ONE, "level"): '<c r="@"><f>1+3</f><v>4</v></c>', (ELSEWHERE, "level"): '<c r="@" t="str"><f>"4"</f><v>4</v></c>'}
    read = read_return("odd.xlsx", typed(CONTENT, cells))
    assert flagged(read) == []
    assert read.assessment is not None
    assert [read.assessment.answers[code].level for code in (ONE, ELSEWHERE)] == [4, 4]


@pytest.mark.parametrize("sheet", [PLACES[ONE][0], PLACES[ELSEWHERE][0]])
@pytest.mark.parametrize(("level", "counted"), [("3", True), ("niveau 3", True), ("4", False), ("?", False), ("", False), ("x", False)])
def test_an_indicator_answered_twice_counts_only_when_both_say_the_same(sheet: str, level: str, counted: bool) -> None:
    """Alike is fine; differently, neither counts, and the finding stands at the second row, on whatever sheet, and names the first."""
    read = read_return("odd.xlsx", with_row(sheet, {"code": ONE.lower(), "level": level}))
    assert read.assessment is not None
    assert read.assessment.answers[ONE].state == (Answered(3) if counted else Blank())
    twice = [one for one in read.findings if one.code is Code.TWICE]
    assert [(one.sheet, one.cell) for one in twice] == ([] if counted else [(sheet, "A200")])
    assert all(place(ONE, "code") in words for finding in twice for words in say(finding))
    assert others(read, ONE) == others(PLAIN, ONE)


@pytest.mark.parametrize("code", ["ZZ9", "a revoir", min(catalogue.load().indicators.keys() - PLACES.keys())])
def test_a_code_of_no_row_here_is_named_and_nothing_of_it_counts(code: str) -> None:
    """An invented code, words in the code's column, an indicator of other sizes: told at the cell, answers as they were."""
    read = read_return("odd.xlsx", with_row(PLACES[ONE][0], {"code": code, "level": "5"}))
    assert flagged(read) == [(f"{PLACES[ONE][0]}!A200", Code.UNKNOWN_CODE)]
    assert read.assessment == PLAIN.assessment
    (finding,) = (one for one in read.findings if one.code is Code.UNKNOWN_CODE)
    assert all(code.upper() in words for words in say(finding))


@pytest.mark.parametrize(("xml", "unknown"), [('<c r="@"/>', False), (said("SP99"), True), ('<c r="@" t="e"><v>#N/A</v></c>', True)])
def test_a_row_whose_code_was_lost_is_missed_by_its_code(xml: str, unknown: bool) -> None:
    """The indicator is said to have no row any more; what stands in its place is named where it stands."""
    read = read_return("odd.xlsx", typed(CONTENT, {(ONE, "code"): xml}))
    assert flagged(read) == [*([(place(ONE, "code"), Code.UNKNOWN_CODE)] if unknown else []), ("", Code.MISSING_ROW)]
    assert read.assessment is not None
    assert read.assessment.answers[ONE] == Answer()


TYPED: Mapping[str, tuple[Any, Code]] = {
    "SP1": (datetime.date(2026, 5, 3), Code.BAD_VALUE),
    "SP2": (datetime.datetime(2026, 5, 3, 10), Code.BAD_VALUE),
    "SP3": (datetime.time(12, 30), Code.BAD_VALUE),
    "SP4": (datetime.timedelta(hours=30), Code.BAD_VALUE),
    "SE3": ("=1+2", Code.UNCALCULATED),
    "SE6": ('=IF(A1="","",3)', Code.UNCALCULATED),
    "ORM1": ("#N/A", Code.ERROR_CELL),
    "ORM2": (True, Code.BAD_VALUE),
    "ORM3": (2.5, Code.BAD_VALUE),
    "ORM8": (7, Code.BAD_VALUE),
}
"""What stands as the level of indicators in a workbook saved by openpyxl: dates by their format, formulas that nobody calculated."""


def by_openpyxl(values: Mapping[tuple[str, str], Any]) -> bytes:
    """The questionnaire with values, by code and field, saved by openpyxl."""
    book, out = openpyxl.load_workbook(io.BytesIO(CONTENT)), io.BytesIO()
    for (code, field), value in values.items():
        sheet, row = PLACES[code]
        book[sheet][f"{COLUMNS[field]}{row}"] = value
    book.save(out)
    return out.getvalue()


def test_many_faults_in_one_return_are_each_at_their_own_cell() -> None:
    """Ten faulty levels saved by openpyxl: ten findings, ten blanks, every other answer as it was."""
    read = read_return("odd.xlsx", by_openpyxl({(code, "level"): value for code, (value, _) in TYPED.items()}))
    assert sorted(flagged(read), key=str) == sorted(((place(code, "level"), expected) for code, (_, expected) in TYPED.items()), key=str)
    assert read.assessment is not None
    assert {code for code, answer in read.assessment.answers.items() if answer.state == Blank()} == TYPED.keys()
    assert others(read, *TYPED) == others(PLAIN, *TYPED)


@pytest.mark.office
@pytest.mark.parametrize("ending", ["xlsx", "ods", "xls"])
def test_faults_are_flagged_in_every_format_that_a_spreadsheet_program_saves(ending: str, office: Office, tmp_path: Path) -> None:
    """The same faults, saved by LibreOffice: errors, dates, TRUE and errors in texts are at the same cells in all three formats."""
    faults = {code: fault for code, fault in TYPED.items() if fault[1] is not Code.UNCALCULATED}
    values = {(code, "level"): "=NA()" if value == "#N/A" else value for code, (value, _) in faults.items()}
    more = {(SHARE, "measure"): ("=1/0", Code.ERROR_CELL), (ELSEWHERE, "evidence"): ("=NA()", Code.TEXT_LOST)}
    (tmp_path / "odd.xlsx").write_bytes(by_openpyxl(values | {cell: value for cell, (value, _) in more.items()}))
    office.fill(tmp_path / "odd.xlsx", tmp_path / f"saved.{ending}", [])
    read = read_return("saved", (tmp_path / f"saved.{ending}").read_bytes())
    expected = {place(code, "level"): flag for code, (_, flag) in faults.items()} | {place(*cell): flag for cell, (_, flag) in more.items()}
    assert sorted(flagged(read), key=str) == sorted(expected.items(), key=str)
    assert read.assessment is not None
    assert {code for code, answer in read.assessment.answers.items() if answer.state == Blank()} == {*faults, SHARE}
