"""The result workbook of one organisation: page one, a sheet a lever, roadmap, method, flat data."""

from __future__ import annotations

from collections.abc import Sequence

from dimm_xl.model import Indicator
from dimm_xl.page import Book, Chart, Link, Page, Put, Rich, Row, Series, Span, Table, Value
from dimm_xl.report.annexes import data_page, method_page, roadmap_page
from dimm_xl.report.lever import lever_page
from dimm_xl.report.result import Result, about, bin_rules, functions, rounded
from dimm_xl.roadmap import Step, steps, strengths
from dimm_xl.scoring import Score, Standing, bin_of, standing
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words

FEW = 3
"""Strengths and gaps on page one."""
ACTIONS = 6
"""First actions on page one (MonAideCyber gives six for six months: a number people carry out)."""
LEVERS_ROW = 4
WIDTHS = {0: 9, 1: 26, 2: 8, 3: 8, 4: 16, 5: 13, 6: 3, 7: 9, 8: 38, 9: 20, 10: 15}


def organisation_book(result: Result, words: Words) -> Book:
    """Compose the result workbook of an organisation in the language of ``words``."""
    pages = [lever_page(result, lever, words) for lever in result.model.levers]
    roadmap = steps(result.model, result.scores, result.assessment.selection)
    rest = (roadmap_page(result, roadmap, words), method_page(result, words), data_page(result, words))
    one = _page_one(result, roadmap, (*pages, *rest), words)
    title = words("result.title", organisation=result.assessment.organisation)
    return Book(title, about(result, words), words.lang, (one, *pages, *rest))


def _page_one(result: Result, roadmap: tuple[Step, ...], pages: tuple[Page, ...], words: Words) -> Page:
    name = words("sheet.result")
    table = _levers(name, result, pages, words)
    row = table.bottom + 3
    best = [_strong(result, one, words) for one in strengths(result.model, result.scores)[:FEW]]
    worst = [_weak(step, words) for step in roadmap[:FEW]]
    puts = [
        Put(0, 0, about(result, words), "hint", cols=11),
        Put(1, 0, headline(result, words), "title", cols=11),
        *_score(result, words),
        Put(table.bottom + 1, 0, words("result.target_note"), "hint", cols=6),
        *_listed(row, 0, 6, words("result.strengths"), "section-well", best or [words("result.no_strength")]),
        *_listed(row, 7, 4, words("result.gaps"), "section-improve", worst or [words("result.no_gap")]),
        *_actions(result, row + FEW + 2, roadmap, words),
        *_contents(row + FEW + ACTIONS + 4, pages, words),
    ]
    return Page(
        name,
        puts=tuple(puts),
        tables=(table,),
        charts=(_radar(result, table, words),),
        widths=WIDTHS,
        heights={1: 30, 2: 44, **{LEVERS_ROW + n: 26 for n in range(1, len(result.model.levers) + 1)}},
        tall=1,
        footer=words("footer.result", edition=words.of(result.model.edition.name)),
        tab="you",
    )


def headline(result: Result, words: Words) -> str:
    """Return the finding of page one in a sentence: what is ahead of its target, what lags, or why nothing can be said."""
    if standing(result.scores.overall, result.model.scoring) is Standing.HIDDEN:
        return words("headline.hidden")
    gaps = [(score.gap, lever) for lever in result.model.levers if (score := result.scores.levers[lever.code]).gap is not None]
    known = sorted(((gap, lever) for gap, lever in gaps if gap is not None), key=lambda entry: entry[0])
    (least, best), (most, worst) = known[0], known[-1]
    facts = {"best": words.of(best.name), "worst": words.of(worst.name)}
    if most <= 0:
        return words("headline.reached", **facts)
    if len(known) == 1 or most - least < 0.25:
        return words("headline.even", **facts)
    return words("headline.ahead" if least <= 0 else "headline.below", **facts)


def _score(result: Result, words: Words) -> list[Put]:
    score, scale = result.scores.overall, result.model.scale
    states = result.states
    now = standing(score, result.model.scoring)
    value: Value = score.value if now is not Standing.HIDDEN and score.value is not None else "–"
    low_high = words("result.between", low=words.number(score.low or 0), high=words.number(score.high or 0))
    facts = {"na": states["not_applicable"], "unknown": states["unknown"], "blank": states["blank"], "evidence": result.evidenced}
    return [
        Put(2, 0, value, "figure-big"),
        Put(2, 1, f"/ {scale.highest}", "figure-of"),
        Put(2, 3, f"{low_high}\n{words(f'standing.{now.value}')}", "quiet", cols=3),
        Put(2, 7, words("result.answers", answered=score.answered, expected=score.expected), "subtitle", cols=2),
        Put(2, 9, words("result.states", **facts), "quiet", cols=2),
    ]


def _levers(name: str, result: Result, pages: tuple[Page, ...], words: Words) -> Table:
    columns = (
        Column("code", words("column.code"), look="row-code"),
        Column("name", words("result.column.lever"), look="row-link"),
        Column("value", words("result.column.score"), look="row-score"),
        Column("target", words("result.column.target"), look="row-figure"),
        Column("bin", words("result.column.bin"), look="row"),
        Column("heard", words("result.column.answers"), look="row-quiet"),
    )
    rows = []
    for lever, page in zip(result.model.levers, pages, strict=False):
        score = result.scores.levers[lever.code]
        shown = _shown(result, score)
        found = bin_of(score.gap) if isinstance(shown, float) else None
        rows.append(
            Row(
                {
                    "code": lever.code,
                    "name": Link(words.of(lever.name), Span(page.name, 0, 0, 0, 0)),
                    "value": shown,
                    "target": score.target,
                    "bin": words(f"bin.{found.value}") if found else words("unjudged.few"),
                    "heard": words("result.heard", answered=score.answered, expected=score.expected),
                }
            )
        )
    return Table("levers", Sheet(name, "code", columns), tuple(rows), LEVERS_ROW, rules=bin_rules("bin", words), filters=False)


def _shown(result: Result, score: Score) -> Value:
    hidden = standing(score, result.model.scoring) is Standing.HIDDEN
    return None if hidden else score.value


def _radar(result: Result, table: Table, words: Words) -> Chart:
    names = table.span("name")
    scores = ", ".join(f"{words.of(lever.name)} {rounded(result.scores.levers[lever.code], words)}" for lever in result.model.levers)
    return Chart(
        "radar",
        radar_title(result, words),
        (
            Series(words("chart.target"), names, table.span("target"), "target"),
            Series(words("chart.you"), names, table.span("value"), "you"),
        ),
        row=LEVERS_ROW - 1,
        col=7,
        width=560,
        height=290,
        alt=words("result.radar.alt", scores=scores),
        highest=result.model.scale.highest,
    )


def radar_title(result: Result, words: Words) -> str:
    """Return what the radar shows in a sentence: how many levers reach their target."""
    known = [score for score in result.scores.levers.values() if isinstance(_shown(result, score), float)]
    reached = sum(score.gap is not None and score.gap <= 0 for score in known)
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
    puts = [Put(row, 0, words("result.actions", count=min(ACTIONS, len(roadmap))), "section", cols=11)]
    for n, step in enumerate(roadmap[:ACTIONS], 1):
        puts += [
            Put(row + n, 0, f"{n}  {step.indicator.code}", "row-code"),
            Put(row + n, 1, words.of(step.action), "row", cols=8),
            Put(row + n, 9, functions(result.model, step.indicator, words, 1), "row-quiet"),
            Put(row + n, 10, words("roadmap.within", months=step.horizon), "row-quiet"),
        ]
    return puts if roadmap else [*puts, Put(row + 1, 0, words("result.no_gap"), "row", cols=11)]


def _contents(row: int, pages: tuple[Page, ...], words: Words) -> list[Put]:
    rest = pages[-3:]
    places = (2, 4, 8)
    links = [Put(row, col, Link(page.name, Span(page.name, 0, 0, 0, 0)), "link", cols=2) for col, page in zip(places, rest, strict=True)]
    return [Put(row, 0, words("result.next"), "hint", cols=2), *links]
