"""Returns on their way back: a workbook to correct and the text of an e-mail for each that has errors."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from dimm_xl import catalogue
from dimm_xl.assessment import Return
from dimm_xl.collect import Collected, Heard, Source, unheard
from dimm_xl.files import safe, unique, write_whole
from dimm_xl.findings import Severity
from dimm_xl.fingerprint import digest
from dimm_xl.ledger import Ledger, Product
from dimm_xl.questionnaire import Request
from dimm_xl.questionnaire.correct import Typed, correction, faults, letter
from dimm_xl.returns import judge, parse
from dimm_xl.settings import Run
from dimm_xl.workbook.write import write

FOLDER = "to-correct"


def send_back(asked: Run, found: Collected, ledger: Ledger, heard: Heard = unheard) -> list[str]:
    """Write, for each return with errors, a workbook to correct and the text of an e-mail; for each refused one, the text alone."""
    wrong = [one for one in found.returns if any(finding.code.severity is Severity.ERROR for finding in one.findings)]
    names = unique(safe(one.file) for one in wrong)
    wanted = asked.wanted
    products = [
        Product(tuple(f"{FOLDER}/{file}" for file in _files(one, name)), digest(wanted, one), (one, found.sources[one.file], name))
        for one, name in zip(wrong, names, strict=True)
        if one.file in found.sources
    ]
    return ledger.write(partial(_send_back_one, asked), products, asked.workers, partial(heard, "to correct"))


def _files(one: Return, name: str) -> tuple[str, ...]:
    return (f"{name}.txt",) if one.assessment is None else (f"{name}.txt", _attached(name))


def _attached(name: str) -> str:
    return name if name.endswith(".xlsx") else f"{name}.xlsx"


def _send_back_one(asked: Run, job: tuple[Return, Source, str]) -> Path:
    one, source, name = job
    folder = asked.out / FOLDER
    if one.assessment is None:
        words = catalogue.words(asked.lang)
        return write_whole(folder / f"{name}.txt", letter(one.file, "", one.findings, "", words).encode("utf-8", "replace"))
    parsed = parse(source.read(asked.limits), asked.models, asked.limits, one.engine)
    assessment, findings = judge(parsed, one.file)
    named = assessment.organisation
    assessment = replace(assessment, organisation=parsed.respondent.get("organisation", ""))
    words = catalogue.words(assessment.lang)
    todo = faults(findings, parsed.given)
    identity = parsed.identity
    whole = catalogue.resolved(identity.place, replace(identity.cut, adaptations=())) if identity.adaptations else None
    request = Request(words, glossary=catalogue.glossary(), whole=whole)
    attached = _attached(name)
    text = letter(one.file, named, [fault.finding for fault in todo], attached, words)
    write_whole(folder / f"{name}.txt", text.encode("utf-8", "replace"))
    return write_whole(
        folder / attached,
        write(correction(parsed.model, assessment, Typed(parsed.given, parsed.raw), todo, request), catalogue.look(asked.dress.colours)),
    )
