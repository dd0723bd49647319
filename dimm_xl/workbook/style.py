"""Looks by meaning: what a name such as ``level`` or ``heading`` looks like, each made once per workbook."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from dimm_xl.look import Look

CREATED = datetime.datetime(2022, 1, 1)
"""The date inside every file that we write: no clock, so that the same input gives the same bytes."""

# Colours are named after their roles in templates/look.yaml.
_BASE: dict[str, Any] = {"valign": "top", "font_color": "ink", "font_size": 9}
_WRAP = {**_BASE, "text_wrap": True}
_GRID = {"border": 1, "border_color": "line"}
_ENTRY = {"border": 1, "border_color": "entry-line", "bg_color": "entry", "locked": False}
_FAULT = {"border": 2, "border_color": "improve", "bg_color": "improve-pale", "locked": False}
_UNDER = {"bottom": 1, "bottom_color": "line"}
_HEADER = {**_WRAP, "bold": True, "font_color": "paper", "bg_color": "ink", "valign": "vcenter", "border": 1, "border_color": "ink"}
_HEADER_ENTRY = {**_WRAP, "bold": True, "bg_color": "entry", "valign": "vcenter", "border": 1, "border_color": "entry-line"}

LOOKS: Mapping[str, Mapping[str, Any]] = {
    # Titles and running text
    "title": {**_BASE, "bold": True, "font_size": 18, "valign": "vcenter"},
    "subtitle": {**_BASE, "bold": True, "font_size": 13, "font_color": "you", "valign": "vcenter"},
    "section": {**_BASE, "bold": True, "font_size": 11, "valign": "bottom", "bottom": 2, "bottom_color": "ink"},
    "section-well": {**_BASE, "bold": True, "font_size": 11, "valign": "bottom", "font_color": "well", "bottom": 2, "bottom_color": "well"},
    "section-improve": {
        **_BASE,
        "bold": True,
        "font_size": 11,
        "valign": "bottom",
        "font_color": "improve",
        "bottom": 2,
        "bottom_color": "improve",
    },
    "question": {**_WRAP, "italic": True, "font_size": 11, "font_color": "quiet", "valign": "vcenter"},
    "hint": {**_WRAP, "font_color": "quiet"},
    "quiet": {**_WRAP, "font_color": "quiet", "valign": "vcenter"},
    "text": _WRAP,
    "progress": {**_BASE, "bold": True, "font_color": "target", "align": "right", "valign": "vcenter"},
    "ready": {**_BASE, "bold": True, "font_size": 13, "bg_color": "pale", "valign": "vcenter", "indent": 1, "left": 5, "left_color": "you"},
    "guide-title": {**_WRAP, "bold": True, "font_color": "you", **_UNDER},
    "guide": {**_WRAP, **_UNDER},
    "figure-big": {**_BASE, "bold": True, "font_size": 24, "font_color": "you", "valign": "vcenter", "align": "left", "num_format": "0.0"},
    "figure-of": {**_BASE, "font_size": 13, "font_color": "quiet", "valign": "vcenter"},
    "link": {**_BASE, "font_color": "you", "underline": 1, "valign": "vcenter"},
    # Cells of tables
    "header": _HEADER,
    "header-entry": _HEADER_ENTRY,
    "header-centre": {**_HEADER, "align": "center"},
    "header-entry-centre": {**_HEADER_ENTRY, "align": "center"},
    "heading": {**_BASE, "bold": True, "font_size": 10, "font_color": "you", "bg_color": "pale", "valign": "vcenter", **_UNDER},
    "cell": {**_WRAP, **_GRID},
    "boxed": {**_WRAP, **_GRID, "valign": "vcenter"},
    "boxed-quiet": {**_WRAP, **_GRID, "font_color": "quiet", "valign": "vcenter"},
    "cell-entry": {**_WRAP, **_ENTRY, "num_format": "@"},
    "code": {**_BASE, **_GRID, "bold": True},
    "strong": {**_WRAP, **_GRID, "bold": True, "valign": "vcenter"},
    "centre": {**_BASE, **_GRID, "align": "center", "valign": "vcenter"},
    "count": {**_BASE, **_GRID, "align": "center", "valign": "vcenter", "num_format": "0"},
    "score": {**_BASE, **_GRID, "align": "center", "valign": "vcenter", "num_format": "0.0", "bold": True},
    "share": {**_BASE, **_GRID, "align": "center", "valign": "vcenter", "num_format": "0 %"},
    "exact": {**_BASE, "num_format": "General"},
    "state": {**_WRAP, **_GRID, "font_color": "quiet", "valign": "vcenter"},
    "figure": {**_BASE, **_GRID, "align": "center", "valign": "vcenter", "bg_color": "pale", "num_format": "General"},
    "figure-entry": {**_BASE, **_ENTRY, "align": "center", "valign": "vcenter", "num_format": "General", "bold": True},
    "level": {**_BASE, **_GRID, "align": "center", "valign": "vcenter", "font_size": 13, "bold": True},
    "level-entry": {**_BASE, **_ENTRY, "align": "center", "valign": "vcenter", "font_size": 13, "bold": True, "num_format": "General"},
    "level-small": {**_BASE, **_GRID, "align": "center", "valign": "vcenter"},
    "level-small-entry": {**_BASE, **_ENTRY, "align": "center", "valign": "vcenter", "bold": True},
    "level-small-fault": {**_BASE, **_FAULT, "align": "center", "valign": "vcenter", "bold": True},
    "cell-fault": {**_WRAP, **_FAULT, "num_format": "@"},
    "figure-fault": {**_BASE, **_FAULT, "align": "center", "valign": "vcenter", "num_format": "General", "bold": True},
    "level-fault": {**_BASE, **_FAULT, "align": "center", "valign": "vcenter", "font_size": 13, "bold": True, "num_format": "General"},
    "choice": {**_WRAP, **_GRID, "align": "center", "valign": "vcenter", "bold": True},
    "choice-entry": {**_WRAP, **_ENTRY, "align": "center", "valign": "vcenter", "bold": True, "num_format": "@"},
    "choice-fault": {**_WRAP, **_FAULT, "align": "center", "valign": "vcenter", "bold": True, "num_format": "@"},
    "block": {**_WRAP, **_GRID, "valign": "vcenter", "bg_color": "pale"},
    "block-code": {**_BASE, **_GRID, "valign": "vcenter", "bg_color": "pale", "bold": True},
    "block-level": {**_BASE, **_GRID, "align": "center", "valign": "vcenter", "bg_color": "pale", "font_size": 13, "bold": True},
    "block-state": {**_WRAP, **_GRID, "valign": "vcenter", "bg_color": "pale", "bold": True},
    "row": {**_WRAP, **_UNDER, "valign": "vcenter"},
    "row-strong": {**_WRAP, **_UNDER, "bold": True, "valign": "vcenter"},
    "row-quiet": {**_WRAP, **_UNDER, "font_color": "quiet", "valign": "vcenter"},
    "row-link": {**_WRAP, **_UNDER, "font_color": "you", "underline": 1, "valign": "vcenter"},
    "row-code": {**_BASE, **_UNDER, "bold": True, "font_color": "you", "valign": "vcenter"},
    "row-score": {**_BASE, **_UNDER, "bold": True, "align": "center", "valign": "vcenter", "num_format": "0.0"},
    "row-level": {**_BASE, **_UNDER, "bold": True, "align": "center", "valign": "vcenter", "num_format": "0"},
    "row-figure": {**_BASE, **_UNDER, "font_color": "quiet", "align": "center", "valign": "vcenter", "num_format": "0.0"},
    "row-figure-whole": {**_BASE, **_UNDER, "font_color": "quiet", "align": "center", "valign": "vcenter", "num_format": "0"},
    "row-figure-any": {**_BASE, **_UNDER, "font_color": "quiet", "align": "center", "valign": "vcenter", "num_format": "General"},
    "row-points": {**_BASE, **_UNDER, "font_color": "quiet", "align": "center", "valign": "vcenter", "num_format": "+0.0;-0.0;0.0"},
    "row-signed": {**_BASE, **_UNDER, "font_color": "quiet", "align": "center", "valign": "vcenter", "num_format": "+0;-0;0"},
    "row-line": {**_BASE, **_UNDER, "valign": "vcenter"},
    "row-change": {**_BASE, **_UNDER, "bold": True, "align": "center", "valign": "vcenter", "num_format": '"▲ "+0.0;"▼ "-0.0;"= "0.0'},
    "row-change-whole": {**_BASE, **_UNDER, "align": "center", "valign": "vcenter", "num_format": '"▲ "+0;"▼ "-0;"= "0'},
    "row-part": {**_BASE, **_UNDER, "font_color": "quiet", "align": "center", "valign": "vcenter", "num_format": "+0.00;-0.00;0.00"},
    "row-cost": {**_BASE, **_UNDER, "align": "center", "valign": "vcenter", "num_format": "0.00"},
    "row-share": {**_BASE, **_UNDER, "align": "center", "valign": "vcenter", "num_format": "0%"},
    "shade": {**_BASE, "align": "center", "valign": "vcenter", "num_format": "0.0", "font_size": 8},
    "term": {**_WRAP, **_GRID, "bold": True},
    # Cells of a model that is edited: all are open, so that yellow would tell nothing
    "edit-entry": {**_WRAP, **_GRID, "num_format": "@"},
    "edit-code-entry": {**_BASE, **_GRID, "bold": True, "num_format": "@"},
    "edit-number-entry": {**_BASE, **_GRID, "align": "center", "num_format": "General"},
    "edit-date-entry": {**_BASE, **_GRID, "align": "center", "num_format": 14},
    # Whole columns, below the rows that are drawn
    "edit-room": {**_WRAP, "num_format": "@"},
    "edit-number-room": {**_BASE, "align": "center", "num_format": "General"},
    "edit-date-room": {**_BASE, "align": "center", "num_format": 14},
    # What conditions put over a cell
    "reached": {"bg_color": "reached"},
    "alarm": {"font_color": "target", "bold": True},
    "settled": {"font_color": "well"},
    "idle": {"font_color": "quiet", "italic": True},
    "bin-well": {"font_color": "well", "bg_color": "well-pale"},
    "bin-attention": {"font_color": "attention", "bg_color": "attention-pale"},
    "bin-improve": {"font_color": "improve", "bg_color": "improve-pale"},
    # Fonts inside a rich text
    "small": {"font_size": 8, "font_color": "quiet"},
    "figure-note": {"font_size": 8, "font_color": "you", "italic": True},
}
BOLD = frozenset(name for name, look in LOOKS.items() if look.get("bold"))


def header(look: str, entry: bool) -> str:
    """Return the look of the header above cells of a look: yellow over cells to fill in, centred over what is centred."""
    drawn = LOOKS.get(look) or LOOKS[f"{look}-entry"]  # cells of which all are open have no other look
    return ("header-entry" if entry else "header") + ("-centre" if drawn.get("align") == "center" else "")


def size(name: str) -> float:
    """Return the font size of a look in points."""
    return float(LOOKS[name].get("font_size", 9))


def wraps(name: str) -> bool:
    """Say whether a look breaks long text into lines."""
    return bool(LOOKS[name].get("text_wrap"))


class Styles:
    """The formats of one workbook by name of look, each made once.

    All looks are made at once, in one order: a look has the same number in every workbook, whatever it holds.
    """

    def __init__(self, book: Any, look: Look) -> None:
        self._book, self._look = book, look
        self._made: dict[str, Any] = {}
        self.numbers: dict[str, int] = {name: self[name]._get_xf_index() for name in LOOKS if name not in DIFFERENCES}  # noqa: SLF001

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            colours = self._look.colours
            put = {key: colours[value] if key.endswith("color") else value for key, value in LOOKS[name].items()}
            differs_only = name in DIFFERENCES
            self._made[name] = self._book.add_format(put if differs_only else {"font_name": self._look.font, **put})
        return self._made[name]

    def colour(self, role: str) -> str:
        """Return the colour of a role."""
        return self._look.colours[role]


DIFFERENCES = frozenset({"reached", "alarm", "settled", "idle", "bin-well", "bin-attention", "bin-improve"})
"""Looks that conditions lay over a cell: they say only what differs."""
