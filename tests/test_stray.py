"""What is written where nothing is read is told at its place, never lost unsaid; a file that no second reader opens says what to do."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from dimm_xl import catalogue, collect, pool
from dimm_xl.assessment import Answer, Return, Status
from dimm_xl.collect import Reading
from dimm_xl.describe import message, repair
from dimm_xl.findings import Code, Finding
from dimm_xl.layout import lever_sheet
from dimm_xl.returns import read_return
from dimm_xl.sheet import Cell
from dimm_xl.workbook import read as reading
from tests.test_collect import lay
from tests.test_flags import COLUMNS, CONTENT, ONE, PLACES, PLAIN, part_of, rezipped, said, typed, with_row
from tests.test_resilience import far_corner

SHEET, ROW = PLACES[ONE]


def stray(read: Return) -> list[Finding]:
    """What a return says was written where nothing is read."""
    return [one for one in read.findings if one.code is Code.NOT_UNDERSTOOD]


def beside(column: str, row: int, shown: str) -> bytes:
    """The questionnaire with a text in a row, right of all that stands there."""
    cell = said(shown).replace("@", f"{column}{row}").encode()

    def change(name: str, part: bytes) -> bytes:
        if name != part_of(SHEET):
            return part
        end = part.index(b"</row>", part.index(b'<row r="%d"' % row))
        return part[:end] + cell + part[end:]

    return rezipped(CONTENT, change)


@pytest.mark.parametrize("field", ["reason", "comment", "level"])
def test_a_text_in_a_row_without_a_code_is_told_where_it_stands(field: str) -> None:
    """A note below the table, whatever column it is in: an information at its cell, with its words; no answer changes."""
    read = read_return("odd.xlsx", with_row(SHEET, {field: "Voir avec Paul"}))
    assert [(one.sheet, one.cell, one.facts["value"]) for one in stray(read)] == [(SHEET, f"{COLUMNS[field]}200", "Voir avec Paul")]
    assert read.assessment == PLAIN.assessment
    for lang in ("fr", "en"):
        assert "Voir avec Paul" in message(stray(read)[0], catalogue.words(lang))
        assert "?" not in repair(stray(read)[0], catalogue.words(lang))


def test_several_texts_of_one_row_are_told_together_and_cut_when_they_are_long() -> None:
    """One finding a row, at its first cell."""
    (one,) = stray(read_return("odd.xlsx", with_row(SHEET, {"reason": "premier", "comment": "second " * 100})))
    assert one.cell == f"{COLUMNS['reason']}200"
    assert str(one.facts["value"]).startswith("premier | second")
    assert len(str(one.facts["value"])) == reading.MOST_STRAY


@pytest.mark.parametrize("answer", ["0", "5"])
def test_an_answer_whose_row_lost_its_code_is_told_with_the_row(answer: str) -> None:
    """The code deleted, the level (0 among them) still there: the row is missed by its code and what stands in it is told."""
    cells = {(ONE, "code"): '<c r="@"/>', (ONE, "level"): f'<c r="@"><v>{answer}</v></c>'}
    read = read_return("odd.xlsx", typed(CONTENT, cells))
    (one,) = stray(read)
    assert one.sheet == SHEET
    assert one.cell == f"B{ROW}"  # its name still stands there
    assert read.assessment is not None
    assert read.assessment.answers[ONE] == Answer()


@pytest.mark.parametrize("column", ["S", "Z", "AC"])
def test_a_text_in_a_column_of_ones_own_is_told(column: str) -> None:
    """Right of the table, in the row of an indicator: told there; the answer beside it counts as it did."""
    read = read_return("odd.xlsx", beside(column, ROW, "à vérifier"))
    assert [(one.cell, one.facts["value"]) for one in stray(read)] == [(f"{column}{ROW}", "à vérifier")]
    assert read.assessment == PLAIN.assessment


def test_a_column_of_ones_own_is_told_once() -> None:
    """A remark beside every indicator: one finding at the first of them, with the words of the next ones."""
    grid: list[list[Cell]] = [["Code", "Niveau", "Siège"], ["SP1", 3, "vu"], ["SP2", 2, ""], ["SP3", 2, "revoir"], ["", "", "total"]]
    model, words = catalogue.load(), catalogue.words("fr")
    found = reading.read(lever_sheet(model, model.levers[0], words), grid, "S")
    assert found is not None
    assert found.stray == {"C2": "vu | revoir", "C5": "total"}


def test_nothing_is_told_of_a_questionnaire_as_it_was_issued() -> None:
    """Titles, headings and what formulas show were written by nobody."""
    assert stray(PLAIN) == []


def test_what_only_formulas_show_in_a_row_without_a_code_was_written_by_nobody() -> None:
    """A row copied below the table: its state and its hidden figures are no words of the respondent."""
    model, words = catalogue.load(), catalogue.words("fr")
    sheet = lever_sheet(model, model.levers[0], words)
    headers: list[Cell] = [column.title for column in sheet.columns]
    blank: list[Cell] = [3.0 if column.hidden else "à remplir" if column.field == "state" else "" for column in sheet.columns]
    found = reading.read(sheet, [headers, blank], sheet.name)
    assert found is not None
    assert (found.rows, found.stray) == ((), {})


def test_an_old_workbook_that_kills_the_reader_says_in_which_format_to_save_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An .xls has no second reader: it is refused, the others are read, and the repair names the format that helps."""
    monkeypatch.setattr("dimm_xl.collect.pool.each", partial(pool.each, deadline=60))  # however busy the machine
    lay(tmp_path, {"a.xls": far_corner(), "b.xlsx": CONTENT})
    read = {one.file: one for one in collect.collect(tmp_path, (), Reading(workers=1)).returns}
    assert {name: one.status for name, one in read.items()} == {"a.xls": Status.REFUSED, "b.xlsx": Status.ACCEPTED}
    (finding,) = read["a.xls"].findings
    assert finding.code is Code.CRASHED
    for lang, second in (("fr", "second lecteur"), ("en", "second reader")):
        assert ".xlsx" in repair(finding, catalogue.words(lang))
        assert second in repair(finding, catalogue.words(lang))
