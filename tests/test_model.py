"""Which indicators a profile is asked, and how strictly: sizes, editions, sectors, targets, ceilings, selections."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dimm_xl import catalogue
from dimm_xl.model import Chosen, Edition, Grouping, Indicator, Lever, Measure, Model, Profile, Selection, Target, Variation
from tests.support import both, indicator, small_model

WHOLE = catalogue.load()
HOTEL, CLINIC = Profile("tourism", "sme"), Profile("health", "sme")


def varied(code: str, **more: Any) -> Indicator:
    """A small indicator that differs from the plain one in some fields."""
    return replace(indicator(code), **more)


def measured(better: str, *thresholds: float, sectors: dict[str, tuple[float, ...]] | None = None) -> Measure:
    """A figure with these thresholds for levels 1 to 5."""
    direction: Any = better
    return Measure(figure=both("Figure"), unit=both("%"), better=direction, thresholds=thresholds, sectors=sectors or {})


def asked(model: Model) -> list[str]:
    """The codes of a model, in its order."""
    return list(model.indicators)


def shape(model: Model) -> list[tuple[str, list[str]]]:
    """The levers of a model, each with its groupings."""
    return [(lever.code, [grouping.code for grouping in lever.groupings]) for lever in model.levers]


# --- applicability


@pytest.mark.parametrize(
    ("size", "codes"),
    [("micro", ["AX1", "AX3"]), ("sme", ["AX1", "AX2"])],
)
def test_an_organisation_is_asked_only_what_fits_its_size(size: str, codes: list[str]) -> None:
    """An indicator whose sizes leave out the organisation's size is not in its questionnaire; the others keep their order."""
    model = small_model((indicator("AX1"), varied("AX2", sizes=("sme",)), varied("AX3", sizes=("micro",))))
    assert asked(model.at(Profile("tourism", size))) == codes


@pytest.mark.parametrize(
    ("size", "fewest", "most"),
    [("large", 115, 115), ("mid", 92, 98), ("public", 87, 93), ("sme", 57, 58), ("association", 47, 53), ("micro", 33, 37)],
)
def test_a_questionnaire_is_as_long_as_the_method_says(size: str, fewest: int, most: int) -> None:
    """The shipped catalogue asks each size the number of indicators of method.md, section 2, whatever the sector."""
    counts = {len(WHOLE.at(Profile(sector.id, size)).indicators) for sector in WHOLE.sectors}
    assert len(counts) == 1
    assert fewest <= counts.pop() <= most


def test_the_sector_never_decides_which_indicators_are_asked() -> None:
    """Two organisations of one size and different sectors are asked the same codes in the same order."""
    for size in WHOLE.sizes:
        assert asked(WHOLE.at(Profile("health", size.id))) == asked(WHOLE.at(Profile("tourism", size.id)))


@pytest.mark.parametrize("profile", [Profile("fishing", "sme"), Profile("tourism", "giant"), Profile("tourism", "")])
def test_a_profile_that_the_model_does_not_know_is_refused(profile: Profile) -> None:
    """A sector or size that is not in the model raises KeyError, never an empty questionnaire."""
    with pytest.raises(KeyError):
        small_model((indicator("AX1"),)).at(profile)


# --- no empty lever


def test_a_lever_or_grouping_without_questions_is_left_out() -> None:
    """What no indicator of the size belongs to does not appear: neither the lever nor one grouping of another."""
    model = small_model((indicator("AX1"),), (varied("BX1", sizes=("micro",)),))
    lonely = Grouping(code="AY", name=both("Grouping AY"), indicators=(varied("AY1", sizes=("micro",)),))
    first: Lever = replace(model.levers[0], groupings=(*model.levers[0].groupings, lonely))
    model = replace(model, levers=(first, model.levers[1]))
    assert shape(model.at(HOTEL)) == [("A", ["AX"])]
    assert shape(model.at(Profile("tourism", "micro"))) == [("A", ["AX", "AY"]), ("B", ["BX"])]


@pytest.mark.parametrize("edition", [edition.id for edition in WHOLE.editions])
@pytest.mark.parametrize("selection", [None, *(selection.id for selection in WHOLE.selections)])
def test_no_questionnaire_has_an_empty_sheet(edition: str, selection: str | None) -> None:
    """In every size, edition and selection of the shipped model each lever and each grouping asks something."""
    for size in WHOLE.sizes:
        model = WHOLE.at_edition(edition).at(Profile("retail", size.id), selection)
        assert all(grouping.indicators for lever in model.levers for grouping in lever.groupings)
        assert all(lever.groupings for lever in model.levers)


# --- editions


def test_an_older_edition_does_not_know_what_came_later() -> None:
    """An indicator since the second edition is absent from the first, and the first is then the model's own edition."""
    editions = tuple(Edition(id=id_, year=year, name=both(id_)) for id_, year in (("v1", 2019), ("v2", 2022), ("v3", 2025)))
    since = {"AX1": None, "AX2": "v1", "AX3": "v2", "BX1": "v3"}
    one, two, three, four = (varied(code, since=edition) for code, edition in since.items())
    model = replace(small_model((one, two, three), (four,)), editions=editions)
    found = {id_: (model.at_edition(id_).edition.id, asked(model.at_edition(id_))) for id_ in ("v1", "v2", "v3")}
    assert found == {"v1": ("v1", ["AX1", "AX2"]), "v2": ("v2", ["AX1", "AX2", "AX3"]), "v3": ("v3", ["AX1", "AX2", "AX3", "BX1"])}
    assert shape(model.at_edition("v2")) == [("A", ["AX"])]


def test_the_first_published_edition_lacks_exactly_the_two_new_indicators() -> None:
    """v1 of the DIMM has 113 indicators: all of v2 but ER3 and EL4."""
    assert set(WHOLE.indicators) - set(WHOLE.at_edition("v1").indicators) == {"ER3", "EL4"}
    assert len(WHOLE.at_edition("v1").indicators) == 113


def test_an_edition_that_never_was_is_refused() -> None:
    """An unknown edition raises KeyError."""
    with pytest.raises(KeyError):
        WHOLE.at_edition("v9")


# --- sectors


def test_a_sector_replaces_only_the_demands_that_differ() -> None:
    """The sector's level 4 is its own, the other levels are the common ones, and another sector sees the common text throughout."""
    own = {4: (both("Beds are booked online"),)}
    model = small_model((varied("AX1", sectors={"tourism": Variation(levels=own)}),))
    common = indicator("AX1").levels
    assert model.at(HOTEL).indicators["AX1"].levels == {**common, **own}
    assert model.at(CLINIC).indicators["AX1"].levels == common


def test_the_same_figure_can_be_worth_another_level_in_another_sector() -> None:
    """Thresholds of the organisation's sector take the place of the common ones."""
    share = measured("high", 10, 20, 30, 40, 50, sectors={"health": (1, 2, 3, 4, 5)})
    model = small_model((indicator("AX1", measure=share),))
    ceilings = {}
    for profile in (HOTEL, CLINIC):
        one = model.at(profile).indicators["AX1"]
        assert one.measure is not None
        ceilings[profile.sector] = one.measure.ceiling(25)
    assert ceilings == {"tourism": 2, "health": 5}


def test_what_a_profile_sees_does_not_change_when_resolved_again() -> None:
    """A model resolved for a profile stays the same when the same profile is applied to it once more."""
    for profile in (HOTEL, CLINIC, Profile("technology", "large"), Profile("non-profit", "association")):
        seen = WHOLE.at(profile)
        assert seen.at(profile) == seen


def test_the_sectors_for_which_an_indicator_differs_are_all_told() -> None:
    """Demands, thresholds and target each count as a difference."""
    one = varied(
        "AX1",
        sectors={"tourism": Variation(levels={1: (both("Own"),)})},
        target=Target(default=3, sizes={"micro": 2}, sectors={"health": 4}),
        measure=measured("high", 1, 2, 3, 4, 5, sectors={"banking": (2, 3, 4, 5, 6)}),
    )
    assert one.differing_sectors == {"tourism", "health", "banking"}
    assert indicator("AX2").differing_sectors == frozenset()


# --- targets


@pytest.mark.parametrize(
    ("sector", "size", "aim"),
    [
        ("health", "micro", 5),  # the sector's, although the size has one too
        ("health", "sme", 5),
        ("tourism", "micro", 1),  # no target of its sector: the size's
        ("tourism", "sme", 3),  # neither: the default
    ],
)
def test_the_sector_sets_the_target_before_the_size_does(sector: str, size: str, aim: int) -> None:
    """The target is the sector's, else the size's, else the default; once resolved it is the indicator's only one."""
    target = Target(default=3, sizes={"micro": 1}, sectors={"health": 5})
    profile = Profile(sector, size)
    assert target.at(profile) == aim
    assert small_model((varied("AX1", target=target),)).at(profile).indicators["AX1"].target == Target(default=aim)


# --- ceilings

UP, DOWN = measured("high", 5, 25, 50, 75, 95), measured("low", 40, 24, 12, 6, 2)
RISING = [(0, 0), (4.999, 0), (5, 1), (24.9, 1), (25, 2), (50, 3), (74.99, 3), (75, 4), (95, 5), (100, 5)]
FALLING = [(100, 0), (40.001, 0), (40, 1), (24, 2), (12.5, 2), (12, 3), (6, 4), (2.1, 4), (2, 5), (0, 5)]


@pytest.mark.parametrize(("measure", "figure", "ceiling"), [*((UP, *one) for one in RISING), *((DOWN, *one) for one in FALLING)])
def test_a_figure_allows_the_highest_level_whose_threshold_it_reaches(measure: Measure, figure: float, ceiling: int) -> None:
    """Reaching a threshold exactly is enough, whether more is better or less is; missing the first allows level 0 alone."""
    assert measure.ceiling(figure) == ceiling


FIGURES = st.floats(0, 200)


@settings(deadline=None, derandomize=True)
@given(one=FIGURES, other=FIGURES)
def test_a_better_figure_never_lowers_the_ceiling(one: float, other: float) -> None:
    """In both directions the ceiling follows the figure."""
    less, more = sorted((one, other))
    assert UP.ceiling(less) <= UP.ceiling(more)
    assert DOWN.ceiling(less) >= DOWN.ceiling(more)


# --- selections


def test_a_selection_asks_what_is_chosen_and_fits_the_size() -> None:
    """Chosen indicators that the size is not asked stay out; the order is the model's, not the selection's."""
    chosen = Selection(
        id="few", name=both("Few"), description=both("Few"), indicators=tuple(Chosen(code=code) for code in ("BX1", "AX2", "AX1"))
    )
    model = small_model((indicator("AX1"), varied("AX2", sizes=("micro",)), indicator("AX3")), (indicator("BX1"),), (indicator("CX1"),))
    model = replace(model, selections=(chosen,))
    assert asked(model.at(HOTEL, "few")) == ["AX1", "BX1"]
    assert shape(model.at(HOTEL, "few")) == [("A", ["AX"]), ("B", ["BX"])]


def test_the_ten_priorities_are_all_asked_of_an_sme() -> None:
    """The shipped selection gives an SME exactly its ten indicators, each with a first action of its own."""
    chosen = WHOLE.selection("priorities-10").indicators
    assert set(WHOLE.at(HOTEL, "priorities-10").indicators) == {entry.code for entry in chosen}
    assert [entry.code for entry in chosen] == ["SP1", "SE4", "ORM1", "ORS6", "PE4", "OFC1", "OFC6", "TIA3", "TIA5", "EE4"]
    assert all(entry.action for entry in chosen)


def test_a_selection_that_does_not_exist_is_refused() -> None:
    """An unknown selection raises KeyError instead of asking everything or nothing."""
    with pytest.raises(KeyError):
        WHOLE.at(HOTEL, "priorities-11")
