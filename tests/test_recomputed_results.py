"""Every number of an organisation's workbook, worked out anew from data/*.csv and the model."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.recompute import MODEL, WORDS, Campaign, Cells, Figure, Told, near, number, spread, verdict, workbook

LEVERS = [lever.code for lever in MODEL.levers]
One = tuple[Told, dict[str, list[Cells]], dict[str, dict[str, Any]], Campaign]


def fits(one: Told, kind: str) -> bool:
    """Say whether an organisation is of a size that has a score, or of a kind."""
    if kind == "twice":
        return any(len(said) > 1 for said in one.said.values())
    if kind == "provisional":
        return 0.5 <= one.overall().coverage < 0.8
    return one.size == kind and one.overall().shown is not None


@pytest.fixture(scope="module", params=["micro", "sme", "mid", "public", "association", "twice", "provisional"])
def one(request: pytest.FixtureRequest, campaign: Campaign) -> One:
    """An organisation of each size, the one that answered twice and one with a provisional score, with its workbook."""
    key, found = next((key, each) for key, each in campaign.told.items() if fits(each, request.param))
    return found, *workbook(campaign.out / "organisations" / f"{key}.xlsx"), campaign


def result(key: str) -> str:
    return WORDS(f"result.column.{key}")


def heard(score: Figure) -> str:
    return WORDS("result.heard", answered=score.answered, expected=score.expected)


def test_page_one_shows_the_overall_score_its_range_and_what_it_rests_on(one: One) -> None:
    """The score, the range in words, answers, each state, cited evidence; strengths, gaps and first actions with their figures."""
    told_, _, cells, _ = one
    page, score = cells[WORDS("sheet.result")], told_.overall()
    shown = " ".join(map(str, page.values()))
    assert page["A3"] == near("–" if score.shown is None else score.shown)
    assert WORDS("result.between", low=number(score.low), high=number(score.high)) in shown
    assert WORDS("result.answers", answered=score.answered, expected=score.expected) in shown
    states = Counter(told_.state(code) for code in told_.asked)
    cited = sum(told_.level(code) is not None and any(line["evidence"].strip() for line in told_.said[code]) for code in told_.asked)
    said = WORDS("result.states", na=states["not_applicable"], unknown=states["unknown"], blank=states["blank"], basis="", evidence=cited)
    assert all(part.strip() in shown for part in said.replace(",", "·").split("·"))
    for n, code in enumerate(told_.steps[:6], 1):
        fact = WORDS("result.level_target", level=told_.level(code), target=told_.target(code), weight=told_.asked[code].weight)
        assert f"{n}  {code}" in page.values()
        assert n > 3 or any(str(value).startswith(code) and str(value).endswith(fact) for value in page.values())


def test_page_one_sets_each_lever_beside_target_and_peers(one: One) -> None:
    """Score, target, bin and answers of each lever; median and quartiles of the sector, else the size, else all who agreed.

    The quartiles stand on the lever's own sheet too, where page one gives their place to last time.
    """
    told_, tables, cells, campaign = one
    agreed = [each for each in campaign.told.values() if each.name in campaign.agreed]
    alike = [[each for each in agreed if each.sector == told_.sector], [each for each in agreed if each.size == told_.size], agreed]
    peers = next(group for group in alike if len(group) >= 5)
    for row in tables["levers"]:
        score = told_.lever(row[result("code")])
        values = [value for each in peers if (value := each.lever(row[result("code")]).shown) is not None]
        low, middle, high, _ = spread(values) if len(values) >= 5 else (None,) * 4
        wanted = (score.shown, score.target, middle, verdict(score))
        assert tuple(row[key] for key in map(result, ("score", "target", "peers", "bin"))) == tuple(map(near, wanted))
        assert row[result("middle")] == ("–" if len(values) < 5 else f"{number(low)}{WORDS('range.to')}{number(high)}")
        assert row[result("answers")].endswith(heard(score))
        sheet = next(shown for name, shown in cells.items() if name.startswith(f"{row[result('code')]} "))
        quartiles = WORDS("lever.peers", median=number(middle), low=number(low), high=number(high), count=len(values))
        assert (quartiles in sheet["A3"]) == ("pairs" in sheet["A3"]) == (len(values) >= 5)


def test_lever_sheets_show_each_grouping_and_indicator(one: One) -> None:
    """Scores, targets and answers of groupings; level, target, gap, weight and bin of every indicator that is asked."""
    told_, tables, _, _ = one
    seen = []
    for lever in LEVERS:
        for row in tables[f"groupings_{lever}"]:
            score = told_.grouping(row[result("code")])
            wanted = (score.shown, score.target, heard(score))
            assert tuple(row[key] for key in map(result, ("score", "target", "answers"))) == tuple(map(near, wanted))
        for row in tables[f"indicators_{lever}"]:
            code = row[result("code")]
            level, gap = told_.level(code), told_.gap(code)
            wanted_ = ("–" if level is None else level, told_.target(code), None if gap is None else max(gap, 0), told_.asked[code].weight)
            assert tuple(row[key] for key in map(result, ("level", "target", "gap", "weight"))) == wanted_
            assert row[result("bin")] == (verdict(told_.of([code])) if level is not None else WORDS(f"unjudged.{told_.state(code)}"))
            seen.append(code)
    assert seen == list(told_.asked)


def test_roadmap_and_what_if_follow_from_the_gaps(one: One) -> None:
    """Every gap with level, target and weight times gap, in that order; scores now and with one level more for the first six."""
    told_, tables, cells, _ = one
    names = [WORDS(f"roadmap.column.{key}") for key in ("rank", "code", "level", "target", "priority")]
    steps = [(n, code, told_.level(code), told_.target(code), told_.priority(code)) for n, code in enumerate(told_.steps, 1)]
    assert [tuple(row[name] for name in names) for row in tables["roadmap"]] == steps
    plan = {code: (told_.level(code) or 0) + 1 for code in told_.steps[:6]}
    for lever, row in zip(LEVERS, tables["whatif_levers"], strict=True):
        wanted = (told_.lever(lever).shown, told_.lever(lever, plan).shown)
        assert tuple(row[WORDS(f"whatif.column.score_{key}")] or None for key in ("now", "then")) == tuple(
            near(each or None) for each in wanted
        )
    page, now, then = cells[WORDS("sheet.whatif")], told_.overall().shown, told_.overall(plan).shown
    assert [page["C3"], page.get("D3", "–")] == [near("–" if value is None else value) for value in (now, then)]


def test_what_is_open_and_the_flat_data_hold_every_answer(one: One) -> None:
    """As many open indicators as are unknown or blank; a row an indicator with its state, level, figure, target and bin."""
    told_, tables, cells, _ = one
    missing = sum(told_.state(code) in ("unknown", "blank") for code in told_.asked)
    assert cells[WORDS("sheet.open")]["A1"] == (
        WORDS("open.many", count=missing) if missing > 1 else WORDS("open.one" if missing else "open.none")
    )
    open_codes = [row[WORDS("open.column.code")] for row in tables["still_open"]]
    assert len(set(open_codes)) == missing
    names = [WORDS(f"data.column.{key}") for key in ("code", "state", "level", "target", "weight")]
    assert [tuple(row[name] for name in names) for row in tables["answers"]] == [
        (code, WORDS(f"unjudged.{told_.state(code)}"), told_.level(code), told_.target(code), each.weight)
        for code, each in told_.asked.items()
    ]
