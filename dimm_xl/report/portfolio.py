"""The consolidated workbook: where all organisations stand, who leads, what each lever looks like, what was amiss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pandas as pd

from dimm_xl import benchmark
from dimm_xl.assessment import Return, Status
from dimm_xl.layout import sheet_name
from dimm_xl.model import Lever, Model
from dimm_xl.pack import Pack
from dimm_xl.page import Book, Chart, Page, Put, Row, Rules, Series, Shades, Table
from dimm_xl.report.compared import Compared, progress_pages
from dimm_xl.report.follow_pages import adaptations_page, follow_pages
from dimm_xl.report.followup import Followup, Reminder
from dimm_xl.report.groups import crossed_page, gaps_page, group_page, known_first, median_chart, spread_row
from dimm_xl.report.limits import EXCEL, Room, within
from dimm_xl.report.listings import findings_page, flat_page, heat_page, ranking_page
from dimm_xl.report.navigation import leading, returning
from dimm_xl.report.result import Described, Peers, Result, bin_rules, described_sheet, grouping_shown, shown
from dimm_xl.report.several import several_page, spoken_of_twice
from dimm_xl.scoring import FEWEST, bin_of, distribution
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words


@dataclass(frozen=True)
class Beside:
    """What a run is set beside: the campaign before, a benchmark of others, the campaign's register with the reminders to write."""

    compared: Compared | None = None
    pack: Pack | None = None
    followup: Followup | None = None
    letters: Sequence[Reminder] = ()

    def within(self, model: Model) -> Beside:
        """Return what of it is of ``model``."""
        compared = self.compared.within(model) if self.compared else None
        return replace(self, compared=compared, pack=self.pack if self.pack and self.pack.model == model.id else None)


ALONE = Beside()


def portfolio_book(
    model: Model, results: Sequence[Result], returns: Sequence[Return], words: Words, beside: Beside = ALONE, room: Room = EXCEL
) -> Book:
    """Compose the consolidated workbook of a run; ``model`` is the whole model (no profile applied).

    Tables that a sheet has no ``room`` for are left to the files of ``data/``.
    """
    words = words.within(model)
    scores, compared = frame(model, results), beside.compared
    pages = [
        _overview(model, scores, returns, beside.pack, words),
        *(follow_pages(beside.followup, beside.letters, model, words) if beside.followup else ()),
        *(progress_pages(model, compared, words) if compared else ()),
        ranking_page(model, results, words),
        *(_lever(model, lever, scores, results, words) for lever in model.levers),
        group_page(model, scores, "sector", words),
        group_page(model, scores, "size", words),
        crossed_page(model, scores, words),
        gaps_page(model, results, words),
        heat_page(model, results, words),
        *([several_page(model, twice, words)] if (twice := spoken_of_twice(results)) else []),
        *([changed] if (changed := adaptations_page(results, words)) else []),
        findings_page(returns, words),
        flat_page(model, results, words, room),
    ]
    led = leading(returning(pages, words), words("portfolio.contents"))
    fitting = tuple(within(page, room, words) for page in led)
    return Book(words("portfolio.title"), words.of(model.name), words.lang, fitting)


def peers_of(model: Model, results: Sequence[Result], pack: Pack | None = None) -> Mapping[str, Peers]:
    """Return whom each organisation may be compared with, by its id: its sector, else its size, else all; never fewer than five.

    Those of the benchmark ``pack`` where it has such a group, else those of this campaign: only organisations that agreed to the
    comparison, the organisation itself among them.
    """
    agreed = [result for result in results if result.assessment.respondent.get("consent") == "yes"]
    codes = [lever.code for lever in model.levers]
    groups = benchmark.peer_groups(frame(model, agreed), codes)
    counts = Counter(key for one in agreed for key in _scopes(one))
    found = {}
    for result in results:
        for scope in _scopes(result):
            if pack and (theirs := pack.group(*scope)):
                spreads = {code: one.spread for code, one in theirs.levers.items()}
                found[result.id] = Peers(scope[0], theirs.count, spreads, pack.name)
                break
            if scope in groups:
                found[result.id] = Peers(scope[0], counts[scope], groups[scope])
                break
    return found


def _scopes(result: Result) -> tuple[tuple[str, str], ...]:
    profile = result.assessment.profile
    return (("sector", profile.sector), ("size", profile.size), ("all", ""))


def frame(model: Model, results: Sequence[Result]) -> pd.DataFrame:
    """Return one row an organisation: id, sector, size, ``overall`` and each lever's score, missing where it must not be shown."""
    rows = [
        {
            "id": result.id,
            "sector": result.assessment.profile.sector,
            "size": result.assessment.profile.size,
            "overall": shown(model, result.scores.overall),
            **{code: shown(model, score) for code, score in result.scores.levers.items()},
        }
        for result in results
    ]
    return pd.DataFrame(rows, columns=["id", "sector", "size", "overall", *(lever.code for lever in model.levers)])


def _values(scores: pd.DataFrame, field: str) -> list[float]:
    return [float(value) for value in scores[field].dropna()]


# --- overview


def _overview(model: Model, scores: pd.DataFrame, returns: Sequence[Return], pack: Pack | None, words: Words) -> Page:
    name = words("sheet.overview")
    counts = Counter(one.status for one in returns)
    overall = _values(scores, "overall")
    notes = (_middle(overall, words), words("portfolio.note", fewest=FEWEST), _published(model, words), _benchmark(pack, words))
    status = Table(
        "statuses",
        described_sheet(name, (("status", "row-strong", 34), ("count", "row-figure-whole", 11)), words, "status"),
        tuple(Row({"status": words(f"status.{one.value}"), "count": counts[one]}) for one in Status),
        4,
        filters=False,
    )
    bins = _bins(name, "distribution", model, overall, status.bottom + 2, words)
    levers = _lever_medians(name, model, scores, pack, bins.bottom + 2, words)
    return Page(
        name,
        puts=(
            Put(0, 0, words("portfolio.title"), "title", cols=12),
            Put(1, 0, _headline(model, scores, words), "subtitle", cols=12),
            Put(
                2,
                0,
                " ".join(filter(None, notes)),
                "hint",
                cols=12,
            ),
        ),
        tables=(status, bins, levers),
        charts=(
            _bin_chart(bins, overall, model.scoring.distribution, (3, 8), words),
            median_chart(levers, "lever", model.scale, (17, 8), words),
        ),
        widths={7: 3},
        tall=1,
        footer=words("footer.portfolio"),
        tab="you",
    )


def _middle(overall: Sequence[float], words: Words) -> str:
    """Return how far apart the organisations are: their quartiles and the distance between them; empty for too few."""
    spread = benchmark.spread(overall)
    if spread.low is None or spread.high is None:
        return ""
    facts = {"low": spread.low, "high": spread.high, "middle": spread.high - spread.low}
    return words("portfolio.dispersion", **{key: words.number(value) for key, value in facts.items()})


def _published(model: Model, words: Words) -> str:
    published = model.scoring.published
    return words("portfolio.published", about=words.of(published.about)) if published else ""


def _benchmark(pack: Pack | None, words: Words) -> str:
    theirs = pack.group("all", "") if pack else None
    return words("portfolio.benchmark", name=pack.name, count=theirs.count) if pack and theirs else ""


def _headline(model: Model, scores: pd.DataFrame, words: Words) -> str:
    overall = _values(scores, "overall")
    spread = benchmark.spread(overall)
    if spread.median is None:
        return words("portfolio.headline.few", count=len(overall))
    medians = {lever.code: benchmark.spread(_values(scores, lever.code)).median for lever in model.levers}
    known = sorted((model.scale.gain(value), code) for code, value in medians.items() if value is not None)
    names = {lever.code: words.of(lever.name) for lever in model.levers}
    facts = {"count": len(overall), "median": words.number(spread.median), "best": names[known[-1][1]], "worst": names[known[0][1]]}
    return words("portfolio.headline.many", **facts)


def bin_names(model: Model, words: Words) -> tuple[str, ...]:
    """Return the names of the distribution's bins: below the first bound, between bounds, from the last."""
    bounds = [words.figure(bound) for bound in model.scoring.distribution]
    middle = [words("distribution.between", low=low, high=high) for low, high in pairwise(bounds)]
    return (words("distribution.below", bound=bounds[0]), *middle, words("distribution.from", bound=bounds[-1]))


def _bins(name: str, table: str, model: Model, values: Sequence[float], row: int, words: Words) -> Table:
    counts = distribution(values, model.scoring.distribution)
    shares = benchmark.shares(values, model.scoring.distribution)
    described: Described = (("bin", "row-strong", 34), ("count", "row-figure-whole", 11), ("share", "row-share", 11))
    published = model.scoring.published
    if published:
        described += (("published", "row-share", 11),)
    rows = zip(bin_names(model, words), counts, shares, published.shares if published else [None] * len(counts), strict=True)
    return Table(
        table,
        described_sheet(name, described, words, "bin"),
        tuple(Row({"bin": bin_name, "count": count, "share": share, "published": known}) for bin_name, count, share, known in rows),
        row,
        filters=False,
    )


def _lever_medians(name: str, model: Model, scores: pd.DataFrame, pack: Pack | None, row: int, words: Words) -> Table:
    described: Described = (
        ("lever", "row-strong", 34),
        ("count", "row-figure-whole", 11),
        ("low", "row-figure", 11),
        ("median", "row-score", 11),
        ("high", "row-figure", 11),
        ("middle", "row-figure", 13),
    )
    rows = [
        spread_row("lever", f"{lever.code} · {words.of(lever.name)}", benchmark.spread(_values(scores, lever.code)))
        for lever in model.levers
    ]
    if pack and (theirs := pack.group("all", "")):
        described += (("benchmark", "row-figure", 13),)
        medians = [theirs.levers[lever.code].median if lever.code in theirs.levers else None for lever in model.levers]
        rows = [row._replace(values={**row.values, "benchmark": median}) for row, median in zip(rows, medians, strict=True)]
    return Table("lever_medians", described_sheet(name, described, words, "lever"), known_first(rows), row, filters=False)


def _bin_chart(table: Table, values: Sequence[float], bounds: Sequence[float], place: tuple[int, int], words: Words) -> Chart:
    below = benchmark.shares(values, bounds)[0]
    title = words("portfolio.chart.bins", share=words.percent(below), bound=words.figure(bounds[0])) if values else words("unjudged.few")
    known = any(column.field == "published" for column in table.sheet.columns) and table.name == "distribution"  # on the overview
    fields = [("share", "you"), *([("published", "peers")] if known else [])]
    series = tuple(Series(words(f"portfolio.column.{field}"), table.span("bin"), table.span(field), role) for field, role in fields)
    alt = words("portfolio.chart.bins.alt", count=len(values), finding=title)
    return Chart("column", title, series, *place, 520, 260, alt, 1.0, legend=len(series) > 1, percent=True)


# --- one lever


def _lever(model: Model, lever: Lever, scores: pd.DataFrame, results: Sequence[Result], words: Words) -> Page:
    name = sheet_name(lever, words)
    values = _values(scores, lever.code)
    bins = _bins(name, f"distribution_{lever.code}", model, values, 3, words)
    described: Described = (
        ("organisation", "row-strong", 34),
        ("score", "row-score", 11),
        ("target", "row-figure", 11),
        ("verdict", "row", 22),
        ("coverage", "row-share", 12),
        ("sector", "row-quiet", 32),
        ("size", "row-quiet", 38),
    )
    base = described_sheet(name, described, words, "organisation")
    groupings = tuple(Column(one.code, f"{one.code} {words.of(one.name)}", look="shade", width=14) for one in lever.groupings)
    sheet = Sheet(name, base.key, (*base.columns, *groupings))
    rows = tuple(_lever_row(model, lever, result, words) for result in results if lever.code in result.scores.levers)
    shades = Shades(tuple(column.field for column in groupings), model.scale.worst, model.scale.best)
    rules: Rules = (*bin_rules("verdict", words), shades)
    spread = benchmark.spread(values)
    shown = "–" if spread.median is None else words.number(spread.median)
    return Page(
        name,
        puts=(
            Put(0, 0, words("portfolio.lever.title", lever=words.of(lever.name), median=shown), "title", cols=7),
            Put(1, 0, words.of(lever.question), "question", cols=7),
        ),
        tables=(bins, Table(f"organisations_{lever.code}", sheet, rows, 18, rules=rules)),
        charts=(_bin_chart(bins, values, model.scoring.distribution, (2, 4), words),),
        freeze=(0, 1),
        footer=words("footer.portfolio"),
    )


def _lever_row(model: Model, lever: Lever, result: Result, words: Words) -> Row:
    score, profile = result.scores.levers[lever.code], result.assessment.profile
    value = shown(model, score)
    found = bin_of(score.gap) if value is not None else None
    return Row(
        {
            "organisation": result.assessment.organisation,
            "score": "–" if value is None else value,
            "target": score.target,
            "verdict": words(f"bin.{found.value}") if found else words("unjudged.few"),
            "coverage": score.coverage,
            "sector": words.of(model.label("sector", profile.sector)),
            "size": words.of(model.label("size", profile.size)),
            **{one.code: grouping_shown(model, result, one.code) for one in lever.groupings},
        }
    )
