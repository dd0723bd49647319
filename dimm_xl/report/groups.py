"""Groups of organisations: by sector, by size, by both; and the gaps that most of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dimm_xl import benchmark
from dimm_xl.model import Indicator, Lever, Model, Scale
from dimm_xl.page import Chart, Page, Put, Row, Series, Table, Value
from dimm_xl.report.result import Described, Result, described_sheet
from dimm_xl.scoring import FEWEST, Spread
from dimm_xl.words import Words


def spread_row(field: str, name: str, spread: Spread) -> Row:
    """Return a row with count, quartiles, median and the width of the middle half; words instead of figures for too few."""
    few: Value = f"< {FEWEST}"
    shown = {"low": spread.low, "median": spread.median, "high": spread.high, "middle": None}
    if spread.low is not None and spread.high is not None:
        shown["middle"] = spread.high - spread.low
    return Row({field: name, "count": spread.count, **{key: few if value is None else value for key, value in shown.items()}})


def known_first(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return rows with those that have a median first: a chart covers these alone."""
    return tuple(sorted(rows, key=lambda row: not isinstance(row.values["median"], float)))


def median_chart(table: Table, group: str, scale: Scale, place: tuple[int, int], words: Words) -> Chart:
    """Draw the medians of the groups that are large enough: they stand first in their table."""
    medians = {str(line.values[group]): line.values["median"] for line in table.rows}
    known = {name: value for name, value in medians.items() if isinstance(value, float)}
    ranked = sorted(known, key=lambda name: scale.key(known[name]))
    best, worst = (ranked[0], ranked[-1]) if ranked else ("", "")
    facts = {"best": best, "worst": worst, "high": words.number(known.get(best, 0)), "low": words.number(known.get(worst, 0))}
    title = words("portfolio.chart.medians", **facts) if len(known) > 1 else words("portfolio.chart.few")
    last = max(len(known), 1) - 1
    series = Series(words("portfolio.column.median"), table.span(group, 0, last), table.span("median", 0, last), "you")
    height = 100 + 28 * max(len(known), 3)
    return Chart(
        "bar", title, (series,), *place, 560, height, words("portfolio.chart.medians.alt", finding=title), scale.highest, legend=False
    )


WIDE = 17
"""Columns that a title takes, over the table and the chart beside it: it names two groups, and in one line (tests hold it)."""


def group_page(model: Model, scores: pd.DataFrame, kind: str, words: Words) -> Page:
    """Compose the overall scores by sector or by size."""
    name = words(f"sheet.by_{kind}")
    described: Described = (
        (kind, "row-strong", 40),
        ("count", "row-figure-whole", 11),
        ("low", "row-figure", 11),
        ("median", "row-score", 11),
        ("high", "row-figure", 11),
        ("middle", "row-figure", 13),
    )
    groups = benchmark.by_group(scores, kind, "overall")
    rows = [spread_row(kind, words.of(model.label(kind, group)), spread) for group, spread in groups.items()]
    table = Table(f"by_{kind}", described_sheet(name, described, words, kind), known_first(rows), 3)
    chart = median_chart(table, kind, model.scale, (2, 7), words)
    known = sum(isinstance(row.values["median"], float) for row in rows)
    title = words(f"portfolio.by_{kind}.title")
    found = chart.title if known > 1 else chart.title[0].lower() + chart.title[1:]  # which begins with the name of a group, or does not
    return Page(
        name,
        puts=(
            Put(0, 0, f"{title}{words('colon')} {found}" if known else title, "title", cols=WIDE),
            Put(1, 0, words("portfolio.note", fewest=FEWEST), "hint", cols=WIDE),
        ),
        tables=(table,),
        charts=(chart,) if known else (),  # never an empty frame
        footer=words("footer.portfolio"),
        tall=1,
    )


def crossed_page(model: Model, scores: pd.DataFrame, words: Words) -> Page:
    """Compose the overall scores by sector and size at once, largest group first."""
    name = words("sheet.by_both")
    described: Described = (
        ("sector", "row-strong", 36),
        ("size", "row", 36),
        ("count", "row-figure-whole", 11),
        ("low", "row-figure", 11),
        ("median", "row-score", 11),
        ("high", "row-figure", 11),
        ("middle", "row-figure", 13),
    )
    known = scores.dropna(subset=["overall"])
    crossed = [(str(sector), str(size), part["overall"].tolist()) for (sector, size), part in known.groupby(["sector", "size"])]
    rows = []
    for sector, size, values in sorted(crossed, key=lambda group: -len(group[2])):
        row = spread_row("sector", words.of(model.label("sector", sector)), benchmark.spread(values))
        rows.append(Row({**row.values, "size": words.of(model.label("size", size))}))
    large = sum(len(values) >= FEWEST for _, _, values in crossed)
    return Page(
        name,
        puts=(
            Put(0, 0, words("portfolio.by_both.title", large=large, count=len(rows), fewest=FEWEST), "title", cols=7),
            Put(1, 0, words("portfolio.note", fewest=FEWEST), "hint", cols=7),
        ),
        tables=(Table("by_both", described_sheet(name, described, words, "sector"), tuple(rows), 3),),
        freeze=(4, 0),
        footer=words("footer.portfolio"),
    )


@dataclass(frozen=True)
class CommonGap:
    """How common the gap of an indicator is: organisations below target, of those answered; its mean in levels; what it costs.

    ``cost`` is the lever's score lost to it, on average over the organisations that answered it.
    """

    lever: Lever
    indicator: Indicator
    below: int
    answered: int
    mean: float
    cost: float


def common_gaps(model: Model, results: Sequence[Result]) -> list[CommonGap]:
    """Return the gap of every indicator that someone answered, the costliest first, those of too few organisations last."""
    found = []
    for lever in model.levers:
        for one in lever.indicators:
            gaps, costs = [], []
            for result in results:
                asked = result.model.indicators.get(one.code)
                gap = result.gap(asked) if asked else None
                if asked and gap is not None:
                    gaps.append(max(gap, 0))
                    costs.append(max(gap, 0) * abs(model.scale.step) * asked.weight / result.heard[lever.code])
            below = [gap for gap in gaps if gap]
            if gaps:
                found.append(
                    CommonGap(lever, one, len(below), len(gaps), sum(below) / len(below) if below else 0.0, sum(costs) / len(costs))
                )
    return sorted(found, key=lambda gap: (gap.answered < FEWEST, -gap.cost))


def gaps_page(model: Model, results: Sequence[Result], words: Words) -> Page:
    """Compose the gaps that organisations share, the costliest first."""
    name = words("sheet.gaps")
    described: Described = (
        ("code", "row-code", 8),
        ("indicator", "row-strong", 50),
        ("lever", "row-quiet", 26),
        ("below", "row-figure-whole", 13),
        ("share", "row-share", 11),
        ("gap", "row-figure", 11),
        ("cost", "row-cost", 15),
        ("action", "row", 60),
    )
    gaps = common_gaps(model, results)
    rows = tuple(_gap_row(gap, words) for gap in gaps)
    few = sum(gap.below > 0 for gap in gaps)
    first = words.of(gaps[0].indicator.name) if gaps and gaps[0].below else ""
    title = words("portfolio.gaps.title", first=first) if few else words("portfolio.gaps.none")
    return Page(
        name,
        puts=(Put(0, 0, title, "title", cols=8), Put(1, 0, words("portfolio.gaps.intro"), "hint", cols=8)),
        tables=(Table("gaps", described_sheet(name, described, words, "code"), rows, 3),),
        freeze=(4, 2),
        footer=words("footer.portfolio"),
    )


def _gap_row(gap: CommonGap, words: Words) -> Row:
    few = gap.answered < FEWEST
    figures: dict[str, Value] = {
        "below": f"< {FEWEST}" if few else gap.below,
        "share": f"< {FEWEST}" if few else gap.below / gap.answered,
        "gap": None if few else gap.mean,
        "cost": None if few else gap.cost,
    }
    about = {"code": gap.indicator.code, "indicator": words.of(gap.indicator.name), "lever": words.of(gap.lever.name)}
    return Row({**about, **figures, "action": words.of(gap.indicator.action)})
