"""Two campaigns side by side: where all organisations stood and stand, who moved and why, who was there only once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dimm_xl import benchmark
from dimm_xl.model import Model, Scale
from dimm_xl.page import Book, Chart, Page, Put, Row, Series, Table, Value
from dimm_xl.progress import Cause, Move, Progress, Trend, trend
from dimm_xl.report.groups import known_first
from dimm_xl.report.navigation import returning
from dimm_xl.report.progress import change_rules, figures, rounded_off, seen, told
from dimm_xl.report.result import Described, Result, described_sheet
from dimm_xl.scoring import FEWEST
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words


@dataclass(frozen=True)
class Compared:
    """The organisations of two campaigns: those of now (``last`` set where they were there then), those only there then."""

    now: tuple[Result, ...]
    gone: tuple[Result, ...] = ()

    def within(self, model: Model) -> Compared:
        """Return those organisations that are measured by ``model``."""
        return Compared(*(tuple(one for one in several if one.model.id == model.id) for several in (self.now, self.gone)))

    @property
    def both(self) -> list[tuple[Result, Progress]]:
        """Those of both campaigns, with their progress."""
        return [(one, progress) for one in self.now if (progress := one.progress)]


def progress_book(model: Model, compared: Compared, words: Words) -> Book:
    """Compose the workbook of two campaigns; ``model`` is the whole model of now."""
    words = words.within(model)
    pages = (*progress_pages(model, compared, words), _once(model, compared, words))
    return Book(words("compared.title"), words.of(model.name), words.lang, returning(pages, words))


def progress_pages(model: Model, compared: Compared, words: Words) -> tuple[Page, Page]:
    """Return the overview and the list of organisations, for this workbook and for the consolidated one."""
    return _overview(model, compared, words), _organisations(model, compared, words)


# --- overview

MEDIANS: Described = (
    ("lever", "row-strong", 38),
    ("count", "row-figure-whole", 13),
    ("median_then", "row-figure", 13),
    ("median", "row-score", 13),
    ("change", "row-change", 11),
    *((way.value, "row-figure-whole", 10) for way in Trend),
    *((cause.value, "row-part", 13) for cause in Cause),
)


def _overview(model: Model, compared: Compared, words: Words) -> Page:
    name, both = words("sheet.progress"), compared.both
    whole = _medians(words("synthesis.overall"), [(progress, progress.overall) for _, progress in both], model.scale)
    levers = [
        _medians(
            words.of(lever.name),
            [(progress, progress.levers[lever.code]) for _, progress in both if lever.code in progress.levers],
            model.scale,
        )
        for lever in model.levers
    ]
    table = Table(
        "progress",
        described_sheet(name, MEDIANS, words, "lever", "compared.column"),
        (whole, *known_first(levers)),
        4,
        rules=change_rules(model.scale.better, "change"),
        filters=False,
    )
    common = [progress.overall.common for _, progress in both]
    facts = {"least": min(common, default=0), "most": max(common, default=0), "gone": len(compared.gone)}
    facts |= {"both": len(both), "new": len(compared.now) - len(both)}
    return Page(
        name,
        puts=(
            Put(0, 0, _headline(whole, len(both), model.scale, words), "title", cols=12),
            Put(1, 0, words("compared.who", **facts), "text", cols=12),
            Put(2, 0, words("compared.note", fewest=FEWEST), "hint", cols=12),
        ),
        tables=(table,),
        charts=(_chart(table, model.scale, words),),
        tall=1,
        footer=words("footer.portfolio"),
        tab="you",
    )


def _headline(whole: Row, count: int, scale: Scale, words: Words) -> str:
    then, now, change = (whole.values[field] for field in ("median_then", "median", "change"))
    if not (isinstance(then, float) and isinstance(now, float) and isinstance(change, float)):
        return words("compared.headline.few", count=count)
    way = words(f"progress.trend.{trend(scale.gain(change)).value}")
    return words("compared.headline.many", count=count, then=words.number(then), now=words.number(now), trend=way)


def _medians(name: str, moves: Sequence[tuple[Progress, Move]], scale: Scale) -> Row:
    """Return the medians of then and now over the organisations that may be shown both times, and what each cause brought on average."""
    then, now, changes, whys = [], [], [], []
    for progress, move in moves:
        before, after, change = seen(progress, move)
        if before is not None and after is not None and change is not None:
            then.append(before)
            now.append(after)
            changes.append(change)
            whys.append(move.why)
    ways = Counter(trend(scale.gain(change)) for change in changes)
    first, second = (benchmark.spread(values).median for values in (then, now))
    few: Value = f"< {FEWEST}"
    parts = {cause.value: rounded_off(sum(why[cause] for why in whys) / len(whys), 2) if first is not None else None for cause in Cause}
    return Row(
        {
            "lever": name,
            "count": len(changes),
            "median_then": few if first is None else first,
            "median": few if second is None else second,
            "change": None if first is None or second is None else rounded_off(second - first),
            **{way.value: ways[way] for way in Trend},
            **parts,
        }
    )


def _chart(table: Table, scale: Scale, words: Words) -> Chart:
    """Draw the medians of then and now of the levers that have them: they stand first, below the whole."""
    known = [row for row in table.rows[1:] if isinstance(row.values["median"], float)]
    last = max(len(known), 1)
    names = table.span("lever", 1, last)
    series = (
        Series(words("chart.last"), names, table.span("median_then", 1, last), "last"),
        Series(words("progress.column.now"), names, table.span("median", 1, last), "you"),
    )
    ups = sum(isinstance(change := row.values["change"], float) and scale.gain(change) > 0 for row in known)
    title = words("progress.radar", up=ups, known=len(known)) if known else words("unjudged.few")
    return Chart("bar", title, series, table.bottom + 2, 0, 760, 120 + 40 * last, title, scale.highest)


# --- organisations

ORGANISATIONS: Described = (
    ("rank", "row-figure-whole", 7),
    ("organisation", "row-strong", 34),
    ("sector", "row-quiet", 24),
    ("then", "row-figure", 9),
    ("now", "row-score", 9),
    ("change", "row-change", 11),
    ("trend", "row", 42),
    *((cause.value, "row-part", 13) for cause in Cause),
    ("common", "row-figure-whole", 13),
    ("before", "row-figure", 10),
    ("after", "row-figure", 10),
)


def _organisations(model: Model, compared: Compared, words: Words) -> Page:
    name = words("sheet.movers")
    base = described_sheet(name, ORGANISATIONS, words, "organisation", "compared.column")
    levers = tuple(Column(lever.code, f"{lever.code} · {words.of(lever.name)}", look="row-change", width=13) for lever in model.levers)
    sheet = Sheet(name, base.key, (*base.columns, *levers))

    def order(entry: tuple[Result, Progress]) -> tuple[bool, float, str]:
        change = seen(entry[1], entry[1].overall)[2]
        return (change is None, model.scale.key(change or 0.0), entry[0].id)

    ranked = enumerate(sorted(compared.both, key=order), 1)
    rows = tuple(_mover(model, result, progress, rank, words) for rank, (result, progress) in ranked)
    rules = change_rules(model.scale.better, "change", *(lever.code for lever in model.levers))
    cols = len(base.columns)
    return Page(
        name,
        puts=(Put(0, 0, _foremost(rows, words), "title", cols=cols), Put(1, 0, words("compared.movers.intro"), "hint", cols=cols)),
        tables=(Table("movers", sheet, rows, 3, rules=rules),),
        freeze=(4, 2),
        footer=words("footer.portfolio"),
    )


def _foremost(rows: Sequence[Row], words: Words) -> str:
    """Return who moved the most for the better, and by how much."""
    change = rows[0].values["change"] if rows else None
    if not isinstance(change, float):
        return words("compared.movers.title")
    sign = "+" if change > 0 else ""
    return words("compared.movers.first", first=rows[0].values["organisation"], change=f"{sign}{words.number(change)}")


def _mover(model: Model, result: Result, progress: Progress, rank: int, words: Words) -> Row:
    values, profile = figures(progress, progress.overall, words), result.assessment.profile
    changes = {code: rounded_off(seen(progress, move)[2]) for code, move in progress.levers.items()}
    return Row(
        {
            **values,
            "rank": rank if values["change"] is not None else None,
            "organisation": result.assessment.organisation,
            "sector": words.of(model.label("sector", profile.sector)),
            "trend": told(values, words),
            **changes,
        }
    )


# --- there only once

ONCE: Described = (("organisation", "row-strong", 40), ("sector", "row-quiet", 34), ("size", "row-quiet", 34), ("campaign", "row", 22))


def _once(model: Model, compared: Compared, words: Words) -> Page:
    name = words("sheet.once")
    rows = []
    for key, results in (("new", [one for one in compared.now if one.last is None]), ("gone", compared.gone)):
        for one in results:
            profile = one.assessment.profile
            names = {kind: words.of(model.label(kind, getattr(profile, kind))) for kind in ("sector", "size")}
            rows.append(Row({"organisation": one.assessment.organisation, **names, "campaign": words(f"compared.once.{key}")}))
    title = words("compared.once.title", count=len(rows)) if rows else words("compared.once.none")
    return Page(
        name,
        puts=(Put(0, 0, title, "title", cols=4), Put(1, 0, words("compared.once.intro"), "hint", cols=4)),
        tables=(Table("once", described_sheet(name, ONCE, words, "organisation", "compared.column"), tuple(rows), 3),),
        freeze=(4, 1),
        footer=words("footer.portfolio"),
    )
