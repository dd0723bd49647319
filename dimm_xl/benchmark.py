"""Many organisations at once: medians, quartiles and distributions, never over fewer than five."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from dimm_xl.scoring import FEWEST, Spread, distribution


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


def peer_groups(scores: pd.DataFrame, fields: Sequence[str]) -> Mapping[tuple[str, str], Mapping[str, Spread]]:
    """Return the spread of each field in each group that is large enough: by (scope, id) for sectors, sizes and all (id empty)."""
    groups: dict[tuple[str, str], Mapping[str, Spread]] = {}
    kinds = [("all", "", scores), *((kind, str(name), part) for kind in ("sector", "size") for name, part in scores.groupby(kind))]
    for kind, name, part in kinds:
        if len(part) >= FEWEST:
            groups[kind, name] = {field: spread([float(value) for value in part[field].dropna()]) for field in fields}
    return groups
