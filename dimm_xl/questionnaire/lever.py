"""The sheet of one lever: the demands of every level in words beside the answer, and what is left to do."""

from __future__ import annotations

from collections.abc import Mapping

from dimm_xl import layout, live
from dimm_xl.assessment import Answer, Answered, Assessment, Blank, Last, NotApplicable, State, Unknown
from dimm_xl.model import Grouping, Indicator, Lever, Model, Text
from dimm_xl.once import once
from dimm_xl.page import Formula, Page, Put, Rich, Row, Rule, Table, Value
from dimm_xl.sheet import Pick, Sheet
from dimm_xl.wording import threshold
from dimm_xl.words import Words

TABLE_ROW = 4
"""The row of a lever sheet's header; above it stand title, question and hint."""


def lever_table(model: Model, lever: Lever, assessment: Assessment, words: Words) -> Table:
    """Return the table of a lever: a heading row a grouping, a row an indicator."""
    sheet = _sheet(model, lever, words, (), bool(assessment.last))
    unconfirmed = set(assessment.unconfirmed) if assessment.last else ()
    rows: list[Row] = []
    for grouping in lever.groupings:
        rows.append(_heading(grouping, words))
        for one in grouping.indicators:
            row = _indicator_row(model, one, assessment.answer(one.code), words)
            rows.append(_again(row, model, assessment.last.get(one.code), one.code in unconfirmed, words) if assessment.last else row)
    return Table(f"lever_{lever.code}", sheet, tuple(rows), TABLE_ROW, rules=_rules(sheet))


_sheet = once(layout.lever_sheet)


@once
def _heading(grouping: Grouping, words: Words) -> Row:
    return Row({"code": grouping.code, "indicator": words.of(grouping.name)}, heading=True)


@once
def _rules(sheet: Sheet) -> tuple[Rule, ...]:
    fields = tuple(column.field for column in sheet.columns)
    reached = [Rule((field,), f"AND(ISNUMBER({{counted}}),{{counted}}>={field[7:]})", "reached") for field in fields if "demands" in field]
    confirm = (Rule(("state",), "{pending}=1", "alarm"),) if "pending" in fields else ()
    return (*reached, *confirm, Rule(("state",), 'AND({code}<>"",{done}=0,{level}<>"")', "alarm"), Rule(("state",), "{done}=1", "settled"))


def _indicator_row(model: Model, one: Indicator, answer: Answer, words: Words) -> Row:
    values: dict[str, Value] = {
        **_asked(one, words),
        "measure": answer.measure,
        "level": _shown(answer.state, _level_kind(model, words).show),
        "reason": answer.reason or None,
        "evidence": answer.evidence or None,
        "comment": answer.comment or None,
        "state": live.state(one, model.scale, words, answer),
        "counted": live.counted(one, model.scale, answer),
        "expected": live.expected(words, answer),
        "done": live.done(words, answer),
    }
    bounds = {"measure": (0.0, one.measure.highest or 1e12)} if one.measure else {}
    return Row(values, closed=frozenset() if one.measure else frozenset({"measure"}), bounds=bounds)


def _again(row: Row, model: Model, last: Last | None, unconfirmed: bool, words: Words) -> Row:
    """Return a row of a questionnaire that was handed out with answers of last time; ``last`` is None where it had none."""
    shown = _shown(last.state, _level_kind(model, words).show) if last else None
    state = row.values["state"]
    assert isinstance(state, Formula)
    values = {
        **row.values,
        "confirmed": words("yes") if last and last.confirmed else None,
        "state": live.confirming(state, words, unconfirmed),
        "last": shown,
        "pending": live.pending(unconfirmed),
    }
    return row._replace(values=values, closed=row.closed if last else row.closed | {"confirmed"})


_level_kind = once(layout.level_kind)


@once
def _asked(one: Indicator, words: Words) -> Mapping[str, Value]:
    """Return what the row of an indicator says to everybody."""
    demands = {f"demands{n}": _demands(one, n, words) for n in one.levels}
    return {"code": one.code, "indicator": _described(one, words), **demands, "weight": one.weight, "target": one.target.default}


def _shown(state: State, show: object) -> Value:
    assert callable(show)
    match state:
        case Answered(level):
            return int(show(level))
        case NotApplicable():
            return str(show(Pick.NOT_APPLICABLE))
        case Unknown():
            return str(show(Pick.UNKNOWN))
        case Blank():
            return None


def _described(one: Indicator, words: Words) -> Rich:
    if one.measure is None:
        return _rich(one.name, one.definition, None, None, None, words)
    return _rich(one.name, one.definition, one.measure.figure, one.measure.unit, one.measure.period, words)


@once  # the texts of an indicator, which are the same in every sector
def _rich(name: Text, definition: Text, figure: Text | None, unit: Text | None, period: Text | None, words: Words) -> Rich:
    parts = [(words.of(name), "strong"), ("\n" + words.of(definition), "small")]
    if figure and unit:
        within = f", {words.of(period)}" if period else ""
        parts.append(("\n" + words("lever.figure", figure=words.of(figure), unit=words.of(unit), period=within), "figure-note"))
    return Rich(tuple(parts))


def _demands(one: Indicator, level: int, words: Words) -> str:
    """Return the demands of a level as lines, the threshold of a measured figure first."""
    lines = [words.of(demand) for demand in one.levels[level]]
    return "\n".join(f"•\u00a0{line}" for line in ([threshold(one, level, words)] if one.measure else []) + lines)


def progress(expected: int, table: Table, words: Words) -> Formula:
    """Return how many of a lever's ``expected`` indicators are dealt with and how many are left, in words."""
    done = done_now(table)
    to_do = "IF({n}={d},{all},{d}&{of}&{n}&{left}&({n}-{d}))"
    facts = {"all": words("lever.progress.all"), "of": words("lever.progress.of"), "left": words("lever.progress.left")}
    text = to_do.replace("{n}", str(expected)).replace("{d}", "SUM({done})")
    for key, label in facts.items():
        text = text.replace(f"{{{key}}}", live.quoted(label))
    left = expected - done
    shown = facts["all"] if not left else f"{done}{facts['of']}{expected}{facts['left']}{left}"
    return Formula(text, shown, {"done": table.span("done")})


def lever_page(lever: Lever, table: Table, words: Words) -> Page:
    """Compose the sheet of a lever around its table."""
    last = sum(not column.hidden for column in table.sheet.columns) - 1  # the last column that shows; the others only calculate
    return Page(
        table.sheet.name,
        puts=(
            Put(0, 0, f"{lever.code} · {words.of(lever.name)}", "title", cols=last - 2),
            Put(0, last - 2, progress(len(lever.indicators), table, words), "progress", cols=3),
            Put(1, 0, words.of(lever.question), "question", cols=last + 1),
            Put(2, 0, words("lever.hint"), "hint", cols=last + 1),
        ),
        tables=(table,),
        freeze=(TABLE_ROW + 1, 2),
        protect=True,
        footer=words("footer.questionnaire"),
        tab="entry-line",
    )


def done_now(table: Table) -> int:
    """Return how many indicators of a lever's table are dealt with, as stored."""
    values = (row.values.get("done") for row in table.rows)
    return sum(int(value.value) for value in values if isinstance(value, Formula))
