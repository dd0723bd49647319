"""The workbook to send back: a fresh questionnaire with the person's answers, faulty cells marked, each fault listed on a first sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dimm_xl.assessment import Assessment
from dimm_xl.checks import Given
from dimm_xl.describe import message, repair
from dimm_xl.findings import Code, Finding, Severity
from dimm_xl.model import Model
from dimm_xl.page import Book, Formula, Link, Page, Put, Row, Table, Value
from dimm_xl.questionnaire.book import Request, questionnaire
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words

FIELD = {Code.NO_REASON: "reason", Code.IMPOSSIBLE_FIGURE: "measure", Code.ABOVE_FIGURE: "level"}
"""Where the mark goes for findings that are about a row rather than about a cell that was not understood."""
ANSWERS = ("level", "verdict")
"""The fields that answer a row, in either form; what is told at a row's code is marked there."""
STATES = {Code.NO_REASON: "why", Code.ABOVE_FIGURE: "above", Code.TWICE: "", Code.TEXT_LOST: ""}
"""What the row's state says while the fault stands: that it is wrong, but for these (empty: what it would say without the fault)."""


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
            field = ANSWERS[0] if field == "code" else field
            row = str(one.facts.get("indicator") or one.facts.get("field", ""))
            found.append(Fault(one, row, field or ("value" if "field" in one.facts else "")))
    return tuple(found)


@dataclass(frozen=True)
class Typed:
    """What a person typed: the rows as given, and what was not understood, as text by (indicator, field)."""

    given: Sequence[Given]
    raw: Mapping[tuple[str, str], str]


def correction(model: Model, assessment: Assessment, typed: Typed, wrong: Sequence[Fault], request: Request) -> Book:
    """Compose the workbook to correct: everything typed stands where it was typed, marked where it is wrong.

    Sent back uncorrected, it therefore gives the same answers and the same findings again.
    """
    request = replace(request, words=request.words.within(model))
    book = questionnaire(model, assessment, request)
    pages = tuple(_marked(page, typed, wrong, request.words) for page in book.pages)
    first = _list(pages, wrong, request.words)
    return replace(book, pages=(first, *pages))


def _marked(page: Page, typed: Typed, wrong: Sequence[Fault], words: Words) -> Page:
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
            states[fault.row] = STATES.get(fault.finding.code, "wrong") or states.get(fault.row, "")
    table = page.tables[0]
    twice = {fault.row for fault in wrong if fault.finding.code is Code.TWICE}
    given = {row.indicator: row for row in typed.given if row.indicator not in twice}
    marked = []
    for row in table.rows:
        code = str(row.values[table.sheet.key])
        if code in notes:
            values = {**row.values, **_typed(code, given.get(code), typed, row.closed, table.sheet)}
            if (word := states.get(code)) and "state" in values:
                values["state"] = _saying(values["state"], words(f"state.{word}"))
            row = row._replace(values=values, notes=notes[code])  # noqa: PLW2901 - the marked row takes the row's place
        marked.append(row)
    return replace(page, tables=(replace(table, rows=tuple(marked)),))


def _typed(code: str, given: Given | None, typed: Typed, closed: frozenset[str], sheet: Sheet) -> dict[str, Value]:
    """Return what stood in the cells of a faulty row, but not when it stood there twice."""
    if given is None:
        return {}
    values: dict[str, Value] = {"measure": None if "measure" in closed else given.measure}
    for name in ANSWERS:
        if (said := getattr(given, name)) is not None and name not in closed:
            values[name] = sheet.column(name).kind.show(said)
    return values | {field: shown for (indicator, field), shown in typed.raw.items() if indicator == code and field not in closed}


def _saying(state: Value, shown: str) -> Value:
    assert isinstance(state, Formula)
    return state._replace(value=shown)


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
                    fields = {column.field for column in table.sheet.columns}
                    field = fault.field or next(one for one in ANSWERS if one in fields)
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
