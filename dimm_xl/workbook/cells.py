"""Values → XML of cells, letter by letter as XlsxWriter writes it, many times faster: what is cast into a mould.

A cell is cut behind its address and style: ``<c r="B7" s="5"`` belongs to the mould, what follows (the *rest*) to the value.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from copy import deepcopy
from functools import cache, lru_cache
from typing import Any

import xlsxwriter
from xlsxwriter.sharedstrings import SharedStrings, SharedStringTable
from xlsxwriter.worksheet import re_dynamic_function

from dimm_xl.look import Look
from dimm_xl.page import Formula, Rich
from dimm_xl.workbook.escape import data
from dimm_xl.workbook.style import Styles
from dimm_xl.workbook.write import OPTIONS, clean

ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
EMPTY = "/>"
MOST = 32
"""Values of one formula that are remembered."""
TEXT = ' t="s"><v>'
"""How the rest of a cell with text begins."""
SST = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="{count}" uniqueCount="{unique}">'
)


class Uncast(Exception):
    """A book holds something that has to be written directly."""


cleaned = lru_cache(maxsize=32768)(clean)
"""The texts of a model come again and again."""


_RESTS: list[str] = []
"""The rests of cells with the first shared strings."""


class Cells(dict[object, str]):
    """The rest of a cell by its value; each text that is new takes the next number of the workbook's shared strings.

    Keys are texts, numbers, None, and pairs of a :class:`Rich` text and the look of its cell; TypeError for anything else.
    """

    def __init__(self, fonts: Fonts) -> None:
        super().__init__({None: EMPTY})
        self._fonts = fonts
        self._numbers: dict[str, int] = {}

    def __missing__(self, value: Any) -> str:
        if value.__class__ is str:
            rest = self._text(cleaned(value))
        elif isinstance(value, tuple):
            rest = self._text(self._fonts.runs(*value))
        elif isinstance(value, int | float) and math.isfinite(value):
            rest = f"><v>{value + 0:.16G}</v></c>"
        else:
            raise TypeError(f"{value!r:.100}")
        self[value] = rest
        return rest

    def _text(self, text: str) -> str:
        number = self._numbers.setdefault(text, len(self._numbers))
        if number == len(_RESTS):
            _RESTS.append(f"{TEXT}{number}</v></c>")
        return _RESTS[number]

    def part(self, count: int) -> str:
        """Return the part of shared strings; ``count`` cells hold them."""
        head = SST.format(count=count, unique=len(self._numbers))
        return "".join((head, *map(_entry, self._numbers), "</sst>"))


@lru_cache(maxsize=16384)
def _entry(text: str) -> str:
    out = io.StringIO()
    writer = SharedStrings()
    writer._set_filehandle(out)  # noqa: SLF001
    writer._write_si(text)  # noqa: SLF001
    return out.getvalue()


class Fonts:
    """The runs of rich texts in one look."""

    def __init__(self, look: Look) -> None:
        self._book = xlsxwriter.Workbook(io.BytesIO(), deepcopy(OPTIONS))
        self._sheet = self._book.add_worksheet()
        self._styles = Styles(self._book, look)
        self.numbers: Mapping[str, int] = self._styles.numbers
        self.runs = lru_cache(maxsize=4096)(self._runs)

    def _runs(self, rich: Rich, look: str) -> str:
        """Return a rich text as XML."""
        fragments = [entry for text, name in rich.parts for entry in (self._styles[name if name != look else "strong"], clean(text))]
        self._sheet.str_table = SharedStringTable()
        if self._sheet.write_rich_string(0, 0, *fragments):
            raise Uncast(str(rich))
        return str(next(iter(self._sheet.str_table.string_table)))


class Told(dict[str | float, str]):
    """A formula as a sheet tells it: the rest of its cell by the value it has now; ``at`` is where its names stand."""

    def __init__(self, formula: Formula, names: Mapping[str, str]) -> None:
        super().__init__()
        text = _prepared(formula.text).format_map(names)
        if any("(" in place for place in names.values()):  # a sheet whose name may read like a function
            text = _prepared(formula.text.format_map(names))
        if text.startswith("{"):
            raise Uncast(text)
        self.at, self._before = formula.at, f"><f>{data(text)}</f><v>"

    def __missing__(self, value: str | float) -> str:
        if len(self) > MOST:  # scores of organisations never end
            self.clear()
        self[value] = rest = self._rest(value)
        return rest

    def rest(self, value: str | float) -> str:
        """Return the rest of the cell; 1 and 1.0 are told differently, and only one of them is remembered."""
        return self[value] if value.__class__ is not int else self._rest(value)

    def _rest(self, value: str | float) -> str:
        if not isinstance(value, str):
            return f"{self._before}{value + 0}</v></c>"
        value = cleaned(value)
        kind = "" if not value else ' t="e"' if value in ERRORS else ' t="str"'
        return f"{kind}{self._before}{data(value)}</v></c>"


@cache
def _sheet() -> Any:
    return xlsxwriter.Workbook(io.BytesIO()).add_worksheet()


@lru_cache(maxsize=8192)
def _prepared(text: str) -> str:
    """Return a formula as files hold it, its names still in braces: functions younger than the format get their prefix."""
    hidden = text.translate({ord("{"): "\1", ord("}"): "\2"})  # XlsxWriter takes braces for those of an array formula
    if re_dynamic_function.search(hidden):
        raise Uncast(text)
    return str(_sheet()._prepare_formula("=" + hidden)).translate({1: "{", 2: "}"})  # noqa: SLF001


@lru_cache(maxsize=2048)
def height(points: float) -> str:
    """Return the attributes that say how tall a row is (none for the height that rows have by themselves)."""
    tall = pixels(points)
    return "" if tall == 20 else f' ht="{tall * 0.75:.16g}" customHeight="1"'


def pixels(points: float) -> int:
    """Return the height of a row in whole pixels."""
    return int(points * 4.0 / 3.0 + 0.5)
