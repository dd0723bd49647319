"""Rules on a whole return: small functions in a list, each yielding findings. Adding a rule is a function and a line in CHECKS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from dimm_xl.assessment import UNKNOWN, Answer, Answered, Blank, Last, NotApplicable, State, Verdict, settle
from dimm_xl.findings import Code, Finding, Severity
from dimm_xl.model import Indicator, Measure, Model
from dimm_xl.sheet import Pick


class Given(NamedTuple):
    """What stands in one indicator's row, parsed but not yet judged; ``cells`` are the addresses by field.

    ``last`` is what the row was handed out with from last time, None for nothing.
    In an audit it is the row of a demand, and ``indicator`` what tells that apart; or of an indicator, which has the figure alone.
    A tuple, since a campaign makes millions: a frozen dataclass takes four times as long.
    """

    indicator: str
    sheet: str
    cells: Mapping[str, str] = MappingProxyType({})
    level: int | Pick | None = None
    measure: float | None = None
    reason: str = ""
    evidence: str = ""
    comment: str = ""
    faulty: frozenset[str] = frozenset()
    verdict: Verdict | None = None
    last: int | Pick | None = None
    confirmed: bool = False

    def finding(self, code: Code, where: str, **facts: str | float) -> Finding:
        """Return a finding at this row's cell of the field ``where``."""
        return Finding(code, "", self.sheet, self.cells.get(where, ""), {"indicator": self.indicator, **facts})

    @property
    def said(self) -> tuple[object, ...]:
        """What two rows of one indicator must agree on."""
        return (self.level, self.measure, self.reason, self.evidence, self.comment, self.faulty, self.verdict)


def known_codes(model: Model, given: Sequence[Given]) -> Iterator[Finding]:
    """A row's code belongs to this questionnaire."""
    for row in given:
        if row.indicator not in model.indicators:
            yield row.finding(Code.UNKNOWN_CODE, "code")


def answered_once(model: Model, given: Sequence[Given]) -> Iterator[Finding]:
    """An indicator is answered once, or twice alike."""
    first: dict[str, Given] = {}
    for row in given:
        before = first.setdefault(row.indicator, row)
        if before is not row and before.said != row.said and row.indicator in model.indicators:
            yield row.finding(Code.TWICE, "code", other=f"{before.sheet}!{before.cells.get('code', '')}")


def reason_given(model: Model, given: Sequence[Given]) -> Iterator[Finding]:
    """An indicator set aside as not applicable has a reason."""
    for row in given:
        if row.level is Pick.NOT_APPLICABLE and not row.reason:
            yield row.finding(Code.NO_REASON, "reason" if "reason" in row.cells else "level")


def within_figure(model: Model, given: Sequence[Given]) -> Iterator[Finding]:
    """A level is not above what the measured figure allows."""
    for row in given:
        indicator = model.indicators.get(row.indicator)
        if indicator and indicator.measure and row.measure is not None and isinstance(row.level, int):
            ceiling = indicator.measure.ceiling(row.measure)
            if row.level > ceiling:
                yield row.finding(Code.ABOVE_FIGURE, "level", level=row.level, figure=row.measure, ceiling=ceiling)


def figure_possible(model: Model, given: Sequence[Given]) -> Iterator[Finding]:
    """A measured figure lies within its bounds."""
    for row in given:
        indicator = model.indicators.get(row.indicator)
        if indicator and indicator.measure and row.measure is not None and not _possible(indicator, row.measure):
            yield row.finding(Code.IMPOSSIBLE_FIGURE, "measure", figure=row.measure, highest=indicator.measure.highest or "∞")


def share_typed_whole(model: Model, given: Sequence[Given]) -> Iterator[Finding]:
    """A share below one is perhaps a percentage that the spreadsheet program turned into a fraction."""
    for row in given:
        indicator = model.indicators.get(row.indicator)
        if indicator and indicator.measure and row.measure and 0 < row.measure < _least_share(indicator.measure):
            yield row.finding(Code.SMALL_SHARE, "measure", figure=row.measure, meant=round(row.measure * 100, 10))


def figure_given(model: Model, given: Sequence[Given]) -> Iterator[Finding]:
    """Where a figure is asked for, a level alone rests on the respondent's word."""
    rows = [row for row in given if isinstance(row.level, int) and row.measure is None and "measure" not in row.faulty]
    bare = [row.indicator for row in rows if (one := model.indicators.get(row.indicator)) and one.measure]
    if bare:
        yield Finding(Code.NO_FIGURE, facts={"indicators": ", ".join(bare)})


def every_indicator(model: Model, given: Sequence[Given]) -> Iterator[Finding]:
    """Every indicator of the questionnaire still has its row."""
    rows = {row.indicator for row in given}
    for code in model.indicators:
        if code not in rows:
            yield Finding(Code.MISSING_ROW, facts={"indicator": code})


def confirmed(model: Model, given: Sequence[Given]) -> Iterator[Finding]:
    """What was carried over from last time is confirmed, or changed."""
    left = [row.indicator for row in given if row.last is not None and not row.confirmed and row.last == row.level]
    if left:
        yield Finding(Code.UNCONFIRMED, facts={"count": len(left), "indicators": ", ".join(left)})


def _least_share(measure: Measure) -> float:
    """Return the share below which a fraction was perhaps typed: 1, or a fifth of the least threshold where that is itself below 1."""
    if not measure.unit["en"].startswith("%"):
        return 0
    least = min(measure.thresholds)
    return 1 if least >= 1 else least / 5


def _possible(indicator: Indicator, figure: float) -> bool:
    assert indicator.measure is not None
    return 0 <= figure <= (indicator.measure.highest or float("inf"))


Check = Callable[[Model, Sequence[Given]], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    known_codes,
    answered_once,
    reason_given,
    figure_possible,
    within_figure,
    share_typed_whole,
    figure_given,
    every_indicator,
    confirmed,
)


def check(model: Model, given: Sequence[Given]) -> tuple[Finding, ...]:
    """Return the findings of every rule on the rows of a return; ``model`` is resolved for its profile."""
    return tuple(finding for rule in CHECKS for finding in rule(model, given))


def all_the_same(model: Model, said: Mapping[str, Answer]) -> Iterator[Finding]:
    """Ten answers or more are not all at one level."""
    levels = [answer.level for answer in said.values() if answer.level is not None]
    if len(levels) >= MANY and len(set(levels)) == 1:
        yield Finding(Code.ALL_THE_SAME, facts={"level": levels[0], "count": len(levels)})


def highest_with_evidence(model: Model, said: Mapping[str, Answer]) -> Iterator[Finding]:
    """The highest level comes with evidence."""
    top = model.scale.top
    bare = [code for code, answer in said.items() if answer.level == top and not answer.evidence]
    if bare:
        yield Finding(Code.NO_EVIDENCE, facts={"level": top, "indicators": ", ".join(bare)})


def neighbours_alike(model: Model, said: Mapping[str, Answer]) -> Iterator[Finding]:
    """Neighbouring indicators of a grouping are not at opposite ends."""
    for lever in model.levers:
        for grouping in lever.groupings:
            for one, other in pairwise(indicator.code for indicator in grouping.indicators):
                low, high = said[one].level, said[other].level
                if low is not None and high is not None and abs(low - high) >= FAR:
                    yield Finding(Code.FAR_APART, facts={"indicator": one, "level": low, "other": other, "other_level": high})


def levers_covered(model: Model, said: Mapping[str, Answer]) -> Iterator[Finding]:
    """Every lever has enough answers for its score to be shown."""
    for lever in model.levers:
        several = [said[one.code] for one in lever.indicators]
        expected = sum(not isinstance(answer.state, NotApplicable) for answer in several)
        answered = sum(answer.level is not None for answer in several)
        if answered < model.scoring.hidden_below * expected:
            yield Finding(Code.LOW_COVERAGE, facts={"lever": lever.code, "answered": answered, "expected": expected})


MANY, FAR = 10, 4
"""Answers from which sameness is worth a note; levels apart from which neighbours are."""

Note = Callable[[Model, Mapping[str, Answer]], Iterator[Finding]]
NOTES: tuple[Note, ...] = (all_the_same, highest_with_evidence, neighbours_alike, levers_covered)
"""Plausibility, for the consultant's eye before an interview: information, never blocking."""


def note(model: Model, said: Mapping[str, Answer]) -> tuple[Finding, ...]:
    """Return what is worth a question in settled answers."""
    return tuple(finding for rule in NOTES for finding in rule(model, said))


NOTHING = Answer()


def answers(model: Model, given: Sequence[Given], findings: Sequence[Finding]) -> Mapping[str, Answer]:
    """Return the answer to each indicator: what is faulty is blank, never guessed, and keeps the words beside it."""
    refused = {finding.facts.get("indicator") for finding in findings if finding.code.severity is Severity.ERROR}
    settled: dict[str, Answer] = {}
    for row in given:
        indicator = model.indicators.get(row.indicator)
        if indicator is None:
            continue
        if row.indicator in settled:  # a second row: what was written there is kept
            settled[row.indicator] = _joined(settled[row.indicator], row)
            continue
        faulty = row.indicator in refused or {"level", "measure"} & row.faulty
        state = Blank() if faulty else settle(indicator, _state(row), row.measure)
        figure = None if faulty or indicator.measure is None else row.measure
        settled[row.indicator] = Answer(state or Blank(), figure, row.reason, row.evidence, row.comment)
    return {code: settled.get(code, NOTHING) for code in model.indicators}


def _joined(answer: Answer, row: Given) -> Answer:
    def both(one: str, other: str) -> str:
        return one if other in one else f"{one}\n{other}".strip()

    reason, evidence, comment = (both(getattr(answer, name), getattr(row, name)) for name in ("reason", "evidence", "comment"))
    return replace(answer, reason=reason, evidence=evidence, comment=comment)


def _state(row: Given) -> State:
    if row.level is None:
        return Blank()
    if row.level is Pick.UNKNOWN:
        return UNKNOWN
    if row.level is Pick.NOT_APPLICABLE:
        return NotApplicable(row.reason)
    assert isinstance(row.level, int)
    return _at(row.level)


_at = lru_cache(maxsize=64)(Answered)
"""A scale has few levels, and a batch very many answers."""


def last_of(given: Sequence[Given]) -> Mapping[str, Last]:
    """Return what rows were handed out with from last time, by indicator."""
    reasons: Mapping[Pick, State] = {Pick.UNKNOWN: UNKNOWN, Pick.NOT_APPLICABLE: NotApplicable("–")}
    return {
        row.indicator: Last(Answered(row.last) if isinstance(row.last, int) else reasons[row.last], row.confirmed)
        for row in given
        if row.last is not None
    }
