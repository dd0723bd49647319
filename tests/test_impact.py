"""Whom a new edition touches and by how much: judged on the same answers, with the range that new indicators leave open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from dimm_xl.assessment import BLANK, Answer, Answered
from dimm_xl.editions import Carried, Change
from dimm_xl.impact import Impact, impact
from dimm_xl.model import Cut, Model
from dimm_xl.progress import Cause
from dimm_xl.scoring import score
from tests.test_editions import LAWS, SME, model, moves, said


def judged(traits_then: dict[str, str], traits_now: dict[str, str], *levels: int, other: float = 1.0) -> Impact:
    """What an edition changes for an organisation that answered these levels, in the order of the indicators; ``other`` weighs lever B."""
    before, after = model(traits_then).cut(Cut("v1", SME)), model(traits_now).cut(Cut("v2", SME))
    answers = {code: Answer(Answered(level)) for code, level in zip(before.indicators, levels, strict=True)}
    return impact(said(answers), before, reweighted(after, other))


def reweighted(whole: Model, weight: float) -> Model:
    """A model whose lever B weighs more."""
    return replace(whole, levers=tuple(replace(one, weight=weight if one.code == "B" else 1.0) for one in whole.levers))


def of(found: Carried) -> Impact:
    """The impact of what was carried."""
    return impact(found.then.assessment, found.then.model, found.now.model, found.now.assessment.cut)


@LAWS
@given(moves())
def test_the_score_by_the_new_edition_lies_within_its_range(found: Carried) -> None:
    """Overall and lever by lever: new indicators at the bottom only lower it, at the top only raise it."""
    reached = of(found)
    for reach in (reached.overall, *reached.levers.values()):
        value = reach.move.now.value if reach.move.now else None
        if value is not None and reach.low is not None and reach.high is not None:
            assert reach.low - 1e-9 <= value <= reach.high + 1e-9
        asked_anew = any(found.assessment.answer(code).state == BLANK for code in found.of(Change.REWORDED))
        if not found.of(Change.NEW) and not asked_anew:
            assert (reach.low, reach.high) == (value, value)


@LAWS
@given(moves())
def test_nothing_that_moves_is_laid_at_the_organisations_door(found: Carried) -> None:
    """The answers are the same: edition, applicability and weights explain all of it, and add up to it."""
    reached = of(found)
    for reach in (reached.overall, *reached.levers.values()):
        assert reach.move.why.get(Cause.ANSWERS, 0.0) == pytest.approx(0.0, abs=1e-9)
        assert sum(reach.move.why.values()) == pytest.approx(reach.change or 0.0, abs=1e-9)


@LAWS
@given(moves())
def test_for_the_same_organisation_edition_and_weights_explain_it_all(found: Carried) -> None:
    """Asked the same part of the model, whatever an edition does to it is the edition's doing, or that of its weights."""
    same = replace(found.then.assessment.cut, edition=found.now.model.edition.id)
    if found.now.assessment.cut == same:
        reached = of(found)
        for reach in (reached.overall, *reached.levers.values()):
            assert reach.move.why.get(Cause.APPLICABILITY, 0.0) == pytest.approx(0.0, abs=1e-9)


@LAWS
@given(moves())
def test_the_edition_that_was_answered_touches_nobody(found: Carried) -> None:
    """Judged by the very edition of then, nothing changes, and the score is the published one."""
    then = found.then
    same = impact(then.assessment, then.model, then.model)
    assert (same.untouched, same.touched, same.size) == (True, (), (0.0, 0.0, 0))
    assert same.overall.low == same.overall.high == score(then.model, then.assessment).overall.value


@LAWS
@given(moves())
def test_levers_are_touched_where_something_changes(found: Carried) -> None:
    """A lever that is not named has the same indicators, wordings, weights, targets and score as before."""
    reached = of(found)
    for code, reach in reached.levers.items():
        if code not in reached.touched:
            mine = [one for one in found.changes if reached.lever_of[one] == code]
            assert {found.changes[one] for one in mine} <= {Change.KEPT}
            assert not {*mine} & {*found.retuned}
            assert reach.change is None or abs(reach.change) < 1e-9
    assert reached.untouched <= (not reached.touched)


PLAIN = {"AX1": "", "AX2": "", "BX1": ""}
EDITIONS = {
    "nothing": (PLAIN, 1.0, (2.5, 2.5, 2.5, 2.5), ()),
    "a new indicator": ({**PLAIN, "BX2": "since"}, 1.0, (2.5, 2.5, 2.0, 3.25), ("B",)),
    "a dropped indicator": ({"AX1": "", "BX1": ""}, 1.0, (2.5, 2.0, 2.0, 2.0), ("A",)),
    "a reworded one": ({**PLAIN, "AX2": "demand"}, 1.0, (2.5, 2.5, 2.5, 2.5), ("A",)),
    "a weight": ({**PLAIN, "AX2": "heavy"}, 1.0, (2.5, 2.75, 2.75, 2.75), ("A",)),
    "a target": ({**PLAIN, "AX2": "higher"}, 1.0, (2.5, 2.5, 2.5, 2.5), ("A",)),
    "a lever's weight": (PLAIN, 3.0, (2.5, 2.25, 2.25, 2.25), ("B",)),
    "a new lever's worth": ({"AX1": "", "AX2": "", "BX2": "since"}, 1.0, (2.5, 3.0, 1.5, 4.0), ("B",)),
}


@pytest.mark.parametrize("case", EDITIONS)
def test_what_an_edition_changes_is_told_apart(case: str) -> None:
    """Levels 2 and 4 in lever A, 2 in lever B: score then, score by the new edition, its range, the levers that are touched."""
    now, weight, (then, value, low, high), touched = EDITIONS[case]
    found = judged(PLAIN, now, 2, 4, 2, other=weight)
    move = found.overall.move
    assert move.then is not None
    assert move.now is not None
    figures = [move.then.value, move.now.value, found.overall.low, found.overall.high]
    assert figures == pytest.approx([then, value, low, high])
    assert (found.touched, found.untouched) == (touched, not touched)


def test_weights_and_targets_are_counted_apart() -> None:
    """One indicator weighs more, another aims higher."""
    found = judged(PLAIN, {"AX1": "heavy", "AX2": "higher", "BX1": ""}, 2, 4, 2)
    assert (found.weights, found.targets) == (("AX1",), ("AX2",))


def test_who_moves_most_comes_first() -> None:
    """By how far the score moves, then by how wide the range is, then by how much changes."""
    still = judged(PLAIN, PLAIN, 2, 4, 2)
    reads = judged(PLAIN, {**PLAIN, "AX1": "demand"}, 2, 4, 2)
    wider = judged(PLAIN, {**PLAIN, "BX2": "since"}, 2, 4, 2)
    moves_ = judged(PLAIN, {**PLAIN, "AX2": "heavy"}, 2, 4, 2)
    assert sorted([still, reads, wider, moves_], key=lambda one: one.size, reverse=True) == [moves_, wider, reads, still]


def test_without_an_answer_there_is_no_score_and_no_movement() -> None:
    """Nothing was answered: new indicators alone would make the range."""
    before, after = model(PLAIN).cut(Cut("v1", SME)), model({**PLAIN, "BX2": ""}).cut(Cut("v2", SME))
    found = impact(said({}), before, after)
    assert (found.overall.change, found.overall.low, found.overall.high, found.touched) == (None, 0.0, 5.0, ("B",))
