"""The consolidated workbook: where all organisations stand, who leads, what each lever looks like, what was amiss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from dimm_xl import benchmark
from dimm_xl.assessment import Return, Status
from dimm_xl.describe import message, repair
from dimm_xl.model import Lever, Model
from dimm_xl.page import Book, Chart, Page, Put, Row, Series, Shades, Table, Value
from dimm_xl.report.result import Result, bin_rules
from dimm_xl.scoring import Score, Standing, bin_of, distribution, standing
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words

Described = tuple[tuple[str, str, float], ...]
"""Columns of a table: field, look, width."""


def portfolio_book(model: Model, results: Sequence[Result], returns: Sequence[Return], words: Words) -> Book:
    """Compose the consolidated workbook of a run; ``model`` is the whole model (no profile applied)."""
    scores = frame(model, results)
    pages = [
        _overview(model, scores, returns, words),
        _ranking(model, results, words),
        *(_lever(model, lever, scores, results, words) for lever in model.levers),
        _groups(model, scores, "sector", words),
        _groups(model, scores, "size", words),
        _heat(model, results, words),
        _findings(returns, words),
        _flat(model, results, words),
    ]
    return Book(words("portfolio.title"), words.of(model.name), words.lang, tuple(pages))


def frame(model: Model, results: Sequence[Result]) -> pd.DataFrame:
    """Return one row an organisation: id, sector, size, ``overall`` and each lever's score, missing where it must not be shown."""
    rows = [
        {
            "id": result.id,
            "sector": result.assessment.profile.sector,
            "size": result.assessment.profile.size,
            "overall": _shown(model, result.scores.overall),
            **{code: _shown(model, score) for code, score in result.scores.levers.items()},
        }
        for result in results
    ]
    return pd.DataFrame(rows, columns=["id", "sector", "size", "overall", *(lever.code for lever in model.levers)])


def _shown(model: Model, score: Score) -> float | None:
    return None if standing(score, model.scoring) is Standing.HIDDEN else score.value


def _sheet(name: str, described: Described, words: Words, key: str) -> Sheet:
    return Sheet(name, key, tuple(Column(field, words(f"portfolio.column.{field}"), look=look, width=width) for field, look, width in described))


def _values(scores: pd.DataFrame, field: str) -> list[float]:
    return [float(value) for value in scores[field].dropna()]


# --- overview


def _overview(model: Model, scores: pd.DataFrame, returns: Sequence[Return], words: Words) -> Page:
    name = words("sheet.overview")
    counts = Counter(one.status for one in returns)
    overall = _values(scores, "overall")
    status = Table(
        "statuses",
        _sheet(name, (("status", "row-strong", 34), ("count", "row-figure-whole", 11)), words, "status"),
        tuple(Row({"status": words(f"status.{one.value}"), "count": counts[one]}) for one in Status),
        4,
        filters=False,
    )
    bins = _bins(name, "distribution", model, overall, status.bottom + 2, words)
    levers = _lever_medians(name, model, scores, bins.bottom + 2, words)
    return Page(
        name,
        puts=(
            Put(0, 0, words("portfolio.title"), "title", cols=12),
            Put(1, 0, _headline(model, scores, words), "subtitle", cols=12),
            Put(2, 0, words("portfolio.note", fewest=benchmark.FEWEST), "hint", cols=12),
        ),
        tables=(status, bins, levers),
        charts=(
            _bin_chart(bins, words("portfolio.chart.bins"), len(overall), 3, 7, words),
            _median_chart(levers, words, 20, 7, model.scale.highest),
        ),
        widths={6: 3},
        tall=1,
        footer=words("footer.portfolio"),
        tab="you",
    )


def _headline(model: Model, scores: pd.DataFrame, words: Words) -> str:
    overall = _values(scores, "overall")
    spread = benchmark.spread(overall)
    if spread.median is None:
        return words("portfolio.headline.few", count=len(overall))
    medians = {lever.code: benchmark.spread(_values(scores, lever.code)).median for lever in model.levers}
    known = sorted((value, code) for code, value in medians.items() if value is not None)
    names = {lever.code: words.of(lever.name) for lever in model.levers}
    facts = {"count": len(overall), "median": words.number(spread.median), "best": names[known[-1][1]], "worst": names[known[0][1]]}
    return words("portfolio.headline.many", **facts)


def bin_names(model: Model, words: Words) -> tuple[str, ...]:
    """Return the names of the distribution's bins: below the first bound, between bounds, from the last."""
    bounds = [words.figure(bound) for bound in model.scoring.distribution]
    middle = [words("distribution.between", low=low, high=high) for low, high in zip(bounds, bounds[1:], strict=False)]
    return (words("distribution.below", bound=bounds[0]), *middle, words("distribution.from", bound=bounds[-1]))


def _bins(name: str, table: str, model: Model, values: Sequence[float], row: int, words: Words) -> Table:
    counts = distribution(values, model.scoring.distribution)
    shares = benchmark.shares(values, model.scoring.distribution)
    described: Described = (("bin", "row-strong", 34), ("count", "row-figure-whole", 11), ("share", "row-share", 11))
    rows = zip(bin_names(model, words), counts, shares, strict=True)
    return Table(
        table,
        _sheet(name, described, words, "bin"),
        tuple(Row({"bin": bin_name, "count": count, "share": share}) for bin_name, count, share in rows),
        row,
        filters=False,
    )


def _lever_medians(name: str, model: Model, scores: pd.DataFrame, row: int, words: Words) -> Table:
    described: Described = (
        ("lever", "row-strong", 34),
        ("count", "row-figure-whole", 11),
        ("low", "row-figure", 11),
        ("median", "row-score", 11),
        ("high", "row-figure", 11),
    )
    rows = [_spread_row("lever", f"{lever.code} · {words.of(lever.name)}", benchmark.spread(_values(scores, lever.code))) for lever in model.levers]
    return Table("lever_medians", _sheet(name, described, words, "lever"), tuple(rows), row, filters=False)


def _spread_row(field: str, name: str, spread: benchmark.Spread) -> Row:
    few: Value = f"< {benchmark.FEWEST}"
    shown = {"low": spread.low, "median": spread.median, "high": spread.high}
    return Row({field: name, "count": spread.count, **{key: few if value is None else value for key, value in shown.items()}})


def _bin_chart(table: Table, title: str, count: int, row: int, col: int, words: Words) -> Chart:
    shares = ", ".join(f"{line.values['bin']} {float(str(line.values['share'])):.0%}" for line in table.rows)
    series = Series(words("portfolio.column.share"), table.span("bin"), table.span("share"), "you")
    return Chart("column", title, (series,), row, col, 520, 260, words("portfolio.chart.bins.alt", count=count, shares=shares), 1.0, legend=False, percent=True)


def _median_chart(table: Table, words: Words, row: int, col: int, highest: float) -> Chart:
    series = Series(words("portfolio.column.median"), table.span("lever"), table.span("median"), "you")
    return Chart("bar", words("portfolio.chart.medians"), (series,), row, col, 520, 260, words("portfolio.chart.medians.alt"), highest, legend=False)


# --- ranking


def _ranking(model: Model, results: Sequence[Result], words: Words) -> Page:
    name = words("sheet.ranking")
    levers = [(lever.code, f"{lever.code} · {words.of(lever.name)}") for lever in model.levers]
    described: Described = (
        ("rank", "row-figure-whole", 7),
        ("organisation", "row-strong", 34),
        ("sector", "row-quiet", 28),
        ("size", "row-quiet", 26),
        ("score", "row-score", 9),
        ("low", "row-figure", 8),
        ("high", "row-figure", 8),
        ("coverage", "row-share", 12),
        ("standing", "row-quiet", 18),
    )
    base = _sheet(name, described, words, "organisation")
    sheet = Sheet(name, base.key, (*base.columns, *(Column(code, title, look="row-figure", width=13) for code, title in levers)))

    def order(result: Result) -> tuple[bool, float, str]:
        value = _shown(model, result.scores.overall)
        return (value is None, -(value or 0.0), result.id)

    rows = []
    for n, result in enumerate(sorted(results, key=order), 1):
        score, profile = result.scores.overall, result.assessment.profile
        value = _shown(model, score)
        rows.append(
            Row(
                {
                    "rank": n if value is not None else None,
                    "organisation": result.assessment.organisation,
                    "sector": words.of(model.names["sector"][profile.sector]),
                    "size": words.of(model.names["size"][profile.size]),
                    "score": "–" if value is None else value,
                    "low": score.low,
                    "high": score.high,
                    "coverage": score.coverage,
                    "standing": words(f"standing.{standing(score, model.scoring).value}"),
                    **{code: _shown(model, one) for code, one in result.scores.levers.items()},
                }
            )
        )
    shades = Shades(tuple(code for code, _ in levers), model.scale.lowest, model.scale.highest)
    return _listing(name, "ranking", sheet, tuple(rows), words, rules=(shades,))


def _listing(name: str, table: str, sheet: Sheet, rows: tuple[Row, ...], words: Words, rules: tuple[Shades, ...] = ()) -> Page:
    cols = len(sheet.columns)
    return Page(
        name,
        puts=(
            Put(0, 0, words(f"portfolio.{table}.title"), "title", cols=cols),
            Put(1, 0, words(f"portfolio.{table}.intro"), "hint", cols=cols),
        ),
        tables=(Table(table, sheet, rows, 3, rules=rules),),
        freeze=(4, 2),
        footer=words("footer.portfolio"),
    )


# --- one lever


def _lever(model: Model, lever: Lever, scores: pd.DataFrame, results: Sequence[Result], words: Words) -> Page:
    name = f"{lever.code} {words.of(lever.name)}"[:31]
    values = _values(scores, lever.code)
    bins = _bins(name, f"distribution_{lever.code}", model, values, 3, words)
    described: Described = (
        ("organisation", "row-strong", 34),
        ("score", "row-score", 11),
        ("target", "row-figure", 11),
        ("verdict", "row", 17),
        ("coverage", "row-share", 12),
        ("sector", "row-quiet", 28),
        ("size", "row-quiet", 26),
    )
    base = _sheet(name, described, words, "organisation")
    groupings = tuple(Column(one.code, f"{one.code} {words.of(one.name)}", look="row-figure", width=14) for one in lever.groupings)
    sheet = Sheet(name, base.key, (*base.columns, *groupings))
    rows = tuple(_lever_row(model, lever, result, words) for result in results if lever.code in result.scores.levers)
    shades = Shades(tuple(column.field for column in groupings), model.scale.lowest, model.scale.highest)
    rules = (*bin_rules("verdict", words), shades)
    spread = benchmark.spread(values)
    shown = "–" if spread.median is None else words.number(spread.median)
    return Page(
        name,
        puts=(
            Put(0, 0, words("portfolio.lever.title", lever=words.of(lever.name), median=shown), "title", cols=7),
            Put(1, 0, words.of(lever.question), "question", cols=7),
        ),
        tables=(bins, Table(f"organisations_{lever.code}", sheet, rows, 18, rules=rules)),
        charts=(_bin_chart(bins, words("portfolio.chart.bins"), len(values), 2, 4, words),),
        freeze=(0, 1),
        footer=words("footer.portfolio"),
    )


def _lever_row(model: Model, lever: Lever, result: Result, words: Words) -> Row:
    score, profile = result.scores.levers[lever.code], result.assessment.profile
    value = _shown(model, score)
    found = bin_of(score.gap) if value is not None else None
    return Row(
        {
            "organisation": result.assessment.organisation,
            "score": "–" if value is None else value,
            "target": score.target,
            "verdict": words(f"bin.{found.value}") if found else words("unjudged.few"),
            "coverage": score.coverage,
            "sector": words.of(model.names["sector"][profile.sector]),
            "size": words.of(model.names["size"][profile.size]),
            **{one.code: _grouping(model, result, one.code) for one in lever.groupings},
        }
    )


def _grouping(model: Model, result: Result, code: str) -> float | None:
    score = result.scores.groupings.get(code)
    return _shown(model, score) if score else None


# --- groups, heat map, findings, flat data


def _groups(model: Model, scores: pd.DataFrame, kind: str, words: Words) -> Page:
    name = words(f"sheet.by_{kind}")
    described: Described = (
        (kind, "row-strong", 40),
        ("count", "row-figure-whole", 11),
        ("low", "row-figure", 11),
        ("median", "row-score", 11),
        ("high", "row-figure", 11),
    )
    groups = benchmark.by_group(scores, kind, "overall")
    rows = [_spread_row(kind, words.of(model.names[kind][group]), spread) for group, spread in groups.items()]
    table = Table(f"by_{kind}", _sheet(name, described, words, kind), tuple(rows), 3)
    series = Series(words("portfolio.column.median"), table.span(kind), table.span("median"), "you")
    alt = words("portfolio.chart.groups.alt", group=words(f"portfolio.column.{kind}"))
    height = 120 + 28 * max(len(rows), 3)
    chart = Chart("bar", words(f"portfolio.chart.by_{kind}"), (series,), 2, 6, 560, height, alt, model.scale.highest, legend=False)
    return Page(
        name,
        puts=(
            Put(0, 0, words(f"portfolio.by_{kind}.title"), "title", cols=6),
            Put(1, 0, words("portfolio.note", fewest=benchmark.FEWEST), "hint", cols=6),
        ),
        tables=(table,),
        charts=(chart,) if rows else (),
        footer=words("footer.portfolio"),
        tall=1,
    )


def _heat(model: Model, results: Sequence[Result], words: Words) -> Page:
    name = words("sheet.heat")
    codes = [(one.code, words.of(one.name)) for lever in model.levers for one in lever.groupings]
    columns = (
        Column("organisation", words("portfolio.column.organisation"), look="row-strong", width=34),
        *(Column(code, f"{code} {title}", look="shade", width=11.5) for code, title in codes),
    )
    rows = tuple(
        Row({"organisation": result.assessment.organisation, **{code: _grouping(model, result, code) for code, _ in codes}}) for result in results
    )
    shades = Shades(tuple(code for code, _ in codes), model.scale.lowest, model.scale.highest)
    return _listing(name, "heat", Sheet(name, "organisation", columns), rows, words, rules=(shades,))


def _findings(returns: Sequence[Return], words: Words) -> Page:
    name = words("sheet.findings")
    described: Described = (
        ("severity", "row-strong", 14),
        ("file", "row-line", 40),
        ("sheet", "row-line", 24),
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
    return _listing(name, "findings", _sheet(name, described, words, "file"), rows, words)


def _flat(model: Model, results: Sequence[Result], words: Words) -> Page:
    name = words("sheet.data")
    scores = [("overall", words("synthesis.overall")), *((lever.code, f"{lever.code} · {words.of(lever.name)}") for lever in model.levers)]
    described: Described = (("organisation", "row-line", 30), ("sector", "row-line", 26), ("size", "row-line", 24))
    columns = (
        *_sheet(name, described, words, "organisation").columns,
        *(Column(code, title, look="row-figure", width=11) for code, title in scores),
        *(Column(code, code, look="row-figure-whole", width=7) for code in model.indicators),
    )
    rows = []
    for result in results:
        profile = result.assessment.profile
        levels = {code: result.assessment.answer(code).level for code in result.model.indicators}
        rows.append(
            Row(
                {
                    "organisation": result.assessment.organisation,
                    "sector": words.of(model.names["sector"][profile.sector]),
                    "size": words.of(model.names["size"][profile.size]),
                    "overall": result.scores.overall.value,
                    **{code: score.value for code, score in result.scores.levers.items()},
                    **levels,
                }
            )
        )
    table = Table("scores", Sheet(name, "organisation", columns), tuple(rows), 0)
    return Page(name, tables=(table,), freeze=(1, 1), footer=words("footer.portfolio"))
