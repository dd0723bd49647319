"""Page one of a result workbook: where one stands and what to do first, in ten seconds and on one printed page."""

from __future__ import annotations

from collections.abc import Sequence

from dimm_xl.model import Indicator, Lever
from dimm_xl.once import once
from dimm_xl.page import Chart, Link, Page, Put, Rich, Row, Series, Span, Table, Value
from dimm_xl.progress import Progress, trend
from dimm_xl.report.progress import levers_table, seen
from dimm_xl.report.result import Result, about, between, bin_rules, functions, rounded
from dimm_xl.report.second import reviewable
from dimm_xl.respondents import disagreements
from dimm_xl.roadmap import Step, strengths
from dimm_xl.scoring import ROUNDING, Score, Standing, bin_of, standing
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words

FEW = 3
"""Strengths and gaps on page one."""
ACTIONS = 6
"""First actions on page one (MonAideCyber gives six for six months: a number people carry out)."""
LEVERS_ROW = 4
CHART_ROWS = 6
"""Rows of levers beside which the chart fits; where there are fewer, as many are left empty."""
LEFT, RIGHT, WIDE = 8, 9, 13
"""Columns of the left half, the first column of the right half, columns in all."""
WIDTHS = {0: 9, 1: 24, 2: 7, 3: 7, 4: 7, 5: 18, 6: 16, 7: 11, 8: 3, 9: 9, 10: 34, 11: 20, 12: 14}
LEVER, TITLE, ACTION = 26.0, 24.0, 25.0
"""Heights of rows, in points, where two lines fit and one breathes; the note, the strengths and the gaps fit their text."""


def page_one(result: Result, roadmap: tuple[Step, ...], levers: Sequence[str], rest: Sequence[str], words: Words) -> Page:
    """Compose page one; ``levers`` and ``rest`` are the names of the sheets it leads to."""
    name = words("sheet.result")
    table = _levers(name, result, levers, words)
    last = max(table.bottom, LEVERS_ROW + CHART_ROWS)
    row = last + 3
    best = [_strong(result, one, words) for one in strengths(result.model, result.scores)[:FEW]]
    worst = [_weak(step, words) for step in roadmap[:FEW]]
    puts = [
        Put(0, 0, about(result, words), "hint", cols=WIDE),
        Put(1, 0, headline(result, words), "title", cols=WIDE),
        *_score(result, words),
        Put(table.bottom + 1, 0, _note(result, words), "quiet", cols=LEFT),
        *_listed(row, 0, LEFT, words("result.strengths"), "section-well", best or [words("result.no_strength")]),
        *_listed(row, RIGHT, 4, words("result.gaps"), "section-improve", worst or [words("result.no_gap")]),
        *_actions(result, row + FEW + 2, roadmap, words),
        *_contents(row + FEW + ACTIONS + 4, rest, words),
    ]
    return Page(
        name,
        puts=tuple(puts),
        tables=(table,),
        charts=(_radar(result, table, words),),
        widths=WIDTHS,
        heights=_heights(row),
        tall=1,
        footer=words("footer.result", edition=words.of(result.model.edition.name)),
        tab="you",
    )


def _heights(row: int) -> dict[int, float]:
    """Return the heights of a page whose strengths begin at ``row``."""
    first = row + FEW + 2
    return {
        1: 34,
        2: 46,
        **dict.fromkeys(range(LEVERS_ROW + 1, row - 2), LEVER),
        row: TITLE,
        first: TITLE,
        **dict.fromkeys(range(first + 1, first + ACTIONS + 1), ACTION),
        first + ACTIONS + 2: ACTION,
    }


def headline(result: Result, words: Words) -> str:
    """Return the finding of page one in a sentence: what is ahead of its target, what lags, or why nothing can be said."""
    if standing(result.scores.overall, result.model.scoring) is Standing.HIDDEN:
        return words("headline.hidden")
    shown = [(result.scores.levers[lever.code], lever) for lever in result.model.levers]
    gaps = [(one.gap, lever) for one, lever in shown if standing(one, result.model.scoring) is not Standing.HIDDEN]
    known = sorted(((gap, lever) for gap, lever in gaps if gap is not None), key=lambda entry: entry[0])
    if not known:
        return words("headline.hidden")
    (least, best), (most, worst) = known[0], known[-1]
    facts = {"best": words.of(best.name), "worst": words.of(worst.name)}
    if most <= ROUNDING:
        return words("headline.reached", **facts)
    if least <= ROUNDING:
        return words("headline.ahead", **facts)
    return words("headline.even" if most - least < 0.25 else "headline.below", **facts)


def _score(result: Result, words: Words) -> list[Put]:
    score = result.scores.overall
    states = result.states
    now = standing(score, result.model.scoring)
    value: Value = score.value if now is not Standing.HIDDEN and score.value is not None else "–"
    low_high = between(score, words)
    found = bin_of(score.gap) if isinstance(value, float) else None
    verdict = words("result.verdict", bin=words(f"bin.{found.value}")) if found else words("unjudged.few")
    facts: dict[str, object] = {
        "na": states["not_applicable"],
        "unknown": states["unknown"],
        "blank": states["blank"],
        "evidence": result.evidenced,
    }
    sure = words(f"standing.{now.value}")
    audited = result.assessment.form == "audit"
    facts["basis"] = words("basis.audit" if audited else "basis.declared")
    if result.declared:
        facts["basis"] = words("basis.validated", checked=len(result.opinions), count=reviewable(result.declared))
        sure += " · " + words(
            "basis.beside_audit" if audited else "basis.beside", score=rounded(result.model, result.declared.scores.overall, words)
        )
    return [
        Put(2, 0, value, "figure-big"),
        Put(2, 1, words("result.of"), "figure-of"),
        Put(2, 2, f"{verdict}\n{low_high}\n{sure}", "quiet", cols=LEFT - 2),
        Put(2, RIGHT, words("result.answers", answered=score.answered, expected=score.expected), "subtitle", cols=2),
        Put(2, RIGHT + 2, words("result.states", **facts), "quiet", cols=2),
    ]


def _levers(name: str, result: Result, pages: Sequence[str], words: Words) -> Table:
    rows = tuple(_lever_row(result, lever, page, words) for lever, page in zip(result.model.levers, pages, strict=True))
    return Table(
        "levers", _levers_sheet(name, result.last is not None, words), rows, LEVERS_ROW, rules=bin_rules("bin", words), filters=False
    )


@once
def _levers_sheet(name: str, compared: bool, words: Words) -> Sheet:
    columns = (
        Column("code", words("column.code"), look="row-code"),
        Column("name", words("result.column.lever"), look="row-link"),
        Column("value", words("result.column.score"), look="row-score"),
        Column("target", words("result.column.target"), look="row-figure"),
        Column("peers", words("result.column.peers"), look="row-figure"),
        Column("last", words("result.column.last"), look="row-quiet")
        if compared
        else Column("middle", words("result.column.middle"), look="row-quiet"),
        Column("bin", words("result.column.bin"), look="row"),
        Column("heard", words("result.column.answers"), look="row-quiet"),
    )
    return Sheet(name, "code", columns)


def _lever_row(result: Result, lever: Lever, page: str, words: Words) -> Row:
    score = result.scores.levers[lever.code]
    shown = _shown(result, score)
    found, now = bin_of(score.gap) if isinstance(shown, float) else None, standing(score, result.model.scoring)
    spread = result.peers.levers.get(lever.code) if result.peers else None
    middle = ""
    if spread and spread.low is not None and spread.high is not None:
        middle = f"{words.number(spread.low)}{words('range.to')}{words.number(spread.high)}"
    return Row(
        {
            "code": lever.code,
            "name": Link(words.of(lever.name), Span(page, 0, 0, 0, 0)),
            "value": shown,
            "target": score.target,
            "peers": spread.median if spread else None,
            "middle": middle or "–",
            "last": _last(result.progress, lever, words),
            "bin": words(f"bin.{found.value}") if found else words("unjudged.few"),
            "heard": f"{words(f'standing.{now.value}')[0]} {words('result.heard', answered=score.answered, expected=score.expected)}",
        }
    )


def _last(progress: Progress | None, lever: Lever, words: Words) -> str | None:
    """Return which way a lever went since last time, and from where."""
    if progress is None:
        return None
    then, _, change = seen(progress, progress.levers[lever.code])
    if then is None:
        return "–"
    way = "" if change is None else words(f"progress.trend.{trend(progress.now.model.scale.gain(change)).value}")
    return words("progress.from", trend=way, then=words.number(then)).strip()


def _note(result: Result, words: Words) -> str:
    """Return what score, target and peers mean, under the table, and how many respondents stand behind it."""
    told = _meant(result, words)
    if len(result.parts) < 2:
        return told
    return f"{told} {words('discuss.note', respondents=len(result.parts), count=len(disagreements(result.model, result.parts)))}"


def _meant(result: Result, words: Words) -> str:
    if result.peers is None:
        return f"{words('result.target_note')} {words('result.no_peers')}"
    peers, profile = result.peers, result.assessment.profile
    names = {"sector": result.model.names["sector"].get(profile.sector), "size": result.model.names["size"].get(profile.size)}
    name = names.get(peers.scope)
    group = words(f"result.peers.{peers.scope}", name=words.of(name) if name else "")
    note = words("result.peers_median" if result.last else "result.peers_note", count=peers.count, group=group)
    source = [words("result.peers_source", name=peers.source)] if peers.source else []
    return " ".join((words("result.target_note"), note, *source))


def _shown(result: Result, score: Score) -> Value:
    hidden = standing(score, result.model.scoring) is Standing.HIDDEN
    return None if hidden else score.value


def _radar(result: Result, table: Table, words: Words) -> Chart:
    names = table.span("name")
    series = [Series(words("chart.target"), names, table.span("target"), "target")]
    if result.progress:
        then = levers_table(result.progress, words).span("then", 1, len(result.model.levers))
        series.append(Series(words("chart.last"), names, then, "last"))
    if result.peers:
        series.append(Series(words("chart.peers"), names, table.span("peers"), "peers"))
    series.append(Series(words("chart.you"), names, table.span("value"), "you"))
    scores = ", ".join(
        f"{words.of(lever.name)} {rounded(result.model, result.scores.levers[lever.code], words)}" for lever in result.model.levers
    )
    return Chart(
        "radar",
        radar_title(result, words),
        tuple(series),
        row=LEVERS_ROW - 1,
        col=RIGHT,
        width=540,
        height=300,
        alt=words("result.radar.alt", scores=scores),
        highest=result.model.scale.highest,
    )


def radar_title(result: Result, words: Words) -> str:
    """Return what the radar shows in a sentence: how many levers reach their target."""
    known = [score for score in result.scores.levers.values() if isinstance(_shown(result, score), float)]
    reached = sum(score.gap is not None and score.gap <= ROUNDING for score in known)
    return words("result.radar", reached=reached, known=len(known))


def _strong(result: Result, one: Indicator, words: Words) -> Rich:
    level = result.assessment.answer(one.code).level
    fact = words("result.level_target", level=level, target=one.target.default, weight=one.weight)
    return Rich(((f"{one.code}  {words.of(one.name)}", "strong"), ("\n" + fact, "small")))


def _weak(step: Step, words: Words) -> Rich:
    fact = words("result.level_target", level=step.level, target=step.target, weight=step.indicator.weight)
    return Rich(((f"{step.indicator.code}  {words.of(step.indicator.name)}", "strong"), ("\n" + fact, "small")))


def _listed(row: int, col: int, cols: int, title: str, look: str, entries: Sequence[Value]) -> list[Put]:
    return [Put(row, col, title, look, cols=cols)] + [Put(row + n, col, entry, "row", cols=cols) for n, entry in enumerate(entries, 1)]


def _actions(result: Result, row: int, roadmap: tuple[Step, ...], words: Words) -> list[Put]:
    puts = [Put(row, 0, words("result.actions", count=min(ACTIONS, len(roadmap))), "section", cols=WIDE)]
    for n, step in enumerate(roadmap[:ACTIONS], 1):
        puts += [
            Put(row + n, 0, f"{n}  {step.indicator.code}", "row-code"),
            Put(row + n, 1, words.of(step.action), "row", cols=RIGHT + 1),
            Put(row + n, RIGHT + 2, functions(result.model, step.indicator, words, 1), "row-quiet"),
            Put(row + n, RIGHT + 3, words("roadmap.within", months=step.horizon), "row-quiet"),
        ]
    return puts if roadmap else [*puts, Put(row + 1, 0, words("result.no_gap"), "row", cols=WIDE)]


def _contents(row: int, rest: Sequence[str], words: Words) -> list[Put]:
    """Return the links to the sheets that follow the levers, seven a line."""
    places = ((2, 2), (4, 2), (6, 1), (7, 1), (RIGHT, 2), (RIGHT + 2, 1), (RIGHT + 3, 1))
    placed = ((row + n // len(places), *places[n % len(places)], name) for n, name in enumerate(rest))
    links = [Put(line, col, Link(name, Span(name, 0, 0, 0, 0)), "link", cols=cols) for line, col, cols, name in placed]
    return [Put(row, 0, words("result.next"), "quiet", cols=2), *links]
