"""A model's workbook → lines: what the rows of each sheet say, cell by cell, and every cell that says something it may not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dimm_xl.model import Scale
from dimm_xl.model_book.sheets import CHOICES, FACTS, OPTIONAL, RAW, SHEETS, Field, Shape, choice, facts_sheet, sheet
from dimm_xl.model_check import MOST_LEVELS
from dimm_xl.sheet import CellError, Kind, Sheet, face, text
from dimm_xl.words import Words
from dimm_xl.workbook.formulas import formulas
from dimm_xl.workbook.guard import DEFAULT, Limits
from dimm_xl.workbook.read import Grids, Reading, address, candidates, read


@dataclass(frozen=True)
class Told:
    """Something wrong: where (``Leviers!B5``; a sheet's name, or nothing, when it is no cell) and what."""

    place: str
    what: str


@dataclass(frozen=True)
class Line:
    """One row: values by field, with what stands in for a cell that is blank or not understood, and each field's place.

    A field of several columns carries what tells them apart: ``name.fr``.
    """

    values: Mapping[str, Any]
    cells: Mapping[str, str]
    first: str

    def at(self, name: str) -> str:
        """Return where a field's cell is; the row's first cell when the sheet has no such column."""
        return self.cells.get(name, self.first)

    def parts(self, name: str) -> dict[str, Any]:
        """Return the values of a field of several columns, by what tells these apart."""
        return {key.rpartition(".")[2]: value for key, value in self.values.items() if key.rpartition(".")[0] == name}


@dataclass(frozen=True)
class Lines:
    """Everything that a workbook says: the facts by key path, the lines of each sheet, what is wrong so far.

    ``headers`` are the places of columns for sizes that no line of the sheet of sizes names.
    """

    facts: Line
    sheets: Mapping[str, Sequence[Line]]
    headers: Mapping[str, str] = field(default_factory=dict)
    told: tuple[Told, ...] = ()


def lines(content: bytes, words: Words, others: Sequence[Words], limits: Limits = DEFAULT) -> Lines:
    """Return what a workbook says, sheets and headers named in any of the languages; Refused when it is none that can be read."""
    reader = _Reader(content, words, others, limits)
    facts = reader.facts()
    shape = Shape(facts.values["languages"], levels=tuple(demanding(facts.values)[:MOST_LEVELS]))
    known = [line.values["id"] for line in reader.rows("sizes", shape)]
    headers = reader.sizes(replace(shape, sizes=tuple(known)))
    shape = replace(shape, sizes=tuple(dict.fromkeys((*known, *headers))))
    reader.told.clear()  # what is wrong with these two sheets is told again below
    facts = reader.facts()
    return Lines(facts, {name: reader.rows(name, shape) for name in SHEETS}, headers, tuple(reader.told))


def demanding(facts: Mapping[str, Any]) -> range:
    """Return the levels that have demands, by the facts of a model."""
    return Scale(**{key: facts[f"scale.{key}"] for key in ("lowest", "highest", "levels")}, better="high").demanding


class _Reader:
    """Reads the sheets of one workbook, and gathers in ``told`` what is wrong with their cells."""

    def __init__(self, content: bytes, words: Words, others: Sequence[Words], limits: Limits) -> None:
        self.grids = Grids(content, limits)
        self.words, self.others = words, others
        self.told: list[Told] = []
        found = formulas(content) if self.grids.format == "xlsx" else {}
        self.formulas = {f"{name}!{cell}" for name, cells in found.items() for cell in cells}

    def facts(self) -> Line:
        """Return what the model says once, by key path."""
        described = facts_sheet(self.words, self.others)
        name, reading = self._reading("model", described)
        found = {text(row.values["path"]): row for row in reading.rows}

        def fact(path: str, said: Field) -> None:
            row = found.get(path)
            cells[path] = f"{name}!{row.cells['value']}" if row and "value" in row.cells else name
            kind = choice(said.name, self.words, self.others) if said.name in CHOICES else said.kind
            values[path] = self._understood(said, kind, row.values.get("value") if row else None, cells[path])

        cells: dict[str, str] = {}
        values: dict[str, Any] = {}
        fact("languages", FACTS["languages"])
        for path, said in FACTS.items():
            for lang in values["languages"] if said.spoken else ("",):
                if path != "languages":
                    fact(f"{path}.{lang}" if lang else path, said)
        return Line(values, cells, name)

    def rows(self, name: str, shape: Shape) -> list[Line]:
        """Return the lines of the sheet ``name``."""
        described = sheet(name, shape, self.words, self.others)
        fields = {field.name: field for field in SHEETS[name]}
        shown, reading = self._reading(name, described)
        found = []
        for row in reading.rows:
            cells = {key: f"{shown}!{cell}" for key, cell in row.cells.items()}
            values = {
                column.field: self._understood(
                    fields[column.field.partition(".")[0]], column.kind, row.values.get(column.field), cells.get(column.field)
                )
                for column in described.columns
            }
            found.append(Line(values, cells, cells[described.key]))
        return found

    def sizes(self, shape: Shape) -> Mapping[str, str]:
        """Return the places of those columns that tick a size of which ``shape`` knows nothing, by its id."""
        name, reading = self._reading("indicators", sheet("indicators", shape, self.words, self.others))
        if not reading.places:
            return {}
        titles = "|".join(re.escape(face(spoken("modelbook.column.sizes"))) for spoken in (self.words, *self.others))
        headers = ((n, re.fullmatch(f"(?:{titles}) (.+)", face(cell))) for n, cell in enumerate(self.grids[name][reading.top]))
        return {found[1]: f"{name}!{address(reading.top, n)}" for n, found in headers if found and found[1] not in shape.sizes}

    def _reading(self, name: str, described: Sheet) -> tuple[str, Reading]:
        """Return the name of a sheet in this workbook and its rows, raw; what it lacks is told."""
        names = [spoken(f"modelbook.sheet.{name}") for spoken in (self.words, *self.others)]
        shown = next((one for one in candidates(self.grids, names) if face(one) in map(face, names)), None)
        if shown is None and name in OPTIONAL:
            return names[0], Reading()
        if shown is None:
            self.told.append(Told(names[0], f"there is no sheet of this name ({' or '.join(names)})"))
            return names[0], Reading()
        raw = replace(described, columns=tuple(replace(column, kind=RAW) for column in described.columns))
        reading = read(raw, self.grids[shown], shown)
        if reading is None:
            self.told.append(Told(shown, f"the headers are not found: {', '.join(column.title for column in described.columns[:4])}, …"))
            return shown, Reading()
        for missing in reading.missing:
            self.told.append(Told(shown, f"there is no column “{described.column(missing).title}”"))
        self._without_key(shown, described, reading)
        return shown, reading

    def _without_key(self, name: str, described: Sheet, reading: Reading) -> None:
        """Tell of rows that say something but lack what tells rows apart: they cannot be read, and must not be lost in silence."""
        key = reading.places[described.key]
        grid = self.grids[name]
        for r in range(reading.top + 1, len(grid)):
            cells = {place: text(grid[r][place]) for place in reading.places.values() if place < len(grid[r])}
            if not cells.get(key) and any(cells.values()):
                self.told.append(
                    Told(f"{name}!{address(r, key)}", f"nothing stands here; needed is “{described.column(described.key).title}”")
                )

    def _understood(self, said: Field, kind: Kind, cell: Any, place: str | None) -> Any:
        """Return the value of a cell, or what stands in for it once what is wrong has been told (no place: there is no such cell)."""
        if place is None:
            return said.stands_in
        if place in self.formulas:
            wrong = f"a formula (it shows “{text(cell)[:80]}”): type its value instead"
        elif cell is None or (isinstance(cell, str) and not face(cell)):
            wrong = f"nothing stands here; needed is {self.words(kind.expects)}" if said.stands_in is not None else ""
        else:
            try:
                return kind.parse(cell)
            except ValueError:
                wrong = f"“{text(cell)[:80]}” is not {self.words(kind.expects)}"
            if isinstance(cell, CellError):
                wrong = f"an error ({cell}): type the value instead"
        if wrong:
            self.told.append(Told(place, wrong))
        return said.stands_in
