"""Whom a new edition touches: the workbook of `impact`."""

from __future__ import annotations

from dimm_xl import benchmark
from dimm_xl.editions import Change
from dimm_xl.impact import Impact
from dimm_xl.model import Indicator
from dimm_xl.page import Book, Chart, Page, Put, Row, Series, Table, Value
from dimm_xl.progress import Cause, Trend, trend
from dimm_xl.report.navigation import returning
from dimm_xl.report.progress import change_rules, rounded_off, seen
from dimm_xl.report.result import Described, described_sheet
from dimm_xl.report.touched import Impacts, Touched, changed, counts
from dimm_xl.scoring import FEWEST
from dimm_xl.wording import compared, retuned
from dimm_xl.words import Words

CAUSES = (Cause.EDITION, Cause.WEIGHTS)
"""What can move a score when answers, profile, selection and functions are the same."""


def impact_book(impacts: Impacts, words: Words) -> Book:
    """Compose the workbook: overview by lever, organisations with their sentences, indicators with both wordings."""
    words = words.within(impacts.model)
    pages = returning((_overview(impacts, words), _organisations(impacts, words), _indicators(impacts, words)), words)
    return Book(words("impact.title"), words.of(impacts.model.name), words.lang, pages)


# --- overview

LEVERS: Described = (
    ("lever", "row-strong", 38),
    ("touched", "row-figure-whole", 14),
    ("reworded", "row-figure-whole", 13),
    ("new", "row-figure-whole", 13),
    ("dropped", "row-figure-whole", 13),
    ("reweighted", "row-figure-whole", 13),
    ("retargeted", "row-figure-whole", 13),
    ("median_then", "row-figure", 14),
    ("median", "row-score", 14),
    ("change", "row-change", 11),
    *((way.value, "row-figure-whole", 10) for way in Trend),
)


def _overview(impacts: Impacts, words: Words) -> Page:
    name, model = words("sheet.impact"), impacts.model
    count = len(impacts.touched)
    table = Table("impact", described_sheet(name, LEVERS, words, "lever", "impact.column"), tuple(_lever_rows(impacts, words)), 4,
                  rules=change_rules(model.scale.better, "change"), filters=False)  # fmt: skip
    facts = {"edition": words.of(model.edition.name), "touched": impacts.count, "count": count}
    chart = _chart(impacts, table, words)
    return Page(
        name,
        puts=(
            Put(0, 0, words("impact.headline" if impacts.count else "impact.nobody", **facts), "title", cols=12),
            Put(1, 0, words("impact.how"), "text", cols=12),
            Put(2, 0, words("impact.note", fewest=FEWEST), "hint", cols=12),
        ),
        tables=(table,),
        charts=(chart,) if chart else (),
        footer=words("footer.portfolio"),
        tab="you",
    )


def _lever_rows(impacts: Impacts, words: Words) -> list[Row]:
    """Return a row for the whole and one a lever; codes of indicators are counted once, however many organisations they concern."""
    names = {lever.code: words.of(lever.name) for one in impacts.touched for lever in one.result.model.levers}
    names |= {lever.code: words.of(lever.name) for lever in impacts.model.levers}
    found = [_lever_row(words("synthesis.overall"), impacts, "")]
    return found + [_lever_row(f"{code} · {name}", impacts, code) for code, name in names.items()]


def _lever_row(name: str, impacts: Impacts, lever: str) -> Row:
    codes: dict[str, set[str]] = {key: set() for key in ("reworded", "new", "dropped", "reweighted", "retargeted")}
    then, now, changes = [], [], []
    concerned = 0
    for one in impacts.touched:
        impact = one.impact
        concerned += lever in impact.touched if lever else not impact.untouched
        for key, mine in changed(impact).items():
            codes[key] |= {code for code in mine if not lever or impact.lever_of[code] == lever}
        reach = impact.levers.get(lever) if lever else impact.overall
        before, after, change = seen(impact.progress, reach.move) if reach else (None, None, None)
        if before is not None and after is not None and change is not None:
            then.append(before)
            now.append(after)
            changes.append(change)
    few: Value = f"< {FEWEST}"
    first, second = (benchmark.spread(values).median for values in (then, now))
    ways = [trend(impacts.model.scale.gain(change)) for change in changes]
    return Row(
        {
            "lever": name,
            "touched": concerned,
            **{key: len(mine) for key, mine in codes.items()},
            "median_then": few if first is None else first,
            "median": few if second is None else second,
            "change": None if first is None or second is None else rounded_off(second - first),
            **{way.value: ways.count(way) for way in Trend},
        }
    )


def _chart(impacts: Impacts, table: Table, words: Words) -> Chart | None:
    """Draw how many organisations each lever is touched for, nothing when there is none."""
    counts = [(int(str(row.values["touched"])), str(row.values["lever"])) for row in table.rows[1:]]
    most = max(counts, key=lambda one: one[0], default=(0, ""))
    if not most[0]:
        return None
    last = len(table.rows) - 1
    series = (Series(words("impact.column.touched"), table.span("lever", 1, last), table.span("touched", 1, last), "you"),)
    title = words("impact.chart", lever=most[1], touched=most[0], count=len(impacts.touched))
    alt = "; ".join(f"{lever}{words('colon')} {count}" for count, lever in counts)
    return Chart("bar", title, series, table.bottom + 2, 0, 760, 110 + 32 * last, alt, legend=False)


# --- organisations

ORGANISATIONS: Described = (
    ("rank", "row-figure-whole", 6.5),
    ("organisation", "row-strong", 26),
    ("then", "row-figure", 8),
    ("now", "row-score", 9),
    ("change", "row-change", 9),
    ("low", "row-figure", 8),
    ("high", "row-figure", 8),
    *((cause.value, "row-part", 9.5) for cause in CAUSES),
    ("kept", "row-figure-whole", 9),
    ("reworded", "row-figure-whole", 11),
    ("new", "row-figure-whole", 10.5),
    ("dropped", "row-figure-whole", 9),
    ("reweighted", "row-figure-whole", 10),
    ("retargeted", "row-figure-whole", 10),
    ("levers", "row", 13),
    ("sentence", "row", 66),
)


def _organisations(impacts: Impacts, words: Words) -> Page:
    name, model = words("sheet.impact_who"), impacts.model
    judged = [_organisation(one, rank) for rank, one in enumerate(impacts.touched, 1)]
    left = [
        Row({"organisation": one.organisation, "sentence": words(f"impact.left.{one.why}", edition=one.edition)}) for one in impacts.left
    ]
    table = Table("touched", described_sheet(name, ORGANISATIONS, words, "organisation", "impact.column"), (*judged, *left), 3,
                  rules=change_rules(model.scale.better, "change"))  # fmt: skip
    return Page(
        name,
        puts=(Put(0, 0, words("impact.who.title"), "title", cols=12), Put(1, 0, words("impact.who.intro"), "hint", cols=12)),
        tables=(table,),
        freeze=(4, 2),
        footer=words("footer.portfolio"),
    )


def _organisation(one: Touched, rank: int) -> Row:
    impact = one.impact
    then, now, change = seen(impact.progress, impact.overall.move)
    known = now is not None
    return Row(
        {
            "rank": rank,
            "organisation": one.result.assessment.organisation,
            "then": then,
            "now": now,
            "change": rounded_off(change),
            "low": impact.overall.low if known else None,
            "high": impact.overall.high if known else None,
            **{cause.value: rounded_off(impact.overall.move.why.get(cause), 2) if change is not None else None for cause in CAUSES},
            **counts(impact),
            "levers": ", ".join(impact.touched) or None,
            "sentence": one.sentence or None,
        }
    )


# --- indicators

INDICATORS: Described = (
    ("code", "row-code", 8),
    ("indicator", "row-strong", 30),
    ("what", "row", 20),
    ("touched", "row-figure-whole", 12),
    ("before", "row", 52),
    ("after", "row", 52),
    ("tuned", "row-quiet", 20),
)


def _indicators(impacts: Impacts, words: Words) -> Page:
    name = words("sheet.impact_what")
    first: dict[str, Touched] = {}
    concerned: dict[str, int] = {}
    for one in impacts.touched:
        for code in dict.fromkeys(code for codes in changed(one.impact).values() for code in codes):
            first.setdefault(code, one)
            concerned[code] = concerned.get(code, 0) + 1
    order = [code for code in impacts.model.indicators if code in first] + [code for code in first if code not in impacts.model.indicators]
    rows = tuple(_indicator(code, first[code].impact, concerned[code], words) for code in order)
    table = Table("changes", described_sheet(name, INDICATORS, words, "code", "impact.column"), rows, 3)
    return Page(
        name,
        puts=(
            Put(0, 0, words("impact.what.title", count=len(rows)), "title", cols=7),
            Put(1, 0, words("impact.what.intro"), "hint", cols=7),
        ),
        tables=(table,),
        freeze=(4, 2),
        footer=words("footer.portfolio"),
    )


def _indicator(code: str, impact: Impact, concerned: int, words: Words) -> Row:
    then, now = (moment.model.indicators.get(code) for moment in (impact.carried.then, impact.carried.now))
    change = impact.carried.changes[code]
    before, after = _wordings(change, then, now, words)
    one = now or then
    assert one is not None
    tuned = retuned(then, now, words) if then and now else []
    return Row(
        {
            "code": code,
            "indicator": words.of(one.name),
            "what": words(f"impact.what.{change.value}"),
            "touched": concerned,
            "before": before or None,
            "after": after or None,
            "tuned": ", ".join(tuned) or None,
        }
    )


def _wordings(change: Change, then: Indicator | None, now: Indicator | None, words: Words) -> tuple[str, str]:
    """Return how an indicator read and reads: what differs for a reworded one, what it is about for one that comes or goes."""
    if change is Change.KEPT:
        return "", ""
    if then and now:
        return compared(then, now, words)
    return (words.of(then.definition) if then else "", words.of(now.definition) if now else "")
