"""The law of the audit form: from a verdict on each demand to the level of the indicator (docs/decisions/0009).

Levels are cumulative: walking up, the first level with a demand that is not met ends the climb. Its twin as formulas is
:mod:`dimm_xl.audit_live`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from dimm_xl.assessment import BLANK, Answer, Answered, Checked, NotApplicable, State
from dimm_xl.model import Indicator, Model, Text

Demand = tuple[int, int, Text]
"""Level, rank within the level (from 1) and text of a demand."""


def demands(indicator: Indicator) -> Iterator[Demand]:
    """Yield every demand of an indicator, level by level upwards."""
    for level, texts in sorted(indicator.levels.items()):
        yield from ((level, rank, text) for rank, text in enumerate(texts, 1))


def key(code: str, level: int, rank: int) -> str:
    """Return what tells a demand apart in every language: indicator, level, rank, as in ``SP1.3.2``."""
    return f"{code}.{level}.{rank}"


def keys(model: Model) -> Mapping[str, tuple[str, int, int]]:
    """Return indicator, level and rank of every demand of a model, by key, in the order of the model."""
    return {key(code, level, rank): (code, level, rank) for code, one in model.indicators.items() for level, rank, _ in demands(one)}


def answered(indicator: Indicator, checked: Iterable[Checked], figure: float | None = None) -> Answer:
    """Return the answer that verdicts on demands (any order, missing ones blank) and the measured figure make together.

    ``indicator`` is resolved for the organisation's profile; ``figure`` is one that is possible.
    """
    known = {(one.level, one.rank): one for one in checked}
    whole = tuple(known.get((level, rank), Checked(level, rank)) for level, rank, _ in demands(indicator))
    words = {field: _gathered(whole, field) for field in ("reason", "evidence", "comment")}
    measure = figure if indicator.measure else None
    return Answer(derived(indicator, whole, measure), measure, **words, demands=whole)


def derived(indicator: Indicator, checked: Sequence[Checked], figure: float | None = None) -> State:
    """Return the state that verdicts on every demand give, with the measured figure (None: none was typed).

    The threshold of each level counts as one more demand of it once a figure is there: met up to the ceiling, not met above.
    """
    if checked and all(one.verdict == "not_applicable" for one in checked):
        return NotApplicable(_gathered(checked, "reason"))
    ceiling = None if indicator.measure is None or figure is None else indicator.measure.ceiling(figure)
    level = min(indicator.levels, default=1) - 1
    for step in sorted(indicator.levels):
        verdicts = {one.verdict for one in checked if one.level == step}
        if ceiling is not None:
            verdicts.add("met" if step <= ceiling else "not_met")
        if "not_met" in verdicts:
            return Answered(level)
        if None in verdicts:
            return BLANK
        if "met" in verdicts:
            level = step
    return Answered(level)


def stop(checked: Iterable[Checked], beyond: int) -> int:
    """Return the lowest level with a demand that is not met, ``beyond`` (one above the highest) without one."""
    return min((one.level for one in checked if one.verdict == "not_met"), default=beyond)


def _gathered(checked: Sequence[Checked], field: str) -> str:
    """Return what was written beside demands, each text once, behind the demands it stands beside; alone where it is about all."""
    places: dict[str, list[str]] = {}
    for one in checked:
        if said := getattr(one, field):
            places.setdefault(said, []).append(f"{one.level}.{one.rank}")
    if len(places) == 1 and len(next(iter(places.values()))) == len(checked):
        return next(iter(places))
    return "\n".join(f"{', '.join(several)} · {said}" for said, several in places.items())


# --- what results show of it


def vouched(indicator: Indicator, answer: Answer) -> bool:
    """Say whether an answer's level is the one that its verdicts give (no longer once a reviewer validated another)."""
    return bool(answer.demands) and derived(indicator, answer.demands, answer.measure) == answer.state


def met(indicator: Indicator, answer: Answer) -> tuple[Text, ...]:
    """Return the demands of the level reached; of an audit, those that were found met."""
    return _shown(indicator, answer, answer.level, "met") if answer.level is not None else ()


def following(indicator: Indicator, answer: Answer) -> tuple[Text, ...]:
    """Return what the next level demands; of an audit, what was found not met there. Empty at the top and without a level."""
    return _shown(indicator, answer, answer.level + 1, "not_met") if answer.level is not None else ()


def _shown(indicator: Indicator, answer: Answer, level: int, verdict: str) -> tuple[Text, ...]:
    texts = indicator.levels.get(level, ())
    if not vouched(indicator, answer):
        return texts
    said = {one.rank for one in answer.demands if one.level == level and one.verdict == verdict}
    found = tuple(text for rank, text in enumerate(texts, 1) if rank in said)
    return found or (texts if verdict == "not_met" else ())  # the figure alone may keep a level from being reached


def joined(one: Checked, other: Checked) -> Checked:
    """Return what stood twice of a demand: the first verdict, the words of both."""

    def both(field: str) -> str:
        first, second = getattr(one, field), getattr(other, field)
        return first if second in first else f"{first}\n{second}".strip()

    return replace(one, reason=both("reason"), evidence=both("evidence"), comment=both("comment"))
