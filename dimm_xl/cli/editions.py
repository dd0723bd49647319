"""Commands for a new edition of a model: answers carried into it, and whom it touches."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dimm_xl.cli.group import main
from dimm_xl.cli.options import FILE, FOLDER, LANG, RETURNS

if TYPE_CHECKING:
    from dimm_xl.remote import Store

MODEL = click.option("--model", "name", default="dimm", show_default=True, help="The new model: a shipped one, or a folder.")
THEN = click.option(
    "--then-model",
    "then_names",
    multiple=True,
    help="Models the returns were made with; by default the shipped one of the new model’s id, else the new model itself.",
)
TO = click.option("--to", required=True, metavar="EDITION|MODEL", help="An edition of the model, or a model (its newest edition).")


@main.command()
@click.argument("returns", type=RETURNS)
@click.argument("out", type=FOLDER)
@TO
@click.option("--lang", type=LANG, help="The language of the questionnaires; that of each return by default.")
@MODEL
@THEN
@click.option("--deadline", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Printed on the start sheets (YYYY-MM-DD).")
@click.option("--workers", type=click.IntRange(0), help="Worker processes; one a processor by default.")
@click.option("--limit", "limits", multiple=True, metavar="NAME=VALUE", help="Raise a limit of reading, such as file=100000000.")
@click.option("--colours", type=FILE, help="A look file (YAML) with other colours; see templates/look.yaml.")
@click.option("--json", "as_json", is_flag=True, help="Print a summary that a script can read.")
def migrate(
    returns: Path | Store, out: Path, to: str, lang: str | None, name: str, then_names: tuple[str, ...], deadline: datetime | None,
    workers: int | None, limits: tuple[str, ...], colours: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Carry the answers of every return under RETURNS into questionnaires of a newer edition, written into OUT/questionnaires.

    The first sheet of each says what is kept, reworded (to be confirmed), new and dropped, with what was answered; nothing that was typed
    is lost. OUT/data/migrated.csv lists every file once: what became of it, counts, what was written. Filled in and sent back, the new
    questionnaires are read by `run` like any other; a return that is of the edition already is listed as such.

    An edition of your own is a folder (see `model export` and `model import`) whose model.yaml names it, with indicators that say
    `since: v3` or `retouched: v3`; those that it lacks are dropped.

    Exit status: 0 all carried over; 1 some file refused (everything else is written); 2 wrong usage.

    Example: dimm-xl migrate returns out --to v2
    """
    from dimm_xl import catalogue, migrating, settings
    from dimm_xl.showing import migrated_shown, progress, unreadable_said

    try:
        raised = settings.raised(limits)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="--limit") from None
    place, edition = catalogue.goal(to, name)
    then, day, look = then_names or (catalogue.elder(place),), deadline and deadline.date(), str(colours or "")
    unreadable_said(look)
    wanted = migrating.Wanted(returns, out, place, edition, then, lang or "", lang or "fr", workers, raised, day, look)
    with progress(quiet=as_json) as heard:
        summary = migrating.migrate(wanted, heard)
    for fault in summary.faults:
        click.echo(fault, err=True)
    click.echo(json.dumps(summary.as_json(), ensure_ascii=False, indent=2) if as_json else migrated_shown(summary))
    sys.exit(summary.exit_code)


@main.command()
@click.argument("archive", type=FILE, metavar="ARCHIVE")
@click.argument("out", type=FOLDER, required=False)
@TO
@click.option("--lang", type=LANG, default="fr", show_default=True, help="The language of the workbook.")
@MODEL
@THEN
@click.option("--json", "as_json", is_flag=True, help="Print what a script can read: a list of organisations.")
def impact(archive: Path, out: Path | None, to: str, lang: str, name: str, then_names: tuple[str, ...], as_json: bool) -> None:
    """Tell whom a new edition touches and by how much, from the ARCHIVE of a campaign: impact.xlsx and data/impact.csv.

    For each organisation, those that move most first: its score then; what the same answers give by the new edition, and why; the range
    that new indicators leave open; how many indicators are kept, reworded, new and dropped, how many weights and targets change; the
    levers touched; and sentences for a letter, in its language. Written into the folder OUT, beside the archive by default.

    Example: dimm-xl impact out/archive.sqlite --to v2
    """
    from dimm_xl import catalogue, impacting
    from dimm_xl.showing import impacts_shown

    place, edition = catalogue.goal(to, name)
    wanted = impacting.Wanted(archive, place, edition, then_names or (catalogue.elder(place),), lang)
    folder = out or archive.parent
    found = impacting.assess(wanted, folder)
    if as_json:
        rows = [dict(zip(impacting.FIELDS, line, strict=True)) for line in impacting.lines(found, edition)]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        click.echo(impacts_shown(found))
        click.echo(f"results: {folder}/impact.xlsx and {folder}/data/impact.csv")
