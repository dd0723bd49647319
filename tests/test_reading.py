"""Whatever program saved a return, whatever was moved or retyped in it: the answers read are the answers given."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

import hypothesis
import openpyxl
import pytest
import xlsxwriter
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from dimm_xl import catalogue, layout
from dimm_xl.assessment import UNKNOWN, Answer, Answered, Assessment, Blank, NotApplicable, Return, State, Status
from dimm_xl.findings import Code
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Cut, Profile
from dimm_xl.returns import read_return
from tests.office import Office
from tests.support import HOTEL, assessed, questionnaire_bytes
from tests.test_flags import rezipped, said, typed

WORDS = ("", "Compte rendu du 3 mars", "- un point\n- un autre", "=1+1 en tout", '« oui » & <non>, "si" l\'été', "数字 🙂")


def mixed(profile: Profile = HOTEL) -> dict[str, Answer]:
    """Answers of every state, with reasons, evidence, comments and figures in turn, for the questionnaire of a profile."""
    answers: dict[str, Answer] = {}
    for n, (code, one) in enumerate(catalogue.load().at(profile).indicators.items()):
        reason, evidence, comment = f"Motif n° {n}", WORDS[n % 6], WORDS[(n + 2) % 6]
        states: tuple[State, ...] = (NotApplicable(reason), UNKNOWN, Blank(), *map(Answered, range(6)))
        state, figure = states[n % 9], one.measure.thresholds[3] if one.measure and n % 2 else None
        if figure is not None and state in (Blank(), Answered(5)):
            state = Answered(4)
        answers[code] = Answer(state, figure, reason if n % 9 in (0, 4) else "", evidence, comment)
    return answers


SAID = mixed()
WHO = {"respondent": "Zoé Lefèvre", "function": "Direction", "email": "zoe@example.org", "country": "France", "consent": "yes"}
GIVEN = assessed(SAID, respondent=WHO)
CONTENT = fill(Wanted(), GIVEN)
PLAIN = read_return("plain.xlsx", CONTENT)
LEVERS = {layout.sheet_name(lever, catalogue.words("fr")) for lever in catalogue.load().levers}

Change = Callable[[bytes], bytes]
Rows = list[list[Any]]


def replaced(*pairs: tuple[str, str], where: str = "") -> Change:
    """A change of patterns in every part whose name holds ``where``."""

    def change(name: str, part: bytes) -> bytes:
        for old, new in pairs if where in name else ():
            part = re.sub(old.encode(), new.encode(), part)
        return part

    return lambda content: rezipped(content, change)


def with_macro(content: bytes) -> bytes:
    """The workbook as .xlsm, with a macro part."""
    typed_so = replaced(("openxmlformats-officedocument.spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main"), where="Content_T")
    return rezipped(typed_so(content), lambda _, part: part, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0macro"})


def wide(where: str, encoding: str = "utf-16-le") -> Change:
    """XML parts whose name holds ``where`` in two bytes a character."""

    def change(name: str, part: bytes) -> bytes:
        if where not in name or not name.endswith((".xml", ".rels")):
            return part
        return ("\ufeff" + part.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')).encode(encoding)

    return lambda content: rezipped(content, change)


def edited(change: Callable[[Any], object]) -> Change:
    """Opened by openpyxl, changed, saved again."""

    def saved(content: bytes) -> bytes:
        book, out = openpyxl.load_workbook(io.BytesIO(content)), io.BytesIO()
        change(book)
        book.save(out)
        return out.getvalue()

    return saved


def each_sheet(change: Callable[[int, Any], object], only: Iterable[str] = ()) -> Change:
    """Sheets changed by openpyxl, all of them or some, each with its number."""
    return edited(lambda book: [change(n, sheet) for n, sheet in enumerate(book.worksheets) if sheet.title in (only or book.sheetnames)])


def rows_hidden(_: int, sheet: Any) -> None:
    """A filter on the levels, and every second row hidden."""
    sheet.auto_filter.add_filter_column(8, ["3"])
    for row in range(7, 20, 2):
        sheet.row_dimensions[row].hidden = True


def by_value(change: Callable[[Rows], Rows] = lambda rows: rows, without: Sequence[str] = ()) -> Change:
    """Sheets copied by value into a new workbook, those of the levers changed on the way."""

    def copied(content: bytes) -> bytes:
        old, out = CalamineWorkbook.from_filelike(io.BytesIO(content)), io.BytesIO()
        new = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        for name in [name for name in old.sheet_names if name not in without]:
            sheet, rows = new.add_worksheet(name), old.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for r, row in enumerate(change(rows) if name in LEVERS else rows):
                sheet.write_row(r, 0, [None if cell == "" else cell for cell in row])
        new.close()
        return out.getvalue()

    return copied


def head(rows: Rows) -> int:
    """Where the header of a lever stands."""
    return next(r for r, row in enumerate(rows) if any(str(cell).strip().casefold() == "code" for cell in row))


def retyped(change: Callable[[str], str]) -> Callable[[Rows], Rows]:
    """The titles of a lever's columns typed anew."""
    return lambda rows: [
        [change(cell) if r == head(rows) and isinstance(cell, str) else cell for cell in row] for r, row in enumerate(rows)
    ]


COLUMNS = ("code", "indicator", "measure", "level", "reason", "evidence", "comment", "state")
ENGLISH = {catalogue.words("fr")(f"column.{field}"): catalogue.words("en")(f"column.{field}") for field in COLUMNS}
DAMAGE: Mapping[str, Callable[[Rows], Rows]] = {
    "rows inserted above": lambda rows: [["Version de Marie"], [], ["", "reçue le 3"], [], *rows],
    "rows inserted between": lambda rows: [one for r, row in enumerate(rows) for one in [row, [], ["", "!"]][: 3 if r > head(rows) else 1]],
    "rows sorted": lambda rows: [*rows[: head(rows) + 1], *reversed(rows[head(rows) + 1 :])],
    "columns moved": lambda rows: [row[::-1] for row in ([*row, *[""] * (24 - len(row))] for row in rows)],
    "columns inserted": lambda rows: [["", *row[:1], "ajouté", *row[1:9], "Remarque du siège", *row[9:]] for row in rows],
    "headers in capitals": retyped(str.upper),
    "headers without accents": retyped(lambda title: title.translate(str.maketrans("éÉèàâ", "eEeaa"))),
    "headers with blanks": retyped(lambda title: f"\u00a0{title.replace(' ', '  ')} \n"),
    "headers in English": retyped(lambda title: ENGLISH.get(title, title)),
}  # fmt: skip
STRAY = [Code.NOT_UNDERSTOOD]
TOLD = {"rows inserted between": STRAY, "columns inserted": STRAY, "columns moved": [Code.LAYOUT_CHANGED]}
"""What is said of changes: what moved, and words that stand where nothing is read."""
STRICT = replaced(
    ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"),
    ("http://schemas.openxmlformats.org/(officeDocument|drawingml)/2006/", r"http://purl.oclc.org/ooxml/\1/"),
)
VARIANTS: Mapping[str, tuple[Change, Sequence[Code]]] = {
    "xlsm": (with_macro, [Code.MACRO_IGNORED]),
    "xltx": (replaced(("spreadsheetml.sheet.main", "spreadsheetml.template.main"), where="Content_Types"), []),
    "ISO Strict": (STRICT, []),
    "utf-16 in every part": (wide(""), []),
    "utf-16 below xl": (wide("xl/"), []),
    "utf-16 texts": (wide("xl/sharedStrings"), []),
    "utf-16 styles": (wide("xl/styles"), []),
    "utf-16 sheets, big end first": (wide("xl/worksheets/sheet", "utf-16-be"), []),
    "no extents": (replaced(('<dimension ref="[^"]*"/>', "")), []),
    "lying extents": (replaced(('<dimension ref="[^"]*"/>', '<dimension ref="A1:B2"/>')), []),
    "no addresses": (replaced((r'<(row|c) r="\w+"', r"<\1"), where="xl/worksheets/sheet"), []),
    "formatted to the end": (replaced(("</sheetData>", '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>')), []),
    "protection removed": (replaced(("<sheetProtection[^>]*>", "")), []),
    "saved by openpyxl": (edited(lambda _: None), []),
    "sheets renamed": (each_sheet(lambda n, sheet: setattr(sheet, "title", f"Feuille {n}")), []),
    "sheets reordered": (edited(lambda book: book._sheets.reverse()), []),
    "sheets hidden": (each_sheet(lambda n, sheet: setattr(sheet, "sheet_state", "veryHidden" if n else "visible")), []),
    "sheets added": (edited(lambda book: [book.create_sheet(f"Notes {n}", 0).append(["Code", "Niveau", "à voir"]) for n in range(3)]), []),
    "rows inserted above by openpyxl": (each_sheet(lambda _, sheet: sheet.insert_rows(1, 4), LEVERS), []),
    "rows inserted between by openpyxl": (each_sheet(lambda _, sheet: sheet.insert_rows(9, 2), LEVERS), []),
    "rows filtered and hidden": (each_sheet(rows_hidden, LEVERS), []),
    "columns inserted by openpyxl": (each_sheet(lambda _, sheet: sheet.insert_cols(9, 2), LEVERS), []),
    "identity sheet deleted": (edited(lambda book: book.remove(book["dimm-xl"])), [Code.NO_IDENTITY]),
    "copied by value": (by_value(), []),
    "copied by value without identity": (by_value(without=["dimm-xl"]), [Code.NO_IDENTITY]),
    "levers and profile copied by value": (by_value(without=["dimm-xl", "Accueil", "Synthèse", "Glossaire"]), [Code.NO_IDENTITY]),
    **{name: (by_value(change), TOLD.get(name, [])) for name, change in DAMAGE.items()},
}  # fmt: skip


def codes(read: Return) -> set[Code]:
    """The codes of a return's findings."""
    return {finding.code for finding in read.findings}


def test_what_is_read_is_what_was_given() -> None:
    """The questionnaire as the program wrote it reads back whole: who, what for, every answer of every state; nothing is amiss."""
    assert PLAIN.assessment == GIVEN
    assert {type(answer.state) for answer in SAID.values()} == {Answered, NotApplicable, type(UNKNOWN), Blank}
    assert PLAIN.status is Status.ACCEPTED


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_answers_are_identical_however_the_workbook_was_changed(variant: str) -> None:
    """Format, layout or saving program changed: the same assessment, and no finding but the one that says so."""
    change, said_so = VARIANTS[variant]
    content = change(CONTENT)
    assert content != CONTENT
    read = read_return("changed.xlsx", content)
    assert read.assessment == PLAIN.assessment
    assert codes(read) - codes(PLAIN) == set(said_so)


@pytest.mark.parametrize("name", ["a.xls", "a.ods", "a.pdf", "a.xlsx.download", "no ending", "~weird\n=1.csv", "é" * 80])
def test_the_file_name_does_not_matter(name: str) -> None:
    """The content says what a file is: a wrong, odd or missing extension changes nothing."""
    assert read_return(name, CONTENT).assessment == PLAIN.assessment


@hypothesis.settings(max_examples=25, deadline=None, derandomize=True)
@hypothesis.given(st.lists(st.sampled_from(sorted(DAMAGE)), unique=True), st.booleans())
def test_any_mix_of_layout_damage_leaves_the_answers_identical(damage: Sequence[str], identity: bool) -> None:
    """Whatever was moved, inserted and retyped, in whatever order, with or without the identity sheet: the same answers."""
    change = by_value(lambda rows: reduce(lambda changed, name: DAMAGE[name](changed), damage, rows), () if identity else ["dimm-xl"])
    read = read_return("mixed.xlsx", change(CONTENT)).assessment
    assert read is not None
    assert (read.answers, read.organisation, read.profile) == (SAID, GIVEN.organisation, HOTEL)


SPELLED: Mapping[str | float, State] = {
    **dict.fromkeys((3, 3.0, "3", "3.0", "3,0", '"3"', " 3 ", "'3", "3 - Défini", "3 – Defined", "3: défini", "3 -"), Answered(3)),
    **dict.fromkeys(("Niveau\u00a03", "NIVEAU 3", "level 3", "３", "３，０", "３ － Défini", "niveau 3"), Answered(3)),
    **dict.fromkeys(("\u00a03\u202f", "\u20093\u3000", "\u200b3\ufeff", "\u200e3\u200f", "\t3\n", "3\u00ad"), Answered(3)),
    **dict.fromkeys((0, "0", "0,0", "niveau 0"), Answered(0)),
    **dict.fromkeys(("n/a", "N/A", "NA", "ｎ／ａ", "sans objet", "Sans  Objet\u00a0", "S.O.", "s/o", "so"), NotApplicable("Motif")),
    **dict.fromkeys(("?", " ? ", "？", "ne sait pas", "NE SAIT PAS", "Je ne sais pas", "nsp", "don't know", "don’t know"), UNKNOWN),
}  # fmt: skip
ASKED = [code for code, one in catalogue.load().at(HOTEL).indicators.items() if one.measure is None]


@pytest.fixture(scope="module")
def understood() -> Mapping[str | float, Answer]:
    """What is read for every spelling, each typed as a level with a reason beside it, in as many questionnaires as are needed."""
    found: dict[str | float, Answer] = {}
    for start in range(0, len(SPELLED), len(ASKED)):
        placed = dict(zip(ASKED, list(SPELLED)[start:], strict=False))
        levels = {(code, "level"): said(one) if isinstance(one, str) else f'<c r="@"><v>{one}</v></c>' for code, one in placed.items()}
        read = read_return("spelled.xlsx", typed(questionnaire_bytes(), levels | {(code, "reason"): said("Motif") for code in placed}))
        assert read.assessment is not None
        found |= {one: read.assessment.answers[code] for code, one in placed.items()}
    return found


@pytest.mark.parametrize("spelling", SPELLED)
def test_an_answer_is_understood_however_it_is_typed(spelling: str | float, understood: Mapping[str | float, Answer]) -> None:
    """Decimal commas, words around the level, blanks and widths of every kind, both languages: the same answer."""
    assert understood[spelling] == Answer(SPELLED[spelling], reason="Motif")


@pytest.mark.parametrize(("sector", "size", "lang"), [
    ("health", "public", "fr"), ("banking", "large", "en"), ("non-profit", "association", "fr"),
    ("retail", "micro", "en"), ("energy", "mid", "fr"), ("tourism", "sme", "en"),
])  # fmt: skip
def test_a_questionnaire_without_its_identity_is_recognised_by_its_codes(sector: str, size: str, lang: str) -> None:
    """The same sector, size, language and answers, with a warning: nothing but what people see was needed."""
    profile = Profile(sector, size)
    given = assessed(mixed(profile), profile, lang)
    read = read_return("copy.xlsx", by_value(without=["dimm-xl"])(fill(Wanted(), given)))
    assert (read.assessment, Code.NO_IDENTITY in codes(read)) == (given, True)


TEN = [one.code for one in catalogue.load().selection("priorities-10").indicators]
OLDER = catalogue.load().cut(Cut("v1", HOTEL)).indicators
SECTOR, SIZE = (catalogue.load().names[kind][one]["fr"] for kind, one in (("sector", "banking"), ("size", "association")))
MISLEADING: Mapping[str, Assessment] = {
    "name of a sector": replace(GIVEN, organisation=SECTOR),
    "name of a size": replace(GIVEN, organisation=SIZE, respondent={**WHO, "region": SECTOR}),
    "sector in evidence": replace(GIVEN, answers={**SAID, "SP1": replace(SAID["SP1"], evidence=SECTOR, comment=SIZE)}),
    "selection": replace(GIVEN, selection="priorities-10", answers={code: SAID[code] for code in TEN}),
    "older edition": replace(GIVEN, edition="v1", answers={code: SAID[code] for code in OLDER}),
}  # fmt: skip


@pytest.mark.parametrize("case", MISLEADING)
def test_what_people_typed_does_not_mislead_the_recognition(case: str) -> None:
    """An organisation called as a sector is not taken for one of it; selection and edition are recognised as well."""
    read = read_return("copy.xlsx", edited(lambda book: book.remove(book["dimm-xl"]))(fill(Wanted(), MISLEADING[case])))
    assert (read.assessment, Code.MISSING_ROW in codes(read)) == (MISLEADING[case], False)


@pytest.mark.office
@pytest.mark.parametrize("ending", ["xlsx", "ods", "xls"])
def test_a_return_saved_by_libreoffice_reads_the_same(ending: str, office: Office, tmp_path: Path) -> None:
    """As .xlsx, .ods and .xls: the same assessment; so does one that was renamed, filtered and robbed of its identity before."""
    worn = each_sheet(rows_hidden, LEVERS)(VARIANTS["identity sheet deleted"][0](VARIANTS["rows inserted above"][0](CONTENT)))
    for content, said_so in ((CONTENT, set()), (VARIANTS["sheets renamed"][0](worn), {Code.NO_IDENTITY})):
        (tmp_path / "given.xlsx").write_bytes(content)
        office.fill(tmp_path / "given.xlsx", tmp_path / f"saved.{ending}", [])
        saved = (tmp_path / f"saved.{ending}").read_bytes()
        read = read_return("saved", saved)
        assert (read.assessment, codes(read) - codes(PLAIN)) == (PLAIN.assessment, said_so)
    if ending == "ods":
        assert read_return("saved", wide("content")(saved)).assessment == PLAIN.assessment
