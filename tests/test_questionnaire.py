"""What a questionnaire says, page by page, before any spreadsheet program opens it; and that text from outside stays text."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dimm_xl import catalogue, layout
from dimm_xl.assessment import BLANK, UNKNOWN, Answer, Answered, Assessment, NotApplicable
from dimm_xl.issuing import Wanted, every_profile, fill, issue, issued_name
from dimm_xl.model import Measure, Model, Profile
from dimm_xl.page import Book, Formula, Row, Table, Value
from dimm_xl.questionnaire import Request, questionnaire
from dimm_xl.sheet import face
from tests.support import HOTEL, assessed, both, indicator, small_model

WHOLE = catalogue.load()
SHARE = Measure(figure=both("Share"), unit=both("%"), better="high", thresholds=(5, 25, 50, 75, 95), highest=100)
SMALL = small_model((indicator("AX1", 3, 4), indicator("AX2", 1)), (indicator("BX1", 2, 2, SHARE), indicator("BX2")))
MIXED = {
    "AX1": Answer(Answered(4)),
    "AX2": Answer(NotApplicable("pas de stock"), reason="pas de stock"),
    "BX1": Answer(Answered(2), 30.0, evidence="tableau"),
    "BX2": Answer(UNKNOWN),
}


def composed(answers: Mapping[str, Answer], model: Model = SMALL, lang: str = "fr", name: str = "Hôtel", **request: Any) -> Book:
    """A questionnaire of a model, as pages."""
    said = Assessment(name, HOTEL, model.id, model.edition.id, lang, answers=answers)
    return questionnaire(model.at(HOTEL), said, Request(catalogue.words(lang), **request))


def table(book: Book, name: str) -> Table:
    return next(table for page in book.pages for table in page.tables if table.name == name)


def stored(value: Value) -> object:
    """What a cell shows before anything is calculated."""
    return value.value if isinstance(value, Formula) else value


def column(book: Book, name: str, field: str) -> list[object]:
    """What a table's column shows, headings aside."""
    return [stored(row.values.get(field)) for row in table(book, name).rows if not row.heading]


def row(book: Book, code: str) -> Row:
    """The row of an indicator."""
    return next(one for page in book.pages for each in page.tables for one in each.rows if one.values.get("code") == code)


FIELDS = ("value", "low", "high", "answered", "expected", "target")


@pytest.mark.parametrize(
    ("answers", "name", "wanted"),
    [
        ({}, "overall", [("", 0, 5, 0, 4, (3.75 + 7 / 3) / 2)]),
        ({}, "synthesis", [("", 0, 5, 0, 2, 3.75), ("", 0, 5, 0, 2, 7 / 3)]),
        (MIXED, "overall", [(3, (4 + 4 / 3) / 2, 3.5, 2, 3, (4 + 7 / 3) / 2)]),
        (MIXED, "synthesis", [(4, 4, 4, 1, 1, 4), (2, 4 / 3, 3, 1, 2, 7 / 3)]),
        (MIXED, "synthesis_groupings", [(4, 4, 4, 1, 1, 4), (2, 4 / 3, 3, 1, 2, 7 / 3)]),
    ],
)
def test_a_preview_shows_the_scores_that_a_program_would_calculate(
    answers: Mapping[str, Answer], name: str, wanted: list[tuple[float | str, ...]]
) -> None:
    """What is stored beside each score's formula is what a reader finds with paper and pencil, blank and filled."""
    book = composed(answers)
    found = zip(*(column(book, name, field) for field in FIELDS), strict=True)
    assert [one for several in found for one in several] == [
        pytest.approx(one, abs=1e-12) if isinstance(one, float) else one for several in wanted for one in several
    ]


def test_a_score_is_marked_by_what_it_rests_on() -> None:
    """Full coverage reads as firm, two of three answers as provisional, none as too few, with the range and the count in words."""
    words, filled, blank = catalogue.words("fr"), composed(MIXED), composed({})
    assert column(filled, "synthesis", "standing") == [words("standing.firm"), words("standing.provisional")]
    assert column(blank, "overall", "standing") == [words("standing.hidden")]
    assert column(filled, "overall", "range") == ["2,7 à 3,5"]
    assert column(filled, "overall", "heard") == ["2 sur 3"]
    assert column(blank, "overall", "shown") == ["–"]


def test_each_row_says_in_a_word_what_is_left_to_do() -> None:
    """The state beside an answer is one of five words; a blank one is to fill in and never counted as zero."""
    words, filled, blank = catalogue.words("fr"), composed(MIXED), composed({})
    states = [column(filled, "lever_A", "state"), column(filled, "lever_B", "state"), column(blank, "lever_A", "state")]
    wanted = [["evidence", "not_applicable"], ["complete", "unknown"], ["todo", "todo"]]
    assert states == [[words(f"state.{key}") for key in keys] for keys in wanted]
    assert column(filled, "lever_A", "counted") + column(filled, "lever_B", "counted") == [4, "", 2, ""]
    assert column(blank, "lever_A", "counted") == ["", ""]
    assert column(filled, "lever_A", "expected") == [1, 0]


@pytest.mark.parametrize(
    ("answers", "name", "key", "left"),
    [
        ({}, "Hôtel", "left", [2, 2]),
        ({**MIXED, "BX2": Answer(BLANK)}, "Hôtel", "left", [0, 1]),
        (MIXED, "", "name", [0, 0]),
        (MIXED, "Hôtel", "yes", [0, 0]),
    ],
)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_start_sheet_says_ready_to_send_or_what_is_missing(
    answers: Mapping[str, Answer], name: str, key: str, left: list[int], lang: str
) -> None:
    """Progress counts lever by lever, and READY TO SEND appears only when nothing is left and the organisation has a name."""
    book, words = composed(answers, lang=lang, name=name), catalogue.words(lang)
    assert column(book, "progress", "left") == left
    assert column(book, "progress", "dealt") == [2 - one for one in left]
    assert column(book, "progress", "ready") == [words("start.lever_todo" if one else "start.lever_done") for one in left]
    ready = next(put for put in book.pages[0].puts if put.look == "ready")
    assert stored(ready.value) == (words("start.ready.left", count=sum(left)) if key == "left" else words(f"start.ready.{key}"))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_sector_s_own_demands_and_thresholds_stand_beside_the_answer(lang: str) -> None:
    """Every demand and threshold that a sector changes appears in its questionnaire, in place of the general one."""
    words, changed = catalogue.words(lang), 0
    for sector in WHOLE.sectors:
        profile = Profile(sector.id, "large")
        book = questionnaire(WHOLE.at(profile), Assessment("", profile, "dimm", "v2", lang), Request(words))
        for code, one in WHOLE.indicators.items():
            found = row(book, code).values
            varied = one.sectors[sector.id].levels if sector.id in one.sectors else {}
            for level, general in one.levels.items():
                shown = str(found[f"demands{level}"])
                for text in varied.get(level, general):
                    assert words.of(text) in shown
                changed += level in varied
            if one.measure:
                limits = one.measure.sectors.get(sector.id, one.measure.thresholds)
                sign = "≥" if one.measure.better == "high" else "≤"
                for level, limit in enumerate(limits, 1):
                    assert f"{sign}\u00a0{words.amount(limit, words.of(one.measure.unit))}" in str(found[f"demands{level}"]).splitlines()[0]
                assert words.of(one.measure.figure) in str(found["indicator"])
            assert ("measure" in row(book, code).closed) == (one.measure is None)
            assert found["target"] == one.target.sectors.get(sector.id, one.target.sizes.get("large", one.target.default))
    assert changed > 100


@pytest.mark.parametrize("size", [size.id for size in WHOLE.sizes])
def test_a_questionnaire_asks_what_applies_to_the_size_and_nothing_else(size: str) -> None:
    """The indicators are those of the size, in the order of the model, each once."""
    profile = Profile("health", size)
    book = questionnaire(WHOLE.at(profile), Assessment("", profile, "dimm", "v2", "fr"), Request(catalogue.words("fr")))
    asked = [code for lever in WHOLE.levers for code in column(book, f"lever_{lever.code}", "code")]
    assert asked == [code for code, one in WHOLE.indicators.items() if size in one.sizes]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_glossary_explains_every_shipped_term_in_alphabetical_order(lang: str) -> None:
    """Each shipped term stands there in the questionnaire's language with its meaning, where a reader looks it up, accents aside."""
    book = composed({}, lang=lang, glossary=catalogue.glossary())
    terms = [str(term) for term in column(book, "glossary", "term")]
    found = dict(zip((term.casefold() for term in terms), column(book, "glossary", "meaning"), strict=True))
    assert found == {term[lang].casefold(): meaning[lang] for term, meaning in catalogue.glossary()}
    assert terms == sorted(terms, key=face)
    assert all(term[0] == term[0].upper() for term in terms)


def test_a_hidden_sheet_says_which_questionnaire_it_is() -> None:
    """The identity sheet is hidden and holds model, edition, language, sector, size and selection."""
    model = WHOLE.at_edition("v1").at(HOTEL, "priorities-10")
    said = Assessment("", HOTEL, "dimm", "v1", "en", "priorities-10")
    book = questionnaire(model, said, Request(catalogue.words("en")))
    facts = dict(zip(column(book, "identity", "key"), column(book, "identity", "value"), strict=True))
    wanted = {"model": "dimm", "edition": "v1", "lang": "en", "sector": "tourism", "size": "sme", "selection": "priorities-10"}
    assert wanted.items() <= facts.items()
    assert [one.name for one in book.pages if one.hidden] == [layout.IDENTITY]


@pytest.mark.parametrize(
    ("lang", "deadline", "shown"),
    [
        ("fr", date(2027, 3, 1), "1er mars 2027"),
        ("fr", date(2026, 8, 31), "31 août 2026"),
        ("en", date(2027, 3, 1), "1 March 2027"),
        ("en", date(2026, 8, 31), "31 August 2026"),
        ("fr", None, catalogue.words("fr")("start.no_deadline")),
        ("en", None, catalogue.words("en")("start.no_deadline")),
    ],
)
def test_the_deadline_is_said_in_words(lang: str, deadline: date | None, shown: str) -> None:
    """The start sheet writes the date as people say it in the language, or that it came with the file."""
    start = composed({}, lang=lang, deadline=deadline).pages[0]
    assert shown in "\n".join(str(stored(put.value)) for put in start.puts)


def test_the_live_score_can_be_left_out() -> None:
    """Without score there is no synthesis, and everything else stands."""
    with_score, without = composed({}), composed({}, score=False)
    assert [one.name for one in with_score.pages if one.name not in {other.name for other in without.pages}] == ["Synthèse"]
    assert len(without.pages) == len(with_score.pages) - 1


@pytest.mark.parametrize(
    ("organisation", "start"),
    [
        ("Hôtel des Tilleuls", "hotel-des-tilleuls_dimm-v2_"),
        ("../../etc/passwd", "etc-passwd_dimm-v2_"),
        ("C:\\CON? *", "c-con_dimm-v2_"),
        ("😀\ud800", "x_dimm-v2_"),
        ("é" * 300, "e" * 60 + "_dimm-v2_"),
        ("", "dimm-v2_"),
    ],
)
def test_a_file_name_is_safe_everywhere_and_says_which_questionnaire_it_is(organisation: str, start: str) -> None:
    """Whatever the organisation is called, the name holds letters, digits, hyphens and underscores alone, the organisation in front."""
    name = issued_name(Assessment(organisation, Profile("health", "sme"), "dimm", "v2", "fr"))
    assert name == f"{start}health_sme_fr.xlsx"
    assert re.fullmatch(r"[a-z0-9_-]+\.xlsx", name)


def test_issued_files_lie_sorted_by_sector_and_none_writes_over_another(tmp_path: Path) -> None:
    """All 108 names differ, a folder lists each sector’s files together, and what issue writes bears these names."""
    profiles = every_profile(WHOLE)
    names = {issued_name(Assessment("", profile, "dimm", "v2", "en")): profile for profile in profiles}
    assert len(names) == len(profiles) == 108
    assert [names[name].sector for name in sorted(names)] == sorted(profile.sector for profile in profiles)
    wanted = Wanted(lang="en", selection="priorities-10", organisation="Zoo")
    assert (
        list(issue(tmp_path, [HOTEL], wanted)) == list(tmp_path.iterdir()) == [tmp_path / "zoo_dimm-v2_tourism_sme_en_priorities-10.xlsx"]
    )


HOSTILE = {
    "a formula": "=1+1",
    "an array formula": "{=1+1}",
    "a call": "@SUM(A1)",
    "a telephone number": "+33 1 23 45",
    "a dash": "- deux sites",
    "a link": "http://example.org/?a=1&b=2",
    "an address": "mailto:a@example.org",
    "a number": "007",
    "a quote": "'=1+1",
    "markup": "<b>&amp;]]></b>",
    "an escape": "_x0041_",
    "blanks at both ends": "  deux\nlignes  ",
    "half a character": "avant \ud800 après",
    "control characters": "avant\x00\x07\x1b\ufffe après",
    "a novel": "é" * 40_000,
    "a novel in pictures": "😀" * 40_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_text_from_outside_is_written_as_text(kind: str) -> None:
    """A name, reason, evidence or comment is text, no formula and no link, without what no file may hold, within Excel’s length."""
    raw = HOSTILE[kind]
    said = replace(
        assessed({"SP1": Answer(Answered(2), reason=raw, evidence=raw, comment=raw)}, selection="priorities-10"), organisation=raw
    )
    content = fill(Wanted(), said)
    kept = re.sub("[\x00-\x1f\ud800-\udfff\ufffe]", lambda found: found[0] if found[0] == "\n" else "", raw)
    within = kept.encode("utf-16-le")[: 2 * 32_767].decode("utf-16-le", "ignore")
    book, shown = (openpyxl.load_workbook(io.BytesIO(content), data_only=stored) for stored in (False, True))
    cells = [one for sheet in ("S Stratégie", "Profil") for line in book[sheet].iter_rows() for one in line if not one.protection.locked]
    filled = [one for one in cells if one.data_type != "n"]
    assert [one.value for one in filled] == [within] * 4
    assert {(one.data_type, one.hyperlink) for one in filled} == {("s", None)}
    assert shown["Accueil"]["A2"].value == within
    assert not [one.coordinate for sheet in shown for line in sheet.iter_rows() for one in line if one.data_type == "f"]


@pytest.mark.parametrize(("size", "lang"), [("large", "fr"), ("association", "en")])
def test_only_the_cells_to_fill_in_are_open_and_no_password_guards_the_rest(size: str, lang: str) -> None:
    """Unlocked are exactly level, figure where one is asked for, reason, evidence, comment and respondent; sorting stays allowed."""
    profile, words = Profile("banking", size), catalogue.words(lang)
    indicators = WHOLE.at(profile).indicators
    book = openpyxl.load_workbook(io.BytesIO(fill(Wanted(), Assessment("", profile, "dimm", "v2", lang))))
    for sheet in book:
        guard = sheet.protection
        assert (guard.sheet, guard.password, guard.hashValue) == (True, None, None)
        assert not any((guard.formatColumns, guard.formatRows, guard.sort, guard.autoFilter))
    found = {(sheet.title, one.coordinate) for sheet in book for line in sheet.iter_rows() for one in line if not one.protection.locked}
    wanted = set()
    for sheet in book:
        for each in sheet.tables.values():
            header, *lines = sheet[each.ref]
            for key, cell, title in ((line[0].value, cell, top.value) for line in lines for top, cell in zip(header, line, strict=True)):
                fields = [field for field in ("level", "reason", "evidence", "comment", "measure") if title == words(f"column.{field}")]
                asked = key in indicators and fields and (fields != ["measure"] or indicators[key].measure)
                told = key in ("organisation", *layout.RESPONDENT) and title == words("profile.column.value")
                wanted |= {(sheet.title, cell.coordinate)} if asked or told else set()
    assert len(wanted) > 4 * len(indicators)
    assert found == wanted
