"""The anonymous study: where all who agreed stand, by sector, size and area; no row, name or word of any one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dimm_xl.anonymity import Scope
from dimm_xl.model import Indicator, Lever, Model
from dimm_xl.page import Book, Chart, Page, Put, Row, Series, Shades, Table
from dimm_xl.report.groups import known_first, median_chart, spread_row
from dimm_xl.report.navigation import returning
from dimm_xl.report.portfolio import bin_names
from dimm_xl.report.result import Described, described_sheet
from dimm_xl.scoring import FEWEST, Spread
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words

PLACES: tuple[Scope, ...] = ("sector", "size", "country", "region")


@dataclass(frozen=True)
class Studied:
    """One group of the study; ``shares`` of its organisations by bin of the distribution, ``gaps`` the codes of its most frequent ones."""

    scope: Scope
    id: str
    within: str
    count: int
    overall: Spread
    levers: Mapping[str, Spread]
    shares: tuple[float, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True)
class Gap:
    """An indicator and the share of those who answered it that are below target."""

    code: str
    share: float


@dataclass(frozen=True)
class Study:
    """What is published: of ``known`` organisations ``agreed`` entered; all of them first among ``groups``; empty under five."""

    known: int
    agreed: int
    groups: tuple[Studied, ...]
    gaps: tuple[Gap, ...] = ()


def study_book(model: Model, study: Study, words: Words) -> Book:
    """Compose the workbook of a study."""
    words = words.within(model)
    groups = {scope: [group for group in study.groups if group.scope == scope] for scope in PLACES}
    pages = [_overview(model, study, words), *(_groups(model, scope, several, words) for scope, several in groups.items() if several)]
    if study.gaps:
        pages.append(_gaps(model, study, words))
    pages.append(_method(words))
    return Book(words("study.title"), words.of(model.name), words.lang, returning(pages, words))


def _overview(model: Model, study: Study, words: Words) -> Page:
    name = words("sheet.study")
    heads = (
        Put(1, 0, words("study.who", known=study.known, agreed=study.agreed), "text", cols=12),
        Put(2, 0, words("study.note", fewest=FEWEST), "hint", cols=12),
    )
    if not study.groups:
        few = Put(0, 0, words("portfolio.headline.few", count=study.agreed), "title", cols=12)
        return Page(name, (few, *heads), footer=words("footer.study"), tall=1)
    whole = study.groups[0]
    levers = _levers(name, model, whole, words)
    bins = _bins(name, model, whole, levers.bottom + 3, words)
    median = words.number(whole.overall.median or 0.0)
    return Page(
        name,
        puts=(Put(0, 0, words("study.headline", count=whole.count, median=median), "title", cols=12), *heads),
        tables=(levers, bins),
        charts=(median_chart(levers, "lever", model.scale, (3, 7), words), _bin_chart(bins, whole, model, words)),
        widths={6: 3},
        tall=1,
        footer=words("footer.study"),
        tab="you",
    )


SPREAD: Described = (
    ("count", "row-figure-whole", 11),
    ("low", "row-figure", 11),
    ("median", "row-score", 11),
    ("high", "row-figure", 11),
    ("middle", "row-figure", 13),
)


def _levers(name: str, model: Model, whole: Studied, words: Words) -> Table:
    rows = known_first([spread_row("lever", words.of(lever.name), whole.levers[lever.code]) for lever in model.levers])
    return Table("study_levers", described_sheet(name, (("lever", "row-strong", 36), *SPREAD), words, "lever"), rows, 4, filters=False)


def _bins(name: str, model: Model, whole: Studied, row: int, words: Words) -> Table:
    described: Described = (("bin", "row-strong", 36), ("share", "row-share", 11))
    rows = tuple(Row({"bin": bin_name, "share": share}) for bin_name, share in zip(bin_names(model, words), whole.shares, strict=True))
    return Table("study_bins", described_sheet(name, described, words, "bin"), rows, row, filters=False)


def _bin_chart(table: Table, whole: Studied, model: Model, words: Words) -> Chart:
    bound = words.figure(model.scoring.distribution[0])
    title = words("portfolio.chart.bins", share=words.percent(whole.shares[0]), bound=bound)
    alt = words("portfolio.chart.bins.alt", count=whole.count, finding=title)
    series = Series(words("portfolio.column.share"), table.span("bin"), table.span("share"), "you")
    return Chart("column", title, (series,), table.bottom + 2, 0, 520, 260, alt, 1.0, legend=False, percent=True)


def _groups(model: Model, scope: Scope, groups: Sequence[Studied], words: Words) -> Page:
    name = words(f"sheet.study_{scope}")
    base = described_sheet(name, (("group", "row-strong", 40), *SPREAD), words, "group", "study.column")
    levers = tuple(Column(lever.code, f"{lever.code} · {words.of(lever.name)}", look="shade", width=13) for lever in model.levers)
    bins = tuple(Column(f"bin{n}", title, look="row-share", width=13) for n, title in enumerate(bin_names(model, words)))
    sheet = Sheet(name, "group", (*base.columns, *levers, *bins, Column("gaps", words("study.column.gaps"), look="row-quiet", width=60)))
    shades = Shades(tuple(lever.code for lever in model.levers), model.scale.worst, model.scale.best)
    rows = tuple(_group_row(model, scope, group, words) for group in groups)
    cols = 9
    return Page(
        name,
        puts=(
            Put(0, 0, words(f"study.by_{scope}.title"), "title", cols=cols),
            Put(1, 0, words("study.groups", fewest=FEWEST), "hint", cols=cols),
        ),
        tables=(Table(f"study_{scope}", sheet, rows, 3, rules=(shades,)),),
        freeze=(4, 1),
        footer=words("footer.study"),
    )


def _group_row(model: Model, scope: Scope, group: Studied, words: Words) -> Row:
    named = words.of(model.label(scope, group.id)) if scope in model.names else " · ".join(filter(None, (group.within, group.id)))
    spread = spread_row("group", named, group.overall)
    levers = {code: one.median for code, one in group.levers.items()}
    bins = {f"bin{n}": share for n, share in enumerate(group.shares)}
    gaps = "\n".join(f"{code}  {words.of(model.indicators[code].name)}" for code in group.gaps)
    return Row({**spread.values, **levers, **bins, "gaps": gaps})


def _gaps(model: Model, study: Study, words: Words) -> Page:
    name = words("sheet.gaps")
    described: Described = (
        ("code", "row-code", 8),
        ("indicator", "row-strong", 60),
        ("lever", "row-quiet", 26),
        ("share", "row-share", 13),
        ("action", "row", 60),
    )
    places = {one.code: (lever, one) for lever in model.levers for one in lever.indicators}
    rows = tuple(_gap_row(*places[gap.code], gap, words) for gap in study.gaps)
    first = words.of(model.indicators[study.gaps[0].code].name)
    return Page(
        name,
        puts=(Put(0, 0, words("study.gaps.title", first=first), "title", cols=5), Put(1, 0, words("study.gaps.intro"), "hint", cols=5)),
        tables=(Table("study_gaps", described_sheet(name, described, words, "code", "study.column"), rows, 3),),
        freeze=(4, 2),
        footer=words("footer.study"),
    )


def _gap_row(lever: Lever, one: Indicator, gap: Gap, words: Words) -> Row:
    about = {"code": one.code, "indicator": words.of(one.name), "lever": words.of(lever.name)}
    return Row({**about, "share": gap.share, "action": words.of(one.action)})


def _method(words: Words) -> Page:
    puts = [Put(0, 0, words("study.method.title"), "title", cols=2)]
    for n, key in enumerate(("consent", "groups", "figures", "nobody", "twice"), 2):
        puts += [
            Put(n, 0, words(f"study.method.{key}.title"), "guide-title"),
            Put(n, 1, words(f"study.method.{key}.text", fewest=FEWEST), "guide"),
        ]
    return Page(words("sheet.method"), tuple(puts), widths={0: 26, 1: 110}, tall=1, footer=words("footer.study"))
