"""What moved between two assessments of one organisation, and why: causes whose parts add up to the movement.

The way from then to now is walked in four steps, one cause after the other, and each cause is given what its step changes. The steps
go from what was not the organisation's doing (the edition) to what was (its answers), so that the answers are judged by today's rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from itertools import pairwise

from dimm_xl.assessment import Answer, Assessment, NotApplicable
from dimm_xl.model import Indicator, Model
from dimm_xl.scoring import ROUNDING, Part, Score, of_answer, of_parts, score
from dimm_xl.sheet import face
from dimm_xl.wording import reworded


class Cause(Enum):
    """Why a score moved, in the order in which the causes are told apart."""

    EDITION = "edition"
    APPLICABILITY = "applicability"
    WEIGHTS = "weights"
    ANSWERS = "answers"


class Trend(Enum):
    """Which way a score moved, up for the better, as far as one decimal shows it."""

    UP = "up"
    DOWN = "down"
    SAME = "same"


def trend(gain: float) -> Trend:
    """Return which way a gain (:meth:`dimm_xl.model.Scale.gain`) goes; less than half a tenth is no change."""
    return Trend.SAME if abs(gain) < 0.05 - ROUNDING else Trend.UP if gain > 0 else Trend.DOWN


@dataclass(frozen=True)
class Moment:
    """An assessment, and the model (resolved for its cut) by which it is scored."""

    model: Model
    assessment: Assessment

    def asks(self, one: Indicator) -> bool:
        """Say whether an indicator that this moment lacks would be asked of it, were it in its edition."""
        cut = self.assessment.cut
        return cut.profile.size in one.sizes and (not cut.functions or not set(cut.functions).isdisjoint(one.functions))

    def score(self, code: str) -> Score | None:
        """Return the score of one indicator, None when it is not asked."""
        one = self.model.indicators.get(code)
        return of_answer(one, self.assessment.answer(code), self.model.scale) if one else None


@dataclass(frozen=True)
class Change:
    """One indicator at both moments: None where it was not asked; ``cause`` is what made its answer differ, None when it did not.

    ``reworded``: its texts are not the same at both moments.
    """

    code: str
    then: Indicator | None
    now: Indicator | None
    before: Answer | None
    after: Answer | None
    cause: Cause | None
    reworded: bool = False

    @property
    def shown(self) -> Indicator:
        """The indicator as it is now, else as it was."""
        one = self.now or self.then
        assert one is not None
        return one

    @property
    def common(self) -> bool:
        """Whether it was asked, and applied, both times."""
        return all(answer is not None and not isinstance(answer.state, NotApplicable) for answer in (self.before, self.after))


@dataclass(frozen=True)
class Move:
    """How one score moved, overall or of a lever.

    ``then`` and ``now`` are the scores as each campaign gave them; None for a lever that was not asked. ``why`` is what each cause
    brought: its values add up to ``change``; it is empty without a score at both moments. ``before`` and ``after`` are what the
    ``common`` indicators alone give by today's weights.
    """

    then: Score | None
    now: Score | None
    why: Mapping[Cause, float]
    common: int
    before: float | None
    after: float | None

    @property
    def change(self) -> float | None:
        """Now less then, None when either has no value."""
        if self.then is None or self.now is None or self.then.value is None or self.now.value is None:
            return None
        return self.now.value - self.then.value


@dataclass(frozen=True)
class Progress:
    """What moved between two moments of an organisation: overall, by lever (those of now, then those that are gone), by indicator."""

    then: Moment
    now: Moment
    overall: Move
    levers: Mapping[str, Move]
    indicators: tuple[Change, ...]

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many indicators are common, reworded, new, gone."""
        return {
            "common": sum(one.common for one in self.indicators),
            "reworded": sum(one.reworded for one in self.indicators),
            "new": sum(one.then is None for one in self.indicators),
            "gone": sum(one.now is None for one in self.indicators),
        }


def changes(then: Moment, now: Moment) -> tuple[Change, ...]:
    """Return every indicator of either moment, in the order of now's model, then those that are gone."""
    old, new = then.model.indicators, now.model.indicators
    between = {one.id for one in then.model.editions} ^ {one.id for one in now.model.editions}

    def change(code: str) -> Change:
        was, one = old.get(code), new.get(code)
        before = then.assessment.answer(code) if was else None
        after = now.assessment.answer(code) if one else None
        found = Change(code, was, one, before, after, None, bool(was and one and reworded(was, one, between)))
        return replace(found, cause=_cause(found, then, now))

    return tuple(change(code) for code in {**new, **old})


def _cause(one: Change, then: Moment, now: Moment) -> Cause | None:
    """Return what made an indicator's answer differ."""
    if one.before is None or one.after is None:
        lacking = now if one.after is None else then
        chosen = then.assessment.selection == now.assessment.selection
        return Cause.EDITION if chosen and lacking.asks(one.shown) else Cause.APPLICABILITY
    if one.before.state == one.after.state:
        return None
    exempt = [isinstance(answer.state, NotApplicable) for answer in (one.before, one.after)]
    if all(exempt):
        return None
    return Cause.APPLICABILITY if any(exempt) else Cause.EDITION if one.reworded else Cause.ANSWERS


# --- the way from then to now


@dataclass(frozen=True)
class _Stand:
    """Where the scores stand at one point of the way: the score and weight of each indicator, the weights of levers."""

    parts: Mapping[str, Part]
    lever_of: Mapping[str, str]
    levers: Mapping[str, float]
    overall: str

    def value(self, lever: str = "") -> float | None:
        """Return the score of a lever, or the overall one."""
        return self._score(lever).value

    def only(self, codes: Collection[str], then: Moment | None = None) -> _Stand:
        """Return the stand over some indicators alone; with the answers of ``then`` when it is given."""
        scores = {code: (then and then.score(code)) or self.parts[code][1] for code in codes}
        return replace(self, parts={code: (self.parts[code][0], scores[code]) for code in codes})

    def _score(self, lever: str) -> Score:
        if not lever and self.overall == "levers":
            return of_parts([(weight, self._score(code)) for code, weight in self.levers.items()])
        return of_parts([part for code, part in self.parts.items() if not lever or self.lever_of[code] == lever])


def _stands(then: Moment, now: Moment, indicators: Sequence[Change]) -> list[_Stand]:
    """Return the way: then, and where the scores stand after each cause in turn; the last is now."""
    old, new = ({lever.code: lever.weight for lever in one.model.levers} for one in (then, now))
    lever_of = {one.code: lever.code for moment in (then, now) for lever in moment.model.levers for one in lever.indicators}

    def stand(done: Collection[Cause]) -> _Stand:
        today = Cause.WEIGHTS in done
        parts: dict[str, Part] = {}
        for one in indicators:
            score = (now if one.cause in done else then).score(one.code)
            known = (one.now or one.then) if today else (one.then or one.now)
            if score is not None and known is not None:
                parts[one.code] = (known.weight, score)
        weights = {**old, **new} if today else {**new, **old}
        return _Stand(parts, lever_of, weights, (now if today else then).model.scoring.overall)

    causes = tuple(Cause)
    return [stand(causes[:n]) for n in range(len(causes) + 1)]


def _why(values: Sequence[float | None]) -> Mapping[Cause, float]:
    """Return what each step brought; a point without a value keeps that of the point before it, so that the parts still add up."""
    if values[0] is None or values[-1] is None:
        return {}
    known = [values[0]]
    for value in values[1:]:
        known.append(known[-1] if value is None else value)
    return {cause: after - before for cause, (before, after) in zip(Cause, pairwise(known), strict=True)}


def compare(then: Moment, now: Moment) -> Progress:
    """Return what moved between two moments of one organisation, and why."""
    indicators = changes(then, now)
    stands = _stands(then, now, indicators)
    shared = [one.code for one in indicators if one.common]
    before, after = stands[-1].only(shared, then), stands[-1].only(shared)
    was, one = score(then.model, then.assessment), score(now.model, now.assessment)

    def move(old: Score | None, new: Score | None, lever: str = "") -> Move:
        count = sum(not lever or after.lever_of[code] == lever for code in shared)
        return Move(old, new, _why([stand.value(lever) for stand in stands]), count, before.value(lever), after.value(lever))

    levers = {code: move(was.levers.get(code), one.levers.get(code), code) for code in {**one.levers, **was.levers}}
    return Progress(then, now, move(was.overall, one.overall), levers, indicators)


# --- the same organisation in two campaigns

Key = Callable[[Assessment], Hashable]
KEYS: tuple[Key, ...] = (
    lambda one: (one.model, one.organisation_id) if one.organisation_id else None,
    lambda one: (one.model, face(one.organisation), one.profile) if one.organisation else None,
    lambda one: (one.model, face(one.organisation)) if one.organisation else None,
)
"""By what an organisation is known again: its id in the register, else its face, else its name alone (it grew, or was classed anew)."""


def matched(then: Mapping[str, Assessment], now: Mapping[str, Assessment]) -> Mapping[str, str]:
    """Return, by the id of each organisation of now that was there then, its id of then.

    Never by something that two organisations of one campaign share, and never against their ids in a register.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for key in KEYS:
        old, new = _alone(then, key), _alone(now, key)
        for known, name in new.items():
            was = old.get(known)
            if was is not None and name not in found and was not in taken and not _differ(then[was], now[name]):
                found[name] = was
                taken.add(was)
    return {name: found[name] for name in now if name in found}


def _differ(one: Assessment, other: Assessment) -> bool:
    return bool(one.organisation_id and other.organisation_id and one.organisation_id != other.organisation_id)


def _alone(several: Mapping[str, Assessment], key: Key) -> Mapping[Hashable, str]:
    """Return the ids of the organisations whose key no other has, by key."""
    counts = Counter(key(one) for one in several.values())
    return {known: name for name, one in several.items() if (known := key(one)) is not None and counts[known] == 1}
