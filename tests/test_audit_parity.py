"""The level that an auditor sees beside the verdicts is the level that counts: recalculated by LibreOffice and by Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest

from dimm_xl import audit, catalogue
from dimm_xl.assessment import Answered, Assessment, Blank, NotApplicable
from dimm_xl.model import Model, Profile
from dimm_xl.page import Table
from dimm_xl.questionnaire import Request, questionnaire
from dimm_xl.workbook.write import write
from tests.audits import MIXED, an_audit
from tests.office import Office
from tests.test_parity import (
    EACH,
    SECTORS,
    WHOLE,
    Grids,
    Typed,
    Written,
    at,
    filled_in,
    row_differences,
    score_differences,
    stored_differences,
)

pytestmark = pytest.mark.office


class Audit(Written):
    """A written audit; its rows are those of indicators."""

    def rows(self) -> Iterator[tuple[str, Table, int]]:
        """Each indicator with its table and row."""
        yield from ((code, table, n) for code, table, n in self.every_row() if code in self.model.indicators)

    def every_row(self) -> Iterator[tuple[str, Table, int]]:
        """Each indicator and each demand with its table and row."""
        yield from super().rows()


def composed(model: Model, said: Assessment) -> Audit:
    """Compose and write an audit."""
    book = questionnaire(model, said, Request(catalogue.words(said.lang)))
    return Audit(model, said, book, write(book, catalogue.look()))


def level_differences(made: Audit, grids: Grids, said: Assessment) -> list[object]:
    """Where the level shown beside an indicator's name is not the one that its answer has."""
    words = catalogue.words(made.assessment.lang)
    wrong: list[object] = []
    for code, table, n in made.rows():
        state = said.answer(code).state
        wanted = state.level if isinstance(state, Answered) else words("level.not_applicable") if isinstance(state, NotApplicable) else "–"
        if (shown := at(grids, table, "reached", n)) != wanted:
            wrong.append((code, shown, wanted))
    return wrong


def differences(office: Office, folder: Path, made: Audit) -> list[object]:
    """Everything in which the recalculated workbook differs from the audit it was written from and from what it stored."""
    path, said = folder / "audit.xlsx", made.assessment
    path.write_bytes(made.content)
    grids = office.grids(path)
    rows = row_differences(made, grids, said) + level_differences(made, grids, said)
    return score_differences(made, grids, said) + rows + stored_differences(made, grids)


@pytest.mark.parametrize(("size", "lang"), EACH)
def test_the_level_beside_the_verdicts_is_the_level_that_counts(office: Office, tmp_path: Path, size: str, lang: str) -> None:
    """Levels, scores, states and totals of an audit, recalculated, equal audit.derived, dimm_xl.scoring and what the file stored."""
    profile = Profile(SECTORS[EACH.index((size, lang))], size)
    model = WHOLE.at(profile)
    assert differences(office, tmp_path, composed(model, an_audit(model, profile, lang))) == []


PRIORITIES = Profile("retail", "sme")


@pytest.mark.parametrize("of", [(None,), ("met",), ("not_met",), ("not_applicable",), (*MIXED, None, None, "not_applicable")], ids=str)
def test_an_audit_of_one_kind_of_verdict_is_calculated_alike(office: Office, tmp_path: Path, of: tuple[None]) -> None:
    """Nothing judged, everything met, unmet or set aside: the ten priorities come to the same in both calculations."""
    model = WHOLE.at(PRIORITIES, "priorities-10")
    assert differences(office, tmp_path, composed(model, an_audit(model, PRIORITIES, "fr", of, "priorities-10"))) == []


SLIPS: tuple[tuple[str | None, str, str], ...] = (
    ("met", "", "complete"),
    ("met", "", "complete"),
    ("met", "", "complete"),
    ("not_met", "", "complete"),
    ("met", "", "complete"),
    ("not_applicable", "aucun stock", "not_applicable"),
    ("not_applicable", "", "why"),
    ("met", "", "complete"),
    ("peut-être", "", "wrong"),
    ("met", "", "complete"),
    ("not_applicable", "   ", "why"),
)
"""What is typed beside a demand: a verdict (as an id where it is one), a reason; and the state that the row shows."""
FIGURES: tuple[str | float | None, ...] = (None, "first", "last", -1, "cher")
"""What is typed as a figure: the threshold of level 1 or of level 5, or what is none."""


def filling(made: Audit) -> tuple[list[Typed], Mapping[str, str]]:
    """What is typed into a blank audit, right and wrong, and the states that the demands' rows then show."""
    words = catalogue.words(made.assessment.lang)
    cells: list[Typed] = []
    states = {}
    slips, figures = cycle(SLIPS), cycle(FIGURES)
    for code, table, n in made.every_row():
        entries: dict[str, str | float | None]
        if one := made.model.indicators.get(code):
            thresholds = {"first": one.measure.thresholds[0], "last": one.measure.thresholds[-1]} if one.measure else {}
            figure = next(figures) if one.measure else None
            entries = {"measure": thresholds.get(figure, figure) if isinstance(figure, str) else figure}
        else:
            verdict, reason, states[code] = next(slips)
            label = words.labels.get(f"verdict.{verdict}", verdict)
            entries = {"verdict": label, "reason": reason, "evidence": "vu sur place"}
        cells += [
            (span.sheet, span.top, span.left, value) for field, value in entries.items() if value for span in [table.span(field, n, n)]
        ]
    return cells, states


@pytest.mark.parametrize(("size", "lang"), EACH)
def test_what_is_typed_into_an_audit_counts_alike_live_and_when_read(office: Office, tmp_path: Path, size: str, lang: str) -> None:
    """Verdicts, reasons and figures, right and wrong, give the levels and scores that reading the return gives; each row says its state."""
    profile = Profile(SECTORS[-1 - EACH.index((size, lang))], size)
    model = WHOLE.at(profile)
    blank = replace(an_audit(model, profile, lang, (None,)), answers={})
    made = composed(model, blank)
    cells, states = filling(made)
    said, grids = filled_in(office, tmp_path, made, cells)
    assert {type(answer.state) for answer in said.answers.values()} >= {Answered, Blank}
    assert score_differences(made, grids, said) + row_differences(made, grids, said) + level_differences(made, grids, said) == []
    words = catalogue.words(lang)
    shown = {code: at(grids, table, "state", n) for code, table, n in made.every_row() if code in states}
    assert {code: (shown[code], key) for code, key in states.items() if shown[code] != words(f"state.{key}")} == {}


def test_a_demand_that_can_change_nothing_any_more_says_so(office: Office, tmp_path: Path) -> None:
    """Once a demand is not met, those above it need no verdict: their rows and the lever's progress say it, live."""
    model = WHOLE.at(PRIORITIES, "priorities-10")
    made = composed(model, replace(an_audit(model, PRIORITIES, "en", (None,), "priorities-10"), answers={}))
    words = catalogue.words("en")
    first = {(code.split(".")[0]): (table, n) for code, table, n in reversed(list(made.every_row())) if code not in model.indicators}
    cells: list[Typed] = [
        (span.sheet, span.top, span.left, words("verdict.not_met")) for span in (t.span("verdict", n, n) for t, n in first.values())
    ]
    said, grids = filled_in(office, tmp_path, made, cells)
    assert {answer.state for answer in said.answers.values()} == {Answered(0)}
    rest = {
        at(grids, table, "state", n)
        for code, table, n in made.every_row()
        if code in audit.keys(model) and (table, n) not in first.values()
    }
    assert rest == {words("audit.state.idle")}
    assert str(grids[made.book.pages[0].name][4][0]) == words("start.ready.yes")
