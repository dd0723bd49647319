"""What a new edition would change for an organisation that was assessed by an older one: its score, its range, its levers.

The same answers are judged by the new edition; why the score then moves is told by :mod:`dimm_xl.progress`, as between two campaigns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from dimm_xl.assessment import Answer, Answered, Assessment, Blank
from dimm_xl.editions import Carried, Change, carry
from dimm_xl.model import Cut, Model
from dimm_xl.progress import Move, Progress, compare
from dimm_xl.scoring import ROUNDING, Scores, score


@dataclass(frozen=True)
class Reach:
    """How far one score may move, overall or of a lever.

    ``move`` is from the score of then to what the same answers give by the new edition, what it asks anew left out. ``low`` and ``high``
    are what it would be with all that it asks anew at either end of the scale, all else as it was answered; None without a score.
    """

    move: Move
    low: float | None
    high: float | None

    @property
    def change(self) -> float | None:
        """The new score less that of then, None without both."""
        return self.move.change

    @property
    def width(self) -> float:
        """How far apart the ends are, on the model's scale; 0 when no new indicator is asked."""
        return 0.0 if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True)
class Impact:
    """What a new edition would change for one organisation: overall, by lever (those of now, then those that are gone), by indicator.

    ``weights`` and ``targets`` are the codes of the indicators, asked both times, whose weight or target differs.
    """

    carried: Carried
    progress: Progress
    overall: Reach
    levers: Mapping[str, Reach]
    weights: tuple[str, ...]
    targets: tuple[str, ...]

    @cached_property
    def lever_of(self) -> Mapping[str, str]:
        """The lever of each indicator by code; that of now where an indicator changed levers."""
        models = (self.carried.then.model, self.carried.now.model)
        return {one.code: lever.code for model in models for lever in model.levers for one in lever.indicators}

    @cached_property
    def touched(self) -> tuple[str, ...]:
        """The levers of which something changes: an indicator that comes, goes or reads otherwise, a weight, a target, the score."""
        changed = {code for code, change in self.carried.changes.items() if change is not Change.KEPT} | {*self.weights, *self.targets}
        codes = {self.lever_of[code] for code in changed}
        return tuple(code for code, reach in self.levers.items() if code in codes or _moves(reach) or code in self._reweighted)

    @property
    def untouched(self) -> bool:
        """Whether the new edition changes nothing for this organisation."""
        return not self.touched and not _moves(self.overall)

    @property
    def size(self) -> tuple[float, float, int]:
        """How much it is touched, to sort by: how far its score moves, how wide the range is, how many indicators change."""
        changed = sum(count for change, count in self.carried.counts.items() if change is not Change.KEPT)
        return (abs(self.overall.change or 0.0), self.overall.width, changed + len({*self.weights, *self.targets}))

    @cached_property
    def _reweighted(self) -> frozenset[str]:
        then, now = ({lever.code: lever.weight for lever in moment.model.levers} for moment in (self.carried.then, self.carried.now))
        return frozenset(code for code in then.keys() & now.keys() if then[code] != now[code])


def _moves(reach: Reach) -> bool:
    return abs(reach.change or 0.0) > ROUNDING


def impact(then: Assessment, before: Model, after: Model, cut: Cut | None = None) -> Impact:
    """Return what the edition of ``after`` would change for an assessment by ``before``; both as :func:`dimm_xl.editions.carry` takes them.

    Faulty when they are two different models.
    """
    carried = carry(then, before, after, cut)
    progress = compare(carried.then, carried.now)
    low, high = (_with(carried, _open(carried), level) for level in after.scale.ends)
    old, now = before.indicators, after.indicators
    return Impact(
        carried,
        progress,
        Reach(progress.overall, low.overall.value, high.overall.value),
        {code: Reach(move, *(_value(scores, code) for scores in (low, high))) for code, move in progress.levers.items()},
        tuple(code for code in carried.retuned if old[code].weight != now[code].weight),
        tuple(code for code in carried.retuned if old[code].target.default != now[code].target.default),
    )


def _open(carried: Carried) -> Iterator[str]:
    """Yield the indicators that the new edition asks anew: those that are new, and those whose answer does not fit any more."""
    yield from carried.of(Change.NEW)
    for code in carried.of(Change.REWORDED):
        was, one = (moment.assessment.answer(code).state for moment in (carried.then, carried.now))
        if isinstance(one, Blank) and not isinstance(was, Blank):
            yield code


def _with(carried: Carried, codes: Iterable[str], level: int) -> Scores:
    """Score what was carried with some indicators at a level."""
    answers = {**carried.assessment.answers, **dict.fromkeys(codes, Answer(Answered(level)))}
    return score(carried.now.model, replace(carried.assessment, answers=answers))


def _value(scores: Scores, lever: str) -> float | None:
    return scores.levers[lever].value if lever in scores.levers else None
