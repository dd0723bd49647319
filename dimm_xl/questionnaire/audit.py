"""The sheet of one lever in an audit: a block an indicator, a row a demand, the level that the verdicts give live beside its name."""

from __future__ import annotations

from collections.abc import Iterator

from dimm_xl import audit, audit_live, layout
from dimm_xl.assessment import Answer, Assessment, Checked
from dimm_xl.model import Indicator, Lever, Model, Text
from dimm_xl.page import Page, Put, Rich, Row, Rule, Span, Table, Value
from dimm_xl.questionnaire.lever import TABLE_ROW, progress
from dimm_xl.sheet import Sheet
from dimm_xl.wording import threshold
from dimm_xl.words import Words

ASKED = ("verdict", "reason", "evidence", "comment")
"""What is filled in beside a demand; beside an indicator, only its figure."""
BLOCK = {"code": "block-code", "reached": "block-level", "state": "block-state", **dict.fromkeys(("step", "demand", *ASKED), "block")}
"""Looks of an indicator's row."""


def audit_table(model: Model, lever: Lever, assessment: Assessment, words: Words) -> Table:
    """Return the table of a lever: a heading row a grouping, then for each indicator its row and a row a demand."""
    sheet = layout.audit_sheet(words, name=layout.sheet_name(lever, words))
    rows: list[Row] = []
    for grouping in lever.groupings:
        rows.append(Row({"code": grouping.code, "demand": words.of(grouping.name)}, heading=True))
        for one in grouping.indicators:
            said = assessment.answer(one.code)
            whole = said if said.demands else Answer(said.state, said.measure, demands=audit.answered(one, ()).demands)
            rows += _block(model, one, whole, sheet, len(rows), words)
    met, unmet, aside = (words(f"verdict.{verdict}").replace('"', '""') for verdict in ("met", "not_met", "not_applicable"))
    idle = words("audit.state.idle")
    rules = (
        Rule(("verdict",), f'{{verdict}}="{met}"', "settled"),
        Rule(("verdict",), f'{{verdict}}="{unmet}"', "alarm"),
        Rule(("step", "demand", "verdict"), f'OR({{state}}="{idle}",{{verdict}}="{aside}")', "idle"),
        Rule(("state",), 'LEFT({state},1)="▲"', "alarm"),
        Rule(("state",), 'OR(LEFT({state},1)="✔",LEFT({state},1)="●")', "settled"),
    )
    return Table(f"lever_{lever.code}", sheet, tuple(rows), TABLE_ROW, rules=rules)


def _block(model: Model, one: Indicator, answer: Answer, sheet: Sheet, at: int, words: Words) -> Iterator[Row]:
    """Yield the rows of an indicator, the first of which is the ``at``-th of its table."""
    first, last = TABLE_ROW + 2 + at, TABLE_ROW + 1 + at + len(answer.demands)
    spans = {
        name: Span(sheet.name, first, sheet.place(field), last, sheet.place(field))
        for name, field in (("marks", "mark"), ("steps", "step"))
    }
    values: dict[str, Value] = {
        "code": one.code,
        "demand": _described(one, words),
        "measure": answer.measure,
        "reached": audit_live.reached(words, answer),
        "state": audit_live.indicator_state(one, words, answer),
        "weight": one.weight,
        "target": one.target.default,
        **audit_live.climb(one, model.scale, answer, spans),
    }
    bounds = {"measure": (0.0, one.measure.highest or 1e12)} if one.measure else {}
    closed = frozenset(ASKED) if one.measure else frozenset({*ASKED, "measure"})
    looks = BLOCK if one.measure else {**BLOCK, "measure": "block"}
    yield Row(values, closed=closed, bounds=bounds, looks=looks, hints={"demand": words.of(one.definition)})
    decided = Span(sheet.name, first - 1, sheet.place("done"), first - 1, sheet.place("done"))
    for checked, (_, _, text) in zip(answer.demands, audit.demands(one), strict=True):
        yield _demand(one, checked, text, answer, decided, words)


def _demand(one: Indicator, checked: Checked, text: Text, answer: Answer, decided: Span, words: Words) -> Row:
    values: dict[str, Value] = {
        "code": audit.key(one.code, checked.level, checked.rank),
        "step": checked.level,
        "demand": words.of(text),
        "verdict": words(f"verdict.{checked.verdict}") if checked.verdict else None,
        "reason": checked.reason or None,
        "evidence": checked.evidence or None,
        "comment": checked.comment or None,
        "state": audit_live.demand_state(words, checked, answer, decided),
        "mark": audit_live.mark(words, checked),
    }
    return Row(values, closed=frozenset({"measure"}))


def _described(one: Indicator, words: Words) -> Rich:
    parts = [(words.of(one.name), "strong"), ("\n" + words("audit.weight", weight=one.weight), "small")]
    if one.measure:
        period = f", {words.of(one.measure.period)}" if one.measure.period else ""
        figure = words("lever.figure", figure=words.of(one.measure.figure), unit=words.of(one.measure.unit), period=period)
        steps = " · ".join(f"{level}{words('colon')} {threshold(one, level, words)}" for level in sorted(one.levels))
        parts.append(("\n" + figure + " " + words("audit.thresholds", steps=steps), "figure-note"))
    return Rich(tuple(parts))


def audit_page(lever: Lever, table: Table, words: Words) -> Page:
    """Compose the sheet of a lever around its table."""
    shown = sum(not column.hidden for column in table.sheet.columns)
    return Page(
        table.sheet.name,
        puts=(
            Put(0, 0, f"{lever.code} · {words.of(lever.name)}", "title", cols=shown - 3),
            Put(0, shown - 3, progress(len(lever.indicators), table, words), "progress", cols=3),
            Put(1, 0, words.of(lever.question), "question", cols=shown),
            Put(2, 0, words("audit.hint"), "hint", cols=shown),
        ),
        tables=(table,),
        freeze=(TABLE_ROW + 1, 3),
        protect=True,
        footer=words("footer.questionnaire"),
        tab="entry-line",
    )


def first_asked(table: Table) -> Span:
    """Return the first cell of a lever that is to fill in."""
    field = next(one for one in ("verdict", "level") if one in {column.field for column in table.sheet.columns})
    n = next(n for n, row in enumerate(table.rows) if not row.heading and field not in row.closed)
    return table.span(field, n, n)
