"""Have LibreOffice fill in issued questionnaires as people would, slips included, and save them in the formats that people send.

Usage: ``python -m samples.type_in``. The files are kept in git: this only tells, and can repeat, how they came about.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dimm_xl import catalogue
from dimm_xl.assessment import Answered, Assessment, NotApplicable, Unknown
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Model, Profile
from dimm_xl.page import Book, Table
from dimm_xl.questionnaire import Request, questionnaire
from dimm_xl.sample import Drawn, sample
from tests.office import Office

RETURNS = Path(__file__).parent / "returns"
TYPED = Path(__file__).parent / "typed.json"
"""What was typed, by file, indicator (or profile field) and column."""


@dataclass(frozen=True)
class Person:
    """Who fills in which questionnaire, how it is saved, and what is typed wrong: (indicator, field) → value."""

    file: str
    organisation: str
    profile: Profile
    lang: str
    seed: int
    slips: dict[tuple[str, str], Any] = field(default_factory=dict)


PEOPLE = (
    Person("hotel-des-tilleuls.xlsx", "Hôtel des Tilleuls", Profile("tourism", "sme"), "fr", 11),
    Person(
        "Clinique du Val (2).ods",
        "Clinique du Val",
        Profile("health", "public"),
        "fr",
        12,
        {
            ("SP1", "level"): "3 - Défini",
            ("SP4", "level"): 7,
            ("ORM1", "level"): "sans objet",
            ("ORM1", "reason"): "",
            ("ORM3", "level"): "2,0",
        },
    ),
    Person(
        "corner-bakery.xlsx", "Corner Bakery", Profile("retail", "micro"), "en", 13, {("PE2", "level"): "don’t know", ("PC1", "level"): 2.5}
    ),
    Person("river club FINAL.ods", "River Club", Profile("non-profit", "association"), "en", 14, {("SP2", "comment"): "- two sites only"}),
    Person("transports_des_erables.xls", "Transports des Érables", Profile("transport", "sme"), "fr", 15, {("ORP1", "measure"): "12,5 %"}),
)


Typed = tuple[str, str, tuple[str, int, int, Any]]
"""What is typed: the row's key (indicator or profile field), the column's field, and the cell: sheet, row, column (from 0), value."""


def typed(person: Person) -> tuple[bytes, list[Typed]]:
    """Return a person's blank questionnaire, and what to type into it."""
    drawn = next(sample(Drawn(1, person.seed, person.profile.sector, person.profile.size, person.lang)))
    blank = Assessment("", person.profile, drawn.model, drawn.edition, person.lang)
    model = catalogue.load().at(person.profile)
    book = questionnaire(model, blank, Request(catalogue.words(person.lang)))
    return fill(Wanted(lang=person.lang), blank), [*_profile(book, person, drawn), *_levers(model, book, person, drawn)]


def _profile(book: Book, person: Person, drawn: Assessment) -> Iterator[Typed]:
    table = next(table for page in book.pages for table in page.tables if table.name == "profile")
    words = catalogue.words(person.lang)
    said = {**drawn.respondent, "organisation": person.organisation, "consent": words(drawn.respondent["consent"])}
    for n, row in enumerate(table.rows):
        if value := said.get(str(row.values["field"])):
            yield str(row.values["field"]), "value", _cell(table, n, "value", value)


def _levers(model: Model, book: Book, person: Person, drawn: Assessment) -> Iterator[Typed]:
    words = catalogue.words(person.lang)
    for table in (table for page in book.pages for table in page.tables if table.name.startswith("lever_")):
        for n, row in enumerate(table.rows):
            code = str(row.values["code"])
            if code not in model.indicators:
                continue
            answer = drawn.answer(code)
            said: dict[str, Any] = {
                "measure": answer.measure,
                "evidence": answer.evidence,
                "comment": answer.comment,
                "reason": answer.reason,
            }
            match answer.state:
                case Answered(level):
                    said["level"] = level
                case NotApplicable():
                    said["level"] = words("level.not_applicable")
                case Unknown():
                    said["level"] = words("level.unknown")
            said |= {name: value for (indicator, name), value in person.slips.items() if indicator == code}
            yield from ((code, name, _cell(table, n, name, value)) for name, value in said.items() if value not in (None, ""))


def _cell(table: Table, n: int, name: str, value: object) -> tuple[str, int, int, Any]:
    span = table.span(name, n, n)
    return (span.sheet, span.top, span.left, value)


def main() -> None:
    """Fill in every person's questionnaire; fail when the program refuses a cell that should be open."""
    kept: dict[str, dict[str, dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as home, Office(Path(home)) as office:
        for person in PEOPLE:
            content, cells = typed(person)
            issued = Path(home) / "issued.xlsx"
            issued.write_bytes(content)
            refused = office.fill(issued, RETURNS / person.file, [cell for _, _, cell in cells])
            assert not refused, refused
            kept[person.file] = {}
            for key, name, cell in cells:
                kept[person.file].setdefault(key, {})[name] = cell[-1]
            print(f"{person.file}: {len(cells)} cells typed")
    TYPED.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
