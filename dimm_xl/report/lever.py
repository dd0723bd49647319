"""The sheet of one lever in a result workbook: its score, its groupings with their radar, every indicator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dimm_xl import audit
from dimm_xl.assessment import Answer
from dimm_xl.layout import sheet_name
from dimm_xl.model import Indicator, Lever, Text
from dimm_xl.once import once
from dimm_xl.page import Bars, Chart, Page, Put, Row, Rules, Series, Table, Value
from dimm_xl.report.discuss import spread_mark
from dimm_xl.report.result import Result, between, bin_rules, demands, described_sheet, grouping_shown, judged, rounded, shown, state_word
from dimm_xl.report.second import second_mark
from dimm_xl.scoring import Standing, standing
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words

GROUPINGS_ROW = 4
CHART_ROWS = 14
"""Rows that the chart beside the groupings' table takes."""
INDICATORS = (
    ("code", "row-code", 7),
    ("indicator", "row", 32),
    ("level", "row-level", 9),
    ("target", "row-figure-whole", 8),
    ("gap", "row-figure-whole", 8),
    ("bin", "row", 16),
    ("weight", "row-figure-whole", 7),
    ("met", "boxed-quiet", 42),
    ("next", "boxed", 44),
    ("evidence", "boxed-quiet", 20),
    ("reason", "boxed-quiet", 17),
    ("comment", "boxed-quiet", 17),
)
"""Columns of the table of indicators: field, look, width."""
AXES = 3
"""Fewer axes than this make no radar: bars then."""


def lever_page(result: Result, lever: Lever, words: Words) -> Page:
    """Compose the sheet of a lever."""
    name = sheet_name(lever, words)
    score = result.scores.levers[lever.code]
    groupings = _groupings(name, result, lever, words)
    indicators = _indicators(name, result, lever, words, GROUPINGS_ROW + CHART_ROWS)
    now = standing(score, result.model.scoring)
    rated = rounded(result.model, score, words)
    facts = {"answered": score.answered, "expected": score.expected}
    basis = (between(score, words), words("result.answers", **facts), words(f"standing.{now.value}"))
    return Page(
        name,
        puts=(
            Put(0, 0, f"{lever.code} · {words.of(lever.name)}{words('colon')} {rated} {words('result.of')}", "title", cols=9),
            Put(1, 0, words.of(lever.question), "question", cols=9),
            Put(2, 0, " · ".join(filter(None, (*basis, peers_told(result, lever, words)))), "hint", cols=9),
        ),
        tables=(groupings, indicators),
        charts=(_chart(result, lever, groupings, words),),
        freeze=(0, 2),
        footer=words("footer.result", edition=words.of(result.model.edition.name)),
    )


def peers_told(result: Result, lever: Lever, words: Words) -> str:
    """Return the median and the quartiles of the peers in a lever, in words; empty when they are too few."""
    spread = result.peers.levers.get(lever.code) if result.peers else None
    if spread is None or spread.low is None or spread.median is None or spread.high is None:
        return ""
    figures = {key: words.number(value) for key, value in (("median", spread.median), ("low", spread.low), ("high", spread.high))}
    return words("lever.peers", count=spread.count, **figures)


def _groupings(name: str, result: Result, lever: Lever, words: Words) -> Table:
    rows = []
    for grouping in lever.groupings:
        score = result.scores.groupings[grouping.code]
        heard = words("result.heard", answered=score.answered, expected=score.expected)
        hidden = standing(score, result.model.scoring) is Standing.HIDDEN
        value = None if hidden else score.value
        rows.append(
            Row(
                {
                    "code": grouping.code,
                    "grouping": words.of(grouping.name),
                    "value": value,
                    "target": score.target,
                    "heard": heard,
                    "last": grouping_shown(result.last.model, result.last, grouping.code) if result.last else None,
                }
            )
        )
    return Table(
        f"groupings_{lever.code}", _groupings_sheet(name, result.last is not None, words), tuple(rows), GROUPINGS_ROW, filters=False
    )


@once
def _groupings_sheet(name: str, compared: bool, words: Words) -> Sheet:
    columns = (
        Column("code", words("column.code"), look="row-code"),
        Column("grouping", words("synthesis.column.grouping"), look="row"),
        Column("value", words("result.column.score"), look="row-score"),
        Column("target", words("result.column.target"), look="row-figure"),
        Column("heard", words("result.column.answers"), look="row-quiet"),
        *((Column("last", words("result.column.last"), look="row-figure"),) if compared else ()),
    )
    return Sheet(name, "code", columns)


def _indicators(name: str, result: Result, lever: Lever, words: Words, row: int) -> Table:
    rows = tuple(_row(result, one, words) for one in lever.indicators)
    rules: Rules = (Bars("level", result.model.scale.bottom, result.model.scale.top), *bin_rules("bin", words))
    return Table(f"indicators_{lever.code}", described_sheet(name, INDICATORS, words, "code", "result.column"), rows, row, rules=rules)


def _row(result: Result, one: Indicator, words: Words) -> Row:
    answer = result.answers[one.code]
    common = _common(one, result.levels[one.code], state_word(answer.state), words)
    several = len(result.parts) > 1 or result.declared is not None
    marks = [mark for mark in (spread_mark(result, one, words), second_mark(result, one, words)) if mark] if several else []
    if not (answer.evidence or answer.reason or answer.comment or answer.demands or marks):
        return Row(common, common=common)
    own: dict[str, Value] = {"evidence": answer.evidence, "reason": answer.reason, "comment": answer.comment}
    own = {field: said for field, said in own.items() if said}
    if answer.demands:
        own |= _verified(one, answer, words)
    if marks:
        own["indicator"] = "\n".join((words.of(one.name), *marks))
    return Row({**common, **own}, common=None if answer.demands or marks else common)


def _verified(one: Indicator, answer: Answer, words: Words) -> Mapping[str, Value]:
    """Return which demands an audit found met on the level, and which not on the next."""
    return _steps(answer.level, audit.met(one, answer), audit.following(one, answer), words)


def _steps(level: int | None, met: Sequence[Text], following: Sequence[Text], words: Words) -> Mapping[str, Value]:
    top = words("result.top") if level is not None else "–"
    return {"met": demands(met, words) if met else "–", "next": demands(following, words) if following else top}


@once
def _common(one: Indicator, level: int | None, state: str, words: Words) -> Mapping[str, Value]:
    """Return what the row of an indicator says to everybody who is on a level of it."""
    met, following = ((), ()) if level is None else (one.levels.get(level, ()), one.levels.get(level + 1, ()))
    return {
        "code": one.code,
        "indicator": words.of(one.name),
        "level": level if level is not None else "–",
        "target": one.target.default,
        "gap": None if level is None else max(one.target.default - level, 0),
        "bin": judged(one, level, state, words),
        "weight": one.weight,
        **_steps(level, met, following, words),
    }


def _chart(result: Result, lever: Lever, table: Table, words: Words) -> Chart:
    shape = "radar" if len(lever.groupings) >= AXES else "bar"
    names = table.span("grouping")
    scores = ", ".join(f"{words.of(one.name)} {rounded(result.model, result.scores.groupings[one.code], words)}" for one in lever.groupings)
    return Chart(
        "radar" if shape == "radar" else "bar",
        finding(result, lever, words),
        (
            Series(words("chart.target"), names, table.span("target"), "target"),
            *((Series(words("chart.last"), names, table.span("last"), "last"),) if result.last else ()),
            Series(words("chart.you"), names, table.span("value"), "you"),
        ),
        row=GROUPINGS_ROW - 1,
        col=7,
        width=620,
        height=285,
        alt=words("result.radar.alt", scores=scores),
        highest=result.model.scale.highest,
    )


def finding(result: Result, lever: Lever, words: Words) -> str:
    """Return what the lever's chart shows in a sentence: its best and its worst grouping."""
    known = [(value, one) for one in lever.groupings if (value := shown(result.model, result.scores.groupings[one.code])) is not None]
    if not known:
        return words("lever.chart.none", lever=words.of(lever.name))
    known.sort(key=lambda entry: result.model.scale.key(entry[0]))
    (high, best), (low, worst) = known[0], known[-1]
    facts = {"best": words.of(best.name), "worst": words.of(worst.name), "high": words.number(high), "low": words.number(low)}
    return words(
        "lever.chart.one"
        if len(known) == 1
        else "lever.chart.even"
        if abs(high - low) < 0.1 * abs(result.model.scale.step)
        else "lever.chart.spread",
        **facts,
    )
