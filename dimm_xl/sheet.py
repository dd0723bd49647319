"""What a sheet is: columns that carry a field of the domain, and kinds of value with two faces.

A :class:`Kind` parses a cell into a value and shows a value as a cell; ``parse(show(value)) == value``. Descriptions are inert:
the writer, the reader, the manual and the tests read them, and none of them knows an Excel library through them.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class CellError:
    """A cell that holds an error (``#N/A``) or a formula that was never calculated: never a blank, never a zero."""

    shows: str

    def __str__(self) -> str:
        return self.shows


Cell = str | float | int | bool | None | datetime.date | datetime.time | datetime.timedelta | CellError
"""A raw cell, whatever engine read it."""

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_BLANKS = re.compile(r"[^\S\n]+")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LONGEST_TEXT = 32_767
LONGEST_NAME = 100
"""Characters beyond which a cell is no header, and a text no name."""
PLAIN = str.maketrans({"’": "'", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"})
"""Characters that people type in two ways and that Unicode does not decompose."""


def text(cell: object) -> str:
    """Return a cell as people's text: unseen marks and stray blanks gone, line breaks kept, 3.0 as ``3``.

    Leading apostrophes are dropped: that is how people type a number as text.
    """
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.isprintable() and "  " not in cell and not cell.startswith(("'", " ")):
        return cell.rstrip(" ")  # most cells by far: nothing unseen in them
    if isinstance(cell, float) and math.isfinite(cell) and cell.is_integer():
        cell = int(cell)
    shown = CONTROLS.sub("", _UNSEEN.sub("", str(cell).replace("\r\n", "\n").replace("\r", "\n")))
    lines = (_BLANKS.sub(" ", line).strip() for line in shown.split("\n"))
    return "\n".join(lines).strip().lstrip("' \n")


def face(cell: object) -> str:
    """Return a cell as it is compared: one line, without case, accents, width variants, kinds of blank or apostrophe."""
    shown = text(cell)
    if not shown.isascii():
        parts = unicodedata.normalize("NFKD", shown.translate(PLAIN))
        shown = "".join(c for c in parts if not unicodedata.combining(c))
    return " ".join(shown.casefold().split())


_KEPT = lru_cache(maxsize=4096)(face)


def faced(name: str) -> str:
    """Return the face of a text that stands in every return, such as a header or the name of a sheet: found once, then known."""
    return _KEPT(name) if len(name) <= LONGEST_NAME else face(name)


def number(cell: object) -> float:
    """Return a cell as a finite number; ValueError otherwise.

    In text, a decimal comma and blanks between thousands are allowed.
    """
    if isinstance(cell, bool | CellError | datetime.date | datetime.time | datetime.timedelta):
        raise ValueError(text(cell))
    if isinstance(cell, int | float):
        try:
            value = float(cell)
        except OverflowError:
            raise ValueError(text(cell)) from None
    else:
        shown = re.sub(r"(?<=\d) (?=\d{3}\b)", "", face(cell)).replace(",", ".")
        if not re.fullmatch(r"[+-]?(\d{1,15}(\.\d*)?|\.\d+)", shown):
            raise ValueError(text(cell))
        value = float(shown)
    if not math.isfinite(value):
        raise ValueError(text(cell))
    return value


def figure(cell: object) -> float:
    """Return a measured figure: a number, in text perhaps with a percent sign (``12,5 %`` is 12.5); ValueError otherwise."""
    return number(face(cell).removesuffix("%") if isinstance(cell, str) else cell)


@dataclass(frozen=True)
class Kind:
    """What a column holds: how a cell becomes a value and back.

    ``expects`` is the key of the words that say the rule to people. ``parse`` raises ValueError on what it does not
    understand and is never given an empty cell. ``picks`` are the labels that a drop-down offers.
    """

    expects: str
    parse: Callable[[Any], Any] = text
    show: Callable[[Any], Any] = str
    picks: tuple[str, ...] = ()
    between: tuple[float, float] | None = None


TEXT = Kind("kind.text")
NUMBER = Kind("kind.number", figure, float)


def choice(labels: Mapping[str, str], aliases: Mapping[str, str] = MappingProxyType({}), expects: str = "kind.choice") -> Kind:
    """Return the kind of a cell that holds one of several ids, shown by their labels; ids and labels are both understood.

    ``aliases`` are other spellings that people use, in any language, with the id that each stands for.
    """
    known = {face(spelling): value for spelling, value in aliases.items()}
    known |= {face(shown): value for value, label in labels.items() for shown in (value, label)}

    def parse(cell: object) -> str:
        if (shown := face(cell)) not in known:
            raise ValueError(text(cell))
        return known[shown]

    return Kind(expects, parse, labels.__getitem__, tuple(labels.values()))


def day(cell: object) -> datetime.date:
    """Return a cell as a date: a date, 2027-03-31, or day first as in 31/03/2027 and 31.03.2027; ValueError otherwise."""
    if isinstance(cell, datetime.date):
        return cell.date() if isinstance(cell, datetime.datetime) else cell
    shown = text(cell).replace(".", "/")
    return datetime.datetime.strptime(shown, "%d/%m/%Y" if "/" in shown else "%Y-%m-%d").date()


DATE = Kind("kind.date", day, day)


MARKS = {"✓": True, "✔": True, "x": True, "oui": True, "yes": True, "true": True, "1": True} | dict.fromkeys(
    ("-", "–", "non", "no", "false", "0"), False
)
"""How people tick a cell, and how they say that it is not ticked."""


def tick(cell: object) -> bool:
    """Return whether a cell is ticked: with a tick, a cross, yes or 1; ValueError for anything but those and their contraries."""
    if (shown := face(cell)) not in MARKS:
        raise ValueError(text(cell))
    return MARKS[shown]


class Pick(Enum):
    """What stands in a level's cell besides a level."""

    NOT_APPLICABLE = "not applicable"
    UNKNOWN = "unknown"


def level(lowest: int, highest: int, labels: Mapping[Pick, str], aliases: Mapping[str, Pick]) -> Kind:
    """Return the kind of an answer's cell: a whole level within bounds, or one of the two picks.

    ``labels`` are the faces that are shown; ``aliases`` other spellings that people use, in any language. ``3``, ``3,0``,
    ``3 - Defined`` and ``niveau 3`` are all level 3; 2.5, 7 and TRUE are none.
    """
    picks = {face(spelling): pick for pick, spelling in labels.items()} | {face(spelling): pick for spelling, pick in aliases.items()}

    @lru_cache(maxsize=256, typed=True)  # the same few answers stand in every return; 1 is not TRUE
    def parse(cell: object) -> int | Pick:
        if isinstance(cell, str) and (pick := picks.get(face(cell))):
            return pick
        value = number(_bare(cell) if isinstance(cell, str) else cell)
        if not (value.is_integer() and lowest <= value <= highest):
            raise ValueError(text(cell))
        return int(value)

    def show(value: int | Pick) -> int | str:
        return labels[value] if isinstance(value, Pick) else value

    offered = (*map(str, range(lowest, highest + 1)), *labels.values())
    return Kind("kind.level", parse, show, offered)


def _bare(cell: str) -> str:
    """Return the number in ``niveau 3``, ``3 - Defined``, ``"3"`` or ``3 : …``, the text itself otherwise."""
    shown = face(cell).strip('"“”«» ')
    dressed = re.fullmatch(r"(?:niveau|level|n)?\s*(\d+(?:[.,]0+)?)(?:\s*[-–—:/]\s*\D*)?", shown)
    return dressed[1] if dressed else cell


@dataclass(frozen=True)
class Column:
    """One column of a sheet: the field it carries, the header people see, and how it looks.

    ``aliases`` are headers under which the column is also recognised. ``entry``: the respondent fills it in, all else is
    locked. ``says`` is what a spreadsheet program answers to a value it refuses. ``look`` names a meaning of ``workbook/style.py``;
    ``width`` is in characters; a ``hidden`` column only calculates.
    """

    field: str
    title: str
    kind: Kind = TEXT
    entry: bool = False
    aliases: tuple[str, ...] = ()
    look: str = "cell"
    width: float = 12
    hidden: bool = False
    says: str = ""

    @property
    def calculated(self) -> bool:
        """Say whether a formula stands in it, never anything that a person typed."""
        return self.hidden or self.look == "state"


@dataclass(frozen=True)
class Sheet:
    """A described table: its key is the field that tells rows apart."""

    name: str
    key: str
    columns: tuple[Column, ...]

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """The field of each header and alias, by the header's face."""
        return {face(title): column.field for column in self.columns for title in (*column.aliases[::-1], column.title)}

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {column.field: n for n, column in reversed([*enumerate(self.columns)])}

    @cached_property
    def entries(self) -> tuple[Column, ...]:
        """The columns that a respondent fills in."""
        return tuple(column for column in self.columns if column.entry)

    @cached_property
    def calculated(self) -> frozenset[str]:
        """The fields in which formulas stand."""
        return frozenset(column.field for column in self.columns if column.calculated)

    def column(self, field: str) -> Column:
        """Return the column that carries ``field``; KeyError when there is none."""
        return self.columns[self.place(field)]

    def place(self, field: str) -> int:
        """Return the position of a field among the columns; KeyError when there is none."""
        return self._places[field]
