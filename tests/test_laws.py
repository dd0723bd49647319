"""Laws that hold for any answers: what is written is what is read, the same input gives the same bytes, and no damage of layout harms."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from dimm_xl import catalogue
from dimm_xl.assessment import BLANK, UNKNOWN, Answer, Answered, Assessment, NotApplicable, Return
from dimm_xl.findings import Code, Severity
from dimm_xl.issuing import Wanted, fill
from dimm_xl.layout import RESPONDENT
from dimm_xl.model import Indicator, Profile
from dimm_xl.returns import read_return
from dimm_xl.sample import Drawn, sample
from dimm_xl.sheet import text
from tests.support import at_level, questionnaire_bytes

ROOT = Path(__file__).parents[1]
WHOLE = catalogue.load()
PROFILES = st.builds(Profile, st.sampled_from([sector.id for sector in WHOLE.sectors]), st.sampled_from([size.id for size in WHOLE.sizes]))
ODD = (
    "",
    "=1+1",
    "- deux sites",
    "@x",
    "'cité",
    "é" * 300,
    "a\r\nb\n\nc",
    "\u00a0 \u200b",
    "_x0041_",
    "🏨",
    "x\ud800\x07",
    "?",
    "N/A",
    "007",
)
TEXTS = st.sampled_from(ODD) | st.text(max_size=12)
LAW = settings(max_examples=25, deadline=None, derandomize=True, phases=(Phase.generate, Phase.shrink))


@st.composite
def said(draw: st.DrawFn, one: Indicator) -> Answer:
    """Any answer that reading can settle: the level never above the figure, a reason where it is needed."""
    reason, evidence, comment = draw(TEXTS), draw(TEXTS), draw(TEXTS)
    figure, ceiling = None, WHOLE.scale.highest
    state = draw(st.sampled_from(("level", "not applicable", "unknown", "blank")))
    if one.measure and state != "blank" and draw(st.booleans()):
        figure = draw(st.sampled_from(one.measure.thresholds) | st.decimals(0, int(one.measure.highest or 500), places=2).map(float))
        ceiling = one.measure.ceiling(figure)
    if state == "not applicable":
        reason = draw(TEXTS.filter(text))
        return Answer(NotApplicable(reason), figure, reason, evidence, comment)
    if state == "level":
        return Answer(Answered(draw(st.integers(0, ceiling))), figure, reason, evidence, comment)
    return Answer(UNKNOWN if state == "unknown" else BLANK, figure, reason, evidence, comment)


@st.composite
def assessments(draw: st.DrawFn) -> Assessment:
    """Any assessment of any profile, edition and language, some of its indicators answered."""
    profile, edition = draw(PROFILES), draw(st.sampled_from([edition.id for edition in WHOLE.editions]))
    asked = WHOLE.at_edition(edition).at(profile).indicators
    answers = {code: draw(said(asked[code])) for code in sorted(draw(st.sets(st.sampled_from(list(asked)), max_size=12)))}
    respondent = {field: draw(TEXTS) for field in RESPONDENT} | {"consent": draw(st.sampled_from(("yes", "no", "")))}
    return Assessment(draw(TEXTS), profile, "dimm", edition, draw(st.sampled_from(WHOLE.languages)), None, answers, respondent)


def tidied(answer: Answer) -> Answer:
    """An answer with its texts as they are read: without unseen marks and stray blanks."""
    reason = text(answer.reason)
    state = NotApplicable(reason) if isinstance(answer.state, NotApplicable) else answer.state
    return Answer(state, answer.measure, reason, text(answer.evidence), text(answer.comment))


@LAW
@given(assessments())
def test_what_is_written_is_what_is_read(written: Assessment) -> None:
    """Whatever was answered, in whatever characters, comes back from the workbook, and nothing is found amiss."""
    found = read_return("retour.xlsx", fill(Wanted(), written))
    assert found.assessment is not None
    asked = WHOLE.at_edition(written.edition).at(written.profile).indicators
    name = text(written.organisation)
    wanted = replace(
        written,
        organisation=name or "retour",
        answers={code: tidied(written.answer(code)) for code in asked},
        respondent={field: text(value) for field, value in written.respondent.items() if text(value)},
    )
    assert found.assessment == wanted
    amiss = {finding.code for finding in found.findings if finding.code.severity is not Severity.INFO}
    assert amiss <= ({Code.SMALL_SHARE} if name else {Code.SMALL_SHARE, Code.NO_ORGANISATION})


@settings(LAW, max_examples=6)
@given(assessments())
def test_the_same_answers_give_the_same_bytes(written: Assessment) -> None:
    """Written twice, in whatever order the answers came, a questionnaire is the same file."""
    turned = replace(written, answers={code: written.answers[code] for code in reversed(list(written.answers))})
    assert fill(Wanted(), written) == fill(Wanted(), turned)


def test_neither_clock_nor_place_nor_chance_changes_a_file() -> None:
    """Another process, with another time zone, language and hash seed, writes the same bytes."""
    program = "import sys; from tests.support import *; sys.stdout.buffer.write(questionnaire_bytes(at_level(3)))"
    seen = set()
    for seed, zone, tongue in (("1", "Pacific/Auckland", "C"), ("2", "America/Lima", "fr_FR.UTF-8")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": tongue}
        seen.add(subprocess.run([sys.executable, "-c", program], env=env, cwd=ROOT, capture_output=True, check=True).stdout)
    assert seen == {questionnaire_bytes(at_level(3))}


# --- damage to the layout

Grid = list[list[Any]]


def bare(title: str) -> str:
    """A header without its accents."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", title) if not unicodedata.combining(letter))


def foreign(title: str) -> str:
    """A header in the other language, where it has one."""
    labels = [catalogue.words(lang).labels for lang in WHOLE.languages]
    pairs = {one[key]: other[key] for one, other in permutations(labels) for key in one if key.startswith("column.")}
    return pairs.get(title, title)


HEADERS: Mapping[str, Callable[[str], str]] = {
    "as issued": str,
    "in capitals": str.upper,
    "in small letters": str.lower,
    "without accents": bare,
    "among blanks": lambda title: f" \u00a0{title}\n ",
    "in the other language": foreign,
}


@dataclass(frozen=True)
class Damage:
    """What people do: rows put above, headers retyped, columns and rows moved, a column of notes added, sheets renamed and moved."""

    above: int = 0
    headers: str = "as issued"
    columns: bool = False
    rows: bool = False
    notes: bool = False
    renamed: bool = False
    moved: bool = False
    seed: int = 0


YES = st.booleans()
DAMAGE = st.builds(
    Damage, st.integers(0, 20), st.sampled_from(list(HEADERS)), YES, YES, YES, renamed=YES, moved=YES, seed=st.integers(0, 99)
)


@cache
def issued(lang: str) -> tuple[Mapping[str, Grid], Return]:
    """A filled questionnaire as grids, and what is read from it undamaged."""
    content = fill(Wanted(), next(sample(Drawn(1, 4, "health", "sme", lang))))
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    grids = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    return {name: [list(row) for row in grid] for name, grid in grids.items()}, read_return("x", content)


def damaged(grids: Mapping[str, Grid], damage: Damage, lang: str) -> bytes:
    """The workbook after the damage."""
    chance = random.Random(damage.seed)
    names = list(grids)
    if damage.moved:
        chance.shuffle(names)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for n, name in enumerate(names):
            sheet = book.add_worksheet(f"Feuille {n}" if damage.renamed else name)
            for r, row in enumerate(hurt(grids[name], damage, chance, catalogue.words(lang)("column.code"))):
                for c, value in enumerate(row):
                    if value != "":
                        (sheet.write_string if isinstance(value, str) else sheet.write_number)(r, c, value)
    return out.getvalue()


def hurt(grid: Grid, damage: Damage, chance: random.Random, key: str) -> Grid:
    """A lever's grid after the damage; other sheets stay as they are."""
    top = next((r for r, row in enumerate(grid) if row[0] == key), None)
    if top is None:
        return grid
    header, rows = [HEADERS[damage.headers](title) for title in grid[top]], grid[top + 1 :]
    whole = [*([["à lire"]] * damage.above), *grid[:top], header, *(chance.sample(rows, len(rows)) if damage.rows else rows)]
    width = len(header)
    order = list(range(width + damage.notes))
    if damage.columns:
        chance.shuffle(order)
    padded = [[*row, *[""] * (width - len(row)), "Notes" if row is header else "4"] for row in whole]
    return [[row[c] for c in order] for row in padded]


@LAW
@given(DAMAGE, st.sampled_from(WHOLE.languages))
def test_no_damage_to_the_layout_changes_an_answer(damage: Damage, lang: str) -> None:
    """Columns and rows moved, rows put above, headers retyped, sheets renamed and moved: every answer is read as it was given."""
    grids, before = issued(lang)
    found = read_return("x", damaged(grids, damage, lang))
    assert before.assessment is not None
    assert found.assessment is not None, found.findings
    assert found.assessment.answers == before.assessment.answers
    assert (found.assessment.profile, found.assessment.edition, found.assessment.lang) == (Profile("health", "sme"), "v2", lang)
    errors = [[finding.code for finding in one.findings if finding.code.severity is Severity.ERROR] for one in (found, before)]
    assert errors == [[], []]


@pytest.mark.parametrize("damage", [Damage(renamed=True), Damage(moved=True), Damage(renamed=True, moved=True, seed=1)])
@pytest.mark.parametrize("lang", WHOLE.languages)
def test_who_answered_is_known_wherever_the_profile_sheet_stands_and_whatever_it_is_called(damage: Damage, lang: str) -> None:
    """Renamed, moved or both, the profile sheet still tells the organisation and the respondent."""
    grids, before = issued(lang)
    found = read_return("x", damaged(grids, damage, lang))
    assert before.assessment is not None
    assert found.assessment is not None
    assert found.assessment.organisation == before.assessment.organisation
    assert found.assessment.respondent == before.assessment.respondent
