"""Ways through a result workbook: each sheet leads back to the first page, the first page to every sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dimm_xl.once import once
from dimm_xl.page import Link, Page, Put, Span
from dimm_xl.words import Words

LINE = 21.0
"""Height in points of a row of links: they touch neither the text above nor the table below."""


def returning(pages: Sequence[Page], words: Words) -> tuple[Page, ...]:
    """Return pages, each but the first with a link back to it, right above its first table."""
    first, *rest = pages
    return (first, *(_led_back(page, first, words) for page in rest))


def _led_back(page: Page, first: Page, words: Words) -> Page:
    back = _back(min([table.row for table in page.tables], default=2) - 1, first.name, words)
    return Page(**{**vars(page), "puts": (*page.puts, back), "heights": {back.row: LINE, **page.heights}})


@once
def _back(row: int, first: str, words: Words) -> Put:
    return Put(row, 0, Link(words("result.back", page=first), Span(first, 0, 0, 0, 0)), "link")


PLACES = ((0, 1), (1, 2), (3, 2), (5, 2))
"""Where the links of a line stand: first column, how many."""


def leading(pages: Sequence[Page], title: str) -> tuple[Page, ...]:
    """Return pages, the first with links to all others under ``title``, below its last table."""
    first, *rest = pages
    row = max(table.bottom for table in first.tables) + 2
    placed = ((row + 1 + n // len(PLACES), *PLACES[n % len(PLACES)], page.name) for n, page in enumerate(rest))
    lines = dict.fromkeys(range(row + 1, row + 2 + (len(rest) - 1) // len(PLACES)), LINE)
    links = (Put(line, col, Link(name, Span(name, 0, 0, 0, 0)), "link", cols=cols) for line, col, cols, name in placed)
    return (
        replace(first, puts=(*first.puts, Put(row, 0, title, "section", cols=6), *links), heights={row: LINE, **lines, **first.heights}),
        *rest,
    )
