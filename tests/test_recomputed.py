"""Every number of the result workbooks, worked out anew from data/*.csv and the model: a manager with a calculator finds the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from tests.recompute import MODEL, WORDS, Campaign, Cells, lines, near, spread, verdict

LEVERS = [lever.code for lever in MODEL.levers]
GROUPINGS = {one.code: WORDS.of(one.name) for lever in MODEL.levers for one in lever.groupings}
SCOPES = {"sector": {one.id: WORDS.of(one.name) for one in MODEL.sectors}, "size": {one.id: WORDS.of(one.name) for one in MODEL.sizes}}


def title(key: str, **facts: object) -> str:
    return WORDS(f"portfolio.column.{key}", **facts)


def by(rows: Iterable[Cells], key: str, *fields: str) -> dict[str, tuple[Any, ...]]:
    """Rows by the value under one header: the values under others."""
    return {str(row[key]): tuple(row[field] for field in fields) for row in rows}


def known(campaign: Campaign, lever: str = "") -> list[float]:
    """The scores that may be shown, over organisations."""
    scores = (one.lever(lever) if lever else one.overall() for one in campaign.told.values())
    return [score.shown for score in scores if score.shown is not None]


# --- the tables that a machine reads


def test_every_score_of_the_tables_follows_from_the_answers(campaign: Campaign) -> None:
    """Overall, levers, groupings and indicators: value, range, answered, expected and target of each organisation."""
    seen = 0
    for line in lines(campaign.out / "data" / "scores.csv"):
        wanted = campaign.told[line["organisation"]].score(line["scope"], line["code"])
        for key, value in (("score", wanted.value), ("low", wanted.low), ("high", wanted.high), ("target", wanted.target)):
            assert (float(line[key]) if line[key] else None) == near(value), (line, key)
        assert (int(line["answered"]), int(line["expected"])) == (wanted.answered, wanted.expected)
        seen += 1
    assert seen > 2500


# --- the consolidated workbook


def test_the_overview_counts_files_bins_and_quartiles(campaign: Campaign) -> None:
    """Files by status, the distribution with its shares, each lever's count, quartiles, median and distance, and the headline."""
    statuses = Counter(line["status"] for line in lines(campaign.out / "data" / "returns.csv"))
    found = by(campaign.tables["statuses"], title("status"), title("count"))
    assert {key: counts[0] for key, counts in found.items() if counts[0]} == {WORDS(f"status.{key}"): n for key, n in statuses.items()}
    fields = [title(key) for key in ("count", "low", "median", "high", "middle")]
    medians = by(campaign.tables["lever_medians"], title("lever"), *fields)
    for lever in MODEL.levers:
        values = known(campaign, lever.code)
        assert list(medians[f"{lever.code} · {WORDS.of(lever.name)}"]) == [near(each) for each in (len(values), *spread(values))]
    overall = known(campaign)
    low, middle, high, apart = spread(overall)
    page = " ".join(map(str, campaign.cells[WORDS("sheet.overview")].values()))
    assert f"{len(overall)} organisations, médiane {WORDS.number(middle)}" in page
    assert WORDS("portfolio.dispersion", low=WORDS.number(low), high=WORDS.number(high), middle=WORDS.number(apart)) in page


@pytest.mark.parametrize("lever", ["", *LEVERS])
def test_the_distribution_stands_beside_the_published_one(campaign: Campaign, lever: str) -> None:
    """Organisations under 2.5, up to 4, from 4, over all and lever by lever: counts, shares, and what was published."""
    values = known(campaign, lever)
    counts = [sum(value < 2.5 for value in values), sum(2.5 <= value < 4 for value in values), sum(value >= 4 for value in values)]
    rows = campaign.tables[f"distribution_{lever}" if lever else "distribution"]
    assert [row[title("count")] for row in rows] == counts
    assert [row[title("share")] for row in rows] == [pytest.approx(count / len(values)) for count in counts]
    assert MODEL.scoring.published is not None
    assert [row[title("published")] for row in rows] == list(MODEL.scoring.published.shares)


def test_the_ranking_shows_each_score_its_range_and_what_it_rests_on(campaign: Campaign) -> None:
    """Rank, score, low, high, coverage and levers of every organisation; the best first, those with too few answers last."""
    rows = campaign.tables["ranking"]
    assert len(rows) == len(campaign.told) == 40
    named = {one.name: one for one in campaign.told.values()}
    for row in rows:
        one = named[row[title("organisation")]]
        score = one.overall()
        wanted = ("–" if score.shown is None else score.shown, score.low, score.high, score.coverage)
        assert [row[title(key)] for key in ("score", "low", "high", "coverage")] == [near(value) for value in wanted]
        assert [row[f"{lever.code} · {WORDS.of(lever.name)}"] for lever in MODEL.levers] == [near(one.lever(code).shown) for code in LEVERS]
    shown = [row[title("score")] for row in rows if row[title("rank")] is not None]
    assert shown == pytest.approx(sorted(known(campaign), reverse=True), abs=1e-9)
    assert [row[title("rank")] for row in rows[: len(shown)]] == list(range(1, len(shown) + 1))


@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_s_sheet_shows_each_organisation_s_score_and_groupings(campaign: Campaign, lever: str) -> None:
    """Score, target, verdict in words and coverage, and the score of each grouping of the lever."""
    named = {one.name: one for one in campaign.told.values()}
    for row in campaign.tables[f"organisations_{lever}"]:
        one = named[row[title("organisation")]]
        score = one.lever(lever)
        wanted = ("–" if score.shown is None else score.shown, score.target, verdict(score), score.coverage)
        assert [row[title(key)] for key in ("score", "target", "verdict", "coverage")] == [near(value) for value in wanted]
        for code, name in GROUPINGS.items():
            if (header := f"{code} {name}") in row:
                assert row[header] == near(one.grouping(code).shown)


@pytest.mark.parametrize("fields", [("sector",), ("size",), ("sector", "size")], ids="+".join)
def test_groups_show_counts_and_quartiles_and_never_those_of_fewer_than_five(campaign: Campaign, fields: Sequence[str]) -> None:
    """By sector, by size and by both: the count of those with a score, quartiles from five on, « < 5 » below."""
    groups: dict[tuple[str, ...], list[float]] = {}
    for one in campaign.told.values():
        if (value := one.overall().shown) is not None:
            groups.setdefault(tuple(SCOPES[field][getattr(one, field)] for field in fields), []).append(value)
    rows = campaign.tables["by_both" if len(fields) == 2 else f"by_{fields[0]}"]
    columns = [title(key) for key in ("count", "low", "median", "high", "middle")]
    found = {tuple(row[title(field)] for field in fields): [row[column] for column in columns] for row in rows}
    assert found == {key: [near(value) for value in (len(values), *spread(values))] for key, values in groups.items()}
    assert {len(values) >= 5 for values in groups.values()} >= {False} if len(fields) == 2 else {True, False}


def test_common_gaps_show_how_many_are_below_and_what_it_costs(campaign: Campaign) -> None:
    """Organisations below target, of those who answered; the mean gap of these; points of the lever's score lost on average."""
    rows = {row[title("code")]: row for row in campaign.tables["gaps"]}
    for lever in MODEL.levers:
        for one in lever.indicators:
            answered = [each for each in campaign.told.values() if one.code in each.asked and each.gap(one.code) is not None]
            gaps = [max(each.gap(one.code) or 0, 0) for each in answered]
            heard = [
                sum(i.weight for i in lever.indicators if i.code in each.asked and each.level(i.code) is not None) for each in answered
            ]
            below = [gap for gap in gaps if gap]
            wanted: tuple[object, ...] = ("< 5", "< 5", None, None)
            if len(answered) >= 5:
                cost = sum(gap * one.weight / weight for gap, weight in zip(gaps, heard, strict=True)) / len(gaps)
                wanted = (len(below), len(below) / len(gaps), sum(below) / len(below) if below else 0.0, cost)
            found = [rows[one.code][title(key)] for key in ("below", "share", "gap", "cost")] if answered else None
            assert found == ([near(value) for value in wanted] if answered else None), one.code
    costs = [row[title("cost")] for row in rows.values() if row[title("cost")] is not None]
    assert costs == sorted(costs, reverse=True)


def test_the_heat_map_and_the_flat_data_hold_what_the_answers_say(campaign: Campaign) -> None:
    """Every grouping of every organisation; every score and every level."""
    heat, flat = (by_name(campaign.tables[name], title("organisation")) for name in ("heat", "scores"))
    for one in campaign.told.values():
        assert {code: heat[one.name][f"{code} {name}"] for code, name in GROUPINGS.items()} == {
            code: near(one.grouping(code).shown) for code in GROUPINGS
        }
        row = flat[one.name]
        assert row[WORDS("synthesis.overall")] == near(one.overall().shown)
        assert {code: row[code] for code in MODEL.indicators} == {
            code: one.level(code) if code in one.asked else None for code in MODEL.indicators
        }


def by_name(rows: Iterable[Cells], key: str) -> dict[str, Cells]:
    return {str(row[key]): row for row in rows}


def test_findings_and_voices_are_counted(campaign: Campaign) -> None:
    """A row a finding, as many of each gravity as the table for machines has; the organisation of two people, with their disagreements."""
    gravities = Counter(line["severity"] for line in lines(campaign.out / "data" / "findings.csv"))
    assert Counter(row[title("severity")] for row in campaign.tables["findings"]) == {
        WORDS(f"severity.{key}"): n for key, n in gravities.items()
    }
    (row,) = campaign.tables["several"]
    one = next(each for each in campaign.told.values() if each.name == row[WORDS("several.column.organisation")])
    pairs = [[int(line["level"]) for line in said if line["level"]] for said in one.said.values()]
    apart = sum(len(pair) > 1 and max(pair) - min(pair) >= 2 for pair in pairs)
    assert (row[WORDS("several.column.respondents")], row[WORDS("several.column.apart")]) == (2, apart)
    assert row[WORDS("several.column.declared")] == near(one.overall().shown)
