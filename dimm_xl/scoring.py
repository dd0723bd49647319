"""The arithmetic of the method: weighted means that carry how much stands behind them.

A score is computed over *parts*: indicators inside a grouping, a lever or the whole; levers inside the overall score. Every
function takes a model that is resolved for the organisation's profile (``Model.at``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from dimm_xl.assessment import Answer, Assessment, NotApplicable
from dimm_xl.model import Indicator, Model, Scale, Scoring
from dimm_xl.once import once


@dataclass(frozen=True, slots=True)
class Score:
    """A score on the model's scale, and what it rests on.

    ``value`` is None when nothing was answered. ``low`` and ``high`` are what the value would be with every missing answer at
    either end of the scale; None when nothing is expected. ``answered`` of ``expected`` indicators (not applicable ones are not
    expected). ``target`` is the weighted mean of the targets of what is expected. ``step`` is what one level more adds to a score of
    this scale (below 0 where low is better).
    """

    value: float | None
    low: float | None
    high: float | None
    answered: int
    expected: int
    target: float | None
    step: float = 1.0

    @property
    def coverage(self) -> float:
        """Answered over expected, 0 to 1; 1 when nothing is expected."""
        return self.answered / self.expected if self.expected else 1.0

    @property
    def gap(self) -> float | None:
        """How many levels are missing to the target, below 0 above it, whichever end of the scale is good; None without a value."""
        return None if self.value is None or self.target is None else (self.target - self.value) / self.step


ROUNDING = 1e-9
"""Differences below this are the computer's, not the organisation's: a mean of 2.5 may come out as 2.4999999999999996."""


class Bin(Enum):
    """The three bins of advice."""

    WELL = "well"
    ATTENTION = "attention"
    IMPROVE = "improve"


class Standing(Enum):
    """How a score may be shown, by its coverage."""

    FIRM = "firm"
    PROVISIONAL = "provisional"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Scores:
    """Every score of one assessment: overall, and by code of lever, grouping and indicator, in the order of the model."""

    overall: Score
    levers: Mapping[str, Score]
    groupings: Mapping[str, Score]
    indicators: Mapping[str, Score]


Part = tuple[float, Score]
"""A weight and the score it carries."""


def score(model: Model, assessment: Assessment) -> Scores:
    """Score an assessment by the rules of its (resolved) model."""
    return combined(model, {code: of_answer(one, assessment.answer(code), model.scale) for code, one in model.indicators.items()})


def combined(model: Model, each: Mapping[str, Score]) -> Scores:
    """Put the scores of indicators, by code in the order of the (resolved) model, together into all others."""
    part: dict[str, Part] = {code: (one.weight, each[code]) for code, one in model.indicators.items()}

    def mean(indicators: Iterable[Indicator]) -> Score:
        return of_parts([part[indicator.code] for indicator in indicators])

    levers = {lever.code: mean(lever.indicators) for lever in model.levers}
    groupings = {grouping.code: mean(grouping.indicators) for lever in model.levers for grouping in lever.groupings}
    if model.scoring.overall == "levers":
        overall = of_parts([(lever.weight, levers[lever.code]) for lever in model.levers])
    else:
        overall = of_parts([*part.values()])
    return Scores(overall, levers, groupings, each)


def of_answer(indicator: Indicator, answer: Answer, scale: Scale) -> Score:
    """Return the score of one indicator: what its level is worth, or the whole scale as range when the answer is missing."""
    return _exempt(scale) if isinstance(answer.state, NotApplicable) else of_level(indicator, answer.level, scale)


def of_level(indicator: Indicator, level: int | None, scale: Scale) -> Score:
    """Return the score of an indicator that is expected, on a level or without one."""
    return _worth(scale, level, indicator.target.default)


@once
def _exempt(scale: Scale) -> Score:
    return Score(None, None, None, 0, 0, None, scale.step)


@once  # a scale has few levels, and a batch very many answers
def _worth(scale: Scale, level: int | None, target: int) -> Score:
    aim = scale.score(target)
    if level is None:
        return Score(None, float(scale.lowest), float(scale.highest), 0, 1, aim, scale.step)
    value = scale.score(level)
    return Score(value, value, value, 1, 1, aim, scale.step)


def of_parts(parts: Sequence[Part]) -> Score:
    """Return the weighted mean of parts; what is not applicable is in neither numerator nor denominator."""
    points = heard = goals = due = 0.0
    answered = expected = 0
    for weight, part in parts:
        answered += part.answered
        expected += part.expected
        if part.value is not None:
            points, heard = points + weight * part.value, heard + weight
        if part.target is not None:
            goals, due = goals + weight * part.target, due + weight
    value, target = points / heard if heard else None, goals / due if due else None
    low = high = value  # no range where nothing is missing
    if answered != expected:
        low = _mean([(weight, part.low) for weight, part in parts if part.low is not None])
        high = _mean([(weight, part.high) for weight, part in parts if part.high is not None])
    return Score(value, low, high, answered, expected, target, parts[0][1].step if parts else 1.0)


def _mean(known: Sequence[tuple[float, float]]) -> float | None:
    total = sum([weight for weight, _ in known])
    return sum([weight * value for weight, value in known]) / total if total else None


def bin_of(gap: float | None) -> Bin | None:
    """Return the bin of a gap in levels: none left, less than two, two or more; None without a gap."""
    if gap is None:
        return None
    return Bin.WELL if gap <= ROUNDING else Bin.ATTENTION if gap < 2 - ROUNDING else Bin.IMPROVE


def standing(score: Score, scoring: Scoring) -> Standing:
    """Say whether a score may be shown: firm, provisional or hidden, by its coverage."""
    if score.value is None or score.coverage < scoring.hidden_below:
        return Standing.HIDDEN
    return Standing.PROVISIONAL if score.coverage < scoring.provisional_below else Standing.FIRM


FEWEST = 5
"""Organisations under which no figure of a group is printed (method, section 2)."""


@dataclass(frozen=True)
class Spread:
    """How scores are spread over a group; the quartiles are None for groups under :data:`FEWEST`."""

    count: int
    low: float | None
    median: float | None
    high: float | None


def distribution(values: Iterable[float], bounds: Sequence[float]) -> tuple[int, ...]:
    """Count values between bounds: below the first, from each bound up to the next, from the last upwards."""
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[sum(value >= bound - ROUNDING for bound in bounds)] += 1
    return tuple(counts)
