"""What to do first: every gap to its target, by weight times gap."""

from __future__ import annotations

from dataclasses import dataclass

from dimm_xl.model import Indicator, Model, Text
from dimm_xl.scoring import ROUNDING, Scores

HORIZONS = (1, 3, 6, 9, 12)
"""Months suggested for each step up, from the lowest level onwards; the last serves for all above."""


@dataclass(frozen=True)
class Step:
    """One indicator below its target: where it stands, what comes next, and how much it matters.

    ``priority`` is weight times gap (method, section 2); ``demands`` are those of the next level.
    """

    indicator: Indicator
    level: int
    target: int
    demands: tuple[Text, ...]
    action: Text

    @property
    def gap(self) -> int:
        """Levels missing to the target."""
        return self.target - self.level

    @property
    def priority(self) -> int:
        """Weight times gap; the highest comes first."""
        return self.indicator.weight * self.gap

    @property
    def horizon(self) -> int:
        """Suggested months to reach the next level: the higher the level, the longer it takes."""
        return HORIZONS[min(self.level, len(HORIZONS) - 1)]


def steps(model: Model, scores: Scores, selection: str | None = None) -> tuple[Step, ...]:
    """Return every gap of an assessment, highest priority first, ties in the order of the model.

    An action of ``selection`` (by default any selection that has one) goes before the indicator's own.
    """
    actions = selected_actions(model, selection)
    found = []
    for code, one in model.indicators.items():
        gap = scores.indicators[code].gap
        if gap is not None and gap > ROUNDING:
            level = one.target.default - round(gap)
            found.append(Step(one, level, one.target.default, one.levels[level + 1], actions.get(code, one.action)))
    return tuple(sorted(found, key=lambda step: -step.priority))


def strengths(model: Model, scores: Scores) -> tuple[Indicator, ...]:
    """Return the indicators at or above target, the farthest above and heaviest first."""
    gaps = [(scores.indicators[code].gap, one) for code, one in model.indicators.items()]
    reached = [(round(gap), one.target.default - round(gap), one) for gap, one in gaps if gap is not None and gap <= ROUNDING]
    return tuple(one for _, _, one in sorted(reached, key=lambda entry: (entry[0] * entry[2].weight, -entry[1], -entry[2].weight)))


def selected_actions(model: Model, selection: str | None = None) -> dict[str, Text]:
    """Return the action sentences of a selection (of every selection when None) by indicator code."""
    chosen = [one for one in model.selections if selection in (None, one.id)]
    return {entry.code: entry.action for one in chosen for entry in one.indicators if entry.action is not None}
