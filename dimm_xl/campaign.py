"""The pipeline, stage by stage: collect returns, score them, send back what is faulty, report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dimm_xl import catalogue, pack
from dimm_xl.archive import Archive, body, read, told
from dimm_xl.assessment import Assessment, Return, Status
from dimm_xl.collect import Heard, gather, listed, remembering, unheard
from dimm_xl.files import held, slug, sweep, unique, write_whole
from dimm_xl.findings import Code, Fault, Faulty
from dimm_xl.fingerprint import digest
from dimm_xl.ledger import Ledger, Product
from dimm_xl.model import Model
from dimm_xl.progress import matched
from dimm_xl.report.organisation import organisation_book
from dimm_xl.report.result import Peers, Result
from dimm_xl.report.tables import write_tables
from dimm_xl.scoring import score
from dimm_xl.sending_back import FOLDER as SENT_BACK
from dimm_xl.sending_back import send_back
from dimm_xl.settings import Run

if TYPE_CHECKING:
    from dimm_xl.report.compared import Compared
    from dimm_xl.report.portfolio import Beside

ARCHIVE = "archive.sqlite"
"""Where a run keeps what it read, in OUT unless asked otherwise."""
PRODUCTS = ("consolidated.xlsx", "organisations", SENT_BACK, "data")
"""What a run leaves in OUT."""


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
    """Read everything below ``asked.returns``, check, score, and write results, files to correct, tables and the consolidated workbook.

    With an archive, files that did not change are not read again, results whose inputs did not change are not written again, those
    of organisations that are gone are removed: what stands in ``asked.out`` is what a run into an empty folder leaves. Faulty when
    a model cannot be used or the archive is none; Busy when another run is at work there.
    """
    _checked(asked)
    with held(asked.out), Archive(asked.archive) as archive:
        sweep(asked.out)
        ledger, memory = Ledger(archive, asked.out, PRODUCTS), remembering(archive, asked.reading, _day(asked))
        lying, asked = listed(asked.returns, apart(asked), asked.alone), replace(asked, alone=None)
        if ledger.untouched() and (before := archive.concluded(_state(asked, ledger, lying.state(memory)))):
            return replace(told(Summary, before), out=str(asked.out))
        archive.conclude()
        found = gather(lying, asked.reading, memory, heard)
        archive.stood(found.returns, found.sources)
        named = identify(found.returns)
        faults = [*found.faults, *send_back(asked, found, ledger, heard), *report(asked, found.returns, named, ledger, heard)]
        ledger.settle()
        summary = summarise(asked, found.returns, named, faults)
        if memory.whole and not faults:
            archive.conclude(_state(asked, ledger, lying.state(memory)), body(summary))
        return summary


def collect(asked: Run, heard: Heard = unheard) -> Summary:
    """Read and check everything below ``asked.returns`` into the archive, and write nothing else: the first half of `run`."""
    _checked(asked)
    with Archive(asked.archive) as archive:
        lying = listed(asked.returns, _kept(asked))
        found = gather(lying, asked.reading, remembering(archive, asked.reading, _day(asked)), heard)
        archive.stood(found.returns, found.sources)
        return replace(summarise(asked, found.returns, identify(found.returns), found.faults), out="")


def report_archived(asked: Run, heard: Heard = unheard) -> Summary:
    """Write results, tables and the consolidated workbook from what the archive holds: the second half of `run`.

    Files to correct are left to `run`: they are made from the returned files themselves.
    """
    _checked(asked)
    assert asked.archive is not None
    returns = read(asked.archive)
    with held(asked.out), Archive(asked.archive) as archive:
        sweep(asked.out)
        archive.conclude()
        ledger = Ledger(archive, asked.out, [name for name in PRODUCTS if name != SENT_BACK])
        named = identify(returns)
        faults = report(asked, returns, named, ledger, heard)
        ledger.settle()
        return summarise(asked, returns, named, faults)


def _checked(asked: Run) -> None:
    for model in asked.models:
        catalogue.load(model)  # a faulty model, archive or benchmark ends the run before anything is read or written
    if asked.previous:
        if asked.archive and asked.previous.resolve() == asked.archive.resolve():
            raise Faulty([Fault(str(asked.previous), 0, "", "the archive of this very run; give that of the campaign before")])
        earlier(asked.previous, asked.models)
    if asked.benchmark:
        pack.load(asked.benchmark, catalogue.load(asked.models[0]))


def apart(asked: Run) -> list[Path]:
    """Return what is never read back when OUT or the archive lies among the returns."""
    return [*(asked.out / product for product in PRODUCTS), *_kept(asked)]


def _kept(asked: Run) -> list[Path]:
    archives = {asked.out / ARCHIVE, asked.archive or asked.out / ARCHIVE}
    return [path.with_name(f"{path.name}{ending}") for path in sorted(archives) for ending in ("", "-journal")]


def _day(asked: Run) -> str:
    return asked.today.isoformat() if asked.today else ""


def _state(asked: Run, ledger: Ledger, lying: str) -> str:
    """Return the fingerprint of a run: what lies there and what is asked; of its own when some file must be read."""
    return digest(lying, asked.wanted, ledger.place, _day(asked)) if lying else ""


def identify(returns: Sequence[Return]) -> dict[str, Return]:
    """Give each accepted return an id that is unique in the run and safe as a file name: its organisation's name, folded."""
    accepted = [one for one in returns if one.assessment is not None]
    names = unique(slug(one.assessment.organisation) for one in accepted if one.assessment)
    return dict(zip(names, accepted, strict=True))


def report(asked: Run, returns: Sequence[Return], named: Mapping[str, Return], ledger: Ledger, heard: Heard = unheard) -> list[str]:
    """Write the tables, a workbook for each organisation (in workers) and the consolidated workbook; return our own faults."""
    from dimm_xl.report.portfolio import Beside, peers_of  # here: pandas, which no worker needs

    results = [result_of(name, one, asked.models) for name, one in named.items()]
    whole = catalogue.load(asked.models[0])
    packed = pack.load(asked.benchmark, whole) if asked.benchmark else None
    then = earlier(asked.previous, asked.models) if asked.previous else {}
    was = last_time(then, named)
    beside = Beside(compared_of(then, results, was, asked.models) if asked.previous else None, packed)
    peers = peers_of(whole, results, packed)
    jobs = [(name, one, peers.get(name), (was[name], then[was[name]]) if name in was else None) for name, one in named.items()]
    wanted = asked.wanted
    products = [Product((f"organisations/{job[0]}.xlsx",), digest(wanted, job), job) for job in jobs]
    faults = ledger.write(partial(_report_one, asked), products, asked.workers, partial(heard, "writing"))
    ledger.together(digest(wanted, _day(asked), returns), partial(_report_all, asked, returns, results, beside))
    return faults


def _report_all(asked: Run, returns: Sequence[Return], results: Sequence[Result], beside: Beside) -> list[Path]:
    from dimm_xl.report.portfolio import portfolio_book

    words = catalogue.words(asked.lang)
    tables = write_tables(asked.out / "data", returns, results, words)
    book = portfolio_book(catalogue.load(asked.models[0]), results, returns, words, beside)
    return [*tables, write_whole(asked.out / "consolidated.xlsx", asked.dress.written(book))]


def _report_one(asked: Run, job: tuple[str, Return, Peers | None, tuple[str, Return] | None]) -> Path:
    name, one, peers, last = job
    result = replace(result_of(name, one, asked.models), peers=peers, last=last and result_of(*last, asked.models))
    book = organisation_book(result, catalogue.words(asked.lang))
    return write_whole(asked.out / "organisations" / f"{name}.xlsx", asked.dress.written(book))


def earlier(path: Path, models: Sequence[str]) -> dict[str, Return]:
    """Return the accepted returns of an archive by id; Faulty when it is none, or when one is of no model of ``models``."""
    named = identify(read(path))
    for one in named.values():
        try:
            _resolved(one, models)
        except KeyError as unknown:
            raise Faulty([Fault(str(path), 0, one.file, f"{unknown} is in no model given; say where it is with --model")]) from None
    return named


def last_time(then: Mapping[str, Return], now: Mapping[str, Return]) -> Mapping[str, str]:
    """Return, by the id of each organisation of now that was there then, its id of then; whoever gave no name is nobody's."""

    def known(named: Mapping[str, Return]) -> dict[str, Assessment]:
        said = {name: one.assessment for name, one in named.items() if Code.NO_ORGANISATION not in {each.code for each in one.findings}}
        return {name: one for name, one in said.items() if one is not None}

    return matched(known(then), known(now))


def compared_of(then: Mapping[str, Return], now: Sequence[Result], was: Mapping[str, str], models: Sequence[str]) -> Compared:
    """Return the results of two campaigns, each of now with its last one."""
    from dimm_xl.report.compared import Compared

    before = {name: result_of(name, one, models) for name, one in then.items()}
    gone = tuple(one for name, one in before.items() if name not in set(was.values()))
    return Compared(tuple(replace(one, last=before.get(was.get(one.id, ""))) for one in now), gone)


def result_of(name: str, one: Return, models: Sequence[str]) -> Result:
    """Score an accepted return."""
    assert one.assessment is not None
    model = _resolved(one, models)
    return Result(name, one.file, one.sha256, model, one.assessment, score(model, one.assessment))


def _resolved(one: Return, models: Sequence[str]) -> Model:
    """Return the model that a return was made with, as its questionnaire saw it; KeyError when it is none of ``models``."""
    assert one.assessment is not None
    where = {catalogue.load(model).id: model for model in models}[one.assessment.model]
    return catalogue.resolved(where, one.assessment.cut)


def summarise(asked: Run, returns: Sequence[Return], named: Mapping[str, Return], faults: Sequence[str]) -> Summary:
    """Count what became of the files."""
    statuses = Counter(one.status.value for one in returns)
    severities = Counter(finding.code.severity.value for one in returns for finding in one.findings)
    return Summary({status.value: statuses[status.value] for status in Status}, dict(severities), len(named), str(asked.out), tuple(faults))
