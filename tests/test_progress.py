"""What moved between two assessments, and why: parts that add up, one cause at a time, the same organisation known again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dimm_xl.assessment import UNKNOWN, Answer, Answered, Assessment, NotApplicable
from dimm_xl.model import Edition, Indicator, Model, Profile
from dimm_xl.progress import Moment, Progress, Trend, compare, matched, trend
from dimm_xl.scoring import score
from tests.support import both, indicator, small_model

LAWS = settings(deadline=None, derandomize=True, max_examples=150)
CODES = ("AX1", "AX2", "AX3", "BX1", "BX2", "CX1")
SIGNS = {"n": Answer(NotApplicable("no stock"), reason="no stock"), "?": Answer(UNKNOWN), ".": Answer()}
PLAIN = dict.fromkeys(CODES, "")
"""An indicator a code; letters say what is special: h heavy, m only for micro firms, 2 since v2, r retouched in v2, t higher target."""


def whole(traits: Mapping[str, str] = PLAIN, overall: str = "levers") -> Model:
    """A model of two editions and three levers whose indicators have traits."""

    def one(code: str, trait: str) -> Indicator:
        found = indicator(code, weight=3 if "h" in trait else 1, target=4 if "t" in trait else 3)
        sizes = ("micro",) if "m" in trait else ("micro", "sme")
        return replace(found, sizes=sizes, since="v2" if "2" in trait else None, retouched="v2" if "r" in trait else None)

    made = small_model(*(tuple(one(code, traits[code]) for code in CODES if code[0] == lever) for lever in "ABC"), overall=overall)
    return replace(made, editions=tuple(Edition(id=name, year=2020, name=both(name)) for name in ("v1", "v2")))


def moment(signs: str, model: Model | None = None, edition: str = "v2", size: str = "sme", name: str = "Hôtel") -> Moment:
    """A moment: a sign an indicator (a level, n, ? or .) in the order of the codes."""
    answers = {code: SIGNS.get(sign) or Answer(Answered(int(sign))) for code, sign in zip(CODES, signs, strict=True)}
    said = Assessment(name, Profile("tourism", size), "small", edition, "fr", answers=answers)
    return Moment((model or whole()).cut(said.cut), said)


def why(progress: Progress) -> dict[str, float]:
    """What moved the overall score, by cause, without what moved nothing."""
    return {cause.value: round(part, 9) for cause, part in progress.overall.why.items() if abs(part) > 1e-9}


TRAITS = st.fixed_dictionaries(dict.fromkeys(CODES, st.sampled_from(["", "h", "m", "2", "r", "hm", "2m"])))
MODELS = st.builds(whole, TRAITS, st.sampled_from(["levers", "indicators"]))
MOMENTS = st.builds(
    moment,
    st.text("012345n?.", min_size=6, max_size=6),
    MODELS,
    st.sampled_from(["v1", "v2"]),
    st.sampled_from(["micro", "sme"]),
)


@LAWS
@given(MOMENTS, MOMENTS)
def test_the_causes_add_up_to_the_movement_of_every_score(then: Moment, now: Moment) -> None:
    """Overall and lever by lever, whatever differs: models, editions, sizes, answers; and the ends are the published scores."""
    found = compare(then, now)
    was, one = score(then.model, then.assessment), score(now.model, now.assessment)
    assert (found.overall.then, found.overall.now) == (was.overall, one.overall)
    assert set(found.levers) == {*was.levers, *one.levers}
    for move in (found.overall, *found.levers.values()):
        assert sum(move.why.values()) == pytest.approx(move.change or 0.0, abs=1e-9)
        assert bool(move.why) == (move.change is not None)


@LAWS
@given(MOMENTS, MOMENTS)
def test_going_back_undoes_the_movement_on_as_many_common_indicators(then: Moment, now: Moment) -> None:
    """The change backwards is the change forwards with the other sign; what is new one way is gone the other."""
    there, back = compare(then, now), compare(now, then)
    assert back.overall.change == (None if there.overall.change is None else pytest.approx(-there.overall.change))
    assert (there.counts["common"], there.counts["new"]) == (back.counts["common"], back.counts["gone"])


@LAWS
@given(MOMENTS)
def test_nothing_changed_is_no_movement_and_no_cause(one: Moment) -> None:
    """An assessment against itself: every part is nil, no indicator has a cause."""
    found = compare(one, one)
    assert {part for move in (found.overall, *found.levers.values()) for part in move.why.values()} <= {0.0}
    assert {change.cause for change in found.indicators} <= {None}
    assert found.overall.before == found.overall.after


ONE_CAUSE = {
    "an answer": (moment("222222"), moment("222232"), {"answers": 1 / 6}),
    "an answer given at last": (moment("22222."), moment("222225"), {"answers": 1.0}),
    "no longer applicable": (moment("222205"), moment("2222n5"), {"applicability": 1 / 3}),
    "applicable now": (moment("2222n5"), moment("222205"), {"applicability": -1 / 3}),
    "another size": (moment("522222", whole({**PLAIN, "AX1": "m"}), size="micro"), moment("522222", whole({**PLAIN, "AX1": "m"})),
                     {"applicability": -1 / 3}),
    "a weight": (moment("522222"), moment("522222", whole({**PLAIN, "AX1": "h"})), {"weights": 0.8 / 3}),
    "overall over indicators": (moment("555222"), moment("555222", whole(overall="indicators")), {"weights": 0.5}),
    "a new indicator": (moment("522222", whole({**PLAIN, "AX1": "2"}), "v1"), moment("522222", whole({**PLAIN, "AX1": "2"})),
                        {"edition": 1 / 3}),
    "an indicator that was dropped": (moment("522222"), moment("522222", whole({**PLAIN, "AX1": "2"}), "v1"), {"edition": -1 / 3}),
    "a retouched indicator": (moment("222222", whole({**PLAIN, "CX1": "r"}), "v1"), moment("222225", whole({**PLAIN, "CX1": "r"})),
                              {"edition": 1.0}),
    "two at once": (moment("222222"), moment("522225", whole({**PLAIN, "AX1": "h"})), {"answers": 1.6}),
}  # fmt: skip


@pytest.mark.parametrize("case", ONE_CAUSE)
def test_each_cause_is_told_apart(case: str) -> None:
    """Where one thing changed, it explains the whole movement."""
    then, now, expected = ONE_CAUSE[case]
    assert why(compare(then, now)) == {cause: pytest.approx(part) for cause, part in expected.items()}


def test_another_wording_is_another_question_even_in_the_same_edition() -> None:
    """A consultant's own model with other demands: the answer that moved is the edition's doing, and is not common progress."""
    own = moment("222225")
    lever = own.model.levers[2]
    one = replace(lever.indicators[0], levels={**lever.indicators[0].levels, 1: (both("Another demand"),)})
    levers = (*own.model.levers[:2], replace(lever, groupings=(replace(lever.groupings[0], indicators=(one,)),)))
    found = compare(moment("222222"), replace(own, model=replace(own.model, levers=levers)))
    assert (why(found), found.counts["reworded"]) == ({"edition": 1.0}, 1)


def test_a_target_moves_the_gap_and_not_the_score() -> None:
    """The score stays; the gap grows by what the target rose."""
    found = compare(moment("222222"), moment("222222", whole({**PLAIN, "CX1": "t"}))).levers["C"]
    assert found.then is not None
    assert found.now is not None
    assert (found.change, found.then.gap, found.now.gap) == (0.0, 1.0, 2.0)


def test_the_score_on_common_indicators_leaves_out_what_was_asked_once() -> None:
    """Five of six asked both times, one of them not applicable now: four are common, and their means are told."""
    model = whole({**PLAIN, "AX1": "2"})
    found = compare(moment("022221", model, "v1"), moment("5n2334", model))
    assert (found.overall.common, found.levers["A"].common) == (4, 1)
    assert (found.levers["A"].before, found.levers["A"].after) == (2.0, 2.0)
    assert [found.overall.before, found.overall.after] == pytest.approx([5 / 3, 3.0])


@pytest.mark.parametrize(
    ("change", "way"), [(0.05, Trend.UP), (0.04, Trend.SAME), (-0.04, Trend.SAME), (-0.05, Trend.DOWN), (0.0, Trend.SAME)]
)
def test_an_arrow_points_where_one_decimal_shows_a_change(change: float, way: Trend) -> None:
    """Less than half a tenth is drawn as no change."""
    assert trend(change) is way


# --- who is who


def org(name: str, known: str = "", sector: str = "tourism", size: str = "sme", model: str = "small") -> Assessment:
    """An organisation, with its id in a register when it has one."""
    return Assessment(name, Profile(sector, size), model, "v1", "fr", organisation_id=known)


WHO = {
    "by its id, whatever its name": ([org("Hôtel", "7")], [org("Auberge", "7", "health")], {0: 0}),
    "by name, sector and size, whatever the case": ([org("Hôtel du Lac")], [org("HOTEL DU LAC ")], {0: 0}),
    "by its name alone when it grew": ([org("Hôtel", size="micro")], [org("Hôtel")], {0: 0}),
    "not by a name that two bear": ([org("Hôtel", size="micro"), org("Hôtel", sector="health")], [org("Hôtel")], {}),
    "by profile where two bear the name": ([org("Hôtel", size="micro"), org("Hôtel")], [org("Hôtel"), org("Hôtel", size="micro")],
                                           {0: 1, 1: 0}),
    "not against the register": ([org("Hôtel", "7")], [org("Hôtel", "8")], {}),
    "by name where one campaign had no register": ([org("Hôtel")], [org("Hôtel", "8")], {0: 0}),
    "not in another model": ([org("Hôtel")], [org("Hôtel", model="other")], {}),
    "nobody twice": ([org("Hôtel", "7")], [org("Hôtel", "7"), org("Hôtel", "")], {0: 0}),
}  # fmt: skip


@pytest.mark.parametrize("case", WHO)
def test_an_organisation_is_known_again(case: str) -> None:
    """By its id, else its name, sector and size, else its name alone; never when two could be meant."""
    then, now, expected = WHO[case]
    found = matched({f"t{n}": one for n, one in enumerate(then)}, {f"n{n}": one for n, one in enumerate(now)})
    assert found == {f"n{new}": f"t{old}" for new, old in expected.items()}
