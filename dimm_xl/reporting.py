"""Results → files: a workbook for each organisation, beside what is written over all of them (:mod:`dimm_xl.consolidating`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from dimm_xl import catalogue, pool, respondents
from dimm_xl.aside import aside
from dimm_xl.assessment import Return
from dimm_xl.collect import Heard, unheard
from dimm_xl.files import write_whole
from dimm_xl.fingerprint import digest
from dimm_xl.ledger import Ledger, Product
from dimm_xl.pool import Failed
from dimm_xl.report.organisation import organisation_book
from dimm_xl.report.result import Peers
from dimm_xl.results import CONSOLIDATED, Standing, Together, earlier, last_time, result_of
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
    wanted = asked.wanted  # once: it reads the files that options name
    with aside(partial(_consolidate, asked), stands, asked.workers) as ask:
        first = ask()
        told = [(job, digest(wanted, job)) for job in _jobs(asked, stands)]  # while all are scored elsewhere
        seen = first()
        together = Together() if isinstance(seen, Failed) else seen
        products = [_product(job, mark, together.peers.get(job.name)) for job, mark in told]
        whole = Product((CONSOLIDATED,), digest(wanted, asked.today, *_inputs(products, stands)))
        with ledger.together(ask, whole) as amiss:
            faults = ledger.write(partial(_report_one, asked), products, asked.workers, partial(heard, "writing"))
            heard("consolidating", 0, 1)
    heard("consolidating", 1, 1)
    return Reported((*faults, *amiss), together.register)


def _consolidate(asked: Run, stands: Standing) -> Iterator[Together | list[Path]]:
    from dimm_xl.consolidating import consolidate  # here: pandas, which neither this process nor a worker needs

    yield from consolidate(asked, stands)


def _jobs(asked: Run, stands: Standing) -> Iterator[Job]:
    """Yield what workers need to write each organisation's workbook, but for its peers."""
    then = earlier(asked.previous, asked.models) if asked.previous else {}
    was = last_time(then, stands.named)
    for name, one in sorted(stands.named.items(), key=_alike):
        yield Job(name, one, stands.opinions(name), last=(was[name], then[was[name]]) if name in was else None)


def _product(job: Job, mark: str, peers: Peers | None) -> Product:
    """Return an organisation's workbook to be written; ``mark`` is the fingerprint of its job without peers."""
    return Product((f"organisations/{job.name}.xlsx",), digest(mark, peers), replace(job, peers=peers))


def _inputs(products: Sequence[Product], stands: Standing) -> Iterator[object]:
    """Yield what is written over all organisations is made from: what their workbooks are made from, and all other returns."""
    told = {id(one.job.one) for one in products}  # by their products' fingerprints: to tell ten thousand returns again takes seconds
    yield from (one.inputs for one in products)
    yield from (one for one in stands.returns if id(one) not in told)
    yield sorted(stands.weighed.items())


# --- one organisation


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
            faults.append(outcome.told(job.name))
        heard("reviews to fill in", n, len(jobs))
    return faults


def _review_one(asked: Run, job: Job) -> Path:
    return write_review(asked, result_of(job.name, job.one, asked.models, job.weighed), job.weighed)
