"""A model → the pages of a workbook in which a consultant edits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dimm_xl.model import Model
from dimm_xl.model_book.rows import Values, facts, rows
from dimm_xl.model_book.sheets import CHOICES, FACTS, SHEETS, TICK, Field, Shape, choice, facts_sheet, sheet
from dimm_xl.page import Book, Link, Page, Put, Row, Span, Table
from dimm_xl.sheet import Sheet
from dimm_xl.words import Words

TOP = 3
"""The row of the headers, below a title and a line that says what the sheet is for."""
ROOM = {"indicators": 30, "demands": 150, "targets": 40, "thresholds": 40, "measures": 15, "chosen": 15}
"""Blank rows that are ready to be typed into, where more than the usual ones are wanted."""
USUAL_ROOM = 8
TITLE = 100
"""Characters that the title and the line below it may take, as far as there are columns."""
FROZEN = {"indicators": 3, "demands": 2}
"""Columns that stay in sight, where more than the key does."""
STEPS = ("edit", "add", "sector", "measure", "remove", "language", "text", "back")


def book(model: Model, words: Words, others: Sequence[Words]) -> Book:
    """Compose the workbook of ``model`` with the labels of ``words``; the guide speaks the languages of ``others`` too."""
    words, others = words.within(model), [one.within(model) for one in others]
    described = {name: sheet(name, shape(model), words, others) for name in SHEETS}
    sources = {name: _source(described[name], len(held) + _room(name)) for name, held in rows(model).items()}
    pages = {name: _page(name, described[name], held, sources, words) for name, held in rows(model).items()}
    known = _facts_page(model, words, others)
    guide = _guide(model, (words, *others), {"model": known.name, **{name: page.name for name, page in pages.items()}}, words)
    return Book(_title(model, words), words("modelbook.subject"), words.lang, (guide, known, *pages.values()))


def shape(model: Model) -> Shape:
    """Return what decides the columns of a model's sheets."""
    return Shape(model.languages, tuple(size.id for size in model.sizes), tuple(model.scale.demanding))


def _room(name: str) -> int:
    return ROOM.get(name, USUAL_ROOM)


def _source(described: Sheet, count: int) -> Span:
    """Return the cells of a sheet's keys, blank ones included: what is added there is offered elsewhere."""
    return Span(described.name, TOP + 1, 0, TOP + count, 0)


def _page(name: str, described: Sheet, held: Sequence[Values], sources: Mapping[str, Span], words: Words) -> Page:
    shown = [Row(_shown(described, values)) for values in held] + [Row({})] * _room(name)
    fields = {column.field: field for field in SHEETS[name] for column in described.columns if column.field.split(".")[0] == field.name}
    table = Table(
        f"model_{name}",
        described,
        tuple(shown),
        TOP,
        lists={column: _offered(field, sources, words) for column, field in fields.items() if _offers(field)},
        notes={_first(described, field): words(f"modelbook.note.{field.name}") for field in SHEETS[name]},
    )
    wide = next(
        (n for n in range(1, len(described.columns)) if sum(one.width for one in described.columns[:n]) >= TITLE), len(described.columns)
    )
    return Page(
        described.name,
        puts=(Put(0, 0, described.name, "title", cols=wide), Put(1, 0, words(f"modelbook.about.{name}"), "hint", cols=wide)),
        tables=(table,),
        heights={1: 30},
        freeze=(TOP + 1, FROZEN.get(name, 1)),
    )


def _first(described: Sheet, field: Field) -> str:
    return next(column.field for column in described.columns if column.field.split(".")[0] == field.name)


def _shown(described: Sheet, values: Values) -> dict[str, str | float | None]:
    return {
        column.field: None if values.get(column.field) is None else column.kind.show(values[column.field]) for column in described.columns
    }


def _offers(field: Field) -> bool:
    return bool(field.offers) or field.name in CHOICES or field.across == "size"


def _offered(field: Field, sources: Mapping[str, Span], words: Words) -> Span | tuple[str, ...]:
    if field.offers:
        return sources[field.offers]
    if field.name in CHOICES:
        return tuple(words(f"modelbook.choice.{one}") for one in CHOICES[field.name])
    return (TICK, "–")


def _facts_page(model: Model, words: Words, others: Sequence[Words]) -> Page:
    described = facts_sheet(words, others)
    shown: list[Row] = []
    picks: list[Put] = []
    for path, value in facts(model).items():
        field, lang = (FACTS[path], "") if path in FACTS else (FACTS[path.rpartition(".")[0]], path.rpartition(".")[2])
        kind = choice(field.name, words, others) if field.name in CHOICES else field.kind
        label = words(f"modelbook.fact.{field.name}") + (f" ({lang})" if lang else "")
        says = {"path": path, "fact": label, "hint": words(f"modelbook.hint.{field.name}")}
        if field.name in CHOICES:
            offered = tuple(words(f"modelbook.choice.{one}") for one in CHOICES[field.name])
            picks.append(Put(TOP + 1 + len(shown), described.place("value"), kind.show(value), "edit-entry", entry=True, picks=offered))
        shown.append(Row({**says, "value": None if value is None else kind.show(value)}))
    table = Table("model_facts", described, tuple(shown), TOP, filters=False)
    puts = (Put(0, 1, described.name, "title", cols=3), Put(1, 1, words("modelbook.about.model"), "hint", cols=3), *picks)
    return Page(described.name, puts=puts, tables=(table,), freeze=(TOP + 1, 0))


def _guide(model: Model, languages: Sequence[Words], names: Mapping[str, str], words: Words) -> Page:
    """Compose the first sheet: how to edit, and what stands where, in every language of ours."""
    lines: list[tuple[Put, ...]] = []
    for speech in languages:
        steps = [(speech(f"modelbook.guide.{step}.title"), speech(f"modelbook.guide.{step}.text")) for step in STEPS]
        sheets = [(Link(shown, Span(shown, TOP + 1, 1, TOP + 1, 1)), speech(f"modelbook.about.{name}")) for name, shown in names.items()]
        lines += [(Put(0, 0, speech("modelbook.guide.title"), "subtitle", cols=2),)]
        lines += [*(_line(left, "guide-title", right) for left, right in steps), ()]
        lines += [*(_line(left, "row-link", right) for left, right in sheets), ()]
    title = Put(0, 0, _title(model, words), "title", cols=2)
    puts = (title, *(put._replace(row=row) for row, line in enumerate(lines, 2) for put in line))
    return Page(words("modelbook.sheet.guide"), puts=puts, widths={0: 30, 1: 116}, portrait=True)


def _line(left: str | Link, look: str, right: str) -> tuple[Put, Put]:
    return Put(0, 0, left, look), Put(0, 1, right, "guide")


def _title(model: Model, words: Words) -> str:
    return words("modelbook.title", model=model.name.get(words.lang, model.id))
