"""The pipeline, stage by stage: issue questionnaires; collect returns, score them, report.

Every stage is a function over values or files; the command line calls one of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from functools import partial
from pathlib import Path

from dimm_xl import catalogue, pool
from dimm_xl.assessment import Assessment, Return, Status
from dimm_xl.collect import Collected, Heard, Reading, Source, collect, unheard
from dimm_xl.files import safe, slug, sweep, unique, write_whole
from dimm_xl.findings import Severity
from dimm_xl.model import Model, Profile
from dimm_xl.page import Book
from dimm_xl.questionnaire import Request, questionnaire
from dimm_xl.questionnaire.correct import Typed, correction, faults, letter
from dimm_xl.report.organisation import organisation_book
from dimm_xl.report.result import Peers, Result
from dimm_xl.report.tables import write_tables
from dimm_xl.returns import judge, parse
from dimm_xl.sample import Drawn, sample
from dimm_xl.scoring import score
from dimm_xl.workbook.guard import DEFAULT, Limits
from dimm_xl.workbook.write import write

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
    colours: str = ""


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
    model = catalogue.resolved(wanted.model, assessment.edition, assessment.profile, assessment.selection)
    request = Request(catalogue.words(assessment.lang), deadline=wanted.deadline, score=wanted.score, glossary=catalogue.glossary())
    return write(questionnaire(model, assessment, request), catalogue.look(wanted.colours))


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


# --- run


def raised(given: Iterable[str]) -> Limits:
    """Return the limits of reading with some of them changed (``file=100000000``); ValueError for a name or number that is none."""
    known = {limit.name for limit in fields(Limits)}
    changed = {}
    for one in given:
        name, _, value = one.partition("=")
        if name not in known or not value.isascii() or not value.isdigit():
            raise ValueError(f"{one!r}: give NAME=VALUE, NAME one of {', '.join(sorted(known))}, VALUE a whole number")
        changed[name] = int(value)
    return replace(DEFAULT, **changed)


@dataclass(frozen=True)
class Dress:
    """How result workbooks are dressed: a look file, a logo (PNG or JPEG), a classification printed on each page."""

    colours: str = ""
    logo: bytes = b""
    classification: str = ""

    def written(self, book: Book) -> bytes:
        """Return a book, so dressed, as a workbook."""
        return write(replace(book, logo=self.logo, classification=self.classification), catalogue.look(self.colours))


@dataclass(frozen=True)
class Run:
    """What `run` is asked for; ``lang`` is the language of the results, ``models`` where returns may find their model."""

    returns: Path
    out: Path
    lang: str = "fr"
    models: tuple[str, ...] = ("dimm",)
    workers: int | None = None
    limits: Limits = DEFAULT
    dress: Dress = Dress()

    @property
    def reading(self) -> Reading:
        """How files are read."""
        return Reading(self.models, self.limits, self.workers)


PRODUCTS = ("consolidated.xlsx", "organisations", "to-correct", "data")
"""What a run leaves in OUT, and never reads back when OUT lies among the returns."""


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
    """Read everything below ``asked.returns``, check, score, and write results, files to correct, tables and the consolidated workbook."""
    for model in asked.models:
        catalogue.load(model)  # a faulty model ends the run before anything is read or written
    sweep(asked.out)
    found = collect(asked.returns, [asked.out / product for product in PRODUCTS], asked.reading, heard)
    named = identify(found.returns)
    faults = [*found.faults, *send_back(asked, found, heard), *report(asked, found.returns, named, heard)]
    return summarise(asked, found.returns, named, faults)


def identify(returns: Sequence[Return]) -> dict[str, Return]:
    """Give each accepted return an id that is unique in the run and safe as a file name: its organisation's name, folded."""
    accepted = [one for one in returns if one.assessment is not None]
    names = unique(slug(one.assessment.organisation) for one in accepted if one.assessment)
    return dict(zip(names, accepted, strict=True))


def report(asked: Run, returns: Sequence[Return], named: Mapping[str, Return], heard: Heard = unheard) -> list[str]:
    """Write the tables, a workbook for each organisation (in workers) and the consolidated workbook; return our own faults."""
    from dimm_xl.report.portfolio import peers_of, portfolio_book  # here: pandas, which no worker needs

    faults = []
    results = [result_of(name, one, asked.models) for name, one in named.items()]
    whole = catalogue.load(asked.models[0])
    peers = peers_of(whole, results)
    jobs = [(name, one, peers.get(name)) for name, one in named.items()]
    for n, ((name, *_), outcome) in enumerate(pool.each(partial(_report_one, asked), jobs, asked.workers, deadline=60), 1):
        if isinstance(outcome, pool.Failed):
            faults.append(f"{name}: {outcome.why}\n{outcome.detail}")
        heard("writing", n, len(jobs))
    words = catalogue.words(asked.lang)
    write_tables(asked.out / "data", returns, results, words)
    write_whole(asked.out / "consolidated.xlsx", asked.dress.written(portfolio_book(whole, results, returns, words)))
    return faults


def _report_one(asked: Run, job: tuple[str, Return, Peers | None]) -> Path:
    name, one, peers = job
    result = replace(result_of(name, one, asked.models), peers=peers)
    book = organisation_book(result, catalogue.words(asked.lang))
    return write_whole(asked.out / "organisations" / f"{name}.xlsx", asked.dress.written(book))


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


def result_of(name: str, one: Return, models: Sequence[str]) -> Result:
    """Score an accepted return."""
    assessment = one.assessment
    assert assessment is not None
    where = {catalogue.load(model).id: model for model in models}[assessment.model]
    model = catalogue.resolved(where, assessment.edition, assessment.profile, assessment.selection)
    return Result(name, one.file, one.sha256, model, assessment, score(model, assessment))


def summarise(asked: Run, returns: Sequence[Return], named: Mapping[str, Return], faults: Sequence[str]) -> Summary:
    """Count what became of the files."""
    statuses = Counter(one.status.value for one in returns)
    severities = Counter(finding.code.severity.value for one in returns for finding in one.findings)
    return Summary({status.value: statuses[status.value] for status in Status}, dict(severities), len(named), str(asked.out), tuple(faults))
