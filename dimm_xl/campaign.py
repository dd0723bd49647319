"""The pipeline, stage by stage: collect returns, score them, send back what is faulty, report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from dimm_xl import catalogue, pack, reviewing
from dimm_xl.archive import Archive, body, read, told
from dimm_xl.assessment import Return, Status
from dimm_xl.collect import Heard, gather, listed, remembering, unheard
from dimm_xl.files import held, sweep
from dimm_xl.findings import Code, Fault, Faulty, Finding
from dimm_xl.fingerprint import digest
from dimm_xl.ledger import Ledger
from dimm_xl.register import NOBODY, Register, enrolled
from dimm_xl.register_book import opened
from dimm_xl.reporting import report, write_reviews
from dimm_xl.results import CONSOLIDATED, Standing, consolidations, earlier, identify
from dimm_xl.reviewing import second_opinions
from dimm_xl.sending_back import FOLDER as SENT_BACK
from dimm_xl.sending_back import send_back
from dimm_xl.settings import Run

ARCHIVE = "archive.sqlite"
"""Where a run keeps what it read, in OUT unless asked otherwise."""
PRODUCTS = (CONSOLIDATED, "consolidated-*.xlsx", "organisations", SENT_BACK, "data")
"""What a run leaves in OUT, as patterns of names: one consolidated workbook a model."""


@dataclass(frozen=True)
class Summary:
    """What became of a run: files by status, findings by severity, tracebacks of our own faults.

    ``unknown`` are the ids for which a review was asked and that the run does not know. ``consolidated`` are the workbooks over all
    organisations, one a model. ``register`` counts who was asked, returned, is incomplete, is late; empty without a register.
    """

    statuses: Mapping[str, int]
    severities: Mapping[str, int]
    organisations: int
    out: str
    faults: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    consolidated: tuple[str, ...] = ()
    register: Mapping[str, int] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 when everything was read and written, 1 when some file was refused or something was not written."""
        return 1 if self.statuses.get(Status.REFUSED.value) or self.faults else 0

    def as_json(self) -> Mapping[str, object]:
        """Return the summary as a script reads it."""
        told = {**asdict(self), "exit_code": self.exit_code}
        return told if self.register else {key: value for key, value in told.items() if key != "register"}


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
        state = _state(asked, ledger, lying.state(memory))
        if not asked.review and ledger.untouched() and (before := archive.concluded(state)):
            return replace(told(Summary, before), out=str(asked.out))
        archive.conclude()
        register = registered(asked)
        found = gather(lying, asked.reading, memory, heard, register)
        archive.stood(found.returns, found.sources)
        stands, unread = standing(asked, found.returns, heard, register)
        faults = [*found.faults, *unread, *send_back(asked, found, ledger, heard)]
        done = report(asked, stands, ledger, heard)
        faults += [*done.faults, *write_reviews(asked, stands, heard)]
        ledger.settle()
        summary = replace(summarise(asked, stands, faults), register=done.register)
        if memory.whole and not faults:
            archive.conclude(_state(asked, ledger, lying.state(memory)), body(summary))
        return summary


def collect(asked: Run, heard: Heard = unheard) -> Summary:
    """Read and check everything below ``asked.returns`` into the archive, and write nothing else: the first half of `run`."""
    _checked(asked)
    with Archive(asked.archive) as archive:
        register = registered(asked)
        lying = listed(asked.returns, [*_kept(asked), *([asked.register] if asked.register else [])])
        found = gather(lying, asked.reading, remembering(archive, asked.reading, _day(asked)), heard, register)
        archive.stood(found.returns, found.sources)
        return replace(summarise(asked, Standing(found.returns, identify(found.returns, register)), found.faults), out="")


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
        register = registered(asked)
        stands, unread = standing(asked, enrolled(returns, register), heard, register)
        done = report(asked, stands, ledger, heard)
        ledger.settle()
        return replace(summarise(asked, stands, [*unread, *done.faults]), register=done.register)


def standing(asked: Run, returns: Sequence[Return], heard: Heard, register: Register = NOBODY) -> tuple[Standing, list[str]]:
    """Return what a run reports on, second opinions read, and our own faults in reading them."""
    named = identify(returns, register)
    second = second_opinions(asked, named, heard)
    listing = (_listing(register),) if register.file else ()
    return Standing((*returns, *second.listed, *listing), named, second.weighed, register), list(second.faults)


def registered(asked: Run) -> Register:
    """Return the register of the campaign, an empty one when none was given; Faulty when it cannot be read."""
    return opened(asked.register, catalogue.load(asked.models[0]), asked.lang, asked.limits) if asked.register else NOBODY


def _listing(register: Register) -> Return:
    """Return the register as the tables list files, with everything that is amiss in it."""
    known = register.organisations.values()
    facts = {"organisations": len(known), "respondents": sum(len(one.people) for one in known)}
    note = Finding(Code.REGISTER, register.file, facts=facts)
    return Return(register.file, register.sha256, Status.IGNORED, None, (note, *register.findings))


def _checked(asked: Run) -> None:
    for model in asked.models:
        catalogue.load(model)  # a faulty model, archive or benchmark ends the run before anything is read or written
    if asked.previous:
        if asked.archive and asked.previous.resolve() == asked.archive.resolve():
            raise Faulty([Fault(str(asked.previous), 0, "", "the archive of this very run; give that of the campaign before")])
        earlier(asked.previous, asked.models)
    if asked.benchmark:
        pack.load(asked.benchmark, *map(catalogue.load, asked.models))


def apart(asked: Run) -> list[Path]:
    """Return what is never read back when OUT or the archive lies among the returns."""
    named = consolidations(asked.models, {catalogue.load(model).id for model in asked.models})
    lying = [path for product in PRODUCTS for path in asked.out.glob(product)]  # of an earlier run, perhaps of other models
    register = [asked.register] if asked.register else []
    return [*(asked.out / product for product in (*PRODUCTS, *named)), *lying, *_kept(asked), *reviewing.apart(asked), *register]


def _kept(asked: Run) -> list[Path]:
    archives = {asked.out / ARCHIVE, asked.archive or asked.out / ARCHIVE}
    return [path.with_name(f"{path.name}{ending}") for path in sorted(archives) for ending in ("", "-journal")]


def _day(asked: Run) -> str:
    return asked.today.isoformat() if asked.today else ""


def _state(asked: Run, ledger: Ledger, lying: str) -> str:
    """Return the fingerprint of a run: what lies there and what is asked; of its own when some file must be read."""
    return digest(lying, asked.wanted, ledger.place, _day(asked), reviewing.state(asked)) if lying else ""


def summarise(asked: Run, stands: Standing, faults: Sequence[str]) -> Summary:
    """Count what became of the files."""
    statuses = Counter(one.status.value for one in stands.returns)
    severities = Counter(finding.code.severity.value for one in stands.returns for finding in one.findings)
    return Summary(
        {status.value: statuses[status.value] for status in Status},
        dict(severities),
        len(stands.named),
        str(asked.out),
        tuple(faults),
        unknown=tuple(name for name in asked.review if name not in {"all", *stands.named}),
        consolidated=tuple(consolidations(asked.models, {one.assessment.model for one in stands.named.values() if one.assessment})),
    )
