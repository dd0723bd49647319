"""Inert pages → a workbook's bytes, through XlsxWriter: the one renderer of everything that dimm-xl writes.

Text is written as text, whatever it looks like; every return code is checked; the same book gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import xlsxwriter
from xlsxwriter.image import Image
from xlsxwriter.utility import xl_rowcol_to_cell

from dimm_xl.look import Look
from dimm_xl.page import Bars, Book, Chart, Formula, Link, Page, Put, Rich, Row, Rule, Shades, Span, Table, Value
from dimm_xl.sheet import CONTROLS, LONGEST_TEXT
from dimm_xl.workbook import fit
from dimm_xl.workbook.chart import draw
from dimm_xl.workbook.offers import address, offered, offers
from dimm_xl.workbook.room import HEADING, LEAST, room
from dimm_xl.workbook.style import CREATED, Styles, header
from dimm_xl.workbook.unswept import unswept

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": "Arial", "font_size": 10},
}
PROTECTION = {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True}
LANGUAGES = {"fr": "fr-FR", "en": "en-GB"}
A4 = 9
LOGO_HEIGHT = 48
"""Pixels."""
NOTE = {"author": "", "x_scale": 2.2, "y_scale": 1.6, "font_name": "Arial", "font_size": 9}


@unswept()
def write(book: Book, look: Look, by: type[Writer] | None = None) -> bytes:
    """Return ``book`` as the bytes of an .xlsx file; ValueError when Excel would not take something.

    ``by`` writes each page (the mould leaves the cells out).
    """
    out = io.BytesIO()
    target = xlsxwriter.Workbook(out, deepcopy(OPTIONS))  # it changes what it is given
    target.set_properties({"title": clean(book.title)[:250], "subject": clean(book.subject)[:250], "author": "", "created": CREATED})
    target.set_custom_property("Language", LANGUAGES.get(book.lang, book.lang))
    styles = Styles(target, look)
    sheets = {page.name: target.add_worksheet(page.name) for page in book.pages}
    for page in book.pages:
        (by or Writer)(target, sheets[page.name], styles, page).write()
        if book.classification:
            sheets[page.name].set_header(f"&C&9&B{clean(book.classification)[:200].replace('&', '&&')}")
    if book.logo:
        _logo(sheets[book.pages[0].name], book)
    target.close()
    for sheet in sheets.values():
        for cells in (sheet.table, sheet.table_cells):  # XlsxWriter's objects refer to each other: they wait for the garbage collector
            cells.clear()
    return out.getvalue()


def _logo(sheet: Any, book: Book) -> None:
    """Put the logo into the upper right corner of the first page, as high as its title."""
    page = book.pages[0]
    last = max(put.col + put.cols - 1 for put in page.puts)
    room = sum(fit.pixels(page.widths.get(column, 8.43)) for column in (last - 1, last))
    picture = Image(io.BytesIO(book.logo))
    scale = min(LOGO_HEIGHT / picture.height, room / picture.width, 1.0)
    options = {
        "image_data": io.BytesIO(book.logo),
        "x_scale": scale,
        "y_scale": scale,
        "description": clean(book.title)[:250],
        "object_position": 2,
    }
    options["x_offset"] = int(room - picture.width * scale)
    _took(sheet.insert_image(0, last - 1, "logo", options), "logo", book.title)


class Writer:
    """Writes one page; the only place where rows and columns become addresses."""

    def __init__(self, book: Any, sheet: Any, styles: Styles, page: Page) -> None:
        self.book, self.sheet, self.styles, self.page = book, sheet, styles, page
        self.widths: dict[int, float] = {}
        self.heights: dict[int, float] = {}

    def write(self) -> None:
        """Write everything that stands on the page."""
        self._columns()
        for table in self.page.tables:
            self._table(table)
        for put in self.page.puts:
            self._put(put)
        for row, points in {**self.heights, **self.page.heights}.items():
            self.sheet.set_row(row, points)
        for chart in self.page.charts:
            drawn = self.drawn(replace(chart, title=heading(chart.title)))
            placed = {"object_position": 2, "description": clean(chart.alt)}
            _took(self.sheet.insert_chart(chart.row, chart.col, drawn, placed), "chart", chart.title)
        self._set_up()

    def drawn(self, chart: Chart) -> Any:
        """Return a chart ready to be inserted."""
        return draw(self.book, chart, self.styles)

    # --- columns, print set-up

    def _columns(self) -> None:
        hidden: dict[int, bool] = {}
        ready: dict[int, Any] = {}
        for table in self.page.tables:
            for n, column in enumerate(table.sheet.columns, table.col):
                self.widths[n] = max(column.width, self.widths.get(n, 0))
                hidden[n] = column.hidden and hidden.get(n, True)
                if table.room:
                    ready[n] = self.styles[f"{column.look}-room"]
        self.widths |= self.page.widths
        for n, width in self.widths.items():
            self.sheet.set_column(n, n, width, ready.get(n), {"hidden": True} if hidden.get(n) else {})

    def _set_up(self) -> None:
        sheet, page = self.sheet, self.page
        sheet.hide_gridlines(2)
        sheet.set_paper(A4)
        if not page.portrait:
            sheet.set_landscape()
        sheet.set_margins(left=0.4, right=0.4, top=0.45, bottom=0.55)
        sheet.fit_to_pages(1, page.tall)
        sheet.set_footer(f"&L&8{page.footer.replace('&', '&&')}&C&8&A&R&8&P / &N")
        if page.tall == 0 and page.tables:
            sheet.repeat_rows(page.tables[-1].row)
        if page.freeze != (0, 0):
            sheet.freeze_panes(*page.freeze)
        if page.tab:
            sheet.set_tab_color(self.styles.colour(page.tab))
        if page.protect:
            sheet.protect("", PROTECTION)
        if page.hidden:
            sheet.hide()

    # --- values

    def value(self, row: int, col: int, value: Value, look: str, field: Callable[[str], str]) -> None:
        """Write a value into a cell; ``field`` says where another field of its row stands."""
        style, sheet = self.styles[look], self.sheet
        match value:
            case None:
                code = sheet.write_blank(row, col, None, style)
            case Formula(formula, stored, at):
                names = Names({name: address(span) for name, span in at.items()}, field)
                code = sheet.write_formula(
                    row, col, "=" + formula.format_map(names), style, clean(stored) if isinstance(stored, str) else stored + 0
                )
            case Link(shown, to):
                code = sheet.write_url(row, col, "internal:" + place(to), style, clean(shown))
            case Rich(parts):
                fragments = [entry for shown, name in parts for entry in (self._font(name, look), clean(shown))]
                code = sheet.write_rich_string(row, col, *fragments, style)
            case str():
                code = sheet.write_string(row, col, clean(value), style)
            case _:
                code = sheet.write_number(row, col, value + 0, style)  # no -0
        if code:  # an address is put together for those that were not written alone
            _took(code, f"{self.page.name}!{xl_rowcol_to_cell(row, col)}", value)

    def _font(self, name: str, look: str) -> Any:
        return self.styles[name if name != look else "strong"]

    def room(self, row: int, look: str, value: Value, width: float) -> None:
        """Make ``row`` tall enough for a value in ``width`` characters."""
        self.heights[row] = max(self.heights.get(row, LEAST), room(width, look).of(value))

    def _put(self, put: Put) -> None:
        bottom, right = put.row + put.rows - 1, put.col + put.cols - 1
        if (put.rows, put.cols) != (1, 1):
            _took(self.sheet.merge_range(put.row, put.col, bottom, right, "", self.styles[put.look]), "merge", put)
        self.value(put.row, put.col, put.value, put.look, str)
        if put.rows == 1:
            width = sum(self.widths.get(n, 8.43) for n in range(put.col, right + 1))
            self.room(put.row, put.look, put.value, width)
        if put.picks:
            _took(self.sheet.data_validation(put.row, put.col, bottom, put.col, offered(put.picks, "")), "list", put.picks)

    # --- tables

    def _table(self, table: Table) -> None:
        columns = table.sheet.columns
        for n, row in enumerate(table.rows, table.row + 1):
            self.row(table, row, n)
        headers = [{"header": column.title, "header_format": self.styles[header(column.look, column.entry)]} for column in columns]
        for n, column in ((n, column) for n, column in enumerate(columns) if not column.hidden):
            self.room(table.row, "header", column.title, self.widths[table.col + n] - (2 if table.filters else 0))
        options = {"name": table.name, "columns": headers, "style": None, "autofilter": table.filters}
        bounds = (table.row, table.col, table.bottom, table.col + len(columns) - 1)
        _took(self.sheet.add_table(*bounds, options), "table", table.name)
        for place, offer in offers(table):
            _took(self.sheet.data_validation(*place, offer), "list", place)
        for field, note in table.notes.items():
            _took(self.sheet.write_comment(table.row, table.col + table.sheet.place(field), clean(note), NOTE), "note", note)
        for rule in table.rules:
            self._condition(table, rule)

    def row(self, table: Table, row: Row, at: int) -> None:
        """Write a row of a table into the sheet's row ``at``."""

        def field(name: str) -> str:
            return str(xl_rowcol_to_cell(at, table.col + table.sheet.place(name), col_abs=True))

        for n, column in enumerate(table.sheet.columns, table.col):
            value = row.values.get(column.field)
            open_ = column.entry and not row.heading and column.field not in row.closed
            note = row.notes.get(column.field)
            plain = row.looks.get(column.field, column.look)
            look = "heading" if row.heading else (column.look + "-fault" if note else column.look + "-entry" if open_ else plain)
            self.value(at, n, value, look, field)
            if note:
                _took(self.sheet.write_comment(at, n, clean(note), NOTE), "note", note)
            elif hint := row.hints.get(column.field):
                _took(self.sheet.write_comment(at, n, clean(hint), NOTE), "hint", hint)
            if not column.hidden and not row.heading:
                self.room(at, look, value, self.widths[n])
        if row.heading:
            self.heights[at] = HEADING

    def _condition(self, table: Table, rule: Rule | Bars | Shades) -> None:
        fields = (rule.field,) if isinstance(rule, Bars) else rule.fields
        options: Mapping[str, Any]
        match rule:
            case Rule(_, formula, look, at):
                names = Names({name: address(span) for name, span in at.items()}, lambda name: _first(table, name))
                options = {"type": "formula", "criteria": "=" + formula.format_map(names), "format": self.styles[look]}
            case Bars(_, lowest, highest):
                bar = {
                    "bar_color": self.styles.colour("reached"),
                    "bar_solid": True,
                    "data_bar_2010": True,
                    "bar_border_color": self.styles.colour("you"),
                }
                options = {"type": "data_bar", "min_type": "num", "max_type": "num", "min_value": lowest, "max_value": highest, **bar}
            case Shades(_, pale, deep):
                (low, below), (high, above) = sorted(((pale, self.styles.colour("paper")), (deep, self.styles.colour("shade"))))
                ends = {"min_value": low, "max_value": high, "min_color": below, "max_color": above}
                options = {"type": "2_color_scale", "min_type": "num", "max_type": "num", **ends}
        for first, last in _runs([table.sheet.place(name) for name in fields]):
            bounds = (table.row + 1, table.col + first, table.bottom, table.col + last)
            _took(self.sheet.conditional_format(*bounds, dict(options)), "condition", rule)


class Names(dict[str, str]):
    """The names in a formula's braces: known spans first, then fields of the row."""

    def __init__(self, known: Mapping[str, str], field: Callable[[str], str]) -> None:
        super().__init__(known)
        self._field = field

    def __missing__(self, name: str) -> str:
        return self._field(name)


def _first(table: Table, field: str) -> str:
    return str(xl_rowcol_to_cell(table.row + 1, table.col + table.sheet.place(field), col_abs=True))


def _runs(places: list[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of neighbouring columns."""
    start = places[0]
    for before, after in zip(places, [*places[1:], -2], strict=True):
        if after != before + 1:
            yield start, before
            start = after


def clean(value: str) -> str:
    """Return text that every spreadsheet program takes: no control characters, no lone surrogate, not too long.

    A blank goes behind what XlsxWriter would take for the marks of its own rich text and write as they are.
    """
    plain = CONTROLS.sub("", value)
    if plain.startswith("<r>") and plain.endswith("</r>"):
        plain += " "
    if len(plain) * 2 <= LONGEST_TEXT:
        return plain
    return plain.encode("utf-16-le")[: 2 * LONGEST_TEXT].decode("utf-16-le", "ignore")  # Excel counts in UTF-16


def heading(title: str) -> str:
    """Return the title of a chart as text, never as the formula that XlsxWriter would see in it."""
    return clean(title).lstrip("=")


def place(span: Span) -> str:
    """Return where a link leads: ``'S Stratégie'!B2``."""
    return address(span).replace("$", "")


def _took(code: object, what: str, value: object) -> None:
    """Raise ValueError when XlsxWriter says (by a return code only) that it did not write something."""
    if isinstance(code, int) and code < 0:
        raise ValueError(f"{what}: not written (code {code}): {value!r:.200}")
