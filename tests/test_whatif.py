"""The what-if of a result workbook: what a spreadsheet program projects is what the scoring rules project."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from dimm_xl import catalogue
from dimm_xl.assessment import UNKNOWN, Answer, NotApplicable
from dimm_xl.catalogue import look
from dimm_xl.page import Formula, Page, Table
from dimm_xl.report.organisation import organisation_book
from dimm_xl.report.result import Result
from dimm_xl.report.whatif import planned, projected, whatif_page
from dimm_xl.roadmap import steps
from dimm_xl.scoring import score
from dimm_xl.workbook.write import write
from tests.office import Office
from tests.support import HOTEL, assessed, at_level

WORDS = catalogue.words("fr")


def result(level: int = 2) -> Result:
    """A hotel at one level, with one indicator set aside and two unknown."""
    model = catalogue.load().at(HOTEL)
    answers = at_level(level)
    codes = list(answers)
    answers[codes[0]] = Answer(NotApplicable("pas de stock"), reason="pas de stock")
    answers |= {codes[9]: Answer(UNKNOWN), codes[30]: Answer()}
    said = assessed(answers)
    return Result("hotel", "retour.xlsx", "0" * 64, model, said, score(model, said))


def table(page: Page, name: str) -> Table:
    """A table of a page by name."""
    return next(one for one in page.tables if one.name == name)


def test_the_first_actions_are_planned_one_level_higher_and_nothing_else() -> None:
    """Before anybody plans, each of the six first actions gains a level and every other indicator stays where it is."""
    one = result()
    roadmap = steps(one.model, one.scores)
    first = {step.indicator.code for step in roadmap[:6]}
    assert planned(one, roadmap) == {
        code: level + (code in first) for code in one.model.indicators if (level := one.assessment.answer(code).level) is not None
    }


def test_what_is_stored_is_what_the_rules_project() -> None:
    """The values beside the formulas are the scores of the planned levels, so that a preview shows them."""
    one = result()
    roadmap = steps(one.model, one.scores)
    then = projected(one, planned(one, roadmap))
    stored = {str(row.values["code"]): row.values["planned"] for row in table(whatif_page(one, roadmap, WORDS), "whatif_levers").rows}
    assert {code: value.value for code, value in stored.items() if isinstance(value, Formula)} == {
        code: each.value for code, each in then.levers.items()
    }


def test_an_organisation_at_its_targets_has_nothing_to_simulate() -> None:
    """Without a gap, the sheet says so and plans the present levels."""
    one = result(level=5)
    page = whatif_page(one, steps(one.model, one.scores), WORDS)
    assert WORDS("whatif.title.none") in [put.value for put in page.puts]


@pytest.mark.office
def test_a_spreadsheet_program_projects_what_the_rules_project(office: Office, tmp_path: Path) -> None:
    """Whatever levels are planned, each lever's and the overall projected score equal scoring.py to 1e-9."""
    one, chance = result(), random.Random(7)
    roadmap = steps(one.model, one.scores)
    page = whatif_page(one, roadmap, WORDS)
    indicators, levers = table(page, "whatif"), table(page, "whatif_levers")
    levels = {code: chance.randint(0, 5) for code in planned(one, roadmap)}
    workbook, typed = tmp_path / "result.xlsx", tmp_path / "typed.xlsx"
    workbook.write_bytes(write(organisation_book(one, WORDS), look()))
    cells = []
    for n, row in enumerate(indicators.rows):
        if row.values["code"] in levels:
            span = indicators.span("planned", n, n)
            cells.append((span.sheet, span.top, span.left, levels[str(row.values["code"])]))
    assert office.fill(workbook, typed, cells) == []
    for path, plan in ((workbook, planned(one, roadmap)), (typed, levels)):
        then = projected(one, plan)
        spans = [levers.span("planned", n, n) for n in range(len(levers.rows))]
        wanted = [(span.sheet, span.top, span.left) for span in spans]
        overall = next(put for put in page.puts if isinstance(put.value, Formula))
        shown = office.values(path, [*wanted, (page.name, overall.row, overall.col)])
        assert shown == pytest.approx([*(each.value for each in then.levers.values()), then.overall.value], abs=1e-9)
