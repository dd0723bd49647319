"""The cheap look: only what is read is unpacked, and the engine is given nothing that was not looked at."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from dimm_xl.findings import Code, Severity
from dimm_xl.returns import expected, read_return
from dimm_xl.workbook import glance
from dimm_xl.workbook.guard import Refused, beside
from dimm_xl.workbook.pack import filed, joined, packed, stored
from dimm_xl.workbook.read import Grids
from tests.support import at_level, questionnaire_bytes

CONTENT = questionnaire_bytes(at_level(2))
FIRST = expected(("dimm",))


def part_of(name: str) -> str:
    """The part of the sheet that people see under a name."""
    return Grids(CONTENT)._paths[name]


def altered(name: str, old: bytes, new: bytes) -> bytes:
    """The questionnaire with one sheet's part changed."""
    part = Grids(CONTENT)._found.parts[part_of(name)]
    assert old in part
    return replaced(part_of(name), part.replace(old, new, 1))


def replaced(path: str, new: bytes) -> bytes:
    """The questionnaire with another part in the place of one."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(CONTENT)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new_parts:
        for entry in parts.infolist():
            new_parts.writestr(entry.filename, new if entry.filename == path else parts.read(entry))
    return out.getvalue()


def test_the_engine_is_given_the_sheets_that_are_read_and_no_other() -> None:
    found = glance.sort(CONTENT)
    content = glance.package(found.parts, [part_of("Profil")])
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert parts.testzip() is None
        assert [name for name in parts.namelist() if "worksheets" in name] == [part_of("Profil")]
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.get_sheet_by_name("Profil").to_python(skip_empty_area=False) == Grids(CONTENT)["Profil"]


def test_a_sheet_that_nobody_expected_is_unpacked_when_it_is_asked_for() -> None:
    some, every = Grids(CONTENT, first=FIRST), Grids(CONTENT)
    assert "Glossaire" not in some._opened
    assert some.names == every.names
    assert [some[name] for name in some.names] == [every[name] for name in every.names]


@pytest.mark.parametrize("name", ["Glossaire", "Synthèse", "Accueil"])
def test_damage_in_a_sheet_that_holds_no_answers_costs_no_answers(name: str) -> None:
    """What nobody reads is neither unpacked nor able to harm; asked for, it is refused like any other."""
    hostile = altered(name, b"<worksheet", b"<!DOCTYPE x [<!ENTITY y 'z'>]><worksheet")
    assert read_return("a.xlsx", hostile).assessment == read_return("a.xlsx", CONTENT).assessment
    with pytest.raises(Refused) as refusal:
        Grids(hostile, first=FIRST)[name]
    assert refusal.value.code is Code.SUSPICIOUS


def test_damage_in_a_sheet_that_holds_answers_is_refused() -> None:
    hostile = altered("S Stratégie", b"<worksheet", b"<!DOCTYPE x []><worksheet")
    assert [finding.code for finding in read_return("a.xlsx", hostile).findings] == [Code.SUSPICIOUS]


@pytest.mark.parametrize(
    "odd",
    [b' t ="e"', b' t= "e"', b' t = "e"', b" t='e'", b" t='e' ", b" t= 'e'", b' t\n="e"', b' t=\t"e"', b' t\r\n=\r\n"e"', b'\n\t t="e"'],
)
def test_an_error_is_seen_however_its_attributes_are_spaced_and_quoted(odd: bytes) -> None:
    """XML allows blanks around an equals sign and single quotes: an error cell written so is flagged, never a blank answer."""
    cells = re.sub(
        rb'<c r="I6"[^>]*?(/>|>.*?</c>)', b'<c r="I6"%b><v>#N/A</v></c>' % odd, Grids(CONTENT)._found.parts[part_of("S Stratégie")]
    )
    read = read_return("a.xlsx", replaced(part_of("S Stratégie"), cells))
    assert [(one.code, one.cell) for one in read.findings if one.code.severity is Severity.ERROR] == [(Code.ERROR_CELL, "I6")]


@pytest.mark.parametrize("odd", [b"<v></v>", b"<v/>", b"<v />", b""])
@pytest.mark.parametrize("formula", [b"<f>1+2</f>", b'<f t="shared" si="0"/>'])
def test_a_formula_without_a_value_is_seen_however_it_is_written(formula: bytes, odd: bytes) -> None:
    """Both ways of writing a formula, each way of leaving out its value: never a blank answer."""
    cells = re.sub(
        rb'<c r="I6"[^>]*?(/>|>.*?</c>)', b'<c r="I6">%b%b</c>' % (formula, odd), Grids(CONTENT)._found.parts[part_of("S Stratégie")]
    )
    read = read_return("a.xlsx", replaced(part_of("S Stratégie"), cells))
    assert [(one.code, one.cell) for one in read.findings if one.code.severity is Severity.ERROR] == [(Code.UNCALCULATED, "I6")]


@pytest.mark.parametrize(
    ("part", "seen"),
    [
        (b"", False), (b"!", False), (b"a!b!", False), (b"Sheet!A1 <c>", False),
        (b"<!", True), (b"a!b<!DOCTYPE", True), (b"!!!<!--", True),
    ],
)  # fmt: skip
def test_a_byte_beside_another_is_found_wherever_it_stands(part: bytes, seen: bool) -> None:
    """The first and the last byte, runs of them, and far from any."""
    assert beside(part, b"!", b"<") is seen
    assert beside(bytes(10_000) + part, b"!", b"<") is seen


@pytest.mark.parametrize("pack", [packed, stored])
def test_a_joined_package_is_a_zip_that_holds_its_parts(pack: object) -> None:
    assert callable(pack)
    contents = {"a.xml": b"<a/>" * 1000, "folder/b.bin": bytes(range(256)), "empty": b""}
    with zipfile.ZipFile(io.BytesIO(joined(filed(name, pack(content)) for name, content in contents.items()))) as parts:
        assert parts.testzip() is None
        assert {name: parts.read(name) for name in parts.namelist()} == contents
