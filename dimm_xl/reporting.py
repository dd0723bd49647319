"""Returns that stand → results and the files made from them: a workbook for each organisation, the consolidation, the tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dimm_xl import catalogue, pack, pool, respondents
from dimm_xl.archive import read
from dimm_xl.assessment import Assessment, Return
from dimm_xl.collect import Heard, unheard
from dimm_xl.files import slug, unique, write_table, write_whole
from dimm_xl.findings import Code, Fault, Faulty
from dimm_xl.fingerprint import digest
from dimm_xl.ledger import Ledger, Product
from dimm_xl.model import Model
from dimm_xl.progress import matched
from dimm_xl.register import NOBODY, Register, completed
from dimm_xl.report.followup import Followup, Reminder, follow, reminders
from dimm_xl.report.organisation import organisation_book
from dimm_xl.report.result import Peers, Result
from dimm_xl.report.tables import write_tables
from dimm_xl.review import UNREVIEWED, Weighed, validated
from dimm_xl.reviewing import write_review
from dimm_xl.scoring import score
from dimm_xl.settings import Run

if TYPE_CHECKING:
    from dimm_xl.report.compared import Compared
    from dimm_xl.report.portfolio import Beside


@dataclass(frozen=True)
class Standing:
    """What a run reports on: every file's return, the accepted ones by organisation's id, second opinions by the same id, the register."""

    returns: Sequence[Return]
    named: Mapping[str, Return]
    weighed: Mapping[str, Weighed] = field(default_factory=dict)
    register: Register = NOBODY

    def opinions(self, name: str) -> Weighed:
        """Return the second opinions on an organisation."""
        return self.weighed.get(name, UNREVIEWED)


def identify(returns: Sequence[Return], register: Register = NOBODY) -> dict[str, Return]:
    """Give each organisation's return an id that is unique in the run and safe as a file name: the register's, else its name, folded.

    The returns of several respondents of one organisation are put together first, and set against all that its register asks of it.
    """
    accepted = [completed(one, register) for one in respondents.joined(returns)]
    taken, said = list(register.organisations), [respondents.said_in(one) for one in accepted]
    enlisted = [one.organisation_id if one.organisation_id in register.organisations else "" for one in said]
    others = unique([*taken, *(slug(one.organisation) for one, known in zip(said, enlisted, strict=True) if not known)])[len(taken) :]
    free = iter(others)
    names = [known or next(free) for known in enlisted]
    return dict(zip(names, accepted, strict=True))


@dataclass(frozen=True)
class Reported:
    """What reporting gave besides files: our own faults, and how many of the register returned, are incomplete, are late."""

    faults: tuple[str, ...] = ()
    register: Mapping[str, int] = field(default_factory=dict)


def report(asked: Run, stands: Standing, ledger: Ledger, heard: Heard = unheard) -> Reported:
    """Write the tables, a workbook for each organisation (in workers) and the consolidated workbook."""
    from dimm_xl.report.portfolio import Beside, peers_of  # here: pandas, which no worker needs

    named = stands.named
    results = [result_of(name, one, asked.models, stands.opinions(name)) for name, one in named.items()]
    packed = pack.load(asked.benchmark, *map(catalogue.load, asked.models)) if asked.benchmark else None
    then = earlier(asked.previous, asked.models) if asked.previous else {}
    was = last_time(then, named)
    compared = compared_of(then, results, was, asked.models) if asked.previous else None
    beside = Beside(compared, packed, *followed(asked, stands, results))
    wholes = consolidations(asked.models, {one.model.id for one in results})
    peers: dict[str, Peers] = {}
    for whole in wholes.values():
        peers |= peers_of(whole, _of(whole, results), beside.within(whole).pack)
    jobs = [
        Job(name, one, stands.opinions(name), peers.get(name), (was[name], then[was[name]]) if name in was else None)
        for name, one in sorted(named.items(), key=_alike)
    ]
    wanted = asked.wanted  # once: it reads the files that options name
    products = [Product((f"organisations/{job.name}.xlsx",), digest(wanted, job), job) for job in jobs]
    faults = ledger.write(partial(_report_one, asked), products, asked.workers, partial(heard, "writing"))
    inputs = digest(wanted, asked.today, stands.returns, sorted(stands.weighed.items()))
    ledger.together(inputs, partial(_report_all, asked, stands.returns, results, beside))
    return Reported(tuple(faults), beside.followup.counts if beside.followup else {})


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


def _report_all(asked: Run, returns: Sequence[Return], results: Sequence[Result], beside: Beside) -> list[Path]:
    from dimm_xl.report.follow_pages import FOLLOWUP, REMINDERS, followup_lines, reminder_lines
    from dimm_xl.report.portfolio import portfolio_book

    words = catalogue.words(asked.lang)
    tables = write_tables(asked.out / "data", returns, results, words)
    if beside.followup:
        tables += [
            write_table(asked.out / "data/followup.csv", FOLLOWUP, followup_lines(beside.followup)),
            write_table(asked.out / "data/reminders.csv", REMINDERS, reminder_lines(beside.letters)),
        ]
    books = []
    for n, (name, whole) in enumerate(consolidations(asked.models, {one.model.id for one in results}).items()):
        files = [one for one in returns if (one.assessment.model == whole.id if one.assessment else not n)]
        near = beside.within(whole) if not n else replace(beside.within(whole), followup=None, letters=())
        book = portfolio_book(whole, _of(whole, results), files, words, near)
        books.append(write_whole(asked.out / name, asked.dress.written(book)))
    return [*tables, *books]


def consolidations(models: Sequence[str], present: Collection[str]) -> Mapping[str, Model]:
    """Return the models over whose organisations a workbook is written, by its name: the first one, and others ``present`` (by id)."""
    loaded = {one.id: one for one in map(catalogue.load, models)}.values()
    kept = [one for n, one in enumerate(loaded) if not n or one.id in present]
    return {f"consolidated-{one.id}.xlsx" if n else "consolidated.xlsx": one for n, one in enumerate(kept)}


def _of(model: Model, results: Sequence[Result]) -> list[Result]:
    return [one for one in results if one.model.id == model.id]


def followed(asked: Run, stands: Standing, results: Sequence[Result]) -> tuple[Followup | None, tuple[Reminder, ...]]:
    """Return where the campaign stands against its register, and the reminders to write; nothing without a register."""
    if not asked.register:
        return None, ()
    found = follow(stands.register, results, stands.returns, asked.today)
    model = catalogue.load(asked.models[0])
    return found, tuple(reminders(found, model, {lang: catalogue.words(lang) for lang in model.languages}, asked.lang))


# --- results


def result_of(name: str, one: Return, models: Sequence[str], weighed: Weighed = UNREVIEWED) -> Result:
    """Score an accepted return, by what a reviewer validated where there are opinions."""
    assert one.assessment is not None
    model = _resolved(one, models)
    whole = _resolved(one, models, adapted=False) if one.assessment.adaptations else None
    scores = score(model, one.assessment)
    declared = Result(name, one.file, one.sha256, model, one.assessment, scores, parts=respondents.parts_of(one), whole=whole)
    if not weighed.opinions:
        return declared
    reviewed = validated(one.assessment, weighed.opinions)
    return replace(declared, assessment=reviewed, scores=score(model, reviewed), opinions=weighed.opinions, declared=declared)


def _resolved(one: Return, models: Sequence[str], adapted: bool = True) -> Model:
    """Return the model that a return was made with, as its questionnaire saw it; KeyError when it is none of ``models``."""
    assert one.assessment is not None
    where = {catalogue.load(model).id: model for model in models}[one.assessment.model]
    cut = one.assessment.cut
    return catalogue.resolved(where, cut if adapted else replace(cut, adaptations=()))


# --- the campaign before


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
