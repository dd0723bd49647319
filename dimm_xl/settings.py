"""What a run is asked for: where, in which language, how files are read, how workbooks are dressed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path

from dimm_xl import catalogue
from dimm_xl.collect import Reading
from dimm_xl.page import Book
from dimm_xl.workbook.guard import DEFAULT, Limits
from dimm_xl.workbook.write import write


def raised(given: Iterable[str]) -> Limits:
    """Return the limits of reading with some of them changed (``file=100000000``); ValueError for a name or number that is none."""
    known = {limit.name for limit in fields(Limits)}
    changed = {}
    for one in given:
        name, _, value = one.partition("=")
        if name not in known or not value.isascii() or not value.isdigit():
            raise ValueError(f"{one!r}: give NAME=VALUE, NAME one of {', '.join(sorted(known))}, VALUE a whole number")
        changed[name] = int(value)
    return replace(DEFAULT, **changed)


@dataclass(frozen=True)
class Dress:
    """How result workbooks are dressed: a look file, a logo (PNG or JPEG), a classification printed on each page."""

    colours: str = ""
    logo: bytes = b""
    classification: str = ""

    def written(self, book: Book) -> bytes:
        """Return a book, so dressed, as a workbook."""
        return write(replace(book, logo=self.logo, classification=self.classification), catalogue.look(self.colours))


@dataclass(frozen=True)
class Run:
    """What `run` is asked for; ``lang`` is the language of the results, ``models`` where returns may find their model.

    ``reviews`` is where a consultant keeps filled review workbooks, ``review`` for which organisations (ids, or ``all``) one is written.
    """

    returns: Path
    out: Path
    lang: str = "fr"
    models: tuple[str, ...] = ("dimm",)
    workers: int | None = None
    limits: Limits = DEFAULT
    dress: Dress = Dress()
    reviews: Path | None = None
    review: tuple[str, ...] = ()

    @property
    def reading(self) -> Reading:
        """How files are read."""
        return Reading(self.models, self.limits, self.workers)
