"""The rules on a return: each in one line, what it finds and where; what is faulty is blank and never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dimm_xl import catalogue
from dimm_xl.assessment import BLANK, UNKNOWN, Answer, Answered, NotApplicable, State
from dimm_xl.checks import CHECKS, NOTES, Given, answers, check, note
from dimm_xl.describe import message
from dimm_xl.findings import Code, Finding, Severity, worst
from dimm_xl.layout import lever_sheet
from dimm_xl.model import Measure
from dimm_xl.sheet import Cell, CellError, Pick
from dimm_xl.workbook.read import read
from tests.support import both, indicator, small_model

NA, UNSURE = Pick.NOT_APPLICABLE, Pick.UNKNOWN
SHARE = Measure(figure=both("Share"), unit=both("%"), better="high", thresholds=(5, 25, 50, 75, 95), highest=100)
DELAY = Measure(figure=both("Delay"), unit=both("days"), better="low", thresholds=(40, 24, 12, 6, 2))
MODEL = small_model((indicator("AX1"), indicator("AX2", measure=SHARE), indicator("AX3", measure=DELAY)), (indicator("BX1"),))
Rows = Mapping[str, Mapping[str, Any]]


def row(code: str, line: int, **said: Any) -> Given:
    """A row of the sheet `A`, its cells where the questionnaire has them."""
    cells = {"code": f"A{line}", "measure": f"H{line}", "level": f"I{line}", "reason": f"J{line}"}
    return Given(code, "A", cells, **said)


def returned(said: Rows | None = None, *more: Given) -> list[Given]:
    """A whole return, from line 7: a row an indicator, blank where nothing is said, and more rows below."""
    return [row(code, line, **(said or {}).get(code, {})) for line, code in enumerate(MODEL.indicators, 7)] + list(more)


def places(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """Where and what: the cell and the code of each finding."""
    return [(finding.cell, finding.code.name) for finding in findings]


# --- rules


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({}, []),
        ({"AX1": {"level": 0}, "BX1": {"level": 5}}, []),
        # not applicable needs a reason; unknown does not
        ({"AX1": {"level": NA}}, [("J7", "NO_REASON")]),
        ({"AX1": {"level": NA, "reason": "pas de stock"}}, []),
        ({"AX1": {"level": UNSURE}}, []),
        # the figure is a ceiling
        ({"AX2": {"level": 2, "measure": 30.0}}, []),
        ({"AX2": {"level": 3, "measure": 30.0}}, [("I8", "ABOVE_FIGURE")]),
        ({"AX2": {"level": 3, "measure": 50.0}}, []),
        ({"AX3": {"level": 3, "measure": 12.0}}, []),
        ({"AX3": {"level": 3, "measure": 12.5}}, [("I9", "ABOVE_FIGURE")]),
        ({"AX1": {"level": 5, "measure": 1.5}}, []),  # a figure that was not asked for
        ({"AX2": {"level": UNSURE, "measure": 30.0}}, []),
        # the figure is possible
        ({"AX2": {"measure": 100.0}, "AX3": {"measure": 9999.0}}, []),
        ({"AX2": {"measure": 100.5}}, [("H8", "IMPOSSIBLE_FIGURE")]),
        ({"AX2": {"measure": -1.0}}, [("H8", "IMPOSSIBLE_FIGURE")]),
        ({"AX3": {"measure": -0.1}}, [("H9", "IMPOSSIBLE_FIGURE")]),
        ({"AX2": {"measure": 0.0}}, []),
        # a share below one is perhaps a fraction; a delay below one is a delay
        ({"AX2": {"measure": 0.3}}, [("H8", "SMALL_SHARE")]),
        ({"AX2": {"measure": 1.0}, "AX3": {"measure": 0.3}}, []),
        # a level without the figure that was asked for
        ({"AX2": {"level": 4}, "AX3": {"level": 2}}, [("", "NO_FIGURE")]),
        ({"AX2": {"level": 4, "faulty": frozenset({"measure"})}}, []),  # its cell is a finding already
        ({"AX2": {"level": UNSURE}, "AX3": {"level": NA, "reason": "x"}}, []),
    ],
)  # fmt: skip
def test_a_rule_finds_what_is_amiss_and_where(said: Rows, found: list[tuple[str, str]]) -> None:
    """The findings on a whole return, by cell."""
    assert places(check(MODEL, returned(said))) == found


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ([row("ZZ9", 20, level=3)], [("A20", "UNKNOWN_CODE")]),
        ([row("AX1", 20, level=4)], [("A20", "TWICE")]),
        ([row("AX1", 20)], [("A20", "TWICE")]),  # once answered, once blank: which one was meant?
        ([row("AX1", 20, level=3)], []),  # twice alike
        ([row("AX1", 20, level=3, comment="vu")], [("A20", "TWICE")]),
        ([row("ZZ9", 20, level=3), row("ZZ9", 21, level=4)], [("A20", "UNKNOWN_CODE"), ("A21", "UNKNOWN_CODE")]),
    ],
)
def test_a_row_too_many_is_told(more: list[Given], found: list[tuple[str, str]]) -> None:
    """A code that is not asked, and an indicator answered twice differently, stand at the row that is too many."""
    assert places(check(MODEL, returned({"AX1": {"level": 3}}, *more))) == found


@pytest.mark.parametrize(("figure", "told"), [(0.6, False), (0.1, False), (0.09, True), (0.02, True), (0.0, False), (2.0, False)])
def test_a_share_that_may_well_be_below_one_is_doubted_only_far_below_its_thresholds(figure: float, told: bool) -> None:
    """A price of 0.6 % of income is a price; 0.02 is perhaps the 2 % that the program turned into a fraction."""
    price = Measure(figure=both("Price"), unit=both("% of monthly income"), better="low", thresholds=(10, 5, 2, 1, 0.5), highest=100)
    model = small_model((indicator("AX1", measure=price),))
    assert places(check(model, [row("AX1", 7, measure=figure)])) == [("H7", "SMALL_SHARE")] * told


def test_a_row_that_is_gone_is_told_once_for_each_indicator() -> None:
    """A deleted row has no cell; its indicator is named."""
    findings = check(MODEL, returned()[1:3])
    assert places(findings) == [("", "MISSING_ROW"), ("", "MISSING_ROW")]
    assert [finding.facts["indicator"] for finding in findings] == ["AX1", "BX1"]


def test_a_missing_reason_is_told_at_the_level_when_its_column_is_gone() -> None:
    """Someone deleted the column: the finding still has a cell to go to."""
    bare = Given("AX1", "A", {"level": "I7"}, level=NA)
    assert places(check(MODEL, [bare, *returned()[1:]])) == [("I7", "NO_REASON")]


def test_a_finding_carries_what_its_sentence_needs() -> None:
    """The words of a finding have no gap, and numbers are not spoilt by binary fractions."""
    said: Rows = {"AX1": {"level": NA}, "AX2": {"level": 5, "measure": 0.29}, "AX3": {"measure": -1.0}}
    findings = check(MODEL, returned(said, row("AX1", 20, level=2), row("ZZ9", 21)))
    sentences = {finding.code.name: message(finding, catalogue.words("fr")) for finding in findings}
    assert set(sentences) == {"NO_REASON", "ABOVE_FIGURE", "IMPOSSIBLE_FIGURE", "SMALL_SHARE", "TWICE", "UNKNOWN_CODE"}
    assert all("{" not in sentence for sentence in sentences.values())
    assert sentences["ABOVE_FIGURE"].startswith("AX2\u00a0: niveau 5 choisi, mais le chiffre 0,29 ne permet que le niveau 0\u00a0;")
    assert sentences["SMALL_SHARE"] == "AX2\u00a0: 0,29\u00a0% a été lu\u00a0; s’agit-il de 29\u00a0%\u00a0?"


def test_a_cell_that_is_not_understood_is_told_at_its_address() -> None:
    """Reading finds values, errors and rows that a column does not allow, and keeps the rest of the row."""
    sheet = lever_sheet(MODEL, MODEL.levers[0], catalogue.words("fr"))
    said: dict[str, Mapping[str, Cell]] = {
        "AX1": {"level": "plutôt 3", "comment": "oui"},
        "AX2": {"measure": "12 jours", "level": 2.0},
        "AX3": {"level": CellError("#REF!")},
    }
    header: list[Cell] = [column.title for column in sheet.columns]
    rows: list[list[Cell]] = [
        [code if column.field == "code" else own.get(column.field, "") for column in sheet.columns] for code, own in said.items()
    ]
    reading = read(sheet, [[]] * 5 + [header, *rows], "A")
    assert reading is not None
    assert places(reading.findings) == [("I7", "BAD_VALUE"), ("H8", "BAD_VALUE"), ("I9", "ERROR_CELL")]
    assert [found.values.get("level") for found in reading.rows] == [None, 2, None]
    assert reading.rows[0].values["comment"] == "oui"


def test_every_rule_stands_once_in_its_list() -> None:
    """No rule is run twice, and none of the rules that never block gives an error."""
    assert len(set(CHECKS)) == len(CHECKS)
    assert len(set(NOTES)) == len(NOTES)
    assert {code.severity for code in (Code.ALL_THE_SAME, Code.NO_EVIDENCE, Code.FAR_APART, Code.LOW_COVERAGE)} == {Severity.INFO}


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        ([], None),
        ([Code.IGNORED], Severity.INFO),
        ([Code.IGNORED, Code.SMALL_SHARE], Severity.WARNING),
        ([Code.SMALL_SHARE, Code.BAD_VALUE, Code.IGNORED], Severity.ERROR),
    ],
)
def test_the_gravest_finding_decides(codes: list[Code], found: Severity | None) -> None:
    """error before warning before info; none without findings."""
    assert worst(Finding(code) for code in codes) is found


# --- what counts


@pytest.mark.parametrize(
    ("said", "state", "figure"),
    [
        ({"level": 2}, Answered(2), None),
        ({"level": 0}, Answered(0), None),
        ({}, BLANK, None),
        ({"level": UNSURE}, UNKNOWN, None),
        ({"level": NA, "reason": "pas de stock"}, NotApplicable("pas de stock"), None),
        ({"level": NA}, BLANK, None),  # no reason: not counted
        ({"measure": 30.0}, Answered(2), 30.0),  # the figure gives the level
        ({"level": 1, "measure": 30.0}, Answered(1), 30.0),
        ({"level": 5, "measure": 30.0}, BLANK, None),  # contradicted: neither counts
        ({"measure": 130.0}, BLANK, None),
        ({"faulty": frozenset({"level"})}, BLANK, None),  # not understood: never guessed
        ({"measure": 30.0, "faulty": frozenset({"level"})}, BLANK, None),
        ({"level": 4, "faulty": frozenset({"measure"})}, BLANK, None),
        ({"measure": 0.3}, Answered(0), 0.3),  # a warning does not cost the answer
    ],
)
def test_what_is_faulty_is_blank_and_keeps_the_words_beside_it(said: Mapping[str, Any], state: State, figure: float | None) -> None:
    """An error costs the level and the figure of its row, never its evidence and comment, nor another row."""
    given_rows = returned({"AX2": {"evidence": "Tableau", "comment": "2026", **said}, "BX1": {"level": 4}})
    settled = answers(MODEL, given_rows, check(MODEL, given_rows))
    assert settled["AX2"] == Answer(state, figure, said.get("reason", ""), "Tableau", "2026")
    assert settled["BX1"].state == Answered(4)


def test_an_indicator_answered_twice_differently_is_not_counted() -> None:
    """Neither of two contradicting answers counts; an unknown code counts nowhere; a missing row is blank."""
    rows = [*returned({"AX1": {"level": 3}})[:3], row("AX1", 20, level=4), row("ZZ9", 21, level=5)]
    settled = answers(MODEL, rows, check(MODEL, rows))
    assert {code: answer.state for code, answer in settled.items()} == dict.fromkeys(MODEL.indicators, BLANK)


def test_what_was_written_in_a_second_row_is_kept() -> None:
    """Nothing that a person wrote is lost because the row stands twice."""
    rows = returned({"AX1": {"level": 3, "evidence": "Plan", "comment": "vu"}}, row("AX1", 20, level=4, evidence="Plan", comment="revu"))
    kept = answers(MODEL, rows, check(MODEL, rows))["AX1"]
    assert (kept.state, kept.evidence, kept.comment.splitlines()) == (BLANK, "Plan", ["vu", "revu"])


def test_a_figure_that_was_not_asked_for_is_left_aside() -> None:
    """An indicator without a measure keeps its level and no figure."""
    rows = returned({"AX1": {"level": 5, "measure": 1.0}})
    assert answers(MODEL, rows, check(MODEL, rows))["AX1"] == Answer(Answered(5))


ROWS = st.fixed_dictionaries(
    {
        "level": st.one_of(st.none(), st.integers(0, 5), st.sampled_from(Pick)),
        "measure": st.none() | st.floats(-10, 200),
        "reason": st.sampled_from(["", "pas de stock"]),
        "faulty": st.sampled_from([frozenset[str](), frozenset({"level"}), frozenset({"measure"})]),
    }
)


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from([*MODEL.indicators, "ZZ9"]), ROWS), max_size=8))
def test_whatever_was_typed_every_indicator_has_one_answer(typed: list[tuple[str, dict[str, Any]]]) -> None:
    """No combination of rows raises; an indicator with an error counts as blank; every other answer is what was said or the ceiling."""
    rows = [row(code, line, **said) for line, (code, said) in enumerate(typed, 7)]
    findings = check(MODEL, rows)
    settled = answers(MODEL, rows, findings)
    wrong = {finding.facts["indicator"] for finding in findings if finding.code.severity is Severity.ERROR}
    assert list(settled) == list(MODEL.indicators)
    assert all(answer.state == BLANK for code, answer in settled.items() if code in wrong)
    for code, answer in settled.items():
        levels = {said["level"] for other, said in typed if other == code}
        assert answer.level is None or answer.level in levels or answer.measure is not None


# --- plausibility


def noted(levels: Sequence[int | State], evidence: str = "vu", groups: int = 1) -> list[str]:
    """The codes of what is worth a question in a lever with these levels (several levers when ``groups`` is more)."""
    states = [Answered(level) if isinstance(level, int) else level for level in levels]
    coded = [[(f"{letter}X{n}", state) for n, state in enumerate(states, 1)] for letter in "ABCDEF"[:groups]]
    model = small_model(*(tuple(indicator(code) for code, _ in lever) for lever in coded))
    return [
        finding.code.name for finding in note(model, {code: Answer(state, evidence=evidence) for lever in coded for code, state in lever})
    ]


@pytest.mark.parametrize(
    ("levels", "found"),
    [
        ([3] * 10, ["ALL_THE_SAME"]),
        ([3] * 9, []),
        ([*[3] * 10, 4], []),
        ([*[3] * 9, UNKNOWN], []),
        ([1, 5], ["FAR_APART"]),
        ([1, 4], []),
        ([1, NotApplicable("x"), 5], []),  # not neighbours
        ([3, 3, UNKNOWN, BLANK], []),
        ([3, UNKNOWN, BLANK], ["LOW_COVERAGE"]),
        ([BLANK, BLANK], ["LOW_COVERAGE"]),
        ([NotApplicable("x"), NotApplicable("x")], []),  # nothing is expected
    ],
)
def test_what_is_possible_but_surprising_is_worth_a_question(levels: list[int | State], found: list[str]) -> None:
    """Ten alike, neighbours four levels apart, a lever with less than half of its answers: for the consultant's eye."""
    assert noted(levels) == found


def test_the_highest_level_without_a_word_of_evidence_is_told_once_for_all() -> None:
    """One finding names every indicator at level 5 that cites nothing."""
    assert noted([5, 4, 5], evidence="") == ["NO_EVIDENCE"]
    assert noted([5, 4, 5]) == []
    assert noted([4, 4], evidence="", groups=3) == []
