"""What goes back to a person whose return has faults: their own answers, each fault marked and explained, ready to be sent again."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import openpyxl
import pytest

from dimm_xl import catalogue
from dimm_xl.assessment import UNKNOWN, Answer, Answered, Assessment, NotApplicable
from dimm_xl.campaign import Summary, run
from dimm_xl.describe import message, repair
from dimm_xl.findings import Code, Finding, Severity
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Profile
from dimm_xl.returns import read_return
from dimm_xl.settings import Run
from tests.office import Office

BAKERY = Profile("retail", "micro")
MODEL = catalogue.load().at(BAKERY)
MEASURED = [code for code, one in MODEL.indicators.items() if one.measure and one.measure.better == "high" and one.measure.highest == 100]
PLAIN = [code for code, one in MODEL.indicators.items() if not one.measure]
TWICE = {(PLAIN[11], "level"): 5}  # a second row of its indicator
COLUMNS = ("code", "measure", "level", "reason", "evidence", "comment", "state")
TEXTS = ("compte rendu", "- point à revoir", "=1+1", "deux\nlignes", "l’« été »", "")

Entries = Mapping[tuple[str, str], Any]
"""Values by (indicator, column), or by (field of the profile, ``value``)."""


def truth(lang: str = "fr", name: str = "Corner Bakery") -> Assessment:
    """A complete return without a fault: every state, figures, and words of every kind beside the answers."""
    answers = {}
    for n, (code, one) in enumerate(MODEL.indicators.items()):
        beside: dict[str, Any] = {"evidence": TEXTS[n % 6], "comment": TEXTS[(n + 3) % 6]}
        answers[code] = Answer(Answered(n % 5), one.measure.thresholds[-1] if one.measure else None, **beside)
    answers[PLAIN[0]] = Answer(NotApplicable("pas de stock"), reason="pas de stock", evidence="avis")
    answers[PLAIN[1]] = Answer(UNKNOWN, comment="à demander")
    return Assessment(name, BAKERY, "dimm", catalogue.load().edition.id, lang, None, answers, {"respondent": "Ada", "consent": "yes"})


class Slip(NamedTuple):
    """What a person got wrong: what was typed where, the finding it must give, and the cell that must be marked."""

    code: Code
    typed: Entries
    marked: tuple[str, str]


SLIPS = (
    Slip(Code.NO_REASON, {(PLAIN[0], "reason"): None}, (PLAIN[0], "reason")),
    *(
        Slip(Code.BAD_VALUE, {(PLAIN[n], "level"): value}, (PLAIN[n], "level"))
        for n, value in enumerate((7, -1, 2.5, True, datetime.datetime(2026, 3, 1), "très bien"), 2)
    ),
    Slip(Code.ERROR_CELL, {(PLAIN[8], "level"): "#N/A"}, (PLAIN[8], "level")),
    Slip(Code.UNCALCULATED, {(PLAIN[9], "level"): "=1+2"}, (PLAIN[9], "level")),
    Slip(Code.TEXT_LOST, {(PLAIN[10], "evidence"): "#NAME?"}, (PLAIN[10], "evidence")),
    Slip(Code.TWICE, {}, (PLAIN[11], "level")),
    Slip(Code.ABOVE_FIGURE, {(MEASURED[0], "measure"): 0, (MEASURED[0], "level"): 5}, (MEASURED[0], "level")),
    Slip(Code.IMPOSSIBLE_FIGURE, {(MEASURED[1], "measure"): 140}, (MEASURED[1], "measure")),
    Slip(Code.BAD_VALUE, {(MEASURED[2], "measure"): "beaucoup"}, (MEASURED[2], "measure")),
    Slip(Code.BAD_VALUE, {(MEASURED[3], "level"): 9}, (MEASURED[3], "level")),
    Slip(Code.BAD_VALUE, {("consent", "value"): "peut-être"}, ("consent", "value")),
)


def places(book: Any, lang: str) -> Iterator[tuple[tuple[str, str], Any]]:
    """Every cell of a row of a lever or of the profile, by (indicator, column) or (field, ``value``); found by headers."""
    words = catalogue.words(lang)
    titles = {words(f"column.{field}"): field for field in COLUMNS} | {words("profile.column.value"): "value", "id": "code"}
    for sheet in book.worksheets:
        header: dict[int, str] = {}
        for row in sheet.iter_rows():
            found = {cell.column: titles[cell.value] for cell in row if cell.value in titles}
            header = found if "code" in found.values() else header
            yield from (((str(row[0].value), header[cell.column]), cell) for cell in row if header and cell.column in header)


def opened(content: bytes, lang: str, values: bool = False) -> tuple[Any, dict[tuple[str, str], Any]]:
    """A workbook through openpyxl, with formulas or stored values, and its cells by place, the first of each."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=values)
    return book, dict(reversed(list(places(book, lang))))


def edited(content: bytes, entries: Entries, lang: str = "fr", twice: Entries | None = None) -> bytes:
    """Type values into a workbook and save it, through openpyxl; ``twice`` are values in a second row of their indicator, at the end."""
    book, cells = opened(content, lang)
    for place, value in entries.items():
        cells[place].value = value
    for place, value in (twice or {}).items():
        cells[place].parent.append({1: place[0], cells[place].column: value})
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def slipped(lang: str, name: str = "Corner Bakery") -> bytes:
    """The complete return with every slip in it."""
    typed = {place: value for slip in SLIPS for place, value in slip.typed.items()}
    return edited(fill(Wanted(), truth(lang, name)), typed, lang, TWICE)


def repaired(lang: str) -> dict[tuple[str, str], Any]:
    """What to type into the workbook to correct so that it says the truth, by cell."""
    _, cells = opened(fill(Wanted(), truth(lang)), lang)
    return {place: cells[place].value for slip in SLIPS for place in (slip.marked, *slip.typed)}


def held(content: bytes) -> Assessment:
    """What a workbook says once read."""
    read = read_return("again.xlsx", content)
    assert read.assessment is not None, read.findings
    return read.assessment


def grave(content: bytes) -> list[Finding]:
    """The findings of a return that are more than information."""
    return [one for one in read_return("again.xlsx", content).findings if one.code.severity is not Severity.INFO]


def sent_back(top: Path, returns: Mapping[str, bytes]) -> tuple[Path, Summary]:
    """Run over returns, by name; where what goes back lies, and the summary."""
    for name, content in returns.items():
        (top / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (top / "in" / name).write_bytes(content)
    return top / "out/to-correct", run(Run(top / "in", top / "out", workers=0))


class Sent(NamedTuple):
    """One faulty return, what was found in it, and the workbook and the letter that go back."""

    lang: str
    content: bytes
    found: list[Finding]
    back: Path
    letter: str


DAMAGED, FILES = "damaged.xlsx", {"fr": "boulangerie du coin.xlsx", "en": "corner-bakery.xlsx"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What goes back after a run in French over a faulty return in each language, a clean one and a damaged one."""
    faulty = {FILES[lang]: slipped(lang, f"Corner Bakery {lang}") for lang in FILES}
    others = {"clean.xlsx": fill(Wanted(), truth()), DAMAGED: fill(Wanted(), truth())[:5000]}
    back, summary = sent_back(tmp_path_factory.mktemp("correct"), faulty | others)
    assert summary.faults == ()
    return back


@pytest.fixture(params=FILES)
def sent(folder: Path, request: pytest.FixtureRequest) -> Sent:
    """Each faulty return in turn."""
    lang, name = request.param, FILES[request.param]
    content = (folder.parent.parent / "in" / name).read_bytes()
    return Sent(lang, content, grave(content), folder / name, (folder / f"{name}.txt").read_text("utf-8"))


def test_the_slips_are_found_where_they_were_made(sent: Sent) -> None:
    """The return that these tests start from has the faults that it is meant to have, and no other."""
    assert sorted(one.code.name for one in sent.found) == sorted(slip.code.name for slip in SLIPS)


def test_a_refused_file_gets_a_letter_alone_and_a_clean_return_nothing(folder: Path) -> None:
    """Nobody knows who sent what cannot be read: the text, in the campaign's language, says what to do and names no attachment."""
    assert {path.name for path in folder.iterdir()} == {*FILES.values(), *(f"{name}.txt" for name in (*FILES.values(), DAMAGED))}
    (found,), words = grave(fill(Wanted(), truth())[:5000]), catalogue.words("fr")
    opening, closing = words("letter.refused", file=DAMAGED), words("letter.closing_refused")
    told = (folder / f"{DAMAGED}.txt").read_text("utf-8")
    assert told == f"{opening}\n\n- {message(found, words)} {repair(found, words)}\n\n{closing}\n"


def test_what_was_said_is_carried_over_word_for_word(sent: Sent) -> None:
    """Reason, evidence and comment of every row, the respondent, and every answer that was understood stand in the fresh workbook."""
    typed, fresh = opened(sent.content, sent.lang)[1], opened(sent.back.read_bytes(), sent.lang)[1]
    faulty = {slip.marked for slip in SLIPS}
    said = [(code, field) for code in MODEL.indicators for field in ("measure", "level", "reason", "evidence", "comment")]
    said += [("organisation", "value"), ("respondent", "value")]
    assert {place: fresh[place].value for place in said if place not in faulty and fresh[place].value != typed[place].value} == {}


def test_sent_back_as_it_is_it_says_the_same(sent: Sent) -> None:
    """Who saves the workbook without correcting anything has the very answers that were read: nothing is made up in between."""
    before, after = held(sent.content), held(sent.back.read_bytes())
    assert {code: (before.answers[code], now) for code, now in after.answers.items() if now != before.answers[code]} == {}
    assert after == before


def test_each_faulty_cell_has_a_note_and_no_other_cell_has_one(sent: Sent) -> None:
    """A note stands at exactly the cells to correct, and says in the person's language what was found and how to repair it."""
    book, cells = opened(sent.back.read_bytes(), sent.lang)
    noted = {place: cell.comment.text for place, cell in cells.items() if cell.comment}
    assert noted.keys() == {slip.marked for slip in SLIPS}
    assert sum(cell.comment is not None for sheet in book.worksheets for row in sheet.iter_rows() for cell in row) == len(SLIPS)
    words = catalogue.words(sent.lang)
    for one in sent.found:
        (said,) = [text for text in noted.values() if message(one, words) in text]
        assert repair(one, words) in said


def test_the_first_sheet_leads_to_every_cell_to_correct(sent: Sent) -> None:
    """Each fault is listed once, in the person's language, with a link that leads to exactly the cell that its note marks."""
    (book, cells), words = opened(sent.back.read_bytes(), sent.lang), catalogue.words(sent.lang)
    first = book.worksheets[0]
    assert (first.title, first.sheet_state, book.active.title) == (words("sheet.correct"), "visible", first.title)
    listed = [row[:3] for row in first.iter_rows(min_row=5) if row[0].value]
    wanted = sorted((message(one, words), repair(one, words)) for one in sent.found)
    assert sorted((row[1].value, row[2].value) for row in listed) == wanted
    reached = set()
    for place, said, _ in listed:
        assert place.hyperlink is not None, place.value
        sheet, address = re.fullmatch(r"'?(.+?)'?!([A-Z]+\d+)", unquote(place.hyperlink.location)).groups()  # type: ignore[union-attr]
        assert said.value in book[sheet][address].comment.text
        reached.add((sheet, address))
    assert reached == {(cells[slip.marked].parent.title, cells[slip.marked].coordinate) for slip in SLIPS}


def test_the_letter_lists_every_fault_and_names_the_file_beside_it(sent: Sent) -> None:
    """The e-mail is in the person's language, whatever the campaign's, and what it calls the attached file lies beside it."""
    words, name, organisation = catalogue.words(sent.lang), sent.back.name, held(sent.content).organisation
    assert sent.letter.startswith(words("letter.opening", file=name, organisation=organisation, count=len(SLIPS), attached=name))
    lines = [f"- {message(one, words)} {repair(one, words)}" for one in sent.found]
    assert sorted(line for line in sent.letter.splitlines() if line.startswith("- ")) == sorted(lines)
    assert [row for row, field in (slip.marked for slip in SLIPS) if field != "value" and row not in sent.letter] == [], "which row is it?"


def test_corrected_and_sent_back_it_reads_clean(sent: Sent) -> None:
    """Once each marked cell is corrected, no error and no warning is left and the answers are the true ones."""
    content = edited(sent.back.read_bytes(), repaired(sent.lang), sent.lang)
    assert grave(content) == []
    assert held(content) == truth(sent.lang, held(sent.content).organisation)


@pytest.mark.office
def test_corrected_in_a_spreadsheet_program_it_reads_clean(sent: Sent, office: Office, tmp_path: Path) -> None:
    """LibreOffice takes every correction in an open cell, and what it saves, in any format, reads clean and true."""
    _, cells = opened(sent.back.read_bytes(), sent.lang)
    entries = [(cells[place], value) for place, value in repaired(sent.lang).items()]
    typed = [(cell.parent.title, cell.row - 1, cell.column - 1, value) for cell, value in entries]
    for name in ("again.xlsx", "again.ods", "again.xls"):
        assert office.fill(sent.back, tmp_path / name, typed) == []
        assert grave((tmp_path / name).read_bytes()) == [], name
        assert held((tmp_path / name).read_bytes()) == truth(sent.lang, held(sent.content).organisation), name


@pytest.mark.office
def test_what_is_stored_beside_formulas_is_what_a_spreadsheet_program_calculates(sent: Sent, office: Office) -> None:
    """State, progress and score of the workbook to correct show in a preview what they show once it is opened."""
    living, stored = (opened(sent.back.read_bytes(), sent.lang, values)[0] for values in (False, True))
    cells = [cell for sheet in living.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(cells) > len(MODEL.indicators)
    found = office.values(sent.back, [(cell.parent.title, cell.row - 1, cell.column - 1) for cell in cells])
    kept = [stored[cell.parent.title][cell.coordinate].value for cell in cells]
    shown = ["#N/A" if value == "#ERR32767" else value for value in found]  # as LibreOffice calls it
    pairs = {(cell.parent.title, cell.coordinate): pair for cell, *pair in zip(cells, kept, shown, strict=True)}
    assert {place: pair for place, pair in pairs.items() if pair[1] != pytest.approx("" if pair[0] is None else pair[0])} == {}


ENDINGS = "a.xlsx a.ods a.ods.xlsx a.xlsm d/a.xlsx d_a.xlsx A.XLSX a a.txt a.xlsx.txt"
NAMES = (*ENDINGS.split(), "=\n", f"{'é' * 125}.xlsx", f"{'é' * 124}e.xlsx")
SLIP = {(PLAIN[2], "level"): 7}


def test_returns_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """Whatever folder, ending or odd name they have, each faulty return has a workbook of its own, and its letter names that one."""
    contents = (edited(fill(Wanted(), truth(name=f"Organisation {n}")), SLIP) for n in range(len(NAMES)))
    back, summary = sent_back(tmp_path, dict(zip(NAMES, contents, strict=True)))
    assert summary.faults == ()
    files = list(back.iterdir())
    books = {path.name: held(path.read_bytes()).organisation for path in files if path.suffix.lower() != ".txt"}
    letters = [path.read_text("utf-8") for path in files if path.suffix.lower() == ".txt"]
    assert sorted(books.values()) == sorted(f"Organisation {n}" for n in range(len(NAMES)))
    for name, organisation in books.items():
        assert sum(f"({name})" in text and f"{organisation} (" in text for text in letters) == 1, name
    assert len({path.name.casefold() for path in files}) == 2 * len(NAMES), "some systems do not tell case apart"


def test_a_return_that_lost_a_column_gets_a_whole_questionnaire_back(tmp_path: Path) -> None:
    """A fault of the whole is listed, and the fresh workbook, sent back as it is, has that column again and the same answers."""
    content = edited(fill(Wanted(), truth()), {(catalogue.words("fr")("column.code"), "evidence"): None})
    assert [one.code for one in grave(content)] == [Code.NO_COLUMN]
    back, _ = sent_back(tmp_path, {"a.xlsx": content})
    assert grave((back / "a.xlsx").read_bytes()) == []
    assert held((back / "a.xlsx").read_bytes()) == held(content)


def test_a_name_that_was_never_typed_is_not_typed_for_them(tmp_path: Path) -> None:
    """Where the organisation is not named, the file's name stands in for it in results, but not in the workbook that goes back."""
    content = edited(fill(Wanted(), truth()), {**SLIP, ("organisation", "value"): None})
    back, _ = sent_back(tmp_path, {"retour (3).xlsx": content})
    assert opened((back / "retour (3).xlsx").read_bytes(), "fr")[1]["organisation", "value"].value is None
