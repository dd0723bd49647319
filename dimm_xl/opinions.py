"""A filled review workbook → the rows in which a reviewer typed something, and findings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dimm_xl import catalogue, layout
from dimm_xl.assessment import Return, Status
from dimm_xl.findings import Code, Finding
from dimm_xl.identity import hidden
from dimm_xl.model import Profile
from dimm_xl.respondents import called
from dimm_xl.review import Typed
from dimm_xl.sheet import Sheet, face
from dimm_xl.words import Words
from dimm_xl.workbook.guard import DEFAULT, Limits, Refused
from dimm_xl.workbook.read import Found, Grids, Reading, candidates, read


@dataclass(frozen=True)
class Review:
    """One review workbook as read: whose organisation it is about, and the rows in which something stands.

    ``about`` tells the organisation apart as :func:`dimm_xl.respondents.called` does; ``name`` is for people. A file that could
    not be read has no ``about`` and says why.
    """

    file: str
    sha256: str
    about: tuple[str, ...] = ()
    name: str = ""
    rows: tuple[Typed, ...] = ()
    findings: tuple[Finding, ...] = ()

    def listed(self, more: Sequence[Finding] = ()) -> Return:
        """Return the file as the tables list it, with further findings about it."""
        note = (
            [Finding(Code.REVIEW, self.file, facts={"count": sum(row.typed for row in self.rows), "organisation": self.name})]
            if self.about
            else []
        )
        return Return(self.file, self.sha256, Status.IGNORED if self.about else Status.REFUSED, None, (*note, *self.findings, *more))


def read_review(file: str, content: bytes, models: Sequence[str] = ("dimm",), limits: Limits = DEFAULT) -> Review:
    """Read one review workbook; ``file`` is its name for people, ``models`` where its model may be (ids or folders)."""
    digest = hashlib.sha256(content).hexdigest()
    try:
        return _read(file, digest, Grids(content, limits), models)
    except Refused as refusal:
        return Review(file, digest, findings=(Finding(refusal.code, file, facts=refusal.facts),))


def _read(file: str, digest: str, grids: Grids, models: Sequence[str]) -> Review:
    said = hidden(grids)
    sheets = ", ".join(grids.names)[:200]
    if said is None or said["kind"] != layout.REVIEW:
        raise Refused(Code.NOT_A_REVIEW, sheets=sheets)
    model = {one.id: one for one in map(catalogue.load, models)}.get(said.get("model", ""))
    if model is None or said.get("lang") not in model.languages:
        raise Refused(Code.OTHER_MODEL, **{key: said.get(key, "") for key in ("model", "edition", "sector", "size")})
    words, others = catalogue.words_of(said["lang"], model.languages)
    sheet = _read_back(layout.review_sheet(model, words, others))
    for name in candidates(grids, [spoken("sheet.review") for spoken in (words, *others)]):
        reading = read(sheet, grids[name], name)
        if reading and "level" not in reading.missing:
            about = called(
                model.id,
                said.get("organisation_id", ""),
                said.get("organisation", ""),
                Profile(said.get("sector", ""), said.get("size", "")),
            )
            rows = tuple(row for found in reading.rows if (row := _row(found, file, name)))
            return Review(file, digest, about, said.get("organisation", ""), rows, tuple(_placed(reading, file, words)))
    raise Refused(Code.NOT_A_REVIEW, sheets=sheets)


def _read_back(sheet: Sheet) -> Sheet:
    """Return the sheet with what is locked, but read, among its entries."""
    return replace(sheet, columns=tuple(replace(column, entry=column.entry or column.field in layout.SEEN) for column in sheet.columns))


def _row(found: Found, file: str, name: str) -> Typed | None:
    """Return a row in which something was typed, now or for an earlier review; None for the others."""
    values = {field: value for field, value in found.values.items() if field in ("level", "reason", "day", "reviewer", "before")}
    raw = {field: shown for field, shown in found.raw.items() if field not in layout.SEEN}
    if not values.keys() - {"reviewer"} and not raw:
        return None
    return Typed(face(found.values["code"]).upper(), file, name, found.cells, found.values.get("declared"), **values, raw=raw)


def _placed(reading: Reading, file: str, words: Words) -> Iterator[Finding]:
    """Yield the findings of reading the cells, each with the indicator of its row, and which columns are gone."""
    whose = {address: face(found.values["code"]).upper() for found in reading.rows for address in found.cells.values()}
    for one in reading.findings:
        yield replace(one, file=file, facts={**one.facts, "indicator": whose[one.cell]})
    missing = [words(f"review.column.{field}") for field in ("declared", "reason", "day") if field in reading.missing]
    if missing:
        yield Finding(Code.NO_COLUMN, file, words("sheet.review"), facts={"column": ", ".join(missing)})
