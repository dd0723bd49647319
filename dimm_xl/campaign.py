"""The pipeline, stage by stage: issue questionnaires; collect returns, score them, report.

Every stage is a function over values or files; the command line calls one of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path

import yaml

from dimm_xl import catalogue, pool
from dimm_xl.assessment import Assessment, Return, Status
from dimm_xl.files import slug, walk, write_whole
from dimm_xl.findings import Code, Finding
from dimm_xl.look import Look
from dimm_xl.model import Model, Profile
from dimm_xl.questionnaire import Request, questionnaire
from dimm_xl.report.organisation import organisation_book
from dimm_xl.report.result import Result
from dimm_xl.report.tables import write_tables
from dimm_xl.returns import read_return, refused, resolved
from dimm_xl.sample import Drawn, sample
from dimm_xl.scoring import score
from dimm_xl.workbook.write import write

Heard = Callable[[str, int, int], None]
"""Told the stage, how many of its files are done and how many there are, for a progress bar."""


def unheard(stage: str, done: int, total: int) -> None:
    """Hear nothing."""


# --- issue


@dataclass(frozen=True)
class Wanted:
    """What `issue` is asked for; ``model`` is a shipped id or a folder."""

    model: str = "dimm"
    edition: str | None = None
    lang: str = "fr"
    organisation: str = ""
    selection: str | None = None
    deadline: date | None = None
    score: bool = True


def issue(out: Path, profiles: Iterable[Profile], wanted: Wanted) -> Iterator[Path]:
    """Write one questionnaire for each profile into the folder ``out`` and yield its path."""
    whole = catalogue.load(wanted.model)
    edition = wanted.edition or whole.edition.id
    for profile in profiles:
        blank = Assessment(wanted.organisation, profile, whole.id, edition, wanted.lang, wanted.selection)
        content = fill(wanted, blank)
        yield write_whole(out / issued_name(blank), content)


def fill(wanted: Wanted, assessment: Assessment) -> bytes:
    """Return the questionnaire of an assessment, its answers filled in, as a workbook."""
    model = resolved(wanted.model, assessment.edition, assessment.profile, assessment.selection)
    request = Request(catalogue.words(assessment.lang), deadline=wanted.deadline, score=wanted.score, glossary=catalogue.glossary())
    return write(questionnaire(model, assessment, request), look())


def issued_name(assessment: Assessment) -> str:
    """Return the file name of a questionnaire: safe, and sorted by organisation or by profile."""
    profile = assessment.profile
    parts = [f"{assessment.model}-{assessment.edition}", profile.sector, profile.size, assessment.lang]
    if assessment.selection:
        parts.append(assessment.selection)
    if assessment.organisation:
        parts.insert(0, slug(assessment.organisation))
    return "_".join(parts) + ".xlsx"


def make_up(out: Path, drawn: Drawn, workers: int | None = None) -> int:
    """Write made-up returns into the folder ``out``, in workers, and return how many."""
    jobs = ((n, assessment) for n, assessment in enumerate(sample(drawn), 1))
    made = 0
    for _, outcome in pool.each(partial(_make_up_one, out, drawn.model), jobs, workers, deadline=60):
        if isinstance(outcome, pool.Failed):
            raise RuntimeError(outcome.detail or outcome.why)
        made += 1
    return made


def _make_up_one(out: Path, model: str, job: tuple[int, Assessment]) -> Path:
    number, assessment = job
    return write_whole(out / f"{number:05d}_{issued_name(assessment)}", fill(Wanted(model), assessment))


def every_profile(model: Model) -> list[Profile]:
    """Return every sector × size of a model."""
    return [Profile(sector.id, size.id) for sector in model.sectors for size in model.sizes]


@cache
def look() -> Look:
    """Return the shipped look."""
    raw = yaml.safe_load((catalogue.SHIPPED / "look.yaml").read_text("utf-8"))
    return Look(raw["font"], raw["colours"])


# --- run


@dataclass(frozen=True)
class Run:
    """What `run` is asked for; ``lang`` is the language of the results, ``models`` where returns may find their model."""

    returns: Path
    out: Path
    lang: str = "fr"
    models: tuple[str, ...] = ("dimm",)
    workers: int | None = None


@dataclass(frozen=True)
class Summary:
    """What became of a run: files by status, findings by severity, tracebacks of our own faults."""

    statuses: Mapping[str, int]
    severities: Mapping[str, int]
    organisations: int
    out: str
    faults: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 when everything was read, 1 when some file was refused."""
        return 1 if self.statuses.get(Status.REFUSED.value) else 0

    def as_json(self) -> Mapping[str, object]:
        """Return the summary as a script reads it."""
        return {**asdict(self), "exit_code": self.exit_code}


def run(asked: Run, heard: Heard = unheard) -> Summary:
    """Read everything below ``asked.returns``, check, score, and write results, tables and the consolidated workbook."""
    returns, faults = collect(asked, heard)
    named = identify(returns)
    faults += report(asked, returns, named, heard)
    return summarise(asked, returns, named, faults)


def collect(asked: Run, heard: Heard = unheard) -> tuple[list[Return], list[str]]:
    """Read and check every file, each in a worker; return them in the order of their names, and our own faults' tracebacks."""
    listed = list(walk(asked.returns, asked.out))
    readable = [(name, path) for name, path, read in listed if read]
    ignored = [Return(name, "", Status.IGNORED, None, (Finding(Code.IGNORED, file=name),)) for name, _, read in listed if not read]
    returns, faults = list(ignored), []
    outcomes = pool.each(partial(_collect_one, asked.models), readable, asked.workers)
    for n, ((name, _), outcome) in enumerate(outcomes, 1):
        if isinstance(outcome, pool.Failed):
            faults += [f"{name}\n{outcome.detail}"] if outcome.detail else []
            returns.append(refused(name, "", Finding(FAILURES[outcome.why])))
        else:
            returns.append(outcome)
        heard("reading", n, len(readable))
    return once(sorted(returns, key=lambda one: one.file)), faults


FAILURES = {"time": Code.TOOK_TOO_LONG, "memory": Code.TOO_BIG, "crash": Code.CRASHED, "fault": Code.FAULT}


def _collect_one(models: tuple[str, ...], job: tuple[str, Path]) -> Return:
    name, path = job
    try:
        content = path.read_bytes()
    except OSError as problem:
        return refused(name, "", Finding(Code.UNREADABLE, facts={"reason": problem.strerror or str(problem)}))
    return read_return(name, content, models)


def once(returns: Sequence[Return]) -> list[Return]:
    """Count identical content once: the first file by name stands, the others are set aside and say which one."""
    first: dict[str, str] = {}
    kept = []
    for one in returns:
        same = first.setdefault(one.sha256, one.file) if one.assessment else one.file
        apart = Return(one.file, one.sha256, Status.IGNORED, None, (Finding(Code.DUPLICATE, file=one.file, facts={"other": same}),))
        kept.append(one if same == one.file else apart)
    return kept


def identify(returns: Sequence[Return]) -> dict[str, Return]:
    """Give each accepted return an id that is unique in the run and safe as a file name: its organisation's name, folded."""
    named: dict[str, Return] = {}
    for one in returns:
        if one.assessment is not None:
            base = slug(one.assessment.organisation)
            ids = (base if n == 1 else f"{base}-{n}" for n in range(1, len(returns) + 2))
            named[next(candidate for candidate in ids if candidate not in named)] = one
    return named


def report(asked: Run, returns: Sequence[Return], named: Mapping[str, Return], heard: Heard = unheard) -> list[str]:
    """Write the tables, a workbook for each organisation (in workers) and the consolidated workbook; return our own faults."""
    from dimm_xl.report.portfolio import portfolio_book  # here: pandas, which no worker needs

    faults = []
    jobs = list(named.items())
    for n, ((name, _), outcome) in enumerate(pool.each(partial(_report_one, asked), jobs, asked.workers, deadline=60), 1):
        if isinstance(outcome, pool.Failed):
            faults.append(f"{name}: {outcome.why}\n{outcome.detail}")
        heard("writing", n, len(jobs))
    results = [result_of(name, one, asked.models) for name, one in named.items()]
    words = catalogue.words(asked.lang)
    write_tables(asked.out / "data", returns, results, words)
    whole = catalogue.load(asked.models[0])
    write_whole(asked.out / "consolidated.xlsx", write(portfolio_book(whole, results, returns, words), look()))
    return faults


def _report_one(asked: Run, job: tuple[str, Return]) -> Path:
    name, one = job
    book = organisation_book(result_of(name, one, asked.models), catalogue.words(asked.lang))
    return write_whole(asked.out / "organisations" / f"{name}.xlsx", write(book, look()))


def result_of(name: str, one: Return, models: Sequence[str]) -> Result:
    """Score an accepted return."""
    assessment = one.assessment
    assert assessment is not None
    where = {catalogue.load(model).id: model for model in models}[assessment.model]
    model = resolved(where, assessment.edition, assessment.profile, assessment.selection)
    return Result(name, one.file, one.sha256, model, assessment, score(model, assessment))


def summarise(asked: Run, returns: Sequence[Return], named: Mapping[str, Return], faults: Sequence[str]) -> Summary:
    """Count what became of the files."""
    statuses = Counter(one.status.value for one in returns)
    severities = Counter(finding.code.severity.value for one in returns for finding in one.findings)
    return Summary({status.value: statuses[status.value] for status in Status}, dict(severities), len(named), str(asked.out), tuple(faults))
