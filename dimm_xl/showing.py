"""What the command line prints: models, indicators, progress, the summary of a run. Text in English, as the commands are."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dimm_xl import catalogue
from dimm_xl.assessment import Return
from dimm_xl.describe import message, repair
from dimm_xl.findings import Severity
from dimm_xl.look import READABLE, unreadable
from dimm_xl.model import Model, Profile

if TYPE_CHECKING:
    from dimm_xl import migrating
    from dimm_xl.campaign import Summary
    from dimm_xl.report.touched import Impacts


def models_shown() -> str:
    """Return every shipped model with its editions and its counts by size, lever and sector."""
    return "\n\n".join(_model_shown(catalogue.load(name)) for name in catalogue.shipped_models())


def _model_shown(model: Model) -> str:
    editions = {edition.id: model.at_edition(edition.id) for edition in model.editions}
    lines = [f"{model.id}: {model.name['en']}", ""]
    lines.append(_line("edition", *editions))
    lines.append(_line("indicators", *(len(one.indicators) for one in editions.values())))
    lines += ["", "by lever"]
    for lever in model.levers:
        counts = [len({each.code: each for each in one.levers}[lever.code].indicators) for one in editions.values()]
        lines.append(_line(f"{lever.code} {lever.name['en']}", *counts))
    lines += ["", "by size"]
    for size in model.sizes:
        counts = [sum(size.id in each.sizes for each in one.indicators.values()) for one in editions.values()]
        lines.append(_line(f"{size.id}: {size.name['en']}", *counts))
    lines += ["", "by sector: indicators that differ from the general demands, thresholds or target"]
    for sector in model.sectors:
        counts = [sum(sector.id in each.differing_sectors for each in one.indicators.values()) for one in editions.values()]
        lines.append(_line(f"{sector.id}: {sector.name['en']}", *counts))
    lines += ["", "selections"]
    lines += [_line(f"{one.id}: {one.name['en']}", *[len(one.indicators)] * len(editions)) for one in model.selections]
    return "\n".join(lines)


def _line(label: str, *cells: object) -> str:
    return f"  {label:<52}" + "".join(f"{cell!s:>6}" for cell in cells)


def indicator_shown(name: str, code: str, lang: str, sector: str | None, size: str | None) -> str:
    """Return one indicator in full; KeyError for an unknown code, sector or size."""
    model, words = catalogue.load(name), catalogue.words(lang)
    one = model.indicators[code]
    if sector or size:
        profile = Profile(sector or "", size or one.sizes[0])
        one = model.at(profile).indicators[code]
    lines = [f"{one.code}  {words.of(one.name)}", "", words.of(one.definition), ""]
    lines.append(f"weight {one.weight} · {one.origin} · sizes {', '.join(one.sizes)} · functions {', '.join(one.functions)}")
    lines.append(
        f"target {one.target.default}" + "".join(f" · {key} {value}" for key, value in {**one.target.sizes, **one.target.sectors}.items())
    )
    if one.measure:
        lines.append(f"figure: {words.of(one.measure.figure)} ({words.of(one.measure.unit)}), {one.measure.better} is better")
        lines += [f"  {where or 'thresholds'}: {steps}" for where, steps in {"": one.measure.thresholds, **one.measure.sectors}.items()]
    for level, demands in sorted(one.levels.items()):
        lines += ["", f"level {level}", *(f"  - {words.of(demand)}" for demand in demands)]
    for where, variation in one.sectors.items():
        for level, demands in sorted(variation.levels.items()):
            lines += ["", f"level {level}, {where}", *(f"  - {words.of(demand)}" for demand in demands)]
    return "\n".join([*lines, "", f"evidence: {words.of(one.evidence)}", f"action: {words.of(one.action)}"])


@contextmanager
def progress(quiet: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that hears (stage, done, total): a bar on a terminal, a plain line every hundred files otherwise."""
    if quiet:
        from dimm_xl.collect import unheard

        yield unheard
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            tasks: dict[str, object] = {}

            def advance(stage: str, done: int, total: int) -> None:
                task = tasks.setdefault(stage, bar.add_task(stage, total=total)) if stage not in tasks else tasks[stage]
                bar.update(task, completed=done)  # type: ignore[arg-type]

            yield advance
    else:
        yield _plain


def _plain(stage: str, done: int, total: int) -> None:
    if done == total or done % 100 == 0:
        print(f"{stage}: {done} of {total}", file=sys.stderr, flush=True)


def unreadable_said(colours: str) -> None:
    """Warn on standard error of colours in a look file that cannot be read on each other."""
    for text, background, found in unreadable(catalogue.look(colours)):
        print(f"{colours}: {text} on {background} has a contrast of {found:.1f}; WCAG asks for {READABLE}", file=sys.stderr)


def errors_shown(returns: Sequence[Return], lang: str) -> str:
    """Return a line for each error that was found: where, and what to do."""
    words = catalogue.words(lang)
    errors = [one for each in returns for one in each.findings if one.code.severity is Severity.ERROR]
    return "".join(f"{one.where}: {message(one, words)} {repair(one, words)}\n" for one in errors)


def summary_shown(summary: Summary) -> str:
    """Return what became of a run, in a few lines."""
    files = sum(summary.statuses.values())
    lines = [f"{files} files: " + ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in summary.statuses.items() if count)]
    if summary.severities:
        lines.append("findings: " + ", ".join(f"{count} {severity}" for severity, count in sorted(summary.severities.items())))
    if not summary.out:
        return "\n".join(lines)
    books = ", ".join(f"{summary.out}/{name}" for name in summary.consolidated)
    lines.append(f"results: {books} and {summary.organisations} workbooks in {summary.out}/organisations")
    if summary.statuses.get("refused"):
        lines.append(f"why files were refused: {summary.out}/data/findings.csv, and the findings sheet of consolidated.xlsx")
    if summary.unknown:
        lines.append(f"no review was written for {', '.join(summary.unknown)}: no organisation of that id in this run")
    if summary.faults:
        lines.append(f"{len(summary.faults)} faults of dimm-xl itself: tracebacks above; please report them")
    return "\n".join(lines)


def migrated_shown(summary: migrating.Summary) -> str:
    """Return what became of returns that were carried into another edition, in a few lines."""
    statuses = summary.statuses
    lines = [f"{sum(statuses.values())} files: " + ", ".join(f"{count} {status}" for status, count in statuses.items() if count)]
    if statuses["migrated"]:
        lines.append("indicators: " + ", ".join(f"{count} {change}" for change, count in summary.changes.items()))
        lines.append(f"questionnaires: {summary.out}/questionnaires")
    lines.append(f"every file: {summary.out}/data/migrated.csv")
    if summary.faults:
        lines.append(f"{len(summary.faults)} faults of dimm-xl itself: tracebacks above; please report them")
    return "\n".join(lines)


SHOWN_AT_MOST = 20
"""Organisations that are printed; the tables have all of them."""


def impacts_shown(found: Impacts) -> str:
    """Return whom a new edition touches as a table: the organisations that it moves most."""
    from dimm_xl.report.progress import seen
    from dimm_xl.report.touched import counts

    lines = [f"{found.model.edition.name['en']}: {found.count} of {len(found.touched)} organisations touched"]
    if found.left:
        reasons = Counter(one.why for one in found.left)
        lines.append("left out: " + ", ".join(f"{count} {IMPACT_LEFT[why]}" for why, count in sorted(reasons.items())))
    heads = ("then", "now", "change", "low", "high", "reworded", "new", "dropped", "reweighted", "retargeted")
    lines.append(f"{'organisation':<32}" + "".join(f"{head:>11}" for head in heads) + "  levers")
    for one in found.touched[:SHOWN_AT_MOST]:
        impact, counted = one.impact, counts(one.impact)
        figures = (*seen(impact.progress, impact.overall.move), impact.overall.low, impact.overall.high)
        cells = ["–" if value is None or figures[1] is None else f"{value:.2f}" for value in figures] + [
            str(counted[key]) for key in heads[5:]
        ]
        name = one.result.assessment.organisation
        lines.append(f"{name[:31]:<32}" + "".join(f"{cell:>11}" for cell in cells) + f"  {' '.join(impact.touched)}".rstrip())
    if len(found.touched) > SHOWN_AT_MOST:
        lines.append(f"… and {len(found.touched) - SHOWN_AT_MOST} more")
    return "\n".join(lines)


IMPACT_LEFT = {"current": "of this edition already", "later": "of a later edition", "unfit": "of a profile or model unknown to it"}
