"""What if: the level planned for each indicator is a cell, and the projected scores and their radar follow as it is typed."""

from __future__ import annotations

from collections.abc import Mapping

from dimm_xl import live
from dimm_xl.assessment import NotApplicable
from dimm_xl.model import Indicator, Model, Scale, Scoring, Text
from dimm_xl.once import once
from dimm_xl.page import Bars, Chart, Formula, Page, Put, Row, Series, Span, Table, Value
from dimm_xl.report.result import Result, shown
from dimm_xl.roadmap import Step
from dimm_xl.scoring import Score, Scores, combined, of_level
from dimm_xl.sheet import Column, Kind, Sheet
from dimm_xl.words import Words

FIRST = 6
"""Actions of page one, each taken as one level gained: what the sheet shows before anybody plans anything."""
LEVERS_ROW = 4
CHART_ROWS = 16


def planned(result: Result, roadmap: tuple[Step, ...]) -> Mapping[str, int]:
    """Return the level planned for each answered indicator: one more for the first actions, the present one for the others."""
    now = {code: level for code, level in result.levels.items() if level is not None}
    return {**now, **{step.indicator.code: step.level + 1 for step in roadmap[:FIRST]}}


def projected(result: Result, levels: Mapping[str, int]) -> Scores:
    """Score an organisation as if it had reached the planned levels."""
    model, now = result.model, result.levels
    moved = {code: of_level(model.indicators[code], level, model.scale) for code, level in levels.items() if level != now[code]}
    return combined(model, {**result.scores.indicators, **moved})


def whatif_page(result: Result, roadmap: tuple[Step, ...], words: Words) -> Page:
    """Compose the what-if: projected scores with their radar above, every indicator with its planned level below."""
    name, levels = words("sheet.whatif"), planned(result, roadmap)
    then = projected(result, levels)
    indicators = _indicators(name, result, levels, words)
    levers = _levers(name, result, then, indicators, words)
    overall = _overall(result, then, levers, indicators, words)
    now, next_ = shown(result.model, result.scores.overall), shown(result.model, then.overall)
    title = words("whatif.title.none" if now is not None and not roadmap else "whatif.title.few")
    if roadmap and now is not None and next_ is not None:
        title = words("whatif.title.first", now=words.number(now), then=words.number(next_), count=len(roadmap[:FIRST]))
    return Page(
        name,
        puts=(
            Put(0, 0, title, "title", cols=9),
            Put(1, 0, words("whatif.intro"), "hint", cols=9),
            Put(2, 1, words("synthesis.overall"), "subtitle"),
            Put(2, 2, now if now is not None else "–", "row-score"),
            Put(2, 3, overall, "row-score"),
        ),
        tables=(levers, indicators),
        charts=(_radar(levers, result.model, words),),
        freeze=(0, 2),
        footer=words("footer.result", edition=words.of(result.model.edition.name)),
        tab="target",
    )


def _indicators(name: str, result: Result, levels: Mapping[str, int], words: Words) -> Table:
    rows = []
    for lever in result.model.levers:
        for one in lever.indicators:
            level: Value = result.levels[one.code]
            if level is None and isinstance(result.answers[one.code].state, NotApplicable):
                level = words("level.not_applicable")
            rows.append(_row(one, lever.name, level, levels.get(one.code, level), words))
    scale = result.model.scale
    rules = (Bars("now", scale.bottom, scale.top),)
    return Table("whatif", _indicators_sheet(name, scale, words), tuple(rows), LEVERS_ROW + CHART_ROWS, rules=rules)


@once
def _row(one: Indicator, lever: Text, now: Value, planned: Value, words: Words) -> Row:
    common: Mapping[str, Value] = {
        "code": one.code,
        "indicator": words.of(one.name),
        "now": now,
        "planned": planned,
        "target": one.target.default,
        "weight": one.weight,
        "lever": words.of(lever),
    }
    return Row(common, common=common)


@once
def _indicators_sheet(name: str, scale: Scale, words: Words) -> Sheet:
    offered = (*map(str, scale.offered), words("level.not_applicable"))
    kind = Kind("kind.level", picks=offered)
    columns = (
        Column("code", words("column.code"), look="row-code", width=8),
        Column("indicator", words("column.indicator"), look="row", width=44),
        Column("now", words("whatif.column.now"), look="row-level", width=11),
        Column("planned", words("whatif.column.planned"), kind, entry=True, look="level", width=11, says=words("kind.level.says")),
        Column("target", words("column.target"), look="row-figure-whole", width=9),
        Column("weight", words("column.weight"), look="row-figure-whole", width=11),
        Column("lever", words("result.column.lever"), look="row-quiet", width=24),
    )
    return Sheet(name, "code", columns)


def _levers(name: str, result: Result, then: Scores, indicators: Table, words: Words) -> Table:
    rows, first = [], 0
    for lever in result.model.levers:
        last = first + len(lever.indicators) - 1
        spans = _spans(indicators.sheet, indicators.row, first, last)
        exact = _enough(result, live.level_of(spans, then.levers[lever.code], result.model.scale), then.levers[lever.code], words)
        parts = [(one.weight, then.indicators[one.code]) for one in lever.indicators]
        share = live.shares(result.model.scoring.overall, lever.weight, parts, spans)["heard"]
        present = result.scores.levers[lever.code]
        values = {"code": lever.code, "lever": words.of(lever.name), "now": shown(result.model, present), "planned": exact}
        rows.append(Row({**values, "target": present.target, "share": share}))
        first = last + 1
    return Table("whatif_levers", _levers_sheet(name, words), tuple(rows), LEVERS_ROW, filters=False)


@once
def _levers_sheet(name: str, words: Words) -> Sheet:
    columns = (
        Column("code", words("column.code"), look="row-code"),
        Column("lever", words("result.column.lever"), look="row-strong"),
        Column("now", words("whatif.column.score_now"), look="row-figure"),
        Column("planned", words("whatif.column.score_then"), look="row-score"),
        Column("target", words("column.target"), look="row-figure"),
        Column("share", words("whatif.column.share"), look="row-figure-any"),
    )
    return Sheet(name, "code", columns)


@once
def _spans(sheet: Sheet, row: int, first: int, last: int) -> Mapping[str, Span]:
    """Return where the figures of a lever's indicators stand."""
    fields = {"weight": "weight", "target": "target", "counted": "planned", "expected": "planned"}
    return {name: Table("", sheet, (), row).span(field, first, last) for name, field in fields.items()}


def _overall(result: Result, then: Scores, levers: Table, indicators: Table, words: Words) -> Formula:
    spans = {"heard": levers.span("share"), "value": levers.span("planned"), "counted": indicators.span("planned")}
    return _enough(result, live.mean("value", "heard", then.overall.value, spans), then.overall, words)


def _enough(result: Result, exact: Formula, score: Score, words: Words) -> Formula:
    """Return a formula that stays empty while too few indicators have a level for the score to be shown."""
    value = shown(result.model, score)
    return Formula(_guarded(exact.text, result.model.scoring, words), "" if value is None else value, exact.at)


@once
def _guarded(exact: str, scoring: Scoring, words: Words) -> str:
    exempt = live.quoted(words("level.not_applicable"))
    least = f"{scoring.hidden_below}*(ROWS({{counted}})-COUNTIF({{counted}},{exempt}))"
    return f'IF(COUNT({{counted}})<{least},"",{exact})'


def _radar(levers: Table, model: Model, words: Words) -> Chart:
    names = levers.span("lever")
    series = (
        Series(words("chart.target"), names, levers.span("target"), "target"),
        Series(words("whatif.column.score_now"), names, levers.span("now"), "last"),
        Series(words("whatif.column.score_then"), names, levers.span("planned"), "you"),
    )
    return Chart("radar", words("whatif.chart"), series, 2, 6, 520, 330, words("whatif.chart.alt"), model.scale.highest)
