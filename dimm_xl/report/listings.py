"""The long lists of the consolidated workbook: ranking, heat map, findings, flat data; a row an organisation or a finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from dimm_xl.assessment import Return
from dimm_xl.describe import message, repair
from dimm_xl.model import Model
from dimm_xl.page import Page, Put, Row, Rules, Shades, Table
from dimm_xl.report.limits import EXCEL, Room, told
from dimm_xl.report.result import Described, Result, described_sheet, grouping_shown, shown
from dimm_xl.scoring import FEWEST, standing
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words

DATA_ROW = 2
"""Where the flat table starts: above it stand what it is and the way back."""


def ranking_page(model: Model, results: Sequence[Result], words: Words) -> Page:
    """Compose the ranking: best overall score first, organisations without a score that may be shown last."""
    name = words("sheet.ranking")
    levers = [(lever.code, f"{lever.code} · {words.of(lever.name)}") for lever in model.levers]
    described: Described = (
        ("rank", "row-figure-whole", 7),
        ("organisation", "row-strong", 34),
        ("sector", "row-quiet", 32),
        ("size", "row-quiet", 38),
        ("score", "row-score", 9),
        ("low", "row-figure", 8),
        ("high", "row-figure", 8),
        ("coverage", "row-share", 12),
        ("form", "row-quiet", 20),
        ("standing", "row-quiet", 22),
    )
    base = described_sheet(name, described, words, "organisation")
    ranked = model.scoring.ranked
    group = (Column("group", words.of(ranked.name), look="row-figure-whole", width=10),) if ranked else ()
    shaded = (Column(code, title, look="shade", width=13) for code, title in levers)
    sheet = Sheet(name, base.key, (*base.columns[:1], *group, *base.columns[1:], *shaded))

    def order(result: Result) -> tuple[bool, float, str]:
        value = shown(model, result.scores.overall)
        return (value is None, model.scale.key(value or 0.0), result.id)

    known = sum(shown(model, result.scores.overall) is not None for result in results)
    groups = {n: ranked.group(n, known) for n in range(1, known + 1)} if ranked else {}
    rows = tuple(_ranked(model, result, n, groups.get(n), words) for n, result in enumerate(sorted(results, key=order), 1))
    shades = Shades(tuple(code for code, _ in levers), model.scale.worst, model.scale.best)
    return _listing(name, "ranking", sheet, rows, words, rules=(shades,), title=_first(rows, words))


def _first(rows: Sequence[Row], words: Words) -> str:
    """Return who leads, and out of how many."""
    count = sum(row.values["rank"] is not None for row in rows)
    if not count:
        return words("portfolio.ranking.none")
    score = rows[0].values["score"]
    assert isinstance(score, float)
    return words("portfolio.ranking.first", first=rows[0].values["organisation"], score=words.number(score), count=count)


def _ranked(model: Model, result: Result, rank: int, group: int | None, words: Words) -> Row:
    score, profile = result.scores.overall, result.assessment.profile
    value = shown(model, score)
    return Row(
        {
            "rank": rank if value is not None else None,
            **({} if group is None else {"group": group}),
            "organisation": result.assessment.organisation,
            "sector": words.of(model.label("sector", profile.sector)),
            "size": words.of(model.label("size", profile.size)),
            "score": "–" if value is None else value,
            "low": score.low,
            "high": score.high,
            "coverage": score.coverage,
            "form": words(f"form.{result.assessment.form}"),
            "standing": words(f"standing.{standing(score, model.scoring).value}"),
            **{code: shown(model, one) for code, one in result.scores.levers.items()},
        }
    )


def _listing(name: str, table: str, sheet: Sheet, rows: tuple[Row, ...], words: Words, rules: Rules = (), title: str = "") -> Page:
    cols = len(sheet.columns)
    return Page(
        name,
        puts=(
            Put(0, 0, title or words(f"portfolio.{table}.title"), "title", cols=cols),
            Put(1, 0, words(f"portfolio.{table}.intro"), "hint", cols=cols),
        ),
        tables=(Table(table, sheet, rows, 3, rules=rules),),
        freeze=(4, 2),
        footer=words("footer.portfolio"),
    )


def heat_page(model: Model, results: Sequence[Result], words: Words) -> Page:
    """Compose the heat map: organisations × groupings."""
    name = words("sheet.heat")
    codes = [(one.code, words.of(one.name)) for lever in model.levers for one in lever.groupings]
    columns = (
        Column("organisation", words("portfolio.column.organisation"), look="row-strong", width=34),
        *(Column(code, f"{code} {title}", look="shade", width=14) for code, title in codes),
    )
    rows = tuple(
        Row({"organisation": result.assessment.organisation, **{code: grouping_shown(model, result, code) for code, _ in codes}})
        for result in results
    )
    shades = Shades(tuple(code for code, _ in codes), model.scale.worst, model.scale.best)
    return _listing(name, "heat", Sheet(name, "organisation", columns), rows, words, rules=(shades,), title=_palest(codes, rows, words))


def _palest(codes: Sequence[tuple[str, str]], rows: Sequence[Row], words: Words) -> str:
    """Return which groupings stand highest and lowest, by the median over organisations; the plain title when they are too few."""
    known = {title: [value for row in rows if isinstance(value := row.values[code], float)] for code, title in codes}
    medians = {title: median(values) for title, values in known.items() if len(values) >= FEWEST}
    if len(medians) < 2:
        return words("portfolio.heat.title")
    low, high = min(medians, key=medians.__getitem__), max(medians, key=medians.__getitem__)
    return words("portfolio.heat.spread", high=high, low=low, most=words.number(medians[high]), least=words.number(medians[low]))


def findings_page(returns: Sequence[Return], words: Words) -> Page:
    """Compose the findings of a run, the gravest first."""
    name = words("sheet.findings")
    described: Described = (
        ("severity", "row-strong", 14),
        ("file", "row", 44),
        ("sheet", "row", 24),
        ("cell", "row-line", 8),
        ("code", "row-quiet", 24),
        ("message", "row", 70),
        ("repair", "row", 50),
    )
    order = {"error": 0, "warning": 1, "info": 2}
    found = sorted((finding for one in returns for finding in one.findings), key=lambda one: order[one.code.severity.value])
    rows = tuple(
        Row(
            {
                "severity": words(f"severity.{one.code.severity.value}"),
                "file": one.file,
                "sheet": one.sheet or None,
                "cell": one.cell or None,
                "code": one.code.name,
                "message": message(one, words),
                "repair": repair(one, words),
            }
        )
        for one in found
    )
    counts = Counter(finding.code.severity.value for finding in found)
    title = words("portfolio.findings.counts", **{severity: counts[severity] for severity in order})
    return _listing(name, "findings", described_sheet(name, described, words, "file"), rows, words, title=title)


def flat_page(model: Model, results: Sequence[Result], words: Words, room: Room = EXCEL) -> Page:
    """Compose the flat data: a row an organisation, a column a score or a level; where ``room`` is too small, only where it lies."""
    name = words("sheet.data")
    scores = [("overall", words("synthesis.overall")), *((lever.code, f"{lever.code} · {words.of(lever.name)}") for lever in model.levers)]
    described: Described = (("organisation", "row-line", 34), ("sector", "row-line", 34), ("size", "row-line", 36))
    columns = (
        *described_sheet(name, described, words, "organisation").columns,
        *(Column(code, title, look="row-figure", width=11) for code, title in scores),
        *(Column(code, code, look="row-figure-whole", width=7) for code in model.indicators),
    )
    said = Put(0, 0, words("portfolio.data.intro"), "hint", cols=8)
    page = Page(name, freeze=(DATA_ROW + 1, 1), footer=words("footer.portfolio"))
    if not room.holds(len(results), len(columns), DATA_ROW):
        return replace(page, puts=(said, told("scores", len(results), len(columns), DATA_ROW, 8, words)))
    rows = []
    for result in results:
        profile = result.assessment.profile
        levels = {code: result.assessment.answer(code).level for code in result.model.indicators}
        rows.append(
            Row(
                {
                    "organisation": result.assessment.organisation,
                    "sector": words.of(model.label("sector", profile.sector)),
                    "size": words.of(model.label("size", profile.size)),
                    "overall": shown(model, result.scores.overall),
                    **{code: shown(model, score) for code, score in result.scores.levers.items()},
                    **levels,
                }
            )
        )
    return replace(page, puts=(said,), tables=(Table("scores", Sheet(name, "organisation", columns), tuple(rows), DATA_ROW),))
