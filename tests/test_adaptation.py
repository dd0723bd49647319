"""Whose return is whose by a register, and what it changes in the model for whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dimm_xl import catalogue
from dimm_xl.adaptation import Adaptation, understood, written
from dimm_xl.adapted import adapted
from dimm_xl.assessment import Answer, Answered, Assessment, Return, Status
from dimm_xl.findings import Code, Finding
from dimm_xl.model import Cut, Profile
from dimm_xl.register import Enrolled, Register, enrolled, merged
from dimm_xl.scoring import score
from tests.support import HOTEL, at_level, indicator, small_model

# --- whose return it is

PLACES = {
    one.id: one
    for one in (
        Enrolled("H1", "Hôtel du Lac", Profile("tourism", "sme")),
        Enrolled("H2", "Mairie", Profile("public-sector", "public")),
        Enrolled("H3", "Mairie", Profile("health", "public")),
    )
}


def answers(name: str, id_: str = "", profile: Profile = Profile("tourism", "sme")) -> Assessment:  # noqa: B008 - a value
    return Assessment(name, profile, "dimm", "v2", "fr", organisation_id=id_)


@pytest.mark.parametrize(
    ("said", "whose"),
    [
        (answers("n’importe quoi", "h1"), "H1"),
        (answers("HOTEL du  lac"), "H1"),
        (answers("Hôtel du Lac", profile=Profile("health", "large")), "H1"),
        (answers("Mairie", profile=Profile("health", "public")), "H3"),
        (answers("Mairie"), ""),
        (answers("Hôtel du Lac", "autre"), ""),
        (answers("Inconnu"), ""),
    ],
)
def test_a_return_is_of_the_id_it_carries_else_of_the_name_it_gives(said: Assessment, whose: str) -> None:
    """Names are folded; a name that two share needs the profile; an id of another campaign is nobody's."""
    found = Register(organisations=PLACES).whose(said)
    assert (found.id if found else "") == whose


def test_a_file_name_that_stands_in_for_a_name_decides_nothing() -> None:
    """Who typed no name is nobody of the register by it."""
    one = Return("a.xlsx", "", Status.ACCEPTED, answers("Hôtel du Lac"), (Finding(Code.NO_ORGANISATION),))
    assert enrolled([one], Register(organisations=PLACES)) == [one]


# --- adaptations as text

ADAPTATIONS = st.builds(
    Adaptation, st.just("SP1"), st.none() | st.integers(0, 5), st.none() | st.integers(1, 3), st.booleans(), st.text(max_size=30)
)  # fmt: skip


@given(ADAPTATIONS)
def test_an_adaptation_survives_the_identity_sheet(one: Adaptation) -> None:
    """What is written is understood again, semicolons in the reason included."""
    assert understood("SP1", written(one)) == one


@pytest.mark.parametrize("line", ["", "x", ";;", "a;;;x", "4;;perhaps;x", "-1;;;x", "999;;;x"])
def test_a_line_that_nobody_wrote_is_no_adaptation(line: str) -> None:
    """Whatever somebody typed into a hidden sheet."""
    assert understood("SP1", line) is None


@given(ADAPTATIONS, ADAPTATIONS)
def test_an_organisations_own_figures_go_before_the_campaigns(general: Adaptation, own: Adaptation) -> None:
    """What it leaves open is the campaign's; an exclusion of either excludes; no reason is lost."""
    (found,) = merged({"SP1": general}, {"SP1": own})
    assert found.target == (general.target if own.target is None else own.target)
    assert found.weight == (general.weight if own.weight is None else own.weight)
    assert found.excluded == (own.excluded or general.excluded)
    assert own.reason in found.reason
    assert general.reason in found.reason


# --- adaptations of a model

SMALL = small_model((indicator("AX1", 3, 2), indicator("AX2", 1, 4)), (indicator("BX1", 2),))


def test_own_targets_and_weights_replace_the_models_and_what_is_excluded_is_gone() -> None:
    """Everything else stays as it is; a lever of which everything is excluded is not asked."""
    own = (Adaptation("AX1", target=5, weight=1, reason="x"), Adaptation("BX1", excluded=True, reason="x"), Adaptation("ZZ9", target=1))
    found = SMALL.adapted(own)
    assert list(found.indicators) == ["AX1", "AX2"]
    assert [lever.code for lever in found.levers] == ["A"]
    assert (found.indicators["AX1"].target.default, found.indicators["AX1"].weight) == (5, 1)
    assert found.indicators["AX2"] == SMALL.indicators["AX2"]


@pytest.mark.parametrize("own", [Adaptation("AX1", target=6), Adaptation("AX1", weight=4), Adaptation("AX1", target=-1)])
def test_what_no_level_and_no_weight_can_be_changes_nothing(own: Adaptation) -> None:
    """A questionnaire's hidden sheet may say anything."""
    assert SMALL.adapted((own,)) == SMALL
    assert adapted(SMALL, (own,)) == ()


@given(st.lists(st.sampled_from(["AX1", "AX2", "BX1"]), unique=True, max_size=2), st.integers(0, 5), st.integers(1, 3))
def test_a_score_is_that_of_a_model_which_was_always_so(out: list[str], target: int, weight: int) -> None:
    """Adapting, then scoring, equals scoring by a model written with these targets and weights and without these indicators."""
    own = (*(Adaptation(code, excluded=True, reason="x") for code in out), Adaptation("BX1", target, weight, "BX1" in out))
    kept = [one for one in ("AX1", "AX2") if one not in out]
    written_so = small_model(tuple(SMALL.indicators[code] for code in kept), (() if "BX1" in out else (indicator("BX1", weight, target),)))
    levers = tuple(lever for lever in written_so.levers if lever.indicators)
    answers = {code: Answer(Answered(n + 1)) for n, code in enumerate(SMALL.indicators)}
    said = Assessment("x", HOTEL, "small", "v1", "fr", answers=answers)
    assert score(SMALL.adapted(own), said).overall == score(replace(written_so, levers=levers), said).overall


def test_what_is_adapted_is_listed_in_the_order_of_the_model_with_what_it_was() -> None:
    """Only what differs: a target that is the model's anyway is no change."""
    own = (Adaptation("BX1", excluded=True, reason="b"), Adaptation("AX2", target=4, reason="same"), Adaptation("AX1", 5, 3, reason="a"))
    first, second = adapted(SMALL, own)
    words = catalogue.words("fr")
    assert (first.before.code, first.changes(words), first.own.reason) == ("AX1", "cible 2 → 5", "a")
    assert (second.before.code, second.changes(words)) == ("BX1", "exclu")


def test_a_cut_carries_its_adaptations() -> None:
    """Whoever resolves a model for an assessment gets it adapted."""
    own = (Adaptation("SP1", excluded=True, reason="x"),)
    said = Assessment("x", HOTEL, "dimm", "v2", "fr", answers=at_level(3), adaptations=own)
    assert "SP1" not in catalogue.resolved("dimm", said.cut).indicators
    assert said.cut == Cut("v2", HOTEL, None, (), own)
