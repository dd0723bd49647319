"""A filled workbook → an assessment and findings: what it is, who answered, what was said, what is amiss.

Nothing that a person typed raises; what cannot be read at all is a refused return with its finding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from dimm_xl import catalogue, layout
from dimm_xl.assessment import Assessment, Return, Status
from dimm_xl.checks import Given, answers, check
from dimm_xl.findings import Code, Finding, Severity
from dimm_xl.model import Model, Profile
from dimm_xl.sheet import Sheet, face, text
from dimm_xl.words import Words
from dimm_xl.workbook.guard import Refused
from dimm_xl.workbook.read import Found, Grids, candidates, keyed, read


@dataclass(frozen=True)
class Identity:
    """What the identity sheet says: which questionnaire this is, hence which description it was made with."""

    model: str
    edition: str
    lang: str
    profile: Profile
    selection: str | None


def read_return(file: str, content: bytes, models: Sequence[str] = ("dimm",)) -> Return:
    """Read one returned workbook; ``file`` is its name for people, ``models`` where its model may be (ids or folders)."""
    digest = hashlib.sha256(content).hexdigest()
    try:
        assessment, findings = _read(Grids(content), file, models)
    except Refused as refusal:
        return refused(file, digest, Finding(refusal.code, facts=refusal.facts))
    placed = tuple(replace(finding, file=file) for finding in findings)
    troubled = any(finding.code.severity is not Severity.INFO for finding in placed)
    status = Status.ACCEPTED_WITH_FINDINGS if troubled else Status.ACCEPTED
    return Return(file, digest, status, assessment, placed)


def refused(file: str, digest: str, finding: Finding) -> Return:
    """Return a file that could not be read at all."""
    return Return(file, digest, Status.REFUSED, None, (replace(finding, file=file),))


def _read(grids: Grids, file: str, models: Sequence[str]) -> tuple[Assessment, tuple[Finding, ...]]:
    identity = _identity(grids)
    model = _model(identity, tuple(models))
    words, others = _spoken(identity.lang, model.languages)
    given, findings = _given(grids, model, words, others)
    findings += check(model, given)
    known, profile_findings = _respondent(grids, words, others)
    name = known.pop("organisation", "")
    if not name:
        profile_findings += (Finding(Code.NO_ORGANISATION, sheet=words("sheet.profile"), facts={"file": file}),)
    assessment = Assessment(
        organisation=name or file.rpartition("/")[2].rpartition(".")[0],
        profile=identity.profile,
        model=identity.model,
        edition=identity.edition,
        lang=identity.lang,
        selection=identity.selection,
        answers=answers(model, given, findings),
        respondent=known,
    )
    return assessment, findings + profile_findings


def _spoken(lang: str, languages: Sequence[str]) -> tuple[Words, tuple[Words, ...]]:
    return catalogue.words(lang), tuple(catalogue.words(other) for other in languages if other != lang)


def _identity(grids: Grids) -> Identity:
    """Return what the identity sheet says; Refused when there is none or it contradicts itself."""
    for name in candidates(grids, [layout.IDENTITY]):
        grid = grids[name]
        if grid and grid[0] and face(grid[0][0]) == layout.IDENTITY:
            said = keyed(grid)
            if said.get("kind") == layout.KIND:
                profile = Profile(said.get("sector", ""), said.get("size", ""))
                return Identity(
                    said.get("model", ""), said.get("edition", ""), said.get("lang", ""), profile, said.get("selection") or None
                )
    raise Refused(Code.NOT_A_QUESTIONNAIRE, sheets=", ".join(grids.names)[:200])


@lru_cache(maxsize=512)
def resolved(name: str, edition: str, profile: Profile, selection: str | None) -> Model:
    """Return a model as one questionnaire sees it; KeyError when an id is unknown, Faulty when there is no such model."""
    return catalogue.load(name).at_edition(edition).at(profile, selection)


def _model(identity: Identity, models: tuple[str, ...]) -> Model:
    known = {catalogue.load(name).id: name for name in models}
    try:
        model = resolved(known[identity.model], identity.edition, identity.profile, identity.selection)
        catalogue.load(known[identity.model]).languages.index(identity.lang)
    except (KeyError, ValueError):
        facts = {"model": identity.model, "edition": identity.edition, "sector": identity.profile.sector, "size": identity.profile.size}
        raise Refused(Code.OTHER_MODEL, **facts) from None
    return model


def _given(grids: Grids, model: Model, words: Words, others: Sequence[Words]) -> tuple[list[Given], tuple[Finding, ...]]:
    """Return the rows of every lever, wherever they stand in the workbook, with the findings of reading them."""
    given: list[Given] = []
    findings: list[Finding] = []
    headings = {grouping.code for lever in model.levers for grouping in lever.groupings}
    hints = [layout.sheet_name(lever, words) for lever in model.levers]
    sheet = layout.lever_sheet(model, model.levers[0], words, others)
    for name in candidates(grids, hints):
        if set(model.indicators) <= {row.indicator for row in given}:
            break  # every indicator has its row: no need to read glossary and synthesis
        reading = read(sheet, grids[name], name)
        if reading is None:
            continue
        rows = [_row(found, name) for found in reading.rows]
        known = [row for row in rows if row.indicator not in headings]
        if not known:
            continue
        at = {found.cells["level"]: row.indicator for found, row in zip(reading.rows, rows, strict=True) if "level" in found.cells}
        at |= {found.cells["measure"]: row.indicator for found, row in zip(reading.rows, rows, strict=True) if "measure" in found.cells}
        given += known
        findings += [replace(one, facts={**one.facts, **_about(at.get(one.cell))}) for one in reading.findings]
        if missing := [field for field in ("level", "reason") if field in reading.missing]:
            findings.append(Finding(Code.NO_COLUMN, "", name, facts={"column": ", ".join(words(f"column.{field}") for field in missing)}))
    if not given:
        raise Refused(Code.NO_SHEET, sheet=", ".join(hints), sheets=", ".join(grids.names)[:200])
    return given, tuple(findings)


def _about(indicator: str | None) -> Mapping[str, str]:
    return {"indicator": indicator} if indicator else {}


def _row(found: Found, name: str) -> Given:
    values = dict(found.values)
    code = face(values.pop("code")).upper()
    return Given(code, name, found.cells, faulty=found.faulty, **{key: value for key, value in values.items() if key in ENTRIES})


ENTRIES = ("measure", "level", "reason", "evidence", "comment")


def _respondent(grids: Grids, words: Words, others: Sequence[Words]) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """Return what the profile sheet says, by field."""
    sheet: Sheet = layout.profile_sheet(words, others)
    hints = [spoken("sheet.profile") for spoken in (words, *others)]
    kinds = layout.profile_kinds(words)
    for name in _named(grids, hints):
        if reading := read(sheet, grids[name], name):
            known = {text(row.values["field"]): row.values.get("value", "") for row in reading.rows}
            wanted = {field: known[field] for field in ("organisation", *layout.RESPONDENT) if known.get(field)}
            findings = []
            for row in reading.rows:
                field = text(row.values["field"])
                if field in kinds and field in wanted:
                    try:
                        wanted[field] = kinds[field].parse(wanted[field])
                    except ValueError as problem:
                        del wanted[field]
                        facts = {"value": str(problem)[:80], "column": words(f"profile.{field}"), "expects": kinds[field].expects}
                        findings.append(Finding(Code.BAD_VALUE, "", name, row.cells.get("value", ""), facts))
            return wanted, tuple(findings)
    return {}, ()


def _named(grids: Grids, hints: Sequence[str]) -> Iterator[str]:
    hinted = {face(hint) for hint in hints}
    yield from (name for name in grids.names if face(name) in hinted)
