"""The law of the audit form: from a verdict on each demand to a level, against a naive model of the rule and by example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dimm_xl import audit, catalogue
from dimm_xl.archive import body, told
from dimm_xl.assessment import BLANK, VERDICTS, Answer, Answered, Assessment, Blank, Checked, NotApplicable, State, Verdict, settle
from dimm_xl.model import Indicator, Measure, Profile
from tests.support import both, indicator

Verdicts = Mapping[int, Sequence[Verdict | None]]
"""What was found of each demand, by level."""
LEVELS = range(1, 6)
SHARE = Measure(figure=both("Share"), unit=both("%"), better="high", thresholds=(5, 25, 50, 75, 95), highest=100)
DELAY = Measure(figure=both("Delay"), unit=both("days"), better="low", thresholds=(40, 30, 20, 10, 5))
SIGNS: Mapping[str, Verdict | None] = {"+": "met", "-": "not_met", "0": "not_applicable", ".": None}


def asking(counts: Mapping[int, int], measure: Measure | None = None) -> Indicator:
    """An indicator with so many demands at each level."""
    levels = {level: tuple(both(f"demand {level}.{rank}") for rank in range(1, count + 1)) for level, count in counts.items()}
    return replace(indicator("AX1", measure=measure), levels=levels)


def checked(verdicts: Verdicts) -> list[Checked]:
    """Verdicts as an audit says them, each "not applicable" with its reason."""
    return [
        Checked(level, rank, verdict, "no stock" if verdict == "not_applicable" else "")
        for level, several in verdicts.items()
        for rank, verdict in enumerate(several, 1)
    ]


def found(verdicts: Verdicts, measure: Measure | None = None, figure: float | None = None) -> State:
    """The state of an indicator with just these demands."""
    one = asking({level: len(several) for level, several in verdicts.items()}, measure)
    return audit.answered(one, checked(verdicts), figure).state


def of_signs(signs: str) -> Verdicts:
    """Verdicts from a word a level: + met, - not met, 0 not applicable, . not looked at."""
    return {level: [SIGNS[sign] for sign in word] for level, word in zip(LEVELS, signs.split(), strict=True)}


@pytest.mark.parametrize(
    ("signs", "state"),
    [
        ("+ + + + +", Answered(5)),
        ("- + + + +", Answered(0)),
        ("++ +- ++ + +", Answered(1)),
        ("+ + - . .", Answered(2)),
        ("+ + .- . .", Answered(2)),
        ("- . . . .", Answered(0)),
        (".- . . . .", Answered(0)),
        ("+ . - + +", BLANK),
        (". + + + +", BLANK),
        ("+ + + + .", BLANK),
        (". . . . .", BLANK),
        ("+0 + - . .", Answered(2)),
        ("+ 0 + - .", Answered(3)),
        ("+ 0 - . .", Answered(1)),
        ("0 - . . .", Answered(0)),
        ("0 0 + 0 0", Answered(3)),
        ("0 . 0 0 0", BLANK),
        ("0 0 0 0 0", NotApplicable("no stock")),
        ("00 0 0 00 0", NotApplicable("no stock")),
    ],
)
def test_the_level_is_the_highest_with_a_demand_met_and_none_unmet_below_it(signs: str, state: State) -> None:
    """Not met ends the climb, not applicable is passed through and never stood upon, an open demand before the end leaves a blank."""
    assert found(of_signs(signs)) == state


@pytest.mark.parametrize(
    ("signs", "figure", "state"),
    [
        ("+ + + + +", None, Answered(5)),
        ("+ + + + +", 95.0, Answered(5)),
        ("+ + + + +", 60.0, Answered(3)),
        ("+ + + + +", 0.0, Answered(0)),
        ("+ - . . .", 60.0, Answered(1)),
        ("+ + . . .", 30.0, Answered(2)),
        ("+ . . . .", 30.0, BLANK),
        (". . . . .", 30.0, BLANK),
        (". . . . .", 1.0, Answered(0)),
        ("0 0 + . .", 60.0, Answered(3)),
        ("+ + 0 0 .", 60.0, Answered(3)),
        ("0 0 0 0 0", 60.0, NotApplicable("no stock")),
    ],
)
def test_a_figure_is_one_more_demand_of_each_level(signs: str, figure: float | None, state: State) -> None:
    """The figure sets a ceiling and vouches for the levels that it reaches, but never stands in for a demand nobody looked at."""
    assert found(of_signs(signs), SHARE, figure) == state


verdict = st.sampled_from([*VERDICTS, None])
anything = st.fixed_dictionaries({level: st.lists(verdict, min_size=1, max_size=2) for level in LEVELS})
figures = st.none() | st.sampled_from([0.0, 3.0, 5.0, 25.0, 49.9, 50.0, 75.0, 94.0, 95.0, 100.0])


def naive(verdicts: Verdicts, ceiling: int | None) -> State:
    """The rule as one would say it: the highest level whose demands and all lower ones are met, when nothing open could change it."""
    if all(one == "not_applicable" for several in verdicts.values() for one in several):
        return NotApplicable("no stock")
    open_ = [(level, n) for level, several in verdicts.items() for n, one in enumerate(several) if one is None]
    outcomes = set()
    for choice in product(("met", "not_met"), repeat=len(open_)):
        whole = {level: set(several) - {None} for level, several in verdicts.items()}
        for (level, _), one in zip(open_, choice, strict=True):
            whole[level].add(one)  # type: ignore[arg-type]
        for level in whole if ceiling is not None else ():
            whole[level].add("met" if level <= ceiling else "not_met")  # type: ignore[operator]
        reached = [n for n in LEVELS if "met" in whole[n] and not any("not_met" in whole[below] for below in range(1, n + 1))]
        outcomes.add(max(reached, default=0))
    return Answered(outcomes.pop()) if len(outcomes) == 1 else BLANK


@settings(max_examples=500, deadline=None)
@given(anything, st.sampled_from([None, SHARE, DELAY]), figures)
def test_the_climb_comes_to_what_the_rule_says(verdicts: Verdicts, measure: Measure | None, figure: float | None) -> None:
    """A level is known exactly when every way of judging the open demands gives the same one, and then it is that one."""
    ceiling = measure.ceiling(figure) if measure and figure is not None else None
    assert found(verdicts, measure, figure) == naive(verdicts, ceiling)


@given(anything, figures, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(verdicts: Verdicts, figure: float | None, chance: object) -> None:
    """Rows that were sorted, or that are missing where nothing was found, give the same answer."""
    one = asking({level: len(several) for level, several in verdicts.items()}, SHARE)
    rows = checked(verdicts)
    shuffled = [row for row in rows if row.verdict]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert audit.answered(one, shuffled, figure) == audit.answered(one, rows, figure)


@given(anything, figures)
def test_the_figure_never_contradicts_an_audit(verdicts: Verdicts, figure: float | None) -> None:
    """What stands once the figure is heard is what was derived: no audit is above its figure, as a self-assessment may be."""
    state = found(verdicts, SHARE, figure)
    if not isinstance(state, Blank):
        one = asking({level: len(several) for level, several in verdicts.items()}, SHARE)
        assert settle(one, state, figure) == state


@given(anything, figures, st.integers(1, 5), st.integers(0, 1))
def test_meeting_one_more_demand_never_costs_a_level(verdicts: Verdicts, figure: float | None, level: int, n: int) -> None:
    """Where a demand that was not met is met, the level stays or rises, or what comes after it must be looked at."""
    if verdicts[level][n:] and verdicts[level][n] == "not_met":
        better = {**verdicts, level: ["met" if at == n else one for at, one in enumerate(verdicts[level])]}
        before, after = found(verdicts, SHARE, figure), found(better, SHARE, figure)
        if isinstance(before, Answered) and isinstance(after, Answered):
            assert after.level >= before.level


@given(anything, figures)
def test_an_audit_is_kept_by_the_archive_verdict_by_verdict(verdicts: Verdicts, figure: float | None) -> None:
    """What is written into the archive is read from it again, demands, form and all."""
    one = asking({level: len(several) for level, several in verdicts.items()}, SHARE)
    answers = {"AX1": audit.answered(one, checked(verdicts), figure)}
    said = Assessment("Hotel", Profile("tourism", "sme"), "small", "v1", "fr", None, answers, form="audit")
    assert told(Assessment, body(said)) == said


def test_what_was_archived_before_there_were_two_forms_is_a_self_assessment() -> None:
    """An archive of an earlier program is read without a migration: its returns are self-assessments without demands."""
    said = Assessment("Hotel", Profile("tourism", "sme"), "small", "v1", "fr", None, {"AX1": Answer(Answered(3))})
    now = body(said)
    before = now.replace(', "form": "self"', "").replace(', "demands": []', "")
    assert len(before) < len(now) - 20
    assert told(Assessment, before) == said


# --- what results show


def test_words_beside_demands_say_which_demands_they_are_about() -> None:
    """A text is given once, behind the demands it stands beside; a reason for all of them stands alone."""
    one = asking(dict.fromkeys(LEVELS, 1))
    rows = [
        Checked(level, 1, "met", evidence="Minutes" if level != 2 else "", comment="- site 1" if level == 3 else "") for level in LEVELS
    ]
    said = audit.answered(one, rows)
    assert (said.evidence, said.comment, said.reason) == ("1.1, 3.1, 4.1, 5.1 · Minutes", "3.1 · - site 1", "")
    aside = audit.answered(one, [Checked(level, 1, "not_applicable", "no stock") for level in LEVELS])
    assert (aside.state, aside.reason) == (NotApplicable("no stock"), "no stock")


def test_results_name_the_demands_found_met_and_the_first_ones_found_unmet() -> None:
    """Of the level reached, what was met; of the next level, what was not; where the figure alone ends the climb, the whole next level."""
    one = asking(dict.fromkeys(LEVELS, 2), SHARE)
    said = audit.answered(one, checked(of_signs("+0 ++ +- .. ..")))
    assert [text["en"] for text in audit.met(one, said)] == ["demand 2.1", "demand 2.2"]
    assert [text["en"] for text in audit.following(one, said)] == ["demand 3.2"]
    capped = audit.answered(one, checked(of_signs("++ ++ ++ ++ ++")), 30.0)
    assert [text["en"] for text in audit.following(one, capped)] == ["demand 3.1", "demand 3.2"]
    top = audit.answered(one, checked(of_signs("++ ++ ++ ++ ++")))
    assert (audit.following(one, top), audit.following(one, Answer()), audit.met(one, Answer())) == ((), (), ())


def test_a_level_that_a_reviewer_changed_is_no_longer_the_audits() -> None:
    """Verdicts that gave another level say nothing of what is next: the whole of the next level is shown, as for any level."""
    one = asking(dict.fromkeys(LEVELS, 2))
    said = replace(audit.answered(one, checked(of_signs("++ +- .. .. .."))), state=Answered(3))
    assert [text["en"] for text in audit.following(one, said)] == ["demand 4.1", "demand 4.2"]
    assert not audit.vouched(one, said)


def test_every_demand_of_the_shipped_model_has_a_key_of_its_own() -> None:
    """Keys are the same in every language and lead back to indicator, level and rank."""
    model = catalogue.load().at(Profile("health", "large"))
    keys = audit.keys(model)
    assert len(keys) == sum(len(texts) for one in model.indicators.values() for texts in one.levels.values()) > 1000
    assert keys["SP1.3.2"] == ("SP1", 3, 2)
    assert all(audit.key(*parts) == key for key, parts in keys.items())
