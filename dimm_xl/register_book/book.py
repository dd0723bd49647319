"""An empty register as inert pages: a few words, the three sheets to fill in, the lists that they offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dimm_xl import layout
from dimm_xl.model import Model
from dimm_xl.page import Book, Link, Page, Put, Row, Span, Table
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words

TOP = 3
"""The row of the headers, below a title and a line that says what the sheet is for."""
ROOM = 10_000
"""Rows for which lists are offered; the reader takes as many as there are."""
BLANK = 25
"""Blank rows that are drawn; the table grows as rows are typed or pasted below."""
STEPS = ("fill", "people", "adapt", "issue", "follow", "read")
OFFERS = {"sector": "sectors", "size": "sizes", "function": "functions", "lang": "languages", "indicator": "indicators"}
"""The list that a field offers."""
WIDTHS = {"languages": (14, 12), "indicators": (13, 74)}
"""How wide a list's two columns are, where not as wide as most."""


def book(model: Model, words: Words, others: Sequence[Words]) -> Book:
    """Compose an empty register; titles and lists in the language of ``words``, the first sheet in all of them."""
    lists = _lists(model, words)
    sources = {table.sheet.key: table.span(table.sheet.columns[0].field) for table in lists.tables}
    sheets = {name: layout.register_sheet(name, model, words, others) for name in layout.REGISTER}
    sources["organisations"] = Span(sheets["organisations"].name, TOP + 1, 0, TOP + ROOM, 0)
    pages = [_page(name, sheet, sources, words) for name, sheet in sheets.items()]
    title = words("register.title", model=words.of(model.name))
    guide = _guide((words, *others), title, {**{name: sheet.name for name, sheet in sheets.items()}, "lists": lists.name}, words)
    return Book(title, words("register.subject"), words.lang, (guide, *pages, lists))


def _page(name: str, sheet: Sheet, sources: Mapping[str, Span], words: Words) -> Page:
    lists: dict[str, Span | tuple[str, ...]] = {
        column.field: column.kind.picks for column in sheet.columns if column.kind.picks and column.field not in OFFERS
    }
    lists |= {column.field: sources[OFFERS[column.field]] for column in sheet.columns if column.field in OFFERS}
    if sheet.key != "id":
        lists["organisation"] = sources["organisations"]
    table = Table(
        f"register_{name}",
        sheet,
        (Row({}),) * BLANK,
        TOP,
        lists=lists,
        notes={column.field: words(f"register.note.{name}.{column.field}") for column in sheet.columns},
        room=ROOM,
    )
    return Page(
        sheet.name,
        puts=(Put(0, 0, sheet.name, "title", cols=5), Put(1, 0, words(f"register.about.{name}"), "hint", cols=5), _back(words)),
        tables=(table,),
        heights={1: 30},
        freeze=(TOP + 1, 2),
        footer=words("register.title", model="").strip(" :\u00a0"),
        tab="entry-line",
    )


def _back(words: Words) -> Put:
    """Return the way back to the first sheet, above the headers."""
    first = words("register.sheet.guide")
    return Put(TOP - 1, 0, Link(words("result.back", page=first), Span(first, 0, 0, 0, 0)), "link")


def _lists(model: Model, words: Words) -> Page:
    name = words("register.sheet.lists")
    held: Mapping[str, Mapping[str, str]] = {
        **{f"{kind}s": {one: words.of(label) for one, label in named.items()} for kind, named in model.names.items()},
        "languages": {lang: words(f"register.language.{lang}") for lang in model.languages},
    }
    tables = [_list(name, key, tuple((label, one) for one, label in of.items()), n, words) for n, (key, of) in enumerate(held.items())]
    codes = tuple((code, words.of(one.name)) for code, one in model.indicators.items())
    tables.append(_list(name, "indicators", codes, len(tables), words))
    puts = (Put(0, 0, name, "title", cols=8), Put(1, 0, words("register.about.lists"), "hint", cols=8), _back(words))
    return Page(name, puts=puts, tables=tuple(tables), widths={3 * n + 2: 2 for n in range(len(tables) - 1)}, freeze=(TOP + 1, 0))


def _list(name: str, key: str, entries: Sequence[tuple[str, str]], n: int, words: Words) -> Table:
    """Return one list, ``n``-th from the left: what is chosen, and what else is understood or what it stands for."""
    shown, beside = (words(f"register.list.{key}"), words("register.list.name" if key == "indicators" else "register.list.id"))
    widths = WIDTHS.get(key, (40, 20))
    columns = (Column(key, shown, look="row-line", width=widths[0]), Column("beside", f"{beside} ", look="row-line", width=widths[1]))
    sheet = Sheet(name, key, columns)
    return Table(f"list_{key}", sheet, tuple(Row({key: one, "beside": other}) for one, other in entries), TOP, 3 * n, filters=False)


def _guide(languages: Sequence[Words], title: str, names: Mapping[str, str], words: Words) -> Page:
    """Compose the first sheet: what to fill in, and what the register is for, in every language of ours."""
    puts = [Put(0, 0, title, "title", cols=2)]
    row = 2
    for speech in languages:
        puts.append(Put(row, 0, speech("register.guide.title"), "subtitle", cols=2))
        lines: list[tuple[str | Link, str, str]] = [
            (Link(shown, Span(shown, TOP + 1, 0, TOP + 1, 0)), "row-link", speech(f"register.about.{name}"))
            for name, shown in names.items()
        ]
        lines += [(speech(f"register.guide.{step}.title"), "guide-title", speech(f"register.guide.{step}.text")) for step in STEPS]
        for n, (left, look, right) in enumerate(lines, row + 1):
            puts += [Put(n, 0, left, look), Put(n, 1, right, "guide")]
        row += len(lines) + 2
    return Page(words("register.sheet.guide"), puts=tuple(puts), widths={0: 26, 1: 104}, portrait=True)
