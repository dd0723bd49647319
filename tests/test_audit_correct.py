"""Audits that go back to be corrected: verdicts carried over, faults marked, and clean once they are mended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dimm_xl import audit, catalogue
from dimm_xl.assessment import Assessment
from dimm_xl.describe import message, repair
from dimm_xl.findings import Code, Finding, Severity
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Profile
from dimm_xl.returns import read_return
from tests.audits import Entries, an_audit, opened, typed
from tests.office import Office
from tests.test_correct import sent_back

BAKERY = Profile("retail", "micro")
MODEL = catalogue.load().at(BAKERY)
MEASURED = [code for code, one in MODEL.indicators.items() if one.measure and one.measure.highest == 100]
PLAIN = [code for code, one in MODEL.indicators.items() if not one.measure]
FIRST = {code: audit.key(code, 1, 1) for code in MODEL.indicators}
TWICE: Entries = {(FIRST[PLAIN[4]], "verdict"): "Non satisfaite"}


def truth() -> Assessment:
    """An audit without a fault, in which every demand is met."""
    return an_audit(MODEL, BAKERY, "fr", ("met",))


class Slip(NamedTuple):
    """What was typed wrongly, the finding it must give, and the cell that must be marked."""

    code: Code
    typed: Entries
    marked: tuple[str, str]


SLIPS = (
    Slip(Code.NO_REASON, {(FIRST[PLAIN[0]], "verdict"): "Sans objet"}, (FIRST[PLAIN[0]], "reason")),
    Slip(Code.BAD_VALUE, {(FIRST[PLAIN[1]], "verdict"): "en partie"}, (FIRST[PLAIN[1]], "verdict")),
    Slip(Code.BAD_VALUE, {(FIRST[PLAIN[2]], "verdict"): 3}, (FIRST[PLAIN[2]], "verdict")),
    Slip(Code.ERROR_CELL, {(FIRST[PLAIN[3]], "verdict"): "#N/A"}, (FIRST[PLAIN[3]], "verdict")),
    Slip(Code.TWICE, {}, (FIRST[PLAIN[4]], "verdict")),
    Slip(Code.TEXT_LOST, {(FIRST[PLAIN[5]], "evidence"): "#NAME?"}, (FIRST[PLAIN[5]], "evidence")),
    Slip(Code.IMPOSSIBLE_FIGURE, {(MEASURED[0], "measure"): 140}, (MEASURED[0], "measure")),
    Slip(Code.BAD_VALUE, {(MEASURED[1], "measure"): "beaucoup"}, (MEASURED[1], "measure")),
    Slip(Code.BAD_VALUE, {("consent", "value"): "peut-être"}, ("consent", "value")),
)


GONE = (Code.TWICE, Code.TEXT_LOST)
"""Faults of which the fresh workbook has nothing left but the mark: which of two was meant, or what the error was, nobody knows."""


def grave(content: bytes) -> list[Finding]:
    """The findings of an audit that are more than information."""
    return [one for one in read_return("a.xlsx", content).findings if one.code.severity is not Severity.INFO]


class Sent(NamedTuple):
    """The faulty audit, and what goes back: the workbook and the letter."""

    content: bytes
    back: bytes
    letter: str


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """What goes back after a run over one faulty audit."""
    faulty = typed(truth(), {place: value for slip in SLIPS for place, value in slip.typed.items()}, TWICE)
    back, summary = sent_back(tmp_path_factory.mktemp("correct"), {"boulangerie.xlsx": faulty})
    assert summary.faults == ()
    return Sent(faulty, (back / "boulangerie.xlsx").read_bytes(), (back / "boulangerie.xlsx.txt").read_text("utf-8"))


def mended() -> Mapping[tuple[str, str], Any]:
    """What to type into the workbook to correct so that it says the truth, by cell."""
    _, cells = opened(fill(Wanted(), truth()))
    return {place: cells[place].value for slip in SLIPS for place in (slip.marked, *slip.typed)}


def test_the_slips_are_found_where_they_were_made(sent: Sent) -> None:
    """The audit that these tests start from has the faults that it is meant to have, and no other."""
    assert sorted(one.code.name for one in grave(sent.content)) == sorted(slip.code.name for slip in SLIPS)


def test_every_verdict_and_word_is_carried_over(sent: Sent) -> None:
    """Whatever was typed beside any demand, understood or not, stands again where it was typed; but what was typed twice, or lost."""
    before, after = opened(sent.content)[1], opened(sent.back)[1]
    rows = [*MODEL.indicators, *audit.keys(MODEL)]
    faulty = {slip.marked for slip in SLIPS if slip.code in GONE}
    places = [(row, field) for row in rows for field in ("measure", "verdict", "reason", "evidence", "comment")]
    assert {
        place: after[place].value for place in places if place not in faulty and str(after[place].value) != str(before[place].value)
    } == {}


def test_exactly_the_faulty_cells_are_marked_and_lead_to_their_repair(sent: Sent) -> None:
    """A note at each cell to correct says what was found and what to do; the other notes are definitions of indicators."""
    book, cells = opened(sent.back)
    marked = {slip.marked for slip in SLIPS}
    words = catalogue.words("fr")
    assert {place for place, cell in cells.items() if cell.comment} == marked
    for one in grave(sent.content):
        (said,) = [cells[place].comment.text for place in marked if message(one, words) in cells[place].comment.text]
        assert repair(one, words) in said
        assert message(one, words) in sent.letter
    first = book.worksheets[0]
    assert sum(row[0].hyperlink is not None for row in first.iter_rows(min_row=5)) == len(SLIPS)


def test_sent_back_as_it_is_an_audit_says_the_same(sent: Sent) -> None:
    """Nothing is made up in between: the same answers, and what was typed wrongly is still to correct at the same places."""
    before, after = read_return("a.xlsx", sent.content), read_return("a.xlsx", sent.back)
    assert after.assessment == before.assessment
    places = {slip.marked for slip in SLIPS if slip.code not in GONE and slip.marked[1] != "value"}
    _, cells = opened(sent.back)
    assert {(one.sheet, one.cell) for one in grave(sent.back)} == {(cells[at].parent.title, cells[at].coordinate) for at in places}


@pytest.mark.office
def test_corrected_in_a_spreadsheet_program_an_audit_reads_clean(sent: Sent, office: Office, tmp_path: Path) -> None:
    """LibreOffice takes every correction in an open cell, and what it saves is without fault and true."""
    _, cells = opened(sent.back)
    entries = [(cells[place], value) for place, value in mended().items()]
    keyed = [(cell.parent.title, cell.row - 1, cell.column - 1, "" if value is None else value) for cell, value in entries]
    source, out = tmp_path / "back.xlsx", tmp_path / "again.xlsx"
    source.write_bytes(sent.back)
    assert office.fill(source, out, keyed) == []
    read = read_return("again.xlsx", out.read_bytes())
    assert [one for one in read.findings if one.code.severity is not Severity.INFO] == []
    assert read.assessment == truth()


@pytest.mark.office
def test_what_is_stored_in_an_audit_to_correct_is_what_a_spreadsheet_program_calculates(sent: Sent, office: Office, tmp_path: Path) -> None:
    """State, level, progress and score show in a preview what they show once it is opened."""
    path = tmp_path / "back.xlsx"
    path.write_bytes(sent.back)
    living, stored = opened(sent.back)[0], opened(sent.back, values=True)[0]
    cells = [cell for sheet in living.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    found = office.values(path, [(cell.parent.title, cell.row - 1, cell.column - 1) for cell in cells])
    wrong = {}
    for cell, now in zip(cells, found, strict=True):
        kept = stored[cell.parent.title][cell.coordinate].value
        shown = "#N/A" if now == "#ERR32767" else now  # as LibreOffice calls it
        if shown != pytest.approx("" if kept is None else kept):
            wrong[cell.parent.title, cell.coordinate] = (kept, shown)
    assert len(cells) > len(audit.keys(MODEL))
    assert wrong == {}
