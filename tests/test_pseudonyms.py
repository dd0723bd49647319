"""Rows of organisations under pseudonyms: nobody is told apart by a profile, found by trying names, or followed by a word."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dimm_xl.anonymity import generalised, pseudonyms
from dimm_xl.assessment import Answer, Answered
from dimm_xl.studying import rows
from tests.test_compared import archived, told
from tests.test_study import DIMM, LAWS, many, results, said

PROFILES = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=60)


@LAWS
@given(PROFILES)
def test_every_profile_that_is_shown_is_shared_by_five(profiles: list[tuple[str, str]]) -> None:
    """A row says no more of a profile than five or more rows do, never anything untrue, and nobody is left out for nothing."""
    whole = {str(n): profile for n, profile in enumerate(profiles)}
    shown = generalised(whole)
    assert all(count >= 5 for count in Counter(shown.values()).values())
    assert all(part in ("", whole[name][n]) for name, profile in shown.items() for n, part in enumerate(profile))
    assert len(whole) - len(shown) < 5


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({("a", "x"): 5}, {("a", "x"): 5}),
        ({("a", "x"): 5, ("a", "y"): 4}, {("a", "x"): 5}),
        ({("a", "x"): 2, ("a", "y"): 3}, {("a", ""): 5}),
        ({("a", "x"): 3, ("b", "x"): 3}, {("", ""): 6}),
        ({("a", "x"): 4}, {}),
        ({}, {}),
    ],
)
def test_what_too_few_share_is_told_more_coarsely(counts: dict[tuple[str, str], int], shown: dict[tuple[str, str], int]) -> None:
    """First the size goes, then the sector, then the row."""
    profiles = [profile for profile, count in counts.items() for _ in range(count)]
    assert Counter(generalised({str(n): profile for n, profile in enumerate(profiles)}).values()) == shown


def test_a_pseudonym_cannot_be_found_by_trying_names() -> None:
    """With another secret every pseudonym is another one; without a secret there are none."""
    one, other = pseudonyms(["Hôtel"], "all that was said"), pseudonyms(["Hôtel"], "all that was said, but for a word")
    assert one != other
    assert one == pseudonyms(["Hôtel"], "all that was said")
    with pytest.raises(ValueError, match="secret"):
        pseudonyms(["Hôtel"], "")


def test_the_answer_of_anybody_changes_the_pseudonyms_of_all() -> None:
    """So who knows some of the answers cannot make the secret; scores and profiles stay as they are."""
    before, (first, *rest) = many(6), many(6)
    first = replace(first, answers={**first.answers, "SP1": replace(Answer(Answered(2)), comment="un mot")})
    names = [{str(line[0]) for line in rows(DIMM, results(*several))} for several in (before, [first, *rest])]
    assert names[0].isdisjoint(names[1])
    assert sorted(line[1:] for line in rows(DIMM, results(*before))) == sorted(line[1:] for line in rows(DIMM, results(first, *rest)))


def test_the_table_of_organisations_is_written_when_asked_for(tmp_path: Path) -> None:
    """A line each of those that agreed, its scores with one decimal, in no order but that of pseudonyms; no name anywhere."""
    mixed = [*many(6, 1), *many(3, 4, "retail"), *many(4, 3, "health"), said(2, "Zanzibar", consent="no")]
    source = archived(tmp_path / "a.sqlite", *mixed)
    assert told("study", source, tmp_path / "plain")[0] == 0
    assert told("study", source, tmp_path / "out", "--rows")[0] == 0
    assert not (tmp_path / "plain" / "data" / "organisations.csv").exists()
    path = tmp_path / "out" / "data" / "organisations.csv"
    with path.open(encoding="utf-8") as lines:
        found = list(csv.DictReader(lines))
    assert Counter((row["sector"], row["size"], row["overall"]) for row in found) == {
        ("tourism", "sme", "1.0"): 6,
        ("", "", "4.0"): 3,
        ("", "", "3.0"): 4,
    }
    assert [row["organisation"] for row in found] == sorted({row["organisation"] for row in found})
    assert all(row[lever.code] == row["overall"] for row in found for lever in DIMM.levers)
    assert not any(one.organisation in path.read_text("utf-8") for one in mixed)
