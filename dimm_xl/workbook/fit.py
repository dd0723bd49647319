"""How much room text takes: rows as tall as their text, estimated from character widths.

XlsxWriter knows the widths of Calibri 11 for plain letters; ours is Arial (and its metric twin Liberation Sans), whose texts measured
0.85 to 0.89 of that at 9 points, bold ones up to 0.96.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from xlsxwriter.utility import xl_pixel_width

REGULAR, BOLD = 0.90 / 9, 0.97 / 9
PADDING = 5
"""Pixels that a cell keeps free left and right of its text."""
LINE = 1.28
"""Height of a line over the font size."""


@lru_cache(maxsize=65536)
def _width(word: str) -> int:
    plain = unicodedata.normalize("NFKD", word.replace("’", "'"))
    return int(xl_pixel_width("".join(c for c in plain if not unicodedata.combining(c))))


def pixels(width: float) -> float:
    """Return the pixels of a column that is ``width`` characters wide."""
    return width * 7 + 5


@lru_cache(maxsize=65536)
def lines(text: str, width: float, size: float, bold: bool = False) -> int:
    """Return how many lines ``text`` takes in ``width`` characters of column at a font size in points."""
    room = (pixels(width) - PADDING) / (size * (BOLD if bold else REGULAR))
    count = 0
    for line in text.split("\n"):
        count += 1
        used = 0.0
        for word in line.split(" "):
            length = _width(word)
            if used and used + 3 + length > room:
                count, used = count + 1, 0.0
            if length > room:  # a word longer than the line is cut where the line ends
                count += int(length // room)
                length = int(length % room)
            used += length + (3 if used else 0)
    return count


def height(count: int, size: float) -> float:
    """Return the points that ``count`` lines take, with a little air."""
    return count * size * LINE + 4
