"""What the sheets of a model's workbook are: written by ``book.py`` and read by ``reading.py`` from this one description.

A field is spoken (a column a language) or stands across the sizes or the levels (a column each). Labels are found in the words under
``modelbook``; every language's headers are recognised.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Any

from dimm_xl.sheet import NUMBER, CellError, Column, Kind, Sheet, face, number, text
from dimm_xl.words import Words

TICK = "✓"
SEPARATOR = ";"


def exact(cell: object) -> str:
    """Return a text as it was typed, to the last blank; ValueError for what is no text, such as a date that a program made of it."""
    if isinstance(cell, bool | CellError | datetime.date | datetime.time | datetime.timedelta):
        raise ValueError(text(cell))
    return cell if isinstance(cell, str) else text(cell)


def whole(cell: object) -> int:
    """Return a whole number; ValueError otherwise."""
    value = number(cell)
    if not value.is_integer():
        raise ValueError(text(cell))
    return int(value)


def tick(cell: object) -> bool:
    """Return whether a cell is ticked: with a tick, a cross, yes or 1; ValueError for anything but those and their contraries."""
    marks = {"✓": True, "✔": True, "x": True, "oui": True, "yes": True, "true": True, "1": True}
    marks |= dict.fromkeys(("-", "–", "non", "no", "false", "0"), False)
    return bool(_known(marks, cell))


def listed(cell: object) -> tuple[str, ...]:
    """Return the ids in a cell, whatever separates them."""
    parts = face(exact(cell)).replace(",", SEPARATOR).replace(" ", SEPARATOR).split(SEPARATOR)
    return tuple(part for part in parts if part)


def numbers(cell: object) -> tuple[float, ...]:
    """Return the numbers in a cell, separated by semicolons; ValueError when one is none."""
    parts = cell.split(SEPARATOR) if isinstance(cell, str) else [cell]
    return tuple(number(part) for part in parts if text(part))


def _known(known: Mapping[str, Any], cell: object) -> Any:
    if (shown := face(cell)) not in known:
        raise ValueError(text(cell))
    return known[shown]


EXACT = Kind("kind.text", exact)
CODE = Kind("kind.text", lambda cell: exact(cell).strip().upper())
ID = Kind("kind.text", lambda cell: exact(cell).strip())
REFERENCE = Kind("kind.text", lambda cell: face(exact(cell)))
WHOLE = Kind("kind.whole", whole, int)
TICKED = Kind("kind.tick", tick, lambda ticked: TICK if ticked else "–")
LISTED = Kind("kind.listed", listed, f"{SEPARATOR} ".join)
NUMBERS = Kind("kind.numbers", numbers, lambda several: f"{SEPARATOR} ".join(f"{Decimal(repr(one)).normalize():f}" for one in several))
RAW = Kind("kind.text", lambda cell: cell)
"""A cell that each row understands in its own way."""

CHOICES = {"origin": ("published", "authored"), "better": ("high", "low"), "overall": ("levers", "indicators")}
"""The ids that the drop-down of a field offers by their labels."""


@dataclass(frozen=True)
class Field:
    """One thing that a row of a sheet says; its header and its note are words of this name.

    ``offers`` is the sheet whose keys the drop-down lists; ``stands_in`` is taken for a cell that is blank or not understood, so that
    everything else can be checked all the same (None: the cell may be blank).
    """

    name: str
    kind: Kind = EXACT
    width: float = 10
    spoken: bool = False
    across: str = ""
    offers: str = ""
    stands_in: Any = None


def _spoken(name: str, width: float) -> Field:
    return Field(name, width=width, spoken=True)


def _code(name: str, offers: str = "", width: float = 9) -> Field:
    return Field(name, CODE, width, offers=offers, stands_in="")


def _named() -> tuple[Field, ...]:
    return (Field("id", ID, 22, stands_in=""), _spoken("name", 44))


SHEETS: Mapping[str, tuple[Field, ...]] = {
    "levers": (_code("code"), _spoken("name", 30), _spoken("question", 56), Field("weight", NUMBER, 8, stands_in=1.0)),
    "groupings": (_code("code"), _code("lever", "levers"), _spoken("name", 44)),
    "indicators": (
        _code("code"),
        _code("grouping", "groupings", 11),
        _spoken("name", 26),
        _spoken("definition", 46),
        Field("weight", WHOLE, 8, stands_in=1),
        Field("target", WHOLE, 8, stands_in=1),
        Field("sizes", TICKED, 11, across="size"),
        Field("functions", LISTED, 22),
        _spoken("evidence", 34),
        _spoken("action", 34),
        Field("origin", RAW, 11, stands_in="authored"),
        Field("since", REFERENCE, 10, offers="editions"),
        Field("retouched", REFERENCE, 10, offers="editions"),
    ),
    "demands": (
        _code("indicator", "indicators", 12),
        Field("level", WHOLE, 9, stands_in=0),
        Field("sector", REFERENCE, 20, offers="sectors"),
        Field("rank", NUMBER, 8),
        _spoken("text", 66),
    ),
    "targets": (
        _code("indicator", "indicators", 12),
        Field("size", REFERENCE, 16, offers="sizes"),
        Field("sector", REFERENCE, 22, offers="sectors"),
        Field("target", WHOLE, 9, stands_in=1),
    ),
    "measures": (
        _code("indicator", "indicators", 12),
        _spoken("figure", 46),
        _spoken("unit", 13),
        Field("better", RAW, 12, stands_in="high"),
        _spoken("period", 30),
        Field("highest", NUMBER, 11),
    ),
    "thresholds": (
        _code("indicator", "indicators", 12),
        Field("sector", REFERENCE, 22, offers="sectors"),
        Field("threshold", NUMBER, 10, across="level"),
    ),
    "selections": (Field("id", ID, 18, stands_in=""), _spoken("name", 34), _spoken("description", 56)),
    "chosen": (
        Field("selection", REFERENCE, 18, offers="selections", stands_in=""),
        _code("indicator", "indicators", 12),
        _spoken("action", 60),
    ),
    "editions": (Field("id", ID, 12, stands_in=""), Field("year", WHOLE, 9, stands_in=1), _spoken("name", 44)),
    "sizes": _named(),
    "sectors": _named(),
    "functions": _named(),
    "words": (Field("key", ID, 30, stands_in=""), _spoken("said", 70)),
    "glossary": (Field("entry", WHOLE, 9, stands_in=0), _spoken("term", 30), _spoken("meaning", 80)),
}  # fmt: skip
"""Every sheet that holds rows, key first; in the order of the workbook, after the guide and the sheet of facts."""

OPTIONAL = frozenset({"words", "glossary"})
"""Sheets that a workbook may be without."""

FACTS: Mapping[str, Field] = {
    "id": Field("id", ID, stands_in="x"),
    "name": _spoken("name", 0),
    "languages": Field("languages", LISTED, stands_in=("fr", "en")),
    "scale.lowest": Field("lowest", WHOLE, stands_in=0),
    "scale.highest": Field("highest", WHOLE, stands_in=5),
    "scale.better": Field("better", RAW, stands_in="high"),
    "scale.levels": Field("levels", WHOLE),
    "scoring.overall": Field("overall", RAW, stands_in="levers"),
    "scoring.provisional_below": Field("provisional_below", NUMBER, stands_in=0.0),
    "scoring.hidden_below": Field("hidden_below", NUMBER, stands_in=0.0),
    "scoring.distribution": Field("distribution", NUMBERS, stands_in=(1.0,)),
    "scoring.published.shares": Field("shares", NUMBERS),
    "scoring.published.about": _spoken("about", 0),
    "scoring.ranked.groups": Field("groups", WHOLE),
    "scoring.ranked.name": _spoken("group", 0),
}
"""What the model says once, by its key path: a row each (a spoken one, a row a language)."""


@dataclass(frozen=True)
class Shape:
    """What decides the columns of the sheets: the model's languages, the ids of its sizes, its levels above the lowest."""

    languages: tuple[str, ...]
    sizes: tuple[str, ...] = ()
    levels: tuple[int, ...] = (1, 2, 3, 4, 5)

    def columns(self, field: Field) -> tuple[str, ...]:
        """Return what tells the columns of a field apart: a language, a size, a level, or nothing for the one column that it has."""
        if field.spoken:
            return self.languages
        return {"size": self.sizes, "level": tuple(map(str, self.levels)), "": ("",)}[field.across]


def sheet(name: str, shape: Shape, words: Words, others: Sequence[Words]) -> Sheet:
    """Return the description of the sheet ``name``; headers of the ``others`` are recognised too."""
    fields = SHEETS[name]
    columns = chain.from_iterable(_columns(field, shape, words, others) for field in fields)
    return Sheet(words(f"modelbook.sheet.{name}"), fields[0].name, tuple(columns))


def _columns(field: Field, shape: Shape, words: Words, others: Sequence[Words]) -> Iterator[Column]:
    looks = {"number": "edit-number", "whole": "edit-number", "tick": "edit-number"}
    look = "edit-code" if field.kind is CODE else looks.get(field.kind.expects.removeprefix("kind."), "edit")
    for part in shape.columns(field):
        titles = [heading(field, part, spoken) for spoken in (words, *others)]
        kind = choice(field.name, words, others) if field.name in CHOICES else field.kind
        says = words("modelbook.says") if field.offers else ""
        yield Column(f"{field.name}.{part}" if part else field.name, titles[0], kind, True, tuple(titles[1:]), look, field.width, says=says)


def heading(field: Field, part: str, words: Words) -> str:
    """Return the header of one column of a field: ``Nom (fr)``, ``Taille sme``."""
    title = words(f"modelbook.column.{field.name}")
    return f"{title} ({part})" if field.spoken else f"{title} {part}".strip()


def choice(name: str, words: Words, others: Sequence[Words]) -> Kind:
    """Return the kind of a cell that holds one of a field's choices, shown by its label; ids and every language's labels are understood."""
    known = {face(spelling): one for one in CHOICES[name] for spelling in (one, *(w(f"modelbook.choice.{one}") for w in (words, *others)))}
    labels = {one: words(f"modelbook.choice.{one}") for one in CHOICES[name]}
    return Kind("kind.choice", partial(_known, known), labels.__getitem__)


def facts_sheet(words: Words, others: Sequence[Words]) -> Sheet:
    """Return the description of the sheet that says what the model says once: a row a fact, known by its path in a hidden column."""

    def column(field: str, **more: Any) -> Column:
        titles = [spoken(f"modelbook.column.{field}") for spoken in (words, *others)]
        return Column(field, titles[0], aliases=tuple(titles[1:]), **more)

    name = words("modelbook.sheet.model")
    return Sheet(
        name,
        "path",
        (
            Column("path", "path", hidden=True),
            column("fact", look="term", width=36),
            column("value", kind=RAW, entry=True, look="edit", width=56),
            column("hint", look="hint", width=78),
        ),
    )
