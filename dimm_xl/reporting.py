"""Results → files: a workbook for each organisation, beside what is written over all of them (:mod:`dimm_xl.consolidating`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from dimm_xl import catalogue, pack, pool, respondents
from dimm_xl.assessment import Return
from dimm_xl.collect import Heard, unheard
from dimm_xl.files import write_whole
from dimm_xl.fingerprint import digest
from dimm_xl.ledger import Ledger, Product
from dimm_xl.report.followup import follow
from dimm_xl.report.organisation import organisation_book
from dimm_xl.report.result import Peers, Result
from dimm_xl.results import Standing, consolidations, earlier, last_time, of_model, result_of
from dimm_xl.review import Weighed
from dimm_xl.reviewing import write_review
from dimm_xl.settings import Run


@dataclass(frozen=True)
class Reported:
    """What reporting gave besides files: our own faults, and how many of the register returned, are incomplete, are late."""

    faults: tuple[str, ...] = ()
    register: Mapping[str, int] = field(default_factory=dict)


def report(asked: Run, stands: Standing, ledger: Ledger, heard: Heard = unheard) -> Reported:
    """Write a workbook for each organisation, in workers; meanwhile, in a process of its own, the tables and the consolidated workbooks."""
    from dimm_xl.consolidating import consolidate  # here: pandas, which no worker needs

    wanted = asked.wanted  # once: it reads the files that options name
    inputs = digest(wanted, asked.today, stands.returns, sorted(stands.weighed.items()))
    whole = Product(("consolidated.xlsx",), inputs, stands)
    with ledger.together(partial(consolidate, asked), whole, asked.workers) as amiss:
        jobs, counts = _prepared(asked, stands)
        products = [Product((f"organisations/{job.name}.xlsx",), digest(wanted, job), job) for job in jobs]
        faults = ledger.write(partial(_report_one, asked), products, asked.workers, partial(heard, "writing"))
    return Reported((*faults, *amiss), counts)


def _prepared(asked: Run, stands: Standing) -> tuple[list[Job], Mapping[str, int]]:
    """Return what workers need to write each organisation's workbook, and where its register stands, in counts.

    The results that this takes are not kept: workers and the consolidation make them anew, which is sooner done than sent.
    """
    results = [result_of(name, one, asked.models, stands.opinions(name)) for name, one in stands.named.items()]
    peers = _peers(asked, results)
    then = earlier(asked.previous, asked.models) if asked.previous else {}
    was = last_time(then, stands.named)
    jobs = [
        Job(name, one, stands.opinions(name), peers.get(name), (was[name], then[was[name]]) if name in was else None)
        for name, one in sorted(stands.named.items(), key=_alike)
    ]
    return jobs, follow(stands.register, results, stands.returns, asked.today).counts if asked.register else {}


def _peers(asked: Run, results: Sequence[Result]) -> Mapping[str, Peers]:
    from dimm_xl.report.portfolio import Beside, peers_of

    beside = Beside(pack=pack.load(asked.benchmark, *map(catalogue.load, asked.models)) if asked.benchmark else None)
    peers: dict[str, Peers] = {}
    for whole in consolidations(asked.models, {one.model.id for one in results}).values():
        peers |= peers_of(whole, of_model(whole, results), beside.within(whole).pack)
    return peers


def _alike(one: tuple[str, Return]) -> tuple[str, ...]:
    """Return what to sort organisations by so that those whose workbooks have most in common are written one after the other."""
    said = respondents.said_in(one[1])
    return (said.model, said.profile.size, said.profile.sector, said.edition, one[0])


@dataclass(frozen=True)
class Job:
    """What a worker needs to write one organisation's workbook; ``last`` is its return of the campaign before, with its id of then."""

    name: str
    one: Return
    weighed: Weighed
    peers: Peers | None = None
    last: tuple[str, Return] | None = None


def _report_one(asked: Run, job: Job) -> Path:
    last = job.last and result_of(*job.last, asked.models)
    result = replace(result_of(job.name, job.one, asked.models, job.weighed), peers=job.peers, last=last)
    book = organisation_book(result, catalogue.words(asked.lang))
    return write_whole(asked.out / "organisations" / f"{job.name}.xlsx", asked.dress.written(book))


# --- second opinions


def write_reviews(asked: Run, stands: Standing, heard: Heard = unheard) -> list[str]:
    """Write a review workbook for each organisation for which one was asked (in workers); return our own faults."""
    wanted = stands.named if "all" in asked.review else [name for name in stands.named if name in asked.review]
    jobs = [Job(name, stands.named[name], stands.opinions(name)) for name in wanted]
    faults = []
    for n, (job, outcome) in enumerate(pool.each(partial(_review_one, asked), jobs, asked.workers, deadline=60) if jobs else (), 1):
        if isinstance(outcome, pool.Failed):
            faults.append(f"{job.name}: {outcome.why}\n{outcome.detail}")
        heard("reviews to fill in", n, len(jobs))
    return faults


def _review_one(asked: Run, job: Job) -> Path:
    return write_review(asked, result_of(job.name, job.one, asked.models, job.weighed), job.weighed)
