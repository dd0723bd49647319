"""A campaign's register: what is offered, what is understood, what is said of rows that are wrong, and that the good ones go on."""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dimm_xl import catalogue, layout
from dimm_xl.adaptation import Adaptation
from dimm_xl.findings import Code, Faulty
from dimm_xl.model import Cut, Model, Profile
from dimm_xl.register import Enrolled, Register
from dimm_xl.register_book import opened, read_register
from dimm_xl.register_book.book import ROOM, TOP
from tests.office import Office
from tests.registers import HOTEL_ROW, INN_ROW, Typed, column, empty, laid, organisations, read, register_bytes

DAY = datetime.date(2027, 3, 31)
MODEL = catalogue.load()


def only(typed: Typed, lang: str = "fr") -> Enrolled:
    """The one organisation of a register without findings."""
    found = read(typed, lang)
    assert found.findings == ()
    (one,) = found.organisations.values()
    return one


def told(found: Register) -> list[tuple[Code, str, str]]:
    """What is amiss and where."""
    return [(one.code, one.sheet, one.cell) for one in found.findings]


# --- what is offered


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_new_register_offers_lists_over_ten_thousand_rows(lang: str) -> None:
    """Each choice has its drop-down on every row, fed by cells of the sheet of lists; ids are offered where an organisation is named."""
    book, words = openpyxl.load_workbook(io.BytesIO(empty(lang))), catalogue.words(lang)
    offered = {}
    for name, fields in layout.REGISTER.items():
        sheet = book[words(f"register.sheet.{name}")]
        assert [cell.value for cell in sheet[TOP + 1]] == [words(f"register.column.{field}") for field in fields]
        for rule in sheet.data_validations.dataValidation:
            (place,) = rule.sqref.ranges
            assert (place.min_row, place.max_row) == (TOP + 2, TOP + 1 + ROOM)
            offered[name, fields[place.min_col - 1]] = rule.formula1
        assert not sheet.protection.sheet
        assert len(sheet.tables) == 1
    lists = {"sector", "size", "lang", "organisation", "function", "indicator", "target", "weight", "excluded"}
    assert {field for _, field in offered} == lists
    assert words("register.sheet.lists") in offered["organisations", "sector"]
    assert offered["respondents", "organisation"].endswith(f"$A${TOP + 2}:$A${TOP + 1 + ROOM}")


def test_an_empty_register_asks_nobody_and_has_nothing_amiss() -> None:
    """Nothing typed is nothing wrong."""
    found = read({})
    assert (found.organisations, found.findings) == ({}, ())


# --- what is understood


def test_everything_a_row_says_is_read() -> None:
    """Identity, contact, language, deadline; respondents with functions; adaptations with their reason."""
    one = only(
        {
            "organisations": [
                {**HOTEL_ROW, "country": "France", "region": "Bretagne", "lang": "Anglais", "email": "a@b.example", "deadline": DAY}
            ],
            "respondents": [
                {"organisation": "H001", "respondent": "Alice", "function": "Direction", "email": "alice@b.example"},
                {"organisation": "h001 ", "respondent": "Bob", "function": "", "lang": "fr"},
                {"organisation": "H001", "respondent": "Alice", "function": "Informatique; data", "email": "alice@b.example"},
            ],
            "adaptations": [{"organisation": "H001", "indicator": "sp1", "target": 5, "weight": 1, "excluded": "non", "reason": "Groupe"}],
        }
    )
    assert (one.id, one.name, one.profile, one.lang) == ("H001", "Hôtel des Tilleuls", Profile("tourism", "sme"), "en")
    assert (one.country, one.region, one.email, one.deadline) == ("France", "Bretagne", "a@b.example", DAY)
    alice, bob = one.people
    assert (alice.name, alice.email, alice.functions, alice.lang) == ("Alice", "alice@b.example", ("general-management", "it", "data"), "")
    assert (bob.name, bob.functions, bob.lang) == ("Bob", (), "fr")
    assert one.adaptations == (Adaptation("SP1", 5, 1, False, "Groupe"),)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("shown", ["tourism", "Tourisme, hôtellerie et restauration", "TOURISM, hotels and  restaurants"])
@pytest.mark.parametrize("size", ["sme", "PME", "PME (10 à 249 personnes)", "SME (10 to 249 staff)"])
def test_labels_of_every_language_and_ids_are_understood(shown: str, size: str, lang: str) -> None:
    """Whatever the language of the register, with or without what stands in brackets."""
    assert only(organisations({**HOTEL_ROW, "sector": shown, "size": size}), lang).profile == Profile("tourism", "sme")


@pytest.mark.parametrize("shown", [DAY, datetime.datetime(2027, 3, 31), "2027-03-31", "31/03/2027", "31.03.2027"])
def test_a_deadline_is_a_date_or_a_text_that_reads_as_one(shown: Any) -> None:
    """Dates of the spreadsheet and dates typed as text are the same day."""
    assert only(organisations({**HOTEL_ROW, "deadline": shown})).deadline == DAY


def test_columns_are_found_by_other_headers_in_another_order_on_a_renamed_sheet() -> None:
    """A list exported from elsewhere is a register, when its headers say what they are."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    book.active.title = "Export CRM"
    book.active.append(["Notre fichier client"])
    book.active.append(["Échéance", "Taille", "Raison sociale", "Mail", "Activité", "Code"])
    book.active.append(["31/03/2027", "TPE", "Auberge du Lac", "a@b.example", "tourism", 7.0])
    book.save(out)
    found = read_register("crm.xlsx", out.getvalue(), MODEL)
    one = found.organisations["7"]
    assert (one.name, one.profile, one.email, one.deadline) == ("Auberge du Lac", Profile("tourism", "micro"), "a@b.example", DAY)
    assert [one.code for one in found.findings] == [Code.REGISTER_NO_COLUMN]


HOSTILE = (
    '=HYPERLINK("http://x.example","clic")',
    "+33 1 02 03 04 05",
    "-Tilleuls",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    "a\u202eb",
    "<b>&amp;",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_looks_like_a_formula_is_a_name(name: str) -> None:
    """What people are called is text, whatever it begins with."""
    assert only(organisations({**HOTEL_ROW, "name": name})).name == name.replace("\u202e", "")


# --- what is wrong

WRONG: Mapping[str, tuple[Typed, Code, str]] = {
    "no id": (organisations(INN_ROW, {**HOTEL_ROW, "id": None}), Code.REGISTER_NO_ID, "A6"),
    "id with a path in it": (organisations(INN_ROW, {**HOTEL_ROW, "id": "../H1"}), Code.REGISTER_UNSAFE_ID, "A6"),
    "id that Windows keeps": (organisations(INN_ROW, {**HOTEL_ROW, "id": "con.1"}), Code.REGISTER_UNSAFE_ID, "A6"),
    "id with an accent": (organisations(INN_ROW, {**HOTEL_ROW, "id": "hôtel"}), Code.REGISTER_UNSAFE_ID, "A6"),
    "id twice": (organisations(INN_ROW, {**HOTEL_ROW, "id": "h002"}), Code.REGISTER_ID_TWICE, "A6"),
    "unknown sector": (organisations(INN_ROW, {**HOTEL_ROW, "sector": "pêche"}), Code.REGISTER_SECTOR, "C6"),
    "no sector": (organisations(INN_ROW, {**HOTEL_ROW, "sector": None}), Code.REGISTER_SECTOR, "C6"),
    "unknown size": (organisations(INN_ROW, {**HOTEL_ROW, "size": "énorme"}), Code.REGISTER_SIZE, "D6"),
    "an error for a size": (organisations(INN_ROW, {**HOTEL_ROW, "size": "#N/A"}), Code.ERROR_CELL, "D6"),
    "an error for an id": (organisations(INN_ROW, {**HOTEL_ROW, "id": "#REF!"}), Code.ERROR_CELL, "A6"),
}  # fmt: skip


@pytest.mark.parametrize(("typed", "code", "cell"), WRONG.values(), ids=WRONG)
def test_an_organisation_that_is_wrong_is_left_out_with_its_cell_and_the_others_go_on(typed: Typed, code: Code, cell: str) -> None:
    """One row, one finding at the cell to repair; the good row is there."""
    found = read(typed)
    assert list(found.organisations) == ["H002"]
    assert told(found) == [(code, "Organisations", cell)]
    assert found.findings[0].file == "register.xlsx"


ADAPT = {"indicator": "SP1", "target": 2, "reason": "x"}
LEFT_OUT: Mapping[str, tuple[str, Mapping[str, Any], Code, str]] = {
    "language": ("organisations", {"lang": "klingon"}, Code.REGISTER_LANGUAGE, "G5"),
    "date": ("organisations", {"deadline": "demain"}, Code.REGISTER_DATE, "I5"),
    "name": ("organisations", {"name": None}, Code.REGISTER_NO_NAME, "B5"),
    "function": ("respondents", {"organisation": "H001", "function": "Jongleur"}, Code.REGISTER_FUNCTION, "C5"),
    "respondent of nobody": ("respondents", {"organisation": "H9", "function": "it"}, Code.REGISTER_NOBODY, "A5"),
    "respondent of none": ("respondents", {"respondent": "Zoé"}, Code.REGISTER_NOBODY, "A5"),
    "adaptation of nobody": ("adaptations", {"organisation": "H9", **ADAPT}, Code.REGISTER_NOBODY, "A5"),
    "indicator": ("adaptations", {"indicator": "ZZ9", "target": 2, "reason": "x"}, Code.REGISTER_INDICATOR, "B5"),
    "no indicator": ("adaptations", {"organisation": "H001", "target": 2, "reason": "x"}, Code.REGISTER_INDICATOR, "B5"),
    "target": ("adaptations", {"indicator": "SP1", "target": 6, "reason": "x"}, Code.REGISTER_TARGET, "C5"),
    "half a target": ("adaptations", {"indicator": "SP1", "target": 2.5, "reason": "x"}, Code.REGISTER_TARGET, "C5"),
    "weight": ("adaptations", {"indicator": "SP1", "weight": 0, "reason": "x"}, Code.REGISTER_WEIGHT, "D5"),
    "excluded": ("adaptations", {"indicator": "SP1", "excluded": "peut-être", "reason": "x"}, Code.BAD_VALUE, "E5"),
    "no reason": ("adaptations", {"indicator": "SP1", "excluded": "oui"}, Code.REGISTER_NO_REASON, "F5"),
    "nothing": ("adaptations", {"indicator": "SP1", "reason": "x"}, Code.REGISTER_CHANGES_NOTHING, "B5"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "row", "code", "cell"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_else_is_wrong_costs_what_it_says_and_no_more(name: str, row: Mapping[str, Any], code: Code, cell: str) -> None:
    """The organisation is asked all the same, without what is wrong."""
    typed: dict[str, Any] = {"organisations": [HOTEL_ROW], name: [{**(HOTEL_ROW if name == "organisations" else {}), **row}]}
    found = read(typed)
    (one,) = found.organisations.values()
    assert told(found) == [(code, catalogue.words("fr")(f"register.sheet.{name}"), cell)]
    assert (one.lang, one.deadline, one.people, one.adaptations) == ("", None, (), ())
    assert one.name == (one.id if code is Code.REGISTER_NO_NAME else HOTEL_ROW["name"])


def test_two_adaptations_of_one_indicator_are_one_too_many() -> None:
    """The first stands."""
    rows = [{"indicator": "SP1", "target": target, "reason": "x"} for target in (2, 4)]
    found = read({"organisations": [HOTEL_ROW], "adaptations": rows})
    assert told(found) == [(Code.REGISTER_ADAPTED_TWICE, "Adaptations", "B6")]
    assert found.organisations["H001"].adaptations == (Adaptation("SP1", 2, reason="x"),)


def test_who_would_be_asked_nothing_gets_no_questionnaire() -> None:
    """Everything excluded, or functions without an indicator at that size: said, and left out."""
    codes = MODEL.at(Profile("tourism", "micro")).indicators
    rows = [{"organisation": "H002", "indicator": code, "excluded": "oui", "reason": "x"} for code in codes]
    found = read({"organisations": [HOTEL_ROW, INN_ROW], "adaptations": rows})
    assert list(found.organisations) == ["H001"]
    assert told(found) == [(Code.REGISTER_NOTHING_ASKED, "Organisations", "A6")]


def test_indicators_that_no_respondent_is_asked_are_told() -> None:
    """Functions may leave a hole; a respondent without a function fills it."""
    people = [{"organisation": "H001", "respondent": "A", "function": "Informatique"}]
    found = read({"organisations": [HOTEL_ROW], "respondents": people})
    assert [one.code for one in found.findings] == [Code.REGISTER_UNASKED]
    asked = MODEL.at(Profile("tourism", "sme"))
    assert found.findings[0].facts["count"] == sum("it" not in one.functions for one in asked.indicators.values())
    assert read({"organisations": [HOTEL_ROW], "respondents": [*people, {"organisation": "H001", "respondent": "B"}]}).findings == ()


@pytest.mark.parametrize("content", [b"", b"nom;ville", b"PK\x03\x04 damaged"])
def test_what_is_no_register_ends_in_words(tmp_path: Path, content: bytes) -> None:
    """No traceback: the file, and what to do."""
    (tmp_path / "r.xlsx").write_bytes(content)
    with pytest.raises(Faulty, match=r"r\.xlsx"):
        opened(tmp_path / "r.xlsx", MODEL)


def test_a_workbook_of_something_else_is_no_register(tmp_path: Path) -> None:
    """It is told which sheets it has, and which columns are needed."""
    openpyxl.Workbook().save(tmp_path / "r.xlsx")
    with pytest.raises(Faulty, match="no register") as refused:
        opened(tmp_path / "r.xlsx", MODEL)
    assert "Sheet" in str(refused.value)


# --- ten thousand


def test_the_work_of_reading_grows_as_the_rows_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times the organisations are ten times the lookups and no more: models are cut once a profile, not once a row."""
    cuts: list[object] = []
    whole = Model.cut

    def counted(self: Model, cut: Cut) -> Model:
        cuts.append(cut)
        return whole(self, cut)

    monkeypatch.setattr(Model, "cut", counted)
    rows = [{**HOTEL_ROW, "id": f"H{n}"} for n in range(2000)]
    people = [{"organisation": f"H{n}", "respondent": f"P{n}"} for n in range(2000)]
    found = read({"organisations": rows, "respondents": people})
    assert (len(found.organisations), len(found.findings)) == (2000, 0)
    assert sum(len(one.people) for one in found.organisations.values()) == 2000
    assert len(cuts) == 1


# --- through a spreadsheet program


@pytest.mark.office
@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_what_is_typed_in_a_spreadsheet_program_is_read_back(office: Office, tmp_path: Path, ending: str) -> None:
    """Typed into the cells of an empty register and saved by LibreOffice, in both formats: the same organisations."""
    (tmp_path / "new.xlsx").write_bytes(empty())
    hotel = {**HOTEL_ROW, "id": "007", "name": "=1+2 Tilleuls", "deadline": "2027-03-31"}
    typed = {"organisations": hotel, "respondents": {"organisation": "007", "function": "Direction"}}
    words = catalogue.words("fr")
    cells = [
        (words(f"register.sheet.{name}"), TOP + 1, column(field, name), value)
        for name, row in typed.items()
        for field, value in row.items()
    ]
    path = tmp_path / f"filled.{ending}"
    assert office.fill(tmp_path / "new.xlsx", path, cells) == []
    found = opened(path, MODEL)
    one = found.organisations["007"]
    assert (one.profile, one.deadline, one.people[0].functions) == (Profile("tourism", "sme"), DAY, ("general-management",))


def test_a_register_is_known_by_its_content(tmp_path: Path) -> None:
    """Its fingerprint changes with what is typed."""
    first, second = (opened(laid(tmp_path, organisations(row)), MODEL).sha256 for row in (HOTEL_ROW, INN_ROW))
    assert first != second
    assert register_bytes(organisations(HOTEL_ROW)) != register_bytes(organisations(INN_ROW))
