"""The second opinion: the workbook in which a reviewer types it, and what a result shows of it: both scores, every difference."""

from __future__ import annotations

from collections.abc import Mapping

from dimm_xl import layout
from dimm_xl.assessment import State
from dimm_xl.model import Indicator
from dimm_xl.page import Book, Page, Put, Row, Table, Value
from dimm_xl.report.result import Described, Result, demands, described_sheet, rounded, state_word
from dimm_xl.report.result import shown as may_show
from dimm_xl.review import Difference, Typed, Weighed, differences, shown, to_review
from dimm_xl.sheet import Sheet
from dimm_xl.words import Words

# --- the workbook to type in


def review_book(result: Result, weighed: Weighed, words: Words) -> Book:
    """Compose an organisation's review: a row an indicator that was answered, with the opinions that were read already."""
    words = words.within(result.model)
    declared = result.declared or result
    sheet = layout.review_sheet(result.model, words)
    codes = [code for code in declared.model.indicators if to_review(declared.assessment, code)]
    rows = tuple(_review_row(declared, code, weighed, sheet, words) for code in codes)
    title = words("review.title", organisation=declared.assessment.organisation)
    page = Page(
        sheet.name,
        puts=(Put(0, 0, title, "title", cols=12), Put(1, 0, words("review.intro", count=len(codes)), "hint", cols=12)),
        tables=(Table("review", sheet, rows, 3),),
        heights={1: 40},
        freeze=(4, 2),
        protect=True,
        footer=words("footer.result", edition=words.of(declared.model.edition.name)),
        tab="entry-line",
    )
    return Book(title, declared.assessment.organisation, words.lang, (page, _identity_page(declared, words)))


def _review_row(declared: Result, code: str, weighed: Weighed, sheet: Sheet, words: Words) -> Row:
    one, answer = declared.model.indicators[code], declared.assessment.answer(code)
    verdict = sheet.column("level").kind.show
    level = answer.level
    values: dict[str, Value] = {
        "code": code,
        "indicator": words.of(one.name),
        "weight": one.weight,
        "declared": verdict(shown(answer.state)),
        "met": demands(one.levels.get(level or 0, ()), words) or "–",
        "evidence": answer.evidence or None,
        "said": "\n".join(filter(None, (answer.reason, answer.comment))) or None,
    }
    if opinion := weighed.opinions.get(code):
        day = opinion.day.isoformat() if opinion.day else None
        values |= {
            "level": verdict(shown(opinion.state)),
            "reason": opinion.reason or None,
            "day": day,
            "reviewer": opinion.reviewer or None,
        }
    elif again := weighed.again.get(code):
        values["before"] = _before(again, sheet)
    return Row(values)


def _before(row: Typed, sheet: Sheet) -> str:
    """Return what a row that does not count said, for the reviewer to type again: just typed, else said earlier."""
    level = "" if row.level is None else str(sheet.column("level").kind.show(row.level))
    typed = (row.raw.get("level", level), row.reason, row.raw.get("day", row.day.isoformat() if row.day else ""), row.reviewer)
    return " · ".join(filter(None, typed)) if row.typed else row.before


def _identity_page(declared: Result, words: Words) -> Page:
    said = declared.assessment
    known: Mapping[str, str] = {
        "kind": layout.REVIEW,
        "layout": layout.LAYOUT,
        "model": said.model,
        "edition": said.edition,
        "lang": words.lang,
        "sector": said.profile.sector,
        "size": said.profile.size,
        "organisation_id": said.organisation_id,
        "organisation": said.organisation,
    }
    rows = tuple(Row({"key": key, "value": value or None}) for key, value in known.items())
    return Page(layout.IDENTITY, tables=(Table("identity", layout.identity_sheet(), rows, 0, filters=False),), protect=True, hidden=True)


# --- what a result shows of it


def second_page(result: Result, declared: Result, words: Words) -> Page:
    """Compose the second opinion: both scores by lever, and every indicator that the reviewer sees otherwise."""
    name = words("sheet.second")
    found = differences(result.model, declared.assessment, result.opinions)
    before, after = (rounded(one.model, one.scores.overall, words) for one in (declared, result))
    levers = _levers(name, result, declared, words)
    told = words("second.title" if found else "second.none", count=len(found), declared=before, validated=after)
    return Page(
        name,
        puts=(
            Put(0, 0, told, "title", cols=9),
            Put(1, 0, words("second.intro", checked=len(result.opinions), count=reviewable(declared)), "hint", cols=9),
        ),
        tables=(levers, *([_differences(name, found, words, levers.bottom + 2)] if found else [])),
        freeze=(0, 2),
        footer=words("footer.result", edition=words.of(result.model.edition.name)),
    )


def reviewable(declared: Result) -> int:
    """Return how many answers are up for review."""
    return sum(to_review(declared.assessment, code) for code in declared.model.indicators)


def _levers(name: str, result: Result, declared: Result, words: Words) -> Table:
    described: Described = (
        ("code", "row-code", 8),
        ("lever", "row-strong", 40),
        ("score_declared", "row-figure", 11),
        ("score_validated", "row-score", 11),
        ("points", "row-points", 11),
    )
    pairs = [("", words("synthesis.overall"), declared.scores.overall, result.scores.overall)]
    pairs += [
        (one.code, words.of(one.name), declared.scores.levers[one.code], result.scores.levers[one.code]) for one in result.model.levers
    ]
    rows = []
    for code, lever, before, after in pairs:
        first, last = may_show(result.model, before), may_show(result.model, after)
        points = last - first if first is not None and last is not None else None
        rows.append(Row({"code": code or None, "lever": lever, "score_declared": first, "score_validated": last, "points": points}))
    return Table("both_scores", described_sheet(name, described, words, "lever", "second.column"), tuple(rows), 3, filters=False)


def _differences(name: str, found: tuple[Difference, ...], words: Words, row: int) -> Table:
    described: Described = (
        ("code", "row-code", 8),
        ("indicator", "row-strong", 40),
        ("declared", "row-level", 11),
        ("validated", "row-level", 11),
        ("levels", "row-signed", 11),
        ("weight", "row-figure-whole", 8),
        ("reason", "row", 54),
        ("day", "row-line", 12),
        ("reviewer", "row", 18),
    )
    rows = []
    for one in found:
        opinion = one.opinion
        about: dict[str, Value] = {
            "code": one.indicator.code,
            "indicator": words.of(one.indicator.name),
            "weight": one.indicator.weight,
            "levels": one.levels,
        }
        states = {"declared": state_shown(one.declared.state, words), "validated": state_shown(opinion.state, words)}
        day = opinion.day.isoformat() if opinion.day else "–"
        rows.append(Row({**about, **states, "reason": opinion.reason or None, "day": day, "reviewer": opinion.reviewer or None}))
    return Table("differences", described_sheet(name, described, words, "code", "second.column"), tuple(rows), row)


def state_shown(state: State, words: Words) -> Value:
    """Return a level as a number, any other state by its word."""
    level = shown(state)
    return level if isinstance(level, int) else words(f"unjudged.{state_word(state)}")


def second_mark(result: Result, one: Indicator, words: Words) -> str:
    """Return what a lever's sheet notes under an indicator that was reviewed, empty for the others."""
    if result.declared is None or one.code not in result.opinions:
        return ""
    before, after = result.declared.assessment.answer(one.code).state, result.opinions[one.code].state
    if shown(before) == shown(after):
        return words("second.confirmed")
    return words("second.changed", declared=state_shown(before, words), validated=state_shown(after, words))
