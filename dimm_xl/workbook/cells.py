"""Values → XML of cells, letter by letter as XlsxWriter writes it, many times faster: what is cast into a mould.

A cell is cut behind its address and style: ``<c r="B7" s="5"`` belongs to the mould, what follows (the *rest*) to the value.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import compress, repeat
from operator import is_, is_not
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
EMPTY = b"/>"
MOST, KEPT = 32, 32768
"""Values of one formula, keys of any, that are remembered."""
LOT = 1024
"""Shared strings whose cells are told in one go."""
SST = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="{count}" uniqueCount="{unique}">'
)


class Uncast(Exception):
    """A book holds something that has to be written directly."""


cleaned = lru_cache(maxsize=32768)(clean)
"""The texts of a model come again and again."""


Key = str | float | tuple[bytes, str | float] | None
"""What a cell holds, as it is told from what others hold: a text (the runs of a rich one), a number, a formula's rest and value."""


class Keys(dict[object, Key]):
    """The keys of texts, numbers and None, which come again and again; TypeError for anything else."""

    def __missing__(self, value: Any) -> Key:
        if value.__class__ is str:
            key: Key = clean(value)
        elif value is None or (isinstance(value, int | float) and math.isfinite(value)):
            key = value
        else:
            raise TypeError(f"{value!r:.100}")
        if len(self) > KEPT:  # what respondents write never ends
            self.clear()
        self[value] = key
        return key


KEYS = Keys()


@dataclass(frozen=True)
class Cells:
    """The rests of a workbook's cells by their keys, its shared strings by their numbers, and how many cells hold one."""

    rests: Mapping[Key, bytes]
    strings: Sequence[str]
    held: int

    def part(self) -> bytes:
        """Return the part of shared strings."""
        head = SST.format(count=self.held, unique=len(self.strings)).encode()
        return b"".join((head, *map(_ENTRIES.__getitem__, self.strings), b"</sst>"))


def cells(written: Sequence[Key]) -> Cells:
    """Return the cells of a workbook in the order in which they are ``written``: so are its shared strings numbered."""
    keys = [*dict.fromkeys(written)]
    kinds = [*map(type, keys)]
    strings: list[Any] = [*compress(keys, map(is_, kinds, repeat(str)))]  # without a line of Python a cell
    others: list[Any] = [*compress(keys, map(is_not, kinds, repeat(str)))]
    rests = dict(zip(others, map(_rest, others), strict=True))
    rests.update(zip(strings, _held(-(-len(strings) // LOT)), strict=False))
    return Cells(rests, strings, [*map(type, written)].count(str))


@lru_cache(maxsize=8)
def _held(lots: int) -> Sequence[bytes]:
    """Return the rests of cells with the first shared strings."""
    return [b' t="s"><v>%d</v></c>' % number for number in range(lots * LOT)]


@lru_cache(maxsize=4096)
def _rest(key: float | tuple[bytes, str | float] | None) -> bytes:
    if isinstance(key, tuple):
        return key[0]
    return EMPTY if key is None else f"><v>{key + 0:.16G}</v></c>".encode()


class Entries(dict[str, bytes]):
    """The shared strings of texts, as XlsxWriter writes them."""

    def __missing__(self, text: str) -> bytes:
        if len(self) > KEPT:
            self.clear()
        out = io.StringIO()
        writer = SharedStrings()
        writer._set_filehandle(out)  # noqa: SLF001
        writer._write_si(text)  # noqa: SLF001
        self[text] = entry = out.getvalue().encode()
        return entry


_ENTRIES = Entries()


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


class Told(dict[str | float, bytes]):
    """A formula as a sheet tells it: the rest of its cell by the value it has now; ``at`` is where its names stand."""

    def __init__(self, formula: Formula, names: Mapping[str, str]) -> None:
        super().__init__()
        text = _prepared(formula.text).format_map(names)
        if any("(" in place for place in names.values()):  # a sheet whose name may read like a function
            text = _prepared(formula.text.format_map(names))
        if text.startswith("{"):
            raise Uncast(text)
        self.at, self._before = formula.at, f"><f>{data(text)}</f><v>"

    def __missing__(self, value: str | float) -> bytes:
        if len(self) > MOST:  # scores of organisations never end
            self.clear()
        self[value] = rest = self._rest(value)
        return rest

    def key(self, value: str | float) -> tuple[bytes, str | float]:
        """Return the key of the cell; 1 and 1.0 are told differently, and only one of them is remembered."""
        return (self[value] if value.__class__ is not int else self._rest(value)), value

    def _rest(self, value: str | float) -> bytes:
        if not isinstance(value, str):
            return f"{self._before}{value + 0}</v></c>".encode()
        value = cleaned(value)
        kind = "" if not value else ' t="e"' if value in ERRORS else ' t="str"'
        return f"{kind}{self._before}{data(value)}</v></c>".encode()


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
def height(points: float) -> bytes:
    """Return the attributes that say how tall a row is (none for the height that rows have by themselves)."""
    tall = pixels(points)
    return b"" if tall == 20 else f' ht="{tall * 0.75:.16g}" customHeight="1"'.encode()


def pixels(points: float) -> int:
    """Return the height of a row in whole pixels."""
    return int(points * 4.0 / 3.0 + 0.5)
