"""Many organisations at once: medians, quartiles and distributions, never over fewer than five."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from dimm_xl.scoring import distribution

FEWEST = 5
"""Organisations under which no figure of a group is printed (method, section 2)."""


@dataclass(frozen=True)
class Spread:
    """How scores are spread over a group; the quartiles are None for groups under :data:`FEWEST`."""

    count: int
    low: float | None
    median: float | None
    high: float | None


def spread(values: Sequence[float]) -> Spread:
    """Return count, quartiles and median of scores (linear interpolation between ranks)."""
    if len(values) < FEWEST:
        return Spread(len(values), None, None, None)
    low, median, high = pd.Series(values, dtype=float).quantile([0.25, 0.5, 0.75])
    return Spread(len(values), float(low), float(median), float(high))


def by_group(scores: pd.DataFrame, group: str, value: str) -> Mapping[str, Spread]:
    """Return the spread of ``value`` for each ``group``, largest group first; rows without a value are left out."""
    known = scores.dropna(subset=[value])
    order = known.groupby(group, sort=True).size().sort_values(ascending=False, kind="stable")
    return {str(name): spread(known.loc[known[group] == name, value].tolist()) for name in order.index}


def shares(values: Sequence[float], bounds: Sequence[float]) -> tuple[float, ...]:
    """Return the share of values in each bin, all 0 when there are none."""
    counts = distribution(values, bounds)
    return tuple(count / len(values) if values else 0.0 for count in counts)
