"""The scale of a model: levels are answered, scores are told, and nothing but the numbers changes from one scale to another."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dimm_xl import catalogue
from dimm_xl.assessment import BLANK, UNKNOWN, Answer, Answered, Assessment, NotApplicable, State
from dimm_xl.model import Model, Profile, Ranked, Scale
from dimm_xl.model_check import check
from dimm_xl.roadmap import steps, strengths
from dimm_xl.scoring import Score, Scores, bin_of, score, standing
from tests.support import HOTEL, both, indicator, small_model

FRICTION = Scale(lowest=0, highest=100, better="low", levels=5)
MATURITY = Scale(lowest=0, highest=5, better="high")
SCALES = st.builds(
    lambda low, width, better, levels: Scale(lowest=low, highest=low + width, better=better, levels=levels),
    st.integers(-50, 50),
    st.integers(1, 200),
    st.sampled_from(["high", "low"]),
    st.integers(1, 20),
) | st.builds(
    lambda low, width, better: Scale(lowest=low, highest=low + width, better=better),
    st.integers(-5, 5),
    st.integers(1, 20),
    st.sampled_from(["high", "low"]),
)
STATES = st.one_of(st.integers(0, 5).map(Answered), st.just(UNKNOWN), st.just(BLANK), st.just(NotApplicable("why")))
PARTS = (("AX1", 3, 3), ("AX2", 1, 5), ("AX3", 2, 1)), (("BX1", 2, 2), ("BX2", 1, 4)), (("CX1", 1, 3),)
CODES = [code for lever in PARTS for code, _, _ in lever]
ANSWERS = st.fixed_dictionaries(dict.fromkeys(CODES, STATES))


def scaled(scale: Scale, overall: str = "levers", weights: tuple[float, ...] = (3, 1, 1)) -> Model:
    """The same small model on a scale, its levers of unequal weight."""
    levers = [tuple(indicator(code, weight, target) for code, weight, target in lever) for lever in PARTS]
    model = small_model(*levers, overall=overall)
    weighed = tuple(replace(lever, weight=weight) for lever, weight in zip(model.levers, weights, strict=True))
    return replace(model, scale=scale, levers=weighed)


def scored(model: Model, states: dict[str, State]) -> Scores:
    """The scores of an assessment of a small model."""
    answers = {code: Answer(state) for code, state in states.items()}
    return score(model.at(HOTEL), Assessment("Hôtel", HOTEL, model.id, "v1", "fr", answers=answers))


def every(scores: Scores) -> list[Score]:
    """Every score of an assessment, overall first."""
    return [scores.overall, *scores.levers.values(), *scores.groupings.values(), *scores.indicators.values()]


# --- from level to score


@pytest.mark.parametrize(
    ("scale", "told"),
    [
        (MATURITY, [0, 1, 2, 3, 4, 5]),
        (FRICTION, [100, 80, 60, 40, 20, 0]),
        (Scale(lowest=0, highest=100, better="high", levels=4), [0, 25, 50, 75, 100]),
        (Scale(lowest=1, highest=4, better="high"), [1, 2, 3, 4]),
        (Scale(lowest=1, highest=4, better="low"), [4, 3, 2, 1]),
        (Scale(lowest=-10, highest=10, better="low", levels=2), [10, 0, -10]),
    ],
)
def test_levels_go_from_the_bad_end_of_the_scale_to_the_good_one_in_even_steps(scale: Scale, told: list[float]) -> None:
    """The lowest level is worth the worst score, the highest the best, those between lie evenly."""
    assert [scale.score(level) for level in scale.offered] == told
    assert (told[0], told[-1]) == (scale.worst, scale.best)


@given(SCALES)
def test_a_higher_level_is_never_worth_a_worse_score_and_none_lies_beyond_the_bounds(scale: Scale) -> None:
    """Scores follow levels strictly, towards the good end, inside the scale."""
    told = [scale.score(level) for level in scale.offered]
    assert sorted(told, key=scale.key, reverse=True) == told
    assert len(set(told)) == len(told) == len(scale.demanding) + 1
    assert all(scale.lowest - 1e-9 <= one <= scale.highest + 1e-9 for one in told)


@given(SCALES, st.data())
def test_a_gain_is_above_zero_exactly_when_the_level_rose(scale: Scale, data: st.DataObject) -> None:
    """Whichever end is good: to gain is to come nearer to it."""
    then, now = data.draw(st.sampled_from(scale.offered)), data.draw(st.sampled_from(scale.offered))
    gain = scale.gain(scale.score(now) - scale.score(then))
    assert (gain > 0, gain < 0) == (now > then, now < then)


@given(st.sampled_from(MATURITY.offered))
def test_where_levels_are_scores_nothing_is_computed(level: int) -> None:
    """A level of the DIMM is its score, as the very same float."""
    assert MATURITY.plain
    assert (MATURITY.score(level), type(MATURITY.score(level))) == (float(level), float)


# --- scores on two scales


@given(ANSWERS, st.sampled_from(["levers", "indicators"]))
def test_another_scale_tells_the_same_answers_in_other_numbers(states: dict[str, State], overall: str) -> None:
    """0 to 100 from the other end: every score is 100 less 20 times what it is from 0 to 5, and the range swaps its ends."""
    plain, turned = scored(scaled(MATURITY, overall), states), scored(scaled(FRICTION, overall), states)
    for one, other in zip(every(plain), every(turned), strict=True):
        pairs = [(one.value, other.value), (one.target, other.target), (one.low, other.high), (one.high, other.low)]
        assert [told for _, told in pairs] == [None if known is None else pytest.approx(100 - 20 * known) for known, _ in pairs]
        assert (other.answered, other.expected) == (one.answered, one.expected)


@given(ANSWERS)
def test_gaps_bins_and_what_to_do_first_do_not_depend_on_the_scale(states: dict[str, State]) -> None:
    """A gap is counted in levels, so that its bin, the roadmap, priorities and strengths stay what they are."""
    models = [scaled(MATURITY), scaled(FRICTION)]
    plain, turned = (scored(model, states) for model in models)
    for one, other in zip(every(plain), every(turned), strict=True):
        assert other.gap == (None if one.gap is None else pytest.approx(one.gap, abs=1e-9))
        assert bin_of(other.gap) == bin_of(one.gap)
        assert standing(other, models[1].scoring) == standing(one, models[0].scoring)
    roads = [
        [(step.indicator.code, step.level, step.gap, step.priority) for step in steps(model.at(HOTEL), found)]
        for model, found in zip(models, (plain, turned), strict=True)
    ]
    assert roads[0] == roads[1]
    best = [[one.code for one in strengths(model.at(HOTEL), found)] for model, found in zip(models, (plain, turned), strict=True)]
    assert best[0] == best[1]


@given(SCALES.map(lambda scale: replace(scale, levels=5)), ANSWERS)
def test_no_score_leaves_its_range_and_no_range_leaves_the_scale(scale: Scale, states: dict[str, State]) -> None:
    """Low is the smaller number, high the larger, whichever end is good."""
    for one in every(scored(scaled(scale), states)):
        ends = [end for end in (one.low, one.value, one.high) if end is not None]
        assert all(a <= b + 1e-9 for a, b in pairwise(ends))
        assert all(scale.lowest - 1e-9 <= end <= scale.highest + 1e-9 for end in ends)


def test_components_count_by_their_weights() -> None:
    """Three parts of five at 0, one at 100, one at 50: infrastructure, so to speak, counts for three."""
    states: dict[str, State] = {code: Answered({"A": 5, "B": 0, "C": 2}[code[0]]) for code in CODES}
    assert scored(scaled(FRICTION), states).overall.value == pytest.approx((3 * 0 + 100 + 60) / 5)


# --- rankings in groups


@given(st.integers(2, 12), st.integers(1, 300))
def test_the_groups_of_a_ranking_are_of_the_same_size_and_follow_it(groups: int, count: int) -> None:
    """Sizes differ by at most one, a worse rank is never in a better group, and with enough of them no group is empty."""
    ranked = Ranked(groups=groups, name=both("Quintile"))
    found = [ranked.group(rank, count) for rank in range(1, count + 1)]
    assert found == sorted(found)
    assert found[0] == 1
    assert found[-1] <= groups
    sizes = Counter(found)
    if count >= groups:
        assert set(sizes) == set(range(1, groups + 1))
        assert max(sizes.values()) - min(sizes.values()) <= 1


def test_sixty_five_economies_make_five_quintiles_of_thirteen() -> None:
    """The published index ranks 65 economies: the nineteenth is in the second quintile."""
    quintile = Ranked(groups=5, name=both("Quintile"))
    assert Counter(quintile.group(rank, 65) for rank in range(1, 66)) == dict.fromkeys(range(1, 6), 13)
    assert quintile.group(19, 65) == 2


# --- scales that make no sense


@pytest.mark.parametrize(
    ("scale", "wrong"),
    [
        (Scale(lowest=0, highest=100, better="low", levels=0), "0 levels are not 1 to 20"),
        (Scale(lowest=0, highest=100, better="low", levels=-3), "-3 levels are not 1 to 20"),
        (Scale(lowest=0, highest=100, better="low"), "100 levels are not 1 to 20"),
        (Scale(lowest=5, highest=0, better="high", levels=5), "5 to 0 leaves no level"),
    ],
)
def test_a_scale_without_levels_or_with_too_many_is_a_fault(scale: Scale, wrong: str) -> None:
    """It is told at its key before anything is computed with it."""
    found = list(check(replace(scaled(MATURITY), scale=scale)))
    assert [(path[0], what) for path, what in found] == [("scale", wrong)]


def test_a_ranking_in_one_group_is_a_fault() -> None:
    """One group says nothing."""
    model = scaled(MATURITY)
    once = replace(model, scoring=replace(model.scoring, ranked=Ranked(groups=1, name=both("Tout"))))
    assert [path for path, _ in check(once)] == [("scoring", "ranked", "groups")]


def test_every_indicator_of_the_friction_index_has_demands_for_the_levels_of_its_answers() -> None:
    """Levels 1 to 5, though scores run from 0 to 100."""
    model = catalogue.load("e-friction")
    assert model.scale == FRICTION
    assert {tuple(sorted(one.levels)) for one in model.indicators.values()} == {(1, 2, 3, 4, 5)}
    profile = Profile(model.sectors[0].id, model.sizes[0].id)
    assert {one.target.default in model.scale.demanding for one in model.at(profile).indicators.values()} == {True}
