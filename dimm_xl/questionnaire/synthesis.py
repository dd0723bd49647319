"""The questionnaire's live synthesis: scores by lever and grouping as they are typed, with their radar."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

from dimm_xl import live
from dimm_xl.model import Lever, Model
from dimm_xl.once import once
from dimm_xl.page import Chart, Formula, Page, Put, Row, Series, Span, Table, Value
from dimm_xl.scoring import Score, Scores, Standing, standing
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words

SHOWN = (
    ("name", 36, "strong"),
    ("shown", 9, "score"),
    ("range", 13, "centre"),
    ("heard", 14, "centre"),
    ("aim", 9, "score"),
    ("standing", 14, "state"),
)
HIDDEN = ("plot", "value", "low", "high", "answered", "expected", "target", "share", "due")
LEVERS_ROW = 6


def synthesis(model: Model, scores: Scores, levers: Mapping[str, Table], words: Words) -> Page:
    """Compose the synthesis: the overall score, a table of levers with its radar, a table of groupings."""
    name = words("sheet.synthesis")
    lever_rows = [_lever_row(model, lever, levers[lever.code], scores, words) for lever in model.levers]
    table = Table("synthesis", _sheet(name, words, "lever"), tuple(lever_rows), LEVERS_ROW, filters=False)
    fields = {"heard": "share", "due": "due", **{field: field for field in HIDDEN if field not in ("plot", "share", "due")}}
    overall = live.of_levers({key: table.span(field) for key, field in fields.items()}, scores.overall)
    overall_row = Row({"name": words("synthesis.overall"), **overall, **_shown(model, scores.overall, words)})
    whole = Table("overall", _sheet(name, words, "overall"), (overall_row,), 3, filters=False)
    rules = model.scoring
    limits = {"provisional": words.percent(rules.provisional_below), "hidden": words.percent(rules.hidden_below)}
    groupings = _groupings(name, model, scores, levers, words, table.bottom + 3)
    return Page(
        name,
        puts=(
            Put(0, 0, words("synthesis.title"), "title", cols=6),
            Put(1, 0, words("synthesis.intro", **limits), "hint", cols=6),
        ),
        tables=(whole, table, groupings),
        charts=(_radar(table, words, model.scale.highest),),
        widths={len(SHOWN) + len(HIDDEN): 3},
        protect=True,
        tall=1,
        footer=words("footer.questionnaire"),
        tab="you",
    )  # fmt: skip


@once
def _sheet(name: str, words: Words, first: str) -> Sheet:
    shown = [
        Column(field, words(f"synthesis.column.{first if field == 'name' else field}"), width=width, look=look)
        for field, width, look in SHOWN
    ]
    hidden = [Column(field, words(f"synthesis.column.{field}"), width=9, hidden=True, look="exact") for field in HIDDEN]
    return Sheet(name, "name", (*shown, *hidden))


def _spans(table: Table, first: int = 0, last: int | None = None) -> Mapping[str, Span]:
    """Return where the figures of a lever's rows stand; levers of one description have theirs in the same place."""
    top, bottom = table.row + 1 + first, table.bottom if last is None else table.row + 1 + last
    return _spanned(table.sheet.name, top, bottom, _columns(table.sheet))


@once
def _columns(sheet: Sheet) -> tuple[tuple[str, int], ...]:
    return tuple((field, sheet.place(field)) for field in ("weight", "target", "counted", "expected"))


@lru_cache(maxsize=4096)
def _spanned(name: str, top: int, bottom: int, columns: tuple[tuple[str, int], ...]) -> Mapping[str, Span]:
    return {field: Span(name, top, column, bottom, column) for field, column in columns}


def _lever_row(model: Model, lever: Lever, table: Table, scores: Scores, words: Words) -> Row:
    spans = _spans(table)
    parts = [(one.weight, scores.indicators[one.code]) for one in lever.indicators]
    share = live.shares(model.scoring.overall, lever.weight, parts, spans)
    shares = {"share": share["heard"], "due": share["due"]}
    score = scores.levers[lever.code]
    exact = live.of_indicators(spans, score, model.scale)
    return Row({"name": f"{lever.code} · {words.of(lever.name)}", **exact, **shares, **_shown(model, score, words)})


def _groupings(name: str, model: Model, scores: Scores, levers: Mapping[str, Table], words: Words, row: int) -> Table:
    rows = []
    for lever in model.levers:
        table = levers[lever.code]
        headings = [*(n for n, row in enumerate(table.rows) if row.heading), len(table.rows)]
        for grouping, (before, after) in zip(lever.groupings, pairwise(headings), strict=True):
            spans = _spans(table, before + 1, after - 1)
            exact = live.of_indicators(spans, scores.groupings[grouping.code], model.scale)
            shown = _shown(model, scores.groupings[grouping.code], words)
            rows.append(Row({"name": f"{grouping.code} · {words.of(grouping.name)}", **exact, **shown}))
    return Table("synthesis_groupings", _sheet(name, words, "grouping"), tuple(rows), row, filters=False)


def _shown(model: Model, score: Score, words: Words) -> Mapping[str, Value]:
    """Return the cells people see: score, range and standing by coverage, words where a score must not be shown."""
    now, texts = standing(score, model.scoring), _texts(model, words)
    shown = None if now is Standing.HIDDEN else score.value
    return {
        "shown": Formula(texts["shown"], "–" if shown is None else shown),
        "plot": Formula(texts["plot"], "#N/A" if shown is None else shown),
        "range": _range(score, texts["range"], words),
        "heard": Formula(texts["heard"], f"{score.answered}{words('heard.of')}{score.expected}"),
        "aim": Formula("{target}", "" if score.target is None else score.target),
        "standing": Formula(texts["standing"], words(f"standing.{now.value}")),
    }


@once
def _texts(model: Model, words: Words) -> Mapping[str, str]:
    """Return the formulas of the cells people see, by field."""
    rules = model.scoring
    coverage = "IF({expected}=0,1,{answered}/{expected})"
    hidden = f'OR({{value}}="",{coverage}<{rules.hidden_below})'
    says = {one: live.quoted(words(f"standing.{one.value}")) for one in Standing}
    seen = f"IF({coverage}<{rules.provisional_below},{says[Standing.PROVISIONAL]},{says[Standing.FIRM]})"
    return {
        "shown": f'IF({hidden},"–",{{value}})',
        "plot": f"IF({hidden},NA(),{{value}})",
        "range": _ranged(words),
        "heard": f"{{answered}}&{live.quoted(words('heard.of'))}&{{expected}}",
        "standing": f"IF({hidden},{says[Standing.HIDDEN]},{seen})",
    }


def _range(score: Score, text: str, words: Words) -> Formula:
    """Return the range in words."""
    known = score.low is not None and score.high is not None
    value = f"{words.number(score.low or 0)}{words('range.to')}{words.number(score.high or 0)}" if known else ""
    return Formula(text, value)


def _ranged(words: Words) -> str:
    """Return the formula of a range; FIXED writes the point of the program's locale, so it is replaced by the language's."""
    point, to = live.quoted(words("number.point")), words("range.to")
    low, high = (f'SUBSTITUTE(SUBSTITUTE(FIXED({{{end}}},1,TRUE),".",{point}),",",{point})' for end in ("low", "high"))
    return f'IF({{low}}="","",{low}&{live.quoted(to)}&{high})'


def _radar(table: Table, words: Words, highest: float) -> Chart:
    name = table.span("name")
    return Chart(
        "radar",
        words("synthesis.chart"),
        (
            Series(words("chart.target"), name, table.span("aim"), "target"),
            Series(words("chart.you"), name, table.span("plot"), "you"),
        ),
        row=2,
        col=len(SHOWN) + len(HIDDEN) + 1,
        width=460,
        height=400,
        alt=words("synthesis.chart.alt"),
        highest=highest,
    )
