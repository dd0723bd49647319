"""A filled workbook → an assessment and findings: what it is, who answered, what was said, what is amiss.

Nothing that a person typed raises; what cannot be read at all is a refused return with its finding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import PurePosixPath

from dimm_xl import catalogue, layout
from dimm_xl.assessment import Assessment, Form, Return, Status
from dimm_xl.catalogue import resolved, words_of
from dimm_xl.checks import Given
from dimm_xl.findings import Code, Finding, Severity
from dimm_xl.forms import READ
from dimm_xl.identity import Identity, identify
from dimm_xl.model import Model
from dimm_xl.sheet import Sheet, face, text
from dimm_xl.words import Words
from dimm_xl.workbook.guard import DEFAULT, Limits, Refused
from dimm_xl.workbook.read import Found, Grids, Reading, candidates, read


@dataclass(frozen=True)
class Parsed:
    """What a workbook holds before it is judged: whose it is, the rows as given, the findings so far, what was typed and not understood.

    ``raw`` is by (indicator, field). A fresh questionnaire to correct is made from this.
    """

    identity: Identity
    model: Model
    given: tuple[Given, ...]
    respondent: Mapping[str, str]
    findings: tuple[Finding, ...]
    raw: Mapping[tuple[str, str], str]
    when: str


def read_return(file: str, content: bytes, models: Sequence[str] = ("dimm",), limits: Limits = DEFAULT, engine: str = "calamine") -> Return:
    """Read one returned workbook; ``file`` is its name for people, ``models`` where its model may be (ids or folders)."""
    digest = hashlib.sha256(content).hexdigest()
    try:
        parsed = parse(content, models, limits, engine)
    except Refused as refusal:
        return refused(file, digest, Finding(refusal.code, facts=refusal.facts))
    assessment, findings = judge(parsed, file)
    placed = tuple(replace(finding, file=file) for finding in findings)
    troubled = any(finding.code.severity is not Severity.INFO for finding in placed)
    status = Status.ACCEPTED_WITH_FINDINGS if troubled else Status.ACCEPTED
    return Return(file, digest, status, assessment, placed, parsed.when, engine)


def refused(file: str, digest: str, finding: Finding) -> Return:
    """Return a file that could not be read at all."""
    return Return(file, digest, Status.REFUSED, None, (replace(finding, file=file),))


def parse(content: bytes, models: Sequence[str] = ("dimm",), limits: Limits = DEFAULT, engine: str = "calamine") -> Parsed:
    """Read a workbook's identity, rows and respondent; Refused when it is none that can be read."""
    grids = Grids(content, limits, engine, expected(tuple(models)))
    identity, found = identify(grids, models)
    model = _model(identity)
    speech, others = words_of(identity.lang, model.languages)
    given, findings, raw = _given(grids, identity, model, speech)
    respondent, profile_findings = _respondent(grids, identity, speech, others)
    notes = tuple(Finding(code) for code in grids.notes)
    every = (*notes, *found, *findings, *READ[identity.form].check(model, given), *profile_findings)
    return Parsed(identity, model, tuple(given), respondent, every, raw, grids.changed)


def judge(parsed: Parsed, file: str) -> tuple[Assessment, tuple[Finding, ...]]:
    """Return the assessment that stands and every finding: what is faulty is blank, never guessed."""
    known = dict(parsed.respondent)
    name = known.pop("organisation", "")
    findings = parsed.findings
    if not name:
        sheet = words_of(parsed.identity.lang, parsed.model.languages)[0]("sheet.profile")
        findings += (Finding(Code.NO_ORGANISATION, sheet=sheet, facts={"file": file}),)
    form = READ[parsed.identity.form]
    said = form.answers(parsed.model, parsed.given, parsed.findings)
    assessment = Assessment(
        organisation=name or PurePosixPath(file).stem,
        profile=parsed.identity.profile,
        model=parsed.model.id,
        edition=parsed.identity.edition,
        lang=parsed.identity.lang,
        selection=parsed.identity.selection,
        answers=said,
        respondent=known,
        organisation_id=parsed.identity.organisation_id,
        functions=parsed.identity.functions,
        form=parsed.identity.form,
    )
    return assessment, findings + form.note(parsed.model, said)


def _model(identity: Identity) -> Model:
    try:
        return resolved(identity.place, identity.cut)
    except KeyError:
        raise Refused(Code.OTHER_MODEL, **identity.facts) from None


@cache
def expected(models: tuple[str, ...]) -> frozenset[str]:
    """Return the faces of the sheets that are read in a questionnaire as it was issued, in any language of ``models``."""
    names = {layout.IDENTITY}
    for model in map(catalogue.load, models):
        for words in map(catalogue.words, model.languages):
            names |= {words("sheet.profile"), *(layout.sheet_name(lever, words) for lever in model.levers)}
    return frozenset(map(face, names))


@cache
def _described(place: str, lang: str, form: Form) -> Sheet:
    """Return the description of a lever's sheet as it is read: the same for every lever, headers of every language known."""
    model = catalogue.load(place)
    return READ[form].sheet(model, *words_of(lang, model.languages))


@cache
def _profile(place: str, lang: str) -> Sheet:
    return layout.profile_sheet(*words_of(lang, catalogue.load(place).languages))


Rows = tuple[list[Given], list[Finding], dict[tuple[str, str], str]]


def _given(grids: Grids, identity: Identity, model: Model, words: Words) -> Rows:
    """Return the rows of every lever, wherever they stand in the workbook, with the findings of reading them."""
    given: list[Given] = []
    findings: list[Finding] = []
    raw: dict[tuple[str, str], str] = {}
    headings = {grouping.code for lever in model.levers for grouping in lever.groupings}
    hints = [layout.sheet_name(lever, words) for lever in model.levers]
    sheet, wanted = _described(identity.place, identity.lang, identity.form), READ[identity.form].rows(model)
    missing = set(wanted)
    for name in candidates(grids, hints):
        if not missing:
            break  # every indicator has its row: no need to read glossary and synthesis
        reading = read(sheet, grids[name], name)
        if reading is None:
            continue
        coded = [(found, _code(found.values["code"])) for found in reading.rows]
        known = [(found, _row(found, code, name)) for found, code in coded if code not in headings]
        codes = {row.indicator for _, row in known}
        if codes.isdisjoint(wanted):
            continue
        given += [row for _, row in known]
        missing -= codes
        raw |= {(row.indicator, field): shown for found, row in known for field, shown in found.raw.items()}
        findings += _placed(reading, known, name, words, identity.form)
    if not given:
        raise Refused(Code.NO_SHEET, sheet=", ".join(hints), sheets=", ".join(grids.names)[:200])
    return given, findings, raw


def _placed(reading: Reading, known: Sequence[tuple[Found, Given]], name: str, words: Words, form: Form) -> list[Finding]:
    """Return a sheet's findings, each with the indicator of its row, and what its headers tell."""
    whose = {address: row.indicator for found, row in known for address in found.cells.values()} if reading.findings else {}
    found = [
        replace(one, facts={**one.facts, "indicator": whose[one.cell]} if one.cell in whose else one.facts) for one in reading.findings
    ]
    read_as = READ[form]
    missing = [words(f"{read_as.titles}.{field}") for field in read_as.needed if field in reading.missing]
    if missing:
        found.append(Finding(Code.NO_COLUMN, "", name, facts={"column": ", ".join(missing)}))
    if reading.moved:
        found.append(Finding(Code.LAYOUT_CHANGED, "", name))
    found += [Finding(Code.NOT_UNDERSTOOD, "", name, cell, {"value": shown}) for cell, shown in reading.stray.items()]
    return found


def _row(found: Found, code: str, name: str) -> Given:
    said = found.values.get
    words = (said("reason", ""), said("evidence", ""), said("comment", ""))
    return Given(code, name, found.cells, said("level"), said("measure"), *words, found.faulty, said("verdict"))


@lru_cache(maxsize=4096)
def _code(shown: str) -> str:
    return face(shown).upper()


def _respondent(grids: Grids, identity: Identity, words: Words, others: Sequence[Words]) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """Return what the profile sheet says, by field; it may have another name."""
    sheet, kinds = _profile(identity.place, identity.lang), layout.profile_kinds(words)
    hints = [spoken("sheet.profile") for spoken in (words, *others)]
    for name in candidates(grids, hints):
        reading = read(sheet, grids[name], name)
        if reading is None or not any(text(row.values["field"]) == "organisation" for row in reading.rows):
            continue
        known: dict[str, str] = {}
        findings = []
        for row in reading.rows:
            field, value = text(row.values["field"]), row.values.get("value", "")
            if field not in ("organisation", *layout.RESPONDENT) or not value:
                continue
            try:
                known[field] = kinds[field].parse(value) if field in kinds else value
            except ValueError:
                facts = {"value": value[:80], "column": words(f"profile.{field}"), "expects": kinds[field].expects, "field": field}
                findings.append(Finding(Code.BAD_VALUE, "", name, row.cells.get("value", ""), facts))
        return known, tuple(findings)
    return {}, ()
