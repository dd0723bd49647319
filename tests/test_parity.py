"""One rule set, two calculations: the live score of a questionnaire and the score in Python, compared through LibreOffice."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, product
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from dimm_xl import catalogue
from dimm_xl.assessment import UNKNOWN, Answer, Answered, Assessment, Blank, NotApplicable, Unknown
from dimm_xl.model import Indicator, Measure, Model, Profile
from dimm_xl.page import Book, Table
from dimm_xl.questionnaire import Request, questionnaire
from dimm_xl.returns import read_return
from dimm_xl.scoring import Score, score
from dimm_xl.workbook.write import write
from tests.office import Office

pytestmark = pytest.mark.office

WHOLE = catalogue.load()
SIZES = tuple(size.id for size in WHOLE.sizes)
SECTORS = tuple(sector.id for sector in WHOLE.sectors)
EACH = [(size, lang) for size in SIZES for lang in WHOLE.languages]
SCORED = ("value", "low", "high", "answered", "expected", "target")

Cell = str | float | None
Grids = Mapping[str, Sequence[Sequence[Cell]]]
Typed = tuple[str, int, int, str | float]
FILLINGS: Mapping[str, tuple[str, ...]] = {
    "empty": ("blank",),
    "partial": ("blank", "blank", "level", "figure"),
    "full": ("level", "figure"),
    "mixture": ("blank", "level", "level", "figure", "set aside", "unknown"),
}


def drawn(one: Indicator, state: str, chance: random.Random) -> Answer:
    """An answer as reading a return would give it: the level never above what the figure allows."""
    figure = None if one.measure is None else chance.choice(figures(one.measure))
    ceiling = 5 if one.measure is None or figure is None else one.measure.ceiling(figure)
    match state:
        case "level":
            return Answer(Answered(chance.randint(0, 5)), evidence=chance.choice(("", "Audit")))
        case "figure":
            return Answer(Answered(chance.randint(0, ceiling)), figure)
        case "set aside":
            return Answer(NotApplicable("aucun stock"), figure, reason="aucun stock")
        case "unknown":
            return Answer(UNKNOWN, figure)
    return Answer()


def figures(measure: Measure) -> list[float]:
    """Figures on every threshold, between them and at both ends."""
    highest = measure.highest or 500.0
    return [*measure.thresholds, *(min(threshold + 0.25, highest) for threshold in measure.thresholds), 0.0, highest]


@dataclass(frozen=True)
class Written:
    """A questionnaire as it was composed and as bytes, for the assessment it holds."""

    model: Model
    assessment: Assessment
    book: Book
    content: bytes

    def table(self, name: str) -> Table:
        """The composed table of that name."""
        return next(table for page in self.book.pages for table in page.tables if table.name == name)

    def rows(self) -> Iterator[tuple[str, Table, int]]:
        """Each indicator with its table and row."""
        tables = [self.table(f"lever_{lever.code}") for lever in self.model.levers]
        yield from ((str(row.values["code"]), table, n) for table in tables for n, row in enumerate(table.rows) if not row.heading)


def written(model: Model, states: Sequence[str], profile: Profile, lang: str, selection: str | None = None) -> Written:
    """Compose and write a questionnaire of a resolved model, each answer in one of ``states``, drawn by chance."""
    chance = random.Random(f"{profile}/{lang}/{states}")
    answers = {code: drawn(one, chance.choice(states), chance) for code, one in model.indicators.items()}
    assessment = Assessment("Hôtel", profile, model.id, model.edition.id, lang, selection, answers)
    book = questionnaire(model, assessment, Request(catalogue.words(lang)))
    return Written(model, assessment, book, write(book, catalogue.look()))


def at(grids: Grids, table: Table, field: str, n: int) -> Cell:
    """The cell of a table's field in its n-th row."""
    span = table.span(field, n, n)
    return grids[span.sheet][span.top][span.left]


def same(found: Cell, wanted: Cell) -> bool:
    """Whether two cells hold the same: text alike, numbers to 1e-9."""
    numbers = isinstance(found, int | float) and isinstance(wanted, int | float)
    return abs(found - wanted) <= 1e-9 if numbers else found == wanted  # type: ignore[operator]


def score_differences(made: Written, grids: Grids, said: Assessment) -> list[object]:
    """Where a live score is not what dimm_xl.scoring says of ``said``."""
    scores = score(made.model, said)
    scopes: dict[str, list[Score]] = {
        "overall": [scores.overall],
        "synthesis": list(scores.levers.values()),
        "synthesis_groupings": list(scores.groupings.values()),
    }
    wrong: list[object] = []
    for name, several in scopes.items():
        table = made.table(name)
        assert len(table.rows) == len(several)
        for n, field in product(range(len(several)), SCORED):
            known, found = getattr(several[n], field), at(grids, table, field, n)
            if not same(found, "" if known is None else float(known)):
                wrong.append((name, table.rows[n].values["name"], field, found, known))
    return wrong


def row_differences(made: Written, grids: Grids, said: Assessment) -> list[object]:
    """Where an indicator's level that counts, expected or dealt with is not what its answer says."""
    wrong: list[object] = []
    for code, table, n in made.rows():
        answer = said.answer(code)
        wanted: dict[str, Cell] = {
            "counted": "" if answer.level is None else float(answer.level),
            "expected": 0.0 if isinstance(answer.state, NotApplicable) else 1.0,
            "done": 0.0 if isinstance(answer.state, Blank) else 1.0,
        }
        wrong += [(code, field, found, one) for field, one in wanted.items() if not same(found := at(grids, table, field, n), one)]
    return wrong


def state_differences(made: Written, grids: Grids, said: Mapping[str, str]) -> list[object]:
    """Where the state column does not show the word that ``said`` holds for the indicator."""
    words = catalogue.words(made.assessment.lang)
    shown = {code: at(grids, table, "state", n) for code, table, n in made.rows()}
    return [(code, shown[code], words(f"state.{key}")) for code, key in said.items() if shown[code] != words(f"state.{key}")]


def state_word(answer: Answer) -> str:
    """The key of the word that an untroubled row shows."""
    match answer.state:
        case NotApplicable():
            return "not_applicable"
        case Unknown():
            return "unknown"
        case Blank():
            return "todo"
        case Answered(level):
            return "evidence" if level >= 4 and not answer.evidence else "complete"


def stored_differences(made: Written, grids: Grids) -> list[object]:
    """Where any cell of any sheet, recalculated, is not what the file stored; the radar's hidden column alone may hold errors."""
    plots = [made.table(name).span("plot") for name in ("overall", "synthesis", "synthesis_groupings")]
    errors = {(span.sheet, row, span.left) for span in plots for row in range(span.top, span.bottom + 1)}
    book = CalamineWorkbook.from_filelike(io.BytesIO(made.content))
    wrong: list[object] = []
    for name, grid in grids.items():
        for r, row in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False)):
            for c, kept in enumerate(row):
                found, stored = grid[r][c], kept if isinstance(kept, str | float) else str(kept)
                expected_error = found is None and stored == "" and (name, r, c) in errors
                if not expected_error and not same(found, stored):
                    wrong.append((name, r, c, found, stored))
    return wrong


def differences(office: Office, folder: Path, made: Written) -> list[object]:
    """Everything in which the recalculated workbook differs from the assessment it was written from and from what it stored."""
    path, said = folder / "questionnaire.xlsx", made.assessment
    path.write_bytes(made.content)
    grids = office.grids(path)
    states = {code: state_word(said.answer(code)) for code in made.model.indicators}
    rows = row_differences(made, grids, said) + state_differences(made, grids, states)
    return score_differences(made, grids, said) + rows + stored_differences(made, grids)


@pytest.mark.parametrize(("size", "lang"), EACH)
def test_the_score_people_see_while_they_answer_is_the_score_they_get(office: Office, tmp_path: Path, size: str, lang: str) -> None:
    """Recalculated by LibreOffice, every live score, level, state and total equals dimm_xl.scoring and what the file stored."""
    for n, (filling, states) in enumerate(FILLINGS.items(), EACH.index((size, lang)) * len(FILLINGS)):
        profile = Profile(SECTORS[n % len(SECTORS)], size)
        made = written(WHOLE.at(profile), states, profile, lang)
        assert differences(office, tmp_path, made) == [], (filling, profile)


PME, GROUP = Profile("retail", "sme"), Profile("banking", "large")
BY_INDICATORS = replace(WHOLE, scoring=replace(WHOLE.scoring, overall="indicators"))
UNEQUAL = replace(WHOLE, levers=tuple(replace(lever, weight=1.0 + n / 2) for n, lever in enumerate(WHOLE.levers)))
VARIANTS: Mapping[str, tuple[Model, Profile, str | None]] = {
    "the ten priorities": (WHOLE.at(PME, "priorities-10"), PME, "priorities-10"),
    "the first edition": (WHOLE.at_edition("v1").at(GROUP), GROUP, None),
    "a mean over indicators": (BY_INDICATORS.at(GROUP), GROUP, None),
    "levers of unequal weight": (UNEQUAL.at(GROUP), GROUP, None),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_selections_editions_and_other_choices_of_scoring_are_live_too(office: Office, tmp_path: Path, variant: str) -> None:
    """The live score equals Python's for a selection, an older edition and both ways of weighing, empty, all set aside and mixed."""
    model, profile, selection = VARIANTS[variant]
    for states in (("blank",), ("set aside",), FILLINGS["mixture"]):
        made = written(model, states, profile, "fr", selection)
        assert differences(office, tmp_path, made) == [], (variant, states)


# --- what is typed into a blank questionnaire

Slip = tuple[str | float | None, str, int, str]
"""What is typed for an indicator: level (NA and ? in the language), reason, the level its figure reaches (0: none); the state it shows."""
PLAIN: tuple[Slip, ...] = (
    (None, "", 0, "todo"),
    (0, "", 0, "complete"),
    (3, "", 0, "complete"),
    (5, "", 0, "evidence"),
    ("NA", "aucun stock", 0, "not_applicable"),
    ("na", "aucun stock", 0, "not_applicable"),
    ("NA", "", 0, "why"),
    ("NA", "   ", 0, "why"),
    ("?", "", 0, "unknown"),
    (7, "", 0, "wrong"),
    (-1, "", 0, "wrong"),
    (2.5, "", 0, "wrong"),
    ("moyen", "", 0, "wrong"),
)
MEASURED: tuple[Slip, ...] = (
    (None, "", 3, "complete"),
    (None, "", 5, "evidence"),
    (2, "", 3, "complete"),
    (3, "", 3, "complete"),
    (4, "", 3, "above"),
    (4, "", 0, "evidence"),
    ("NA", "aucun stock", 2, "not_applicable"),
    ("NA", "", 2, "why"),
    ("?", "", 4, "unknown"),
    (2.5, "", 3, "wrong"),
    ("moyen", "", 3, "wrong"),
)


def typed(made: Written, table: Table, n: int, values: Mapping[str, Cell]) -> Iterator[Typed]:
    """The cells of one indicator's row that are typed into."""
    words = catalogue.words(made.assessment.lang)
    faces = {"NA": words("level.not_applicable"), "na": words("level.not_applicable").lower(), "?": words("level.unknown")}
    for field, value in values.items():
        if value is not None and value != "":
            span = table.span(field, n, n)
            yield span.sheet, span.top, span.left, faces.get(value, value) if isinstance(value, str) else value


def filled_in(office: Office, folder: Path, made: Written, cells: Sequence[Typed]) -> tuple[Assessment, Grids]:
    """Type into a questionnaire and save it, as a person would; return what is read from it and what LibreOffice shows."""
    blank, saved = folder / "blank.xlsx", folder / "filled-in.xlsx"
    blank.write_bytes(made.content)
    assert office.fill(blank, saved, cells) == []
    found = read_return(saved.name, saved.read_bytes())
    assert found.assessment is not None
    return found.assessment, office.grids(saved)


@pytest.mark.parametrize(("size", "lang"), EACH)
def test_the_live_sheet_counts_what_reading_the_return_counts(office: Office, tmp_path: Path, size: str, lang: str) -> None:
    """Right and wrong answers typed into a blank questionnaire count alike in the live sheet and when they are read back."""
    profile = Profile(SECTORS[EACH.index((size, lang))], size)
    made = written(WHOLE.at(profile), ("blank",), profile, lang)
    cells: list[Typed] = []
    states: dict[str, str] = {}
    for turn, (code, table, n) in enumerate(made.rows()):
        measure = made.model.indicators[code].measure
        level, reason, reached, states[code] = MEASURED[turn % len(MEASURED)] if measure else PLAIN[turn % len(PLAIN)]
        figure = measure.thresholds[reached - 1] if measure and reached else None
        cells += typed(made, table, n, {"level": level, "reason": reason, "measure": figure})
    said, grids = filled_in(office, tmp_path, made, cells)
    assert score_differences(made, grids, said) + row_differences(made, grids, said) == []
    assert state_differences(made, grids, states) == []
    left = [sum(isinstance(said.answer(one.code).state, Blank) for one in lever.indicators) for lever in made.model.levers]
    assert [at(grids, made.table("progress"), "left", n) for n in range(len(left))] == left
    assert str(grids[made.book.pages[0].name][4][0]).startswith(f"{sum(left)} ")


IMPOSSIBLE: tuple[tuple[float | None, float | str], ...] = ((None, -1), (2, -1), (None, 1000), (2, 1000), (None, "cher"), (2, "cher"))


def test_an_impossible_figure_counts_neither_live_nor_when_read(office: Office, tmp_path: Path) -> None:
    """A figure below zero, beyond the highest possible or in words takes its answer out of both calculations."""
    made = written(WHOLE.at(GROUP), ("blank",), GROUP, "fr")
    bounded = [(table, n) for code, table, n in made.rows() if (measure := made.model.indicators[code].measure) and measure.highest]
    slips = [(*row, {"level": level, "measure": figure}) for row, (level, figure) in zip(bounded, cycle(IMPOSSIBLE), strict=False)]
    said, grids = filled_in(office, tmp_path, made, [cell for table, n, values in slips for cell in typed(made, table, n, values)])
    assert len(slips) >= len(IMPOSSIBLE)
    assert all(isinstance(answer.state, Blank) for answer in said.answers.values())
    assert score_differences(made, grids, said) + row_differences(made, grids, said) == []
