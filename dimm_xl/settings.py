"""What a run is asked for: where, in which language, how files are read, how workbooks are dressed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from pathlib import Path

from dimm_xl import catalogue, columnar, fingerprint
from dimm_xl.collect import Reading
from dimm_xl.page import Book
from dimm_xl.pool import Workers
from dimm_xl.remote import Store
from dimm_xl.workbook.guard import DEFAULT, Limits
from dimm_xl.workbook.mould import cast


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
        return cast(replace(book, logo=self.logo, classification=self.classification), catalogue.look(self.colours))


@dataclass(frozen=True)
class Run:
    """What `run` is asked for; ``lang`` is the language of the results, ``models`` where returns may find their model.

    ``returns`` is a folder, of this machine or in a store.
    ``archive`` is where what was read is kept (None: nowhere), ``today`` the date it gets, ``alone`` the only files to look at.
    ``previous`` is the archive of the campaign before, ``benchmark`` a pack of others’ medians.
    ``register`` lists whom the campaign asks.
    ``reviews`` is where a consultant keeps filled review workbooks, ``review`` for which organisations (ids, or ``all``) one is written.
    """

    returns: Path | Store
    out: Path
    lang: str = "fr"
    models: tuple[str, ...] = ("dimm",)
    workers: Workers = None
    limits: Limits = DEFAULT
    dress: Dress = Dress()
    archive: Path | None = None
    today: date | None = None
    alone: frozenset[str] | None = None
    previous: Path | None = None
    benchmark: Path | None = None
    reviews: Path | None = None
    review: tuple[str, ...] = ()
    register: Path | None = None

    @property
    def reading(self) -> Reading:
        """How files are read."""
        return Reading(self.models, self.limits, self.workers)

    @property
    def wanted(self) -> str:
        """The fingerprint of all that shapes what is written besides the returns: this program, options, the files they name."""
        return fingerprint.digest(
            fingerprint.program(),
            columnar.available(),
            [_told(getattr(self, one.name)) for one in fields(self) if one.name not in ELSEWHERE],
        )


ELSEWHERE = ("returns", "out", "workers", "archive", "today", "alone")
"""What a run is asked that does not change what is written from the same returns on the same day."""


def _told(value: object) -> object:
    """Return what a value comes to: a name of a file or folder counts by what that holds."""
    if isinstance(value, str | Path):
        return fingerprint.named(value)
    if isinstance(value, tuple):
        return [_told(one) for one in value]
    if is_dataclass(value):
        return [_told(getattr(value, one.name)) for one in fields(value)]
    return value
