"""The questionnaire's live synthesis: scores by lever and grouping as they are typed, with their radar."""

from __future__ import annotations

from collections.abc import Mapping

from dimm_xl import live
from dimm_xl.model import Lever, Model
from dimm_xl.page import Chart, Formula, Page, Put, Row, Series, Span, Table, Value
from dimm_xl.scoring import Score, Scores, Standing, standing
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words

SHOWN = (("name", 36, "strong"), ("shown", 9, "score"), ("range", 13, "centre"), ("heard", 14, "centre"), ("aim", 9, "score"), ("standing", 14, "state"))
HIDDEN = ("value", "low", "high", "answered", "expected", "target", "share", "due")
LEVERS_ROW = 6


def synthesis(model: Model, scores: Scores, levers: Mapping[str, Table], words: Words) -> Page:
    """Compose the synthesis: the overall score, a table of levers with its radar, a table of groupings."""
    name = words("sheet.synthesis")
    lever_rows = [_lever_row(model, lever, levers[lever.code], scores.levers[lever.code], words) for lever in model.levers]
    table = Table("synthesis", _sheet(name, words, "lever"), tuple(lever_rows), LEVERS_ROW, filters=False)
    fields = {"heard": "share", "due": "due", **{field: field for field in HIDDEN if field not in ("share", "due")}}
    overall = live.of_levers({key: table.span(field) for key, field in fields.items()}, scores.overall)
    overall_row = Row({"name": words("synthesis.overall"), **overall, **_shown(model, scores.overall, words)})
    whole = Table("overall", _sheet(name, words, "overall"), (overall_row,), 3, filters=False)
    groupings = _groupings(name, model, scores, levers, words, table.bottom + 3)
    return Page(
        name,
        puts=(
            Put(0, 0, words("synthesis.title"), "title", cols=6),
            Put(1, 0, words("synthesis.intro", provisional=_percent(model.scoring.provisional_below), hidden=_percent(model.scoring.hidden_below)),
                "hint", cols=6),
        ),
        tables=(whole, table, groupings),
        charts=(_radar(table, words),),
        widths={len(SHOWN) + len(HIDDEN): 3},
        protect=True,
        tall=1,
        footer=words("footer.questionnaire"),
        tab="you",
    )  # fmt: skip


def _percent(share: float) -> str:
    return f"{share:.0%}".rstrip("%")


def _sheet(name: str, words: Words, first: str) -> Sheet:
    shown = [
        Column(field, words(f"synthesis.column.{first if field == 'name' else field}"), width=width, look=look) for field, width, look in SHOWN
    ]
    hidden = [Column(field, words(f"synthesis.column.{field}"), width=9, hidden=True, look="exact") for field in HIDDEN]
    return Sheet(name, "name", (*shown, *hidden))


def _spans(table: Table, first: int = 0, last: int | None = None) -> Mapping[str, Span]:
    return {field: table.span(field, first, last) for field in ("weight", "target", "counted", "expected")}


def _lever_row(model: Model, lever: Lever, table: Table, score: Score, words: Words) -> Row:
    spans = _spans(table)
    share = live.shares(model.scoring.overall, lever.weight, spans)
    shares = {"share": share["heard"], "due": share["due"]}
    exact = live.of_indicators(spans, score, model.scale)
    return Row({"name": f"{lever.code} · {words.of(lever.name)}", **exact, **shares, **_shown(model, score, words)})


def _groupings(name: str, model: Model, scores: Scores, levers: Mapping[str, Table], words: Words, row: int) -> Table:
    rows = []
    for lever in model.levers:
        first = 1
        for grouping in lever.groupings:
            spans = _spans(levers[lever.code], first, first + len(grouping.indicators) - 1)
            exact = live.of_indicators(spans, scores.groupings[grouping.code], model.scale)
            shown = _shown(model, scores.groupings[grouping.code], words)
            rows.append(Row({"name": f"{grouping.code} · {words.of(grouping.name)}", **exact, **shown}))
            first += len(grouping.indicators) + 1
    return Table("synthesis_groupings", _sheet(name, words, "grouping"), tuple(rows), row, filters=False)


def _shown(model: Model, score: Score, words: Words) -> Mapping[str, Value]:
    """Return the cells people see: score, range and standing by coverage, words where a score must not be shown."""
    rules, now = model.scoring, standing(score, model.scoring)
    coverage = f"IF({{expected}}=0,1,{{answered}}/{{expected}})"
    says = {one: words(f"standing.{one.value}") for one in Standing}
    hidden = f'OR({{value}}="",{coverage}<{rules.hidden_below})'
    text = f"IF({hidden},{live.quoted(says[Standing.HIDDEN])},IF({coverage}<{rules.provisional_below},{live.quoted(says[Standing.PROVISIONAL])},{live.quoted(says[Standing.FIRM])}))"
    point = words("number.point")
    span = f'IF({{low}}="","",SUBSTITUTE(FIXED({{low}},1,TRUE),".",{live.quoted(point)})&{live.quoted(words("range.to"))}&SUBSTITUTE(FIXED({{high}},1,TRUE),".",{live.quoted(point)}))'
    low_high = "" if score.low is None or score.high is None else f"{words.number(score.low)}{words('range.to')}{words.number(score.high)}"
    of = words("heard.of")
    return {
        "shown": Formula(f'IF({hidden},"–",{{value}})', "–" if now is Standing.HIDDEN or score.value is None else score.value),
        "range": Formula(span, low_high),
        "heard": Formula(f"{{answered}}&{live.quoted(of)}&{{expected}}", f"{score.answered}{of}{score.expected}"),
        "aim": Formula("{target}", "" if score.target is None else score.target),
        "standing": Formula(text, says[now]),
    }


def _radar(table: Table, words: Words) -> Chart:
    name = table.span("name")
    return Chart(
        "radar",
        words("synthesis.chart"),
        (
            Series(words("chart.target"), name, table.span("aim"), "target"),
            Series(words("chart.you"), name, table.span("shown"), "you"),
        ),
        row=2,
        col=len(SHOWN) + len(HIDDEN) + 1,
        width=460,
        height=400,
        alt=words("synthesis.chart.alt"),
        highest=5,
    )


