"""What to do first: gaps by weight times distance, their demands and actions, and what is already done well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dimm_xl.assessment import BLANK, UNKNOWN, Answer, Answered, Assessment, NotApplicable, State
from dimm_xl.model import Chosen, Model, Profile, Selection, Text
from dimm_xl.roadmap import selected_actions, steps, strengths
from dimm_xl.scoring import Scores, score
from tests.support import both, indicator, small_model

NA = NotApplicable("pas de stock")
Table = Mapping[str, tuple[int, int, State]]
"""Indicators by code: weight, target, what was said."""


def assessed(table: Table) -> tuple[Model, Scores]:
    """A model with these indicators, in this order, and the scores of what was said."""
    model = small_model(tuple(indicator(code, weight, target) for code, (weight, target, _) in table.items()))
    answers = {code: Answer(state) for code, (_, _, state) in table.items()}
    return model, score(model, Assessment("Hôtel", Profile("tourism", "sme"), "small", "v1", "fr", answers=answers))


def first(table: Table) -> list[tuple[str, int]]:
    """The roadmap of a table: codes and priorities."""
    return [(step.indicator.code, step.priority) for step in steps(*assessed(table))]


def well(table: Table) -> list[str]:
    """The codes of what is done well."""
    return [one.code for one in strengths(*assessed(table))]


# --- order


@pytest.mark.parametrize(
    ("table", "order"),
    [
        ({"AX1": (1, 3, Answered(2)), "AX2": (3, 3, Answered(1)), "AX3": (2, 4, Answered(0))}, [("AX3", 8), ("AX2", 6), ("AX1", 1)]),
        ({"AX1": (1, 3, Answered(1)), "AX2": (2, 3, Answered(2)), "AX3": (1, 4, Answered(2))}, [("AX1", 2), ("AX2", 2), ("AX3", 2)]),
        ({"AX1": (3, 3, Answered(3)), "AX2": (3, 3, Answered(5)), "AX3": (1, 5, Answered(4))}, [("AX3", 1)]),
        ({"AX1": (3, 3, BLANK), "AX2": (3, 3, UNKNOWN), "AX3": (3, 3, NA), "AX4": (1, 3, Answered(0))}, [("AX4", 3)]),
        ({"AX1": (3, 3, BLANK)}, []),
    ],
    ids=["weight times gap", "ties in the order of the model", "at target there is nothing to do", "no answer, no gap", "nothing answered"],
)
def test_the_roadmap_begins_with_the_heaviest_gap(table: Table, order: list[tuple[str, int]]) -> None:
    """Priority is weight × gap, highest first; only answered indicators below their target are on it."""
    assert first(table) == order


SAID = st.one_of(st.integers(0, 5).map(Answered), st.sampled_from([NA, UNKNOWN, BLANK]))
TABLES = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 5), SAID), min_size=1, max_size=12)


@settings(deadline=None, derandomize=True)
@given(TABLES)
def test_every_answered_indicator_is_either_a_step_or_a_strength(rows: list[tuple[int, int, State]]) -> None:
    """Nothing is lost, nothing stands on both sides, and priorities never rise on the way down."""
    table = {f"AX{n}": row for n, row in enumerate(rows, 1)}
    priorities = [priority for _, priority in first(table)]
    assert priorities == sorted(priorities, reverse=True)
    assert all(priority > 0 for priority in priorities)
    answered = [code for code, (_, _, state) in table.items() if isinstance(state, Answered)]
    assert sorted([code for code, _ in first(table)] + well(table)) == sorted(answered)


# --- a step


@pytest.mark.parametrize(("level", "horizon"), [(0, 1), (1, 3), (2, 6), (3, 9), (4, 12)])
def test_a_step_asks_for_the_next_level_and_no_more(level: int, horizon: int) -> None:
    """Demands are those of the level above, the time grows with the level, the gap reaches to the target."""
    (step,) = steps(*assessed({"AX1": (2, 5, Answered(level))}))
    assert (step.level, step.target, step.gap, step.priority) == (level, 5, 5 - level, 2 * (5 - level))
    assert step.demands == (both(f"AX1 demand of level {level + 1}"),)
    assert step.horizon == horizon


def with_selections(model: Model, **actions: Mapping[str, Text | None]) -> Model:
    """The model with selections of these names, each with its own actions."""
    made = [
        Selection(
            id=name, name=both(name), description=both(name), indicators=tuple(Chosen(code=code, action=one) for code, one in own.items())
        )
        for name, own in actions.items()
    ]
    return replace(model, selections=tuple(made))


@pytest.mark.parametrize(
    ("selection", "actions"),
    [
        (None, ["Walk round", "Call a client", "Action"]),  # any selection that has a sentence
        ("first", ["Walk round", "Action", "Action"]),
        ("second", ["Action", "Call a client", "Action"]),
    ],
)
def test_the_action_of_the_selection_goes_before_the_indicators_own(selection: str | None, actions: list[str]) -> None:
    """Where the selection says nothing, the indicator's own first action stands."""
    model, scores = assessed({code: (1, 3, Answered(1)) for code in ("AX1", "AX2", "AX3")})
    model = with_selections(model, first={"AX1": both("Walk round"), "AX3": None}, second={"AX2": both("Call a client")})
    assert [step.action["en"] for step in steps(model, scores, selection)] == actions


def test_only_sentences_of_a_selection_are_its_actions() -> None:
    """An indicator that is chosen without a sentence has no action of the selection."""
    model, _ = assessed({"AX1": (1, 3, BLANK), "AX2": (1, 3, BLANK)})
    model = with_selections(model, first={"AX1": both("Walk round"), "AX2": None})
    assert selected_actions(model, "first") == selected_actions(model) == {"AX1": both("Walk round")}
    assert selected_actions(model, "other") == {}


# --- strengths


@pytest.mark.parametrize(
    ("table", "order"),
    [
        (
            {"AX1": (1, 3, Answered(4)), "AX2": (3, 3, Answered(4)), "AX3": (1, 3, Answered(5))},
            ["AX2", "AX3", "AX1"],
        ),  # 1·1, 3·1, 1·2 above
        (
            {"AX1": (1, 2, Answered(2)), "AX2": (1, 4, Answered(4)), "AX3": (3, 2, Answered(2))},
            ["AX2", "AX3", "AX1"],
        ),  # all at target: level, weight
        ({"AX1": (2, 3, Answered(3)), "AX2": (2, 3, Answered(3))}, ["AX1", "AX2"]),  # alike: the order of the model
        ({"AX1": (3, 3, Answered(2)), "AX2": (3, 3, BLANK), "AX3": (3, 3, NA)}, []),
    ],
)
def test_strengths_are_the_farthest_above_target_and_heaviest_first(table: Table, order: list[str]) -> None:
    """Weight × distance above the target, then the level, then the weight; below target nothing is a strength."""
    assert well(table) == order
