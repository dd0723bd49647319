"""A folder of returns of an older edition → questionnaires of a newer one with their answers in them, and a table that lists every file."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from dimm_xl import catalogue, pool
from dimm_xl.archive import Archive
from dimm_xl.assessment import Return, Status
from dimm_xl.collect import FAILURES, Collected, Heard, Reading, Source, gather, listed, newest, remembering, unheard
from dimm_xl.describe import message
from dimm_xl.editions import Change, carry
from dimm_xl.files import held, slug, sweep, unique, write_table, write_whole
from dimm_xl.findings import Code, Finding, Severity
from dimm_xl.issuing import issued_name
from dimm_xl.model import Cut
from dimm_xl.pool import Workers
from dimm_xl.questionnaire import Request
from dimm_xl.questionnaire.correct import Typed
from dimm_xl.questionnaire.migrated import migrated
from dimm_xl.remote import Store
from dimm_xl.returns import judge, parse
from dimm_xl.workbook.guard import DEFAULT, Limits, Refused
from dimm_xl.workbook.write import write

FOLDER, TABLE = "questionnaires", "data"
"""What migrating leaves in OUT."""
DEADLINE = 60.0
"""Seconds that one return may take."""
MIGRATED, CURRENT, LATER = "migrated", "current", "later"
STATUSES = (MIGRATED, CURRENT, LATER, *(status.value for status in (Status.REFUSED, Status.SUPERSEDED, Status.IGNORED)))
ABOUT = ("file", "sha256", "status", "organisation", "organisation_id", "sector", "size", "lang", "edition", "to")
FIELDS = (*ABOUT, *(change.value for change in Change), "retuned", "written", "message")


@dataclass(frozen=True)
class Wanted:
    """What `migrate` is asked for.

    ``place`` is where the new model is and ``edition`` which of its editions is meant (see :func:`catalogue.goal`); ``then_models`` are
    the models that the returns were made with. ``lang`` is that of the questionnaires (empty: each return's own), ``told`` that of the
    table's messages. ``deadline`` is printed on the start sheets.
    """

    returns: Path | Store
    out: Path
    place: str
    edition: str
    then_models: tuple[str, ...] = ("dimm",)
    lang: str = ""
    told: str = "fr"
    workers: Workers = None
    limits: Limits = DEFAULT
    deadline: date | None = None
    colours: str = ""

    def reading(self, models: tuple[str, ...]) -> Reading:
        """How files are read as returns of some models."""
        return Reading(models, self.limits, self.workers)


@dataclass(frozen=True)
class Written:
    """A questionnaire that was written: its file, indicators by change, how many have another weight or target."""

    file: str
    changes: Mapping[str, int]
    retuned: int


@dataclass(frozen=True)
class Moved:
    """One file of the folder: its return, what became of it (one of ``STATUSES``), what was written for it, what there is to say."""

    one: Return
    status: str
    written: Written | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Summary:
    """What became of a folder: files by status, indicators by change over all questionnaires, tracebacks of our own faults."""

    statuses: Mapping[str, int]
    changes: Mapping[str, int]
    out: str
    faults: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 when everything was read and carried over, 1 when some file was refused."""
        return 1 if self.statuses.get(Status.REFUSED.value) else 0

    def as_json(self) -> Mapping[str, object]:
        """Return the summary as a script reads it."""
        return {**asdict(self), "exit_code": self.exit_code}


def migrate(wanted: Wanted, heard: Heard = unheard) -> Summary:
    """Write a questionnaire of the new edition for every accepted return of an older one below ``wanted.returns``, and the table.

    Files are read as `run` reads them: one that is bad costs itself alone. Faulty when a model cannot be used, Busy when another run
    writes there.
    """
    for model in {*wanted.then_models, wanted.place}:
        catalogue.load(model)
    with held(wanted.out):
        sweep(wanted.out)
        found = read_all(wanted, heard)
        several = [sorted_out(wanted, one) for one in found.returns]
        moved, faults = _write(wanted, several, found.sources, heard)
        write_table(wanted.out / TABLE / "migrated.csv", FIELDS, (_line(wanted, one) for one in moved))
    statuses = Counter(one.status for one in moved)
    changes = Counter[str]()
    for one in moved:
        changes.update(one.written.changes if one.written else {})
    return Summary(
        {status: statuses[status] for status in STATUSES},
        {change.value: changes[change.value] for change in Change},
        str(wanted.out),
        (*found.faults, *faults),
    )


def read_all(wanted: Wanted, heard: Heard) -> Collected:
    """Read everything as returns of the models of then; what is of none of these is tried as one of the new model."""
    then = _read(wanted, wanted.then_models, None, heard)
    unknown = {one.file for one in then.returns if any(finding.code is Code.OTHER_MODEL for finding in one.findings)}
    if not unknown or wanted.place in wanted.then_models:
        return then
    parts = [name.split("/") for name in unknown]
    above = frozenset("/".join(steps[:n]) for steps in parts for n in range(1, len(steps) + 1))  # a member of a zip: the zip itself
    now = _read(wanted, (wanted.place,), above, heard)
    again = {one.file: one for one in now.returns if one.file in unknown}
    returns = newest([again.get(one.file, one) for one in then.returns], {name: source.dated for name, source in then.sources.items()})
    return Collected(tuple(returns), then.sources, (*then.faults, *now.faults))


def _read(wanted: Wanted, models: tuple[str, ...], alone: frozenset[str] | None, heard: Heard) -> Collected:
    how = wanted.reading(models)
    with Archive() as archive:
        lying = listed(wanted.returns, [wanted.out / FOLDER, wanted.out / TABLE], alone)
        return gather(lying, how, remembering(archive, how), heard)


def sorted_out(wanted: Wanted, one: Return) -> Moved:
    """Say what is to become of a file; an accepted return of an older edition is to be migrated."""
    said = one.assessment
    if said is None:
        return Moved(one, one.status.value, findings=one.findings)
    whole = catalogue.load(wanted.place)
    order = {edition.id: n for n, edition in enumerate(whole.editions)}
    facts = {"edition": said.edition, "to": wanted.edition}
    if said.model != whole.id:
        profile = {"sector": said.profile.sector, "size": said.profile.size}
        return _refused(one, Finding(Code.OTHER_MODEL, one.file, facts={"model": said.model, "edition": said.edition, **profile}))
    if said.edition == wanted.edition:
        return Moved(one, CURRENT, findings=(Finding(Code.SAME_EDITION, one.file, facts=facts),))
    if order.get(said.edition, -1) > order[wanted.edition]:
        return Moved(one, LATER, findings=(Finding(Code.LATER_EDITION, one.file, facts=facts),))
    try:
        catalogue.resolved(wanted.place, goal_of(wanted, said.cut))
    except KeyError as unknown:
        named = {"sector": said.profile.sector, "size": said.profile.size, "selection": said.selection or "–"}
        return _refused(one, Finding(Code.NOT_IN_EDITION, one.file, facts={**facts, **named, "unknown": str(unknown)}))
    return Moved(one, MIGRATED)


def goal_of(wanted: Wanted, cut: Cut) -> Cut:
    """Return the cut of the new edition that answers to a cut of then go into."""
    return replace(cut, edition=wanted.edition)


def _refused(one: Return, *findings: Finding) -> Moved:
    return Moved(one, Status.REFUSED.value, findings=findings)


# --- writing


@dataclass(frozen=True)
class Job:
    """What a worker needs to write one questionnaire: the return, where its bytes are, the name to write it under."""

    one: Return
    source: Source
    name: str


def _write(wanted: Wanted, several: Sequence[Moved], sources: Mapping[str, Source], heard: Heard) -> tuple[list[Moved], list[str]]:
    """Write the questionnaires (in workers); return what became of every file, in the same order, and our own faults."""
    due = [one.one for one in several if one.status == MIGRATED]
    names = unique(_name(wanted, one) for one in due)
    jobs = [Job(one, sources[one.file], name) for one, name in zip(due, names, strict=True)]
    done: dict[str, Moved] = {}
    faults = []
    made = pool.each(partial(_write_one, wanted), jobs, wanted.workers, DEADLINE) if jobs else iter(())
    for n, (job, outcome) in enumerate(made, 1):
        if isinstance(outcome, pool.Failed):
            faults += [f"{job.one.file}\n{outcome.detail}"] if outcome.detail else []
            done[job.one.file] = _refused(job.one, Finding(FAILURES[outcome.why], job.one.file))
        elif isinstance(outcome, Finding):
            done[job.one.file] = _refused(job.one, outcome)
        else:
            done[job.one.file] = Moved(job.one, MIGRATED, outcome, job.one.findings)
        heard("migrating", n, len(jobs))
    return [done.get(one.one.file, one) for one in several], faults


def _name(wanted: Wanted, one: Return) -> str:
    """Return the name of a questionnaire: as one that is issued, then whose part it is where several people of an organisation answer."""
    assert one.assessment is not None
    said = replace(one.assessment, edition=wanted.edition, lang=wanted.lang or one.assessment.lang)
    name = issued_name(said)
    person = said.respondent.get("respondent") or said.respondent.get("email") or " ".join(said.functions)
    return f"{name.removesuffix('.xlsx')}_{slug(person, 40)}.xlsx" if said.functions else name


def _write_one(wanted: Wanted, job: Job) -> Written | Finding:
    """Read a return again and write its questionnaire; a finding where it is no longer what it was."""
    try:
        parsed = parse(job.source.read(wanted.limits), (_place(wanted, job.one),), wanted.limits, job.one.engine)
    except OSError as problem:
        return Finding(Code.UNREADABLE, job.one.file, facts={"reason": problem.strerror or str(problem)})
    except Refused as refusal:
        return Finding(refusal.code, job.one.file, facts=refusal.facts)
    assessment, _ = judge(parsed, job.one.file)
    named = parsed.respondent.get("organisation", "")  # never the file's name, which stands in for it in results
    then = replace(assessment, organisation=named, lang=wanted.lang or assessment.lang)
    after = catalogue.resolved(wanted.place, goal_of(wanted, then.cut))
    carried = carry(then, parsed.model, after)
    request = Request(catalogue.words(carried.assessment.lang), wanted.deadline, glossary=catalogue.glossary())
    book = migrated(carried, request, Typed(parsed.given, parsed.raw))
    write_whole(wanted.out / FOLDER / job.name, write(book, catalogue.look(wanted.colours)))
    counts = {change.value: count for change, count in carried.counts.items()}
    return Written(f"{FOLDER}/{job.name}", counts, len(carried.retuned))


def _place(wanted: Wanted, one: Return) -> str:
    """Return where the model is by which a return was read: one of those of then, else the new one, of which it may be an older edition."""
    said = one.assessment
    assert said is not None
    for place in wanted.then_models:
        if catalogue.load(place).id == said.model:
            with contextlib.suppress(KeyError):
                catalogue.resolved(place, said.cut)
                return place
    return wanted.place


# --- the table


def _line(wanted: Wanted, moved: Moved) -> tuple[object, ...]:
    one, said, done = moved.one, moved.one.assessment, moved.written
    profile = said.profile if said else None
    known = (said.organisation, said.organisation_id) if said else (None, None)
    asked = (profile and profile.sector, profile and profile.size, said and said.lang, said and said.edition)
    counts = [done.changes[change.value] if done else None for change in Change]
    words = catalogue.words(wanted.told)
    grave = sorted(moved.findings, key=lambda finding: list(Severity).index(finding.code.severity))
    told = " ".join(message(finding, words) for finding in grave if finding.code.severity is not Severity.INFO or not done)
    return (
        one.file,
        one.sha256,
        moved.status,
        *known,
        *asked,
        wanted.edition,
        *counts,
        done and done.retuned,
        done and done.file,
        told or None,
    )
