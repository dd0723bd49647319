"""On what scale a model tells its scores, which end of it is good, and what is done with them.

An answer is a level; a score is what levels are worth on the model's scale. Nothing here opens a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

Text = Mapping[str, str]
"""One text in every language of the model, by language code."""


class Entry:
    """Base of every type that is read from YAML: unknown keys and loosely typed values are faults, not guesses."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = {"extra": "forbid", "strict": True}


@dataclass(frozen=True, kw_only=True)
class Scale(Entry):
    """The bounds that scores are told between, which end is good, and the levels of an answer beneath it.

    An answer is a level, the highest the best. With ``levels`` they run from 0 to it; without, they bear the numbers of the scale
    itself (0 to 5 in a model told from 0 to 5). A level is worth a score in even steps, from the scale's bad end to its good end.
    """

    lowest: int
    highest: int
    better: Literal["high", "low"]
    levels: int | None = None

    @property
    def bottom(self) -> int:
        """The lowest level of an answer: nothing that is demanded is met."""
        return self.lowest if self.levels is None else 0

    @property
    def top(self) -> int:
        """The highest level of an answer: everything that is demanded is met."""
        return self.highest if self.levels is None else self.levels

    @property
    def offered(self) -> range:
        """Every level that an answer may be, lowest first."""
        return range(self.bottom, self.top + 1)

    @property
    def demanding(self) -> range:
        """The levels that have demands: all above the lowest."""
        return range(self.bottom + 1, self.top + 1)

    @property
    def worst(self) -> int:
        """The score of the lowest level."""
        return self.lowest if self.better == "high" else self.highest

    @property
    def best(self) -> int:
        """The score of the highest level."""
        return self.highest if self.better == "high" else self.lowest

    @property
    def ends(self) -> tuple[int, int]:
        """The levels that are worth the smallest and the largest score."""
        return (self.bottom, self.top) if self.better == "high" else (self.top, self.bottom)

    @cached_property
    def step(self) -> float:
        """What one level more adds to a score; below 0 where low is better."""
        return (self.best - self.worst) / (self.top - self.bottom)

    @cached_property
    def plain(self) -> bool:
        """Whether a level is its own score."""
        return self.step == 1 and self.worst == self.bottom

    def score(self, level: float) -> float:
        """Return what a level is worth as a score."""
        return level + 0.0 if self.plain else self.worst + (level - self.bottom) * self.step

    def gain(self, change: float) -> float:
        """Return a change of score as a gain: above 0 for the better, whichever end is good."""
        return change if self.better == "high" else -change

    def key(self, score: float) -> float:
        """Return what to sort scores by, the best first."""
        return -self.gain(score)


@dataclass(frozen=True, kw_only=True)
class Published(Entry):
    """A published distribution to set beside ours: the share of organisations in each bin, and of whom."""

    shares: tuple[float, ...]
    about: Text


@dataclass(frozen=True, kw_only=True)
class Ranked(Entry):
    """How a ranking is parted into groups of equal size, such as five quintiles; ``name`` is what one of them is called."""

    groups: int
    name: Text

    def group(self, rank: int, count: int) -> int:
        """Return the group, from 1, of the one that has ``rank`` (from 1, the best) among ``count``."""
        return (rank - 1) * self.groups // count + 1


@dataclass(frozen=True, kw_only=True)
class Scoring(Entry):
    """The model's choices where several are defensible; every result workbook prints them.

    ``overall``: mean of lever scores (``levels`` weighted inside them) or of all indicators at once.
    ``provisional_below`` and ``hidden_below`` are coverages (0 to 1). ``distribution`` are the bounds between published bins.
    ``ranked``: the groups that the ranking of a campaign is parted into, where the model has any.
    """

    overall: Literal["levers", "indicators"]
    provisional_below: float
    hidden_below: float
    distribution: tuple[float, ...]
    published: Published | None = None
    ranked: Ranked | None = None
