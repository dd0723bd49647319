"""What the tests of the audit form share: audits made up, written, typed into by code and column."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import openpyxl

from dimm_xl import audit, catalogue
from dimm_xl.assessment import Answer, Assessment, Checked, Verdict
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Indicator, Model, Profile
from dimm_xl.words import Words
from tests.support import HOTEL

COLUMNS = ("code", "measure", "verdict", "reason", "evidence", "comment", "state")
Entries = Mapping[tuple[str, str], Any]
"""Values by (code of a demand, an indicator or a field of the profile, column)."""
MIXED: tuple[Verdict | None, ...] = ("met",) * 14 + ("not_met", "not_met", "not_applicable", None)


def drawn(one: Indicator, of: Sequence[Verdict | None], chance: random.Random) -> Answer:
    """An audit of one indicator, each verdict one of ``of``, with words beside it and sometimes a figure."""
    rows = []
    for level, rank, _ in audit.demands(one):
        verdict = chance.choice(of)
        reason = "aucun stock" if verdict == "not_applicable" else ""
        rows.append(Checked(level, rank, verdict, reason, chance.choice(("", "Audit")), chance.choice(("", "- à revoir", "=1+1"))))
    figure = chance.choice([None, *one.measure.thresholds]) if one.measure else None
    return audit.answered(one, rows, figure)


def an_audit(model: Model, profile: Profile, lang: str, of: Sequence[Verdict | None] = MIXED, selection: str | None = None) -> Assessment:
    """An audit of a resolved model, the same for the same arguments."""
    chance = random.Random(f"{profile}/{lang}/{of}")
    answers = {code: drawn(one, of, chance) for code, one in model.indicators.items()}
    respondent = {"respondent": "Ada", "consent": "yes"}
    return Assessment("Hôtel", profile, model.id, model.edition.id, lang, selection, answers, respondent, form="audit")


def every_verdict(verdict: Verdict, profile: Profile = HOTEL, lang: str = "fr") -> Assessment:
    """An audit that found the same of every demand, with evidence and without figures."""
    model = catalogue.load().at(profile)
    reason = "aucun stock" if verdict == "not_applicable" else ""
    answers = {
        code: audit.answered(one, [Checked(level, rank, verdict, reason, "Audit") for level, rank, _ in audit.demands(one)])
        for code, one in model.indicators.items()
    }
    return Assessment("Hôtel", profile, "dimm", model.edition.id, lang, None, answers, {"consent": "yes"}, form="audit")


def places(book: Any, words: Words) -> Iterator[tuple[tuple[str, str], Any]]:
    """Every cell of a row of a lever or of the profile, by (code, column); found by headers."""
    titles = {words(f"audit.column.{field}"): field for field in COLUMNS} | {words("profile.column.value"): "value", "id": "code"}
    for sheet in book.worksheets:
        header: dict[int, str] = {}
        for row in sheet.iter_rows():
            found = {cell.column: titles[cell.value] for cell in row if cell.value in titles}
            header = found if "code" in found.values() and len(found) > 1 else header
            yield from (((str(row[0].value), header[cell.column]), cell) for cell in row if cell.column in header)


def opened(content: bytes, lang: str = "fr", values: bool = False) -> tuple[Any, dict[tuple[str, str], Any]]:
    """A workbook through openpyxl, with its cells by (code, column), the first of several alike."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=values)
    return book, dict(reversed(list(places(book, catalogue.words(lang)))))


def saved(book: Any) -> bytes:
    """A workbook of openpyxl as bytes."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def typed(said: Assessment, entries: Entries, twice: Entries | None = None) -> bytes:
    """An audit, written, then typed into; ``twice`` are values in a second row of their code, at the end of its sheet."""
    book, cells = opened(fill(Wanted(), said), said.lang)
    for place, value in entries.items():
        cells[place].value = value
    for place, value in (twice or {}).items():
        cells[place].parent.append({1: place[0], cells[place].column: value})
    return saved(book)
