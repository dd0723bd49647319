"""Registers for tests: the workbook that `register new` writes, with rows typed into it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dimm_xl import catalogue, layout
from dimm_xl.assessment import Answer, Answered, Assessment
from dimm_xl.campaign import registered, standing
from dimm_xl.collect import unheard
from dimm_xl.findings import Code, Finding
from dimm_xl.model import Profile
from dimm_xl.register import Register
from dimm_xl.register_book import read_register, workbook_of
from dimm_xl.register_book.book import TOP
from dimm_xl.settings import Run
from dimm_xl.workbook.guard import Refused

Typed = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by sheet (``organisations``, ``respondents``, ``adaptations``), each with its cells by field."""

HOTEL_ROW = {"id": "H001", "name": "Hôtel des Tilleuls", "sector": "tourism", "size": "sme"}
INN_ROW = {"id": "H002", "name": "Auberge du Lac", "sector": "tourism", "size": "micro"}


@cache
def empty(lang: str = "fr") -> bytes:
    """An empty register of the shipped model."""
    return workbook_of(catalogue.load(), lang)


def register_bytes(typed: Typed, lang: str = "fr") -> bytes:
    """A register into which rows were typed, found by their headers."""
    book, out = openpyxl.load_workbook(io.BytesIO(empty(lang))), io.BytesIO()
    words = catalogue.words(lang)
    for name, rows in typed.items():
        sheet = book[words(f"register.sheet.{name}")]
        places = [cell.value for cell in sheet[TOP + 1]]
        for n, row in enumerate(rows, TOP + 2):
            for field, value in row.items():
                cell = sheet.cell(n, 1 + places.index(words(f"register.column.{field}")))
                cell.value = value
                if isinstance(value, str) and not value.startswith("#"):
                    cell.data_type = "s"  # text, whatever it looks like
    book.save(out)
    return out.getvalue()


def organisations(*rows: Mapping[str, Any]) -> Typed:
    """Typed rows of organisations alone."""
    return {"organisations": rows}


def read(typed: Typed, lang: str = "fr") -> Register:
    """What is read of typed rows."""
    return read_register("register.xlsx", register_bytes(typed, lang), catalogue.load(), lang)


def laid(folder: Path, typed: Typed, lang: str = "fr") -> Path:
    """A register as a file in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "register.xlsx"
    path.write_bytes(register_bytes(typed, lang))
    return path


def column(field: str, name: str) -> int:
    """The place of a field in a sheet of the register."""
    return layout.REGISTER[name].index(field)


# --- every finding of a register, and what makes it

Found = Sequence[Finding]
Maker = Callable[[Path, pytest.MonkeyPatch], Found]


def registering(typed: Mapping[str, Sequence[Mapping[str, Any]]]) -> Maker:
    """What reading a register finds in one into which rows were typed."""
    return lambda *_: read(typed).findings


def no_register(*_: object) -> Found:
    """What is refused of a workbook that is no register."""
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    with pytest.raises(Refused) as refusal:
        read_register("r.xlsx", out.getvalue(), catalogue.load())
    return [Finding(refusal.value.code, facts=refusal.value.facts)]


def adapting(**row: Any) -> Maker:
    """What a register finds in a row of adaptations."""
    return registering({"organisations": [HOTEL_ROW], "adaptations": [row]})


def enlisting(**row: Any) -> Maker:
    """What a register finds in the row of an organisation after a good one."""
    return registering({"organisations": [HOTEL_ROW, {**INN_ROW, **row}]})


def asking(**row: Any) -> Maker:
    """What a register finds in the row of a respondent."""
    return registering({"organisations": [HOTEL_ROW], "respondents": [row]})


def without_a_column(*_: object) -> Found:
    """What is found in a register whose column of reasons has no header."""
    book, out = openpyxl.load_workbook(io.BytesIO(empty())), io.BytesIO()
    book["Organisations"].cell(4, 9).value = None
    book["Organisations"].tables.clear()
    book.save(out)
    return read_register("r.xlsx", out.getvalue(), catalogue.load()).findings


def in_a_run(top: Path, _: pytest.MonkeyPatch) -> Found:
    """What a run lists of its register."""
    path = laid(top, {"organisations": [HOTEL_ROW]})
    asked = Run(top, top / "out", workers=0, register=path)
    return standing(asked, (), unheard, registered(asked))[0].returns[0].findings


MAKERS: Mapping[Code, Maker] = {
    Code.REGISTER: in_a_run,
    Code.NOT_A_REGISTER: no_register,
    Code.REGISTER_NO_COLUMN: without_a_column,
    Code.REGISTER_NO_ID: enlisting(id=None),
    Code.REGISTER_UNSAFE_ID: enlisting(id="../x"),
    Code.REGISTER_ID_TWICE: enlisting(id="h001"),
    Code.REGISTER_NO_NAME: enlisting(name=None),
    Code.REGISTER_SECTOR: enlisting(sector="pêche"),
    Code.REGISTER_SIZE: enlisting(size="énorme"),
    Code.REGISTER_LANGUAGE: enlisting(lang="klingon"),
    Code.REGISTER_DATE: enlisting(deadline="demain"),
    Code.REGISTER_FUNCTION: asking(organisation="H001", function="Jongleur"),
    Code.REGISTER_NOBODY: asking(organisation="H999", respondent="Zoé"),
    Code.REGISTER_INDICATOR: adapting(indicator="ZZ9", target=3, reason="x"),
    Code.REGISTER_TARGET: adapting(indicator="SP1", target=9, reason="x"),
    Code.REGISTER_WEIGHT: adapting(indicator="SP1", weight=9, reason="x"),
    Code.REGISTER_NO_REASON: adapting(indicator="SP1", target=3),
    Code.REGISTER_ADAPTED_TWICE: registering(
        {"organisations": [HOTEL_ROW], "adaptations": [{"indicator": "SP1", "target": 3, "reason": "x"}] * 2}
    ),
    Code.REGISTER_CHANGES_NOTHING: adapting(indicator="SP1", reason="x"),
    Code.REGISTER_NOTHING_ASKED: registering(
        {
            "organisations": [HOTEL_ROW],
            "adaptations": [{"indicator": code, "excluded": "oui", "reason": "x"} for code in catalogue.load().indicators],
        }
    ),
    Code.REGISTER_UNASKED: asking(organisation="H001", function="it"),
}


# --- returns against a register

MODEL = catalogue.load()
INN = Profile("tourism", "micro")
TODAY, DUE = date(2027, 4, 15), date(2027, 3, 31)
LATE = {"deadline": DUE.isoformat()}
SPEECH = {lang: catalogue.words(lang) for lang in ("fr", "en")}


def answered(name: str, profile: Profile = INN, share: float = 1.0, **more: Any) -> Assessment:
    """A return at level 3, the first indicators of it alone for a ``share`` under 1."""
    blank = Assessment(name, profile, "dimm", "v2", "fr", **more)
    codes = list(catalogue.resolved("dimm", blank.cut).indicators)
    kept = codes[: round(len(codes) * share)]
    levels = {code: Answer(Answered(2 + n % 2)) for n, code in enumerate(kept)}
    return replace(blank, answers={code: levels.get(code, Answer()) for code in codes})
