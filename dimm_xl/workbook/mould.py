"""Workbooks of one shape are written once and then cast: XlsxWriter writes the mould, a cast puts in the values of one book.

The mould holds no value of the organisation it was made for. A cast compresses the parts that values change and copies every other one
as it was compressed. Law: each part of a cast equals, byte for byte, the part that :func:`dimm_xl.workbook.write.write` writes from the
same book. A book with something that cannot be cast (comments) is written directly. The compressed bytes depend on which library is at
hand (isal where there is one, else zlib): the same input gives the same bytes on one machine, the same parts everywhere.
"""

from __future__ import annotations

import io
import itertools
import re
import zipfile
import zlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, TypeVar

from dimm_xl.look import Look
from dimm_xl.page import Book, Chart, Page, Row, Table, Value
from dimm_xl.workbook.cells import Fonts, Uncast, cells
from dimm_xl.workbook.chart import draw
from dimm_xl.workbook.pack import Filed, Packed, filed, joined
from dimm_xl.workbook.parts import BOTTOM, CHART, FIRST, Casting, Drawn, Ended, Part, Sheet, Strings, chart_end, mark, waiting
from dimm_xl.workbook.plan import PagePlan
from dimm_xl.workbook.rows import Filled
from dimm_xl.workbook.shape import shape
from dimm_xl.workbook.write import Writer, clean, heading, write

deflating: Any
try:
    from isal import isal_zlib as deflating

    LEVEL, LEAST_LEVEL = 1, 0
except ImportError:
    deflating = zlib
    LEVEL = LEAST_LEVEL = 1
"""Of compression, the fastest (0 of zlib is none): with isal 0.5 ms for a questionnaire's 340 KB, 18 % larger than what the default
of zlib gives in 5 ms."""
SMALL = 8192
"""Bytes of a part that is hardly worth its compression."""
MOULDS, PLANS = 256, 2048
"""How many moulds and plans of pages are kept, those used last."""
_NUMBERED = re.compile(r"xl/(worksheets/sheet|charts/chart|tables/table)([0-9]+)\.xml")
Kept = TypeVar("Kept")

counts: Counter[str] = Counter()
"""How many books this process has cast, how many moulds it made for them, how many it wrote directly."""


def cast(book: Book, look: Look) -> bytes:
    """Return ``book`` as the bytes of an .xlsx file, as :func:`dimm_xl.workbook.write.write` would write it; ValueError as there."""
    try:
        content = _foundry(look.font, tuple(look.colours.items())).cast(book)
    except Uncast:
        counts["direct"] += 1
        return write(book, look)
    counts["cast"] += 1
    return content


def packed(content: bytes) -> Packed:
    """Compress a part, fast."""
    level = LEVEL if len(content) > SMALL else LEAST_LEVEL
    return Packed(deflating.compress(content, level, wbits=-zlib.MAX_WBITS), deflating.crc32(content), len(content))


def _streamed(pieces: Iterable[bytes]) -> Packed:
    """Compress a part piece by piece: the sheets of ten thousand organisations take hundreds of megabytes."""
    deflate, body, checksum, size = deflating.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS), list[bytes](), 0, 0
    for piece in pieces:
        body.append(deflate.compress(piece))
        checksum, size = deflating.crc32(piece, checksum), size + len(piece)
    return Packed(b"".join((*body, deflate.flush())), checksum, size)


@lru_cache(maxsize=8)
def _foundry(font: str, colours: tuple[tuple[str, str], ...]) -> Foundry:
    return Foundry(Look(font, dict(colours)))


class Foundry:
    """The moulds of one look."""

    def __init__(self, look: Look) -> None:
        self._look, self._fonts = look, Fonts(look)
        self._plans: OrderedDict[Hashable, PagePlan] = OrderedDict()
        self._moulds: OrderedDict[Hashable, Mould] = OrderedDict()
        self._made = 0

    def cast(self, book: Book) -> bytes:
        """Return a book cast into its mould, which is made when there is none; Uncast when it must be written directly."""
        plans = [_kept(self._plans, shape(page), partial(self._plan, page), PLANS) for page in book.pages]
        filled = [plan.fill(page) for plan, page in zip(plans, book.pages, strict=True)]
        crown = _crown(filled[0]) if book.logo else ()
        key = (book.lang, book.classification, book.logo, crown, *[plan.number for plan in plans])
        return _kept(self._moulds, key, lambda: Mould(book, plans, crown, self._look), MOULDS).cast(book, plans, filled)

    def _plan(self, page: Page) -> PagePlan:
        self._made += 1
        return PagePlan(page, self._made, self._fonts)


def _kept(store: OrderedDict[Hashable, Kept], key: Hashable, make: Callable[[], Kept], most: int) -> Kept:
    found = store.get(key)
    if found is None:
        found = store[key] = make()
        if len(store) > most:
            store.popitem(last=False)
    else:
        store.move_to_end(key)
    return found


Heights = tuple[tuple[int, float], ...]


def _crown(filled: Filled) -> Heights:
    """Return the heights of the first rows, where a logo stands."""
    return tuple([(row, filled.heights[row]) for row in range(4) if row in filled.heights])


# --- the mould


class _Framer(Writer):
    """Writes a page without what its cells hold."""

    def row(self, table: Table, row: Row, at: int) -> None:  # noqa: ARG002 - a row without its values
        """Leave the row out, but for the corner that says how far the sheet's cells reach."""
        if at == table.bottom:
            for column in (table.col, table.col + len(table.sheet.columns) - 1):
                self.sheet.write_blank(at, column, None, self.styles["cell"])

    def drawn(self, chart: Chart) -> Any:
        """Draw a chart whose categories are texts, as those of all charts are."""
        return draw(self.book, chart, self.styles, ["–"])

    def room(self, row: int, look: str, value: Value, width: float) -> None:
        """Leave the height as the page says."""

    def value(self, row: int, col: int, value: Value, look: str, field: Callable[[str], str]) -> None:  # noqa: ARG002 - a cell without its value
        """Leave the value out."""
        self.sheet.write_blank(row, col, None, self.styles[look])


def _frame(book: Book, plans: Sequence[PagePlan], crown: Heights) -> Book:
    """Return a book with marks for its texts, tables that end where no table ends, and no heights but where a logo stands."""
    charts = itertools.count()
    pages = []
    for page, plan in zip(book.pages, plans, strict=True):
        tables = tuple(_long(table) if plan.open and table is page.tables[-1] else table for table in page.tables)
        drawn = tuple(
            replace(chart, title=mark(FIRST + CHART * n), alt=mark(FIRST + CHART * n + 1))
            for chart, n in zip(page.charts, charts, strict=False)
        )
        heights = {**(dict(crown) if page is book.pages[0] else {}), **page.heights}
        pages.append(replace(page, tables=tables, charts=drawn, heights=heights))
    return replace(book, title=mark(0), subject=mark(1), pages=tuple(pages))


def _closed(page: Page, plan: PagePlan) -> tuple[Table, ...]:
    """Return the tables of a page whose rows belong to its shape."""
    return page.tables[:-1] if plan.open else page.tables


def _long(table: Table) -> Table:
    return replace(table, rows=(Row({}),) * (BOTTOM - table.row - 1))


class Mould:
    """A workbook without values: parts that are copied as they were compressed, and parts that wait for values."""

    def __init__(self, book: Book, plans: Sequence[PagePlan], crown: Heights, look: Look) -> None:
        if any(table.bottom >= BOTTOM - 1 for page, plan in zip(book.pages, plans, strict=True) for table in _closed(page, plan)):
            raise Uncast("a table of more rows than a mould has")
        if not any(page.tables for page in book.pages):
            raise Uncast("no table: a workbook without cells has no part for texts, which headers of tables bring along")
        with zipfile.ZipFile(io.BytesIO(write(_frame(book, plans, crown), look, _Framer))) as frame:
            self._parts = [(name, _cut(book, plans, name, frame.read(name))) for name in frame.namelist()]
        self._ended: dict[tuple[str, str], Filed] = {}
        counts["moulds"] += 1

    def cast(self, book: Book, plans: Sequence[PagePlan], filled: Sequence[Filled]) -> bytes:
        """Return a book of the mould's shape as the bytes of an .xlsx file."""
        texts = [clean(book.title)[:250], clean(book.subject)[:250]]
        for page, one in zip(book.pages, filled, strict=True):
            for chart in page.charts:
                texts += (heading(chart.title), clean(chart.alt), *chart_end(chart, one.heights))
        ends = [_ends(page) for page in book.pages]
        written = [*itertools.chain.from_iterable([one.written for one in filled])]
        return joined(self._cast(Casting(book, plans, filled, cells(written), texts, ends)))

    def _cast(self, casting: Casting) -> Iterator[Filed]:
        for name, part in self._parts:
            if isinstance(part, Filed):
                yield part
            elif isinstance(part, Ended):
                key = (name, part.ends(casting))
                if key not in self._ended:
                    self._ended[key] = filed(name, packed(part.cast(casting)))
                yield self._ended[key]
            elif isinstance(part, Sheet) and part.long(casting):
                yield filed(name, _streamed(part.pieces(casting)))
            else:
                yield filed(name, packed(part.cast(casting)))


def _ends(page: Page) -> tuple[str, str]:
    """Return the last row of a page's last table, as people count, with and without the empty row that a table without rows has."""
    if not page.tables:
        return "", ""
    table = page.tables[-1]
    return str(table.bottom + 1), str(table.row + len(table.rows) + 1)


def _cut(book: Book, plans: Sequence[PagePlan], name: str, content: bytes) -> Filed | Part:
    """Return a part as it waits for values, as it stands in the file when it waits for none."""
    found = _NUMBERED.fullmatch(name)
    kind, number = (found[1], int(found[2]) - 1) if found else ("", 0)
    if name == "xl/sharedStrings.xml":
        return Strings()
    if kind.endswith("sheet"):
        return Sheet(content.decode("utf-8"), number)
    if kind.endswith("chart"):
        charts = [chart for page in book.pages for chart in page.charts]
        return Drawn(content.decode("utf-8"), charts[number], {page.name: n for n, page in enumerate(book.pages)}, plans)
    if name.endswith((".xml", ".rels")):
        pages = [n for n, page in enumerate(book.pages) for _ in page.tables]
        return waiting(content.decode("utf-8"), pages[number] if kind.endswith("table") else None) or filed(name, packed(content))
    return filed(name, packed(content))
