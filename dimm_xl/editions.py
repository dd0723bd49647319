"""Answers carried from the questionnaire they were given to into another: a newer edition of the model, or another cut of it.

What was said is never lost: it is carried, or stands in the assessment of then beside the indicator that is no longer asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from dimm_xl import audit
from dimm_xl.assessment import BLANK, Answer, Answered, Assessment, Checked, settle
from dimm_xl.findings import Fault, Faulty
from dimm_xl.model import Cut, Indicator, Measure, Model, Scale
from dimm_xl.progress import Cause, Moment, changes
from dimm_xl.wording import differs


class Change(Enum):
    """What becomes of an indicator from one questionnaire to the next.

    ``REWORDED``: what it shows an organisation differs, so that an answer is carried but wants confirming.
    """

    KEPT = "kept"
    REWORDED = "reworded"
    DROPPED = "dropped"
    NEW = "new"


@dataclass(frozen=True)
class Carried:
    """What was answered ``then``, as the questionnaire of ``now`` takes it.

    ``changes`` has every indicator of either by code: those of now in the order of their model, then those that are dropped.
    ``causes`` say of the new and the dropped whether the edition decided or what is asked of whom (profile, selection, functions).
    ``retuned`` are indicators of both whose weight or target differs: nothing to confirm, but the score or the gap may move.
    """

    then: Moment
    now: Moment
    changes: Mapping[str, Change]
    causes: Mapping[str, Cause]
    retuned: tuple[str, ...] = ()

    @property
    def assessment(self) -> Assessment:
        """What the new questionnaire starts with."""
        return self.now.assessment

    @cached_property
    def counts(self) -> Mapping[Change, int]:
        """How many indicators changed in which way, every way named."""
        found = Counter(self.changes.values())
        return {change: found[change] for change in Change}

    def of(self, change: Change) -> tuple[str, ...]:
        """Return the codes of the indicators that changed in one way."""
        return tuple(code for code, one in self.changes.items() if one is change)

    def whole(self, code: str) -> bool:
        """Say whether all that was answered to an indicator stands in the new questionnaire: False where some of it does not fit there."""
        return self.then.assessment.answer(code) == self.now.assessment.answer(code)


def carry(then: Assessment, before: Model, after: Model, cut: Cut | None = None) -> Carried:
    """Carry an assessment into another questionnaire.

    ``before`` is the model resolved for the cut of ``then``; ``after`` the same model, in whatever edition, resolved for ``cut`` (the
    cut of then in the edition of ``after`` by default). Faulty when they are two different models.
    """
    if then.model != after.id or before.id != after.id:
        raise Faulty([Fault(then.organisation, 0, "", f"answers to the model {then.model} are no answers to the model {after.id}")])
    wanted = cut or replace(then.cut, edition=after.edition.id)
    blank = replace(
        then,
        edition=wanted.edition,
        profile=wanted.profile,
        selection=wanted.selection,
        functions=wanted.functions,
        lang=then.lang if then.lang in after.languages else after.languages[0],
        answers={},
    )
    found = changes(Moment(before, then), Moment(after, blank))
    rescaled = before.scale != after.scale
    became: dict[str, Change] = {}
    answers: dict[str, Answer] = {}
    causes: dict[str, Cause] = {}
    retuned = []
    for one in found:
        if one.then is None or one.now is None:
            became[one.code] = Change.NEW if one.then is None else Change.DROPPED
            assert one.cause is not None
            causes[one.code] = one.cause
            continue
        changed = one.reworded or rescaled
        became[one.code] = Change.REWORDED if changed else Change.KEPT
        if one.code in then.answers:
            said = then.answers[one.code]
            answers[one.code] = fitted(said, one.then, one.now, after.scale) if changed else said
        if (one.then.weight, one.then.target.default) != (one.now.weight, one.now.target.default):
            retuned.append(one.code)
    now = Moment(after, replace(blank, answers=answers))
    return Carried(Moment(before, then), now, became, causes, tuple(retuned))


def fitted(answer: Answer, then: Indicator, now: Indicator, scale: Scale) -> Answer:
    """Return an answer as far as a reworded indicator takes it, words always.

    A figure is carried while the same thing is measured; a level that is not on the scale is left blank, and one that the figure no
    longer allows gives way to the highest that it does, as if the figure alone had been typed. Of an audit, the verdicts on demands
    that read alike are carried, with the words beside them, and give the level anew.
    """
    figure = answer.measure if now.measure and _takes(answer.measure, then.measure, now.measure) else None
    if answer.demands:
        return audit.answered(now, _verdicts(answer.demands, then, now), figure)
    state = answer.state
    if isinstance(state, Answered) and state.level not in scale.offered:
        state = BLANK
    held = settle(now, state, figure) or settle(now, BLANK, figure)
    return replace(answer, state=held or BLANK, measure=figure)


def _verdicts(checked: Sequence[Checked], then: Indicator, now: Indicator) -> Iterator[Checked]:
    """Yield what was found of each demand of now that was a demand then, at whatever level; the same level first."""
    asked = {(level, rank): text for level, rank, text in audit.demands(then)}
    known = [(asked[one.level, one.rank], one) for one in checked if (one.level, one.rank) in asked]
    for level, rank, text in audit.demands(now):
        alike = [one for was, one in known if not differs(was, text)]
        if alike:
            yield replace(min(alike, key=lambda one: (one.level != level, one.rank != rank)), level=level, rank=rank)


def _takes(figure: float | None, then: Measure | None, now: Measure) -> bool:
    """Say whether a figure may stand in a measure: it measures the same thing in the same unit, and the figure is possible there."""
    if figure is None or then is None or figure > (now.highest or float("inf")):
        return False
    return not any(differs(getattr(then, key), getattr(now, key)) for key in ("figure", "unit", "period"))
