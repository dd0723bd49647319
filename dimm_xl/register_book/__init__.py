"""A campaign's register as a workbook: written empty, with lists to choose from, and read back whatever people made of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from dimm_xl import catalogue, describe
from dimm_xl.findings import Code, Fault, Faulty, Finding
from dimm_xl.model import Model
from dimm_xl.register import Register
from dimm_xl.register_book.book import book
from dimm_xl.register_book.reading import lines
from dimm_xl.register_book.rows import register_of
from dimm_xl.workbook.guard import DEFAULT, Limits, Refused
from dimm_xl.workbook.write import write

__all__ = ["opened", "read_register", "workbook_of"]


def workbook_of(model: Model, lang: str = "fr", colours: str = "") -> bytes:
    """Return an empty register for campaigns of ``model``, its sheets, headers and lists in ``lang``."""
    return write(book(model, *catalogue.words_of(lang, model.languages)), catalogue.look(colours))


def read_register(file: str, content: bytes, model: Model, lang: str = "fr", limits: Limits = DEFAULT) -> Register:
    """Return what a register holds; ``file`` is its name for people, ``lang`` the language of the findings' column titles.

    Every row that is good is in it, every other one in its findings, by sheet and cell. Refused when it is no register that can be read.
    """
    words, others = catalogue.words_of(lang, model.languages)
    digest = hashlib.sha256(content).hexdigest()
    return register_of(file, digest, model, lines(content, model, (words, others), limits))


def opened(path: Path, model: Model, lang: str = "fr", limits: Limits = DEFAULT) -> Register:
    """Return the register in a file; Faulty when there is none that can be read."""
    try:
        return read_register(path.name, _content(path, limits), model, lang, limits)
    except OSError as problem:
        raise Faulty([Fault(str(path), 0, "", problem.strerror or str(problem))]) from None
    except Refused as refusal:
        said, words = Finding(refusal.code, facts=refusal.facts), catalogue.words("en")
        raise Faulty([Fault(str(path), 0, "", f"{describe.message(said, words)} {describe.repair(said, words)}")]) from None


def _content(path: Path, limits: Limits) -> bytes:
    if path.stat().st_size > limits.file:
        raise Refused(Code.TOO_BIG, limit="file", size=path.stat().st_size, most=limits.file)
    return path.read_bytes()
