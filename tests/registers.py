"""Registers for tests: the workbook that `register new` writes, with rows typed into it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

from dimm_xl import catalogue, layout
from dimm_xl.register import Register
from dimm_xl.register_book import read_register, workbook_of
from dimm_xl.register_book.book import TOP

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
