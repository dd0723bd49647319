"""Answers carried into a newer edition: what is kept, reworded, dropped and new, and that nothing anybody said is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dimm_xl import audit, catalogue
from dimm_xl.assessment import BLANK, UNKNOWN, Answer, Answered, Assessment, Checked, NotApplicable, Verdict
from dimm_xl.audit import answered
from dimm_xl.checks import Given, check
from dimm_xl.editions import Carried, Change, carry, fitted
from dimm_xl.findings import Faulty
from dimm_xl.model import Chosen, Cut, Edition, Indicator, Measure, Model, Named, Profile, Scale, Selection, Variation
from dimm_xl.progress import Cause
from dimm_xl.wording import compared
from tests.support import assessed, at_level, both, indicator, small_model

LAWS = settings(deadline=None, derandomize=True, max_examples=150)
SME, MICRO = Profile("tourism", "sme"), Profile("tourism", "micro")
FIGURE = Measure(figure=both("Share of orders"), unit=both("%"), better="high", thresholds=(10, 20, 30, 40, 50), highest=100)


PLAIN = indicator("AX1")
EDITS: Mapping[str, Mapping[str, object]] = {
    "": {},
    "demand": {"levels": {**PLAIN.levels, 2: (both("Another demand"),)}},
    "split": {"levels": {**PLAIN.levels, 2: (*PLAIN.levels[2], both("One more demand"))}},
    "definition": {"definition": both("Another definition")},
    "english": {"name": {**PLAIN.name, "en": "Another name"}},
    "accents": {"name": {**PLAIN.name, "fr": "nàme of  ax1"}},
    "german": {"name": {**PLAIN.name, "de": "Name"}},
    "sector": {"sectors": {"health": Variation(levels={3: (both("What a hospital does"),)})}},
    "measured": {"measure": FIGURE},
    "stricter": {"measure": replace(FIGURE, thresholds=(20, 40, 60, 80, 90))},
    "days": {"measure": replace(FIGURE, figure=both("Days to deliver"), unit=both("days"), better="low")},
    "retouched": {"retouched": "v2"},
    "since": {"since": "v2"},
    "micro": {"sizes": ("micro",)},
    "heavy": {"weight": 3},
    "higher": {"target": replace(PLAIN.target, default=5)},
    "evidence": {"evidence": both("Other papers"), "action": both("Do another thing"), "functions": ("it", "hr")},
}
"""What may be special about an indicator in an edition, by name."""


def edited(code: str, trait: str) -> Indicator:
    """An indicator as an edition has it."""
    return replace(PLAIN, code=code, **EDITS[trait])  # type: ignore[arg-type]


def model(traits: Mapping[str, str]) -> Model:
    """A model of two editions whose indicators have traits; codes of lever A begin with A."""
    levers = [tuple(edited(code, trait) for code, trait in traits.items() if code[0] == letter) for letter in "AB"]
    made = small_model(*(lever for lever in levers if lever))
    return replace(
        made,
        editions=tuple(Edition(id=name, year=2020, name=both(name)) for name in ("v1", "v2")),
        functions=(*made.functions, Named(id="hr", name=both("HR"))),
        selections=(Selection(id="first", name=both("first"), description=both("first"), indicators=(Chosen(code="AX1"),)),),
    )


def said(answers: Mapping[str, Answer], edition: str = "v1", profile: Profile = SME, **more: object) -> Assessment:
    """An assessment by the small model."""
    return Assessment("Hôtel", profile, "small", edition, "fr", answers=answers, **more)  # type: ignore[arg-type]


def carried(then: Mapping[str, str], now: Mapping[str, str], answer: Answer | None = None, cut: Cut | None = None) -> Carried:
    """What becomes of one answer to each indicator, from one edition's traits to the next one's."""
    before = model(then).cut(Cut("v1", SME))
    one = said(dict.fromkeys(before.indicators, answer or Answer(Answered(3), comment="as seen")))
    return carry(one, before, model(now).cut(cut or Cut("v2", SME)), cut)


def became(found: Carried) -> dict[str, str]:
    """The change of each indicator, as a word."""
    return {code: change.value for code, change in found.changes.items()}


def ceiling(found: Carried, code: str, answer: Answer) -> int | None:
    """The level that an answer's figure allows in the new edition."""
    measure = found.now.model.indicators[code].measure
    return None if measure is None or answer.measure is None else measure.ceiling(answer.measure)


# --- laws

TRAITS = ("", "demand", "definition", "measured", "stricter", "days", "retouched", "since", "micro", "heavy", "absent")
CODES = ("AX1", "AX2", "AX3", "BX1", "BX2")
SIDES = st.fixed_dictionaries(dict.fromkeys(CODES, st.sampled_from(TRAITS))).map(
    lambda traits: model({"AX0": "", **{code: trait for code, trait in traits.items() if trait != "absent"}})
)
WORDS = st.sampled_from(["", "- seen", "=1+1", "été"])
STATES = st.one_of(st.builds(Answered, st.integers(0, 5)), st.just(UNKNOWN), st.just(NotApplicable("no stock")), st.just(Answer().state))
ANSWERS = st.builds(Answer, STATES, st.one_of(st.none(), st.floats(0, 100)), WORDS, WORDS, WORDS)
CUTS = st.builds(Cut, st.sampled_from(["v1", "v2"]), st.sampled_from([SME, MICRO]))


@st.composite
def moves(draw: st.DrawFn) -> Carried:
    """Any answers to any questionnaire, carried into any other of an edited model."""
    before, after, here, there = draw(SIDES), draw(SIDES), draw(CUTS), draw(CUTS)
    asked = before.cut(here)
    answers = {code: draw(ANSWERS) for code in asked.indicators}
    one = said(answers, here.edition, here.profile, respondent={"email": "a@b.fr"}, organisation_id="7")
    return carry(one, asked, after.cut(there), there)


@LAWS
@given(moves())
def test_each_indicator_of_either_questionnaire_changes_in_exactly_one_way(found: Carried) -> None:
    """Kept, reworded and new are what is asked now; kept, reworded and dropped what was asked then."""
    stays = {*found.of(Change.KEPT), *found.of(Change.REWORDED)}
    assert stays | set(found.of(Change.NEW)) == set(found.now.model.indicators)
    assert stays | set(found.of(Change.DROPPED)) == set(found.then.model.indicators)
    assert sum(found.counts.values()) == len(found.changes) == len({*found.now.model.indicators, *found.then.model.indicators})
    assert set(found.causes) == {*found.of(Change.NEW), *found.of(Change.DROPPED)}


@LAWS
@given(moves())
def test_nothing_that_was_said_is_lost(found: Carried) -> None:
    """Words stand in the new questionnaire or beside a dropped indicator; levels and figures too, or the change tells they do not fit."""
    for code, answer in found.then.assessment.answers.items():
        new = found.assessment.answer(code)
        match found.changes[code]:
            case Change.KEPT:
                assert new == answer
            case Change.REWORDED:
                assert (new.reason, new.evidence, new.comment) == (answer.reason, answer.evidence, answer.comment)
                assert new.measure in (answer.measure, None)
                assert new.level in (answer.level, None, ceiling(found, code, new))
                assert found.whole(code) == (new == answer)
            case Change.DROPPED:
                assert code not in found.assessment.answers
            case Change.NEW:
                raise AssertionError("a new indicator had no answer")


@LAWS
@given(moves())
def test_who_answered_stays_who_answered(found: Carried) -> None:
    """Name, id in the register, person and language are carried; the edition is the new one."""
    then, now = found.then.assessment, found.assessment
    assert (now.organisation, now.organisation_id, now.respondent, now.lang) == (
        then.organisation,
        then.organisation_id,
        then.respondent,
        then.lang,
    )
    assert now.edition == found.now.model.edition.id


@LAWS
@given(moves())
def test_into_the_same_questionnaire_nothing_changes(found: Carried) -> None:
    """Carrying within an edition is the identity, for whatever was said."""
    again = carry(found.then.assessment, found.then.model, found.then.model)
    assert again.assessment == found.then.assessment
    assert set(again.changes.values()) <= {Change.KEPT}
    assert again.retuned == ()


@LAWS
@given(moves())
def test_what_is_carried_is_never_faulty_in_the_new_questionnaire(found: Carried) -> None:
    """No carried level is above what its figure allows, no figure is impossible: what is sent comes back clean."""
    rows = []
    for code in found.of(Change.REWORDED):
        answer = found.assessment.answer(code)
        rows.append(Given(code, "sheet", {}, level=answer.level, measure=answer.measure))
    wrong = {one.code.name for one in check(found.now.model, rows)}
    assert not wrong & {"ABOVE_FIGURE", "IMPOSSIBLE_FIGURE", "UNKNOWN_CODE"}


@LAWS
@given(moves(), SIDES, CUTS)
def test_on_the_way_through_a_third_questionnaire_what_is_kept_stays_whole(found: Carried, after: Model, there: Cut) -> None:
    """Carried twice, an answer that was kept both times is the very one that was given; words survive any rewording."""
    again = carry(found.assessment, found.now.model, after.cut(there), there)
    for code, answer in found.then.assessment.answers.items():
        if found.changes[code] is again.changes.get(code) is Change.KEPT:
            assert again.assessment.answer(code) == answer
        if code in again.assessment.answers:
            last = again.assessment.answer(code)
            assert (last.reason, last.evidence, last.comment) == (answer.reason, answer.evidence, answer.comment)


# --- what counts as another wording

WORDINGS = {
    "nothing": ("", "", "kept"),
    "another demand": ("", "demand", "reworded"),
    "one demand more": ("", "split", "reworded"),
    "another definition": ("", "definition", "reworded"),
    "another name in English alone": ("", "english", "reworded"),
    "an accent, a capital, a blank": ("", "accents", "kept"),
    "one more language": ("", "german", "kept"),
    "a figure is asked for": ("", "measured", "reworded"),
    "a figure is no longer asked for": ("measured", "", "reworded"),
    "other thresholds": ("measured", "stricter", "reworded"),
    "another figure": ("measured", "days", "reworded"),
    "marked as retouched": ("", "retouched", "reworded"),
    "a weight": ("", "heavy", "kept"),
    "a target": ("", "higher", "kept"),
    "evidence and advice": ("", "evidence", "kept"),
    "another sector's demands": ("", "sector", "kept"),
    "introduced later": ("", "since", "kept"),
}


@pytest.mark.parametrize("case", WORDINGS)
def test_an_answer_wants_confirming_when_the_question_reads_otherwise(case: str) -> None:
    """What an organisation is shown decides, in any language; spelling, weights, targets and other sectors' demands do not."""
    then, now, expected = WORDINGS[case]
    assert became(carried({"AX1": then}, {"AX1": now})) == {"AX1": expected}


TOLD = {
    "demand": ("wording.level", "wording.level"),
    "english": ("migrated.elsewhere", "migrated.elsewhere"),
    "retouched": ("migrated.then.same", "migrated.now.same"),
    "measured": ("wording.figure", "wording.figure"),
}


@pytest.mark.parametrize("trait", TOLD)
def test_a_reworded_question_is_shown_as_it_read_and_as_it_reads(trait: str) -> None:
    """The parts that differ; where none does in the reader's language, that another changed or that none is kept."""
    words = catalogue.words("fr")
    keys = TOLD[trait]
    shown = compared(edited("AX1", ""), edited("AX1", trait), words)
    assert [one.startswith(words.labels[key].split(" {")[0]) for one, key in zip(shown, keys, strict=True)] == [True, True]


def test_weights_and_targets_are_told_apart_from_wording() -> None:
    """They ask nothing of the organisation, but move its score or its gap."""
    found = carried(dict.fromkeys(CODES, ""), {"AX1": "heavy", "AX2": "higher", "AX3": "", "BX1": "demand", "BX2": "evidence"})
    assert found.retuned == ("AX1", "AX2")
    assert found.counts == {Change.KEPT: 4, Change.REWORDED: 1, Change.DROPPED: 0, Change.NEW: 0}


NEW_AND_GONE = {
    "by the edition": ({"AX1": ""}, {"AX1": "", "AX2": ""}, Cut("v2", SME), {"AX2": Cause.EDITION}),
    "since the edition": ({"AX1": "", "AX2": "since"}, {"AX1": "", "AX2": "since"}, Cut("v2", SME), {"AX2": Cause.EDITION}),
    "no longer in the edition": ({"AX1": "", "AX2": ""}, {"AX1": ""}, Cut("v2", SME), {"AX2": Cause.EDITION}),
    "by another size": ({"AX1": "", "AX2": "micro"}, {"AX1": "", "AX2": "micro"}, Cut("v2", MICRO), {"AX2": Cause.APPLICABILITY}),
    "by a selection": ({"AX1": "", "AX2": ""}, {"AX1": "", "AX2": ""}, Cut("v2", SME, "first"), {"AX2": Cause.APPLICABILITY}),
    "by functions": ({"AX1": "evidence", "AX2": ""}, {"AX1": "evidence", "AX2": ""}, Cut("v2", SME, None, ("hr",)),
                     {"AX2": Cause.APPLICABILITY}),
}  # fmt: skip


@pytest.mark.parametrize("case", NEW_AND_GONE)
def test_what_is_new_or_gone_says_whose_doing_it_is(case: str) -> None:
    """The edition's, or that other things are asked of this organisation."""
    then, now, cut, causes = NEW_AND_GONE[case]
    assert carried(then, now, cut=cut).causes == causes


def test_another_sector_words_its_demands_otherwise() -> None:
    """An organisation that moved to a sector with demands of its own is asked to confirm."""
    found = carried({"AX1": "sector", "AX2": ""}, {"AX1": "sector", "AX2": ""}, cut=Cut("v2", Profile("health", "sme")))
    assert became(found) == {"AX1": "reworded", "AX2": "kept"}


FITTING = {
    "a level its figure no longer allows": ("measured", "stricter", Answer(Answered(4), 45.0), Answer(Answered(2), 45.0)),
    "a level its figure still allows": ("measured", "stricter", Answer(Answered(1), 45.0), Answer(Answered(1), 45.0)),
    "a figure of another thing": ("measured", "days", Answer(Answered(4), 45.0), Answer(Answered(4))),
    "a figure that is no longer asked": ("measured", "", Answer(Answered(4), 45.0), Answer(Answered(4))),
    "not applicable": ("measured", "stricter", Answer(NotApplicable("no"), 45.0, "no"), Answer(NotApplicable("no"), 45.0, "no")),
}  # fmt: skip


@pytest.mark.parametrize("case", FITTING)
def test_a_reworded_indicator_takes_what_fits_it(case: str) -> None:
    """A figure of the same thing stays and decides; a level that it contradicts is left to it, and the answer is told not to be whole."""
    then, now, answer, expected = FITTING[case]
    found = carried({"AX1": then}, {"AX1": now}, answer)
    assert found.assessment.answer("AX1") == expected
    assert found.whole("AX1") == (answer == expected)


def test_a_level_off_the_new_scale_is_asked_again() -> None:
    """From 0 to 5 into 0 to 3: every indicator reads otherwise, level 5 is no level, level 2 is."""
    before = model({"AX1": "", "AX2": ""}).cut(Cut("v1", SME))
    after = replace(before, scale=Scale(lowest=0, highest=3, better="high"))
    found = carry(said({"AX1": Answer(Answered(5), comment="all"), "AX2": Answer(Answered(2))}), before, after)
    assert (found.assessment.answer("AX1"), found.assessment.answer("AX2").level) == (Answer(comment="all"), 2)
    assert set(found.changes.values()) == {Change.REWORDED}


def test_a_language_that_the_new_model_lacks_gives_way_to_its_first() -> None:
    """Otherwise its questionnaire could not be written."""
    before = model({"AX1": ""}).cut(Cut("v1", SME))
    assert carry(said({}), before, replace(before, languages=("en",))).assessment.lang == "en"


# --- an audit


def audited(*verdicts: tuple[int, Verdict]) -> Answer:
    """The answer that verdicts on the only demand of some levels give, each with a word beside it."""
    return audit.answered(PLAIN, [Checked(level, 1, verdict, evidence=f"seen at {level}") for level, verdict in verdicts])


CLIMB = audited((1, "met"), (2, "met"), (3, "not_met"))
AUDITS = {
    "nothing changed": ("", {1: "met", 2: "met", 3: "not_met"}, 2),
    "a demand reworded below": ("demand", {1: "met", 3: "not_met"}, None),
    "a demand more below": ("split", {1: "met", 2: "met", 3: "not_met"}, None),
    "another definition": ("definition", {1: "met", 2: "met", 3: "not_met"}, 2),
    "retouched": ("retouched", {1: "met", 2: "met", 3: "not_met"}, 2),
}


@pytest.mark.parametrize("case", AUDITS)
def test_verdicts_are_carried_with_the_demands_that_read_alike(case: str) -> None:
    """And give the level anew: a demand that reads otherwise is to be verified again, and what depends on it is open."""
    trait, verdicts, level = AUDITS[case]
    found = carried({"AX1": ""}, {"AX1": trait}, CLIMB)
    now = found.assessment.answer("AX1")
    assert {one.level: one.verdict for one in now.demands if one.verdict} == verdicts
    assert now.level == level
    assert {one.level for one in now.demands if one.evidence} == set(verdicts)
    assert "seen at 2" in found.then.assessment.answer("AX1").evidence, "what stood beside a demand that is gone is still told"


def test_a_demand_that_moved_to_another_level_keeps_its_verdict() -> None:
    """What was found of it does not depend on where the model puts it."""
    swapped = replace(PLAIN, levels={**PLAIN.levels, 3: PLAIN.levels[2], 2: PLAIN.levels[3]})
    before = model({"AX1": ""}).cut(Cut("v1", SME))
    lever = before.levers[0]
    after = replace(before, levers=(replace(lever, groupings=(replace(lever.groupings[0], indicators=(swapped,)),)),))
    now = carry(said({"AX1": CLIMB}), before, after).assessment.answer("AX1")
    assert ({one.level: one.verdict for one in now.demands if one.verdict}, now.level) == ({1: "met", 2: "not_met", 3: "met"}, 1)


def test_an_audit_stays_an_audit() -> None:
    """The form is carried, and within an edition every verdict is."""
    before = model({"AX1": ""}).cut(Cut("v1", SME))
    then = said({"AX1": CLIMB}, form="audit")
    assert carry(then, before, before).assessment == then


def test_answers_to_another_model_are_refused_in_words() -> None:
    """Whichever of the three is another."""
    before = model({"AX1": ""}).cut(Cut("v1", SME))
    with pytest.raises(Faulty, match="answers to the model small are no answers to the model other"):
        carry(said({}), before, replace(before, id="other"))
    with pytest.raises(Faulty, match="answers to the model other"):
        carry(replace(said({}), model="other"), before, before)


def test_the_second_edition_of_the_dimm_adds_two_indicators() -> None:
    """ER3 and EL4 are new in v2; a large company keeps its 113 answers, a micro firm is asked nothing new."""
    large, micro = Profile("banking", "large"), Profile("tourism", "micro")
    for profile, new in ((large, ("ER3", "EL4")), (micro, ())):
        cut = Cut("v1", profile)
        before, after = catalogue.resolved("dimm", cut), catalogue.resolved("dimm", replace(cut, edition="v2"))
        then = replace(
            assessed({code: one for code, one in at_level(2, profile).items() if code in before.indicators}, profile), edition="v1"
        )
        found = carry(then, before, after)
        assert found.of(Change.NEW) == new
        assert (found.of(Change.DROPPED), found.of(Change.REWORDED)) == ((), ())
        assert found.assessment.answers == then.answers


def test_an_audits_verdicts_stay_with_their_demands() -> None:
    """The verdict on a demand that was reworded is gone, one whose demand moved up a level goes along, and the level is what they give."""
    steps = {n: (both(f"Demand {n}"),) for n in range(1, 6)}
    then = replace(PLAIN, levels=steps)
    now = replace(PLAIN, levels={**steps, 2: (both("Reworded"),), 4: (*steps[4], both("Demand 3")), 3: (both("Fresh"),)})
    met = answered(then, [Checked(n, 1, "met", evidence=f"seen {n}") for n in range(1, 5)] + [Checked(5, 1, "not_met")])
    assert met.level == 4
    found = fitted(met, then, now, small_model((then,)).scale)
    assert {(one.level, one.rank): one.verdict for one in found.demands} == {
        (1, 1): "met", (2, 1): None, (3, 1): None, (4, 1): "met", (4, 2): "met", (5, 1): "not_met",
    }  # fmt: skip
    assert [one.evidence for one in found.demands if one.level == 4] == ["seen 4", "seen 3"]
    assert found.state == BLANK
