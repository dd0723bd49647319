"""The cheap look: only what is read is unpacked, and the engine is given nothing that was not looked at."""

from __future__ import annotations

import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from dimm_xl.findings import Code
from dimm_xl.returns import expected, read_return
from dimm_xl.workbook import glance
from dimm_xl.workbook.guard import Refused
from dimm_xl.workbook.pack import joined, packed, stored
from dimm_xl.workbook.read import Grids
from tests.support import at_level, questionnaire_bytes

CONTENT = questionnaire_bytes(at_level(2))
FIRST = expected(("dimm",))


def part_of(name: str) -> str:
    """The part of the sheet that people see under a name."""
    return Grids(CONTENT)._paths[name]


def altered(name: str, old: bytes, new: bytes) -> bytes:
    """The questionnaire with one sheet's part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(CONTENT)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new_parts:
        for entry in parts.infolist():
            part = parts.read(entry)
            changed = part.replace(old, new, 1) if entry.filename == part_of(name) else part
            assert entry.filename != part_of(name) or changed != part
            new_parts.writestr(entry.filename, changed)
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


@pytest.mark.parametrize("pack", [packed, stored])
def test_a_joined_package_is_a_zip_that_holds_its_parts(pack: object) -> None:
    assert callable(pack)
    contents = {"a.xml": b"<a/>" * 1000, "folder/b.bin": bytes(range(256)), "empty": b""}
    with zipfile.ZipFile(io.BytesIO(joined((name, pack(content)) for name, content in contents.items()))) as parts:
        assert parts.testzip() is None
        assert {name: parts.read(name) for name in parts.namelist()} == contents
