"""The main job and what else reads returns."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dimm_xl.cli.group import main
from dimm_xl.cli.options import FILE, FOLDER, KEPT, LANG, RETURNS, Here

if TYPE_CHECKING:
    from dimm_xl.campaign import Summary
    from dimm_xl.remote import Store
    from dimm_xl.settings import Run


@main.command()
@click.argument("returns", type=RETURNS)
@click.argument("out", type=FOLDER)
@click.option("--lang", type=LANG, default="fr", show_default=True, help="The language of the results.")
@click.option("--model", "names", multiple=True, default=["dimm"], show_default=True, help="Models that returns may be of.")
@click.option("--workers", type=click.IntRange(0), help="Worker processes; one a processor by default.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="A Dask scheduler, tcp://HOST:8786: its workers do the work.")
@click.option("--limit", "limits", multiple=True, metavar="NAME=VALUE", help="Raise a limit of reading, such as file=100000000.")
@click.option("--logo", type=FILE, help="A picture (PNG or JPEG) for the first page of each workbook.")
@click.option("--colours", type=FILE, help="A look file (YAML) with other colours; see templates/look.yaml.")
@click.option("--classification", default="", metavar="TEXT", help="Printed on top of each page, such as CONFIDENTIAL.")
@click.option("--archive", type=KEPT, help="The file that keeps what was read, for the next run; OUT/archive.sqlite by default.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The date of this run (YYYY-MM-DD); today by default.")
@click.option("--previous", type=FILE, metavar="ARCHIVE", help="The archive of the campaign before: results show what moved, and why.")
@click.option("--benchmark", type=FILE, metavar="PACK", help="A benchmark pack (YAML) of `study`: peers come from it.")
@click.option("--review", multiple=True, metavar="all|ID", help="Write a review workbook for a second opinion, for all or by id.")
@click.option(
    "--reviews",
    type=Here(exists=True, path_type=Path),
    help="Filled review workbooks kept elsewhere than in OUT/reviews: a folder or a file.",
)
@click.option("--register", type=FILE, help="The campaign's register: who returned, is incomplete or late, and reminders to send.")
@click.option("--json", "as_json", is_flag=True, help="Print a summary that a script can read.")
def run(as_json: bool, **options: Any) -> None:
    """Read every workbook under RETURNS, check and score it, and write the results into the folder OUT.

    Run again, it reads what is new or changed and brings OUT up to date. RETURNS may be the address of a folder in a store, such as
    s3://bucket/folder; docs/scale.md says what that takes.

    Exit status: 0 all read; 1 some file refused, or a fault of ours told (everything else is written); 2 wrong usage.

    With `--register register.xlsx` (see `dimm-xl register new`), returns are known by its ids, its own targets, weights and exclusions
    count, and consolidated.xlsx and data/followup.csv say where each organisation stands, data/reminders.csv what to write to whom.

    Example: dimm-xl run returns out
    """
    from dimm_xl import campaign
    from dimm_xl.showing import progress

    with progress(quiet=as_json) as heard:
        summary = campaign.run(asked_of(**options), heard)
    end(summary, as_json)


def asked_of(
    out: Path, returns: Path | Store = Path(), lang: str = "fr", names: tuple[str, ...] = ("dimm",), workers: int | None = None,
    limits: tuple[str, ...] = (), logo: Path | None = None, colours: Path | None = None, classification: str = "",
    archive: Path | None = None, today: datetime | None = None, scheduler: str = "",
    previous: Path | None = None, benchmark: Path | None = None, review: tuple[str, ...] = (), reviews: Path | None = None,
    register: Path | None = None,
) -> Run:  # fmt: skip
    """Return what a run is asked for from the options of the command line; BadParameter for a limit that is none."""
    from dimm_xl import campaign, settings
    from dimm_xl.showing import unreadable_said

    try:
        raised = settings.raised(limits)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="--limit") from None
    dress = settings.Dress(str(colours or ""), logo.read_bytes() if logo else b"", classification)
    unreadable_said(dress.colours)
    day = today.date() if today else date.today()
    kept = archive or out / campaign.ARCHIVE
    return settings.Run(
        returns,
        out,
        lang,
        names,
        scheduler or workers,
        raised,
        dress,
        kept,
        day,
        previous=previous,
        benchmark=benchmark,
        reviews=reviews,
        review=review,
        register=register,
    )


def end(summary: Summary, as_json: bool = False) -> None:
    """Print what became of a run and end with its status."""
    from dimm_xl.showing import summary_shown

    for fault in summary.faults:
        click.echo(fault, err=True)
    click.echo(json.dumps(summary.as_json(), ensure_ascii=False, indent=2) if as_json else summary_shown(summary))
    sys.exit(summary.exit_code)
