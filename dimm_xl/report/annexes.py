"""What follows the levers in a result workbook: roadmap, method, flat data."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from fractions import Fraction

from dimm_xl import __version__, audit
from dimm_xl.adapted import adapted_table
from dimm_xl.model import Indicator, Lever, Model, Text
from dimm_xl.once import once
from dimm_xl.page import Page, Put, Row, Table, Value
from dimm_xl.report.result import Result, counted, demands, functions, judged, rounded, shown, state_word
from dimm_xl.report.second import reviewable
from dimm_xl.respondents import who
from dimm_xl.roadmap import Step
from dimm_xl.sheet import TEXT, Column, Kind, Sheet
from dimm_xl.words import Words

FEW = 20
"""Adaptations under which the method stays on one printed page."""


def roadmap_page(result: Result, roadmap: tuple[Step, ...], words: Words) -> Page:
    """Compose the roadmap: every gap by priority, with owner, date and status to fill in."""
    name = words("sheet.roadmap")
    rows = tuple(_step(result, n, step, words) for n, step in enumerate(roadmap, 1))
    sheet, picks = _roadmap_sheet(name, words), _statuses(words)
    return Page(
        name,
        puts=(
            Put(0, 0, counted("roadmap", len(roadmap), words), "title", cols=13),
            Put(1, 0, words("roadmap.intro", count=len(roadmap)), "hint", cols=13),
        ),
        tables=(Table("roadmap", sheet, rows, 3, lists={"status": picks}),),
        freeze=(4, 3),
        footer=words("footer.result", edition=words.of(result.model.edition.name)),
        tab="target",
    )


@once
def _statuses(words: Words) -> tuple[str, ...]:
    return tuple(words(f"roadmap.status.{one}") for one in ("todo", "doing", "done", "dropped"))


@once
def _roadmap_sheet(name: str, words: Words) -> Sheet:
    status = Kind("kind.choice", picks=_statuses(words))
    described = (
        ("rank", "row-figure-whole", 6, TEXT),
        ("code", "row-code", 7, TEXT),
        ("indicator", "row-strong", 30, TEXT),
        ("level", "row-figure-whole", 8, TEXT),
        ("target", "row-figure-whole", 8, TEXT),
        ("priority", "row-figure-whole", 9, TEXT),
        ("action", "row", 38, TEXT),
        ("next", "row-quiet", 40, TEXT),
        ("who", "row-quiet", 18, TEXT),
        ("horizon", "row-quiet", 11, TEXT),
        ("owner", "cell", 14, TEXT),
        ("date", "cell", 11, TEXT),
        ("status", "cell", 11, status),
    )
    columns = tuple(
        Column(field, words(f"roadmap.column.{field}"), kind, entry=look == "cell", look=look, width=width)
        for field, look, width, kind in described
    )
    return Sheet(name, "code", columns)


def _step(result: Result, rank: int, step: Step, words: Words) -> Row:
    who = functions(result.model, step.indicator, words)
    common = _stepped(step.indicator, step.level, step.action, words)
    row = {"rank": rank, **common, "who": who}
    answer = result.answers[step.indicator.code]
    if answer.demands:
        return Row({**row, "next": demands(audit.following(step.indicator, answer), words)})
    return Row(row, common=common)


@once
def _stepped(one: Indicator, level: int, action: Text, words: Words) -> Mapping[str, Value]:
    """Return what a step says to everybody who is on a level of an indicator."""
    step = Step(one, level, one.target.default, one.levels[level + 1], action)
    return {
        "code": one.code,
        "indicator": words.of(one.name),
        "level": level,
        "target": step.target,
        "priority": step.priority,
        "action": words.of(action),
        "next": demands(step.demands, words),
        "horizon": words("roadmap.within", months=step.horizon),
    }


def method_page(result: Result, words: Words) -> Page:
    """Compose the method: how the score comes about, with this organisation's figures as the worked example, and what was read."""
    name = words("sheet.method")
    model, rules = result.model, result.model.scoring
    authored = sum(one.origin == "authored" for one in model.indicators.values())
    facts: dict[str, dict[str, object]] = {
        "form": {"form": words(f"method.form.{result.assessment.form}")},
        "levels": {},
        **_scale(result, words),
        "weights": {},
        "example": {"example": worked_example(result, words)},
        "overall": {"choice": overall_choice(model, words)},
        **_voices(result, words),
        "states": {},
        **({"measures": {}} if result.assessment.form == "self" else {}),  # an audit's form says what a figure does
        "coverage": {"provisional": words.percent(rules.provisional_below), "hidden": words.percent(rules.hidden_below)},
        "targets": {},
        "bins": {},
        "priority": {},
        "origin": {"authored": authored, "published": len(model.indicators) - authored},
        "source": {
            "file": result.file,
            "sha256": result.sha256,
            "model": words.of(model.name),
            "edition": words.of(model.edition.name),
            "version": __version__,
        },
    }
    if result.peers and result.peers.source:
        facts["benchmark"] = {"name": result.peers.source, "count": result.peers.count}
    if result.last:
        facts["progress"] = {"file": result.last.file, "edition": words.of(result.last.model.edition.name)}
    if result.adapted:
        facts["adapted"] = {"count": len(result.adapted)}
    puts = [Put(0, 0, words("method.title"), "title", cols=2)]
    for n, (key, given) in enumerate(facts.items(), 2):
        puts += [Put(n, 0, words(f"method.{key}.title"), "guide-title"), Put(n, 1, words(f"method.{key}.text", **given), "guide")]
    tables = (adapted_table(name, result.adapted, words, len(facts) + 3, (26, 110)),) if result.adapted else ()
    tall = 1 if len(result.adapted) < FEW else 0
    return Page(
        name, tuple(puts), tables, widths={0: 26, 1: 110}, tall=tall, footer=words("footer.result", edition=words.of(model.edition.name))
    )


def _scale(result: Result, words: Words) -> dict[str, dict[str, object]]:
    """Return what the method says of a scale on which a level is not its own score, and of a ranking in groups."""
    scale, ranked = result.model.scale, result.model.scoring.ranked
    told: dict[str, dict[str, object]] = {}
    if not scale.plain:
        steps = (words("method.scale.step", level=level, score=words.figure(round(scale.score(level), 1))) for level in scale.offered)
        told["scale"] = {"steps": " · ".join(steps)}
    if ranked:
        told["ranked"] = {"groups": ranked.groups, "name": words.of(ranked.name)}
    return told


def overall_choice(model: Model, words: Words) -> str:
    """Return how the overall score comes about; levers that do not weigh the same are named with their shares."""
    weights = [lever.weight for lever in model.levers]
    if model.scoring.overall == "indicators" or len(set(weights)) == 1:
        return words(f"method.overall.{model.scoring.overall}")
    shares = (f"{words.of(lever.name)}\u00a0{share(lever.weight, sum(weights))}" for lever in model.levers)
    return words("method.overall.shares", shares=", ".join(shares))


def share(weight: float, total: float) -> str:
    """Return a weight's share of all as a fraction, in one sign where there is one: ½, ⅙, 3/7."""
    part = (Fraction(weight).limit_denominator(1000) / Fraction(total).limit_denominator(1000)).limit_denominator(1000)
    shown = f"{part.numerator}/{part.denominator}"
    return FRACTIONS.get(shown, shown)


FRACTIONS = {unicodedata.normalize("NFKC", sign).replace("\u2044", "/"): sign for sign in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"}
"""Fractions that have a sign of their own."""


def _voices(result: Result, words: Words) -> dict[str, dict[str, object]]:
    """Return what the method says of several respondents and of a second opinion, where there are."""
    told: dict[str, dict[str, object]] = {}
    if len(result.parts) > 1:
        told["respondents"] = {"count": len(result.parts), "names": " · ".join(map(who, result.parts))}
    if result.declared:
        scores = {"declared": result.declared.scores.overall, "validated": result.scores.overall}
        shares = {"checked": len(result.opinions), "count": reviewable(result.declared)}
        told["review"] = {**shares, **{basis: rounded(result.model, one, words) for basis, one in scores.items()}}
    return told


def worked_example(result: Result, words: Words) -> str:
    """Return the score of the lever with fewest answers (but two) as a sum that a reader can redo."""

    def heard(lever: Lever) -> int:
        return result.scores.levers[lever.code].answered

    scores = result.scores.levers
    several = (lever for lever in result.model.levers if heard(lever) > 1)
    levers = sorted((lever for lever in several if shown(result.model, scores[lever.code]) is not None), key=heard)
    if not levers:
        return words("method.example.none")
    known = [(one, level) for one in levers[0].indicators if (level := result.levels[one.code]) is not None]
    terms = " + ".join(f"{one.weight}×{words.figure(result.model.scale.score(level))}" for one, level in known)
    weights = " + ".join(str(one.weight) for one, _ in known)
    value = result.scores.levers[levers[0].code].value or 0.0
    return words("method.example.sum", lever=words.of(levers[0].name), terms=terms, weights=weights, value=words.number(value, 2))


def data_page(result: Result, words: Words) -> Page:
    """Compose the flat data: one row an indicator, for pivot tables."""
    return Page(
        words("sheet.data"),
        puts=(Put(0, 0, words("data.intro"), "hint", cols=6),),
        tables=(Table("answers", _data_sheet(words), tuple(_data_rows(result, words)), 2),),
        freeze=(3, 0),
        footer=words("footer.result", edition=words.of(result.model.edition.name)),
    )


@once
def _data_sheet(words: Words) -> Sheet:
    fields = (
        "organisation",
        "sector",
        "size",
        "lever",
        "grouping",
        "code",
        "indicator",
        "weight",
        "state",
        "level",
        "measure",
        "target",
        "bin",
    )
    looks = {"weight": "row-figure-whole", "level": "row-figure-whole", "target": "row-figure-whole", "measure": "row-figure-any"}
    widths = {"indicator": 66, "lever": 22, "grouping": 32, "organisation": 32, "sector": 34, "size": 36, "bin": 18}
    columns = tuple(
        Column(field, words(f"data.column.{field}"), look=looks.get(field, "row-line"), width=widths.get(field, 11)) for field in fields
    )
    return Sheet(words("sheet.data"), "code", columns)


def _data_rows(result: Result, words: Words) -> Iterator[Row]:
    model, assessment = result.model, result.assessment
    profile = assessment.profile
    shared = {
        "organisation": assessment.organisation,
        "sector": words.of(model.label("sector", profile.sector)),
        "size": words.of(model.label("size", profile.size)),
    }
    for lever in model.levers:
        for grouping in lever.groupings:
            for one in grouping.indicators:
                answer = result.answers[one.code]
                flat = _flat(lever.name, grouping.name, one, result.levels[one.code], state_word(answer.state), words)
                yield Row({**shared, **flat, "measure": answer.measure}, common=flat)


@once
def _flat(lever: Text, grouping: Text, one: Indicator, level: int | None, state: str, words: Words) -> Mapping[str, Value]:
    """Return what the flat data say of an indicator for everybody who is on a level of it."""
    return {
        "lever": words.of(lever),
        "grouping": words.of(grouping),
        "code": one.code,
        "indicator": words.of(one.name),
        "weight": one.weight,
        "state": words(f"unjudged.{state}"),
        "level": level,
        "target": one.target.default,
        "bin": judged(one, level, state, words),
    }
