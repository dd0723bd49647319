"""The scores of the method: section 2 of method.md as tables worked out by hand, and its laws as properties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dimm_xl.assessment import BLANK, UNKNOWN, Answer, Answered, Assessment, NotApplicable, State
from dimm_xl.model import Grouping, Model, Profile, Scale
from dimm_xl.scoring import Bin, Score, Scores, Standing, bin_of, distribution, of_answer, of_parts, score, standing
from tests.support import both, indicator, small_model

HOTEL = Profile("tourism", "sme")
NA = NotApplicable("pas de stock")
Said = tuple[int, State] | tuple[int, State, int]
"""An indicator of a table: weight, what was said, target (3 when not given)."""


def levels(*weighted: tuple[int, int]) -> list[Said]:
    """A lever whose indicators are all answered: (weight, level) each."""
    return [(weight, Answered(level)) for weight, level in weighted]


def model_of(*levers: Sequence[Said], overall: str = "levers") -> tuple[Model, Assessment]:
    """A model with these indicators, and an assessment that says this of them."""
    coded = [[(f"{letter}X{n}", *one) for n, one in enumerate(lever, 1)] for letter, lever in zip("ABCDEF", levers, strict=False)]
    several = [tuple(indicator(code, weight, *rest) for code, weight, _, *rest in lever) for lever in coded]
    answers = {code: Answer(state) for lever in coded for code, _, state, *_ in lever}
    return small_model(*several, overall=overall), Assessment("Hôtel", HOTEL, "small", "v1", "fr", answers=answers)


def scored(*levers: Sequence[Said], overall: str = "levers") -> Scores:
    """The scores of a table of levers."""
    return score(*model_of(*levers, overall=overall))


# --- one lever

A4, A2 = Answered(4), Answered(2)


@pytest.mark.parametrize(
    ("lever", "value", "low", "high", "answered", "expected", "target"),
    [
        ([(3, A4), (1, A2)], 14 / 4, 14 / 4, 14 / 4, 2, 2, 3),  # (3·4 + 1·2) ÷ 4
        ([(1, A4), (1, A2)], 3, 3, 3, 2, 2, 3),
        ([(2, Answered(0))], 0, 0, 0, 1, 1, 3),  # 0 is an answer
        ([(3, NA), (1, A2)], 2, 2, 2, 1, 1, 3),  # not applicable: neither numerator nor denominator nor expected
        ([(3, A4), (1, BLANK)], 4, 12 / 4, 17 / 4, 1, 2, 3),  # blank: 0 or 5 in the range alone
        ([(3, A4), (1, UNKNOWN)], 4, 12 / 4, 17 / 4, 1, 2, 3),  # unknown: the same
        ([(3, BLANK), (1, UNKNOWN)], None, 0, 5, 0, 2, 3),
        ([(2, A4), (2, NA), (1, UNKNOWN), (3, BLANK)], 4, 8 / 6, 28 / 6, 1, 3, 3),
        ([(3, NA), (1, NA)], None, None, None, 0, 0, None),
        ([(3, A4, 4), (1, A2, 2)], 14 / 4, 14 / 4, 14 / 4, 2, 2, 14 / 4),  # target: (3·4 + 1·2) ÷ 4
        ([(3, NA, 5), (1, A2, 2)], 2, 2, 2, 1, 1, 2),  # a target that nobody is expected to reach does not count
        ([(3, BLANK, 5), (1, A2, 1)], 2, 2 / 4, 17 / 4, 1, 2, 16 / 4),  # one that is not answered yet does
    ],
)  # fmt: skip
def test_a_lever_is_scored_as_the_method_says(
    lever: list[Said], value: float | None, low: float | None, high: float | None, answered: int, expected: int, target: float | None
) -> None:
    """Value, range, coverage and target of a lever, and of its only grouping, are those computed by hand."""
    found = scored(lever)
    assert found.levers["A"] == Score(value, low, high, answered, expected, target)
    assert found.groupings["AX"] == found.levers["A"] == found.overall


@pytest.mark.parametrize(("state", "value"), [(BLANK, 4), (UNKNOWN, 4), (NA, 4), (Answered(0), 2)])
def test_a_blank_answer_is_never_counted_as_zero(state: State, value: float) -> None:
    """Beside a level 4, only an answered 0 lowers the score."""
    assert scored([(1, A4), (1, state)]).levers["A"].value == value


def test_a_lever_is_the_mean_of_its_indicators_not_of_its_groupings() -> None:
    """One level 5 in a grouping, two levels 2 in the other: 3, not 3.5."""
    model, said = model_of(levels((1, 5), (1, 2), (1, 2)))
    lever = model.levers[0]
    one, *others = lever.indicators
    split = [Grouping(code=code, name=both(code), indicators=several) for code, several in (("AY", (one,)), ("AZ", tuple(others)))]
    found = score(replace(model, levers=(replace(lever, groupings=tuple(split)),)), said)
    assert {code: each.value for code, each in found.groupings.items()} == {"AY": 5, "AZ": 2}
    assert found.levers["A"].value == 3


def test_an_indicator_has_its_level_as_its_score() -> None:
    """Each state of an answer has its own score, none of them a number that was made up."""
    found = scored([(3, A4, 2), (3, BLANK), (3, UNKNOWN), (3, NA)]).indicators
    missing = Score(None, 0, 5, 0, 1, 3)
    assert list(found.values()) == [Score(4, 4, 4, 1, 1, 2), missing, missing, Score(None, None, None, 0, 0, None)]


def test_a_missing_answer_spans_the_scale_of_the_model() -> None:
    """The range comes from the model's own bounds, not from 0 and 5."""
    found = of_answer(indicator("AX1"), Answer(BLANK), Scale(lowest=1, highest=7, better="high"))
    assert (found.low, found.high) == (1, 7)


# --- overall


@pytest.mark.parametrize(
    ("overall", "value"),
    [("levers", (3.5 + 1) / 2), ("indicators", (3 * 4 + 1 * 2 + 2 * 1) / 6)],
)
def test_the_model_chooses_how_levers_make_the_whole(overall: str, value: float) -> None:
    """`levers` gives every lever the same say, `indicators` weighs all indicators at once."""
    assert scored(levels((3, 4), (1, 2)), levels((2, 1)), overall=overall).overall.value == value


def test_a_lever_may_count_more_than_another() -> None:
    """A model's lever weights enter the overall score: (3·4 + 1·2) ÷ 4."""
    model, said = model_of(levels((1, 4)), levels((1, 2)))
    heavy, light = model.levers
    assert score(replace(model, levers=(replace(heavy, weight=3.0), light)), said).overall.value == 3.5


@pytest.mark.parametrize(
    ("second", "whole"),
    [
        ([(1, NA)], Score(4, 4, 4, 1, 1, 3)),  # a lever that is not applicable leaves the whole
        ([(1, BLANK)], Score(4, 4 / 2, 9 / 2, 1, 2, 3)),  # an empty one widens the range and lowers coverage
        ([(1, A2, 5), (1, UNKNOWN, 5)], Score(3, (4 + 1) / 2, (4 + 3.5) / 2, 2, 3, 4)),
    ],
)
def test_a_lever_without_a_score_does_not_weigh_on_the_whole(second: list[Said], whole: Score) -> None:
    """The overall score is the mean of the levers that have one; its range and coverage tell what is missing."""
    assert scored([(1, A4)], second).overall == whole


# --- reading a score


@pytest.mark.parametrize(
    ("gap", "found"),
    [
        (None, None),
        (-2, Bin.WELL),
        (0, Bin.WELL),
        (0.1, Bin.ATTENTION),
        (1, Bin.ATTENTION),
        (1.9, Bin.ATTENTION),
        (2, Bin.IMPROVE),
        (5, Bin.IMPROVE),
    ],
)
def test_the_three_bins_follow_the_gap_to_the_target(gap: float | None, found: Bin | None) -> None:
    """At target or above is done well, less than two levels below deserves attention, two or more must improve."""
    assert bin_of(gap) is found


def test_a_score_at_its_target_is_done_well_although_computers_round() -> None:
    """Lever means 3, 8/3, 8/3 against targets 2, 10/3, 3: both wholes are 25/9, so nothing is below target."""
    means, targets = (3.0, 8 / 3, 8 / 3), (2.0, 10 / 3, 3.0)
    whole = of_parts([(1.0, Score(mean, mean, mean, 1, 1, target)) for mean, target in zip(means, targets, strict=True)])
    assert bin_of(whole.gap) is Bin.WELL


@pytest.mark.parametrize(
    ("answered", "expected", "shown"),
    [
        (10, 10, Standing.FIRM), (8, 10, Standing.FIRM), (79, 100, Standing.PROVISIONAL), (5, 10, Standing.PROVISIONAL),
        (49, 100, Standing.HIDDEN), (0, 10, Standing.HIDDEN), (0, 0, Standing.HIDDEN),
    ],
)  # fmt: skip
def test_a_score_with_few_answers_is_provisional_then_hidden(answered: int, expected: int, shown: Standing) -> None:
    """80 % of answers make a score firm, 50 % let it be shown at all; without a value nothing is shown."""
    model, _ = model_of([(1, A4)])
    found = Score(3.0 if answered else None, 0, 5, answered, expected, 3)
    assert standing(found, model.scoring) is shown


@pytest.mark.parametrize(("value", "target", "gap"), [(2, 3.5, 1.5), (4, 3, -1), (None, 3, None), (2, None, None)])
def test_the_gap_is_what_is_missing_to_the_target(value: float | None, target: float | None, gap: float | None) -> None:
    """Without a value or a target there is no gap."""
    assert Score(value, 0, 5, 1, 1, target).gap == gap


@pytest.mark.parametrize(
    ("values", "counts"),
    [([], (0, 0, 0)), ([0, 2.49], (2, 0, 0)), ([2.5, 3.99], (0, 2, 0)), ([4, 5], (0, 0, 2)), ([1, 2.5, 4, 1], (2, 1, 1))],
)
def test_scores_fall_into_the_published_bins(values: list[float], counts: tuple[int, ...]) -> None:
    """Below 2.5, from 2.5 to below 4, from 4: each bound belongs to the bin above it."""
    assert distribution(values, (2.5, 4)) == counts


def test_a_score_of_two_and_a_half_is_not_counted_below_it_although_computers_round() -> None:
    """Lever means 0.6, 4.6 and 2.3 make 2.5 exactly."""
    whole = of_parts([(1.0, Score(mean, mean, mean, 1, 1, 3)) for mean in (0.6, 4.6, 2.3)])
    assert whole.value is not None
    assert distribution([whole.value], (2.5, 4)) == (0, 1, 0)


# --- laws

WEIGHTS = st.integers(1, 3)
STATES = st.one_of(st.integers(0, 5).map(Answered), st.sampled_from([NA, UNKNOWN, BLANK]))
LEVER = st.lists(st.tuples(WEIGHTS, STATES), min_size=1, max_size=8)
LEVERS = st.lists(LEVER, min_size=1, max_size=6)
MODES = st.sampled_from(["levers", "indicators"])
law = settings(deadline=None, derandomize=True)
NEAR = 1e-12


def every(found: Scores) -> list[Score]:
    """All scores of an assessment."""
    return [found.overall, *found.levers.values(), *found.groupings.values(), *found.indicators.values()]


@law
@given(levers=LEVERS, overall=MODES)
def test_a_score_lies_within_its_range_and_coverage_between_none_and_all(levers: list[list[Said]], overall: str) -> None:
    """low ≤ value ≤ high inside the scale; 0 ≤ answered ≤ expected; complete answers leave no range."""
    for one in every(scored(*levers, overall=overall)):
        assert 0 <= one.coverage <= 1
        assert (one.low is None) is (one.high is None) is (one.expected == 0)
        assert (one.value is None) is (one.answered == 0)
        if one.value is not None and one.low is not None and one.high is not None:
            assert -NEAR <= one.low <= one.value + NEAR
            assert one.value <= one.high + NEAR <= 5 + 2 * NEAR
            assert one.answered < one.expected or one.low == one.value == one.high


@law
@given(lever=LEVER, data=st.data())
def test_more_weight_on_a_higher_level_never_lowers_a_score(lever: list[tuple[int, State]], data: st.DataObject) -> None:
    """An indicator at or above its lever's score pulls it up when it counts more, and never down."""
    before = scored(lever).levers["A"].value
    above = [n for n, (_, state) in enumerate(lever) if isinstance(state, Answered) and before is not None and state.level >= before]
    if before is None:
        assert above == []
        return
    n = data.draw(st.sampled_from(above))
    weight, state = lever[n]
    after = scored([*lever[:n], (weight + data.draw(WEIGHTS), state), *lever[n + 1 :]]).levers["A"].value
    assert after is not None
    assert after >= before - NEAR


@law
@given(one=WEIGHTS, other=WEIGHTS, third=WEIGHTS, rest=LEVER, said=STATES)
def test_not_applicable_never_changes_another_indicators_share(one: int, other: int, third: int, rest: list[Said], said: State) -> None:
    """What a level more of one indicator brings, against a level more of another, is the ratio of their weights whatever a third says."""

    def effect(first: int, second: int, state: State) -> float:
        value = scored([(one, Answered(first)), (other, Answered(second)), (third, state), *rest]).levers["A"].value
        assert value is not None
        return value

    for state in (said, NA):
        bare = effect(2, 2, state)
        assert (effect(3, 2, state) - bare) / (effect(2, 3, state) - bare) == pytest.approx(one / other, rel=1e-9)


@law
@given(lever=LEVER, weight=WEIGHTS)
def test_not_applicable_is_as_if_the_question_had_not_been_asked(lever: list[Said], weight: int) -> None:
    """Adding an indicator that is not applicable leaves every score of its lever as it was."""
    assert scored([*lever, (weight, NA)]).levers["A"] == scored(lever).levers["A"]


@law
@given(shape=st.lists(st.lists(WEIGHTS, min_size=1, max_size=8), min_size=1, max_size=6), level=st.integers(0, 5), overall=MODES)
def test_all_at_one_level_gives_that_level(shape: list[list[int]], level: int, overall: str) -> None:
    """Whatever the weights, every score of an organisation that is at one level throughout is that level."""
    for one in every(scored(*([(weight, Answered(level)) for weight in lever] for lever in shape), overall=overall)):
        assert one.value == one.low == one.high == level


@law
@given(lever=st.lists(st.tuples(WEIGHTS, st.integers(0, 5)), min_size=1, max_size=12))
def test_a_lever_is_the_weighted_mean_to_the_last_digits(lever: list[tuple[int, int]]) -> None:
    """The score equals the weighted mean computed with exact fractions."""
    exact = Fraction(sum(weight * level for weight, level in lever), sum(weight for weight, _ in lever))
    assert scored(levels(*lever)).levers["A"].value == pytest.approx(float(exact), abs=NEAR)


@law
@given(values=st.lists(st.floats(0, 5)))
def test_every_score_falls_into_exactly_one_bin(values: list[float]) -> None:
    """The counts of a distribution add up to the number of scores."""
    assert sum(distribution(values, (2.5, 4))) == len(values)
