"""Returns on their way back: a workbook to correct and the text of an e-mail for each that has errors."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from dimm_xl import catalogue, pool
from dimm_xl.assessment import Return
from dimm_xl.collect import Collected, Heard, Source, unheard
from dimm_xl.files import safe, unique, write_whole
from dimm_xl.findings import Severity
from dimm_xl.questionnaire import Request
from dimm_xl.questionnaire.correct import Typed, correction, faults, letter
from dimm_xl.returns import judge, parse
from dimm_xl.settings import Run
from dimm_xl.workbook.write import write


def send_back(asked: Run, found: Collected, heard: Heard = unheard) -> list[str]:
    """Write, for each return with errors, a workbook to correct and the text of an e-mail; for each refused one, the text alone."""
    wrong = [one for one in found.returns if any(finding.code.severity is Severity.ERROR for finding in one.findings)]
    names = unique(safe(one.file) for one in wrong)
    jobs = [(one, found.sources[one.file], name) for one, name in zip(wrong, names, strict=True) if one.file in found.sources]
    failed = []
    for n, ((one, *_), outcome) in enumerate(pool.each(partial(_send_back_one, asked), jobs, asked.workers, deadline=60), 1):
        if isinstance(outcome, pool.Failed):
            failed.append(f"{one.file}: {outcome.why}\n{outcome.detail}")
        heard("to correct", n, len(jobs))
    return failed


def _send_back_one(asked: Run, job: tuple[Return, Source, str]) -> Path:
    one, source, name = job
    folder = asked.out / "to-correct"
    if one.assessment is None:
        words = catalogue.words(asked.lang)
        return write_whole(folder / f"{name}.txt", letter(one.file, "", one.findings, "", words).encode("utf-8", "replace"))
    parsed = parse(source.read(asked.limits), asked.models, asked.limits, one.engine)
    assessment, findings = judge(parsed, one.file)
    named = assessment.organisation
    assessment = replace(assessment, organisation=parsed.respondent.get("organisation", ""))
    words = catalogue.words(assessment.lang)
    todo = faults(findings, parsed.given)
    request = Request(words, glossary=catalogue.glossary())
    attached = name if name.endswith(".xlsx") else f"{name}.xlsx"
    text = letter(one.file, named, [fault.finding for fault in todo], attached, words)
    write_whole(folder / f"{name}.txt", text.encode("utf-8", "replace"))
    return write_whole(
        folder / attached,
        write(correction(parsed.model, assessment, Typed(parsed.given, parsed.raw), todo, request), catalogue.look(asked.dress.colours)),
    )
