"""The pipeline, stage by stage: collect returns, score them, send back what is faulty, report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from dimm_xl import catalogue, pool, respondents
from dimm_xl.assessment import Return, Status
from dimm_xl.collect import Heard, collect, unheard
from dimm_xl.files import slug, sweep, unique, write_whole
from dimm_xl.report.organisation import organisation_book
from dimm_xl.report.result import Peers, Result
from dimm_xl.report.tables import write_tables
from dimm_xl.review import UNREVIEWED, Weighed, validated
from dimm_xl.reviewing import apart, second_opinions, write_review
from dimm_xl.scoring import score
from dimm_xl.sending_back import send_back
from dimm_xl.settings import Run

PRODUCTS = ("consolidated.xlsx", "organisations", "to-correct", "data")
"""What a run leaves in OUT, and never reads back when OUT lies among the returns."""


@dataclass(frozen=True)
class Summary:
    """What became of a run: files by status, findings by severity, tracebacks of our own faults.

    ``unknown`` are the ids for which a review was asked and that the run does not know.
    """

    statuses: Mapping[str, int]
    severities: Mapping[str, int]
    organisations: int
    out: str
    faults: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

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
    found = collect(asked.returns, [*(asked.out / product for product in PRODUCTS), *apart(asked)], asked.reading, heard)
    named = identify(found.returns)
    second = second_opinions(asked, named, heard)
    returns = (*found.returns, *second.listed)
    faults = [*found.faults, *second.faults, *send_back(asked, found, heard), *report(asked, returns, named, heard, second.weighed)]
    faults += write_reviews(asked, named, second.weighed, heard)
    unknown = tuple(name for name in asked.review if name not in {"all", *named})
    return replace(summarise(asked, returns, named, faults), unknown=unknown)


def identify(returns: Sequence[Return]) -> dict[str, Return]:
    """Give each organisation's return an id that is unique in the run and safe as a file name: the organisation's name, folded.

    The returns of several respondents of one organisation are put together first.
    """
    accepted = respondents.joined(returns)
    names = unique(slug(one.assessment.organisation) for one in accepted if one.assessment)
    return dict(zip(names, accepted, strict=True))


def report(
    asked: Run,
    returns: Sequence[Return],
    named: Mapping[str, Return],
    heard: Heard = unheard,
    weighed: Mapping[str, Weighed] = MappingProxyType({}),
) -> list[str]:
    """Write the tables, a workbook for each organisation (in workers) and the consolidated workbook; return our own faults.

    ``weighed`` are second opinions by organisation's id.
    """
    from dimm_xl.report.portfolio import peers_of, portfolio_book  # here: pandas, which no worker needs

    faults = []
    results = [result_of(name, one, asked.models, weighed.get(name, UNREVIEWED)) for name, one in named.items()]
    whole = catalogue.load(asked.models[0])
    peers = peers_of(whole, results)
    jobs = [(name, one, peers.get(name), weighed.get(name, UNREVIEWED)) for name, one in named.items()]
    for n, ((name, *_), outcome) in enumerate(pool.each(partial(_report_one, asked), jobs, asked.workers, deadline=60), 1):
        if isinstance(outcome, pool.Failed):
            faults.append(f"{name}: {outcome.why}\n{outcome.detail}")
        heard("writing", n, len(jobs))
    words = catalogue.words(asked.lang)
    write_tables(asked.out / "data", returns, results, words)
    write_whole(asked.out / "consolidated.xlsx", asked.dress.written(portfolio_book(whole, results, returns, words)))
    return faults


def _report_one(asked: Run, job: tuple[str, Return, Peers | None, Weighed]) -> Path:
    name, one, peers, weighed = job
    result = replace(result_of(name, one, asked.models, weighed), peers=peers)
    book = organisation_book(result, catalogue.words(asked.lang))
    return write_whole(asked.out / "organisations" / f"{name}.xlsx", asked.dress.written(book))


def write_reviews(asked: Run, named: Mapping[str, Return], weighed: Mapping[str, Weighed], heard: Heard = unheard) -> list[str]:
    """Write a review workbook for each organisation for which one was asked (in workers); return our own faults."""
    wanted = named if "all" in asked.review else [name for name in named if name in asked.review]
    jobs = [(name, named[name], weighed.get(name, UNREVIEWED)) for name in wanted]
    faults = []
    for n, ((name, *_), outcome) in enumerate(pool.each(partial(_review_one, asked), jobs, asked.workers, deadline=60) if jobs else (), 1):
        if isinstance(outcome, pool.Failed):
            faults.append(f"{name}: {outcome.why}\n{outcome.detail}")
        heard("reviews to fill in", n, len(jobs))
    return faults


def _review_one(asked: Run, job: tuple[str, Return, Weighed]) -> Path:
    name, one, weighed = job
    return write_review(asked, result_of(name, one, asked.models, weighed), weighed)


def result_of(name: str, one: Return, models: Sequence[str], weighed: Weighed = UNREVIEWED) -> Result:
    """Score an accepted return, by what a reviewer validated where there are opinions."""
    assessment = one.assessment
    assert assessment is not None
    where = {catalogue.load(model).id: model for model in models}[assessment.model]
    model = catalogue.resolved(where, assessment.cut)
    declared = Result(name, one.file, one.sha256, model, assessment, score(model, assessment), parts=respondents.parts_of(one))
    if not weighed.opinions:
        return declared
    reviewed = validated(assessment, weighed.opinions)
    return replace(declared, assessment=reviewed, scores=score(model, reviewed), opinions=weighed.opinions, declared=declared)


def summarise(asked: Run, returns: Sequence[Return], named: Mapping[str, Return], faults: Sequence[str]) -> Summary:
    """Count what became of the files."""
    statuses = Counter(one.status.value for one in returns)
    severities = Counter(finding.code.severity.value for one in returns for finding in one.findings)
    return Summary({status.value: statuses[status.value] for status in Status}, dict(severities), len(named), str(asked.out), tuple(faults))
