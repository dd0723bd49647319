"""The four states of an answer are never merged, and what a measured figure does to the level that was chosen."""

from __future__ import annotations

import pickle
import tracemalloc
from dataclasses import FrozenInstanceError, replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dimm_xl.assessment import (
    BLANK,
    UNKNOWN,
    Answer,
    Answered,
    Assessment,
    Blank,
    NotApplicable,
    Return,
    State,
    Status,
    Unknown,
    light,
    settle,
)  # fmt: skip
from dimm_xl.findings import Severity
from dimm_xl.model import Measure, Profile
from tests.support import both, indicator, small_model

HOTEL = Profile("tourism", "sme")
UP = Measure(figure=both("Share"), unit=both("%"), better="high", thresholds=(10, 20, 30, 40, 50))
DOWN = Measure(figure=both("Delay"), unit=both("days"), better="low", thresholds=(40, 24, 12, 6, 2))
NO_STOCK = NotApplicable("pas de stock")
STATES: list[State] = [Answered(0), NO_STOCK, UNKNOWN, BLANK]


# --- states


@pytest.mark.parametrize(("one", "other"), list(combinations(STATES, 2)))
def test_two_different_states_are_never_equal(one: State, other: State) -> None:
    """Level 0, not applicable, unknown and blank are four types; none is taken for another."""
    assert one != other
    assert type(one) is not type(other)


@pytest.mark.parametrize(
    ("state", "level"),
    [(Answered(0), 0), (Answered(5), 5), (NO_STOCK, None), (UNKNOWN, None), (BLANK, None)],
)
def test_only_an_answered_indicator_has_a_level(state: State, level: int | None) -> None:
    """The three other states have no level, and level 0 is one."""
    assert Answer(state).level == level
    assert (Answer(state).level is None) is (level is None)


def test_an_indicator_that_nobody_answered_is_blank_and_not_zero() -> None:
    """Asking an assessment for an answer that was not given returns a blank one, without figure or words."""
    said = Assessment("Hôtel", HOTEL, "small", "v1", "fr", answers={"AX1": Answer(Answered(0))})
    assert said.answer("AX1").state == Answered(0)
    assert said.answer("AX2") == Answer(Blank(), None, "", "", "")


@pytest.mark.parametrize("reason", ["", " ", "\n\t", "\u00a0", "\u3000"])
def test_not_applicable_cannot_exist_without_a_reason(reason: str) -> None:
    """A reason of blanks alone is no reason."""
    with pytest.raises(ValueError, match="reason"):
        NotApplicable(reason)


def test_what_was_said_cannot_be_changed_afterwards() -> None:
    """Answers and their states are frozen values."""
    answer = Answer(Answered(2), comment="as told")
    with pytest.raises(FrozenInstanceError):
        answer.comment = "retouched"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        answer.state.level = 5  # type: ignore[misc, union-attr]


def test_a_file_is_in_one_of_five_statuses() -> None:
    """The words that data/returns.csv shows are those of the design."""
    assert [status.value for status in Status] == ["accepted", "accepted_with_findings", "refused", "superseded", "ignored"]
    assert [severity.value for severity in Severity] == ["error", "warning", "info"]


# --- the measured figure


@pytest.mark.parametrize(
    ("measure", "state", "figure", "stands"),
    [
        (UP, BLANK, 35.0, Answered(3)),  # the figure gives the level
        (UP, BLANK, 30.0, Answered(3)),
        (UP, BLANK, 9.9, Answered(0)),
        (UP, BLANK, 0.0, Answered(0)),
        (UP, Answered(2), 35.0, Answered(2)),  # a lower level stands: other demands are unmet
        (UP, Answered(0), 35.0, Answered(0)),
        (UP, Answered(3), 35.0, Answered(3)),
        (UP, Answered(4), 35.0, None),  # a higher one contradicts the figure
        (UP, Answered(1), 0.0, None),
        (UP, UNKNOWN, 35.0, UNKNOWN),  # what was said besides a level is heard as it is
        (UP, NO_STOCK, 35.0, NO_STOCK),
        (UP, BLANK, None, BLANK),  # no figure: nothing changes
        (UP, Answered(5), None, Answered(5)),
        (DOWN, BLANK, 13.0, Answered(2)),
        (DOWN, BLANK, 41.0, Answered(0)),
        (DOWN, Answered(3), 12.0, Answered(3)),
        (DOWN, Answered(3), 12.5, None),
        (None, Answered(5), 1.0, Answered(5)),  # an indicator without a measure does not listen to figures
        (None, BLANK, 1.0, BLANK),
    ],
)
def test_the_figure_is_a_ceiling_to_the_level(measure: Measure | None, state: State, figure: float | None, stands: State | None) -> None:
    """Left blank, the ceiling is the level; at or below it the level stands; above it nothing does."""
    assert settle(indicator("AX1", measure=measure), state, figure) == stands


def test_the_ceiling_is_that_of_the_sector() -> None:
    """The level a figure gives is read from the thresholds of the organisation's sector."""
    model = small_model((indicator("AX1", measure=replace(UP, sectors={"health": (1, 2, 3, 4, 5)})),))
    given_levels = {sector: settle(model.at(Profile(sector, "sme")).indicators["AX1"], BLANK, 4.2) for sector in ("tourism", "health")}
    assert given_levels == {"tourism": Answered(0), "health": Answered(4)}


MEASURES, FIGURES, LEVELS = st.sampled_from([UP, DOWN]), st.floats(0, 100), st.integers(0, 5)


@settings(deadline=None, derandomize=True)
@given(measure=MEASURES, figure=FIGURES, level=LEVELS)
def test_a_chosen_level_stands_as_it_is_or_not_at_all(measure: Measure, figure: float, level: int) -> None:
    """A figure never raises nor lowers a level: it lets it stand, or refuses it exactly when it is above the ceiling."""
    stands = settle(indicator("AX1", measure=measure), Answered(level), figure)
    assert stands == (None if level > measure.ceiling(figure) else Answered(level))


@settings(deadline=None, derandomize=True)
@given(measure=MEASURES, figure=FIGURES, state=st.sampled_from([Unknown(), NO_STOCK, Blank()]))
def test_settling_twice_changes_nothing(measure: Measure, figure: float, state: State) -> None:
    """What stands once the figure is heard stands when it is heard again."""
    one = indicator("AX1", measure=measure)
    once = settle(one, state, figure)
    assert once is not None
    assert settle(one, once, figure) == once


# --- many of them

SAID = {
    "SP1": Answer(Answered(3)),
    "SP2": Answer(Answered(3), reason="dit"),
    "SP3": Answer(NO_STOCK),
    "SP4": Answer(UNKNOWN, 12.5),
    "SP5": Answer(),
}
HEARD = Assessment("Hôtel", HOTEL, "dimm", "v2", "fr", answers=SAID)
RETURN = Return("a.xlsx", "", Status.ACCEPTED, HEARD)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_return_travels_between_processes_unchanged(protocol: int) -> None:
    """Every state, with and without figures and words."""
    assert pickle.loads(pickle.dumps(RETURN, protocol)) == RETURN


def test_a_light_return_is_the_same_return() -> None:
    """What is shared are objects, never what is said; one without an assessment is left as it is."""
    assert light(RETURN) == RETURN
    refused = Return("b.xlsx", "", Status.REFUSED)
    assert light(refused) is refused


def test_many_returns_share_what_they_say_alike() -> None:
    """Two that came from other processes hold the same objects for codes and plain answers, and their own words each."""
    one, other = (light(pickle.loads(pickle.dumps(RETURN))) for _ in range(2))
    assert one.assessment is not None
    assert other.assessment is not None
    pairs = list(zip(one.assessment.answers.items(), other.assessment.answers.items(), strict=True))
    assert all(code is same for (code, _), (same, _) in pairs)
    assert [code for (code, answer), (_, same) in pairs if answer is same] == ["SP1", "SP3", "SP5"]


def test_a_thousand_returns_take_little_memory() -> None:
    """Some twelve kilobytes each with 115 answers, where plain objects would take twice that."""
    answers = {f"XY{n}": Answer(Answered(n % 6), comment="" if n % 4 else f"remarque {n}") for n in range(115)}
    packed = pickle.dumps(replace(RETURN, assessment=replace(HEARD, answers=answers)))
    tracemalloc.start()
    try:
        kept = [light(pickle.loads(packed)) for _ in range(100)]
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(kept) == 100
    assert held / 100 < 16_000
