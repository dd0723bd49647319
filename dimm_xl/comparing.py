"""Two archives → where each organisation stood and stands, and why: a workbook and a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dimm_xl import catalogue
from dimm_xl.consolidating import compared_of
from dimm_xl.files import write_table, write_whole
from dimm_xl.progress import Cause, Change, Move
from dimm_xl.report.compared import Compared, progress_book
from dimm_xl.report.result import Result, state_word
from dimm_xl.report.tables import Line
from dimm_xl.results import earlier, last_time, result_of
from dimm_xl.settings import Dress

ABOUT = ("organisation", "sector", "size", "scope", "code")
FIGURES = ("then", "now", "change", *(cause.value for cause in Cause), "common", "before", "after", "target_then", "target")
FIELDS = (*ABOUT, *FIGURES, "cause", "reworded")


@dataclass(frozen=True)
class Wanted:
    """What `compare` is asked for; ``then_models`` where the models of the earlier campaign are, empty for those of now."""

    then: Path
    now: Path
    models: tuple[str, ...] = ("dimm",)
    then_models: tuple[str, ...] = ()
    lang: str = "fr"


def compare(wanted: Wanted, out: Path) -> Compared:
    """Write ``progress.xlsx`` and ``data/progress.csv`` into ``out``; Faulty when an archive or a model cannot be read.

    Organisations of any model but the first go into a workbook of their own, ``progress-MODEL.xlsx``.
    """
    models = wanted.then_models or wanted.models
    then, now = earlier(wanted.then, models), earlier(wanted.now, wanted.models)
    results = [result_of(name, one, wanted.models) for name, one in now.items()]
    found = compared_of(then, results, last_time(then, now), models)
    write_table(out / "data" / "progress.csv", FIELDS, progress_lines(found.now))
    for n, whole in enumerate({one.id: one for one in map(catalogue.load, wanted.models)}.values()):
        of_model = found.within(whole)
        if not n or of_model.now or of_model.gone:
            book = progress_book(whole, of_model, catalogue.words(wanted.lang))
            write_whole(out / (f"progress-{whole.id}.xlsx" if n else "progress.xlsx"), Dress().written(book))
    return found


def progress_lines(results: Sequence[Result]) -> Iterator[Line]:
    """Yield a line a score (overall, then levers), then a line an indicator, in full precision; only organisations of both campaigns."""
    for result in results:
        if (progress := result.progress) is None:
            continue
        profile = result.assessment.profile
        about: Line = (result.id, profile.sector, profile.size)
        for scope, moves in (("overall", {"": progress.overall}), ("lever", progress.levers)):
            for code, move in moves.items():
                yield (*about, scope, code, *_move(move), None, None)
        for one in progress.indicators:
            yield (*about, "indicator", one.code, *_change(one))


def _change(one: Change) -> Line:
    levels = [answer.level if answer else None for answer in (one.before, one.after)]
    change = None if levels[0] is None or levels[1] is None else levels[1] - levels[0]
    said = [answer and answer.level is None and state_word(answer.state) for answer in (one.before, one.after)]
    ends = [state or level for state, level in zip(said, levels, strict=True)]
    targets = [each and each.target.default for each in (one.then, one.now)]
    return (*ends, change, *(None for _ in Cause), int(one.common), None, None, *targets, one.cause and one.cause.value, int(one.reworded))


def _move(move: Move) -> Line:
    then, now = move.then, move.now
    parts = (move.why.get(cause) for cause in Cause)
    ends = (then and then.value, now and now.value, move.change)
    return (*ends, *parts, move.common, move.before, move.after, then and then.target, now and now.target)
