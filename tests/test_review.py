"""A second opinion: typed in a workbook that a run writes, read back, weighed against what is declared, shown beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dimm_xl import catalogue
from dimm_xl.assessment import UNKNOWN, Answer, Answered, Assessment, NotApplicable, State
from dimm_xl.campaign import Summary, run
from dimm_xl.issuing import Wanted, fill
from dimm_xl.layout import review_sheet
from dimm_xl.opinions import read_review
from dimm_xl.report.lever import lever_page
from dimm_xl.report.page_one import page_one
from dimm_xl.report.result import Result
from dimm_xl.report.second import review_book, second_page
from dimm_xl.review import UNREVIEWED, Opinion, Typed, Weighed, differences, shown, validated, weigh
from dimm_xl.scoring import score
from dimm_xl.settings import Run
from dimm_xl.sheet import Pick, day
from dimm_xl.workbook.write import write
from tests.support import HOTEL, at_level, indicator, small_model
from tests.test_collect import lay

FR = catalogue.words("fr")
MODEL = small_model((indicator("AX1", 3), indicator("AX2")), (indicator("BX1"), indicator("BX2")))
NA = NotApplicable("pas de stock")
STATES: dict[str, State] = {"AX1": Answered(4), "AX2": Answered(2), "BX1": NA, "BX2": UNKNOWN}
DECLARED = Assessment("Hôtel", HOTEL, "small", "v1", "fr", answers={code: Answer(state) for code, state in STATES.items()})
MARCH, APRIL = date(2027, 3, 12), date(2027, 4, 2)


def row(code: str = "AX1", level: int | Pick | None = 2, seen: int | Pick | None = 4, **more: Any) -> Typed:
    """A row as a reviewer fills it in: a lower level with reason and date."""
    return Typed(code, **{"file": "r.xlsx", "cells": {"level": "H5"}, "seen": seen, "level": level, "reason": "vu", "day": MARCH, **more})


# --- which opinions count

ROWS: Mapping[str, tuple[list[Typed], object, list[str]]] = {
    "another level, reason and date": ([row()], 2, []),
    "confirmed without a word": ([row(level=4, reason="", day=None)], 4, []),
    "not applicable after all": ([row(level=Pick.NOT_APPLICABLE)], Pick.NOT_APPLICABLE, []),
    "nothing to be seen": ([row(level=Pick.UNKNOWN)], Pick.UNKNOWN, []),
    "without a reason": ([row(reason="")], None, ["REVIEW_NO_REASON"]),
    "without a date": ([row(day=None)], 2, ["REVIEW_NO_DATE"]),
    "a reason alone": ([row(level=None)], None, ["REVIEW_NO_LEVEL"]),
    "of an answer that has changed": ([row(seen=3)], None, ["REVIEW_OUTDATED"]),
    "of an indicator that is not asked": ([row("ZZ9")], None, ["UNKNOWN_CODE"]),
    "a date that is none": ([row(day=None, raw={"day": "hier"})], None, []),
    "the later day stands": ([row(level=1, day=APRIL), row(level=3)], 1, []),
    "dated before undated": ([row(level=1), row(level=3, day=None)], 1, ["REVIEW_NO_DATE"]),
    "two at once": ([row(level=1), row(level=3, file="s.xlsx")], None, ["TWICE"]),
    "twice the same": ([row(), row(file="s.xlsx")], 2, []),
    "outdated, then looked at again": ([row(seen=3), row(day=APRIL)], 2, []),
}


@pytest.mark.parametrize("which", ROWS)
def test_an_opinion_counts_when_it_is_whole_and_of_the_answer_as_it_stands(which: str) -> None:
    """What does not count is told at its cell and kept for the reviewer; of several opinions that of the latest day counts."""
    rows, level, codes = ROWS[which]
    weighed = weigh(DECLARED, rows)
    assert {code: shown(opinion.state) for code, opinion in weighed.opinions.items()} == ({} if level is None else {"AX1": level})
    assert [finding.code.name for finding in weighed.findings] == codes
    assert weighed.again.keys() == (set() if level is not None else {rows[0].indicator})


LEVELS = st.one_of(st.integers(0, 5), st.sampled_from(Pick))


@given(st.dictionaries(st.sampled_from(sorted(STATES)), LEVELS))
def test_validated_and_declared_differ_exactly_where_the_reviewer_does(levels: dict[str, int | Pick]) -> None:
    """Validated states are the reviewer's where there is an opinion and the declared ones elsewhere; nothing else changes."""
    rows = [row(code, level, shown(STATES[code])) for code, level in levels.items()]
    opinions = weigh(DECLARED, rows).opinions
    after = validated(DECLARED, opinions)
    assert {code: shown(after.answer(code).state) for code in STATES} == {code: shown(state) for code, state in STATES.items()} | levels
    changed = [code for code in STATES if code in levels and levels[code] != shown(STATES[code])]
    assert [one.indicator.code for one in differences(MODEL, DECLARED, opinions)] == changed
    assert validated(after, {code: Opinion(STATES[code]) for code in levels}) == DECLARED


@pytest.mark.parametrize("typed", [MARCH, "2027-03-12", "12/03/2027", " 12.3.2027"])
def test_a_day_is_understood_as_people_write_it(typed: object) -> None:
    """Day before month, or as computers write it, or a true date."""
    assert day(typed) == MARCH


@pytest.mark.parametrize("typed", ["hier", "31/02/2027", "03/2027", "12/03/27", 46093.0, True, "2027-03-12 ou 13"])
def test_what_is_no_day_is_refused(typed: object) -> None:
    """Never guessed: a bare number, a month, two digits for a year."""
    with pytest.raises(ValueError, match=r"."):
        day(typed)


# --- what a result shows


def reviewed(*rows: Typed) -> Result:
    """A result with opinions."""
    declared = Result("hotel", "r.xlsx", "0", MODEL, DECLARED, score(MODEL, DECLARED))
    opinions = weigh(DECLARED, rows).opinions
    after = validated(DECLARED, opinions)
    return replace(declared, assessment=after, scores=score(MODEL, after), opinions=opinions, declared=declared)


def test_a_result_shows_both_scores_and_lists_each_difference() -> None:
    """Levers with declared and validated score, then indicator, both levels, reason, day and reviewer; page one says how many."""
    result = reviewed(row(reviewer="M. Contrôle"), row("AX2", 2, 2, reason=""))
    page = second_page(result, result.declared or result, FR)
    both, changed = ([dict(line.values) for line in table.rows] for table in page.tables)
    assert [(line["lever"], line["score_declared"], line["score_validated"]) for line in both[:2]] == [
        ("Ensemble", 3.5, 2.0),
        ("Lever A", 3.5, 2.0),
    ]
    (line,) = changed
    assert {key: line[key] for key in ("code", "declared", "validated", "levels", "reason", "day", "reviewer")} == {
        "code": "AX1", "declared": 4, "validated": 2, "levels": -2, "reason": "vu", "day": "2027-03-12", "reviewer": "M. Contrôle",
    }  # fmt: skip
    texts = " ".join(str(put.value) for put in page_one(result, (), ["A", "B"], [], FR).puts)
    assert "deuxième avis sur 2 réponses de 3" in texts
    assert "auto-évaluation\u00a0: 3,5" in texts
    marks = [str(line.values["indicator"]).splitlines()[1:] for line in lever_page(result, MODEL.levers[0], FR).tables[1].rows]
    assert marks == [["✎ déclaré 4, validé 2"], ["✎ confirmé par le deuxième avis"]]


# --- written, filled in, read back


def filled(content: bytes, entries: Mapping[tuple[str, str], object]) -> bytes:
    """A review workbook into which a reviewer typed, by indicator and field."""
    book, out = openpyxl.load_workbook(io.BytesIO(content)), io.BytesIO()
    sheet, described = book.worksheets[0], review_sheet(catalogue.load(), FR)
    rows = {cells[0].value: cells for cells in sheet.iter_rows(min_row=5)}
    for (code, field), value in entries.items():
        rows[code][described.place(field)].value = value
    book.save(out)
    return out.getvalue()


def hotel(level: int = 3) -> Assessment:
    """What the hotel declares: one level everywhere."""
    return Assessment("Hôtel", HOTEL, "dimm", catalogue.load().edition.id, "fr", answers=at_level(level))


def review_of(said: Assessment, weighed: Weighed = UNREVIEWED) -> bytes:
    """The review workbook of an organisation of the shipped model."""
    model = catalogue.load().at(said.profile)
    return write(review_book(Result("hotel", "r.xlsx", "0", model, said, score(model, said)), weighed, FR), catalogue.look())


def test_a_review_comes_back_as_it_was_typed_and_is_carried_over() -> None:
    """Level, reason, day and reviewer return from the workbook; written anew, they stand in their cells, what does not count beside."""
    typed = {
        ("SP1", "level"): 2,
        ("SP1", "reason"): "+ pas vu",
        ("SP1", "day"): "12/03/2027",
        ("SP1", "reviewer"): "M. C",
        ("SP2", "level"): 7,
    }
    first = read_review("r.xlsx", filled(review_of(hotel()), typed))
    weighed = weigh(hotel(), first.rows)
    assert weighed.opinions == {"SP1": Opinion(Answered(2), "+ pas vu", MARCH, "M. C")}
    assert [(finding.code.name, finding.cell, finding.facts["indicator"]) for finding in first.findings] == [("BAD_VALUE", "H6", "SP2")]
    again = read_review("r.xlsx", review_of(hotel(), weighed))
    assert weigh(hotel(), again.rows).opinions == weighed.opinions
    assert {one.indicator: one.before for one in again.rows} == {"SP1": "", "SP2": "7"}
    once_more = read_review("r.xlsx", review_of(hotel(), weigh(hotel(), again.rows)))
    assert once_more.rows == again.rows


def test_only_what_was_answered_is_up_for_review() -> None:
    """A row a level or a "not applicable"; none for what is unknown or blank."""
    model = catalogue.load().at(HOTEL)
    answers = {"SP1": Answer(Answered(0)), "SP2": Answer(NA), "SE1": Answer(UNKNOWN)}
    said = replace(hotel(), answers=answers)
    book = review_book(Result("hotel", "r.xlsx", "0", model, said, score(model, said)), UNREVIEWED, FR)
    assert [(line.values["code"], line.values["declared"]) for line in book.pages[0].tables[0].rows] == [("SP1", 0), ("SP2", "S.O.")]


# --- in a run


def lines(out: Path, name: str) -> list[dict[str, str]]:
    """A table of a run."""
    with (out / "data" / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def ran(top: Path, **more: Any) -> Summary:
    """Run over the hotel's return."""
    summary = run(Run(top / "in", top / "out", workers=0, **more))
    assert summary.faults == ()
    return summary


TYPED = {("SP1", "level"): 1, ("SP1", "reason"): "pas vu", ("SP1", "day"): "2027-03-12"}


def test_a_run_reads_back_what_was_typed_in_the_workbook_it_wrote(tmp_path: Path) -> None:
    """None is written unasked; what was typed counts on the next run, survives being written anew, and changes no answer."""
    lay(tmp_path / "in", {"a.xlsx": fill(Wanted(), hotel())})
    ran(tmp_path)
    assert not (tmp_path / "out/reviews").exists()
    assert ran(tmp_path, review=("hotel", "elsewhere")).unknown == ("elsewhere",)
    path, answers = tmp_path / "out/reviews/hotel.xlsx", lines(tmp_path / "out", "answers.csv")
    assert {line["basis"] for line in lines(tmp_path / "out", "scores.csv")} == {"self-declared"}
    path.write_bytes(filled(path.read_bytes(), TYPED))
    for _ in range(2):
        ran(tmp_path, review=("all",))
        scores = {line["basis"]: line["score"] for line in lines(tmp_path / "out", "scores.csv") if line["code"] == "SP1"}
        assert scores == {"self-declared": "3.0", "validated": "1.0"}
    assert [line["code"] for line in lines(tmp_path / "out", "findings.csv") if "reviews/" in line["file"]] == ["REVIEW"]
    assert lines(tmp_path / "out", "answers.csv") == answers


@pytest.mark.parametrize("place", ["kept", "kept/hotel.xlsx", "in/kept"])
def test_reviews_kept_elsewhere_are_read_and_never_taken_for_returns(tmp_path: Path, place: str) -> None:
    """A folder, a file, or a folder among the returns: read as reviews, once; the results are the same wherever they lie."""
    file = tmp_path / (place if place.endswith(".xlsx") else f"{place}/hotel.xlsx")
    lay(tmp_path / "in", {"a.xlsx": fill(Wanted(), hotel())})
    lay(file.parent, {file.name: filled(review_of(hotel()), TYPED)})
    summary = ran(tmp_path, reviews=tmp_path / place)
    assert (summary.organisations, summary.exit_code) == (1, 0)
    assert [line["score"] for line in lines(tmp_path / "out", "scores.csv") if (line["code"], line["basis"]) == ("SP1", "validated")] == [
        "1.0"
    ]


def test_an_answer_that_changed_since_takes_its_opinion_out_until_it_is_looked_at_again(tmp_path: Path) -> None:
    """The finding names the cell and both levels; the fresh review recalls the opinion beside empty entries."""
    lay(tmp_path / "in", {"a.xlsx": fill(Wanted(), hotel(4))})
    lay(tmp_path / "out/reviews", {"hotel.xlsx": filled(review_of(hotel()), TYPED)})
    ran(tmp_path, review=("all",))
    (found,) = [line for line in lines(tmp_path / "out", "findings.csv") if line["severity"] == "error"]
    assert (found["code"], found["cell"]) == ("REVIEW_OUTDATED", "H5")
    assert {"3", "4"} <= set(found["message"])
    assert {line["basis"] for line in lines(tmp_path / "out", "scores.csv")} == {"self-declared"}
    (kept,) = read_review("r", (tmp_path / "out/reviews/hotel.xlsx").read_bytes()).rows
    assert (kept.level, kept.before) == (None, "1 · pas vu · 2027-03-12")


def test_one_bad_review_stops_no_other(tmp_path: Path) -> None:
    """A damaged file is refused, a questionnaire is no review, a stranger's counts for nobody; the good one counts."""
    gone = replace(hotel(), organisation="Auberge")
    good = fill(Wanted(), hotel())
    lay(tmp_path / "in", {"a.xlsx": good, "strays/review.xlsx": review_of(hotel())})
    kept = {"a.xlsx": filled(review_of(hotel()), TYPED), "b.xlsx": good[:9000], "c.xlsx": good, "d.xlsx": filled(review_of(gone), TYPED)}
    lay(tmp_path / "kept", kept)
    assert ran(tmp_path, reviews=tmp_path / "kept").exit_code == 1
    found = {line["file"]: line["code"] for line in lines(tmp_path / "out", "findings.csv") if line["severity"] == "error"}
    assert found == {
        "strays/review.xlsx": "NOT_A_QUESTIONNAIRE",
        "kept/b.xlsx": "UNREADABLE",
        "kept/c.xlsx": "NOT_A_REVIEW",
        "kept/d.xlsx": "REVIEW_OF_NOBODY",
    }
    assert {line["basis"] for line in lines(tmp_path / "out", "scores.csv")} == {"self-declared", "validated"}
