"""Rules on a returned audit, and its answers: the sisters of those in :mod:`dimm_xl.checks`, a row being a demand here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dimm_xl import audit
from dimm_xl.assessment import BLANK, Answer, Checked
from dimm_xl.checks import (
    Check,
    Given,
    Note,
    all_the_same,
    figure_possible,
    levers_covered,
    neighbours_alike,
    share_typed_whole,
)
from dimm_xl.findings import Code, Finding, Severity
from dimm_xl.live import EVIDENCE_FROM
from dimm_xl.model import Model


@dataclass(frozen=True)
class Rows:
    """The rows of an audit with its model; ``known`` is what each demand's key stands for: indicator, level and rank."""

    model: Model
    given: Sequence[Given]
    known: Mapping[str, tuple[str, int, int]]


def known_keys(rows: Rows) -> Iterator[Finding]:
    """A row's code is that of a demand or of an indicator of this questionnaire."""
    for row in rows.given:
        if row.indicator not in rows.known and row.indicator not in rows.model.indicators:
            yield row.finding(Code.UNKNOWN_CODE, "code")


def found_once(rows: Rows) -> Iterator[Finding]:
    """A demand is judged once, or twice alike; so is a figure."""
    first: dict[str, Given] = {}
    for row in rows.given:
        asked = "measure" if row.indicator in rows.model.indicators else "verdict" if row.indicator in rows.known else ""
        before = first.setdefault(row.indicator, row)
        if asked and before is not row and before.said != row.said:
            yield row.finding(Code.TWICE, asked, other=f"{before.sheet}!{before.cells.get('code', '')}")


def reason_given(rows: Rows) -> Iterator[Finding]:
    """A demand set aside as not applicable has a reason."""
    for row in rows.given:
        if row.verdict == "not_applicable" and not row.reason and row.indicator in rows.known:
            yield row.finding(Code.NO_REASON, "reason" if "reason" in row.cells else "verdict")


def in_its_place(rows: Rows) -> Iterator[Finding]:
    """A verdict and its words stand beside a demand, a figure beside an indicator that asks for one."""
    for row in rows.given:
        if row.indicator in rows.known:
            stray = ["measure"] if row.measure is not None else []
        elif one := rows.model.indicators.get(row.indicator):
            stray = [field for field in ("verdict", "reason", "evidence", "comment") if getattr(row, field)]
            stray += ["measure"] if row.measure is not None and not one.measure else []
        else:
            continue
        if stray:
            yield row.finding(Code.MISPLACED, stray[0])


def figure_given(rows: Rows) -> Iterator[Finding]:
    """Where a figure is asked for, verdicts alone rest on the auditor's word."""
    judged = dict.fromkeys(rows.known[row.indicator][0] for row in rows.given if row.verdict == "met" and row.indicator in rows.known)
    figures = {row.indicator for row in rows.given if row.measure is not None or "measure" in row.faulty}
    bare = [code for code in judged if rows.model.indicators[code].measure and code not in figures]
    if bare:
        yield Finding(Code.NO_FIGURE, facts={"indicators": ", ".join(bare)})


def every_demand(rows: Rows) -> Iterator[Finding]:
    """Every demand of the questionnaire still has its row; told once an indicator."""
    there = {row.indicator for row in rows.given}
    gone: dict[str, list[str]] = defaultdict(list)
    for key, (code, _, _) in rows.known.items():
        if key not in there:
            gone[code].append(key)
    for code, several in gone.items():
        yield Finding(Code.MISSING_DEMAND, facts={"indicator": code, "demands": ", ".join(several)})


def climbed_in_order(rows: Rows) -> Iterator[Finding]:
    """No level is met above one that is not: levels are cumulative, so that the higher one does not count."""
    unmet: dict[str, int] = {}
    highest: dict[str, tuple[int, Given]] = {}
    for row in rows.given:
        if row.indicator in rows.known:
            code, level, _ = rows.known[row.indicator]
            if row.verdict == "not_met":
                unmet[code] = min(level, unmet.get(code, level))
            elif row.verdict == "met" and level >= highest.get(code, (0, row))[0]:
                highest[code] = (level, row)
    for code, (level, row) in highest.items():
        if level > unmet.get(code, level):
            finding = row.finding(Code.LEVEL_GAP, "verdict", level=level, lower=unmet[code])
            yield replace(finding, facts={**finding.facts, "indicator": code})


AUDIT_CHECKS: tuple[Callable[[Rows], Iterator[Finding]], ...] = (
    known_keys,
    found_once,
    reason_given,
    in_its_place,
    figure_given,
    every_demand,
    climbed_in_order,
)
SHARED: tuple[Check, ...] = (figure_possible, share_typed_whole)
"""Rules on figures: the same in both forms, since a figure stands in the row of its indicator."""


def check(model: Model, given: Sequence[Given]) -> tuple[Finding, ...]:
    """Return the findings of every rule on the rows of an audit; ``model`` is resolved for its profile."""
    rows = Rows(model, given, audit.keys(model))
    found = [finding for rule in AUDIT_CHECKS for finding in rule(rows)]
    return (*found, *(finding for rule in SHARED for finding in rule(model, given)))


def claims_with_evidence(model: Model, said: Mapping[str, Answer]) -> Iterator[Finding]:
    """What is found met from level 4 upwards, and counts, comes with evidence; told once a level."""
    bare: dict[int, list[str]] = defaultdict(list)
    for code in model.indicators:
        for one in said[code].demands:
            if EVIDENCE_FROM <= one.level <= (said[code].level or 0) and one.verdict == "met" and not one.evidence:
                bare[one.level].append(audit.key(code, one.level, one.rank))
    for level, several in sorted(bare.items()):
        yield Finding(Code.NO_EVIDENCE, facts={"level": level, "indicators": ", ".join(several)})


AUDIT_NOTES: tuple[Note, ...] = (all_the_same, claims_with_evidence, neighbours_alike, levers_covered)


def note(model: Model, said: Mapping[str, Answer]) -> tuple[Finding, ...]:
    """Return what is worth a question in the answers of an audit."""
    return tuple(finding for rule in AUDIT_NOTES for finding in rule(model, said))


def answers(model: Model, given: Sequence[Given], findings: Sequence[Finding]) -> Mapping[str, Answer]:
    """Return the answer to each indicator: a faulty verdict is none, a faulty figure leaves the indicator blank; words are kept."""
    refused = {finding.facts.get("indicator") for finding in findings if finding.code.severity is Severity.ERROR}
    known = audit.keys(model)
    checked: dict[str, dict[str, Checked]] = defaultdict(dict)
    figures: dict[str, float] = {}
    for row in given:
        if row.indicator in known:
            code, level, rank = known[row.indicator]
            verdict = None if row.indicator in refused or "verdict" in row.faulty else row.verdict
            demand = Checked(level, rank, verdict, row.reason, row.evidence, row.comment)
            before = checked[code].get(row.indicator)
            checked[code][row.indicator] = audit.joined(before, demand) if before else demand
        elif row.indicator in model.indicators and row.measure is not None:
            figures.setdefault(row.indicator, row.measure)
    settled: dict[str, Answer] = {}
    for code, one in model.indicators.items():
        faulty = code in refused
        answer = audit.answered(one, checked[code].values(), None if faulty else figures.get(code))
        settled[code] = replace(answer, state=BLANK) if faulty else answer
    return settled
