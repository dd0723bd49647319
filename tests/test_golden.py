"""What small workbooks look like, part by part, as text that git can show; `make golden` accepts a change."""

from __future__ import annotations

import difflib
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dimm_xl import catalogue
from dimm_xl.assessment import UNKNOWN, Answer, Answered, Assessment, NotApplicable, Return, Status
from dimm_xl.catalogue import look
from dimm_xl.findings import Code, Finding
from dimm_xl.model import Measure, Model, Profile
from dimm_xl.page import Book
from dimm_xl.questionnaire import Request, questionnaire
from dimm_xl.report.compared import Compared
from dimm_xl.report.organisation import organisation_book
from dimm_xl.report.portfolio import Beside, portfolio_book
from dimm_xl.report.result import Peers, Result
from dimm_xl.review import Opinion, validated
from dimm_xl.scoring import Spread, score
from dimm_xl.workbook.write import write
from tests.support import as_text, indicator, small_model

GOLDEN = Path(__file__).parent / "golden"
SHARE = Measure(
    figure={"fr": "Part", "en": "Share"}, unit={"fr": "%", "en": "%"}, better="high", thresholds=(5, 25, 50, 75, 95), highest=100
)
MODEL = small_model((indicator("AX1", 3), indicator("AX2", 1)), (indicator("BX1", 2, measure=SHARE), indicator("BX2")))
ANSWERS = {
    "AX1": Answer(Answered(4), evidence="Plan signé"),
    "AX2": Answer(NotApplicable("pas de stock"), reason="pas de stock"),
    "BX1": Answer(Answered(2), 30.0, comment="- deux sites"),
    "BX2": Answer(UNKNOWN),
}


def book(name: str) -> Book:
    """Compose one of the golden workbooks."""
    profile = Profile("tourism", "sme")
    model: Model = MODEL.at(profile)
    said = Assessment("Hôtel d’essai", profile, model.id, "v1", "fr", answers={} if name == "questionnaire-blank" else ANSWERS)
    words = catalogue.words("fr")
    result = Result("hotel-d-essai", "retour.xlsx", "0" * 64, model, said, score(model, said))
    if name.startswith("organisation"):
        return organisation_book(again(result) if name.endswith("again") else result, words)
    if name.startswith("consolidated"):
        several = [replace(result, id=f"hotel-{n}", assessment=replace(said, organisation=f"Hôtel {n}")) for n in range(6)]
        finding = Finding(Code.BAD_VALUE, "r.xlsx", "Feuille", "I7", {"value": "7", "column": "Niveau", "expects": "kind.level"})
        returns = [Return(f"{n}.xlsx", "0" * 64, Status.ACCEPTED, one.assessment, (finding,)) for n, one in enumerate(several)]
        if name == "consolidated":
            return portfolio_book(MODEL, several, returns, words)
        now = [replace(again(result), id=one.id, assessment=one.assessment) for one in several]
        return portfolio_book(MODEL, now, returns, words, Beside(Compared(tuple(now), (several[0],))))
    return questionnaire(model, said, Request(words))


def again(result: Result) -> Result:
    """The same organisation with everything that a result can tell besides: peers, last time, two respondents, a second opinion."""
    spread = Spread(6, 1.5, 2.5, 3.5)
    model, said = result.model, result.assessment
    second = replace(
        said, answers={**ANSWERS, "AX1": Answer(Answered(1), comment="vu du terrain")}, respondent={"respondent": "Claire Fontaine"}
    )
    parts = tuple(Return(f"{n}.xlsx", f"{n}" * 64, Status.ACCEPTED, one) for n, one in enumerate((said, second)))
    opinions = {"AX1": Opinion(Answered(3), "plan sans budget", date(2027, 3, 1), "Paul Renard")}
    reviewed, before = validated(said, opinions), replace(said, answers={**ANSWERS, "AX1": Answer(Answered(1))})
    return replace(
        result,
        assessment=reviewed,
        scores=score(model, reviewed),
        parts=parts,
        opinions=opinions,
        declared=replace(result, parts=parts),
        last=replace(result, assessment=before, scores=score(model, before), file="avant.xlsx"),
        peers=Peers("sector", 6, {"A": spread, "B": spread}, "Référence d’essai"),
    )


NAMES = ("questionnaire-blank", "questionnaire-filled", "organisation", "organisation-again", "consolidated", "consolidated-again")


@pytest.mark.parametrize("name", NAMES)
def test_a_workbook_changes_only_when_someone_accepts_the_change(name: str) -> None:
    """Every XML part of a small workbook equals its golden text."""
    made = as_text(write(book(name), look()))
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("DIMM_XL_GOLDEN") == "accept":
        path.parent.mkdir(exist_ok=True)
        path.write_text(made, "utf-8")
    kept = path.read_text("utf-8").splitlines()
    difference = list(difflib.unified_diff(kept, made.splitlines(), f"golden/{name}.txt", "now", lineterm="", n=2))
    assert not difference, "\n".join([*difference[:60], "accept it with: make golden"])
