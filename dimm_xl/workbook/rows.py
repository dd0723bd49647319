"""How values fill the rows of a table: what each cell shows, and how tall its row must be."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xlsxwriter.utility import xl_col_to_name

from dimm_xl.page import Formula, Link, Rich, Row, Table, Value
from dimm_xl.workbook.cells import KEYS, Fonts, Key, Told, Uncast
from dimm_xl.workbook.offers import address
from dimm_xl.workbook.room import HEADING, LEAST, Room, room
from dimm_xl.workbook.shape import numbered
from dimm_xl.workbook.style import header, wraps
from dimm_xl.workbook.write import Names

Slot = tuple[int, str, bool]
"""A cell on a row: its column, its look, and whether a value is written there (a merged range has cells without)."""
KEPT = 8192
"""Values in common that are remembered, of tables that look alike."""


@dataclass
class Filled:
    """A page's values, put where they stand: keys of cells by row, heights, links.

    ``written`` are all keys as they were written, ``listed`` the rows of an open-ended table.
    """

    keys: dict[int, list[Key]] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    links: dict[tuple[int, int], Link] = field(default_factory=dict)
    written: list[Key] = field(default_factory=list)
    listed: range = range(0)

    def write(self, row: int, keys: list[Key], tall: float) -> None:
        """Write more cells on a row, which need it to be so many points ``tall``."""
        self.written += keys
        if row in self.keys:
            keys, tall = self.keys[row] + keys, max(self.heights[row], tall)
        self.keys[row], self.heights[row] = keys, tall


@dataclass(frozen=True)
class Common:
    """What rows of many books have in common: the keys of their cells, the points they need, and which cells are a row's own.

    Such a cell is told by its column, its field, and the room that it may need.
    """

    values: Mapping[str, Value]
    keys: list[Key]
    tall: float
    own: tuple[tuple[int, str, Room | None], ...]


@dataclass(frozen=True)
class Dressed:
    """The cells of one kind of row in a table: their looks, which of them may need room, the room all need."""

    slots: tuple[Slot, ...]
    rooms: Mapping[int, Room]
    least: float

    def tall(self, values: Sequence[Value]) -> float:
        """Return the points that a row with these values needs."""
        tall = self.least
        for n, here in self.rooms.items():
            value = values[n]
            if value is not None:
                needed = here.of(value)
                if needed > tall:  # noqa: PLR1730 - the innermost loop: max() takes twice as long
                    tall = needed
        return tall


class TablePlan:
    """The cells of a table."""

    def __init__(self, table: Table, widths: Mapping[int, float], fonts: Fonts) -> None:
        self.table, self._widths, self._fonts = replace(table, rows=()), widths, fonts
        self.fields = [column.field for column in table.sheet.columns]
        self._dressed: dict[tuple[bool, frozenset[str]], Dressed] = {}
        self._told: dict[tuple[int, str], Told] = {}
        self._mixed = False
        self._letters = {name: xl_col_to_name(n) for n, name in enumerate(self.fields, table.col)}
        shown = [(n, column.title) for n, column in enumerate(table.sheet.columns, table.col) if not column.hidden]
        self.room = max([LEAST, *(room(widths[n] - (2 if table.filters else 0), "header")[title] for n, title in shown)])
        looks = [header(column.look, column.entry) for column in table.sheet.columns]
        self.header = tuple((n, look, True) for n, look in enumerate(looks, table.col))
        self._titles = [KEYS[column.title] for column in table.sheet.columns]
        self._plain = self.dressed(heading=False, closed=frozenset())
        alike = (numbered(table.sheet), *[widths[n] for n in range(table.col, table.col + len(self.fields))])
        self._common = _common.setdefault(alike, {})

    def dressed(self, heading: bool, closed: frozenset[str]) -> Dressed:
        """Return how a row looks whose fields ``closed`` are locked."""
        if (heading, closed) not in self._dressed:
            self._dressed[heading, closed] = self._dress(heading, closed)
        return self._dressed[heading, closed]

    def _dress(self, heading: bool, closed: frozenset[str]) -> Dressed:
        slots, rooms, least = [], {}, LEAST
        for n, column in enumerate(self.table.sheet.columns):
            open_ = column.entry and not heading and column.field not in closed
            look = "heading" if heading else column.look + ("-entry" if open_ else "")
            slots.append((n + self.table.col, look, True))
            if not column.hidden and not heading:
                here = room(self._widths[n + self.table.col], look)
                least = max(least, here.least)
                if here.wraps:
                    rooms[n] = here
        return Dressed(tuple(slots), rooms, least)

    def fill(self, rows: Sequence[Row], filled: Filled) -> None:
        """Put the values of ``rows`` where they stand, then the header."""
        for at, row in enumerate(rows, self.table.row + 1):
            filled.write(at, *(self._row(row, at, filled) if row.common is None else self._upon(row.common, row.values)))
            if row.heading:
                filled.heights[at] = HEADING
        filled.write(self.table.row, self._titles, self.room)

    def _row(self, row: Row, at: int, filled: Filled) -> tuple[list[Key], float]:
        """Return the keys of a row, and the points that it needs."""
        dressed = self.dressed(row.heading, row.closed) if row.heading or row.closed else self._plain
        values = [*map(row.values.get, self.fields)]
        if not self._mixed:
            try:
                return [*map(KEYS.__getitem__, values)], dressed.tall(values)
            except TypeError:
                self._mixed = True  # and stays so: most rows of a table are alike
        return self._keys(values, at, filled, dressed), dressed.tall(values)

    def _keys(self, values: Sequence[Value], at: int, filled: Filled, dressed: Dressed) -> list[Key]:
        """Return the keys of a row with formulas, links or rich texts."""
        keys: list[Key] = []
        for n, value in enumerate(values):
            if isinstance(value, Formula):
                keys.append(self._tell(value, at).key(value.value))
            elif isinstance(value, Rich):
                if not wraps(dressed.slots[n][1]):
                    raise Uncast("rich text in one line")
                keys.append(self._fonts.runs(value, dressed.slots[n][1]))
            elif isinstance(value, Link):
                filled.links[at, n + self.table.col] = value
                keys.append(KEYS[value.text])
            else:
                keys.append(KEYS[value])
        return keys

    def _tell(self, one: Formula, row: int) -> Told:
        known = self._told.get((row, one.text))
        if known is None or (known.at is not one.at and known.at != one.at):
            names = Names({name: address(span) for name, span in one.at.items()}, lambda name: f"${self._letters[name]}{row + 1}")
            known = self._told[row, one.text] = Told(one, names)
        return known

    def _upon(self, common: Mapping[str, Value], values: Mapping[str, Value]) -> tuple[list[Key], float]:
        """Return the keys of a row with values of its own beside those that it has in common, and the points that it needs."""
        known = self._common.get(id(common)) or self._remember(common)
        if values is common:
            return known.keys, known.tall
        keys, tall = known.keys.copy(), known.tall
        for n, name, here in known.own:
            value = values.get(name)
            if value is not None:
                keys[n] = KEYS[value]
                if here is not None and (needed := here.of(value)) > tall:
                    tall = needed
        return keys, tall

    def _remember(self, common: Mapping[str, Value]) -> Common:
        if len(self._common) >= KEPT:
            self._common.clear()
        values = [*map(common.get, self.fields)]
        rooms = self._plain.rooms
        own = tuple([(n, name, rooms.get(n)) for n, name in enumerate(self.fields) if name not in common])
        known = self._common[id(common)] = Common(common, [*map(KEYS.__getitem__, values)], self._plain.tall(values), own)
        return known


_common: dict[Hashable, dict[int, Common]] = {}
"""What was made of values in common, by how their table looks and by their identity, which they keep since they are kept."""
