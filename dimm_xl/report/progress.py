"""Progress of one organisation since last time: which levers moved, why, and what changed indicator by indicator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from dimm_xl.assessment import Answer
from dimm_xl.page import Chart, Page, Put, Row, Rule, Series, Table, Value
from dimm_xl.progress import Cause, Change, Move, Progress, Trend, trend
from dimm_xl.report.lever import AXES
from dimm_xl.report.result import Described, Result, described_sheet, shown, state_word
from dimm_xl.words import Words

LEVERS_ROW = 5
CHART_ROWS = 16
WIDE = 12


def progress_page(result: Result, progress: Progress, words: Words) -> Page:
    """Compose the sheet of an organisation's progress."""
    name = words("sheet.progress")
    levers = levers_table(progress, words)
    indicators = _indicators(name, progress, levers.bottom + CHART_ROWS + 2, words)
    editions = {words.of(moment.model.edition.name): None for moment in (progress.then, progress.now)}
    return Page(
        name,
        puts=(
            Put(0, 0, headline(progress, words), "title", cols=WIDE),
            Put(1, 0, " → ".join(editions), "hint", cols=WIDE),
            Put(2, 0, words("progress.common", **common(progress, words)), "text", cols=WIDE),
            Put(3, 0, words("progress.parts"), "hint", cols=WIDE),
            *_guide(levers.bottom + 3, words),
        ),
        tables=(levers, indicators),
        charts=(_radar(progress, levers, words),),
        freeze=(0, 2),
        footer=words("footer.result", edition=words.of(result.model.edition.name)),
        tab="you",
    )


def headline(progress: Progress, words: Words) -> str:
    """Return which way the overall score went, in a sentence."""
    then, now, change = seen(progress, progress.overall)
    if then is None or now is None or change is None:
        return words("progress.title.none")
    way = words(f"progress.trend.{trend(progress.now.model.scale.gain(change)).value}")
    return words("progress.title.moved", then=words.number(then), now=words.number(now), trend=way)


def common(progress: Progress, words: Words) -> dict[str, object]:
    """Return how many indicators are common, new, gone and reworded, and the overall scores on the common ones, as text."""
    values = figures(progress, progress.overall, words)
    ends = {key: words.number(value) if isinstance(value := values[key], float) else "–" for key in ("before", "after")}
    return {**progress.counts, **ends}


def seen(progress: Progress, move: Move) -> tuple[float | None, float | None, float | None]:
    """Return the scores of then and now and their difference, None for what has too few answers to be shown."""
    then = shown(progress.then.model, move.then) if move.then else None
    now = shown(progress.now.model, move.now) if move.now else None
    return then, now, None if then is None or now is None else now - then


def figures(progress: Progress, move: Move, words: Words) -> dict[str, Value]:
    """Return the figures of a move by column, changes rounded as they are read."""
    then, now, change = seen(progress, move)
    known = change is not None
    parts = {cause.value: rounded_off(move.why.get(cause), 2) if known else None for cause in Cause}
    gain = None if change is None else progress.now.model.scale.gain(change)
    way = words(f"progress.trend.{trend(gain).value}") if gain is not None else words("unjudged.few")
    return {
        "then": then,
        "now": now,
        "change": rounded_off(change),
        "trend": way,
        **parts,
        "common": move.common,
        "before": move.before if known else None,
        "after": move.after if known else None,
        "target_then": move.then.target if move.then else None,
        "target": move.now.target if move.now else None,
    }


def rounded_off(change: float | None, digits: int = 1) -> float | None:
    """Return a change rounded as it is shown, never a negative zero: its sign decides which arrow is shown."""
    return None if change is None else round(change, digits) + 0.0


def change_rules(good: str, *fields: str) -> tuple[Rule, ...]:
    """Return the rules that colour changes for better and for worse (``good``: which end is); the arrow says which way without colour."""
    better, worse = (">", "<") if good == "high" else ("<", ">")
    return tuple(
        Rule((field,), f"AND(ISNUMBER({{{field}}}),{{{field}}}{sign}0)", look)
        for field in fields
        for sign, look in ((better, "bin-well"), (worse, "bin-improve"))
    )


LEVERS: Described = (
    ("code", "row-code", 7),
    ("lever", "row-strong", 40),
    ("then", "row-figure", 10),
    ("now", "row-score", 10),
    ("change", "row-change", 11),
    ("trend", "row", 44),
    *((cause.value, "row-part", 13) for cause in Cause),
    ("common", "row-figure-whole", 11),
    ("before", "row-figure", 13),
    ("after", "row-figure", 13),
    ("target_then", "row-figure", 13),
    ("target", "row-figure", 11),
)


def levers_table(progress: Progress, words: Words) -> Table:
    """Return the moves as a table: the whole in the first row, then the levers of now, then those that are gone."""
    name = words("sheet.progress")
    names = {lever.code: words.of(lever.name) for moment in (progress.then, progress.now) for lever in moment.model.levers}
    moves = {"": progress.overall, **progress.levers}
    rows = []
    for code, move in moves.items():
        values = figures(progress, move, words)
        rows.append(Row({**values, "code": code, "lever": names.get(code, words("synthesis.overall")), "trend": told(values, words)}))
    sheet = described_sheet(name, LEVERS, words, "code", "progress.column")
    return Table(
        "progress_levers", sheet, tuple(rows), LEVERS_ROW, rules=change_rules(progress.now.model.scale.better, "change"), filters=False
    )


def told(values: Mapping[str, Value], words: Words) -> str:
    """Return which way a score went and what moved it most, in words."""
    way = str(values["trend"])
    parts = {cause: part for cause in Cause if isinstance(part := values[cause.value], float)}
    most = max(parts, key=lambda cause: abs(parts[cause]), default=None)
    if most is None or not rounded_off(parts[most]):
        return way
    return words("progress.mostly", trend=way, cause=words(f"progress.cause.{most.value}"))


def _guide(row: int, words: Words) -> list[Put]:
    """Return what each cause means, beside the radar."""
    puts = [Put(row, 5, words("progress.guide"), "section", cols=6)]
    for n, cause in enumerate(Cause, 1):
        puts += [
            Put(row + 2 * n - 1, 5, words(f"progress.column.{cause.value}"), "guide-title", rows=2),
            Put(row + 2 * n - 1, 6, words(f"progress.means.{cause.value}"), "guide", rows=2, cols=5),
        ]
    return puts


def _radar(progress: Progress, table: Table, words: Words) -> Chart:
    last = len(table.rows) - 1
    names = table.span("lever", 1, last)
    series = (
        Series(words("chart.last"), names, table.span("then", 1, last), "last"),
        Series(words("chart.you"), names, table.span("now", 1, last), "you"),
    )
    scale = progress.now.model.scale
    gains = [scale.gain(change) for move in progress.levers.values() if (change := seen(progress, move)[2]) is not None]
    title = words("progress.radar", up=sum(trend(gain) is Trend.UP for gain in gains), known=len(gains))
    shape: Literal["radar", "bar"] = "radar" if last >= AXES else "bar"
    return Chart(shape, title, series, table.bottom + 2, 0, 520, 310, title, scale.highest)


# --- indicator by indicator

INDICATORS: Described = (
    ("code", "row-code", 7),
    ("indicator", "row", 40),
    ("then", "row-level", 10),
    ("now", "row-level", 10),
    ("change", "row-change-whole", 11),
    ("why", "row-quiet", 44),
)


def _indicators(name: str, progress: Progress, row: int, words: Words) -> Table:
    rows = tuple(_indicator(one, words) for one in progress.indicators)
    sheet = described_sheet(name, INDICATORS, words, "code", "progress.column")
    return Table("progress_indicators", sheet, rows, row, rules=change_rules("high", "change"))


def _indicator(one: Change, words: Words) -> Row:
    before, after = (answer.level if answer else None for answer in (one.before, one.after))
    values: dict[str, Value] = {
        "code": one.code,
        "indicator": words.of(one.shown.name),
        "then": _said(one.before, words),
        "now": _said(one.after, words),
        "change": None if before is None or after is None else after - before,
        "why": reason(one, words),
    }
    return Row(values)


def _said(answer: Answer | None, words: Words) -> Value:
    if answer is None:
        return "–"
    return words(f"unjudged.{state_word(answer.state)}")[0] if answer.level is None else answer.level


def reason(one: Change, words: Words) -> str:
    """Return in words what changed about an indicator: why it is asked or not, its answer, its weight, its target."""
    facts = []
    if one.then is None or one.now is None:
        came = "came" if one.then is None else "went"
        facts.append(words(f"progress.why.{came}.{'edition' if one.cause is Cause.EDITION else 'applicability'}"))
    else:
        if one.reworded:
            facts.append(words("progress.why.reworded"))
        if one.cause is Cause.APPLICABILITY:
            facts.append(
                words("progress.why.exempt" if one.after and state_word(one.after.state) == "not_applicable" else "progress.why.due")
            )
        elif one.cause:
            facts.append(words("progress.why.answer"))
        if one.then.weight != one.now.weight:
            facts.append(words("progress.why.weight", then=one.then.weight, now=one.now.weight))
        if one.then.target.default != one.now.target.default:
            facts.append(words("progress.why.target", then=one.then.target.default, now=one.now.target.default))
    return " · ".join(facts)
