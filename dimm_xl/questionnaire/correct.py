"""The workbook to send back: a fresh questionnaire with the person's answers, faulty cells marked, each fault listed on a first sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dimm_xl.assessment import Assessment
from dimm_xl.checks import Given
from dimm_xl.describe import message, repair
from dimm_xl.findings import Code, Finding, Severity
from dimm_xl.model import Model
from dimm_xl.page import Book, Link, Page, Put, Row, Table
from dimm_xl.questionnaire.book import Request, questionnaire
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words

FIELD = {Code.NO_REASON: "reason", Code.IMPOSSIBLE_FIGURE: "measure", Code.TWICE: "level", Code.ABOVE_FIGURE: "level"}
"""Where the mark goes for findings that are about a row rather than about a cell that was not understood."""
STATES = {Code.NO_REASON: "why", Code.ABOVE_FIGURE: "above"}
"""What the row's state says while the fault stands."""


@dataclass(frozen=True)
class Fault:
    """One thing to correct: its finding, and the row (indicator or profile field) and column it concerns (empty: the whole)."""

    finding: Finding
    row: str
    field: str


def faults(findings: Sequence[Finding], given: Sequence[Given]) -> tuple[Fault, ...]:
    """Return what a person can correct, in the order of the workbook."""
    fields = {(row.sheet, cell): field for row in given for field, cell in row.cells.items()}
    found = []
    for one in findings:
        if one.code.severity is Severity.ERROR or one.code is Code.TEXT_LOST:
            field = FIELD.get(one.code) or fields.get((one.sheet, one.cell), "")
            row = str(one.facts.get("indicator") or one.facts.get("field", ""))
            found.append(Fault(one, row, field or ("value" if "field" in one.facts else "")))
    return tuple(found)


def correction(model: Model, assessment: Assessment, given: Sequence[Given], wrong: Sequence[Fault], request: Request) -> Book:
    """Compose the workbook to correct; what was typed and can stand in its cell is kept, the rest is named in the cell's note."""
    book = questionnaire(model, assessment, request)
    rows = {row.indicator: row for row in given}
    twice = {fault.row for fault in wrong if fault.finding.code is Code.TWICE}
    pages = tuple(_marked(page, rows, twice, wrong, request.words) for page in book.pages)
    first = _list(pages, wrong, request.words)
    return replace(book, pages=(first, *pages))


def _marked(page: Page, rows: Mapping[str, Given], twice: set[str], wrong: Sequence[Fault], words: Words) -> Page:
    if not page.tables or page.tables[0].sheet.key not in ("code", "field"):
        return page
    notes: dict[str, dict[str, str]] = {}
    states: dict[str, str] = {}
    for fault in wrong:
        if fault.field:
            said = notes.setdefault(fault.row, {})
            said[fault.field] = "\n".join(
                filter(None, (said.get(fault.field), message(fault.finding, words), repair(fault.finding, words)))
            )
            states[fault.row] = STATES.get(fault.finding.code, "")
    table = page.tables[0]
    marked = tuple(_row(row, rows, twice, notes, states, words, table.sheet) for row in table.rows)
    return replace(page, tables=(replace(table, rows=marked),))


def _row(
    row: Row,
    rows: Mapping[str, Given],
    twice: set[str],
    notes: Mapping[str, Mapping[str, str]],
    states: Mapping[str, str],
    words: Words,
    sheet: Sheet,
) -> Row:
    code = str(row.values[sheet.key])
    if code not in notes:
        return row
    values = dict(row.values)
    given = rows.get(code)
    if given is not None and code not in twice:  # what was typed and understood stands, though the answer does not count
        if given.level is not None:
            values["level"] = sheet.column("level").kind.show(given.level)
        values["measure"] = given.measure if "measure" not in row.closed else None
    if word := states.get(code):
        state = values["state"]
        assert hasattr(state, "text")
        values["state"] = replace(state, value=words(f"state.{word}"))  # type: ignore[type-var]
    return replace(row, values=values, notes=notes[code])


def _list(pages: Sequence[Page], wrong: Sequence[Fault], words: Words) -> Page:
    name = words("sheet.correct")
    columns = (
        Column("place", words("correct.column.place"), look="row-link", width=34),
        Column("message", words("correct.column.message"), look="row", width=70),
        Column("repair", words("correct.column.repair"), look="row", width=60),
    )
    rows = tuple(
        Row({"place": _place(pages, one, words), "message": message(one.finding, words), "repair": repair(one.finding, words)})
        for one in wrong
    )
    return Page(
        name,
        puts=(
            Put(0, 0, words("correct.title", count=len(wrong)), "title", cols=3),
            Put(1, 0, words("correct.intro"), "text", cols=3),
        ),
        tables=(Table("to_correct", Sheet(name, "place", columns), rows, 3, filters=False),),
        freeze=(4, 0),
        protect=True,
        footer=words("footer.questionnaire"),
        tab="improve",
    )


def _place(pages: Sequence[Page], fault: Fault, words: Words) -> Link | str:
    """Return the way to the cell to correct, in the new workbook."""
    for page in pages:
        for table in page.tables:
            for n, row in enumerate(table.rows):
                if fault.row and table.sheet.key in ("code", "field") and row.values[table.sheet.key] == fault.row:
                    field = fault.field or "level"
                    title = row.values["label"] if field == "value" else f"{fault.row} · {table.sheet.column(field).title}"
                    return Link(str(title), table.span(field, n, n))
    return fault.finding.sheet or words("correct.whole")


def letter(file: str, organisation: str, wrong: Sequence[Finding], attached: str, words: Words) -> str:
    """Return the text of an e-mail that tells a person kindly what to correct, and where."""
    lines = [f"- {message(one, words)} {repair(one, words)}" for one in wrong]
    opening = words(
        "letter.opening" if attached else "letter.refused", file=file, organisation=organisation, count=len(wrong), attached=attached
    )
    closing = words("letter.closing" if attached else "letter.closing_refused")
    return "\n".join((opening, "", *lines, "", closing, ""))
