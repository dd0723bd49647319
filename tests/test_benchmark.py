"""Many organisations at once: medians and quartiles worked out by hand, never shown for fewer than five."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dimm_xl.benchmark import by_group, peer_groups, shares, spread
from dimm_xl.scoring import FEWEST, Spread

BOUNDS = (2.5, 4.0)
SCORES = st.lists(st.floats(0, 5), max_size=40)


# --- spread


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([1, 2, 3, 4, 5], Spread(5, 2, 3, 4)),
        ([5, 1, 4, 2, 3], Spread(5, 2, 3, 4)),  # the order does not matter
        ([0, 1, 2, 3, 4, 5], Spread(6, 1.25, 2.5, 3.75)),  # between two ranks: linear interpolation
        ([1, 1, 1, 1, 5], Spread(5, 1, 1, 1)),
        ([2.2, 2.4, 3.1, 3.3, 3.6, 3.8, 4.2, 4.4], Spread(8, 2.925, 3.45, 3.9)),
    ],
)
def test_median_and_quartiles_are_those_of_the_textbook(values: list[float], found: Spread) -> None:
    """A quarter of the scores lies below low, half below the median, a quarter above high."""
    made = spread(values)
    assert made.count == found.count
    assert [made.low, made.median, made.high] == pytest.approx([found.low, found.median, found.high])


@pytest.mark.parametrize("count", range(7))
def test_nothing_is_shown_of_fewer_than_five_organisations(count: int) -> None:
    """A group of four gives its number and no more, so that nobody can be recognised."""
    made = spread([3.0] * count)
    assert FEWEST == 5
    assert made == (Spread(count, None, None, None) if count < 5 else Spread(count, 3.0, 3.0, 3.0))


@settings(deadline=None, derandomize=True)
@given(SCORES)
def test_quartiles_are_in_order_and_within_the_scores(values: list[float]) -> None:
    """lowest ≤ low ≤ median ≤ high ≤ highest."""
    made = spread(values)
    if made.low is None or made.median is None or made.high is None:
        assert len(values) < 5
    else:
        assert min(values) <= made.low <= made.median <= made.high <= max(values)


# --- groups


def table(*rows: tuple[str, str, float | None]) -> pd.DataFrame:
    """Organisations by sector, size and score."""
    return pd.DataFrame(rows, columns=["sector", "size", "overall"])


MANY = table(
    *[("health", "sme", value) for value in (1.0, 2.0, 3.0, 4.0, 5.0, 3.0)],
    *[("tourism", "sme", value) for value in (2.0, 3.0)],
    *[("banking", "micro", value) for value in (1.0, 4.0)],
    ("tourism", "micro", None),
    ("retail", "micro", None),
)


def test_groups_come_with_the_largest_first_and_alphabetically_when_equal() -> None:
    """A sector's count is that of the organisations with a score; one without any is not listed."""
    assert [(name, made.count) for name, made in by_group(MANY, "sector", "overall").items()] == [
        ("health", 6),
        ("banking", 2),
        ("tourism", 2),
    ]


def test_a_group_that_is_too_small_is_counted_but_not_described() -> None:
    """Two hotels are two; their median stays with them."""
    made = by_group(MANY, "sector", "overall")
    assert (made["health"].median, made["tourism"].median) == (3.0, None)


def test_a_score_that_is_missing_is_not_a_zero() -> None:
    """Organisations without a score do not lower a median."""
    scores = table(*[("health", "sme", value) for value in (3.0, 3.0, 3.0, 3.0, 3.0)], *[("health", "sme", None)] * 4)
    assert by_group(scores, "sector", "overall") == {"health": Spread(5, 3.0, 3.0, 3.0)}


def test_peers_are_sought_among_sector_size_and_all() -> None:
    """Only groups of five or more are peers: here one sector, one size and everybody, but not the four micro firms."""
    made = peer_groups(MANY, ["overall"])
    assert set(made) == {("all", ""), ("sector", "health"), ("size", "sme")}
    assert made["sector", "health"]["overall"] == Spread(6, 2.25, 3.0, 3.75)
    assert made["all", ""]["overall"].count == 10


def test_a_large_group_with_few_scores_still_shows_nothing() -> None:
    """Six organisations of which four have a score give no median of it."""
    scores = table(*[("health", "sme", value) for value in (1.0, 2.0, 3.0, 4.0, None, None)])
    assert peer_groups(scores, ["overall"])["sector", "health"]["overall"] == Spread(4, None, None, None)


# --- shares


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([], (0.0, 0.0, 0.0)),
        ([1, 2, 3, 5], (0.5, 0.25, 0.25)),
        ([2.5, 2.5, 4], (0, 2 / 3, 1 / 3)),  # a bound belongs to the bin above it
        ([0], (1, 0, 0)),
    ],
)
def test_shares_are_counted_in_the_published_bins(values: list[float], found: tuple[float, ...]) -> None:
    """Below 2.5, from 2.5 to below 4, from 4."""
    assert shares(values, BOUNDS) == pytest.approx(found)


@settings(deadline=None, derandomize=True)
@given(SCORES)
def test_shares_add_up_to_everybody(values: list[float]) -> None:
    """All scores are in some bin; without scores there is nothing to share out."""
    assert sum(shares(values, BOUNDS)) == pytest.approx(1.0 if values else 0.0)
