"""Results of all organisations → the tables, and a consolidated workbook for each model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dimm_xl import catalogue, pack
from dimm_xl.assessment import Return
from dimm_xl.files import write_table, write_whole
from dimm_xl.report.compared import Compared
from dimm_xl.report.follow_pages import FOLLOWUP, REMINDERS, followup_lines, reminder_lines
from dimm_xl.report.followup import Followup, Reminder, follow, reminders
from dimm_xl.report.portfolio import Beside, peers_of, portfolio_book
from dimm_xl.report.result import Result
from dimm_xl.report.tables import write_tables
from dimm_xl.results import Standing, Together, consolidations, earlier, last_time, of_model, result_of
from dimm_xl.settings import Run


def consolidate(asked: Run, stands: Standing) -> Iterator[Together | list[Path]]:
    """Yield what all results together say; asked again, write the tables and the consolidated workbooks and yield where.

    Everything is made from what stands, so that it can be done in a process of its own, which needs the results for both.
    """
    results = [result_of(name, one, asked.models, stands.opinions(name)) for name, one in stands.named.items()]
    beside = _beside(asked, stands, results)
    wholes = consolidations(asked.models, {one.model.id for one in results})
    near = [peers_of(whole, of_model(whole, results), beside.within(whole).pack) for whole in wholes.values()]
    peers = {name: one for each in near for name, one in each.items()}
    yield Together(peers, beside.followup.counts if beside.followup else {})
    words = catalogue.words(asked.lang)
    tables = write_tables(asked.out / "data", stands.returns, results, words)
    if beside.followup:
        tables += [
            write_table(asked.out / "data/followup.csv", FOLLOWUP, followup_lines(beside.followup)),
            write_table(asked.out / "data/reminders.csv", REMINDERS, reminder_lines(beside.letters)),
        ]
    books = []
    for n, (name, whole) in enumerate(wholes.items()):
        files = [one for one in stands.returns if (one.assessment.model == whole.id if one.assessment else not n)]
        besides = beside.within(whole) if not n else replace(beside.within(whole), followup=None, letters=())
        book = portfolio_book(whole, of_model(whole, results), files, words, besides)
        books.append(write_whole(asked.out / name, asked.dress.written(book)))
    yield [*tables, *books]


def _beside(asked: Run, stands: Standing, results: Sequence[Result]) -> Beside:
    """Return what the run is set beside: the campaign before, a benchmark, the register with whom to remind."""
    compared = None
    if asked.previous:
        then = earlier(asked.previous, asked.models)
        compared = compared_of(then, results, last_time(then, stands.named), asked.models)
    packed = pack.load(asked.benchmark, *map(catalogue.load, asked.models)) if asked.benchmark else None
    return Beside(compared, packed, *_followed(asked, stands, results))


def _followed(asked: Run, stands: Standing, results: Sequence[Result]) -> tuple[Followup | None, tuple[Reminder, ...]]:
    """Return where the campaign stands against its register, and the reminders to write; nothing without a register."""
    if not asked.register:
        return None, ()
    found = follow(stands.register, results, stands.returns, asked.today)
    model = catalogue.load(asked.models[0])
    return found, tuple(reminders(found, model, {lang: catalogue.words(lang) for lang in model.languages}, asked.lang))


def compared_of(then: Mapping[str, Return], now: Sequence[Result], was: Mapping[str, str], models: Sequence[str]) -> Compared:
    """Return the results of two campaigns, each of now with its last one."""
    before = {name: result_of(name, one, models) for name, one in then.items()}
    gone = tuple(one for name, one in before.items() if name not in set(was.values()))
    return Compared(tuple(replace(one, last=before.get(was.get(one.id, ""))) for one in now), gone)
