"""How tall a row must be for what stands in it: the room of a value in a column of one width and look."""

from __future__ import annotations

from functools import lru_cache

from dimm_xl.page import Formula, Link, Rich, Value
from dimm_xl.workbook import fit
from dimm_xl.workbook.style import BOLD, size, wraps

LEAST, TALLEST, HEADING = 15.0, 409.0, 20.0
"""Points: of a row that nobody made taller, the most that Excel takes, of a heading row."""
KEPT = 8192
"""Texts whose room is remembered, a width and look: those of respondents never end."""


class Room(dict[str, float]):
    """The points that a text needs in columns of one width (characters) and look, each text measured once."""

    def __init__(self, width: float, look: str) -> None:
        super().__init__()
        self.width, self.wraps = width, wraps(look)
        self._size, self._bold = size(look), look in BOLD
        self.least = max(LEAST, fit.height(1, self._size))

    def __missing__(self, text: str) -> float:
        if len(self) > KEPT:
            self.clear()
        count = fit.lines(text, self.width, self._size, self._bold) if self.wraps else 1
        self[text] = needed = min(max(LEAST, fit.height(count, self._size)), TALLEST)
        return needed

    def of(self, value: Value) -> float:
        """Return the points that any value needs."""
        if value.__class__ is str:  # most by far
            return self[value]
        match value:
            case Rich():
                return _rich(value, self.width)
            case Formula():
                return self[str(value.value)]
            case Link():
                return self[value.text]
            case _:
                return self[str(value or "")]


room = lru_cache(maxsize=4096)(Room)
"""The room in columns of a width and look."""


@lru_cache(maxsize=KEPT)
def _rich(value: Rich, width: float) -> float:
    parts = ((part.strip("\n"), size(name), name in BOLD) for part, name in value.parts)
    needed = sum(fit.height(fit.lines(text, width, points, bold), points) - 4 for text, points, bold in parts) + 4
    return min(max(LEAST, needed), TALLEST)
