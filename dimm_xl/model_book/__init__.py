"""A model as a workbook: written so that a consultant can edit it in a spreadsheet program, and read back with nothing lost."""

from __future__ import annotations

from collections.abc import Iterable

from dimm_xl import catalogue, describe
from dimm_xl.findings import Fault, Faulty, Finding
from dimm_xl.model import Model
from dimm_xl.model_book.book import book
from dimm_xl.model_book.draft import Draft
from dimm_xl.model_book.reading import Told, lines
from dimm_xl.workbook.guard import Refused
from dimm_xl.workbook.write import write

LANGUAGES = ("fr", "en")
"""Languages in which a model's workbook speaks."""


def workbook_of(model: Model, lang: str = "fr", colours: str = "") -> bytes:
    """Return the workbook in which ``model`` is edited, its sheets and headers in ``lang``."""
    return write(book(model, *catalogue.words_of(lang, LANGUAGES)), catalogue.look(colours))


def model_of(file: str, content: bytes) -> Model:
    """Return the model in a workbook; Faulty with everything that is wrong, each at its sheet and cell. ``file`` is its name for people."""
    words, others = catalogue.words_of("en", LANGUAGES)
    try:
        found = lines(content, words, others)
    except Refused as refusal:
        raise Faulty([Fault(file, 0, "", describe.message(Finding(refusal.code, facts=refusal.facts), words))]) from None
    draft = Draft(found)
    try:
        model = catalogue.sound(draft.tree)
    except catalogue.Unsound as unsound:
        raise Faulty(_faults(file, draft.placed(unsound.problems))) from None
    if draft.told:
        raise Faulty(_faults(file, draft.told))
    return model


def _faults(file: str, told: Iterable[Told]) -> list[Fault]:
    return [Fault(file, 0, one.place, one.what) for one in told]
