"""A second opinion: what a reviewer validates beside what was declared, which opinions count, what differs.

An opinion is of a declared answer: once that changes, the opinion no longer counts until the reviewer looks again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from dimm_xl.assessment import UNKNOWN, Answer, Answered, Assessment, NotApplicable, State, Unknown
from dimm_xl.findings import Code, Finding
from dimm_xl.model import Indicator, Model
from dimm_xl.sheet import Pick

Shown = int | Pick | None
"""A state as its cell holds it; None for a blank one."""


@dataclass(frozen=True)
class Typed:
    """One row of a review workbook: the answer that the reviewer had before them (``seen``), and what they typed beside it.

    ``before`` is what an earlier review said that no longer counts; ``raw`` what was not understood, as text by field.
    """

    indicator: str
    file: str = ""
    sheet: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    seen: Shown = None
    level: Shown = None
    reason: str = ""
    day: date | None = None
    reviewer: str = ""
    before: str = ""
    raw: Mapping[str, str] = field(default_factory=dict)

    def finding(self, code: Code, where: str, **facts: str | int) -> Finding:
        """Return a finding at this row's cell of the field ``where``."""
        return Finding(code, self.file, self.sheet, self.cells.get(where, ""), {"indicator": self.indicator, **facts})

    @property
    def typed(self) -> bool:
        """Whether something was typed now, not only recalled from an earlier review."""
        return bool(self.level is not None or self.reason or self.day or self.raw)

    @property
    def place(self) -> str:
        """Where the row is, for people."""
        return f"{self.file}!{self.cells.get('level', '')}"


@dataclass(frozen=True)
class Opinion:
    """What a reviewer validated of one indicator; the date is the one that was typed, None when there was none."""

    state: State
    reason: str = ""
    day: date | None = None
    reviewer: str = ""


@dataclass(frozen=True)
class Weighed:
    """The opinions on one organisation that count, by indicator; the rows that its reviewer must look at again; what is amiss."""

    opinions: Mapping[str, Opinion] = field(default_factory=dict)
    again: Mapping[str, Typed] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


UNREVIEWED = Weighed()


def shown(state: State) -> Shown:
    """Return a state as its cell holds it."""
    match state:
        case Answered(level):
            return level
        case NotApplicable():
            return Pick.NOT_APPLICABLE
        case Unknown():
            return Pick.UNKNOWN
    return None


def _state(level: int | Pick, reason: str) -> State:
    if isinstance(level, int):
        return Answered(level)
    return NotApplicable(reason or "–") if level is Pick.NOT_APPLICABLE else UNKNOWN


def to_review(declared: Assessment, code: str) -> bool:
    """Say whether an indicator is up for review: a level was declared, or that it is not applicable."""
    return isinstance(declared.answer(code).state, Answered | NotApplicable)


def weigh(declared: Assessment, rows: Sequence[Typed]) -> Weighed:
    """Return which of several opinions on one organisation count; of several on one indicator the one of the latest day.

    What is outdated is told only while no opinion counts in its place.
    """
    findings, counted, again = [], dict[str, list[Typed]](), dict[str, Typed]()
    for row in sorted(rows, key=lambda row: (row.day or date.min, row.file)):
        found = list(_amiss(declared, row))
        findings += found
        if row.level is None or row.raw or any(finding.code is not Code.REVIEW_NO_DATE for finding in found):
            again[row.indicator] = row
        else:
            counted.setdefault(row.indicator, []).append(row)
    opinions = {}
    for code, several in counted.items():
        last = several[-1]
        rival = next((row for row in several if row.day == last.day and row.level != last.level), None)
        if rival:
            findings.append(last.finding(Code.TWICE, "level", other=rival.place))
            again[code] = last
        else:
            opinions[code] = Opinion(_state(last.level or 0, last.reason), last.reason, last.day, last.reviewer)
    open_ = {code: row for code, row in again.items() if code not in opinions}
    kept = (one for one in findings if one.code is not Code.REVIEW_OUTDATED or one.facts["indicator"] in open_)
    return Weighed(opinions, open_, tuple(kept))


def _amiss(declared: Assessment, row: Typed) -> Iterator[Finding]:
    """Yield what is amiss in one row of a review."""
    if row.indicator not in declared.answers:
        yield row.finding(Code.UNKNOWN_CODE, "code")
    elif row.level is None:
        if row.reason and "level" not in row.raw:
            yield row.finding(Code.REVIEW_NO_LEVEL, "level")
    elif row.seen != (now := shown(declared.answer(row.indicator).state)):
        yield row.finding(Code.REVIEW_OUTDATED, "level", before=_said(row.seen), now=_said(now))
    elif row.level != row.seen:
        if not row.reason:
            yield row.finding(Code.REVIEW_NO_REASON, "reason", level=_said(row.level), declared=_said(row.seen))
        if row.day is None and "day" not in row.raw:
            yield row.finding(Code.REVIEW_NO_DATE, "day")


def _said(state: Shown) -> str:
    return str(state) if isinstance(state, int) else "–"


def validated(declared: Assessment, opinions: Mapping[str, Opinion]) -> Assessment:
    """Return an assessment with the validated states in place of the declared ones; everything else stays as it was said."""
    answers = {code: replace(declared.answer(code), state=opinion.state) for code, opinion in opinions.items()}
    return replace(declared, answers={**declared.answers, **answers})


@dataclass(frozen=True)
class Difference:
    """An indicator that the reviewer sees otherwise than the organisation."""

    indicator: Indicator
    declared: Answer
    opinion: Opinion

    @property
    def levels(self) -> int | None:
        """Levels that the reviewer adds (negative: takes away); None where either gave none."""
        before, after = shown(self.declared.state), shown(self.opinion.state)
        return after - before if isinstance(before, int) and isinstance(after, int) else None


def differences(model: Model, declared: Assessment, opinions: Mapping[str, Opinion]) -> tuple[Difference, ...]:
    """Return where validated and declared states differ, in the order of the model."""
    return tuple(
        Difference(one, declared.answer(code), opinions[code])
        for code, one in model.indicators.items()
        if code in opinions and shown(opinions[code].state) != shown(declared.answer(code).state)
    )
